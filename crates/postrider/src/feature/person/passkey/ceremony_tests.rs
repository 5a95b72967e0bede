//! What is taken and what is refused, with authenticators of our own making.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};

use super::*;

fn place() -> Place {
    Place::of("https://mail.example:8443").expect("a name")
}

/// The data of an authenticator of `host`, with flags, a counter and, of a new key, its credential's name.
fn said(host: &str, flags: u8, counter: u32, credential: Option<&[u8]>) -> Vec<u8> {
    let mut octets = digest(&SHA256, host.as_bytes()).as_ref().to_vec();
    octets.push(flags);
    octets.extend_from_slice(&counter.to_be_bytes());
    if let Some(credential) = credential {
        octets.extend_from_slice(&[7; 16]);
        octets.extend_from_slice(&u16::try_from(credential.len()).expect("short").to_be_bytes());
        octets.extend_from_slice(credential);
        octets.extend_from_slice(b"a key in COSE, which nobody reads");
    }
    octets
}

const SEEN: u8 = USER_PRESENT | USER_VERIFIED;

#[test]
fn there_are_passkeys_for_names_only() {
    let table = [
        ("https://mail.example", Some("mail.example")),
        ("https://Mail.Example:8443", Some("mail.example")),
        ("http://localhost:8025", Some("localhost")),
        ("http://127.0.0.1:8025", None),
        ("http://[::1]:8025", None),
        ("mail.example", None),
    ];
    for (origin, host) in table {
        assert_eq!(Place::of(origin).map(|place| place.host).as_deref(), host, "{origin}");
    }
}

