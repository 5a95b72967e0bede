//! Keys and streams over the API.

use futures_util::future::join_all;
use serde_json::json;

use super::admin::stream_add;
use super::keys::{Grant, key_add};
use super::{Class, Scope};
use crate::feature::domain::{Status, admin::domain_add_unsigned};
use crate::feature::event::By;
use crate::id::Noun;
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

#[tokio::test]
async fn a_workspace_has_only_so_many_of_each() {
    let harness = Harness::start(Database::Sqlite, &[]).await;
    let (app, workspace, now) = (&harness.app, harness.workspace(), harness.app.now());
    let made = (&*app.mint, now, By::Operator);
    // Domains and keys there are one of already, streams two; a thousand is each one's limit.
    join_all((1..1_000).map(|n| async move {
        let name = mail::Domain::parse(&format!("d{n}.example")).expect("a domain");
        domain_add_unsigned(&app.store, made, workspace, &name, Status::Vouched).await.expect("a domain");
        let grant =
            Grant { workspace, name: "k", scope: Scope::Full, domain: None, role: None, by: By::Operator };
        key_add(&app.store, &app.mint, now, grant).await.expect("a key");
        let stream = (&*format!("s{n}"), Class::Marketing, Class::Marketing.tracking());
        stream_add(&app.store, (&app.mint, now), workspace, stream).await.expect("a stream");
    }))
    .await;
    app.directory.reload(&app.store).await.expect("a snapshot");
    let cases = [
        ("/domains", json!({ "name": "one.more.example" })),
        ("/api-keys", json!({ "name": "one more" })),
        ("/streams", json!({ "name": "one-more", "class": "marketing" })),
    ];
    for (path, body) in cases {
        let answer = harness.post(path, &body).await;
        assert_eq!((answer.status, &answer.json()["name"]), (422, &json!("limit_reached")), "{path}");
    }
    harness.end().await;
}

#[tokio::test]
async fn the_log_tells_what_was_changed_and_by_which_key() {
    on_both(async |harness: &Harness| {
        let own = harness.app.directory.snapshot().key(&harness.key).expect("the key").id;
        let by = Noun::Key.show(own);
        let key = harness.post("/api-keys", &json!({ "name": "shop" })).await.json()["id"].clone();
        harness.ask("DELETE", &format!("/api-keys/{}", key.as_str().expect("an id")), &json!({})).await;
        let domain = harness.post("/domains", &json!({ "name": "New.example" })).await.json()["id"].clone();
        harness.ask("DELETE", &format!("/domains/{}", domain.as_str().expect("an id")), &json!({})).await;
        let gone = json!({ "email": "Ann@X.example", "reason": "complaint" });
        let suppression = harness.post("/suppressions", &gone).await.json()["id"].clone();
        let path = format!("/suppressions/{}", suppression.as_str().expect("an id"));
        harness.ask("DELETE", &path, &json!({})).await;
        harness.post("/suppressions", &json!({ "email": "bob@x.example" })).await;
        let lifted = json!({ "emails": ["bob@x.example", "nobody@x.example"] });
        assert_eq!(harness.post("/suppressions/batch/remove", &lifted).await.json()["removed"], 1);

        let expected = [
            (
                "api_key.created",
                json!({ "api_key_id": key, "name": "shop", "scope": "full", "domain_id": null, "by": by }),
            ),
            ("api_key.revoked", json!({ "api_key_id": key, "name": "shop", "by": by })),
            (
                "domain.created",
                json!({ "domain_id": domain, "name": "new.example", "status": "pending", "by": by }),
            ),
            ("domain.deleted", json!({ "domain_id": domain, "name": "new.example", "by": by })),
            (
                "suppression.added",
                json!({ "email": "ann@x.example", "reason": "complaint", "stream_id": null, "by": by }),
            ),
            ("suppression.removed", json!({ "email": "ann@x.example", "stream_id": null, "by": by })),
            ("suppression.removed", json!({ "email": "bob@x.example", "stream_id": null, "by": by })),
        ];
        let log = harness.get("/events?limit=1000").await.json();
        let told: Vec<_> =
            log["data"].as_array().expect("events").iter().map(|e| (&e["type"], &e["data"])).collect();
        assert!(!log.to_string().contains("nobody@x.example"), "what was not there was not lifted");
        for (name, data) in expected {
            assert!(told.contains(&(&json!(name), &data)), "{name} {data} is not in {told:#?}");
        }
        let created = told.iter().filter(|(name, _)| *name == "api_key.created");
        assert!(
            created.into_iter().any(|(_, data)| data["by"] == "operator"),
            "the harness's own: {told:#?}"
        );
    })
    .await;
}
