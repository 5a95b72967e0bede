//! Deliveries that meet what seldom happens: suspicion, a second attempt, a cancellation that comes too late, routes that
//! have changed.

use mail::classify::{BounceClass, Stage};
use queue::{Entry, QueueKey};
use serde_json::{Value, json};
use store::{Query, StoreError};

use super::attempt::{Attempt, Finding};
use super::attempts::attempts_of_delivery;
use super::cancel::{Refused, give_back, put, waiting, withdraw};
use super::settle::{Conclusion, Leased, Settlement, Try};
use super::suspects::{SUSPECT_FROM, Suspicion};
use crate::id::Noun;
use crate::testing::{DOMAIN, Database, Harness, on_both};

/// Sends to two recipients in an hour; gives the message's path and id.
async fn scheduled(harness: &Harness) -> (String, i64) {
    let email = json!({
        "from": format!("me@{DOMAIN}"), "to": ["ann@x.example", "bob@x.example"], "subject": "s", "text": "t",
        "scheduled_at": "in 1 hour",
    });
    let sent = harness.post("/emails", &email).await.json();
    let shown = sent["id"].as_str().expect("an id");
    (format!("/emails/{shown}"), Noun::Message.read(shown).expect("a message's id"))
}

async fn deliver_now(harness: &Harness, path: &str) {
    let moved = harness.ask("PATCH", path, &json!({ "scheduled_at": "in 0 seconds" })).await;
    assert_eq!(moved.status, 200);
    harness.settled().await;
}

async fn attempts(harness: &Harness) -> i64 {
    static ATTEMPTS: Query = Query::new("attempts", "SELECT count(*) FROM attempt");
    let rows = harness.app.store.read(&ATTEMPTS, &[]).await.expect("a count");
    rows[0].int(0).expect("a number")
}

#[tokio::test]
async fn a_settled_suspect_is_one_no_more() {
    on_both(async |harness: &Harness| {
        let (path, message) = scheduled(harness).await;
        let entries = waiting(&harness.app.store, harness.workspace(), message).await.expect("entries");
        let suspects = &harness.app.egress.suspects;
        let suspect = entries[0].1.delivery;
        suspects.note(suspect, SUSPECT_FROM);
        deliver_now(harness, &path).await;
        // What was not cleared would keep that its lease was written down.
        suspects.note(suspect, SUSPECT_FROM);
        assert_eq!(suspects.suspicion(suspect), Suspicion::WriteDown { recoveries: SUSPECT_FROM + 1 });
    })
    .await;
}

#[tokio::test]
async fn a_cancellation_that_comes_too_late_sends_nothing_twice() {
    on_both(async |harness: &Harness| {
        let (path, message) = scheduled(harness).await;
        let mut entries = waiting(&harness.app.store, harness.workspace(), message).await.expect("entries");
        deliver_now(harness, &path).await;
        assert_eq!(attempts(harness).await, 2);
        entries.iter_mut().for_each(|(_, entry)| entry.due = harness.app.now());
        give_back(&harness.app, &entries, StoreError::Conflict("too late".into()));
        // What goes now would go before this.
        let (path, _) = scheduled(harness).await;
        deliver_now(harness, &path).await;
        assert_eq!(attempts(harness).await, 4, "each of the four deliveries was tried once");
    })
    .await;
}

#[tokio::test]
async fn what_is_being_moved_is_not_cancelled_beside_that() {
    on_both(async |harness: &Harness| {
        let (path, message) = scheduled(harness).await;
        let entries = waiting(&harness.app.store, harness.workspace(), message).await.expect("entries");
        // So far has one come who moves it; the other read the same before.
        withdraw(&harness.app, &entries).expect("nothing else has them");
        assert_eq!(harness.ask("POST", &format!("{path}/cancel"), &json!({})).await.status, 409);
        assert!(matches!(withdraw(&harness.app, &entries[1..]), Err(Refused::UnderWay)));
        put(&harness.app, &entries);
        deliver_now(harness, &path).await;
        assert_eq!(harness.get(&path).await.json()["last_event"], "delivered");

        let (path, message) = scheduled(harness).await;
        let entries = waiting(&harness.app.store, harness.workspace(), message).await.expect("entries");
        assert_eq!(harness.ask("POST", &format!("{path}/cancel"), &json!({})).await.status, 200);
        let late = withdraw(&harness.app, &entries);
        assert!(matches!(late, Err(Refused::UnderWay)), "who read them before they were cancelled");
    })
    .await;
}

