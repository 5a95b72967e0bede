//! Tokens that are right, and each way in which one is not.

use aws_lc_rs::hmac;
use aws_lc_rs::rsa::KeySize;
use serde_json::json;

use super::super::forge::{Pair, shown};
use super::*;

const NOW: At = At(1_800_000_000_000_000);
const SECONDS: i64 = 1_800_000_000;

fn wanted() -> Wanted<'static> {
    Wanted { issuer: "https://login.example", client: "postrider", nonce: "n-0S6", now: NOW }
}

fn claims() -> Value {
    json!({
        "iss": "https://login.example", "sub": "24400320", "aud": "postrider", "nonce": "n-0S6",
        "exp": SECONDS + 300, "iat": SECONDS, "email": "ann@example.org", "email_verified": true, "name": "Ann",
    })
}

fn set(keys: &[Value]) -> Vec<Key> {
    super::keys(json!({ "keys": keys }).to_string().as_bytes()).expect("a set")
}

fn head(pair: &Pair) -> Value {
    json!({ "alg": pair.algorithm(), "kid": "k", "typ": "JWT" })
}

#[test]
fn what_each_kind_of_key_signs_is_believed() {
    for pair in [Pair::rsa(KeySize::Rsa2048), Pair::p256(), Pair::ed25519()] {
        let (own, other) = (set(&[pair.jwk("k")]), set(&[Pair::p256().jwk("k"), Pair::ed25519().jwk("k")]));
        let token = pair.token(&head(&pair), &claims());
        let said =
            read(&token, &own, &wanted()).unwrap_or_else(|refusal| panic!("{}: {refusal}", pair.algorithm()));
        assert_eq!(
            said,
            Said {
                subject: "24400320".into(),
                email: Some("ann@example.org".into()),
                email_verified: true,
                name: Some("Ann".into()),
                factors: false,
            }
        );
        let refused = read(&token, &other, &wanted()).expect_err("another's key");
        assert!(matches!(refused, Refusal::Key | Refusal::Signature), "{refused}");
        let bare = pair.token(&json!({ "alg": pair.algorithm() }), &claims());
        assert!(read(&bare, &own, &wanted()).is_ok(), "the only key need not be named");
        let two = set(&[pair.jwk("k"), pair.jwk("l")]);
        assert_eq!(read(&bare, &two, &wanted()), Err(Refusal::Key), "of several it must");
        // Any octet that is another is found.
        for at in [2, token.len() / 2, token.len() - 9] {
            let mut bent = token.clone().into_bytes();
            bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
            let bent = String::from_utf8(bent).expect("text");
            assert!(read(&bent, &own, &wanted()).is_err(), "{at}");
        }
    }
}

#[test]
fn a_token_is_for_us_and_for_now_and_for_this_sign_in_or_refused() {
    let pair = Pair::p256();
    let keys = set(&[pair.jwk("k")]);
    let table: &[(&str, Value, Result<(), Refusal>)] = &[
        ("iss", json!("https://login.example/"), Err(Refusal::Issuer)),
        ("iss", json!("https://evil.example"), Err(Refusal::Issuer)),
        ("iss", json!(["https://login.example"]), Err(Refusal::Form)),
        ("aud", json!("other"), Err(Refusal::Audience)),
        ("aud", json!([]), Err(Refusal::Audience)),
        ("aud", json!(["other"]), Err(Refusal::Audience)),
        ("aud", json!(["postrider"]), Ok(())),
        ("aud", json!(["postrider", "other"]), Err(Refusal::Audience)),
        ("azp", json!("postrider"), Ok(())),
        ("azp", json!("other"), Err(Refusal::Audience)),
        ("exp", json!(SECONDS - 119), Ok(())),
        ("exp", json!(SECONDS - 120), Err(Refusal::Expired)),
        ("exp", json!(-1), Err(Refusal::Form)),
        ("exp", json!(1e300), Err(Refusal::Form)),
        ("exp", json!("1900000000"), Err(Refusal::Form)),
        ("exp", Value::Null, Err(Refusal::Form)),
        ("iat", json!(SECONDS + 120), Ok(())),
        ("iat", json!(SECONDS as f64 + 0.5), Ok(())),
        ("iat", json!(SECONDS + 121), Err(Refusal::Time)),
        ("iat", json!(SECONDS - 721), Err(Refusal::Time)),
        ("iat", Value::Null, Err(Refusal::Form)),
        ("nbf", json!(SECONDS + 121), Err(Refusal::Time)),
        ("nonce", json!("another"), Err(Refusal::Nonce)),
        ("nonce", Value::Null, Err(Refusal::Nonce)),
        ("sub", json!(""), Err(Refusal::Subject)),
        ("sub", json!("a\u{0}b"), Err(Refusal::Subject)),
        ("sub", json!("x".repeat(256)), Err(Refusal::Subject)),
        ("sub", json!(7), Err(Refusal::Subject)),
        ("sub", Value::Null, Err(Refusal::Subject)),
    ];
    for (claim, value, expected) in table {
        let mut claims = claims();
        claims[claim] = value.clone();
        let got = read(&pair.token(&head(&pair), &claims), &keys, &wanted()).map(drop);
        assert_eq!(got, *expected, "{claim}: {value}");
    }
    let mut both = claims();
    both["aud"] = json!(["other", "postrider"]);
    both["azp"] = json!("postrider");
    assert!(read(&pair.token(&head(&pair), &both), &keys, &wanted()).is_ok());
}

