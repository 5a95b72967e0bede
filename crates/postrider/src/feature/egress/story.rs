//! Deliveries that seemed dangerous after crashes, and were not.

use serde_json::json;

use super::suspects::Suspicion;
use crate::id::Noun;
use crate::testing::{Harness, on_both};

#[tokio::test]
async fn a_suspect_that_is_delivered_is_none_any_more() {
    on_both(async |harness: &Harness| {
        let mail = json!({
            "from": "me@app.example", "to": "ann@x.example", "subject": "s", "text": "t", "scheduled_at": "in 1 hour",
        });
        let sent = harness.post("/emails", &mail).await.json();
        let delivery = sent["recipients"][0]["id"].as_str().expect("an id");
        let delivery = Noun::Delivery.read(delivery).expect("a delivery's id");
        let suspects = &harness.app.egress.suspects;
        suspects.note(delivery, 5);
        assert_eq!(suspects.suspicion(delivery), Suspicion::WriteDown { recoveries: 6 });
        let path = format!("/emails/{}", sent["id"].as_str().expect("an id"));
        let now = json!({ "scheduled_at": "in 0 seconds" });
        assert_eq!(harness.ask("PATCH", &path, &now).await.status, 200);
        harness.settled().await;
        while harness.app.egress.under_way() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(harness.get(&path).await.json()["last_event"], "delivered");
        // What the database counts was set to zero: a later lease of a deferred one must not go on counting from here.
        suspects.note(delivery, 4);
        assert_eq!(suspects.suspicion(delivery), Suspicion::WriteDown { recoveries: 5 });
    })
    .await;
}
