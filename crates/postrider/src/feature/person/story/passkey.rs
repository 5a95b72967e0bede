//! Passkeys: registered with the password, both factors at signing in, used once, one's own, removed.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::console::story::{Browser, PASSWORD, audited, set_up, text};
use crate::feature::person::permission::Role;
use crate::testing::{Answer, Database, Harness};

const ORIGIN: &str = "https://mail.example.org";
const HOST: &str = "mail.example.org";
const PRESENT: u8 = 1;
const SEEN: u8 = PRESENT | 4;
const ATTESTED: u8 = 64;

/// An authenticator with one key, as a browser speaks for it.
struct Authenticator {
    pair: EcdsaKeyPair,
    credential: Vec<u8>,
    handle: String,
}

/// What an authenticator says, and where: all of it right, before a row of a table changes it.
struct Said {
    origin: &'static str,
    host: &'static str,
    flags: u8,
    counter: u32,
    challenge: String,
}

impl Said {
    fn of(counter: u32, challenge: &str) -> Said {
        Said { origin: ORIGIN, host: HOST, flags: SEEN, counter, challenge: challenge.to_owned() }
    }

    fn client(&self, kind: &str) -> Vec<u8> {
        let Said { origin, challenge, .. } = self;
        format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}","crossOrigin":false}}"#)
            .into_bytes()
    }

    fn data(&self) -> Vec<u8> {
        let mut octets = digest(&SHA256, self.host.as_bytes()).as_ref().to_vec();
        octets.push(self.flags);
        octets.extend_from_slice(&self.counter.to_be_bytes());
        octets
    }
}

fn shown(octets: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(octets)
}

impl Authenticator {
    fn new(credential: &[u8]) -> Authenticator {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key pair");
        Authenticator { pair, credential: credential.to_vec(), handle: String::new() }
    }

    fn created(&self, said: &Said) -> Vec<(&'static str, String)> {
        let mut data = Said { flags: said.flags | ATTESTED, challenge: String::new(), ..*said }.data();
        data.extend_from_slice(&[0; 16]);
        data.extend_from_slice(&u16::try_from(self.credential.len()).expect("short").to_be_bytes());
        data.extend_from_slice(&self.credential);
        let key = AsDer::<PublicKeyX509Der<'_>>::as_der(self.pair.public_key()).expect("a key");
        vec![
            ("name", "My <phone>".to_owned()),
            ("credential", shown(&self.credential)),
            ("client", shown(&said.client("webauthn.create"))),
            ("authenticator", shown(&data)),
            ("key", shown(key.as_ref())),
            ("algorithm", "-7".to_owned()),
        ]
    }

    fn signed(&self, said: &Said) -> Vec<(&'static str, String)> {
        let (client, data) = (said.client("webauthn.get"), said.data());
        let mut message = data.clone();
        message.extend_from_slice(digest(&SHA256, &client).as_ref());
        let signature = self.pair.sign(&SystemRandom::new(), &message).expect("signed");
        vec![
            ("credential", shown(&self.credential)),
            ("client", shown(&client)),
            ("authenticator", shown(&data)),
            ("signature", shown(signature.as_ref())),
            ("user", self.handle.clone()),
            ("next", "/".to_owned()),
        ]
    }
}

async fn sends(harness: &Harness, browser: &Browser, path: &str, fields: &[(&str, String)]) -> Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser.post(harness, path, &fields).await
}

/// Registers a passkey; gives its authenticator.
async fn registers(harness: &Harness, browser: &Browser, credential: &[u8]) -> Authenticator {
    let mut device = Authenticator::new(credential);
    let fields = [("name", "My <phone>"), ("password", PASSWORD)];
    let asked = browser.post(harness, "/me/passkeys/challenge", &fields).await;
    let asked = asked.json();
    assert_eq!(asked["host"], HOST, "{asked}");
    device.handle = asked["handle"].as_str().expect("a handle").to_owned();
    let said = Said::of(1, asked["challenge"].as_str().expect("a challenge"));
    let done = sends(harness, browser, "/me/passkeys", &device.created(&said)).await;
    assert_eq!(
        (done.status, done.header("location")),
        (303, "/me?at=default&done=passkey"),
        "{}",
        text(&done)
    );
    device
}

/// A browser that nobody is signed in with, and its challenge.
async fn visitor(harness: &Harness) -> (Browser, String) {
    let browser = Browser::default();
    browser.get(harness, "/login").await;
    let asked = browser.post(harness, "/login/passkey/challenge", &[]).await.json();
    (browser, asked["challenge"].as_str().expect("a challenge").to_owned())
}