#[tokio::test]
async fn a_message_that_is_damaged_holds_up_nobody_and_is_sent_once_it_is_mended() {
    static ENCODE: Query =
        Query::new("encode", "UPDATE content SET encoding = :encoding WHERE id = :message");
    for database in [Database::Sqlite, Database::Postgres] {
        let harness = Harness::start(database, &[("delivery.connections_per_path_max", "1")]).await;
        let stored_as = async |message: i64, encoding: i64| {
            let mut write = store::Write::default();
            let params = vec![("encoding", encoding.into()), ("message", message.into())];
            write.step_expecting(1, "no such content", &ENCODE, params);
            harness.app.store.write(write).await.expect("it is stored");
            harness.app.parcels.forget(message);
        };
        let (damaged, message) = scheduled(&harness).await;
        // It is said to be compressed, and is not.
        stored_as(message, 1).await;
        let (whole, _) = scheduled(&harness).await;
        for path in [&damaged, &whole] {
            let moved = harness.ask("PATCH", path, &json!({ "scheduled_at": "in 0 seconds" })).await;
            assert_eq!(moved.status, 200);
        }
        harness.settled().await;
        assert_eq!(harness.get(&whole).await.json()["last_event"], "delivered", "on {database:?}");
        let entries = waiting(&harness.app.store, harness.workspace(), message).await.expect("entries");
        assert_eq!(entries.len(), 2, "neither recipient is given up");
        assert!(entries.iter().all(|(_, entry)| entry.attempts == 0 && entry.due > harness.app.now()));
        stored_as(message, 0).await;
        deliver_now(&harness, &damaged).await;
        assert_eq!(harness.get(&damaged).await.json()["last_event"], "delivered", "on {database:?}");
        harness.end().await;
    }
}

/// An attempt that came to nothing, as it is written down.
async fn put_off(harness: &Harness, key: &QueueKey, entry: Entry) {
    let (at, class) = (harness.app.now(), BounceClass::TransientNet);
    let finding = Finding::local(Stage::Connect, class, "test", "nobody answers".into());
    let attempt = Attempt {
        started: at,
        duration_us: 1,
        site: "x.example".into(),
        peer: String::new(),
        tls: None,
        peer_notifies: false,
        finding,
        conversation: String::new(),
    };
    let settlement = Settlement {
        leased: Leased { key: key.clone(), entry, parcel: None },
        conclusion: Conclusion::Deferred { due: entry.due, class: class.name() },
        attempt: Some(attempt),
        words: None,
        at,
        captured: None,
    };
    harness.app.store.write(settlement.write(&harness.app.mint, Try::First)).await.expect("it is stored");
}

