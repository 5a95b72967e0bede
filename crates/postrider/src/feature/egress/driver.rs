//! Does what the scheduler asks for, and wakes it when its next moment comes.

use std::sync::Arc;
use std::time::Duration;

use mail::At;
use net::listen::Stop;
use queue::Action;

use super::{amends, capture_path, connection, reads, settle, sites};
use crate::app::App;

/// The longest sleep. Reason: sleep is measured by a clock that stands still while the machine is suspended, and knows
/// nothing of a clock that is set forward: mail is late by no more than this.
const SLEEP_MAX: Duration = Duration::from_secs(60);

/// Sleeps to the scheduler's next moment, or until it is time to look at the clock. Runs until `stop`.
pub async fn run(app: Arc<App>, mut stop: Stop) {
    loop {
        app.egress.with(&app, |_, _| ());
        let (wake, now) = {
            let state = app.egress.lock();
            (state.armed, net::clock::now())
        };
        let sleep = async {
            match wake {
                Some(at) => tokio::time::sleep(nap(now, at)).await,
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

/// How long to sleep now for something that happens at `wake`.
fn nap(now: At, wake: At) -> Duration {
    wake.since(now).min(SLEEP_MAX)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_set_forward_is_noticed_within_a_minute() {
        let table = [(0, 0), (1, 1), (59, 59), (60, 60), (86_400, 60), (-5, 0)];
        for (wake_s, nap_s) in table {
            let wake = At(1_000_000_000 + wake_s * 1_000_000);
            assert_eq!(nap(At(1_000_000_000), wake), Duration::from_secs(nap_s), "in {wake_s} s");
        }
    }
}
