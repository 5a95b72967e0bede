//! Streams in the console: made, switched, and what each sent.

use serde_json::json;

use crate::console::story::{Browser, audited, text};
use crate::feature::person::permission::Role;
use crate::testing::{DOMAIN, Harness, on_both};

const LIST: &str = "/w/default/streams";

#[tokio::test]
async fn a_stream_is_made_switched_and_counted() {
    on_both(async |harness: &Harness| {
        let developer = Browser::of_member(harness, harness.workspace(), Role::Developer).await;
        let wrong = [("name", "No <Stream>"), ("class", "marketing")];
        let again = developer.post(harness, LIST, &wrong).await;
        assert!(again.status == 422 && text(&again).contains("value=\"No &#60;Stream&#62;\""));
        let made = developer.post(harness, LIST, &[("name", "news"), ("class", "marketing")]).await;
        let path = made.header("location").to_owned();
        let page = text(&developer.get(harness, &path).await);
        for said in ["List-Unsubscribe with one click", "name=\"opens\" value=\"on\" checked", "2 days"] {
            assert!(page.contains(said), "{said}: {page}");
        }
        let taken = developer.post(harness, LIST, &[("name", "news"), ("class", "marketing")]).await;
        assert!(taken.status == 422 && text(&taken).contains("of this name already"));

        let saved = developer.post(harness, &path, &[("clicks", "on"), ("text", "on")]).await;
        assert_eq!(saved.header("location"), format!("{path}?saved=1"));
        let id = path.rsplit('/').next().expect("an id");
        let shown = harness.get(&format!("/streams/{id}")).await.json();
        let wanted = json!({ "opens": false, "clicks": true, "text": true, "reading": false });
        assert_eq!(shown["tracking"], wanted);

        let mail = json!({ "from": format!("me@{DOMAIN}"), "to": ["a@x.example", "b@x.example"], "subject": "s", "text": "t" });
        harness.post("/emails", &mail).await;
        harness.settled().await;
        harness.counted().await;
        let list = text(&developer.get(harness, LIST).await);
        let lead = "href=\"/w/default/activity?status=delivered&#38;stream=transactional&#38;range=30d\">2<";
        assert!(list.contains(lead), "{list}");
        assert!(list.contains("clicks, clicks in the text"), "{list}");
        assert_eq!(audited(harness).await[1..], ["stream.added", "stream.changed"]);

        let marketer = Browser::of_member(harness, harness.workspace(), Role::Marketer).await;
        assert!(!text(&marketer.get(harness, LIST).await).contains("Add a stream"));
        assert!(text(&marketer.get(harness, &path).await).contains(" disabled"));
        assert_eq!(marketer.post(harness, &path, &[]).await.status, 403);
    })
    .await;
}
