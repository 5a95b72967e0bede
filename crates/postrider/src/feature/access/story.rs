//! Keys and streams over the API.

use serde_json::json;

use crate::testing::{Database, Harness, on_both};

#[tokio::test]
async fn a_key_is_shown_once_opens_what_it_may_and_nothing_after_its_revocation() {
    on_both(async |harness: &Harness| {
        let made = harness.post("/api-keys", &json!({ "name": "app", "permission": "sending_access" })).await;
        let (id, token) = (made.json()["id"].clone(), made.json()["token"].clone());
        let (id, token) = (id.as_str().expect("an id"), token.as_str().expect("a token"));
        assert_eq!(made.status, 201);
        let as_it = |path: &'static str| {
            let bearer = format!("Bearer {token}");
            async move { harness.ask_with(("GET", path), &[("authorization", &bearer)], "").await.json() }
        };
        assert_eq!(as_it("/domains").await["name"], "restricted_api_key");
        let list = harness.get("/api-keys").await.json();
        let listed = &list["data"][0];
        assert_eq!((&listed["id"], &listed["permission"]), (&json!(id), &json!("sending_access")));
        assert!(
            !list.to_string().contains(token)
                && token.starts_with(listed["prefix"].as_str().expect("a text"))
        );
        let path = format!("/api-keys/{id}");
        assert_eq!(harness.ask("DELETE", &path, &json!({})).await.json()["deleted"], true);
        assert_eq!(as_it("/domains").await["name"], "invalid_api_key");
        assert_eq!(harness.ask("DELETE", &path, &json!({})).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn every_wrong_field_of_a_new_key_is_told() {
    let harness = Harness::start(Database::Sqlite, &[]).await;
    let body = json!({ "name": " ", "permission": "root", "domain_id": "dom_0000000000001" });
    let answer = harness.post("/api-keys", &body).await.json();
    let pointers: Vec<_> =
        answer["errors"].as_array().expect("errors").iter().map(|e| &e["pointer"]).collect();
    assert_eq!(pointers, ["/name", "/permission", "/domain_id"]);
    harness.end().await;
}

#[tokio::test]
async fn a_stream_can_be_used_as_soon_as_it_is_made() {
    on_both(async |harness: &Harness| {
        let made = harness.post("/streams", &json!({ "name": "news", "class": "marketing" })).await;
        assert_eq!(made.status, 201);
        let id = made.json()["id"].as_str().expect("an id").to_owned();
        assert_eq!(harness.get(&format!("/streams/{id}")).await.json()["class"], "marketing");
        assert_eq!(harness.get("/streams").await.json()["data"].as_array().map(Vec::len), Some(3));
        let again = harness.post("/streams", &json!({ "name": "news", "class": "marketing" })).await;
        assert_eq!(again.json()["name"], "conflict");
        assert_eq!(harness.post("/streams", &json!({ "name": "No!", "class": "x" })).await.status, 422);
    })
    .await;
}

#[tokio::test]
async fn a_key_is_revoked_also_when_nobody_waits_for_the_answer() {
    on_both(async |harness: &Harness| {
        let made = harness.post("/api-keys", &json!({ "name": "app" })).await.json();
        let (id, token) = (made["id"].as_str().expect("an id"), made["token"].as_str().expect("a token"));
        let path = format!("/api-keys/{id}");
        tokio::select! {
            biased;
            _ = harness.ask_with(("DELETE", &path), &[], "") => panic!("the client waits for no answer"),
            () = std::future::ready(()) => {}
        }
        let opens = || harness.app.directory.snapshot().key(token).is_some();
        for _ in 0..500 {
            if !opens() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert!(!opens(), "the key still opens something");
    })
    .await;
}
