//! What is the same for every request, whatever it asks.

use serde_json::json;

use super::endpoint::Endpoint;
use crate::testing::{Database, Harness, on_both};

#[tokio::test]
async fn an_unknown_path_is_told_in_the_one_shape_of_errors() {
    on_both(async |harness: &Harness| {
        let answer = harness.get("/nothing").await;
        let id = answer.header("x-request-id");
        assert!(id.starts_with("req_"), "{id}");
        let expected = json!({
            "type": "/docs#not_found", "title": "There is no such thing", "status": 404,
            "detail": "there is nothing at /nothing", "instance": id, "statusCode": 404, "name": "not_found",
            "message": "there is nothing at /nothing", "errors": [], "retry_after": null,
        });
        assert_eq!((answer.status, answer.json()), (404, expected));
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("access-control-allow-origin"), "");
    })
    .await;
}

#[tokio::test]
async fn problem_json_is_sent_to_those_who_ask_for_it() {
    let harness = Harness::start(Database::Sqlite, &[]).await;
    let accept = [("accept", "application/problem+json, application/json")];
    let answer = harness.ask_with(("GET", "/nothing"), &accept, "").await;
    assert_eq!(answer.header("content-type"), "application/problem+json");
    harness.end().await;
}

#[test]
fn every_endpoint_has_a_summary_and_a_path_of_its_own() {
    let mut seen = std::collections::HashSet::new();
    for Endpoint { method, path, summary, .. } in super::endpoints() {
        assert!(summary.ends_with('.'), "{method:?} {path}: the summary is a sentence");
        assert!(seen.insert((method.as_str(), path)), "{method:?} {path} stands twice");
    }
}

#[tokio::test]
async fn the_document_and_the_page_tell_of_every_endpoint() {
    let harness = Harness::start(Database::Sqlite, &[]).await;
    let document = harness.ask_with(("GET", "/openapi.json"), &[("authorization", "")], "").await.json();
    let page = harness.ask_with(("GET", "/docs"), &[("authorization", "")], "").await;
    let policy = page.header("content-security-policy").to_owned();
    let html = String::from_utf8(page.bytes.to_vec()).expect("UTF-8");
    assert!(policy.contains("default-src 'none'") && !html.contains("<script"), "{policy}");
    for Endpoint { method, path, summary, .. } in super::endpoints() {
        let operation = &document["paths"][path][method.as_str().to_ascii_lowercase()];
        assert_eq!(operation["summary"], summary, "{method:?} {path}");
        assert!(html.contains(&format!("<b>{}</b> {path}<", method.as_str())), "{method:?} {path}");
    }
    for place in references(&document) {
        let found = document.pointer(place.trim_start_matches('#'));
        assert!(found.is_some(), "{place} is not in the document");
    }
    harness.end().await;
}

fn references(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::Object(map) => {
            let own = map.get("$ref").and_then(|place| place.as_str()).map(str::to_owned);
            own.into_iter().chain(map.values().flat_map(references)).collect()
        }
        serde_json::Value::Array(list) => list.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}
