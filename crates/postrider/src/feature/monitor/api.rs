//! `/metrics`, `/healthz` and `/readyz`: asked by machines, without a key.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, Extension, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use store::query;
use utoipa::ToSchema;

use super::{head, line};
use crate::app::App;
use crate::http::auth::Anybody;
use crate::http::endpoint::{Endpoint, Method};
use crate::http::error::ApiError;

query!(ANSWER, "queries/answer.sql");

/// How long the database may take to answer the simplest question. Reason: whoever asks waits a second or two.
const ANSWER_WAIT: Duration = Duration::from_secs(1);

#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new(Method::Get, "/healthz", lives)
            .summary("Say that the process lives.")
            .answers::<Standing>(200),
        Endpoint::new(Method::Get, "/readyz", ready)
            .summary("Say whether mail is taken, or why it is not (503).")
            .answers::<Standing>(200),
        Endpoint::new(Method::Get, "/metrics", metrics)
            .summary("Give counters and gauges in Prometheus' text format, to this machine only unless set otherwise.")
            .answers_other(200, "text/plain; version=0.0.4"),
    ]
}

/// How the process stands.
#[derive(Serialize, ToSchema)]
struct Standing {
    /// `ok` or `unavailable`.
    status: &'static str,
    reason: Option<String>,
}

async fn lives(_: Anybody) -> axum::Json<Standing> {
    axum::Json(Standing { status: "ok", reason: None })
}

async fn ready(_: Anybody, State(app): State<Arc<App>>) -> (StatusCode, axum::Json<Standing>) {
    match obstacle(&app).await {
        None => (StatusCode::OK, axum::Json(Standing { status: "ok", reason: None })),
        Some(reason) => {
            let standing = Standing { status: "unavailable", reason: Some(reason) };
            (StatusCode::SERVICE_UNAVAILABLE, axum::Json(standing))
        }
    }
}

async fn obstacle(app: &App) -> Option<String> {
    if let Err(reason) = app.health.may_accept() {
        return Some(reason);
    }
    match tokio::time::timeout(ANSWER_WAIT, app.store.read(&ANSWER, &[])).await {
        Ok(Ok(_)) => None,
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready: the database does not answer");
            Some("the database does not answer".into())
        }
        Err(_) => Some(format!("the database did not answer within {} s", ANSWER_WAIT.as_secs())),
    }
}

async fn metrics(
    _: Anybody,
    State(app): State<Arc<App>>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
) -> Result<Response, ApiError> {
    let near = peer.is_some_and(|Extension(ConnectInfo(peer))| peer.ip().to_canonical().is_loopback());
    if !near && !app.settings.http.metrics_from_anywhere {
        // Not more than for a path that does not exist.
        return Err(ApiError::not_found("path"));
    }
    let kind = (header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
    Ok(([kind], text(&app)).into_response())
}

fn text(app: &App) -> String {
    let mut out = String::with_capacity(4_096);
    app.counters.render(&mut out);
    let mut gauge = |family: &str, help: &str, value: usize| {
        head(&mut out, family, help, "gauge");
        line(&mut out, family, "", value as u64);
    };
    let depth = app.egress.view(|scheduler, _| scheduler.depth());
    gauge("postrider_queue_deliveries", "Deliveries in memory, those under way included.", depth.entries);
    gauge("postrider_queue_leased", "Deliveries under way.", depth.leased);
    gauge("postrider_queue_queues", "Queues known: workspace, lane and recipient domain.", depth.queues);
    gauge("postrider_queue_sites", "Sites known.", depth.sites);
    gauge("postrider_queue_swept", "1 when every queue of the database is known.", usize::from(depth.swept));
    gauge("postrider_connections", "Connections to recipients' servers.", depth.connections);
    gauge("postrider_outcomes_unsettled", "Outcomes that wait for the database.", app.egress.unsettled());
    gauge("postrider_accepting", "1 when mail is taken.", usize::from(app.health.may_accept().is_ok()));
    if let Some(bytes) = resident_bytes() {
        gauge("process_resident_memory_bytes", "Resident memory.", bytes);
    }
    if let Some(bytes) = app.store.wal_bytes() {
        gauge(
            "postrider_store_wal_bytes",
            "Size of the write-ahead log.",
            usize::try_from(bytes).unwrap_or(0),
        );
    }
    let work = app.store.work();
    let mut counter = |family: &str, help: &str, value: u64| {
        head(&mut out, family, help, "counter");
        line(&mut out, family, "", value);
    };
    counter("postrider_store_batches_total", "Transactions of the committers.", work.batches);
    counter("postrider_store_writes_total", "Writes in them.", work.writes);
    out
}

/// From `/proc/self/status`; none where there is no such file.
fn resident_bytes() -> Option<usize> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: usize = line.split_whitespace().next()?.parse().ok()?;
    Some(kib << 10)
}
