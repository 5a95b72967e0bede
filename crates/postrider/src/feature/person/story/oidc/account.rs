//! What people do with accounts at an issuer.

use serde_json::{Value, json};
use store::{Query, Write};

use super::fake::{Fake, ORIGIN, SUBJECT};
use crate::console::story::{Browser, PASSWORD, audited, set_up, text};
use crate::feature::person::permission::Role;
use crate::feature::person::totp;
use crate::testing::{Database, Harness};

const BOTH: [Database; 2] = [Database::Sqlite, Database::Postgres];
const EMAIL: &str = "ann@people.example";
const TRUSTED: (&str, &str) = ("console.oidc.trusted_domains", "people.example");

/// Connects an account to whoever is signed in.
pub(super) async fn connects(harness: &Harness, fake: &Fake, browser: &Browser, subject: &str) -> String {
    let sent = fake.sent(harness, browser, "/me/oidc", &[("password", PASSWORD)]).await;
    let said = json!({ "sub": subject, "email": "ann@<corp>.example" });
    let done = fake.comes(harness, browser, &sent, said).await;
    done.header("location").to_owned()
}

fn verified(email: &str) -> Value {
    json!({ "email": email, "email_verified": true })
}

#[tokio::test]
async fn an_account_is_connected_by_its_person_and_opens_until_it_is_disconnected() {
    for database in BOTH {
        let fake = Fake::start().await;
        let harness = &fake.harness(database, &[]).await;
        let owner = set_up(harness).await;
        let login = text(&Browser::default().get(harness, "/login").await);
        assert!(login.contains("Sign in with Example &#60;Corp&#62;"), "{login}");
        let page = text(&owner.get(harness, "/me").await);
        assert!(page.contains("Connect Example &#60;Corp&#62;"), "{page}");
        let refused = owner.post(harness, "/me/oidc", &[("password", "another horse")]).await;
        assert!(refused.status == 422 && text(&refused).contains("not your present password"));

        let stranger = Browser::default();
        let unknown = fake.signs_in(harness, &stranger, verified(EMAIL)).await;
        assert!(
            unknown.status == 403 && text(&unknown).contains("Nobody here is connected"),
            "{}",
            text(&unknown)
        );
        assert_eq!(stranger.cookie("pr_session"), None, "an address alone opens nothing");

        assert_eq!(connects(harness, &fake, &owner, SUBJECT).await, "/me?done=oidc");
        let page = text(&owner.get(harness, "/me?done=oidc").await);
        assert!(
            page.contains("ann@&#60;corp&#62;.example") && page.contains("Your account there is connected"),
            "{page}"
        );
        assert_eq!(fake.ways().authorization, "Basic cG9zdHJpZGVyOnMlM0FlK2M=", "escaped, then joined");

        let browser = Browser::default();
        let inside = fake.signs_in(harness, &browser, json!({ "email": "new@elsewhere.example" })).await;
        assert_eq!(
            (inside.status, inside.header("location")),
            (303, "/w/default/usage"),
            "{}",
            text(&inside)
        );
        assert_eq!(browser.get(harness, "/w/default/usage").await.status, 200);
        assert_eq!((browser.cookie("pr_oidc"), browser.cookie("pr_onward")), (None, None));
        assert!(
            text(&owner.get(harness, "/me").await).contains("new@elsewhere.example"),
            "as the issuer said last"
        );

        let removed = owner.post(harness, "/me/oidc/remove", &[("password", PASSWORD)]).await;
        assert_eq!(removed.header("location"), "/me?at=default&done=oidc-removed");
        assert_eq!(fake.signs_in(harness, &Browser::default(), json!({})).await.status, 403);
        let told = audited(harness).await;
        let count = |action: &str| told.iter().filter(|one| *one == action).count();
        assert_eq!(
            (count("oidc.connected"), count("oidc.disconnected"), count("person.signed_in")),
            (1, 1, 2)
        );
        assert_eq!(fake.ways().asked.iter().filter(|path| path.contains("well-known")).count(), 1, "kept");
    }
}

