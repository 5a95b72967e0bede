//! Suppressions over the API.

use mail::Address;
use serde_json::json;
use store::Write;

use super::admin::{Suppress, suppress};
use super::{Reason, suppressed};
use crate::feature::access::Scope;
use crate::feature::access::keys::{Grant, key_add};
use crate::feature::event::By;
use crate::feature::person::permission::Role;
use crate::testing::{DOMAIN, Database, Harness, on_both};

async fn is_suppressed(harness: &Harness, email: &str, stream: i64) -> bool {
    let address = Address::parse(email).expect("an address");
    let place = (harness.workspace(), stream);
    let app = &harness.app;
    suppressed(&app.store, &app.suppressions, place, &address).await.expect("an answer").is_some()
}

#[tokio::test]
async fn an_address_is_suppressed_from_the_answer_on_until_it_is_lifted() {
    on_both(async |harness: &Harness| {
        let made =
            harness.post("/suppressions", &json!({ "email": "Ann@X.example", "reason": "bounce" })).await;
        let body = made.json();
        assert_eq!(
            (made.status, &body["reason"], &body["origin"]),
            (201, &json!("hard_bounce"), &json!("bounce"))
        );
        assert!(is_suppressed(harness, "ann@x.example", 1).await);
        for path in ["ann@x.example".to_owned(), body["id"].as_str().expect("an id").to_owned()] {
            assert_eq!(harness.get(&format!("/suppressions/{path}")).await.json()["id"], body["id"]);
        }
        assert_eq!(harness.ask("DELETE", "/suppressions/ann@x.example", &json!({})).await.status, 200);
        assert!(!is_suppressed(harness, "ann@x.example", 1).await);
        assert_eq!(harness.get("/suppressions/ann@x.example").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn an_address_is_suppressed_however_its_letters_are_composed() {
    on_both(async |harness: &Harness| {
        let (composed, apart) = ("ren\u{e9}@x.example", "rene\u{301}@x.example");
        for (known, other) in [(composed, apart), (apart, composed)] {
            let made = harness.post("/suppressions", &json!({ "email": known, "reason": "bounce" })).await;
            assert_eq!(made.status, 201);
            assert!(is_suppressed(harness, other, 1).await, "{known:?} is {other:?}");
            let mail = json!({ "from": format!("me@{DOMAIN}"), "to": other, "subject": "s", "text": "t" });
            let sent = harness.post("/emails", &mail).await.json();
            let path = format!("/emails/{}/recipients", sent["id"].as_str().expect("an id"));
            let shown = &harness.get(&path).await.json()["data"][0];
            assert_eq!(
                (&shown["status"], &shown["email"]),
                (&json!("suppressed"), &json!(other)),
                "as given"
            );
            let lifted = made.json()["id"].as_str().expect("an id").to_owned();
            assert_eq!(
                harness.ask("DELETE", &format!("/suppressions/{lifted}"), &json!({})).await.status,
                200
            );
        }
    })
    .await;
}

#[tokio::test]
async fn one_of_several_is_lifted_by_its_id() {
    on_both(async |harness: &Harness| {
        let stream = harness.app.directory.snapshot().streams(harness.workspace())[1].clone();
        harness.post("/suppressions", &json!({ "email": "a@x.example" })).await;
        let body = json!({ "email": "a@x.example", "stream": &*stream.name });
        let of_stream = harness.post("/suppressions", &body).await.json();
        let whole = harness.get("/suppressions/a@x.example").await.json();
        assert_eq!((&whole["stream_id"], whole["id"] == of_stream["id"]), (&json!(null), false));
        let path = format!("/suppressions/{}", whole["id"].as_str().expect("an id"));
        assert_eq!(harness.ask("DELETE", &path, &json!({})).await.status, 200);
        assert!(is_suppressed(harness, "a@x.example", stream.id).await);
        assert!(!is_suppressed(harness, "a@x.example", stream.id + 1).await);
    })
    .await;
}

#[tokio::test]
async fn batches_count_what_they_changed_and_lists_are_read_page_by_page() {
    on_both(async |harness: &Harness| {
        let emails: Vec<_> = (0..5).map(|n| format!("n{n}@x.example")).collect();
        let add = json!({ "emails": emails, "reason": "complaint" });
        assert_eq!(harness.post("/suppressions/batch/add", &add).await.json()["added"], 5);
        assert_eq!(harness.post("/suppressions/batch/add", &add).await.json()["added"], 0);
        harness.post("/suppressions", &json!({ "email": "m@x.example" })).await;
        let (mut path, mut seen) = ("/suppressions?limit=2&origin=complaint".to_owned(), Vec::new());
        loop {
            let page = harness.get(&path).await.json();
            let entries = page["data"].as_array().expect("entries").iter();
            seen.extend(entries.map(|entry| entry["email"].as_str().expect("a text").to_owned()));
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/suppressions?limit=2&origin=complaint&after={next}");
        }
        seen.reverse();
        assert_eq!(seen, emails);
        // One that is named twice is meant once.
        let twice = [&*emails, &*emails].concat();
        let remove = json!({ "emails": twice });
        assert_eq!(harness.post("/suppressions/batch/remove", &remove).await.json()["removed"], 5);
        assert_eq!(harness.get("/suppressions").await.json()["data"].as_array().map(Vec::len), Some(1));
    })
    .await;
}

#[tokio::test]
async fn a_batch_with_wrong_addresses_changes_nothing_and_names_them_all() {
    let harness = Harness::start(Database::Sqlite, &[]).await;
    let body = json!({ "emails": ["a@x.example", "nobody", "b@"], "stream": "none" });
    let answer = harness.post("/suppressions/batch/add", &body).await.json();
    let pointers: Vec<_> =
        answer["errors"].as_array().expect("errors").iter().map(|e| &e["pointer"]).collect();
    assert_eq!(pointers, ["/emails/1", "/emails/2", "/stream"]);
    assert!(!is_suppressed(&harness, "a@x.example", 1).await);
    let many = vec!["a@x.example"; 1_001];
    assert_eq!(harness.post("/suppressions/batch/add", &json!({ "emails": many })).await.status, 422);
    harness.end().await;
}

/// Suppresses an address, for everything or for a stream.
async fn suppress_for(harness: &Harness, address: &Address, (stream, reason): (i64, Reason)) {
    let (app, workspace) = (&harness.app, harness.workspace());
    let mut write = Write::default();
    let new = Suppress { workspace, stream, address, reason, by: By::Operator, evidence: None };
    suppress(&mut write, &app.mint, app.now(), new);
    app.store.write(write).await.expect("suppressed");
}

#[tokio::test]
async fn a_complaint_that_comes_while_a_key_lifts_is_not_lifted_with_the_rest() {
    on_both(async |harness: &Harness| {
        let (app, workspace) = (&harness.app, harness.workspace());
        let (scope, role) = (Scope::Full, Some(Role::Developer));
        let grant = Grant { workspace, name: "of a developer", scope, domain: None, role, by: By::Operator };
        let key = key_add(&app.store, &app.mint, app.now(), grant).await.expect("a key");
        app.directory.reload(&app.store).await.expect("a snapshot");
        let key = format!("Bearer {}", key.text);
        for n in 0..20 {
            let email = format!("a{n}@x.example");
            let address = Address::parse(&email).expect("an address");
            suppress_for(harness, &address, (0, Reason::HardBounce)).await;
            let (path, headers) = (format!("/suppressions/{email}"), [("authorization", &*key)]);
            let lift = harness.ask_with(("DELETE", &path), &headers, "");
            let (lifted, ()) = tokio::join!(lift, suppress_for(harness, &address, (1, Reason::Complaint)));
            assert!(matches!(lifted.status, 200 | 401), "{}", lifted.status);
            let left = harness.get(&path).await.json();
            let complaint = if lifted.status == 200 { &left["reason"] } else { &json!("complaint") };
            assert_eq!(*complaint, json!("complaint"), "{n}: {left}");
        }
    })
    .await;
}