async fn started(database: Database) -> Harness {
    Harness::start(database, &[("console.url", ORIGIN)]).await
}

#[tokio::test]
async fn a_passkey_is_registered_with_the_password_and_opens_without_it() {
    for database in [Database::Sqlite, Database::Postgres] {
        let harness = &started(database).await;
        let owner = set_up(harness).await;
        for (name, password, mistake) in
            [("", PASSWORD, "Name the passkey"), ("Phone", "another horse", "not your present password")]
        {
            let fields = [("name", name), ("password", password)];
            let refused = owner.post(harness, "/me/passkeys/challenge", &fields).await;
            assert!(refused.status == 422 && text(&refused).contains(mistake), "{}", text(&refused));
        }
        let device = registers(harness, &owner, b"first").await;
        let me = text(&owner.get(harness, "/me").await);
        assert!(me.contains("My &#60;phone&#62;") && me.contains("never"), "{me}");

        let (browser, challenge) = visitor(harness).await;
        let fields = device.signed(&Said::of(2, &challenge));
        let inside = sends(harness, &browser, "/login/passkey", &fields).await;
        assert_eq!((inside.status, inside.header("location")), (303, "/"), "{}", text(&inside));
        let me = text(&browser.get(harness, "/me").await);
        assert!(me.contains("My &#60;phone&#62;") && !me.contains("never"), "{me}");
        let told = audited(harness).await;
        assert!(told.contains(&"passkey.added".to_owned()));
    }
}

#[tokio::test]
async fn what_a_passkey_shows_is_refused_unless_all_of_it_is_right() {
    for database in [Database::Sqlite, Database::Postgres] {
        let harness = &started(database).await;
        let owner = set_up(harness).await;
        let device = registers(harness, &owner, b"first").await;
        let bob = Browser::of_member(harness, harness.workspace(), Role::Admin).await;
        let (_, others) = visitor(harness).await;
        type Change = fn(&mut Said, &str);
        let table: [(&str, Change); 6] = [
            ("another site", |said, _| said.origin = "https://mail.example.org.evil.example"),
            ("clear", |said, _| said.origin = "http://mail.example.org"),
            ("another party", |said, _| said.host = "evil.example"),
            ("another browser's challenge", |said, others| said.challenge = others.to_owned()),
            ("nobody looked who it is", |said, _| said.flags = PRESENT),
            ("counted backwards", |said, _| said.counter = 1),
        ];
        for (what, change) in table {
            let (browser, challenge) = visitor(harness).await;
            let mut said = Said::of(9, &challenge);
            change(&mut said, &others);
            let refused = sends(harness, &browser, "/login/passkey", &device.signed(&said)).await;
            assert_eq!((refused.status, browser.cookie("pr_session")), (422, None), "{what}");
            assert!(text(&refused).contains("This passkey opens nothing here"), "{what}");
        }
        type Bend = fn(String) -> String;
        let fields: [(&str, &str, Bend); 5] = [
            ("a signature that was changed", "signature", |text| text.replace(&text[10..14], "AAAA")),
            ("another person's", "user", |_| shown(&[0; 32])),
            ("nobody's", "user", |_| String::new()),
            ("one that there is not", "credential", |_| shown(b"second")),
            ("no base64", "authenticator", |text| format!("{text}=")),
        ];
        for (what, field, change) in fields {
            let (browser, challenge) = visitor(harness).await;
            let signed = device.signed(&Said::of(9, &challenge)).into_iter();
            let bent = signed.map(|(name, value)| (name, if name == field { change(value) } else { value }));
            let refused = sends(harness, &browser, "/login/passkey", &bent.collect::<Vec<_>>()).await;
            assert_eq!((refused.status, browser.cookie("pr_session")), (422, None), "{what}");
        }
        let (browser, challenge) = visitor(harness).await;
        let right = device.signed(&Said::of(9, &challenge));
        assert_eq!(
            sends(harness, &browser, "/login/passkey", &right).await.status,
            303,
            "nothing was wrong with it"
        );
        let (again, _) = visitor(harness).await;
        assert_eq!(sends(harness, &again, "/login/passkey", &right).await.status, 422, "a second time");
        let key = text(&owner.get(harness, "/me").await);
        let id =
            key.split("/me/passkeys/pky_").nth(1).and_then(|rest| rest.split('/').next()).expect("an id");
        let foreign = format!("/me/passkeys/pky_{id}/remove");
        assert_eq!(
            bob.post(harness, &foreign, &[("password", PASSWORD)]).await.status,
            404,
            "one's own only"
        );
    }
}

