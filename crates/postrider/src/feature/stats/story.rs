//! What is counted, by what, and that it is what happened.

use mail::At;
use serde_json::{Value, json};
use store::{Query, Store, Write};

use super::admission::KEYS_MAX;
use super::follow::Follower;
use super::recount::{Difference, Extent, mend, recount};
use crate::feature::event::{Name, OfDelivery, note_delivery};
use crate::testing::{DOMAIN, Harness, on_both};

/// The sums of the counters whose key begins so, as `dimension key metric n`.
async fn counters(store: &Store, dimension: &str) -> Vec<String> {
    static ALL: Query = Query::new(
        "case",
        "SELECT key, metric, CAST(sum(n) AS BIGINT) FROM counter WHERE dimension = :dimension
         GROUP BY key, metric HAVING sum(n) <> 0",
    );
    let rows = store.read(&ALL, &[("dimension", dimension.to_owned().into())]).await.expect("sums");
    let text = |row: &store::Row, n| row.text(n).expect("a text").to_owned();
    let mut all: Vec<_> = rows
        .iter()
        .map(|row| format!("{} {} {}", text(row, 0), text(row, 1), row.int(2).expect("a number")))
        .collect();
    all.sort();
    all
}

async fn differences(store: &Store) -> Vec<Difference> {
    recount(store, Extent::ALL).await.expect("a recount").differences
}

async fn change(store: &Store, sql: &'static str) {
    let mut write = Write::default();
    write.step(Box::leak(Box::new(Query::new("case", sql))), vec![]);
    store.write(write).await.expect("changed");
}

/// The keys of the dimension and hour that have most.
async fn keys_most(store: &Store) -> i64 {
    static KEYS: Query = Query::new(
        "case",
        "SELECT dimension, hour_us, count(*) FROM (SELECT DISTINCT dimension, hour_us, stream_id, key FROM counter
           WHERE key <> '*') AS keys GROUP BY dimension, hour_us",
    );
    let rows = store.read(&KEYS, &[]).await.expect("counts");
    rows.iter().map(|row| row.int(2).expect("a count")).max().unwrap_or(0)
}

/// Sends to one recipient of each of these domains.
async fn mail_to_domains(harness: &Harness, numbers: std::ops::Range<usize>) {
    let batch: Vec<_> = numbers.map(|n| email(json!(format!("a@d{n}.example")), json!({}))).collect();
    assert_eq!(harness.post("/emails/batch", &json!(batch)).await.status, 200);
    harness.settled().await;
}

/// Adds an event about a delivery, `(message, delivery)`, to the log.
async fn tell(harness: &Harness, (at, name): (At, Name), deliveries: &[(i64, i64)], data: &Value) {
    let mut write = Write::default();
    for (message, delivery) in deliveries.iter().copied() {
        let (workspace, data) = (harness.workspace(), Some(data.to_string()));
        note_delivery(&mut write, at, name, OfDelivery { workspace, message, delivery, attempt: None, data });
    }
    harness.app.store.write(write).await.expect("events");
}

/// Every delivery with its message.
async fn deliveries(store: &Store) -> Vec<(i64, i64)> {
    static ALL: Query = Query::new("case", "SELECT message_id, id FROM delivery ORDER BY id");
    let rows = store.read(&ALL, &[]).await.expect("deliveries");
    rows.iter().map(|row| (row.int(0).expect("an id"), row.int(1).expect("an id"))).collect()
}

