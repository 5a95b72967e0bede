//! What is the same for every request, whatever it asks.

use std::convert::Infallible;

use axum::body::Body;
use axum::http::Request;
use futures_util::{StreamExt, stream};
use net::listen::stopper;
use serde_json::json;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tower::ServiceExt;

use super::endpoint::Endpoint;
use crate::feature::access::Scope;
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

/// A request whose body has come as far as `octets`, and what lets it end.
async fn half_sent(harness: &Harness, key: &str, octets: usize) -> (JoinHandle<u16>, oneshot::Sender<()>) {
    let (counted, has_counted) = oneshot::channel();
    let (end, ends) = oneshot::channel::<()>();
    let piece = stream::once(async move { Ok::<_, Infallible>(vec![b' '; octets]) });
    // Whoever asks for the next piece has counted the first.
    let rest = stream::once(async move {
        counted.send(()).expect("the test waits");
        drop(ends.await);
        Ok(b"{}".to_vec())
    });
    let request = Request::post("/streams").header("authorization", format!("Bearer {key}"));
    let request = request.body(Body::from_stream(piece.chain(rest))).expect("a request");
    let router = super::router(harness.app.clone(), super::Paths::All, stopper().1);
    let answer =
        tokio::spawn(async move { router.oneshot(request).await.expect("an answer").status().as_u16() });
    has_counted.await.expect("the body is read");
    (answer, end)
}

#[tokio::test]
async fn bodies_together_take_no_more_than_they_may_and_half_of_it_for_one_workspace() {
    let limits = [("http.body_max_bytes", "65536"), ("http.bodies_max_bytes", "131072")];
    let harness = Harness::start(Database::Sqlite, &limits).await;
    let mut keys = Vec::new();
    for name in ["b", "c"] {
        let workspace = harness.new_workspace(name).await;
        keys.push(harness.key_of(workspace, Scope::Full).await);
    }
    let post = async |key: &str, octets: usize| {
        let bearer = format!("Bearer {key}");
        harness.ask_with(("POST", "/streams"), &[("authorization", &bearer)], vec![b' '; octets]).await
    };
    let (first, first_end) = half_sent(&harness, &harness.key, 60_000).await;
    let refused = post(&harness.key, 10_000).await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, "5"), "the half is full");
    assert_eq!(refused.json()["name"], "service_unavailable");
    let (second, second_end) = half_sent(&harness, &keys[0], 60_000).await;
    assert_eq!(post(&keys[1], 5_000).await.status, 422, "there is room for another's");
    assert_eq!(post(&keys[1], 20_000).await.status, 503, "all is full");
    for (one, end) in [(first, first_end), (second, second_end)] {
        end.send(()).expect("the body waits");
        assert_eq!(one.await.expect("an answer"), 422, "a stream has a name");
    }
    assert_eq!(post(&harness.key, 65_000).await.status, 422, "it was given back");
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
