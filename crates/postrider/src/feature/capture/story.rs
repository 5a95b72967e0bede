//! The capture mailbox over the API.

use serde_json::{Value, json};
use store::Write;

use super::CAPTURED;
use super::read::EXAMINED_MAX;
use crate::id::Noun;
use crate::testing::{Harness, on_both};

/// The subjects that a list shows.
async fn subjects(harness: &Harness, path: &str) -> Vec<String> {
    let list = harness.get(path).await.json();
    let subject = |entry: &Value| entry["subject"].as_str().expect("a text").to_owned();
    list["data"].as_array().unwrap_or_else(|| panic!("{path}: {list}")).iter().map(subject).collect()
}

#[tokio::test]
async fn what_must_not_leave_is_listed_shown_found_and_cleared() {
    on_both(async |harness: &Harness| {
        let first = json!({
            "from": "Ä <me@app.example>", "to": "ann@x.example", "cc": "bob@x.example", "subject": "50% off",
            "text": "plain", "html": "<b>rich</b>",
            "attachments": [{ "filename": "a.txt", "content": "aGk=", "content_type": "text/plain" }],
        });
        let id = harness.post("/emails", &first).await.json()["id"].clone();
        let second =
            json!({ "from": "me@app.example", "to": "cy@y.example", "subject": "Other", "text": "t" });
        harness.post("/emails", &second).await;
        harness.settled().await;

        let mut all = subjects(harness, "/captured").await;
        all.sort_unstable();
        assert_eq!(all, ["50% off", "50% off", "Other"], "one a recipient");
        let cases: &[(&str, &[&str])] = &[
            ("ANN@X", &["50% off"]),
            ("50%25", &["50% off", "50% off"]),
            ("other", &["Other"]),
            ("5__", &[]),
        ];
        for (typed, expected) in cases {
            assert_eq!(subjects(harness, &format!("/captured?q={typed}")).await, *expected, "{typed}");
        }

        let list = harness.get("/captured?q=ann").await.json();
        let path = format!("/captured/{}", list["data"][0]["id"].as_str().expect("an id"));
        let shown = harness.get(&path).await.json();
        let expected = json!({
            "email_id": id, "from": "me@app.example", "to": "ann@x.example", "reverse_path": "me@app.example",
            "text": "plain", "html": "<b>rich</b>",
        });
        for (name, value) in expected.as_object().expect("an object") {
            let got = shown[name].as_str().map(str::trim_end);
            assert_eq!(got, value.as_str(), "{name} of {shown}");
        }
        let file = &shown["attachments"][0];
        assert_eq!(
            (&file["filename"], &file["content_type"], &file["size"]),
            (&json!("a.txt"), &json!("text/plain"), &json!(2))
        );
        let names: Vec<_> = shown["headers"].as_array().expect("fields").iter().map(|f| &f["name"]).collect();
        assert!(names.contains(&&json!("DKIM-Signature")), "as the wire would have carried it: {names:?}");
        let raw = harness.get(&format!("{path}/raw")).await;
        assert_eq!(
            (raw.header("content-type"), json!(raw.bytes.len())),
            ("message/rfc822", shown["size"].clone())
        );

        assert_eq!(harness.ask("DELETE", "/captured", &json!({})).await.json()["deleted"], 3);
        assert!(subjects(harness, "/captured").await.is_empty());
        assert_eq!(harness.get(&path).await.status, 404);
        assert_eq!(harness.get("/captured/cap_nonsense").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_search_looks_at_so_many_messages_and_says_where_to_go_on() {
    on_both(async |harness: &Harness| {
        let mut write = Write::default();
        for id in 1..=EXAMINED_MAX + 1 {
            let (text, subject) = ("me@app.example".to_owned(), if id == 1 { "sought" } else { "another" });
            let values = [
                id.into(),
                harness.workspace().into(),
                1.into(),
                1.into(),
                text.clone().into(),
                text.clone().into(),
                text.into(),
                subject.into(),
                0.into(),
                bytes::Bytes::new().into(),
            ];
            write.row(&CAPTURED, values);
        }
        harness.app.store.write(write).await.expect("they are kept");
        let page = harness.get("/captured?q=sought").await.json();
        assert_eq!((&page["data"], &page["has_more"]), (&json!([]), &json!(true)));
        let next = page["next"].as_str().expect("a place");
        let path = format!("/captured?q=sought&after={next}");
        assert_eq!(subjects(harness, &path).await, ["sought"]);
        let back = format!("/captured?q=nothing&before={}", Noun::Captured.show(0));
        assert_eq!(harness.get(&back).await.json()["next"], Noun::Captured.show(EXAMINED_MAX));
    })
    .await;
}
