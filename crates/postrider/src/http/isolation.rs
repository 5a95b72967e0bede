//! Nothing of a workspace is visible or changeable through another's key: proven for every endpoint of the list.
//!
//! An endpoint that takes an id, a query or a body and has no example here makes the test fail.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::Request;
use futures_util::StreamExt;
use net::listen::stopper;
use serde_json::{Value, json};

use super::auth::Authority;
use super::endpoint::{Endpoint, Method, Shape};
use crate::feature::access::Scope;
use crate::feature::event::By;
use crate::testing::{Harness, on_both};

/// A workspace with something of everything; each of its names and addresses holds its mark.
struct Tenant {
    mark: &'static str,
    workspace: i64,
    key: String,
    sending_key: String,
    /// Every id that there is, by the first segment of the paths in which it stands.
    ids: BTreeMap<&'static str, Vec<String>>,
}

/// What a tenant makes first: paths with bodies.
fn belongings(mark: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("/streams", json!({ "name": format!("{mark}-stream"), "class": "marketing" })),
        ("/api-keys", json!({ "name": format!("{mark} key") })),
        ("/suppressions", json!({ "email": format!("gone@{mark}.example") })),
        ("/template-parts", json!({ "kind": "partial", "name": "footer", "body": format!("{mark} part") })),
        ("/attachments", json!({ "filename": format!("{mark}.txt"), "content": "dGhlIHNhbWUgb2Ygb3RoZXJz" })),
        ("/images", json!({ "filename": mark, "content": "R0lGODlhAQABAIAAAA==" })),
        ("/templates", template(mark)),
        (
            "/code-profiles",
            json!({ "name": format!("{mark}-profile"), "from": format!("me@{mark}.example") }),
        ),
        (
            "/webhooks",
            json!({ "endpoint": format!("http://127.0.0.1:9/{mark}"), "events": ["*"], "enabled": false }),
        ),
    ]
}

impl Tenant {
    async fn settle_in(harness: &Harness, mark: &'static str) -> Tenant {
        let workspace = harness.new_workspace(mark).await;
        harness.domain(workspace, &format!("{mark}.example")).await;
        let key = harness.key_of(workspace, Scope::Full).await;
        let sending_key = harness.key_of(workspace, Scope::Sending).await;
        let mut tenant = Tenant { mark, workspace, key, sending_key, ids: BTreeMap::new() };
        for (path, body) in belongings(mark) {
            let (status, text) = tenant.ask(harness, ("POST", path), Some(&body)).await;
            assert_eq!(status, 201, "{text}");
        }
        for scheduled in [None, Some("in 1 hour")] {
            tenant.mail(harness, scheduled).await;
        }
        tenant.order_code(harness).await;
        harness.settled().await;
        harness.indexed().await;
        for noun in [
            "domains",
            "api-keys",
            "streams",
            "suppressions",
            "captured",
            "events",
            "templates",
            "template-parts",
            "attachments",
            "images",
            "webhooks",
            "code-profiles",
        ] {
            tenant.learn(harness, noun, &format!("/{noun}")).await;
        }
        let links = format!("/emails/{}/links", tenant.ids["emails"][0]);
        tenant.learn(harness, "links", &links).await;
        let attempts = format!("/emails/{}/attempts", tenant.ids["emails"][0]);
        tenant.learn(harness, "attempts", &attempts).await;
        let versions = format!("/templates/{mark}/versions");
        tenant.learn(harness, "versions", &versions).await;
        tenant.ids.entry("templates").or_default().push(mark.to_owned());
        let webhook = tenant.ids["webhooks"][0].clone();
        let (status, text) = tenant.ask(harness, ("POST", &format!("/webhooks/{webhook}/test")), None).await;
        assert_eq!(status, 200, "{text}");
        tenant.learn(harness, "webhook-attempts", &format!("/webhooks/{webhook}/attempts")).await;
        let suppressed = format!("gone@{mark}.example");
        tenant.ids.entry("suppressions").or_default().push(suppressed);
        tenant
    }

    async fn order_code(&mut self, harness: &Harness) {
        let mark = self.mark;
        let code = json!({
            "to": format!("ann@{mark}.example"), "purpose": "login", "profile": format!("{mark}-profile"),
        });
        let (status, text) = self.ask(harness, ("POST", "/codes"), Some(&code)).await;
        assert_eq!(status, 200, "{text}");
        let sent: Value = serde_json::from_str(&text).expect("an answer");
        self.ids.entry("codes").or_default().push(sent["id"].as_str().expect("an id").to_owned());
    }