pub(super) fn email(to: Value, extra: Value) -> Value {
    let mut email = json!({ "from": format!("me@{DOMAIN}"), "to": to, "subject": "s", "text": "t" });
    email.as_object_mut().expect("an object").extend(extra.as_object().cloned().unwrap_or_default());
    email
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sent_is_counted_by_all_that_it_is_about() {
    on_both(async |harness: &Harness| {
        harness.post("/templates", &json!({ "name": "hi", "subject": "s", "text": "t" })).await;
        let published = harness.post("/templates/hi/publish", &json!({})).await;
        assert_eq!(published.status, 200);
        let shown = harness.get("/templates/hi").await.json();
        let template = shown["id"].as_str().expect("an id");
        let tags = json!({ "tags": [{ "name": "kind", "value": "receipt" }] });
        harness.post("/suppressions", &json!({ "email": "no@x.example" })).await;
        let to = json!(["ann@gmail.com", "no@x.example", "no address"]);
        assert_eq!(harness.post("/emails", &email(to, tags)).await.status, 200);
        let templated =
            json!({ "from": format!("me@{DOMAIN}"), "to": "bob@x.example", "template": { "id": "hi" } });
        assert_eq!(harness.post("/emails", &templated).await.status, 200);
        harness.settled().await;
        harness.counted().await;
        let store = &harness.app.store;
        let not_sent = ["not_sent:invalid_address 1", "not_sent:policy 1"];
        let all = counters(store, "all").await;
        let wanted = ["accepted 2", "delivered 2", not_sent[0], not_sent[1]].map(|line| format!(" {line}"));
        assert_eq!(all, wanted);
        let domains = counters(store, "domain").await;
        assert_eq!(domains[0], "- not_sent:invalid_address 1");
        assert_eq!(domains[1..3], ["gmail.com accepted 1", "gmail.com delivered 1"]);
        let providers = counters(store, "provider").await;
        assert!(providers.contains(&"google delivered 1".to_owned()), "{providers:?}");
        assert!(providers.contains(&"* delivered 1".to_owned()), "{providers:?}");
        let made = [format!("{template}@1 accepted 1"), format!("{template}@1 delivered 1")];
        assert_eq!(counters(store, "template").await, made);
        assert!(counters(store, "tag").await.contains(&"kind:receipt accepted 1".to_owned()));
        let sources = counters(store, "source").await;
        assert!(sources.iter().all(|line| line.starts_with("http/key_")), "{sources:?}");
        assert!(counters(store, "deliver_time").await.iter().all(|line| line.contains(" n ")));
        assert_eq!(differences(store).await, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recount_finds_what_was_falsified_and_mends_it() {
    on_both(async |harness: &Harness| {
        for n in 0..3 {
            harness.post("/emails", &email(json!(format!("a{n}@x.example")), json!({}))).await;
        }
        harness.settled().await;
        let store = &harness.app.store;
        assert_eq!(differences(store).await, [], "it counts what is new first");
        change(store, "UPDATE counter SET n = n + 2 WHERE dimension = 'domain' AND metric = 'delivered'")
            .await;
        change(store, "DELETE FROM counter WHERE dimension = 'all' AND metric = 'accepted'").await;
        change(
            store,
            "UPDATE counter SET metric = 'opened' WHERE dimension = 'provider' AND metric = 'accepted'",
        )
        .await;
        let wrong = differences(store).await;
        let told: Vec<_> = wrong
            .iter()
            .map(|one| (one.dimension.as_str(), one.metric.as_str(), one.counted, one.recounted))
            .collect();
        let wanted = [
            ("all", "accepted", 0, 3),
            ("domain", "delivered", 5, 3),
            ("provider", "accepted", 0, 3),
            ("provider", "opened", 3, 0),
        ];
        assert_eq!(told, wanted);
        let later = Extent { from: At(wrong[0].hour.0 + 1), until: Extent::ALL.until };
        let later = recount(store, later).await.expect("a recount");
        assert!(
            later.differences.iter().all(|one| one.hour > wrong[0].hour),
            "an hour outside is not compared"
        );
        mend(store, &wrong).await.expect("mended");
        assert_eq!(differences(store).await, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_that_invents_tags_and_domains_gets_a_bounded_number_of_counters() {
    on_both(async |harness: &Harness| {
        let invented = 2 * KEYS_MAX + 20;
        let one = |n: usize| {
            let tags = json!({ "tags": [{ "name": format!("t{n}"), "value": "x" }, { "name": "steady", "value": "1" }] });
            email(json!(format!("a@d{n}.example")), tags)
        };
        let half = invented / 2;
        for part in [0..half, half..invented] {
            let batch: Vec<_> = part.map(one).collect();
            assert_eq!(harness.post("/emails/batch", &json!(batch)).await.status, 200);
            // The second half is let in, or not, by what is stored: another process counts it.
            harness.counted().await;
        }
        harness.settled().await;
        harness.counted().await;
        let store = &harness.app.store;
        assert!(keys_most(store).await <= KEYS_MAX as i64);
        let together = counters(store, "domain").await;
        let others = |metric: &str| together.iter().find(|line| line.starts_with(&format!("* {metric} "))).cloned();
        assert!(others("accepted").is_some() && others("delivered").is_some(), "{together:?}");
        let total = |metric: &str| -> i64 {
            let of = together.iter().filter(|line| line.contains(&format!(" {metric} ")));
            of.filter_map(|line| line.rsplit(' ').next()?.parse::<i64>().ok()).sum()
        };
        assert_eq!((total("accepted"), total("delivered")), (invented as i64, invented as i64));
        assert_eq!(differences(store).await, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_that_count_at_once_count_once() {
    on_both(async |harness: &Harness| {
        harness.post("/emails", &email(json!("a@x.example"), json!({}))).await;
        harness.settled().await;
        let store = &harness.app.store;
        let (mut one, mut two) = (Follower::new(store), Follower::new(store));
        let (first, second) = tokio::join!(one.catch_up(), two.catch_up());
        assert!(first.is_ok() || second.is_ok(), "{first:?} {second:?}");
        assert_eq!(counters(store, "all").await, [" accepted 1", " delivered 1"]);
        assert_eq!(differences(store).await, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counters_outlive_the_events_and_are_then_not_compared() {
    on_both(async |harness: &Harness| {
        harness.post("/emails", &email(json!("a@x.example"), json!({}))).await;
        harness.settled().await;
        harness.counted().await;
        let store = &harness.app.store;
        let later = At(harness.app.now().0 + 100 * 86_400_000_000);
        let cuts = crate::retention::Cuts::of(later, 30, 90);
        crate::retention::remove(store, cuts, harness.app.epoch).await.expect("old rows go");
        assert_eq!(counters(store, "all").await, [" accepted 1", " delivered 1"]);
        let done = recount(store, Extent::ALL).await.expect("a recount");
        assert_eq!((done.counters, done.differences), (0, vec![]));
        assert!(done.from >= cuts.history.hour(), "{:?}", done.from);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_hour_of_which_a_message_is_gone_is_left_out() {
    on_both(async |harness: &Harness| {
        harness.post("/emails", &email(json!("a@x.example"), json!({}))).await;
        harness.settled().await;
        harness.counted().await;
        let store = &harness.app.store;
        let mut write = Write::default();
        let (workspace, gone) = (harness.workspace(), 77);
        let data = Some(r#"{"verdict":"person","first":true}"#.to_owned());
        let of = OfDelivery { workspace, message: gone, delivery: gone, attempt: None, data };
        note_delivery(&mut write, At(harness.app.now().0), Name::EmailOpened, of);
        store.write(write).await.expect("an event");
        change(store, "UPDATE counter SET n = 9 WHERE dimension = 'all' AND metric = 'accepted'").await;
        let done = recount(store, Extent::ALL).await.expect("a recount");
        assert_eq!((done.left_out, done.differences), (1, vec![]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_begins_anew_where_somebody_else_counted_meanwhile() {
    on_both(async |harness: &Harness| {
        let store = &harness.app.store;
        let mut follower = Follower::new(store);
        mail_to_domains(harness, 0..KEYS_MAX - 50).await;
        follower.catch_up().await.expect("counted");
        mail_to_domains(harness, KEYS_MAX - 50..KEYS_MAX).await;
        assert_eq!(differences(store).await, [], "a recount counts what is new, and lets the last keys in");
        mail_to_domains(harness, KEYS_MAX..KEYS_MAX + 50).await;
        follower.catch_up().await.expect("counted");
        assert_eq!(keys_most(store).await, KEYS_MAX as i64);
        assert_eq!(differences(store).await, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_whose_counts_cancel_out_keeps_its_place() {
    on_both(async |harness: &Harness| {
        let store = &harness.app.store;
        mail_to_domains(harness, 0..KEYS_MAX + 20).await;
        let all = deliveries(store).await;
        let (one, others) = all.split_at(1);
        let earlier = At(harness.app.now().hour().0 - 5 * super::HOUR_US);
        let read = json!({ "verdict": "person", "first": true });
        let taken_back = json!({
            "kind": "read", "at": mail::date::rfc3339(earlier), "verdict": "machine", "first": false, "before": read,
        });
        tell(harness, (earlier, Name::EmailRead), one, &read).await;
        harness.counted().await;
        tell(harness, (harness.app.now(), Name::EmailReclassified), one, &taken_back).await;
        harness.counted().await;
        tell(harness, (earlier, Name::EmailRead), others, &read).await;
        harness.counted().await;
        assert_eq!(keys_most(store).await, KEYS_MAX as i64);
        assert_eq!(differences(store).await, [], "the one that came too late stays outside");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_stored_hours_after_it_happened_is_compared_at_its_hour() {
    on_both(async |harness: &Harness| {
        let store = &harness.app.store;
        mail_to_domains(harness, 0..1).await;
        let one = deliveries(store).await;
        let hour = harness.app.now().hour();
        let opened = json!({ "verdict": "person", "first": false });
        tell(harness, (hour, Name::EmailOpened), &one, &opened).await;
        // Outcomes that the database refused all night.
        let late = At(hour.0 - 9 * super::HOUR_US);
        tell(harness, (late, Name::EmailOpened), &vec![one[0]; 100], &opened).await;
        tell(harness, (hour, Name::EmailOpened), &one, &opened).await;
        harness.counted().await;
        let done = recount(store, Extent { from: hour, until: Extent::ALL.until }).await.expect("a recount");
        assert_eq!(done.differences, []);
        assert!(done.counters > 0);
    })
    .await;
}
