//! What a monitoring system sees.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;

use crate::testing::{Database, Harness, on_both};

async fn metrics_for(harness: &Harness, peer: &str) -> (u16, String) {
    let peer: SocketAddr = peer.parse().expect("an address");
    let request = Request::builder().uri("/metrics").extension(ConnectInfo(peer)).body(Body::empty());
    let answer = harness.send(request.expect("a request")).await;
    (answer.status, String::from_utf8_lossy(&answer.bytes).into_owned())
}

#[tokio::test]
async fn counters_and_gauges_are_in_prometheus_text_format() {
    on_both(async |harness: &Harness| {
        harness.app.counters.bounced.add(3);
        let (status, text) = metrics_for(harness, "127.0.0.1:9").await;
        assert_eq!(status, 200);
        for line in [
            "# HELP postrider_deliveries_total Ends of attempts and of deliveries, by outcome.",
            "# TYPE postrider_deliveries_total counter",
            "postrider_deliveries_total{outcome=\"bounced\"} 3",
            "postrider_messages_accepted_total 0",
            "# TYPE postrider_queue_deliveries gauge",
            "postrider_queue_deliveries 0",
            "postrider_accepting 1",
        ] {
            assert!(text.lines().any(|found| found == line), "no {line} in\n{text}");
        }
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        for line in samples {
            let value = line.rsplit_once(' ').map(|(_, value)| value.parse::<u64>());
            assert!(matches!(value, Some(Ok(_))), "{line}");
        }
        let writes = text.lines().find_map(|line| line.strip_prefix("postrider_store_writes_total "));
        assert!(writes.is_some_and(|n| n != "0"), "{text}");
    })
    .await;
}

#[tokio::test]
async fn metrics_are_for_this_machine_unless_set_otherwise() {
    let harness = Harness::start(Database::Sqlite, &[]).await;
    assert_eq!(metrics_for(&harness, "192.0.2.1:9").await.0, 404);
    assert_eq!(metrics_for(&harness, "[::ffff:127.0.0.1]:9").await.0, 200);
    harness.end().await;
    let open = Harness::start(Database::Sqlite, &[("http.metrics_from_anywhere", "true")]).await;
    assert_eq!(metrics_for(&open, "192.0.2.1:9").await.0, 200);
    open.end().await;
}

#[tokio::test]
async fn a_process_that_takes_no_mail_lives_but_is_not_ready() {
    on_both(async |harness: &Harness| {
        assert_eq!(harness.get("/readyz").await.json()["status"], "ok");
        harness.app.health.close();
        assert_eq!(harness.get("/healthz").await.status, 200);
        let answer = harness.get("/readyz").await;
        assert_eq!(answer.status, 503);
        assert_eq!(answer.json()["reason"], "the server is shutting down");
    })
    .await;
}
