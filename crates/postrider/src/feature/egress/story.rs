//! Deliveries that meet what seldom happens: suspicion, and a cancellation that comes too late.

use serde_json::json;
use store::{Query, StoreError};

use super::cancel::{give_back, waiting};
use super::suspects::{SUSPECT_FROM, Suspicion};
use crate::id::Noun;
use crate::testing::{DOMAIN, Harness, on_both};

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
