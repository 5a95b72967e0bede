//! Reading the queue back from the database: refills of a window, sweeps over queues that memory does not know.
//!
//! A delivery that an earlier start of the server had is taken over first: its row gets this start's epoch, and its count
//! of recoveries grows when that start did not end cleanly and the delivery was due (`suspects`).

use std::sync::Arc;
use std::time::Duration;

use mail::At;
use queue::{Entry, Lane, Position, QueueKey, QueueRows, Ticket};
use store::{Query, Row, StoreError, Value, Write, query};

use super::{rows, suspects};
use crate::app::App;
use crate::starts::Starts;

query!(pub REFILL, "queries/refill.sql");
query!(pub SWEEP, "queries/sweep.sql");

/// Wait before a read that failed is tried again.
const READ_RETRY_WAIT: Duration = Duration::from_secs(1);

/// Answers [`queue::Action::Refill`].
pub(super) async fn refill(app: &Arc<App>, ticket: Ticket, key: QueueKey, (from, limit): (Position, u32)) {
    let params = [
        ("workspace", key.workspace.into()),
        ("lane", i64::from(key.lane.number()).into()),
        ("domain", key.domain.clone().into()),
        ("due", from.due.0.into()),
        ("delivery", from.delivery.into()),
        ("limit", i64::from(limit).into()),
    ];
    let found = found(app, &REFILL, &params).await;
    let exhausted = found.len() < limit as usize;
    let entries = watched(app, found).into_iter().map(|(_, entry)| entry).collect();
    app.egress
        .with(app, |scheduler, now| scheduler.refilled(now, ticket, QueueRows { key, entries, exhausted }));
}

/// Answers [`queue::Action::Sweep`].
pub(super) async fn sweep(app: &Arc<App>, ticket: Ticket, after: Option<QueueKey>, limit: u32) {
    let (workspace, lane, domain) = after
        .map_or((i64::MIN, 0, "".into()), |key| (key.workspace, i64::from(key.lane.number()), key.domain));
    let params = [
        ("workspace", workspace.into()),
        ("lane", lane.into()),
        ("domain", domain.into()),
        ("limit", i64::from(limit).into()),
    ];
    let found = found(app, &SWEEP, &params).await;
    let end = found.len() < limit as usize;
    let queues = by_queue(watched(app, found), end);
    app.egress.with(app, |scheduler, now| scheduler.swept(now, ticket, queues, end));
}

/// What a read finds, all of it ours; tried again until the database answers.
async fn found(app: &App, query: &Query, params: &[(&str, Value)]) -> Vec<Found> {
    loop {
        let read = async {
            let rows = app.store.read(query, params).await?;
            let found = rows.iter().map(read_found).collect::<Result<Vec<_>, _>>()?;
            take_over(app, &found).await?;
            Ok::<_, StoreError>(found)
        };
        match read.await {
            Ok(found) => return found,
            Err(error) => {
                tracing::warn!(%error, database = app.store.name(), "the queue could not be read and will be read again");
                tokio::time::sleep(READ_RETRY_WAIT).await;
            }
        }
    }
}

/// A live delivery as the database has it.
pub struct Found {
    pub key: QueueKey,
    pub entry: Entry,
    epoch: i64,
    pub recoveries: i64,
}

/// Reads a row of [`REFILL`] or [`SWEEP`].
///
/// # Errors
/// `Broken` when the row is not one of theirs.
pub fn read_found(row: &Row) -> Result<Found, StoreError> {
    Ok(Found {
        key: QueueKey { workspace: row.int(0)?, lane: lane(row.int(1)?)?, domain: row.text(2)?.into() },
        entry: Entry {
            delivery: row.int(3)?,
            message: row.int(4)?,
            due: At(row.int(5)?),
            expires: At(row.int(6)?),
            attempts: u16::try_from(row.int(7)?).unwrap_or(u16::MAX),
        },
        epoch: row.int(8)?,
        recoveries: row.int(9)?,
    })
}

/// The lane of a number that the database holds.
pub(super) fn lane(number: i64) -> Result<Lane, StoreError> {
    let lane = u8::try_from(number).ok().and_then(Lane::from_number);
    lane.ok_or_else(|| StoreError::Broken { query: "delivery.lane".into(), reason: "unknown lane".into() })
}

/// Makes the deliveries of earlier starts ours, durably, before any of them can be leased.
async fn take_over(app: &App, found: &[Found]) -> Result<(), StoreError> {
    let write = recovered(&app.starts, found);
    if write.rows.is_empty() {
        return Ok(());
    }
    app.store.write(write).await.map(drop)
}

/// The rows that make deliveries of earlier starts this start's.
#[must_use]
pub fn recovered(starts: &Starts, found: &[Found]) -> Write {
    let mut write = Write::default();
    for one in found.iter().filter(|one| one.epoch != starts.epoch()) {
        let in_flight = starts.ended_badly(one.epoch) && one.entry.due <= starts.began();
        let recoveries = if in_flight { suspects::after_bad_end(one.recoveries) } else { one.recoveries };
        write.row(&rows::RECOVERED, [one.entry.delivery.into(), starts.epoch().into(), recoveries.into()]);
    }
    write
}

/// Has suspects watched, and hands everything on.
fn watched(app: &App, found: Vec<Found>) -> Vec<(QueueKey, Entry)> {
    found.iter().for_each(|one| app.egress.suspects.note(one.entry.delivery, one.recoveries));
    found.into_iter().map(|one| (one.key, one.entry)).collect()
}

/// Rows in the order of the index become queues. The last queue may be cut short unless the sweep is at its end.
#[must_use]
pub fn by_queue(found: Vec<(QueueKey, Entry)>, end: bool) -> Vec<QueueRows> {
    let mut queues: Vec<QueueRows> = Vec::new();
    for (key, entry) in found {
        match queues.last_mut() {
            Some(last) if last.key == key => last.entries.push(entry),
            _ => queues.push(QueueRows { key, entries: vec![entry], exhausted: true }),
        }
    }
    if let Some(last) = queues.last_mut() {
        last.exhausted = end;
    }
    queues
}

impl Found {
    #[cfg(test)]
    fn at(domain: &str, delivery: i64) -> (QueueKey, Entry) {
        let key = QueueKey { workspace: 1, lane: Lane::Transactional, domain: domain.into() };
        (key, Entry { delivery, message: 1, due: At(0), expires: At(1), attempts: 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_that_was_cut_knows_that_its_last_queue_may_have_more() {
        let rows = vec![Found::at("a", 1), Found::at("a", 2), Found::at("b", 3)];
        let shape = |end| {
            let queues = by_queue(rows.clone(), end);
            queues
                .iter()
                .map(|q| (q.key.domain.to_string(), q.entries.len(), q.exhausted))
                .collect::<Vec<_>>()
        };
        assert_eq!(shape(false), [("a".into(), 2, true), ("b".into(), 1, false)]);
        assert_eq!(shape(true), [("a".into(), 2, true), ("b".into(), 1, true)]);
    }
}
