//! Answers that were bent, seen before, made for others, or never asked for; issuers that lie.

use mail::At;
use serde_json::{Value, json};
use store::{Query, Write};

use super::account::connects;
use super::fake::{Fake, SUBJECT, Ways};
use crate::console::story::{Browser, set_up, text};
use crate::feature::person::oidc::forge::Pair;
use crate::feature::person::permission::Role;
use crate::testing::{Database, Harness};

const BOTH: [Database; 2] = [Database::Sqlite, Database::Postgres];

async fn with_ann(fake: &Fake, database: Database) -> Harness {
    let harness = fake.harness(database, &[]).await;
    let owner = set_up(&harness).await;
    assert_eq!(connects(&harness, fake, &owner, SUBJECT).await, "/me?done=oidc");
    harness
}

/// A visitor who was sent to the issuer.
async fn begun(harness: &Harness, fake: &Fake) -> (Browser, super::fake::Sent) {
    let browser = Browser::default();
    browser.get(harness, "/login").await;
    let sent = fake.sent(harness, &browser, "/login/oidc", &[]).await;
    (browser, sent)
}

#[tokio::test]
async fn an_answer_ends_the_sign_in_that_its_own_browser_began_once() {
    static OLD: Query =
        Query::new("old", "UPDATE oidc_flow SET id = 1 WHERE id = (SELECT max(id) FROM oidc_flow)");
    for database in BOTH {
        let fake = Fake::start().await;
        let harness = &with_ann(&fake, database).await;
        let again = "was begun in another browser";
        let refused = async |browser: &Browser, path: &str, what: &str| {
            let answer = browser.get(harness, path).await;
            assert!(answer.status == 422 && text(&answer).contains(again), "{what}: {}", text(&answer));
            assert_eq!(browser.cookie("pr_session"), None, "{what}");
        };
        // A victim's browser is led to an answer that an attacker began: no session of the attacker's.
        let (attacker, sent) = begun(harness, &fake).await;
        fake.claims(&sent, json!({}));
        let path = format!("/login/oidc/callback?code=right&state={}", sent.state);
        refused(&Browser::default(), &path, "nothing was begun").await;
        let (victim, _) = begun(harness, &fake).await;
        refused(&victim, &path, "another sign-in was").await;
        let (victim, own) = begun(harness, &fake).await;
        for state in ["", "x", &own.state[1..], &own.nonce] {
            victim.keep("pr_oidc", &attacker.cookie("pr_oidc").expect("a token"));
            refused(&victim, &format!("/login/oidc/callback?code=right&state={state}"), state).await;
        }
        // Each answer once, whatever came of it.
        let sent = fake.sent(harness, &attacker, "/login/oidc", &[]).await;
        let path = format!("/login/oidc/callback?code=right&state={}", sent.state);
        let token = attacker.cookie("pr_oidc").expect("a token");
        assert_eq!(fake.comes(harness, &attacker, &sent, json!({})).await.status, 303);
        let late = Browser::default();
        late.keep("pr_oidc", &token);
        refused(&late, &path, "a second time").await;
        let (late, sent) = begun(harness, &fake).await;
        let mut write = Write::default();
        write.step(&OLD, Vec::new());
        harness.app.store.write(write).await.expect("written");
        refused(&late, &format!("/login/oidc/callback?code=right&state={}", sent.state), "too late").await;
        let exchanges = fake.ways().asked.iter().filter(|path| *path == "/token").count();
        assert_eq!(exchanges, 2, "no code of theirs was handed on");
    }
}