    async fn mail(&mut self, harness: &Harness, scheduled: Option<&str>) {
        let mark = self.mark;
        let body = json!({
            "from": format!("me@{mark}.example"), "to": format!("ann@{mark}.example"),
            "subject": format!("{mark} subject"), "text": format!("{mark} text"), "tags": { "kind": mark },
            "scheduled_at": scheduled,
            "attachments": [{ "content": "eA==", "filename": format!("{mark}.txt"), "link": true }],
        });
        let (status, text) = self.ask(harness, ("POST", "/emails"), Some(&body)).await;
        assert_eq!(status, 200, "{text}");
        let sent: Value = serde_json::from_str(&text).expect("an answer");
        let id = |shown: &Value| shown["id"].as_str().expect("an id").to_owned();
        self.ids.entry("emails").or_default().push(id(&sent));
        self.ids.entry("deliveries").or_default().push(id(&sent["recipients"][0]));
    }

    /// Adds the ids that a list shows under `noun`.
    async fn learn(&mut self, harness: &Harness, noun: &'static str, path: &str) {
        let (_, text) = self.ask(harness, ("GET", &format!("{path}?limit=100")), None).await;
        let list: Value = serde_json::from_str(&text).expect("a list");
        let ids = list["data"].as_array().expect("entries").iter();
        let ids: Vec<_> = ids.map(|entry| entry["id"].as_str().expect("an id").to_owned()).collect();
        assert!(!ids.is_empty(), "the tenant has nothing under {path}");
        self.ids.entry(noun).or_default().extend(ids);
    }

    async fn ask(
        &self,
        harness: &Harness,
        (method, path): (&str, &str),
        body: Option<&Value>,
    ) -> (u16, String) {
        ask(harness, Some(&self.key), (method, path), body).await
    }

    /// Everything that only this tenant may see.
    fn secrets(&self) -> Vec<&str> {
        self.ids.values().flatten().map(String::as_str).chain([self.mark, &*self.key]).collect()
    }

    fn of(&self, path: &str) -> &[String] {
        let noun = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        self.ids.get(noun).unwrap_or_else(|| panic!("{path}: give the test an example of its ids"))
    }
}

/// A published template by this key.
fn template(key: &str) -> Value {
    let source = format!("{key} {{% include 'footer' %}}");
    json!({ "name": key, "key": key, "subject": key, "html": source, "publish": true })
}