#[tokio::test]
async fn an_address_connects_its_person_where_the_issuer_is_trusted_with_its_domain() {
    for database in BOTH {
        let fake = Fake::start().await;
        let harness = &fake.harness(database, &[TRUSTED]).await;
        let before = set_up(harness).await;
        let table = [
            ("not verified", json!({ "email": EMAIL }), 403),
            ("a text", json!({ "email": EMAIL, "email_verified": "true" }), 403),
            ("false", json!({ "email": EMAIL, "email_verified": false }), 403),
            ("another domain", verified("ann@people.example.evil.example"), 403),
            ("below it", verified("ann@sub.people.example"), 403),
            ("nobody's", verified("bob@people.example"), 403),
            ("no address", verified("ann@people.example, eve@evil.example"), 403),
            ("in other letters", verified("Ann@People.Example"), 303),
        ];
        for (what, said, status) in table {
            let browser = Browser::default();
            let answer = fake.signs_in(harness, &browser, said).await;
            assert_eq!(answer.status, status, "{what}: {}", text(&answer));
            assert_eq!(browser.cookie("pr_session").is_some(), status == 303, "{what}");
        }
        // Whoever made the account may have been another.
        assert_ne!(before.get(harness, "/w/default/").await.status, 200, "the session of before");
        let stranger = Browser::default();
        stranger.get(harness, "/login").await;
        let known = [("email", EMAIL), ("password", PASSWORD)];
        assert_eq!(stranger.post(harness, "/login", &known).await.status, 422, "the password of before");
        // From now on it is the issuer's name that counts, whatever its address.
        let again = fake.signs_in(harness, &Browser::default(), json!({ "email": "x@evil.example" })).await;
        assert_eq!(again.status, 303);
        // Another account there with the same address is another's: the address was given to somebody new.
        let other = fake
            .signs_in(
                harness,
                &Browser::default(),
                json!({ "sub": "2", "email": EMAIL, "email_verified": true }),
            )
            .await;
        assert!(other.status == 409 && text(&other).contains("another one is connected"), "{}", text(&other));
        // An address that only its endpoint tells.
        fake.ways().userinfo = Some(json!({ "sub": "3", "email": EMAIL, "email_verified": true }));
        let asked = fake.signs_in(harness, &Browser::default(), json!({ "sub": "3" })).await;
        assert_eq!(asked.status, 409, "it is known who is meant");
        let other = fake.signs_in(harness, &Browser::default(), json!({ "sub": "4" })).await;
        assert!(other.status == 502 && text(&other).contains("could not be verified"), "of somebody else");
    }
}

/// Turns the owner's second factor on; gives a code that opens next.
async fn with_codes(harness: &Harness, owner: &Browser) -> impl Fn(i64) -> String {
    static SECRET: Query = Query::new("secret", "SELECT secret FROM second_factor");
    owner.post(harness, "/me/second-factor", &[("password", PASSWORD)]).await;
    let rows = harness.app.store.read(&SECRET, &[]).await.expect("readable");
    let (secret, step) = (rows[0].blob(0).expect("a secret").to_vec(), totp::step(harness.app.now()));
    let code = move |later: i64| totp::code(&secret, step + later);
    let on = owner.post(harness, "/me/second-factor/on", &[("code", &code(-1))]).await;
    assert_eq!(on.status, 200, "{}", text(&on));
    code
}