#[tokio::test]
async fn what_an_issuer_says_is_believed_when_all_of_it_is_right() {
    for database in BOTH {
        let fake = Fake::start().await;
        let harness = &with_ann(&fake, database).await;
        let now = net::clock::now().seconds();
        type Change = fn(&mut Ways);
        let table: [(&str, Value, Change); 9] = [
            ("another nonce", json!({ "nonce": "x" }), |_| {}),
            ("another client", json!({ "aud": "other" }), |_| {}),
            ("another issuer", json!({ "iss": "https://evil.example" }), |_| {}),
            ("over", json!({ "exp": now - 3_600 }), |_| {}),
            ("old", json!({ "iat": now - 3_600 }), |_| {}),
            ("no name", json!({ "sub": "" }), |_| {}),
            ("no signature", json!({}), |ways| ways.head = json!({ "alg": "none" })),
            ("a shared secret", json!({}), |ways| ways.head = json!({ "alg": "HS256", "kid": "one" })),
            ("another key", json!({}), |ways| ways.pair = Pair::p256()),
        ];
        for (what, said, change) in table {
            let (browser, sent) = begun(harness, &fake).await;
            change(&mut fake.ways());
            let answer = fake.comes(harness, &browser, &sent, said).await;
            assert!(
                answer.status == 502 && text(&answer).contains("could not be verified"),
                "{what}: {}",
                text(&answer)
            );
            assert_eq!(browser.cookie("pr_session"), None, "{what}");
            fake.ways().head = json!({ "alg": "ES256", "kid": "one" });
        }
    }
}

#[tokio::test]
async fn a_key_that_is_new_is_asked_for_and_not_too_often() {
    let fake = Fake::start().await;
    let harness = &fake.harness(Database::Sqlite, &[("console.oidc.trusted_domains", "*")]).await;
    set_up(harness).await;
    let said = || json!({ "email": "ann@people.example", "email_verified": true });
    let asked = || fake.ways().asked.iter().filter(|path| *path == "/keys").count();
    let oidc = harness.app.oidc.as_ref().expect("an issuer");
    let before = At(net::clock::now().0 - 61_000_000);
    let endpoints = oidc.endpoints(before).await.expect("a document");
    oidc.keys(before, &endpoints, false).await.expect("keys");
    {
        let mut ways = fake.ways();
        (ways.pair, ways.kid, ways.head) = (Pair::p256(), "two", json!({ "alg": "ES256", "kid": "two" }));
    }
    assert_eq!(fake.signs_in(harness, &Browser::default(), said()).await.status, 303, "a new key");
    assert_eq!(asked(), 2);
    fake.ways().head = json!({ "alg": "ES256", "kid": "three" });
    for _ in 0..3 {
        let refused = fake.signs_in(harness, &Browser::default(), said()).await;
        assert_eq!(refused.status, 502);
    }
    assert_eq!(asked(), 2, "within a minute of the last time nobody is asked again");
}

#[tokio::test]
async fn an_issuer_that_lies_or_talks_without_end_is_told_of_and_left_alone() {
    let table = [
        ("another issuer", json!({ "issuer": "https://evil.example" }), "could not be verified"),
        ("no endpoint", json!({ "token_endpoint": "nonsense" }), "cannot be asked"),
        ("a file", json!({ "jwks_uri": "file:///etc/passwd" }), "cannot be asked"),
        ("not read", json!({ "authorization_endpoint": 7 }), "cannot be asked"),
        ("no end", json!({ "x": "x".repeat(300_000) }), "cannot be asked"),
        (
            "no way for secrets",
            json!({ "token_endpoint_auth_methods_supported": ["private_key_jwt"] }),
            "cannot be asked",
        ),
    ];
    for (what, document, says) in table {
        let fake = Fake::start().await;
        let harness = &fake.harness(Database::Sqlite, &[]).await;
        set_up(harness).await;
        fake.ways().document = document;
        let browser = Browser::default();
        browser.get(harness, "/login").await;
        for says in [says, "cannot be asked"] {
            let answer = browser.post(harness, "/login/oidc", &[]).await;
            assert!(answer.status == 502 && text(&answer).contains(says), "{what}: {}", text(&answer));
        }
        assert_eq!(fake.ways().asked.len(), 1, "{what}: a moment later it is not asked again");
    }
    let fake = Fake::start().await;
    let harness = &fake.harness(Database::Sqlite, &[]).await;
    set_up(harness).await;
    let huge = json!({ "keys": vec![json!({ "kty": "RSA", "n": "x".repeat(4_000) }); 100] }).to_string();
    for keys in [huge, "[]".into(), String::new()] {
        fake.ways().keys = Some(keys);
        let (browser, sent) = begun(harness, &fake).await;
        let answer = fake.comes(harness, &browser, &sent, json!({})).await;
        assert!(answer.status == 502 && text(&answer).contains("cannot be asked"), "{}", text(&answer));
    }
}