#[tokio::test]
async fn every_attempt_at_a_message_is_found_and_no_other() {
    on_both(async |harness: &Harness| {
        let [before, (path, message), after] =
            [scheduled(harness).await, scheduled(harness).await, scheduled(harness).await];
        let mut entries = waiting(&harness.app.store, harness.workspace(), message).await.expect("entries");
        let ((key, ann), (_, bob)) = (entries.remove(0), entries.remove(0));
        for (entry, attempts) in [(ann, 0), (bob, 0), (bob, 1), (ann, 1), (ann, 2)] {
            put_off(harness, &key, Entry { attempts, ..entry }).await;
        }
        for (_, message) in [&before, &after] {
            let others = waiting(&harness.app.store, harness.workspace(), *message).await.expect("entries");
            for (key, entry) in others {
                put_off(harness, &key, entry).await;
                put_off(harness, &key, Entry { attempts: 1, ..entry }).await;
            }
        }
        let [ann, bob] = [ann, bob].map(|entry| entry.delivery);
        let shown = |delivery: i64, number: i64| (json!(Noun::Delivery.show(delivery)), json!(number));
        let listed = |page: &Value| {
            let list = page["data"].as_array().expect("a list").iter();
            list.map(|one| (one["delivery_id"].clone(), one["number"].clone())).collect::<Vec<_>>()
        };
        let first = harness.get(&format!("{path}/attempts?limit=2")).await.json();
        assert_eq!(listed(&first), [shown(ann, 3), shown(ann, 2)]);
        let next = first["next"].as_str().expect("there are more");
        let rest = harness.get(&format!("{path}/attempts?limit=9&after={next}")).await.json();
        assert_eq!(listed(&rest), [shown(bob, 2), shown(bob, 1), shown(ann, 1)]);
        let of_ann = attempts_of_delivery(&harness.app.store, (harness.workspace(), message), ann)
            .await
            .expect("a list");
        assert_eq!(of_ann.iter().map(|one| one.number).collect::<Vec<_>>(), [3, 2, 1]);
    })
    .await;
}

#[tokio::test]
async fn what_waits_is_shown_with_why() {
    on_both(async |harness: &Harness| {
        assert_eq!(harness.get("/queue").await.json()["queues"], json!([]));
        let (path, _) = scheduled(harness).await;
        let shown = harness.get("/queue").await.json();
        let queue = &shown["queues"][0];
        assert_eq!(shown["queues"].as_array().map(Vec::len), Some(1), "{shown}");
        let told = (&queue["domain"], &queue["lane"], &queue["waiting"], &queue["why"]);
        assert_eq!(told, (&json!("x.example"), &json!("transactional"), &json!(2), &json!("due")), "{shown}");
        assert!(queue["until"].is_string(), "{shown}");
        deliver_now(harness, &path).await;
        assert_eq!(harness.get("/queue").await.json()["queues"], json!([]), "nothing waits any more");
    })
    .await;
}

#[tokio::test]
async fn what_was_captured_for_one_who_is_not_verified_stays_when_the_routes_change() {
    let outside = super::mx_story::server().await.to_string();
    let outside = [("delivery.next_hop", outside.as_str())];
    for database in [Database::Sqlite, Database::Postgres] {
        let harness = Harness::start(database, &[]).await;
        let mut emails = Vec::new();
        for from in ["me@stranger.example", "me@late.example", &format!("me@{DOMAIN}")] {
            let email = json!({
                "from": from, "to": "ann@x.example", "subject": "s", "text": "t", "scheduled_at": "in 1 hour",
            });
            let sent = harness.post("/emails", &email).await;
            assert_eq!(sent.status, 200, "every route captures, so it is taken");
            emails.push(format!("/emails/{}", sent.json()["id"].as_str().expect("an id")));
        }
        let harness = harness.restarted(&outside).await;
        harness.domain(harness.workspace(), "late.example").await;
        let wanted = [("failed", "domain_not_verified"), ("delivered", ""), ("delivered", "")];
        for (path, (status, reason)) in emails.iter().zip(wanted) {
            let moved = harness.ask("PATCH", path, &json!({ "scheduled_at": "in 0 seconds" })).await;
            assert_eq!(moved.status, 200);
            let recipient = loop {
                let recipient = harness.get(&format!("{path}/recipients")).await.json()["data"][0].clone();
                if !["queued", "scheduled"].contains(&recipient["status"].as_str().expect("a status")) {
                    break recipient;
                }
                tokio::task::yield_now().await;
            };
            assert_eq!(recipient["status"], status, "{path} on {database:?}");
            assert!(reason.is_empty() || recipient["reason"] == reason, "{recipient}");
        }
        harness.end().await;
    }
}
