//! A lost password: asked for by anybody, told to its owner alone, set once.

use store::{Query, Write};

use crate::console::story::{Browser, PASSWORD, audited, set_up, text};
use crate::feature::person::reset::{self, AT_ONCE};
use crate::testing::{Answer, Database, Harness, on_both};

const ANN: &str = "ann@people.example";
const NEW: &str = "a mule in the snow";
const SETTINGS: [(&str, &str); 2] =
    [("delivery.next_hop", "127.0.0.1:1"), ("console.url", "https://mail.example.org")];

async fn asks(harness: &Harness, browser: &Browser, email: &str) -> Answer {
    browser.get(harness, "/password").await;
    let answer = browser.post(harness, "/password", &[("email", email)]).await;
    // Letters that were begun are done.
    let all = u32::try_from(AT_ONCE).expect("few");
    drop(harness.app.people.letters.acquire_many(all).await.expect("open"));
    answer
}

/// A token of the first start's owner, as the operator's command makes one.
async fn token(harness: &Harness) -> String {
    let (app, now) = (&harness.app, harness.app.now());
    let ann = reset::of_email(&app.store, ANN).await.expect("readable").expect("Ann");
    let (token, mut write) = (crate::feature::person::random_token(), Write::default());
    reset::row(&mut write, (&app.mint, now), ann.id, &token);
    app.store.write(write).await.expect("written");
    token
}

async fn sets(harness: &Harness, browser: &Browser, token: &str) -> Answer {
    let path = format!("/password/{token}");
    browser.get(harness, &path).await;
    browser.post(harness, &path, &[("password", NEW)]).await
}

#[tokio::test]
async fn who_asks_is_told_the_same_whoever_is_there_and_only_who_is_there_gets_mail() {
    for database in [Database::Sqlite, Database::Postgres] {
        let harness = &Harness::start(database, &SETTINGS).await;
        set_up(harness).await;
        let visitor = Browser::default();
        assert!(text(&visitor.get(harness, "/login").await).contains("href=\"/password\""));
        let (known, unknown) =
            (asks(harness, &visitor, ANN).await, asks(harness, &visitor, "eve@people.example").await);
        assert_eq!((known.status, unknown.status), (200, 200));
        let same = |answer: &Answer| text(answer).split("<main").nth(1).expect("a page").to_owned();
        assert_eq!(same(&known), same(&unknown).replace("eve@people", "ann@people"));
        harness.settled().await;
        let mails = harness.get("/emails").await.json();
        assert_eq!(mails["data"].as_array().map(Vec::len), Some(1), "{mails}");
        assert_eq!(mails["data"][0]["to"][0], ANN);
        assert_eq!(mails["data"][0]["subject"], "A new password for your Postrider account");
        let id = mails["data"][0]["id"].as_str().expect("an id").to_owned();
        let (api, whole) =
            (harness.get(&format!("/emails/{id}")).await, harness.get(&format!("/emails/{id}/raw")).await);
        assert!(!text(&api).contains("/password/") && !text(&whole).contains("/password/"));
        let blocked = harness.post("/suppressions", &serde_json::json!({ "email": ANN })).await;
        assert_eq!((blocked.status, asks(harness, &visitor, ANN).await.status), (201, 200));
        let mails = harness.get("/emails").await.json();
        assert_eq!(
            mails["data"].as_array().map(Vec::len),
            Some(1),
            "none is taken that would not be sent: {mails}"
        );
        let mistyped = asks(harness, &visitor, "ann").await;
        assert!(mistyped.status == 422 && text(&mistyped).contains("This is no email address"));
    }
}

