//! Events over the API: by cursor, and as they happen.

use axum::body::{Body, BodyDataStream};
use axum::http::Request;
use axum::response::Response;
use futures_util::StreamExt;
use net::listen::{Stop, Stopper, stopper};
use serde_json::json;
use tower::ServiceExt;

use super::tail::FOLLOWERS_OF_WORKSPACE_MAX;
use crate::feature::access::Scope;
use crate::http::Paths;
use crate::testing::{Database, Harness, on_both};

/// A client that follows.
struct Follower {
    body: BodyDataStream,
    text: String,
    stopper: Stopper,
}

impl Follower {
    async fn begin(harness: &Harness, last_seen: Option<&str>) -> Follower {
        let (stopper, stop) = stopper();
        let response = follow(harness, &harness.key, stop, last_seen).await;
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Follower { body: response.into_body().into_data_stream(), text: String::new(), stopper }
    }

    /// The names of the events until there are `count`, and the cursor after the last.
    async fn names(&mut self, count: usize) -> (Vec<String>, String) {
        loop {
            let of = |field: &str| -> Vec<String> {
                self.text.lines().filter_map(|line| line.strip_prefix(field)).map(str::to_owned).collect()
            };
            let (names, mut cursors) = (of("event: "), of("id: "));
            if names.len() >= count && self.text.ends_with("\n\n") {
                return (names, cursors.pop().expect("an id with each event"));
            }
            let piece = self.body.next().await.expect("the stream goes on").expect("a piece");
            self.text.push_str(&String::from_utf8_lossy(&piece));
        }
    }
}

/// The answer to a client that wants to follow.
async fn follow(harness: &Harness, key: &str, stop: Stop, last_seen: Option<&str>) -> Response {
    let mut request =
        Request::builder().uri("/events/stream").header("authorization", format!("Bearer {key}"));
    if let Some(last) = last_seen {
        request = request.header("last-event-id", last);
    }
    let request = request.body(Body::empty()).expect("a request");
    crate::http::router(harness.app.clone(), Paths::All, stop).oneshot(request).await.expect("an answer")
}

async fn stream_named(harness: &Harness, name: &str) {
    let made = harness.post("/streams", &json!({ "name": name, "class": "marketing" })).await;
    assert_eq!(made.status, 201);
}

#[tokio::test]
async fn a_follower_hears_what_happens_and_resumes_without_loss() {
    on_both(async |harness: &Harness| {
        let mut first = Follower::begin(harness, None).await;
        stream_named(harness, "one").await;
        let (names, cursor) = first.names(1).await;
        assert_eq!(names, ["stream.created"], "only what happens from now on");
        drop(first);

        stream_named(harness, "two").await;
        harness.post("/suppressions", &json!({ "email": "a@x.example" })).await;
        let mut second = Follower::begin(harness, Some(&cursor)).await;
        let (mut names, end) = second.names(2).await;
        // Two committers have no order among each other.
        names.sort_unstable();
        assert_eq!(names, ["stream.created", "suppression.added"]);
        let list = harness.get(&format!("/events?after={end}")).await.json();
        assert_eq!(list["data"], json!([]), "the follower's cursor is the list's");
        second.stopper.stop();
        assert!(second.body.next().await.is_none(), "the stream ends with the process");
    })
    .await;
}

#[tokio::test]
async fn a_workspace_has_only_so_many_followers_and_another_has_its_own() {
    let harness = Harness::start(Database::Sqlite, &[]).await;
    let (_stopper, stop) = stopper();
    let another = harness.new_workspace("another").await;
    let others_key = harness.key_of(another, Scope::Full).await;
    let mut present = Vec::new();
    for _ in 0..FOLLOWERS_OF_WORKSPACE_MAX {
        present.push(follow(&harness, &harness.key, stop.clone(), None).await);
    }
    assert!(present.iter().all(|response| response.status() == 200));
    let refused = follow(&harness, &harness.key, stop.clone(), None).await;
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (503, &"5".parse().unwrap()));
    assert_eq!(follow(&harness, &others_key, stop.clone(), None).await.status(), 200);
    present.pop();
    assert_eq!(follow(&harness, &harness.key, stop, None).await.status(), 200, "one has gone");
    harness.end().await;
}

#[tokio::test]
async fn a_list_goes_on_from_its_cursor_to_the_end() {
    on_both(async |harness: &Harness| {
        for n in 0..7 {
            stream_named(harness, &format!("s{n}")).await;
        }
        let (mut path, mut names) = ("/events?limit=3".to_owned(), Vec::new());
        loop {
            let page = harness.get(&path).await.json();
            let data = page["data"].as_array().expect("events");
            assert!(data.len() <= 3);
            names.extend(data.iter().map(|event| event["type"].as_str().expect("a text").to_owned()));
            if page["has_more"] == false {
                break;
            }
            path = format!("/events?limit=3&after={}", page["cursor"].as_str().expect("a cursor"));
        }
        assert_eq!(names.iter().filter(|name| *name == "stream.created").count(), 7, "{names:?}");
    })
    .await;
}

#[tokio::test]
async fn what_is_no_cursor_is_told_by_its_name() {
    let harness = Harness::start(Database::Sqlite, &[]).await;
    for (path, pointer) in
        [("/events?after=x", "after"), ("/events?limit=0", "limit"), ("/events/stream?after=x", "after")]
    {
        let answer = harness.get(path).await;
        assert_eq!((answer.status, &answer.json()["errors"][0]["pointer"]), (422, &json!(pointer)), "{path}");
    }
    harness.end().await;
}
