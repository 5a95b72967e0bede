//! The path into the capture mailbox: leases like any other, composes and signs like any other, and keeps the message.

use std::sync::Arc;

use mail::Reply;
use mail::classify::Stage;
use net::clock::Stopwatch;
use queue::{Closed, Lease};
use tokio::sync::Notify;

use super::Way;
use super::amends;
use super::attempt::{Attempt, Finding};
use super::connection::Call;
use super::settle;
use crate::app::App;

pub(super) async fn run(app: &Arc<App>, call: Call) {
    app.egress.with(app, |scheduler, now| scheduler.connected(now, call.connection));
    let waker = Arc::new(Notify::new());
    loop {
        match app.egress.lease(app, call.connection, &waker) {
            Lease::Take { key, entry } => keep(app, &call, key, entry).await,
            Lease::Idle => {
                let idle = app.settings.delivery.connection_idle;
                if tokio::time::timeout(idle, waker.notified()).await.is_err() {
                    break;
                }
            }
            Lease::Wait(until) => tokio::time::sleep(until.since(net::clock::now())).await,
            Lease::Close => break,
        }
    }
    app.egress.closed(app, call.connection, Closed::Finished);
}

async fn keep(app: &Arc<App>, call: &Call, key: queue::QueueKey, entry: queue::Entry) {
    let started = net::clock::now();
    let clock = Stopwatch::start();
    let _amends = amends::in_hand(app, entry.delivery);
    let Some((leased, composed)) = super::prepare(app, key, entry, Way::Capture).await else { return };
    let reply = Reply::new(250, (2, 0, 0), "kept in the capture mailbox, nothing left this machine");
    let attempt = Attempt {
        started,
        duration_us: i64::try_from(clock.elapsed().as_micros()).unwrap_or(i64::MAX),
        site: call.site.clone(),
        peer: "capture mailbox".into(),
        tls: None,
        peer_notifies: false,
        finding: Finding::from_reply(Stage::Body, reply),
        conversation: String::new(),
    };
    settle::captured(app, leased, attempt, composed.joined());
}