#[tokio::test]
async fn who_knows_the_password_alone_changes_no_factor_beside_a_passkey() {
    for database in [Database::Sqlite, Database::Postgres] {
        let harness = &started(database).await;
        let owner = set_up(harness).await;
        let device = registers(harness, &owner, b"first").await;
        let page = text(&owner.get(harness, "/me").await);
        let id =
            page.split("/me/passkeys/pky_").nth(1).and_then(|rest| rest.split('/').next()).expect("an id");
        let remove = format!("/me/passkeys/pky_{id}/remove");

        let thief = Browser::default();
        assert_eq!(thief.sign_in(harness, "ann@people.example", PASSWORD).await.status, 303);
        for (path, fields) in [
            ("/me/passkeys/challenge", [("name", "Mine"), ("password", PASSWORD)]),
            ("/me/second-factor", [("name", ""), ("password", PASSWORD)]),
            (&*remove, [("name", ""), ("password", PASSWORD)]),
        ] {
            let refused = thief.post(harness, path, &fields).await;
            assert!(
                refused.status == 422 && text(&refused).contains("Sign in with your second factor first"),
                "{path}"
            );
        }
        let (again, challenge) = visitor(harness).await;
        let fields = device.signed(&Said::of(2, &challenge));
        assert_eq!(sends(harness, &again, "/login/passkey", &fields).await.status, 303);
        assert_eq!(again.post(harness, &remove, &[("password", "another horse")]).await.status, 422);
        let removed = again.post(harness, &remove, &[("password", PASSWORD)]).await;
        assert_eq!(removed.header("location"), "/me?at=default&done=passkey-removed");
        let (late, challenge) = visitor(harness).await;
        let fields = device.signed(&Said::of(3, &challenge));
        assert_eq!(sends(harness, &late, "/login/passkey", &fields).await.status, 422, "removed");
        assert!(audited(harness).await.contains(&"passkey.removed".to_owned()));
        registers(harness, &owner, b"second").await;
    }
}

#[tokio::test]
async fn who_was_in_by_the_password_is_out_once_a_factor_is_set_up_and_their_offer_with_them() {
    for database in [Database::Sqlite, Database::Postgres] {
        let harness = &started(database).await;
        let owner = set_up(harness).await;
        let thief = Browser::default();
        assert_eq!(thief.sign_in(harness, "ann@people.example", PASSWORD).await.status, 303);
        assert_eq!(thief.post(harness, "/me/second-factor", &[("password", PASSWORD)]).await.status, 303);
        assert!(text(&thief.get(harness, "/me/second-factor").await).contains("otpauth://"), "offered");
        registers(harness, &owner, b"first").await;
        let out = thief.get(harness, "/me").await;
        assert_eq!((out.status, out.header("location").starts_with("/login")), (303, true));
        assert!(!text(&owner.get(harness, "/me/second-factor").await).contains("otpauth://"), "gone");
        assert_eq!(thief.sign_in(harness, "ann@people.example", PASSWORD).await.status, 303);
        let refused = thief.post(harness, "/me/second-factor/on", &[("code", "123456")]).await;
        assert!(text(&refused).contains("Sign in with your second factor first"), "{}", refused.status);
    }
}

#[tokio::test]
async fn where_the_console_has_no_name_there_are_no_passkeys() {
    let harness = &Harness::start(Database::Sqlite, &[("console.url", "http://127.0.0.1:8025")]).await;
    let owner = set_up(harness).await;
    assert!(!text(&Browser::default().get(harness, "/login").await).contains("data-passkey"));
    assert!(!text(&owner.get(harness, "/me").await).contains("data-passkey"));
    let fields = [("name", "Phone"), ("password", PASSWORD)];
    assert_eq!(owner.post(harness, "/me/passkeys/challenge", &fields).await.status, 404);
}

#[tokio::test]
async fn challenges_are_bounded_and_keep_nobody_from_signing_in_with_a_password() {
    for database in [Database::Sqlite, Database::Postgres] {
        let harness = &started(database).await;
        set_up(harness).await;
        let browser = Browser::default();
        browser.get(harness, "/login").await;
        for n in 0..50 {
            assert_eq!(browser.post(harness, "/login/passkey/challenge", &[]).await.status, 200, "{n}");
        }
        assert_eq!(browser.post(harness, "/login/passkey/challenge", &[]).await.status, 429);
        assert_eq!(Browser::default().sign_in(harness, "ann@people.example", PASSWORD).await.status, 303);
    }
}
