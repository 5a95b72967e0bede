//! What people may do to the queue: hold, release, try again now.
//!
//! Guarantee: what is asked is a row and an event, committed; the server that has the queue in memory follows it, also
//! when another process wrote it.

use std::sync::Arc;

use mail::At;
use queue::{HoldRule, Lane};
use serde_json::Value as Json;
use store::{Committed, Row, Store, StoreError, Write, query};

use super::pieces::{Meant, PIECE_MAX, Pieces, Those};
use crate::app::App;
use crate::feature::event::{self, read::Event};
use crate::id::Mint;

query!(HOLDS, "queries/holds.sql");
query!(HOLD_ADD, "queries/hold_add.sql");
query!(HOLD_REMOVE, "queries/hold_remove.sql");
query!(RETRY, "queries/retry.sql");

/// A hold as it is stored.
#[derive(Clone, Debug)]
pub struct Hold {
    pub id: i64,
    pub scope: Scope,
    pub reason: String,
    pub created: At,
}

/// What a hold or a retry is about; empty matches all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    pub workspace: Option<i64>,
    pub domain: Option<String>,
    pub lane: Option<Lane>,
}

impl Scope {
    fn rule(&self) -> HoldRule {
        HoldRule { workspace: self.workspace, domain: self.domain.as_deref().map(Arc::from), lane: self.lane }
    }

