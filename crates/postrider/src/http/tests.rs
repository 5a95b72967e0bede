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