#[test]
fn no_header_chooses_how_it_is_verified() {
    let pair = Pair::rsa(KeySize::Rsa2048);
    let keys = set(&[pair.jwk("k"), json!({ "kty": "oct", "kid": "s", "alg": "HS256", "k": "c2VjcmV0" })]);
    assert_eq!(keys.len(), 1, "what is shared signs nothing");
    let body = shown(claims().to_string().as_bytes());
    for algorithm in ["none", "None", "", "HS256", "HS512", "RS1", "PS256", "RS512", "ES256K"] {
        let head = shown(json!({ "alg": algorithm, "kid": "k" }).to_string().as_bytes());
        // Signed with what everybody knows: the public key as a shared secret.
        let secret = hmac::Key::new(hmac::HMAC_SHA256, pair.jwk("k")["n"].as_str().expect("n").as_bytes());
        let mac = hmac::sign(&secret, format!("{head}.{body}").as_bytes());
        for signature in [String::new(), shown(mac.as_ref())] {
            let got = read(&format!("{head}.{body}.{signature}"), &keys, &wanted());
            assert_eq!(got, Err(Refusal::Algorithm), "{algorithm}");
        }
    }
    // A key signs by its own algorithm alone.
    let curve = Pair::p256();
    let confused = curve.token(&json!({ "alg": "RS256", "kid": "k" }), &claims());
    assert_eq!(read(&confused, &keys, &wanted()), Err(Refusal::Signature));
    let head = json!({ "alg": "RS256", "kid": "k", "crit": ["b64"], "b64": false });
    assert_eq!(read(&pair.token(&head, &claims()), &keys, &wanted()), Err(Refusal::Critical));
    // A key that comes with the token is nobody's.
    let own = Pair::p256();
    let head = json!({ "alg": "ES256", "kid": "k2", "jwk": own.jwk("k2"), "jku": "https://evil.example" });
    assert_eq!(read(&own.token(&head, &claims()), &keys, &wanted()), Err(Refusal::Key));
    for nonsense in ["", ".", "..", "a.b", "a.b.c", "a.b.c.d", &"a".repeat(TOKEN_MAX + 1)] {
        assert_eq!(read(nonsense, &keys, &wanted()), Err(Refusal::Form));
    }
}

#[test]
fn of_a_set_those_keys_are_kept_that_sign_what_is_taken() {
    let (rsa, curve) = (Pair::rsa(KeySize::Rsa2048).jwk("k"), Pair::p256().jwk("k"));
    let with = |key: &Value, name: &str, value: Value| {
        let mut key = key.clone();
        key[name] = value;
        key
    };
    let table = [
        (rsa.clone(), 1),
        (with(&rsa, "alg", Value::Null), 1),
        (with(&rsa, "use", json!("enc")), 0),
        (with(&rsa, "alg", json!("RSA-OAEP")), 0),
        (with(&rsa, "alg", json!("ES256")), 0),
        (with(&rsa, "n", json!("no base64!")), 0),
        (with(&rsa, "e", Value::Null), 0),
        (curve.clone(), 1),
        (with(&curve, "crv", json!("P-384")), 0),
        (with(&curve, "x", json!("AAAA")), 0),
        (json!(7), 0),
        (json!({}), 0),
    ];
    for (key, kept) in table {
        assert_eq!(set(&[key.clone(), Pair::ed25519().jwk("e")]).len(), kept + 1, "{key}");
    }
    assert_eq!(set(&vec![curve; 200]).len(), KEYS_MAX);
    for none in ["", "[]", "{}", "{\"keys\":{}}", "{\"keys\":7}"] {
        assert!(super::keys(none.as_bytes()).is_none(), "{none}");
    }
    // A modulus that is too short for anybody is one that verifies nothing.
    let mut weak = rsa;
    weak["n"] = json!(shown(&[0xff; 64]));
    let pair = Pair::rsa(KeySize::Rsa2048);
    let got = read(&pair.token(&head(&pair), &claims()), &set(&[weak]), &wanted());
    assert_eq!(got, Err(Refusal::Signature));
}

#[test]
fn an_address_is_verified_where_it_is_said_to_be_and_by_no_other_word() {
    let pair = Pair::ed25519();
    let keys = set(&[pair.jwk("k")]);
    let said = |name: &str, value: Value| {
        let mut claims = claims();
        claims[name] = value;
        read(&pair.token(&head(&pair), &claims), &keys, &wanted()).expect("believed")
    };
    assert!(said("email_verified", json!(true)).email_verified);
    for value in [json!(false), json!("true"), json!(1), json!([true]), Value::Null] {
        assert!(!said("email_verified", value.clone()).email_verified, "{value}");
    }
    assert_eq!(said("email", json!(["ann@example.org"])).email, None);
    for (value, factors) in [
        (json!(["pwd", "mfa"]), true),
        (json!(["pwd"]), false),
        (json!("mfa"), false),
        (json!(["MFA"]), false),
        (Value::Null, false),
    ] {
        assert_eq!(said("amr", value.clone()).factors, factors, "{value}");
    }
}

#[test]
fn what_is_asked_for_beside_the_token_is_of_the_same_person() {
    let of = Said { subject: "a".into(), factors: true, ..Said::default() };
    let told =
        json!({ "sub": "a", "email": "ann@example.org", "email_verified": true, "amr": [] }).to_string();
    let said = more(told.as_bytes(), &of).expect("believed");
    assert_eq!(
        (said.email.as_deref(), said.email_verified, said.factors),
        (Some("ann@example.org"), true, true)
    );
    let other = json!({ "sub": "b", "email": "ann@example.org", "email_verified": true }).to_string();
    assert_eq!(more(other.as_bytes(), &of), Err(Refusal::Subject));
    assert_eq!(more(b"{}", &of), Err(Refusal::Form));
    assert_eq!(more(b"eyJhbGciOi.e30.", &of), Err(Refusal::Form), "a signed answer is not read");
}