#[tokio::test]
async fn letters_are_bounded_also_to_nobody_and_keep_nobody_from_signing_in() {
    static AGED: Query = Query::new(
        "aged",
        "UPDATE sign_in_attempt SET at_us = CAST(:at AS BIGINT) WHERE at_us > CAST(:at AS BIGINT)",
    );
    for database in [Database::Sqlite, Database::Postgres] {
        let harness = &Harness::start(database, &SETTINGS).await;
        set_up(harness).await;
        for email in [ANN, "eve@people.example"] {
            let browser = Browser::default();
            for n in 0..5 {
                assert_eq!(asks(harness, &browser, email).await.status, 200, "{n}");
            }
            assert_eq!(asks(harness, &browser, email).await.status, 429, "{email}");
        }
        for hour in 1..5_i64 {
            let aged = mail::At(harness.app.now().0 - 3_600_000_001);
            let mut write = Write::default();
            write.step(&AGED, vec![("at", aged.0.into())]);
            harness.app.store.write(write).await.expect("written");
            let wanted = if hour < 4 { 200 } else { 429 };
            for n in 0..5 {
                assert_eq!(asks(harness, &Browser::default(), ANN).await.status, wanted, "{hour} {n}");
            }
        }
        let inside = Browser::default().sign_in(harness, ANN, PASSWORD).await;
        assert_eq!(inside.status, 303);
    }
}

#[tokio::test]
async fn nobody_learns_of_a_link_by_captured_mail_or_by_a_host_of_their_own() {
    let captured = [("console.url", "https://mail.example.org")];
    for (database, settings) in [
        (Database::Sqlite, &captured[..]),
        (Database::Sqlite, &SETTINGS[..1]),
        (Database::Postgres, &captured[..]),
        (Database::Postgres, &SETTINGS[..1]),
    ] {
        let harness = &Harness::start(database, settings).await;
        set_up(harness).await;
        let asked = text(&asks(harness, &Browser::default(), ANN).await);
        let told = settings[0].0 == "console.url";
        assert_eq!(told, asked.contains("an email with a link is on its way"), "{asked}");
        assert_eq!(!told, asked.contains("postrider people password"), "{asked}");
        harness.settled().await;
        for path in ["/captured", "/emails"] {
            assert_eq!(harness.get(path).await.json()["data"].as_array().map(Vec::len), Some(0), "{path}");
        }
    }
}

#[tokio::test]
async fn a_link_sets_one_password_ends_every_session_and_opens_no_door_by_itself() {
    on_both(async |harness: &Harness| {
        let owner = set_up(harness).await;
        let (first, second) = (token(harness).await, token(harness).await);
        let visitor = Browser::default();
        let page = visitor.get(harness, &format!("/password/{first}")).await;
        assert!(page.status == 200 && text(&page).contains(ANN));
        let short = visitor.post(harness, &format!("/password/{first}"), &[("password", "short")]).await;
        assert!(short.status == 422 && text(&short).contains("at least 12 characters"));
        let set = sets(harness, &visitor, &first).await;
        assert_eq!((set.status, set.header("location")), (303, "/login?set=1"));
        assert_eq!(visitor.cookie("pr_session"), None);
        assert!(text(&visitor.get(harness, "/login?set=1").await).contains("Your password is changed"));
        assert_eq!(owner.get(harness, "/w/default/").await.status, 303, "signed out everywhere");
        for used in [&first, &second] {
            assert_eq!(sets(harness, &visitor, used).await.status, 404, "the others go with it");
        }
        assert_eq!(visitor.sign_in(harness, ANN, PASSWORD).await.status, 422, "the old one");
        assert_eq!(visitor.sign_in(harness, ANN, NEW).await.status, 303);
        assert!(audited(harness).await.contains(&"person.password_reset".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn a_link_is_over_after_an_hour_and_with_a_password_that_was_changed_otherwise() {
    on_both(async |harness: &Harness| {
        static AGED: Query = Query::new("aged", "UPDATE password_reset SET id = :id");
        let owner = set_up(harness).await;
        let visitor = Browser::default();
        let late = token(harness).await;
        let mut write = Write::default();
        let hour_ago = crate::id::floor(mail::At(harness.app.now().0 - 3_601_000_000));
        write.step(&AGED, vec![("id", hour_ago.into())]);
        harness.app.store.write(write).await.expect("written");
        assert_eq!(sets(harness, &visitor, &late).await.status, 404);
        let early = token(harness).await;
        let fields = [("old", PASSWORD), ("password", "a third horse here")];
        assert_eq!(owner.post(harness, "/me/password", &fields).await.status, 303);
        assert_eq!(sets(harness, &visitor, &early).await.status, 404);
        for wrong in ["", "0", &"0".repeat(64), &"g".repeat(64)] {
            assert_eq!(visitor.get(harness, &format!("/password/{wrong}")).await.status, 404, "{wrong}");
        }
    })
    .await;
}
