//! A workspace's queue in pieces, for whoever does something to much of it.
//!
//! Guarantees
//! 1. A piece is [`PIECE_MAX`] deliveries at most, of one lane, read along the queue's index outside of any transaction: whoever acts
//!    on one holds the writer for no longer than that, whatever waits.
//! 2. The next piece begins behind the last: what was left as it was is not met again.
//! 3. [`count`] counts what the pieces hold, by the same conditions, and no further than it is asked to.

use std::collections::VecDeque;

use mail::At;
use queue::{Entry, Lane, QueueKey};
use store::{Query, Store, StoreError, Value, query};

use super::admin::Scope;
use super::reads::read_found;

query!(PIECE, "queries/piece.sql");
query!(PIECE_TO, "queries/piece_to.sql");
query!(WAITING_COUNT, "queries/waiting_count.sql");
query!(WAITING_COUNT_TO, "queries/waiting_count_to.sql");

/// Deliveries of a piece. Reason: each is an update and an event, or more, of one transaction.
pub const PIECE_MAX: usize = 500;

/// Which of the deliveries that wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Those {
    All,
    /// Those that were tried and wait for a later attempt: what a retry makes due.
    PutOff,
}

/// What is meant of a workspace's queue.
#[derive(Clone, Copy)]
pub struct Meant<'a> {
    pub workspace: i64,
    /// Its domain and lane; the workspace is the one above.
    pub scope: &'a Scope,
    pub those: Those,
    /// Ids are below this one: what came later is not meant.
    pub below: i64,
}

impl Meant<'_> {
    fn lanes(&self) -> Vec<Lane> {
        self.scope.lane.map_or_else(|| Lane::ALL.to_vec(), |lane| vec![lane])
    }

    fn params(&self, (now, lane): (At, Lane), limit: usize) -> Vec<(&'static str, Value)> {
        let mut params = vec![("workspace", self.workspace.into()), ("now", now.0.into())];
        params.push(("lane", i64::from(lane.number()).into()));
        params.push(("put_off", i64::from(self.those == Those::PutOff).into()));
        params.push(("below", self.below.into()));
        params.push(("limit", i64::try_from(limit).unwrap_or(i64::MAX).into()));
        params
    }
}

/// How many deliveries are meant, `limit` at most.
///
/// # Errors
/// As [`Store::read`].
pub async fn count(store: &Store, now: At, meant: Meant<'_>, limit: usize) -> Result<usize, StoreError> {
    let mut n = 0;
    for lane in meant.lanes() {
        let mut params = meant.params((now, lane), limit - n);
        let query = match &meant.scope.domain {
            Some(domain) => {
                params.push(("domain", domain.clone().into()));
                &WAITING_COUNT_TO
            }
            None => &WAITING_COUNT,
        };
        let counted = store.read(query, &params).await?.first().map_or(Ok(0), |row| row.int(0))?;
        n += usize::try_from(counted).unwrap_or(0);
    }
    Ok(n)
}

/// The way through what is meant.
#[derive(Clone)]
pub struct Pieces<'a> {
    meant: Meant<'a>,
    /// Those that are still to be gone through.
    lanes: VecDeque<Lane>,
    /// The last one that was read of the first of them.
    after: Option<(QueueKey, Entry)>,
}

impl<'a> Pieces<'a> {
    #[must_use]
    pub fn of(meant: Meant<'a>) -> Pieces<'a> {
        Pieces { meant, lanes: meant.lanes().into(), after: None }
    }

    /// The next piece, of `limit` deliveries at most; none at the end.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub async fn next(
        &mut self,
        store: &Store,
        now: At,
        limit: usize,
    ) -> Result<Option<Vec<(QueueKey, Entry)>>, StoreError> {
        let limit = limit.min(PIECE_MAX);
        while let Some(lane) = self.lanes.front() {
            let (query, params) = self.read(now, *lane, limit);
            let rows = store.read(query, &params).await?;
            let found = rows.iter().map(|row| read_found(row).map(|found| (found.key, found.entry)));
            let found = found.collect::<Result<Vec<_>, _>>()?;
            if found.len() < limit {
                self.lanes.pop_front();
                self.after = None;
            } else {
                self.after = found.last().cloned();
            }
            if !found.is_empty() {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn read(&self, now: At, lane: Lane, limit: usize) -> (&'static Query, Vec<(&'static str, Value)>) {
        let mut params = self.meant.params((now, lane), limit);
        let place = self.after.as_ref();
        params.extend([
            ("due", place.map_or(i64::MIN, |(_, entry)| entry.due.0).into()),
            ("delivery", place.map_or(i64::MIN, |(_, entry)| entry.delivery).into()),
        ]);
        match &self.meant.scope.domain {
            Some(domain) => {
                params.push(("domain", domain.clone().into()));
                (&PIECE_TO, params)
            }
            None => {
                params.push(("domain", place.map_or("", |(key, _)| &*key.domain).to_owned().into()));
                (&PIECE, params)
            }
        }
    }
}
