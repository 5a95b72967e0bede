//! Does what the scheduler asks for, and wakes it when its next moment comes.

use std::sync::Arc;

use queue::Action;

use super::{capture_path, connection, reads, settle, sites};
use crate::app::App;

/// Runs until `stop`: sleeps to the scheduler's next moment, not a poll.
pub async fn run(app: Arc<App>, mut stop: net::listen::Stop) {
    loop {
        app.egress.with(&app, |_, _| ());
        let (wake, now) = {
            let state = app.egress.lock();
            (state.armed, net::clock::now())
        };
        let sleep = async {
            match wake {
                Some(at) => tokio::time::sleep(at.since(now)).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = stop.stopped() => return,
            () = app.egress.driver.notified() => {}
            () = sleep => app.egress.lock().armed = None,
        }
    }
}

/// Starts what an action asks for. Never waits.
pub(super) fn perform(app: &Arc<App>, action: Action) {
    let own = app.clone();
    let runtime = &app.egress.runtime;
    match action {
        // Its waker was called under the scheduler's lock.
        Action::WakeIdle { .. } => {}
        Action::Resolve { domain } => drop(runtime.spawn(async move { sites::resolve(&own, domain).await })),
        Action::Connect { connection, path, source, site } => {
            let call = connection::Call { connection, path, source, site };
            if *call.site == *sites::CAPTURE {
                drop(runtime.spawn(async move { capture_path::run(&own, call).await }));
            } else {
                drop(runtime.spawn(async move { connection::run(&own, call).await }));
            }
        }
        Action::Refill { ticket, key, from, limit } => {
            drop(runtime.spawn(async move { reads::refill(&own, ticket, key, (from, limit)).await }));
        }
        Action::Sweep { ticket, after, limit } => {
            drop(runtime.spawn(async move { reads::sweep(&own, ticket, after, limit).await }));
        }
        Action::Fail { key, entries, why } => {
            for entry in entries {
                let (own, key) = (own.clone(), key.clone());
                drop(runtime.spawn(async move { settle::fail(&own, key, entry, why).await }));
            }
        }
    }
}