#[tokio::test]
async fn an_account_passes_no_second_factor_that_its_person_has() {
    for database in BOTH {
        let fake = Fake::start().await;
        let harness = &fake.harness(database, &[TRUSTED, ("console.oidc.second_factor", "issuer")]).await;
        let owner = set_up(harness).await;
        let code = with_codes(harness, &owner).await;
        let said = || verified(EMAIL);
        let thief = Browser::default();
        let half = fake.signs_in(harness, &thief, said()).await;
        assert_eq!(half.header("location"), "/login/code?next=/w/default/usage", "not by an address");
        assert_eq!(thief.cookie("pr_session"), None);
        let wrong = thief.post(harness, "/login/code", &[("code", "000000"), ("next", "/")]).await;
        assert_eq!(wrong.status, 422);
        assert!(
            text(&owner.get(harness, "/me").await).contains("Connect Example"),
            "nothing is connected yet"
        );
        let fields = [("code", &*code(0)), ("next", "/")];
        let inside = thief.post(harness, "/login/code", &fields).await;
        assert_eq!(inside.status, 303, "{}", text(&inside));
        assert!(!text(&owner.get(harness, "/me").await).contains("Connect Example"));
        // Now it is the person's own, and this issuer asks everybody for two.
        let inside = fake.signs_in(harness, &Browser::default(), said()).await;
        assert_eq!(inside.header("location"), "/w/default/usage");
    }
}

#[tokio::test]
async fn an_address_does_not_pass_a_passkey() {
    static PASSKEY: Query = Query::new(
        "passkey",
        "INSERT INTO passkey (id, person_id, name, credential, algorithm, public_key, counter, created_us)
         SELECT 1, id, 'p', :credential, -7, :credential, 0, 0 FROM person",
    );
    for database in BOTH {
        let fake = Fake::start().await;
        let harness = &fake.harness(database, &[TRUSTED]).await;
        set_up(harness).await;
        let mut write = Write::default();
        write.step(&PASSKEY, vec![("credential", vec![7; 8].into())]);
        harness.app.store.write(write).await.expect("a passkey");
        let browser = Browser::default();
        let refused = fake.signs_in(harness, &browser, verified(EMAIL)).await;
        assert!(refused.status == 403 && text(&refused).contains("has a passkey"), "{}", text(&refused));
        assert_eq!(browser.cookie("pr_session"), None);
    }
}

#[tokio::test]
async fn what_counts_as_two_factors_is_a_matter_of_the_settings() {
    for (word, amr, enters) in [
        ("own", json!(["mfa"]), false),
        ("amr", json!(["mfa", "pwd"]), true),
        ("amr", json!(["pwd"]), false),
        ("issuer", Value::Null, true),
    ] {
        let fake = Fake::start().await;
        let harness = &fake.harness(Database::Sqlite, &[("console.oidc.second_factor", word)]).await;
        let owner = set_up(harness).await;
        assert_eq!(connects(harness, &fake, &owner, SUBJECT).await, "/me?done=oidc");
        with_required(harness).await;
        let browser = Browser::default();
        assert_eq!(fake.signs_in(harness, &browser, json!({ "amr": amr })).await.status, 303);
        let home = browser.get(harness, "/w/default/").await;
        assert_eq!(home.status == 200, enters, "{word} {amr}: {}", home.header("location"));
    }
}

/// The default workspace requires two factors.
async fn with_required(harness: &Harness) {
    static REQUIRED: Query = Query::new("required", "UPDATE workspace SET second_factor = 'required'");
    let mut write = Write::default();
    write.step(&REQUIRED, Vec::new());
    harness.app.store.write(write).await.expect("written");
    harness.app.directory.reload(&harness.app.store).await.expect("a snapshot");
}