#[tokio::test]
async fn an_answer_of_another_issuer_and_a_refusal_are_told_apart() {
    for database in BOTH {
        let fake = Fake::start().await;
        fake.ways().document = json!({ "authorization_response_iss_parameter_supported": true });
        let harness = &fake.harness(database, &[]).await;
        set_up(harness).await;
        let own = form_urlencoded::byte_serialize(fake.issuer().as_bytes()).collect::<String>();
        let table = [
            ("code=right".to_owned(), "could not be verified"),
            ("code=right&iss=https%3A%2F%2Fevil.example".to_owned(), "could not be verified"),
            (format!("error=access_denied&iss={own}"), "You did not go on"),
            (format!("error=server_error&iss={own}"), "cannot be asked"),
            (format!("iss={own}"), "cannot be asked"),
            (format!("code=wrong&iss={own}"), "cannot be asked"),
            (format!("code=right&iss={own}"), "Nobody here is connected"),
        ];
        for (query, says) in table {
            let (browser, sent) = begun(harness, &fake).await;
            fake.claims(&sent, json!({}));
            let path = format!("/login/oidc/callback?{query}&state={}", sent.state);
            let answer = browser.get(harness, &path).await;
            assert!(text(&answer).contains(says), "{query}: {}", text(&answer));
            assert_eq!(browser.cookie("pr_session"), None, "{query}");
        }
    }
}

#[tokio::test]
async fn who_connects_is_who_began_to() {
    for database in BOTH {
        let fake = Fake::start().await;
        let harness = &fake.harness(database, &[]).await;
        let owner = set_up(harness).await;
        let fields = [("password", crate::console::story::PASSWORD)];
        let sent = fake.sent(harness, &owner, "/me/oidc", &fields).await;
        let eve = Browser::of_member(harness, harness.workspace(), Role::Admin).await;
        owner.keep("pr_session", &eve.cookie("pr_session").expect("a session"));
        let answer = fake.comes(harness, &owner, &sent, json!({})).await;
        assert!(answer.status == 422 && text(&answer).contains("Begin again"), "{}", text(&answer));
        assert_eq!(fake.signs_in(harness, &Browser::default(), json!({})).await.status, 403, "nobody's");
    }
}

#[tokio::test]
async fn nobody_is_led_to_another_site_and_crowds_are_turned_away() {
    let fake = Fake::start().await;
    let harness = &with_ann(&fake, Database::Sqlite).await;
    for next in ["https://evil.example/", "//evil.example", "/\\evil.example", "/a\r\nb"] {
        let browser = Browser::default();
        browser.get(harness, "/login").await;
        let sent = fake.sent(harness, &browser, "/login/oidc", &[("next", next)]).await;
        let inside = fake.comes(harness, &browser, &sent, json!({})).await;
        assert_eq!((inside.status, inside.header("location")), (303, "/"), "{next}");
        // Whatever a neighbouring host put into the cookie.
        let sent = fake.sent(harness, &browser, "/login/oidc", &[]).await;
        browser.keep("pr_onward", "aHR0cHM6Ly9ldmlsLmV4YW1wbGUv");
        assert_eq!(fake.comes(harness, &browser, &sent, json!({})).await.header("location"), "/");
    }
    let browser = Browser::default();
    browser.get(harness, "/login").await;
    let mut statuses = Vec::new();
    for _ in 0..500 {
        statuses.push(browser.post(harness, "/login/oidc", &[]).await.status);
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
}

#[tokio::test]
async fn over_https_the_session_is_the_hosts_alone_even_behind_a_proxy_that_is_not_known() {
    let fake = Fake::start().await;
    let settings = [("console.url", "https://mail.example.org"), ("console.oidc.trusted_domains", "*")];
    let harness = &fake.harness(Database::Sqlite, &settings).await;
    set_up(harness).await;
    let said = json!({ "email": "ann@people.example", "email_verified": true });
    let inside = fake.signs_in(harness, &Browser::default(), said).await;
    assert_eq!(inside.status, 303);
    let cookies = inside.headers.get_all("set-cookie").iter().map(|value| value.to_str().expect("text"));
    let session = cookies.into_iter().find(|text| text.contains("pr_session=")).expect("a session");
    assert!(session.starts_with("__Host-pr_session=") && session.ends_with("; Secure"), "{session}");
}