    /// What events and the audit log say of it, with what they say beside. The workspace is their own.
    pub(super) fn told<const N: usize>(&self, beside: [(&str, Json); N]) -> Json {
        let own = [("domain", self.domain.as_deref().into()), ("lane", self.lane.map(Lane::as_str).into())];
        own.into_iter().chain(beside).map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// As [`Scope::told`], of what somebody gave a reason for.
    pub(super) fn told_why(&self, reason: &str) -> Json {
        self.told([("reason", reason.into())])
    }

    /// Reads what an event says it was about; what cannot be read matches all.
    #[must_use]
    pub fn of(event: &Event) -> Scope {
        let data: Json =
            event.data.as_deref().and_then(|data| serde_json::from_str(data).ok()).unwrap_or_default();
        Scope {
            workspace: (event.workspace != 0).then_some(event.workspace),
            domain: data["domain"].as_str().map(str::to_owned),
            lane: data["lane"].as_str().and_then(Lane::parse),
        }
    }

    pub(super) fn params(&self) -> Vec<(&'static str, store::Value)> {
        vec![
            ("workspace", self.workspace.unwrap_or(0).into()),
            ("domain", self.domain.clone().unwrap_or_default().into()),
            ("lane", self.lane.map_or(-1, |lane| i64::from(lane.number())).into()),
        ]
    }
}

/// All holds in force.
///
/// # Errors
/// As [`Store::read`].
pub async fn hold_list(store: &Store) -> Result<Vec<Hold>, StoreError> {
    store.read(&HOLDS, &[]).await?.iter().map(read_hold).collect()
}

fn read_hold(row: &Row) -> Result<Hold, StoreError> {
    let (workspace, domain, lane) = (row.int(1)?, row.text(2)?, row.int(3)?);
    Ok(Hold {
        id: row.int(0)?,
        scope: Scope {
            workspace: (workspace != 0).then_some(workspace),
            domain: (!domain.is_empty()).then(|| domain.to_owned()),
            lane: u8::try_from(lane).ok().and_then(Lane::from_number),
        },
        reason: row.text(4)?.to_owned(),
        created: At(row.int(5)?),
    })
}

/// Holds what `scope` matches; gives the hold's id.
///
/// # Errors
/// As [`Store::write`].
pub async fn hold_add(
    store: &Store,
    (mint, now): (&Mint, At),
    scope: &Scope,
    reason: &str,
) -> Result<i64, StoreError> {
    let (id, write) = hold_rows((mint, now), scope, reason);
    store.write(write).await?;
    Ok(id)
}

/// As [`hold_add`], for who commits it with more.
#[must_use]
pub fn hold_rows((mint, now): (&Mint, At), scope: &Scope, reason: &str) -> (i64, Write) {
    let id = mint.next(now);
    let mut write = Write::default();
    let mut params = scope.params();
    params.extend([("id", id.into()), ("reason", reason.to_owned().into()), ("now", now.0.into())]);
    write.step(&HOLD_ADD, params);
    let told = Some(scope.told_why(reason).to_string());
    event::note(&mut write, now, scope.workspace.unwrap_or(0), event::Name::QueueHeld, told);
    (id, write)
}

/// Ends a hold, for `reason`; false when there is no such hold.
///
/// # Errors
/// As [`Store::write`].
pub async fn hold_remove(store: &Store, now: At, id: i64, reason: &str) -> Result<bool, StoreError> {
    let Some(hold) = hold_list(store).await?.into_iter().find(|hold| hold.id == id) else { return Ok(false) };
    match store.write(release_rows(now, &hold, reason)).await {
        Ok(_) => Ok(true),
        Err(StoreError::Conflict(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// As [`hold_remove`]; the write conflicts when the hold has ended.
#[must_use]
pub fn release_rows(now: At, hold: &Hold, reason: &str) -> Write {
    let mut write = Write::default();
    write.step_expecting(1, "no such hold", &HOLD_REMOVE, vec![("id", hold.id.into())]);
    let (workspace, told) = (hold.scope.workspace.unwrap_or(0), hold.scope.told_why(reason).to_string());
    event::note(&mut write, now, workspace, event::Name::QueueReleased, Some(told));
    write
}

/// Makes what waits for a later attempt in these workspaces due now, for `reason`, a piece at a time; gives how many deliveries. What is
/// scheduled by its sender is not touched: it was never tried. A server in this process must then be told by [`dues_changed`].
///
/// # Errors
/// As [`Store::write`]: what was committed before stays due.
pub async fn retry_now(
    store: &Store,
    now: At,
    workspaces: &[i64],
    (scope, reason): (&Scope, &str),
) -> Result<usize, StoreError> {
    let mut done = 0;
    for workspace in workspaces {
        let meant = Meant { workspace: *workspace, scope, those: Those::PutOff, below: i64::MAX };
        let mut pieces = Pieces::of(meant);
        while let Some(piece) = pieces.next(store, now, PIECE_MAX).await? {
            let ids: Vec<_> = piece.iter().map(|(_, entry)| entry.delivery).collect();
            done += retried(&store.write(retry_rows(now, (scope, reason), (*workspace, &ids))).await?);
        }
    }
    Ok(done)
}

/// Makes those of a workspace's deliveries due now that wait for a later attempt, for who commits it with more; [`retried`] then says
/// how many. `scope` is what was asked for, which the event tells.
#[must_use]
pub fn retry_rows(now: At, (scope, reason): (&Scope, &str), (workspace, ids): (i64, &[i64])) -> Write {
    let mut write = Write::default();
    for delivery in ids {
        let params =
            vec![("delivery", (*delivery).into()), ("workspace", workspace.into()), ("now", now.0.into())];
        write.step(&RETRY, params);
    }
    let told = Some(scope.told_why(reason).to_string());
    event::note(&mut write, now, scope.workspace.unwrap_or(0), event::Name::QueueRetried, told);
    write
}

/// How many deliveries a committed retry made due.
#[must_use]
pub fn retried(committed: &Committed) -> usize {
    match committed {
        Committed::Stored { answers } => answers.iter().map(Vec::len).sum(),
        Committed::Guarded => 0,
    }
}

/// Makes the scheduler follow the holds in the database, and hold all mail of the directory's suspended workspaces.
///
/// # Errors
/// As [`Store::read`].
pub async fn reload(app: &Arc<App>) -> Result<(), StoreError> {
    // One at a time: a slower one would put what it read before a change in the place of what was read after it.
    let _reading = app.egress.reading_holds.lock().await;
    let holds = hold_list(&app.store).await?;
    let snapshot = app.directory.snapshot();
    let suspended = snapshot.workspaces.values().filter(|one| one.suspended.is_some());
    let rule = |workspace: i64| HoldRule { workspace: Some(workspace), domain: None, lane: None };
    let wanted = holds.iter().map(|hold| hold.scope.rule()).chain(suspended.map(|one| rule(one.id)));
    app.egress.replace_holds(app, wanted.collect());
    Ok(())
}

/// Makes the scheduler read anew what was made due.
pub fn dues_changed(app: &Arc<App>, scope: &Scope) {
    let rule = scope.rule();
    app.egress.with(app, |scheduler, now| scheduler.dues_changed(now, &rule));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_a_retry_says_what_was_retried_and_nonsense_is_about_everything() {
        let scope =
            Scope { workspace: Some(7), domain: Some("a.example".into()), lane: Some(Lane::Campaign) };
        let mut event = Event {
            id: 1,
            workspace: 7,
            name: event::Name::QueueRetried.as_str().into(),
            at: At(0),
            message: None,
            delivery: None,
            data: Some(scope.told_why("because").to_string()),
        };
        assert_eq!(Scope::of(&event), scope);
        for data in [None, Some("no JSON".to_owned()), Some(Scope::default().told_why("x").to_string())] {
            event.data = data;
            assert_eq!(Scope::of(&event), Scope { workspace: Some(7), ..Scope::default() });
        }
    }
}