#[tokio::test]
async fn somebody_invited_makes_an_account_with_it_and_nobody_else_does() {
    for database in BOTH {
        let fake = Fake::start().await;
        let harness = &fake.harness(database, &[]).await;
        let owner = set_up(harness).await;
        let fields = [("email", "bob@people.example"), ("role", "marketer"), ("language", "en")];
        let page = text(&owner.post(harness, "/w/default/users/invitations", &fields).await);
        let link = page.split("/invitation/").nth(1).and_then(|rest| rest.split('<').next()).expect("a link");
        let link = format!("/invitation/{link}");
        let bob = Browser::default();
        let page = text(&bob.get(harness, &link).await);
        assert!(page.contains("Make it with my account at Example &#60;Corp&#62;"), "{page}");
        let token = &link["/invitation/".len()..];
        assert!(page.contains(&format!("name=\"invitation\" value=\"{token}\"")), "{page}");
        let over = "0".repeat(64);
        for fields in [("invitation", &*over), ("next", &*link)] {
            let sent = fake.sent(harness, &bob, "/login/oidc", &[fields]).await;
            let refused = fake.comes(harness, &bob, &sent, json!({})).await;
            assert_eq!(refused.status, 403, "an invitation is taken on its page alone: {fields:?}");
        }
        let sent = fake.sent(harness, &bob, "/login/oidc", &[("invitation", token)]).await;
        let made = fake.comes(harness, &bob, &sent, json!({ "name": "Bob <b>" })).await;
        assert_eq!((made.status, made.header("location")), (303, "/"), "{}", text(&made));
        let home = text(&bob.get(harness, "/w/default/").await);
        assert!(home.contains("Bob &#60;b&#62;") && home.contains("bob@people.example"));
        assert_eq!(bob.get(harness, "/w/default/keys").await.status, 403, "a marketer");
        assert_eq!(bob.get(harness, &link).await.status, 404, "taken");
        assert_eq!(fake.signs_in(harness, &Browser::default(), json!({})).await.status, 303, "from now on");
    }
}

#[tokio::test]
async fn one_account_there_is_one_persons_here() {
    for database in BOTH {
        let fake = Fake::start().await;
        let harness = &fake.harness(database, &[]).await;
        let owner = set_up(harness).await;
        let fields = [("email", "bob@people.example"), ("role", "admin"), ("language", "en")];
        let page = text(&owner.post(harness, "/w/default/users/invitations", &fields).await);
        let link = page.split("/invitation/").nth(1).and_then(|rest| rest.split('<').next()).expect("a link");
        let (bob, link) = (Browser::default(), format!("/invitation/{link}"));
        bob.get(harness, &link).await;
        bob.post(harness, &link, &[("name", "Bob"), ("password", PASSWORD), ("zone", "UTC")]).await;
        assert_eq!(connects(harness, &fake, &owner, SUBJECT).await, "/me?done=oidc");
        assert_eq!(connects(harness, &fake, &bob, SUBJECT).await, "", "it is Ann's");
        assert!(text(&bob.get(harness, "/me").await).contains("Connect Example"));
        assert_eq!(connects(harness, &fake, &owner, "another").await, "", "she has one");
        owner.post(harness, "/me/oidc/remove", &[("password", PASSWORD)]).await;
        assert_eq!(connects(harness, &fake, &bob, SUBJECT).await, "/me?done=oidc", "given on");
        let browser = Browser::default();
        assert_eq!(fake.signs_in(harness, &browser, json!({})).await.status, 303);
        assert!(text(&browser.get(harness, "/me").await).contains("bob@people.example"));
    }
}

#[tokio::test]
async fn without_an_issuer_there_is_nothing_of_it() {
    let harness = &Harness::start(Database::Sqlite, &[("console.url", ORIGIN)]).await;
    let owner = set_up(harness).await;
    let visitor = Browser::default();
    assert!(!text(&visitor.get(harness, "/login").await).contains("oidc"));
    assert!(!text(&owner.get(harness, "/me").await).contains("oidc"));
    assert_eq!(visitor.post(harness, "/login/oidc", &[]).await.status, 404);
    assert_eq!(visitor.get(harness, "/login/oidc/callback?code=a&state=b").await.status, 404);
    assert_eq!(owner.post(harness, "/me/oidc", &[("password", PASSWORD)]).await.status, 404);
    assert_eq!(owner.post(harness, "/me/oidc/remove", &[("password", PASSWORD)]).await.status, 404);
    drop(Browser::of_member(harness, harness.workspace(), Role::Seller).await);
}
