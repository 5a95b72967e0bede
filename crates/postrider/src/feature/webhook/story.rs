//! Endpoints of customers and what they hear: told by the whole product, to a server that writes down what it is asked.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use net::scripted_dns::ScriptedDns;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::testing::{DOMAIN, Database, Harness};

/// A request that a receiver got.
#[derive(Clone)]
pub(super) struct Got {
    headers: HeaderMap,
    body: Bytes,
}

impl Got {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a body in JSON")
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("ASCII"))
    }

    fn kind(&self) -> String {
        self.json()["type"].as_str().expect("a type").to_owned()
    }
}

/// What a receiver says to its n-th request, counted from 0.
pub(super) type Manner = fn(usize, &Got) -> Response;

/// A customer's server.
pub(super) struct Receiver {
    address: SocketAddr,
    got: Arc<Mutex<Vec<Got>>>,
    count: watch::Receiver<usize>,
}

impl Receiver {
    pub(super) async fn start(manner: Manner) -> Receiver {
        let (told, count) = watch::channel(0);
        let got: Arc<Mutex<Vec<Got>>> = Arc::default();
        let state = (manner, got.clone(), Arc::new(told));
        type Shared = (Manner, Arc<Mutex<Vec<Got>>>, Arc<watch::Sender<usize>>);
        let answer = |State((manner, got, told)): State<Shared>, headers: HeaderMap, body: Bytes| async move {
            let one = Got { headers, body };
            let number = {
                let mut got = got.lock().expect("no panic");
                got.push(one.clone());
                got.len() - 1
            };
            told.send_modify(|count| *count = number + 1);
            manner(number, &one)
        };
        let router = Router::new().fallback(answer).with_state(state);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, router).await });
        Receiver { address, got, count }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/hook?of=ours", self.address)
    }

    /// Everything so far, once there are `count`.
    pub(super) async fn wait(&mut self, count: usize) -> Vec<Got> {
        self.count.wait_for(|now| *now >= count).await.expect("the receiver runs");
        self.got.lock().expect("no panic").clone()
    }
}

fn fine(_: usize, _: &Got) -> Response {
    StatusCode::NO_CONTENT.into_response()
}

const QUICK: [(&str, &str); 1] = [("webhooks.retry_waits", "0s 0s 0s 0s")];

/// What a server for others has.
const PUBLIC: (&str, &str) = ("webhooks.allow_private", "false");

/// Tells a story on both databases, without waits between attempts.
pub(super) async fn on_both(story: impl AsyncFn(&Harness)) {
    for database in [Database::Sqlite, Database::Postgres] {
        let harness = Harness::start(database, &QUICK).await;
        story(&harness).await;
        harness.end().await;
    }
}

async fn made(harness: &Harness, wish: Value) -> Value {
    let answer = harness.post("/webhooks", &wish).await;
    assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.bytes));
    answer.json()
}

async fn told_of(harness: &Harness, receiver: &Receiver, events: &[&str]) -> String {
    let webhook = made(harness, json!({ "endpoint": receiver.url(), "events": events })).await;
    webhook["id"].as_str().expect("an id").to_owned()
}

pub(super) async fn mail(harness: &Harness, subject: &str) -> Value {
    let body = json!({
        "from": format!("me@{DOMAIN}"), "to": "ann@there.example", "subject": subject, "text": "t",
        "tags": { "kind": "welcome" }, "metadata": { "order": "7" }, "headers": { "X-Order": "A-7" },
    });
    let answer = harness.post("/emails", &body).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
    answer.json()
}

/// The attempts of an endpoint, newest first, once there are `count`.
pub(super) async fn attempts(harness: &Harness, webhook: &str, count: usize) -> Vec<Value> {
    let mut commits = harness.app.store.commits();
    loop {
        commits.mark_unchanged();
        let list = harness.get(&format!("/webhooks/{webhook}/attempts?limit=100")).await.json();
        let list = list["data"].as_array().expect("a list").clone();
        if list.len() >= count {
            return list;
        }
        commits.changed().await.expect("the store is open");
    }
}

