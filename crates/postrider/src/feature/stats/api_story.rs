//! What the API tells of counters.

use std::collections::HashMap;

use mail::{At, date};
use serde_json::{Value, json};
use store::Write;

use super::admission::Slot;
use super::story::email;
use super::{Dimension, follow};
use crate::testing::{Harness, on_both};

/// Adds to a counter of the default workspace.
fn counter(
    sums: &mut HashMap<Slot, i64>,
    harness: &Harness,
    (hour, stream): (&str, i64),
    (dimension, key): (Dimension, &str),
    (metric, n): (&str, i64),
) {
    let hour = date::parse_rfc3339(hour).expect("a time").0;
    let place = (harness.workspace(), dimension, hour);
    *sums.entry((place, stream, key.into(), metric.into())).or_insert(0) += n;
}

fn streams(harness: &Harness) -> [i64; 2] {
    let snapshot = harness.app.directory.snapshot();
    let id = |name: &str| snapshot.stream(harness.workspace(), name).expect("a stream").id;
    [id("transactional"), id("marketing")]
}

/// Counters of three days of November 2026.
async fn fill(harness: &Harness) {
    let [transactional, marketing] = streams(harness);
    let mut sums = HashMap::new();
    let hours =
        ["2026-11-01T22:00:00Z", "2026-11-01T23:00:00Z", "2026-11-02T00:00:00Z", "2026-12-01T00:00:00Z"];
    for hour in hours {
        for (stream, n) in [(transactional, 1), (marketing, 10)] {
            for (dimension, key) in [
                (Dimension::All, ""),
                (Dimension::Domain, "x.example"),
                (Dimension::Source, "http/key_0000000000001"),
                (Dimension::Template, "tpl_0000000000001@1"),
                (Dimension::Template, "tpl_0000000000001@2"),
                (Dimension::Tag, "=a:1"),
            ] {
                counter(&mut sums, harness, (hour, stream), (dimension, key), ("delivered", n));
            }
            counter(&mut sums, harness, (hour, stream), (Dimension::All, ""), ("bounced:policy", n));
            counter(&mut sums, harness, (hour, stream), (Dimension::DeliverTime, "079"), ("n", n));
        }
    }
    let mut write = Write::default();
    follow::rows(&mut write, sums);
    harness.app.store.write(write).await.expect("counters");
}

const NOVEMBER: &str = "from=2026-11-01&to=2026-12-02";

