//! What people may do to the queue: hold, release, try again now.
//!
//! Guarantee: what is asked is a row and an event, committed; the server that has the queue in memory follows it, also
//! when another process wrote it.

use std::sync::Arc;

use mail::At;
use queue::{HoldRule, Lane};
use store::{Committed, Row, Store, StoreError, Write, query};

use crate::app::App;
use crate::feature::event;
use crate::id::Mint;

query!(HOLDS, "queries/holds.sql");
query!(HOLD_ADD, "queries/hold_add.sql");
query!(HOLD_REMOVE, "queries/hold_remove.sql");
query!(RETRY, "queries/retry.sql");

/// A hold as it is stored.
#[derive(Clone, Debug)]
pub struct Hold {
    pub id: i64,
    pub workspace: Option<i64>,
    pub domain: Option<String>,
    pub lane: Option<Lane>,
    pub reason: String,
    pub created: At,
}

impl Hold {
    fn rule(&self) -> HoldRule {
        HoldRule { workspace: self.workspace, domain: self.domain.as_deref().map(Arc::from), lane: self.lane }
    }
}

/// What a hold or a retry is about; empty matches all.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    pub workspace: Option<i64>,
    pub domain: Option<String>,
    pub lane: Option<Lane>,
}

impl Scope {
    fn params(&self) -> Vec<(&'static str, store::Value)> {
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
        workspace: (workspace != 0).then_some(workspace),
        domain: (!domain.is_empty()).then(|| domain.to_owned()),
        lane: u8::try_from(lane).ok().and_then(Lane::from_number),
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
    event::note(&mut write, now, scope.workspace.unwrap_or(0), event::Name::QueueHeld, None);
    store.write(write).await?;
    Ok(id)
}

/// Ends a hold; false when there is no such hold.
///
/// # Errors
/// As [`Store::write`].
pub async fn hold_remove(store: &Store, now: At, id: i64) -> Result<bool, StoreError> {
    let mut write = Write::default();
    write.step_expecting(1, "no such hold", &HOLD_REMOVE, vec![("id", id.into())]);
    event::note(&mut write, now, 0, event::Name::QueueReleased, None);
    match store.write(write).await {
        Ok(_) => Ok(true),
        Err(StoreError::Conflict(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Makes what waits for a later attempt due now; gives how many deliveries. What is scheduled by its sender is not
/// touched: it was never tried.
///
/// # Errors
/// As [`Store::write`].
pub async fn retry_now(store: &Store, now: At, scope: &Scope) -> Result<usize, StoreError> {
    let mut write = Write::default();
    let mut params = scope.params();
    params.push(("now", now.0.into()));
    write.step(&RETRY, params);
    event::note(&mut write, now, scope.workspace.unwrap_or(0), event::Name::QueueRetried, None);
    match store.write(write).await? {
        Committed::Stored { answers } => Ok(answers.first().map_or(0, Vec::len)),
        Committed::Guarded => Ok(0),
    }
}

/// Makes the scheduler follow the holds and due times in the database.
///
/// # Errors
/// As [`Store::read`].
pub async fn reload(app: &Arc<App>) -> Result<(), StoreError> {
    let wanted: Vec<HoldRule> = hold_list(&app.store).await?.iter().map(Hold::rule).collect();
    app.egress.replace_holds(app, wanted);
    Ok(())
}