async fn ask(
    harness: &Harness,
    key: Option<&str>,
    (method, path): (&str, &str),
    body: Option<&Value>,
) -> (u16, String) {
    let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    if let Some(key) = key {
        request = request.header("authorization", format!("Bearer {key}"));
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    let answer = harness.send(request.body(body).expect("a request")).await;
    (answer.status, String::from_utf8_lossy(&answer.bytes).into_owned())
}

/// Bodies in which ids and names of `victim` stand; an endpoint that takes a body must have one.
fn bodies(endpoint: &Endpoint, victim: &Tenant, thief: &Tenant) -> Vec<Value> {
    let stream = format!("{}-stream", victim.mark);
    match (endpoint.method, endpoint.path) {
        (Method::Post, "/domains") => vec![json!({ "name": "new.example" })],
        (Method::Post, "/api-keys") => vec![json!({ "name": "k", "domain_id": victim.ids["domains"][0] })],
        (Method::Patch, "/domains/{id}") => {
            vec![json!({ "tracking_host": format!("t.{}.example", victim.mark) })]
        }
        (Method::Patch, "/streams/{id}") => vec![json!({ "tracking": { "opens": false } })],
        (Method::Post, "/streams") => vec![json!({ "name": "new", "class": "marketing" })],
        (Method::Post, "/suppressions") => vec![json!({ "email": "a@b.example", "stream": stream })],
        (Method::Post, "/suppressions/batch/add") => {
            vec![json!({ "emails": ["c@d.example"], "stream": stream })]
        }
        (Method::Post, "/stats/advice/suppress-invalid") => vec![json!({}), json!({ "stream": stream })],
        (Method::Post, "/suppressions/batch/remove") => {
            vec![json!({ "emails": [format!("gone@{}.example", victim.mark)] })]
        }
        (Method::Post, "/emails" | "/emails/batch") => {
            let mail = json!({
                "from": format!("me@{}.example", thief.mark), "to": "x@y.example", "subject": "s", "text": "t",
                "stream": stream,
            });
            let made = json!({
                "from": format!("me@{}.example", thief.mark), "to": "x@y.example", "template": { "id": victim.mark },
            });
            let file = json!({
                "from": format!("me@{}.example", thief.mark), "to": "x@y.example", "subject": "s", "text": "t",
                "attachments": [{ "id": victim.ids["attachments"][0] }],
            });
            let each = [mail, made, file].into_iter();
            each.map(|mail| if endpoint.path == "/emails" { mail } else { json!([mail]) }).collect()
        }
        (Method::Post, "/codes") => orders(victim, thief),
        (Method::Post, "/codes/check") => checks(victim),
        (Method::Post, "/code-profiles") => vec![json!({ "name": "new" })],
        (Method::Patch, "/code-profiles/{id}") => vec![json!({ "attempts": 1 })],
        (Method::Post, "/webhooks") => {
            vec![json!({ "endpoint": "https://new.example/", "events": ["*"], "streams": [stream] })]
        }
        (Method::Patch, "/webhooks/{id}") => vec![json!({ "enabled": true })],
        (Method::Post, "/webhooks/{id}/replay") => vec![json!({ "event_id": victim.ids["events"][0] })],
        (Method::Post, "/webhooks/{id}/test") => vec![json!({ "event": "email.delivered" })],
        (Method::Patch, "/emails/{id}") => vec![json!({ "scheduled_at": "2099-01-01T00:00:00Z" })],
        (Method::Post, "/templates" | "/templates/import") => {
            vec![json!({ "name": "x", "subject": "s", "html": "{% include 'footer' %}", "publish": true })]
        }
        (Method::Patch, "/templates/{id}") => vec![json!({ "name": "stolen", "publish": true })],
        (Method::Post, "/templates/{id}/duplicate") => vec![json!({ "key": "stolen" })],
        (Method::Post, "/lint") => vec![json!({ "subject": "s", "html": "<p>h</p>", "stream": stream })],
        (Method::Post, "/templates/{id}/lint") => vec![json!({}), json!({ "version": 1 })],
        (Method::Post, "/templates/{id}/render") => vec![json!({}), json!({ "version": 1 })],
        (Method::Post, "/templates/gallery/{id}/use") => vec![json!({})],
        (Method::Post, "/attachments") => vec![json!({ "filename": "x.txt", "content": "eA==" })],
        (Method::Post, "/images") => vec![json!({ "filename": "x.gif", "content": "R0lGODlhAgABAIAAAA==" })],
        (Method::Post, "/template-parts") => vec![json!({ "kind": "theme", "name": "x", "body": "{}" })],
        (Method::Patch, "/template-parts/{id}") => vec![json!({ "body": "stolen" })],
        (method, path) if endpoint.request.is_some() => {
            panic!("{} {path}: give the test an example of its body", method.as_str())
        }
        _ => vec![],
    }
}

/// Codes to be sent with what is the victim's.
fn orders(victim: &Tenant, thief: &Tenant) -> Vec<Value> {
    let code =
        json!({ "to": "x@y.example", "purpose": "login", "from": format!("me@{}.example", thief.mark) });
    let with = |field: &str, value: String| {
        let mut code = code.clone();
        code[field] = value.into();
        code
    };
    vec![with("profile", format!("{}-profile", victim.mark)), with("template", victim.mark.to_owned())]
}

/// Checks of the victim's code.
fn checks(victim: &Tenant) -> Vec<Value> {
    let to = format!("ann@{}.example", victim.mark);
    vec![
        json!({ "id": victim.ids["codes"][0], "code": "123456" }),
        json!({ "to": to, "purpose": "login", "code": "123456" }),
        json!({ "to": to, "purpose": "login", "code": "123456", "profile": format!("{}-profile", victim.mark) }),
    ]
}

/// Queries in which ids and names of `victim` stand; an endpoint with parameters must have one.
fn queries(endpoint: &Endpoint, victim: &Tenant) -> Vec<String> {
    let after = |noun: &str| format!("?limit=1000&after={}", victim.ids[noun].last().expect("an id"));
    match endpoint.path {
        "/domains" => vec![after("domains")],
        "/api-keys" => vec![after("api-keys")],
        "/streams" => vec![after("streams")],
        "/suppressions" => vec![format!("?limit=1000&after={}", victim.ids["suppressions"][0])],
        "/captured" => vec![after("captured"), format!("?q={}", victim.mark)],
        "/events" => vec!["?limit=1000".into(), "?limit=1000&before=".into()],
        "/events/stream" => vec![String::new()],
        "/emails" => {
            let tag = format!("?tag=kind:{}", victim.mark);
            let domain = format!("?domain={}.example", victim.mark);
            let subject = format!("?subject={}", victim.mark);
            vec![after("emails"), format!("?to=ann@{}.example", victim.mark), tag, domain, subject]
        }
        "/templates" => vec![format!("?limit=1000&after={}", victim.ids["templates"][0])],
        "/templates/{id}" => vec![String::new(), "?version=1".into()],
        "/templates/{id}/versions" => vec![after("versions")],
        "/template-parts" => vec![after("template-parts"), "?kind=partial".into()],
        "/attachments" => vec![after("attachments")],
        "/images" => vec![after("images")],
        "/code-profiles" => vec![after("code-profiles")],
        "/webhooks" => vec![after("webhooks")],
        "/stats" => {
            let tag = format!("?tag=kind:{}", victim.mark);
            let groups = ["stream", "tag", "domain", "source", "key", "template"];
            let grouped = groups.map(|by| format!("?step=total&group_by={by}"));
            let stream = format!("?stream={}", victim.ids["streams"][0]);
            [vec![tag, stream, format!("?domain={}.example&format=csv", victim.mark)], grouped.to_vec()]
                .concat()
        }
        "/stats/times" | "/stats/advice" => {
            vec![String::new(), format!("?stream={}", victim.ids["streams"][0])]
        }
        "/stats/consumption" => vec![String::new()],
        "/webhooks/{id}/attempts" | "/webhooks/{id}/events/{event}/attempts" => {
            vec![after("webhook-attempts")]
        }
        "/emails/{id}/links" => vec![after("links")],
        "/emails/{id}/recipients" => vec![after("deliveries")],
        "/emails/{id}/events" => vec![after("events")],
        "/emails/{id}/attempts" => vec![after("attempts")],
        path if !endpoint.query.is_empty() => panic!("{path}: give the test an example of its query"),
        _ => vec![String::new()],
    }
}

fn is_endless(endpoint: &Endpoint) -> bool {
    matches!(endpoint.answer.1, Some(Shape::Other("text/event-stream")))
}

/// The paths of an endpoint with a tenant's ids in them.
fn paths(endpoint: &Endpoint, tenant: &Tenant) -> Vec<String> {
    match endpoint.path.split_once("{id}") {
        None => vec![endpoint.path.to_owned()],
        Some((before, after)) => {
            let after = after
                .replace("{attempt}", &tenant.ids["webhook-attempts"][0])
                .replace("{event}", &tenant.ids["events"][0]);
            assert!(!after.contains('{'), "{}: give the test an example of its second id", endpoint.path);
            tenant.of(before).iter().map(|id| format!("{before}{id}{after}")).collect()
        }
    }
}

fn conceals(secrets: &[&str], asked: &str, text: &str) {
    for secret in secrets {
        assert!(!text.contains(secret), "{asked} tells {secret}:\n{text}");
    }
}

/// What a tenant sees of itself.
async fn seen(harness: &Harness, tenant: &Tenant) -> BTreeMap<String, String> {
    let mut seen = BTreeMap::new();
    for endpoint in super::endpoints() {
        if endpoint.method != Method::Get || endpoint.authority == Authority::Open || is_endless(&endpoint) {
            continue;
        }
        for path in paths(&endpoint, tenant) {
            let (status, text) = tenant.ask(harness, ("GET", &path), None).await;
            assert_eq!(status, 200, "GET {path} by its own: {text}");
            // A cursor moves on past the events of others, and so does the moment up to which everything is counted.
            let text = text.split(",\"cursor\":").next().unwrap_or_default().to_owned();
            let (head, rest) = text.split_once("\"counted_until\":").unwrap_or((&text, ""));
            let text = format!("{head}{}", rest.split_once(',').map_or(rest, |(_, rest)| rest));
            seen.insert(path, text);
        }
    }
    seen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_workspaces_key_sees_and_changes_nothing() {
    on_both(async |harness: &Harness| {
        let victim = Tenant::settle_in(harness, "alphasecret").await;
        let thief = Tenant::settle_in(harness, "betasecret").await;
        harness.counted().await;
        let before = seen(harness, &victim).await;
        assert!(before["/stats"].contains("\"accepted\":"), "{}", before["/stats"]);
        let secrets = victim.secrets();
        for endpoint in super::endpoints() {
            if is_endless(&endpoint) {
                continue;
            }
            let method = endpoint.method.as_str();
            let mut given = bodies(&endpoint, &victim, &thief).into_iter().map(Some).collect::<Vec<_>>();
            if given.is_empty() {
                given.push(None);
            }
            for path in paths(&endpoint, &victim) {
                for query in queries(&endpoint, &victim) {
                    for body in &given {
                        let asked = format!("{path}{query}");
                        let (status, text) = thief.ask(harness, (method, &asked), body.as_ref()).await;
                        conceals(&secrets, &format!("{method} {asked}"), &text);
                        let named = endpoint.path.contains("{id}");
                        assert!(!named || status == 404, "{method} {asked} got {status}: {text}");
                        assert!(status < 500 || status == 503, "{method} {asked} got {status}: {text}");
                    }
                }
            }
        }
        for (path, text) in seen(harness, &victim).await {
            assert_eq!(text, before[&path], "the other changed {path}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_of_events_tells_only_its_own_workspaces_and_ends_with_its_key() {
    on_both(async |harness: &Harness| {
        let victim = Tenant::settle_in(harness, "alphasecret").await;
        let thief = Tenant::settle_in(harness, "betasecret").await;
        let (_keep, stop) = stopper();
        let router = super::router(harness.app.clone(), super::Paths::All, stop);
        let request = Request::builder()
            .uri("/events/stream?after=")
            .header("authorization", format!("Bearer {}", thief.key))
            .body(Body::empty())
            .expect("a request");
        let response = tower::ServiceExt::oneshot(router, request).await.expect("an answer");
        assert_eq!(response.status(), 200);
        let mut body = response.into_body().into_data_stream();
        let mut text = String::new();
        while thief.ids["events"].iter().any(|id| !text.contains(id.as_str())) {
            let piece = body.next().await.expect("the stream goes on").expect("a piece");
            text.push_str(&String::from_utf8_lossy(&piece));
        }
        let key = harness.app.directory.snapshot().key(&thief.key).expect("the key").clone();
        let (store, now) = (&harness.app.store, net::clock::now());
        crate::feature::access::keys::key_revoke(store, (now, By::Operator), thief.workspace, key.id)
            .await
            .expect("revoked");
        harness.app.directory.reload(store).await.expect("a snapshot");
        while let Some(piece) = body.next().await {
            text.push_str(&String::from_utf8_lossy(&piece.expect("a piece")));
        }
        conceals(&victim.secrets(), "the stream", &text);
        assert!(text.contains("event: email.delivered\n") && text.contains("betasecret subject"), "{text}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_endpoint_asks_for_the_authority_that_it_needs() {
    on_both(async |harness: &Harness| {
        let tenant = Tenant::settle_in(harness, "alphasecret").await;
        for endpoint in super::endpoints() {
            let method = endpoint.method.as_str();
            let path = paths(&endpoint, &tenant).swap_remove(0);
            let name = async |key: Option<&str>| {
                let (status, text) = ask(harness, key, (method, &path), None).await;
                let answer: Value = serde_json::from_str(&text).unwrap_or_default();
                (status, answer["name"].as_str().unwrap_or_default().to_owned())
            };
            if endpoint.authority == Authority::Open {
                continue;
            }
            assert_eq!(name(None).await, (401, "missing_api_key".into()), "{method} {path}");
            assert_eq!(name(Some("pr_wrong")).await, (403, "invalid_api_key".into()), "{method} {path}");
            if endpoint.authority == Authority::Full {
                let (_, refused) = name(Some(&tenant.sending_key)).await;
                assert_eq!(refused, "restricted_api_key", "{method} {path}");
            }
        }
    })
    .await;
}
