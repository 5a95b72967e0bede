//! Much of a queue tried now or cancelled at once by a member, piece by piece.
//!
//! Guarantees
//! 1. A transaction holds one piece ([`pieces`](super::pieces)) and its line in the audit log; between two of them the writes of others
//!    go first. A call does no more than its [`Budget`], which is what a question names at most.
//! 2. What is counted as done was done. What is under way is left to end.

use std::sync::Arc;

use store::Write;

use super::admin::{self, Scope};
use super::cancel::{self, cancel_piece};
use super::pieces::{Meant, PIECE_MAX, Pieces, Those, count};
use crate::app::App;
use crate::console::change::Change;
use crate::console::refusal::Refused;
use crate::console::screen::Member;
use crate::feature::audit::Action;

/// Deliveries that one call acts on. Reason: it answers within seconds.
pub(super) const DELIVERIES_MAX: usize = 10_000;
/// Transactions in which it does: those that it takes, one for each of fifty destinations, and some that are done again because a
/// delivery ended meanwhile.
const STEPS_MAX: usize = 100;
/// What events say of a retry.
const RETRY_REASON: &str = "asked for in the console";

/// What one call may still do.
pub(crate) struct Budget {
    steps: usize,
    deliveries: usize,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { steps: STEPS_MAX, deliveries: DELIVERIES_MAX }
    }
}

impl Budget {
    /// Whether there may be more than was done.
    pub(crate) fn is_spent(&self) -> bool {
        self.steps == 0 || self.deliveries == 0
    }

    /// Deliveries of the next step; none when there is to be none.
    fn step(&mut self) -> Option<usize> {
        if self.is_spent() {
            return None;
        }
        self.steps -= 1;
        Some(self.deliveries.min(PIECE_MAX))
    }

    fn done(&mut self, n: usize) -> usize {
        self.deliveries = self.deliveries.saturating_sub(n);
        n
    }
}

/// What a budget does of what scopes mean, each counted in the workspace's turn; and whether there is more.
pub(super) async fn named<P>(
    who: &Member<P>,
    app: &App,
    (scopes, those, below): (&[Scope], Those, i64),
) -> Result<(usize, bool), Refused> {
    let mut n = 0;
    for scope in scopes {
        let meant = Meant { workspace: who.workspace.id, scope, those, below };
        let counted = count(&app.store, app.now(), meant, DELIVERIES_MAX + 1);
        n += app.list_turns.within(who.workspace.id, counted).await?;
        if n > DELIVERIES_MAX {
            break;
        }
    }
    Ok((n.min(DELIVERIES_MAX), n > DELIVERIES_MAX))
}

/// Makes due now what waits for a later attempt and has an id below this one, as far as `budget` goes; gives how much it was.
/// `object` is what the audit log names.
pub(crate) async fn retry_all<P>(
    who: &Member<P>,
    app: &Arc<App>,
    (scope, below, object): (&Scope, i64, &str),
    budget: &mut Budget,
) -> Result<usize, Refused> {
    let workspace = who.workspace.id;
    let (mut retried, mut pieces) = (0, Pieces::of(Meant { workspace, scope, those: Those::PutOff, below }));
    while let Some(limit) = budget.step() {
        let next = pieces.next(&app.store, app.now(), limit);
        let Some(piece) = app.list_turns.within(workspace, next).await? else { break };
        let ids: Vec<_> = piece.iter().map(|(_, entry)| entry.delivery).collect();
        retried += budget.done(retry_some(who, app, (scope, &ids), object).await?);
    }
    Ok(retried)
}

/// Makes these due now, those that wait for a later attempt; gives how many they were.
pub(crate) async fn retry_some<P>(
    who: &Member<P>,
    app: &Arc<App>,
    (scope, ids): (&Scope, &[i64]),
    object: &str,
) -> Result<usize, Refused> {
    let write = admin::retry_rows(app.now(), (scope, RETRY_REASON), (who.workspace.id, ids));
    let after = Some(scope.told([]));
    let change = Change { action: Action::QueueRetried, object: object.to_owned(), before: None, after };
    let retried = who.commit(app, write, change).await?.as_ref().map_or(0, admin::retried);
    admin::dues_changed(app, scope);
    Ok(retried)
}

/// Cancels what waits with an id below this one, as far as `budget` goes; gives how much it was.
pub(super) async fn cancel_all<P>(
    who: &Member<P>,
    app: &Arc<App>,
    (scope, below): (&Scope, i64),
    budget: &mut Budget,
) -> Result<usize, Refused> {
    let workspace = who.workspace.id;
    let (mut cancelled, mut pieces) = (0, Pieces::of(Meant { workspace, scope, those: Those::All, below }));
    while let Some(limit) = budget.step() {
        let before = pieces.clone();
        let next = pieces.next(&app.store, app.now(), limit);
        let Some(piece) = app.list_turns.within(workspace, next).await? else { break };
        let note = |write: &mut Write, n: usize| {
            let after = Some(scope.told([("deliveries", n.into())]));
            let object = scope.domain.clone().unwrap_or_default();
            let change = Change { action: Action::QueueCancelled, object, before: None, after };
            who.note(app, write, change);
        };
        match cancel_piece(app, piece, note).await {
            Ok(n) => cancelled += budget.done(n),
            // Some of them ended just then: it is read again without them.
            Err(cancel::Refused::UnderWay) => pieces = before,
            // Whoever asked is told what was done, and asks for the rest later.
            Err(cancel::Refused::TooMany) if cancelled > 0 => budget.steps = 0,
            Err(cancel::Refused::TooMany) => return Err(Refused::Busy),
            Err(cancel::Refused::Store(error)) => return Err(error.into()),
            Err(cancel::Refused::NothingWaits | cancel::Refused::Attempted | cancel::Refused::Code) => {
                return Err(Refused::Fault);
            }
        }
    }
    Ok(cancelled)
}
