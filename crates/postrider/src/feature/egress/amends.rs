//! What is owed to the scheduler by a task that panicked.
//!
//! Guarantees
//! 1. The delivery that such a task had in hand goes back as it was, its connection ends, and every other action that it
//!    should have answered is done again: nothing waits for a dead task until the next start. What has an outcome does not
//!    go back: that is settled.
//! 2. All that is done after a pause and by a task of its own: never while unwinding, never in a hot loop.
//! 3. A delivery with which task after task panics is given up as one that ends processes is (`suspects`).
//!
//! A panic is a defect all the same; the line in the log says where.

use std::sync::Arc;
use std::time::Duration;

use queue::{Action, Closed, Settled};

use super::driver;
use crate::app::App;

/// Pause before what a panicked task left is looked after. Reason: what panics always would otherwise do it at once.
const AMENDS_WAIT: Duration = Duration::from_secs(1);

/// Does its part if it is dropped by a panic, otherwise nothing.
pub(super) struct Amends<'a, F: FnOnce(&Arc<App>) + Send + 'static> {
    app: &'a Arc<App>,
    task: &'static str,
    part: Option<F>,
}

impl<F: FnOnce(&Arc<App>) + Send + 'static> Drop for Amends<'_, F> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        let Some(part) = self.part.take() else { return };
        let (app, task) = (self.app.clone(), self.task);
        tracing::error!(task, "a task of the queue panicked; what it left undone is done again");
        drop(self.app.egress.runtime.spawn(async move {
            tokio::time::sleep(AMENDS_WAIT).await;
            part(&app);
        }));
    }
}

/// For the time in which a task has a lease in hand: until its settlement is on its way to the database.
pub(super) fn in_hand(app: &Arc<App>, delivery: i64) -> Amends<'_, impl FnOnce(&Arc<App>) + Send + 'static> {
    let part = move |app: &Arc<App>| {
        app.egress.suspects.ended_by_panic(delivery);
        app.egress.with(app, |scheduler, now| scheduler.settled(now, delivery, Settled::Returned));
    };
    Amends { app, task: "delivery", part: Some(part) }
}

/// For the time in which a task makes the notification about an outcome; `part` settles without.
pub(super) fn telling<F: FnOnce(&Arc<App>) + Send + 'static>(app: &Arc<App>, part: F) -> Amends<'_, F> {
    Amends { app, task: "notification", part: Some(part) }
}

/// For the time in which a task answers an action.
pub(super) fn answering<'a>(
    app: &'a Arc<App>,
    action: &Action,
) -> Amends<'a, impl FnOnce(&Arc<App>) + Send + 'static> {
    let (task, action) = (name(action), action.clone());
    let part = move |app: &Arc<App>| match action {
        Action::Connect { connection, .. } => app.egress.closed(app, connection, Closed::Lost),
        Action::Resolve { .. }
        | Action::WakeIdle { .. }
        | Action::Refill { .. }
        | Action::Sweep { .. }
        | Action::Fail { .. } => driver::perform(app, action),
    };
    Amends { app, task, part: Some(part) }
}

fn name(action: &Action) -> &'static str {
    match action {
        Action::Resolve { .. } => "resolve",
        Action::Connect { .. } => "connection",
        Action::WakeIdle { .. } => "wake",
        Action::Refill { .. } => "refill",
        Action::Sweep { .. } => "sweep",
        Action::Fail { .. } => "fail",
    }
}
