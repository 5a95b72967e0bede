//! What people may do to the queue: hold, release, try again now.
//!
//! Guarantee: what is asked is a row and an event, committed; the server that has the queue in memory follows it, also
//! when another process wrote it.

use std::sync::Arc;

use mail::At;
use queue::{HoldRule, Lane};
use serde_json::{Value as Json, json};
use store::{Committed, Row, Store, StoreError, Write, query};

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

    /// What the event of a change says about it. The workspace is the event's own.
    fn told(&self, reason: &str) -> String {
        json!({ "domain": self.domain, "lane": self.lane.map(Lane::as_str), "reason": reason }).to_string()
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
    let id = mint.next(now);
    let mut write = Write::default();
    let mut params = scope.params();
    params.extend([("id", id.into()), ("reason", reason.to_owned().into()), ("now", now.0.into())]);
    write.step(&HOLD_ADD, params);
    let told = Some(scope.told(reason));
    event::note(&mut write, now, scope.workspace.unwrap_or(0), event::Name::QueueHeld, told);
    store.write(write).await?;
    Ok(id)
}

/// Ends a hold, for `reason`; false when there is no such hold.
///
/// # Errors
/// As [`Store::write`].
pub async fn hold_remove(store: &Store, now: At, id: i64, reason: &str) -> Result<bool, StoreError> {
    let Some(hold) = hold_list(store).await?.into_iter().find(|hold| hold.id == id) else { return Ok(false) };
    let mut write = Write::default();
    write.step_expecting(1, "no such hold", &HOLD_REMOVE, vec![("id", id.into())]);
    let (workspace, told) = (hold.scope.workspace.unwrap_or(0), hold.scope.told(reason));
    event::note(&mut write, now, workspace, event::Name::QueueReleased, Some(told));
    match store.write(write).await {
        Ok(_) => Ok(true),
        Err(StoreError::Conflict(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Makes what waits for a later attempt due now, for `reason`; gives how many deliveries. What is scheduled by its
/// sender is not touched: it was never tried. `write` is what is to be stored along. A server in this process must then
/// be told by [`dues_changed`].
///
/// # Errors
/// As [`Store::write`].
pub async fn retry_now(
    store: &Store,
    now: At,
    (scope, reason): (&Scope, &str),
    mut write: Write,
) -> Result<usize, StoreError> {
    let mut params = scope.params();
    params.push(("now", now.0.into()));
    write.step(&RETRY, params);
    let told = Some(scope.told(reason));
    event::note(&mut write, now, scope.workspace.unwrap_or(0), event::Name::QueueRetried, told);
    match store.write(write).await? {
        Committed::Stored { answers } => Ok(answers.last().map_or(0, Vec::len)),
        Committed::Guarded => Ok(0),
    }
}

/// Makes the scheduler follow the holds in the database.
///
/// # Errors
/// As [`Store::read`].
pub async fn reload(app: &Arc<App>) -> Result<(), StoreError> {
    let wanted: Vec<HoldRule> = hold_list(&app.store).await?.iter().map(|hold| hold.scope.rule()).collect();
    app.egress.replace_holds(app, wanted);
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
            data: Some(scope.told("because")),
        };
        assert_eq!(Scope::of(&event), scope);
        for data in [None, Some("no JSON".to_owned()), Some(Scope::default().told("x"))] {
            event.data = data;
            assert_eq!(Scope::of(&event), Scope { workspace: Some(7), ..Scope::default() });
        }
    }
}