#[test]
fn client_data_are_of_this_origin_and_this_act() {
    let json = |kind: &str, origin: &str, more: &str| {
        format!(r#"{{"type":"{kind}","challenge":"abc","origin":"{origin}"{more},"other":1}}"#)
    };
    let (get, own) = ("webauthn.get", "https://mail.example:8443");
    let table = [
        (json(get, own, ""), Ok("abc")),
        (json(get, own, r#","crossOrigin":false"#), Ok("abc")),
        (json("webauthn.create", own, ""), Err(Refusal::Kind)),
        (json("payment.get", own, ""), Err(Refusal::Kind)),
        (json(get, "https://mail.example", ""), Err(Refusal::Origin)),
        (json(get, "http://mail.example:8443", ""), Err(Refusal::Origin)),
        (json(get, "https://evil.example:8443", ""), Err(Refusal::Origin)),
        (json(get, own, r#","crossOrigin":true"#), Err(Refusal::Origin)),
        (json(get, own, r#","topOrigin":"https://evil.example""#), Err(Refusal::Origin)),
        (json(get, own, r#","origin":"https://evil.example""#), Err(Refusal::Client)),
        ("{}".to_owned(), Err(Refusal::Client)),
        ("[".repeat(4_000), Err(Refusal::Client)),
    ];
    for (json, wanted) in table {
        let found = challenge(json.as_bytes(), Kind::Get, &place());
        assert_eq!(found, wanted.map(str::to_owned), "{json}");
    }
}

#[test]
fn an_authenticator_is_ours_and_knows_the_person() {
    let own = "mail.example";
    let table = [
        (said(own, SEEN, 7, None), Ok((7, None))),
        (said(own, SEEN | ATTESTED, 0, Some(b"id")), Ok((0, Some(&b"id"[..])))),
        (said(own, SEEN | BACKUP_ELIGIBLE | BACKED_UP, 0, None), Ok((0, None))),
        (said("evil.example", SEEN, 7, None), Err(Refusal::RelyingParty)),
        (said("mail.example:8443", SEEN, 7, None), Err(Refusal::RelyingParty)),
        (said(own, USER_PRESENT, 7, None), Err(Refusal::Unverified)),
        (said(own, USER_VERIFIED, 7, None), Err(Refusal::Unverified)),
        (said(own, SEEN | BACKED_UP, 7, None), Err(Refusal::Authenticator)),
        (said(own, SEEN, 7, None)[..36].to_vec(), Err(Refusal::Authenticator)),
        (said(own, SEEN | ATTESTED, 7, None), Err(Refusal::Authenticator)),
        (said(own, SEEN | ATTESTED, 0, Some(b"id"))[..56].to_vec(), Err(Refusal::Authenticator)),
        (Vec::new(), Err(Refusal::Authenticator)),
    ];
    for (octets, wanted) in table {
        let found = authenticator(&octets, &place()).map(|said| (said.counter, said.credential));
        assert_eq!(found, wanted, "{octets:?}");
    }
}

fn pair() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key pair")
}

fn public(pair: &EcdsaKeyPair) -> Vec<u8> {
    AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key()).expect("a key").as_ref().to_vec()
}

#[test]
fn a_key_is_one_that_we_can_verify_with_under_its_own_name() {
    let new = |credential: &[u8], algorithm, key: Vec<u8>| Created {
        credential: credential.to_vec(),
        authenticator: said("mail.example", SEEN | ATTESTED, 3, Some(b"id")),
        algorithm,
        key,
    };
    let key = public(&pair());
    let made = created(new(b"id", -7, key.clone()), &place()).expect("a key");
    assert_eq!((made.algorithm, made.counter, made.credential), (Algorithm::Es256, 3, b"id".to_vec()));
    let table = [
        (new(b"other", -7, key.clone()), Refusal::Credential),
        (new(b"id", -8, key.clone()), Refusal::Key),
        (new(b"id", -257, key.clone()), Refusal::Key),
        (new(b"id", -65_535, key.clone()), Refusal::Key),
        (new(b"id", -7, key[1..].to_vec()), Refusal::Key),
        (new(b"id", -7, Vec::new()), Refusal::Key),
    ];
    for (brought, refusal) in table {
        let named = format!("{refusal:?}");
        assert_eq!(created(brought, &place()), Err(refusal), "{named}");
    }
}

#[test]
fn a_signature_is_of_this_key_over_these_very_octets_and_newer_than_the_last() {
    let pair = pair();
    let sign = |client: &[u8], authenticator: Vec<u8>| {
        let mut message = authenticator.clone();
        message.extend_from_slice(digest(&SHA256, client).as_ref());
        let signature = pair.sign(&SystemRandom::new(), &message).expect("signed").as_ref().to_vec();
        Signed { client: client.to_vec(), authenticator, signature }
    };
    let key =
        |counter| Key { credential: Vec::new(), algorithm: Algorithm::Es256, key: public(&pair), counter };
    let own = |counter| sign(b"{}", said("mail.example", SEEN, counter, None));
    for (before, now, wanted) in [
        (0, 0, Ok(0)),
        (0, 1, Ok(1)),
        (6, 7, Ok(7)),
        (7, 7, Err(Refusal::Counter)),
        (7, 6, Err(Refusal::Counter)),
        (7, 0, Err(Refusal::Counter)),
    ] {
        assert_eq!(signed(&own(now), &key(before), &place()), wanted, "{before} {now}");
    }
    let other_client = Signed { client: b"{ }".to_vec(), ..own(7) };
    let other_data = Signed { authenticator: said("mail.example", SEEN, 8, None), ..own(7) };
    let mut bent = own(7);
    bent.signature[12] ^= 1;
    let cut = Signed { signature: own(7).signature[..8].to_vec(), ..own(7) };
    for wrong in [&other_client, &other_data, &bent, &cut] {
        assert_eq!(signed(wrong, &key(0), &place()), Err(Refusal::Signature));
    }
    let another = self::pair();
    let others = Key { key: public(&another), ..key(0) };
    assert_eq!(signed(&own(7), &others, &place()), Err(Refusal::Signature), "another key");
    let elsewhere = sign(b"{}", said("evil.example", SEEN, 7, None));
    assert_eq!(signed(&elsewhere, &key(0), &place()), Err(Refusal::RelyingParty));
    let unseen = sign(b"{}", said("mail.example", USER_PRESENT, 7, None));
    assert_eq!(signed(&unseen, &key(0), &place()), Err(Refusal::Unverified));
}

#[test]
fn fields_are_base64url_and_bounded() {
    assert_eq!(octets("-_8"), Ok(vec![0xfb, 0xff]));
    for wrong in ["+/8", "a", "a=", "é"] {
        assert_eq!(octets(wrong), Err(Refusal::Field), "{wrong}");
    }
    assert_eq!(octets(&"A".repeat(8_000)), Err(Refusal::Field));
    assert_eq!(credential(""), Err(Refusal::Field));
    assert_eq!(credential(&"A".repeat(1_400)), Err(Refusal::Field));
}
