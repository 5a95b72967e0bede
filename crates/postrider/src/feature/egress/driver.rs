//! Does what the scheduler asks for, and wakes it when its next moment comes.

use std::sync::Arc;

use net::listen::Stop;
use queue::Action;

use super::{amends, capture_path, connection, reads, settle, sites};
use crate::app::App;

/// Sleeps to the scheduler's next moment, not a poll. Runs until `stop`.
pub async fn run(app: Arc<App>, mut stop: Stop) {
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
    match action {
        // Its waker was called under the scheduler's lock.
        Action::WakeIdle { .. } => {}
        Action::Fail { key, entries, why } => {
            for entry in entries {
                start(app, Action::Fail { key: key.clone(), entries: vec![entry], why });
            }
        }
        Action::Resolve { .. } | Action::Connect { .. } | Action::Refill { .. } | Action::Sweep { .. } => {
            start(app, action);
        }
    }
}

fn start(app: &Arc<App>, action: Action) {
    let own = app.clone();
    drop(app.egress.runtime.spawn(async move {
        let _amends = amends::answering(&own, &action);
        answer(&own, action).await;
    }));
}

async fn answer(app: &Arc<App>, action: Action) {
    match action {
        Action::WakeIdle { .. } => {}
        Action::Resolve { domain } => sites::resolve(app, domain).await,
        Action::Connect { connection, path, source, site } => {
            let call = connection::Call { connection, path, source, site };
            if *call.site == *sites::CAPTURE {
                capture_path::run(app, call).await;
            } else {
                connection::run(app, call).await;
            }
        }
        Action::Refill { ticket, key, from, limit } => reads::refill(app, ticket, key, (from, limit)).await,
        Action::Sweep { ticket, after, limit } => reads::sweep(app, ticket, after, limit).await,
        Action::Fail { key, entries, why } => {
            for entry in entries {
                settle::fail(app, key.clone(), entry, why).await;
            }
        }
    }
}