/// The webhook once it has this status.
async fn once(harness: &Harness, webhook: &str, status: &str) -> Value {
    let mut changed = harness.app.webhooks.changed.subscribe();
    loop {
        changed.mark_unchanged();
        let shown = harness.get(&format!("/webhooks/{webhook}")).await.json();
        if shown["status"] == status {
            return shown;
        }
        changed.changed().await.expect("the app runs");
    }
}

fn kinds(got: &[Got]) -> Vec<String> {
    got.iter().map(Got::kind).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_hears_of_a_code_but_not_the_code() {
    on_both(async |harness: &Harness| {
        let mut receiver = Receiver::start(fine).await;
        let wish =
            json!({ "endpoint": receiver.url(), "events": ["*"], "message_headers": ["Subject", "To"] });
        made(harness, wish).await;
        let code = json!({ "to": "ann@there.example", "purpose": "login", "from": "me@app.example" });
        assert_eq!(harness.post("/codes", &code).await.status, 200);
        for one in &receiver.wait(2).await {
            let told = one.json();
            assert_eq!(told["data"]["subject"], "•••••• is your code", "{told}");
            assert_eq!(told["data"]["headers"], Value::Null, "{told}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_hears_of_a_mail_in_order_with_all_that_is_known() {
    on_both(async |harness: &Harness| {
        let mut receiver = Receiver::start(fine).await;
        let wish = json!({
            "endpoint": receiver.url(), "events": ["email.queued", "email.delivered"], "message_headers": ["x-order"],
            "headers": { "Authorization": "Basic abc" }, "streams": ["transactional"], "ed25519": true,
        });
        let webhook = made(harness, wish).await;
        let secret = webhook["signing_secret"].as_str().expect("a secret");
        assert!(secret.starts_with("whsec_"), "{secret}");
        let sent = mail(harness, "Hello").await;
        let got = receiver.wait(2).await;
        assert_eq!(kinds(&got), ["email.queued", "email.delivered"]);
        let events = harness.get("/events?limit=100").await.json();
        for one in &got {
            let (body, id) = (one.json(), one.header("webhook-id"));
            assert_eq!((body["id"].as_str(), body["version"].as_u64()), (Some(id), Some(1)));
            let listed = events["data"].as_array().expect("events").iter().find(|event| event["id"] == id);
            assert_eq!(listed.expect("the log has it")["data"]["email_id"], body["data"]["email_id"]);
            assert_eq!(body["data"]["email_id"], sent["id"]);
            assert_eq!(body["data"]["to"], json!(["ann@there.example"]));
            assert_eq!(body["data"]["tags"], json!({ "kind": "welcome" }));
            assert_eq!(body["data"]["metadata"], json!({ "order": "7" }));
            assert_eq!((&body["data"]["stream"], &body["data"]["subject"]), (&json!("transactional"), &json!("Hello")));
            assert_eq!(body["data"]["headers"], json!({ "x-order": "A-7" }));
            assert_eq!(one.header("authorization"), "Basic abc");
            assert_eq!(one.header("svix-signature"), one.header("webhook-signature"));
            let versions: Vec<_> = one.header("webhook-signature").split(' ').map(|part| &part[..3]).collect();
            assert_eq!(versions, ["v1,", "v1a"]);
        }
        let id = webhook["id"].as_str().expect("an id");
        let listed = attempts(harness, id, 2).await;
        assert_eq!(listed[0]["status"], "delivered");
        let one = harness.get(&format!("/webhooks/{id}/attempts/{}", listed[0]["id"].as_str().expect("an id"))).await;
        assert_eq!(one.json()["request"]["body"], got[1].json(), "what was told is made again from the log");
    })
    .await;
}

/// The first request fails twice.
fn fails_twice(number: usize, _: &Got) -> Response {
    if number < 2 {
        (StatusCode::INTERNAL_SERVER_ERROR, "not now").into_response()
    } else {
        fine(number, &EMPTY)
    }
}

static EMPTY: std::sync::LazyLock<Got> =
    std::sync::LazyLock::new(|| Got { headers: HeaderMap::new(), body: Bytes::new() });

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_event_comes_again_under_its_id_and_what_follows_in_its_message_waits() {
    on_both(async |harness: &Harness| {
        let mut receiver = Receiver::start(fails_twice).await;
        let id = told_of(harness, &receiver, &["*"]).await;
        mail(harness, "Hello").await;
        let got = receiver.wait(4).await;
        assert_eq!(kinds(&got), ["email.queued", "email.queued", "email.queued", "email.delivered"]);
        let first: Vec<&str> = got[..3].iter().map(|one| one.header("webhook-id")).collect();
        assert!(first.iter().all(|id| *id == first[0]), "{first:?}");
        let listed = attempts(harness, &id, 4).await;
        let statuses: Vec<_> =
            listed.iter().rev().map(|one| (one["number"].clone(), one["status"].clone())).collect();
        let expected = [(1, "failed"), (2, "failed"), (3, "delivered"), (1, "delivered")];
        assert_eq!(statuses, expected.map(|(number, status)| (json!(number), json!(status))));
        assert_eq!(
            (&listed[3]["response"], &listed[3]["http_status_code"]),
            (&json!("not now"), &json!(500))
        );
        let of_event = harness.get(&format!("/webhooks/{id}/events/{}/attempts", first[0])).await.json();
        assert_eq!(of_event["data"].as_array().map(Vec::len), Some(3));
    })
    .await;
}

fn never(_: usize, _: &Got) -> Response {
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_is_given_up_after_the_last_wait_and_can_be_replayed() {
    fn at_the_sixth(number: usize, _: &Got) -> Response {
        if number < 5 { StatusCode::BAD_GATEWAY.into_response() } else { StatusCode::OK.into_response() }
    }
    on_both(async |harness: &Harness| {
        let mut receiver = Receiver::start(at_the_sixth).await;
        let id = told_of(harness, &receiver, &["email.delivered"]).await;
        mail(harness, "Hello").await;
        let got = receiver.wait(5).await;
        let listed = attempts(harness, &id, 5).await;
        assert_eq!((&listed[0]["status"], &listed[0]["next_attempt_at"]), (&json!("given_up"), &Value::Null));
        let event = got[0].header("webhook-id").to_owned();
        let replayed = harness.post(&format!("/webhooks/{id}/events/{event}/replay"), &json!({})).await;
        assert_eq!((replayed.status, &replayed.json()["id"]), (200, &json!(event)));
        // Five failures in a row make it rest a few seconds, which a replay waits for, too.
        let again = receiver.wait(6).await;
        assert_eq!((again[5].header("webhook-id"), &again[5].body), (event.as_str(), &got[0].body));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_is_told_again_with_the_names_that_were_asked_for() {
    on_both(async |harness: &Harness| {
        let mut receiver = Receiver::start(fine).await;
        let id = told_of(harness, &receiver, &["*"]).await;
        for subject in ["one", "two", "three"] {
            mail(harness, subject).await;
        }
        let got = receiver.wait(6).await;
        let path = format!("/webhooks/{id}/replay");
        let answer = harness
            .post(&path, &json!({ "since": "2020-01-01T00:00:00Z", "events": ["email.delivered"] }))
            .await;
        assert_eq!(answer.status, 202);
        let again = receiver.wait(9).await;
        let mut first: Vec<_> =
            got.iter().filter(|one| one.kind() == "email.delivered").map(|one| &one.body).collect();
        let mut second: Vec<_> = again[6..].iter().map(|one| &one.body).collect();
        first.sort_unstable();
        second.sort_unstable();
        assert_eq!(first, second);
        for wrong in [
            json!({}),
            json!({ "since": "yesterday" }),
            json!({ "since": "2020-01-01T00:00:00Z", "events": ["x"] }),
        ] {
            assert_eq!(harness.post(&path, &wrong).await.status, 422, "{wrong}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_that_is_gone_or_dead_is_paused_others_hear_of_it_and_it_goes_on_where_it_stopped() {
    fn gone_once(number: usize, _: &Got) -> Response {
        if number == 0 { StatusCode::GONE.into_response() } else { StatusCode::OK.into_response() }
    }
    on_both(async |harness: &Harness| {
        let mut watcher = Receiver::start(fine).await;
        told_of(harness, &watcher, &["webhook.disabled"]).await;
        let mut receiver = Receiver::start(gone_once).await;
        let id = told_of(harness, &receiver, &["email.delivered"]).await;
        mail(harness, "Hello").await;
        let shown = once(harness, &id, "disabled").await;
        assert_eq!(shown["reason"], "gone");
        let notice = watcher.wait(1).await[0].json();
        assert_eq!((&notice["data"]["webhook_id"], &notice["data"]["reason"]), (&json!(id), &json!("gone")));
        mail(harness, "While it is paused").await;
        harness.settled().await;
        assert_eq!(receiver.wait(1).await.len(), 1);
        let answer = harness.ask("PATCH", &format!("/webhooks/{id}"), &json!({ "status": "enabled" })).await;
        assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("enabled")));
        let got = receiver.wait(3).await;
        assert_eq!(got[0].header("webhook-id"), got[1].header("webhook-id"));
        assert_eq!(got[2].json()["data"]["subject"], "While it is paused");
    })
    .await;
    for database in [Database::Sqlite, Database::Postgres] {
        let settings = [("webhooks.retry_waits", "1s 1s 1s 1s"), ("webhooks.pause_after_s", "1")];
        let harness = Harness::start(database, &settings).await;
        let receiver = Receiver::start(never).await;
        let id = told_of(&harness, &receiver, &["email.delivered"]).await;
        mail(&harness, "Hello").await;
        assert_eq!(once(&harness, &id, "disabled").await["reason"], "dead");
        harness.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_secret_rotates_both_sign() {
    on_both(async |harness: &Harness| {
        let mut receiver = Receiver::start(fine).await;
        let id = told_of(harness, &receiver, &["email.queued"]).await;
        let before = harness.get(&format!("/webhooks/{id}")).await.json();
        let rotated = harness.post(&format!("/webhooks/{id}/signing-secret/rotate"), &json!({})).await.json();
        assert_ne!(before["signing_secret"], rotated["signing_secret"]);
        mail(harness, "Hello").await;
        let got = receiver.wait(1).await;
        assert_eq!(got[0].header("webhook-signature").split(' ').count(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_test_button_sends_a_sample_and_shows_what_was_said() {
    fn redirects(_: usize, _: &Got) -> Response {
        (StatusCode::FOUND, [("location", "http://127.0.0.1:1/")], "x".repeat(5_000)).into_response()
    }
    on_both(async |harness: &Harness| {
        let mut receiver = Receiver::start(redirects).await;
        let id = told_of(harness, &receiver, &["email.bounced"]).await;
        let shown =
            harness.post(&format!("/webhooks/{id}/test"), &json!({ "event": "email.bounced" })).await.json();
        let said = (&shown["http_status_code"], &shown["status"], shown["response"].as_str().map(str::len));
        assert_eq!(
            said,
            (&json!(302), &json!("given_up"), Some(1_024)),
            "a redirect is not followed: {shown}"
        );
        assert_eq!(shown["request"]["body"], receiver.wait(1).await[0].json());
        assert_eq!(attempts(harness, &id, 1).await[0]["sample"], true);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_that_takes_batches_gets_arrays_and_the_same_ones_again_after_a_failure() {
    fn fails_once(number: usize, _: &Got) -> Response {
        if number == 0 { StatusCode::BAD_GATEWAY.into_response() } else { StatusCode::OK.into_response() }
    }
    on_both(async |harness: &Harness| {
        let (mut watcher, mut receiver) = (Receiver::start(fine).await, Receiver::start(fails_once).await);
        told_of(harness, &watcher, &["*"]).await;
        let wish = json!({ "endpoint": receiver.url(), "events": ["*"], "batch": 500, "enabled": false });
        let id = made(harness, wish).await["id"].as_str().expect("an id").to_owned();
        for subject in ["one", "two", "three"] {
            mail(harness, subject).await;
        }
        // Another has heard of all, so all are known to have happened.
        watcher.wait(6).await;
        harness.ask("PATCH", &format!("/webhooks/{id}"), &json!({ "enabled": true })).await;
        let got = receiver.wait(2).await;
        assert_eq!(got[0].json().as_array().map(Vec::len), Some(6), "all that waited in one request");
        assert_eq!((&got[0].body, got[0].header("webhook-id")), (&got[1].body, got[1].header("webhook-id")));
        assert_eq!(attempts(harness, &id, 2).await[0]["events"].as_array().map(Vec::len), Some(6));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_wishes_are_told_by_their_fields() {
    let harness = Harness::start(Database::Sqlite, &[PUBLIC]).await;
    let good = "https://hooks.example/x";
    let cases = [
        (json!({}), vec!["/endpoint", "/events"]),
        (json!({ "endpoint": good, "events": [] }), vec!["/events"]),
        (json!({ "endpoint": good, "events": ["email.nothing"] }), vec!["/events/0"]),
        (json!({ "endpoint": good, "events": ["*"], "batch": 501 }), vec!["/batch"]),
        (json!({ "endpoint": good, "events": ["*"], "streams": ["none"] }), vec!["/streams/0"]),
        (
            json!({ "endpoint": good, "events": ["*"], "headers": { "x": "a\r\nHost: b" } }),
            vec!["/headers/x"],
        ),
        (json!({ "endpoint": good, "events": ["*"], "headers": { "x\r\ny": "a" } }), vec!["/headers/x\r\ny"]),
        (json!({ "endpoint": good, "events": ["*"], "headers": { "Host": "a" } }), vec!["/headers/Host"]),
        (
            json!({ "endpoint": good, "events": ["*"], "headers": { "Webhook-Id": "a" } }),
            vec!["/headers/Webhook-Id"],
        ),
        (json!({ "endpoint": good, "events": ["*"], "headers": { "x": "\u{e9}" } }), vec!["/headers/x"]),
        (json!({ "endpoint": good, "events": ["*"], "status": "on" }), vec!["/status"]),
        (json!({ "endpoint": "http://hooks.example/", "events": ["*"] }), vec!["/endpoint"]),
        (json!({ "endpoint": "https://2130706433/", "events": ["*"] }), vec!["/endpoint"]),
        (json!({ "endpoint": "https://0177.0.0.1/", "events": ["*"] }), vec!["/endpoint"]),
        (json!({ "endpoint": "https://[::ffff:127.0.0.1]/", "events": ["*"] }), vec!["/endpoint"]),
        (json!({ "endpoint": "https://169.254.169.254/", "events": ["*"] }), vec!["/endpoint"]),
    ];
    for (wish, pointers) in cases {
        let answer = harness.post("/webhooks", &wish).await;
        assert_eq!(answer.status, 422, "{wish}");
        let errors = answer.json()["errors"].as_array().expect("errors").clone();
        let got: Vec<_> = errors.iter().map(|error| error["pointer"].as_str().expect("a text")).collect();
        assert_eq!(got, pointers, "{wish}");
    }
    harness.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_leads_home_is_not_called() {
    let script = "
        private.example   A 127.0.0.1
        private.example   AAAA ::1
        metadata.example  A 169.254.169.254
        mapped.example    AAAA ::ffff:10.0.0.1
        alias.example     CNAME private.example
    ";
    let dns = ScriptedDns::start(script).await.expect("a DNS server");
    let resolvers = dns.address().to_string();
    let harness = Harness::start(Database::Sqlite, &[PUBLIC, ("dns.resolvers", &resolvers)]).await;
    for name in ["private", "metadata", "mapped", "alias"] {
        let wish = json!({ "endpoint": format!("https://{name}.example/"), "events": ["*"] });
        let id = made(&harness, wish).await["id"].as_str().expect("an id").to_owned();
        let shown = harness.post(&format!("/webhooks/{id}/test"), &json!({})).await.json();
        let why = shown["response"].as_str().expect("a reason");
        assert!(why.contains("may not be called"), "{name}: {why}");
    }
    harness.end().await;
}