async fn get(harness: &Harness, query: &str) -> Value {
    let answer = harness.get(&format!("/stats?{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", String::from_utf8_lossy(&answer.bytes));
    answer.json()
}

/// Of each row: time, group, deliveries delivered.
fn shown(answer: &Value) -> Vec<(String, String, i64)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = answer["data"].as_array().expect("data").iter();
    rows.map(|row| (text(&row["time"]), text(&row["group"]), row["delivered"].as_i64().expect("a number")))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn steps_zones_groups_and_filters_are_told_apart() {
    on_both(async |harness: &Harness| {
        fill(harness).await;
        let [_, marketing] = streams(harness).map(|id| crate::id::Noun::Stream.show(id));
        type Rows = &'static [(&'static str, &'static str, i64)];
        let table: [(String, Rows); 9] = [
            (
                "step=hour&from=2026-11-01&to=2026-11-03".into(),
                &[("2026-11-01T22:00:00Z", "", 11), ("2026-11-01T23:00:00Z", "", 11), ("2026-11-02T00:00:00Z", "", 11)],
            ),
            (
                NOVEMBER.into(),
                &[("2026-11-01T00:00:00Z", "", 22), ("2026-11-02T00:00:00Z", "", 11), ("2026-12-01T00:00:00Z", "", 11)],
            ),
            (
                "from=2026-11-01&to=2026-11-03&zone=%2B01:00".into(),
                &[("2026-11-01T00:00:00+01:00", "", 11), ("2026-11-02T00:00:00+01:00", "", 22)],
            ),
            (
                format!("{NOVEMBER}&step=month"),
                &[("2026-11-01T00:00:00Z", "", 33), ("2026-12-01T00:00:00Z", "", 11)],
            ),
            (
                format!("{NOVEMBER}&step=month&zone=-01:00"),
                &[("2026-11-01T00:00:00-01:00", "", 44)],
            ),
            (format!("{NOVEMBER}&step=total&stream=marketing&domain=X.example"), &[("2026-11-01T00:00:00Z", "", 40)]),
            (
                format!("{NOVEMBER}&step=total&group_by=template&stream=transactional"),
                &[("2026-11-01T00:00:00Z", "tpl_0000000000001", 8)],
            ),
            (
                format!("{NOVEMBER}&step=total&group_by=template_version&template=tpl_0000000000001&stream={marketing}"),
                &[
                    ("2026-11-01T00:00:00Z", "tpl_0000000000001@1", 40),
                    ("2026-11-01T00:00:00Z", "tpl_0000000000001@2", 40),
                ],
            ),
            (
                format!("{NOVEMBER}&step=total&group_by=key&source=http"),
                &[("2026-11-01T00:00:00Z", "key_0000000000001", 44)],
            ),
        ];
        for (query, wanted) in table {
            let wanted: Vec<_> =
                wanted.iter().map(|(time, group, n)| ((*time).to_owned(), (*group).to_owned(), *n)).collect();
            assert_eq!(shown(&get(harness, &query).await), wanted, "{query}");
        }
        let by_stream = get(harness, &format!("{NOVEMBER}&step=total&group_by=stream")).await;
        let mut sums: Vec<_> = shown(&by_stream).into_iter().map(|(_, group, n)| (n, group)).collect();
        sums.sort();
        assert_eq!((sums.len(), &sums[1]), (2, &(40, marketing)));
        let rates = &by_stream["data"][0]["rates"];
        assert_eq!((&rates["delivered"], &rates["opened_person"]), (&json!(0.5), &json!(0.0)), "{rates}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_group_is_shown_as_can_be_asked_for() {
    on_both(async |harness: &Harness| {
        let [stream, _] = streams(harness);
        let long = format!("https://x.example/{}", "a".repeat(300));
        let mut sums = HashMap::new();
        let keys = [
            (Dimension::Source, "note/", 1),
            (Dimension::Source, "smtp/", 2),
            (Dimension::Source, "http/key_0000000000001", 4),
            (Dimension::Domain, "-", 8),
            (Dimension::Link, &long[..200], 16),
        ];
        for (dimension, key, n) in keys {
            counter(&mut sums, harness, ("2026-11-01T22:00:00Z", stream), (dimension, key), ("delivered", n));
        }
        let mut write = Write::default();
        follow::rows(&mut write, sums);
        harness.app.store.write(write).await.expect("counters");
        let table = [
            ("key=-".to_owned(), 3),
            ("key=key_0000000000001".to_owned(), 4),
            ("key=-&source=smtp".to_owned(), 2),
            ("domain=-".to_owned(), 8),
            (format!("link={long}"), 16),
            (format!("link={}", &long[..200]), 16),
        ];
        for (filter, wanted) in table {
            let query = format!("{NOVEMBER}&step=total&{filter}");
            let found: i64 = shown(&get(harness, &query).await).iter().map(|(_, _, n)| n).sum();
            assert_eq!(found, wanted, "{filter}");
        }
        let grouped = get(harness, &format!("{NOVEMBER}&step=total&group_by=key")).await;
        let groups: Vec<_> = shown(&grouped).into_iter().map(|(_, group, n)| (group, n)).collect();
        assert_eq!(groups, [("-".to_owned(), 3), ("key_0000000000001".to_owned(), 4)]);
        for asked in ["group_by=tag", "link=x", "group_by=stream&key=-"] {
            let long = harness.get(&format!("/stats?from=2026-07-01&to=2026-12-02&{asked}")).await;
            assert_eq!(long.status, 422, "{asked}");
            assert!(long.json()["message"].as_str().expect("words").contains("at most 92 days"), "{asked}");
        }
        assert_eq!(harness.get("/stats?from=2026-07-01&to=2026-12-02&group_by=source").await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_end_to_end_are_the_whole() {
    on_both(async |harness: &Harness| {
        fill(harness).await;
        for step in ["hour", "day", "month", "total"] {
            let from = if step == "hour" { "2026-11-25" } else { "2026-11-02" };
            let query = format!("from={from}&to=2026-12-02&step={step}&group_by=template_version");
            let whole = get(harness, &query).await;
            assert_eq!(whole["next"], Value::Null);
            let (mut pages, mut after) = (Vec::new(), String::new());
            loop {
                let page = get(harness, &format!("{query}&limit=1{after}")).await;
                assert!(shown(&page).len() <= 1);
                pages.extend(shown(&page));
                let Some(next) = page["next"].as_str() else { break };
                after = format!("&after={}", next.replace('@', "%40"));
            }
            assert_eq!(pages, shown(&whole), "{step}");
            assert!(pages.len() >= 2, "{pages:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_as_csv_and_no_tag_is_a_formula() {
    on_both(async |harness: &Harness| {
        fill(harness).await;
        let path = format!("/stats?{NOVEMBER}&step=total&group_by=tag");
        for (path, accept) in [(format!("{path}&format=csv"), "*/*"), (path, "text/csv")] {
            let answer =
                harness.ask_with(("GET", &path), &[("accept", accept)], axum::body::Body::empty()).await;
            assert_eq!((answer.status, answer.header("content-type")), (200, "text/csv; charset=utf-8"));
            let text = String::from_utf8_lossy(&answer.bytes).into_owned();
            let lines: Vec<_> = text.lines().collect();
            assert!(lines[0].starts_with("time,group,accepted,delivered,"), "{text}");
            assert!(lines[1].starts_with("2026-11-01T00:00:00Z,\"'=a:1\",0,44,"), "{text}");
            assert_eq!(lines.len(), 2);
        }
        let parts = harness.get(&format!("/stats?{NOVEMBER}&step=total&format=csv")).await;
        let text = String::from_utf8_lossy(&parts.bytes).into_owned();
        assert!(text.lines().next().expect("a head").ends_with(",bounced.policy"), "{text}");
        assert!(text.trim_end().ends_with(",44"), "{text}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_wrong_parameter_is_told_at_once() {
    on_both(async |harness: &Harness| {
        let wrong = "from=x&step=week&zone=3&group_by=colour&stream=none&template=hi&provider=me&source=fax&limit=0&after=x\
                     &format=xml&tag=%00";
        let answer = harness.get(&format!("/stats?{wrong}")).await;
        let body = answer.json();
        let pointers: Vec<_> =
            body["errors"].as_array().expect("errors").iter().filter_map(|error| error["pointer"].as_str()).collect();
        let wanted =
            ["zone", "step", "from", "group_by", "stream", "template", "tag", "provider", "source", "limit", "after", "format"];
        assert_eq!((answer.status, pointers.as_slice()), (422, &wanted[..]), "{body}");
        let both = harness.get("/stats?group_by=domain&tag=a:b").await;
        assert_eq!(both.status, 422);
        assert!(both.json()["message"].as_str().expect("words").contains("cannot be combined"));
        for path in ["/stats/times?step=x", "/stats/consumption?from=2026-13", "/stats/advice?from=2030-01-01"] {
            assert_eq!(harness.get(path).await.status, 422, "{path}");
        }
        let body = json!({ "from": "x", "stream": "none", "after": "y" });
        let refused = harness.post("/stats/advice/suppress-invalid", &body).await;
        assert_eq!((refused.status, refused.json()["errors"].as_array().map(Vec::len)), (422, Some(3)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn times_and_consumption_are_read_from_the_same_counters() {
    on_both(async |harness: &Harness| {
        fill(harness).await;
        let times = harness.get(&format!("/stats/times?{NOVEMBER}&stream=marketing")).await.json();
        let deliver = &times["data"][0]["time_to_deliver"];
        let median = deliver["p50_ms"].as_f64().expect("a time");
        assert!((median / 1_000.0 - 1.0).abs() < 0.05, "{times}");
        assert_eq!((&deliver["count"], &times["data"][0]["time_to_open"]), (&json!(40), &Value::Null));
        let used = harness.get("/stats/consumption?from=2026-11&to=2026-12").await.json();
        let wanted = json!([
            { "month": "2026-11", "accepted": 0, "delivered": 33,
              "keys": [{ "key": "key_0000000000001", "accepted": 0, "delivered": 33 }] },
            { "month": "2026-12", "accepted": 0, "delivered": 11,
              "keys": [{ "key": "key_0000000000001", "accepted": 0, "delivered": 11 }] },
        ]);
        assert_eq!(used["data"], wanted, "{used}");
        let csv = harness.get("/stats/consumption?from=2026-11&to=2026-12&format=csv").await;
        let text = String::from_utf8_lossy(&csv.bytes).into_owned();
        assert_eq!(text.lines().nth(1), Some("2026-11,,0,33"), "{text}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_counted_yet_is_not_claimed() {
    on_both(async |harness: &Harness| {
        harness.post("/emails", &email(json!("a@x.example"), json!({}))).await;
        harness.settled().await;
        let until = |answer: &Value| {
            date::parse_rfc3339(answer["counted_until"].as_str().expect("a time")).expect("a time")
        };
        let before = harness.app.now();
        let behind = get(harness, "").await;
        assert!(until(&behind) < before && shown(&behind).is_empty(), "{behind}");
        harness.counted().await;
        let caught_up = get(harness, "").await;
        let after = harness.app.now();
        let seconds = |n: i64| n * 1_000_000;
        let told = until(&caught_up).0;
        assert!(told >= before.0 - seconds(5), "{caught_up}");
        assert!(told <= after.0 - seconds(5), "what is being stored is not claimed: {caught_up}");
        assert_eq!(shown(&caught_up).iter().map(|(_, _, n)| n).sum::<i64>(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn advice_on_invalid_addresses_is_mended_by_its_action() {
    on_both(async |harness: &Harness| {
        let batch: Vec<_> = (0..60).map(|n| email(json!(format!("a{n}@x.example")), json!({}))).collect();
        assert_eq!(harness.post("/emails/batch", &json!(batch)).await.status, 200);
        harness.settled().await;
        // What a receiver would have said of three of them.
        static BOUNCE: store::Query = store::Query::new(
            "case",
            "UPDATE delivery SET disposition = 'bounced', reason = 'hard.domain' WHERE forward_path IN
               ('a1@x.example', 'a2@x.example', 'a3@x.example')",
        );
        let mut write = Write::default();
        write.step(&BOUNCE, vec![]);
        harness.app.store.write(write).await.expect("bounced");
        let mut sums = HashMap::new();
        let [stream, _] = streams(harness);
        let hour = date::rfc3339(At(harness.app.now().0).hour());
        for (metric, n) in [("delivered", 57), ("bounced:hard.domain", 3)] {
            counter(&mut sums, harness, (&hour, stream), (Dimension::All, ""), (metric, n));
        }
        let mut write = Write::default();
        follow::rows(&mut write, sums);
        harness.app.store.write(write).await.expect("counters");

        let told = harness.get("/stats/advice").await.json();
        let advice = &told["data"][0];
        assert_eq!(
            (&advice["code"], &advice["count"], &advice["of"]),
            (&json!("invalid_addresses"), &json!(3), &json!(60))
        );
        let rows = harness.get(advice["rows"].as_str().expect("a path")).await;
        assert_eq!((rows.status, rows.json()["data"].as_array().map(Vec::len)), (200, Some(3)), "{advice}");
        let (path, body) = (advice["action"]["path"].as_str().expect("a path"), &advice["action"]["body"]);
        let done = harness.post(path, body).await;
        assert_eq!((done.status, done.json()["suppressed"].clone()), (200, json!(3)), "{}", done.json());
        assert_eq!(harness.get("/suppressions/a2@x.example").await.status, 200);
        assert_eq!(harness.post(path, body).await.json()["suppressed"], 0, "again it changes nothing");
    })
    .await;
}
