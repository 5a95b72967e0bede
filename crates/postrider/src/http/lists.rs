//! Every list is read page by page, both ways: proven for every endpoint that answers one.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::endpoint::{Endpoint, Method, Shape};
use crate::testing::{Harness, on_both};

/// Whether an endpoint answers pages of a list.
fn is_list(endpoint: &Endpoint) -> bool {
    let Some(Shape::Json { schema, .. }) = &endpoint.answer.1 else { return false };
    let schema = serde_json::to_string(schema).expect("a schema");
    endpoint.method == Method::Get && schema.contains("\"has_more\"")
}

/// What stands for the variables of paths.
struct Examples {
    /// An email with several recipients, events and attempts.
    email: String,
    /// A webhook that was told one event several times.
    webhook: String,
    event: String,
}

impl Examples {
    fn path(&self, endpoint: &Endpoint) -> String {
        let id = match endpoint.path.split('/').nth(1) {
            Some("webhooks") => &self.webhook,
            Some("templates") => "t0",
            _ => &self.email,
        };
        endpoint.path.replace("{id}", id).replace("{event}", &self.event)
    }
}

/// A webhook that was told one event three times, to no avail.
async fn webhook(harness: &Harness, event: &str) -> String {
    let mut id = String::new();
    for _ in 0..3 {
        let wish = json!({ "endpoint": "http://127.0.0.1:9/", "events": ["queue.held"] });
        let made = harness.post("/webhooks", &wish).await.json();
        id = made["id"].as_str().expect("an id").to_owned();
    }
    let mut commits = harness.app.store.commits();
    for count in 1..=3 {
        let asked = harness.post(&format!("/webhooks/{id}/events/{event}/replay"), &json!({})).await;
        assert_eq!(asked.status, 200);
        loop {
            commits.mark_unchanged();
            let told = page(harness, &format!("/webhooks/{id}/events/{event}/attempts")).await.0;
            if told.len() >= count {
                break;
            }
            commits.changed().await.expect("the store is open");
        }
    }
    // Nothing is told while the lists are read.
    harness.ask("PATCH", &format!("/webhooks/{id}"), &json!({ "enabled": false })).await;
    id
}

/// At least three of everything.
async fn something_of_everything(harness: &Harness) -> Examples {
    for n in 0..3 {
        harness.domain(harness.workspace(), &format!("d{n}.example")).await;
        harness.post("/api-keys", &json!({ "name": format!("k{n}") })).await;
        harness.post("/suppressions", &json!({ "email": format!("s{n}@x.example") })).await;
        harness.post("/streams", &json!({ "name": format!("n{n}"), "class": "marketing" })).await;
        harness.post("/emails", &email(&["one@x.example"])).await;
        harness.post("/attachments", &json!({ "filename": format!("a{n}.txt"), "content": "eA==" })).await;
        let image = STANDARD.encode([b"GIF89a\x01\0\x01\0", [n; 3].as_slice()].concat());
        harness.post("/images", &json!({ "filename": format!("i{n}"), "content": image })).await;
        harness.post("/template-parts", &json!({ "kind": "partial", "name": format!("p{n}") })).await;
        harness.post("/code-profiles", &json!({ "name": format!("c{n}") })).await;
        let template = json!({ "name": format!("t{n}"), "subject": "s", "text": "t" });
        harness.post("/templates", &template).await;
    }
    for _version in 0..3 {
        harness.post("/templates/t0/publish", &json!({})).await;
    }
    let mut mail = email(&["a@x.example", "b@x.example", "c@x.example"]);
    let linked = json!({ "content": "eA==", "filename": "a.txt", "link": true });
    mail["attachments"] = json!([linked, linked, linked]);
    let sent = harness.post("/emails", &mail).await;
    harness.settled().await;
    let email = sent.json()["id"].as_str().expect("an id").to_owned();
    let event = page(harness, "/events?limit=1").await.0.swap_remove(0);
    Examples { email, webhook: webhook(harness, &event).await, event }
}

fn email(to: &[&str]) -> Value {
    json!({ "from": "me@app.example", "to": to, "subject": "s", "text": "t" })
}

/// The ids on a page, and where the list goes on.
async fn page(harness: &Harness, path: &str) -> (Vec<String>, Option<String>) {
    let answer = harness.get(path).await;
    let page = answer.json();
    assert_eq!((answer.status, &page["object"]), (200, &json!("list")), "{path}: {page}");
    assert_eq!(page["has_more"], json!(page["next"].is_string()), "{path}: {page}");
    let id = |entry: &Value| entry["id"].as_str().unwrap_or_else(|| panic!("{path}: no id")).to_owned();
    (
        page["data"].as_array().expect("data").iter().map(id).collect(),
        page["next"].as_str().map(str::to_owned),
    )
}

/// What the pages of two hold one after the other, each in the order of the list.
async fn pages(harness: &Harness, path: &str, way: &str, mut edge: String) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    loop {
        let (ids, next) = page(harness, &format!("{path}?limit=2&{way}={edge}")).await;
        assert!(ids.len() <= 2, "{path}: {ids:?}");
        pages.push(ids);
        match next {
            Some(next) => edge = next,
            None => return pages,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_list_is_read_page_by_page_in_both_directions() {
    on_both(async |harness: &Harness| {
        let examples = something_of_everything(harness).await;
        for endpoint in super::endpoints().iter().filter(|endpoint| is_list(endpoint)) {
            let path = examples.path(endpoint);
            for name in ["limit", "after", "before"] {
                assert!(
                    endpoint.query.iter().any(|parameter| parameter.name == name),
                    "{path} tells of {name}"
                );
            }
            let (all, next) = page(harness, &format!("{path}?limit=1000")).await;
            assert!(all.len() >= 3 && next.is_none(), "{path}: {all:?}");
            // Cursors of the log are no ids, and a list that is read back begins at its end.
            let log = path == "/events";
            let first = if log { String::new() } else { all[0].clone() };
            let onward = pages(harness, &path, "after", first).await.concat();
            assert_eq!(onward, all[usize::from(!log)..], "{path} onward");
            let last = if log { String::new() } else { all[all.len() - 1].clone() };
            let mut back = pages(harness, &path, "before", last).await;
            back.reverse();
            assert_eq!(back.concat(), all[..all.len() - usize::from(!log)], "{path} back");
            let both = harness.get(&format!("{path}?after=x&before=y")).await;
            assert_eq!(both.status, 422, "{path}");
        }
    })
    .await;
}
