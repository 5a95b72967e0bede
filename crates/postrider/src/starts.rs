//! Starts of the server, numbered: so that a delivery which was in flight when a start ended badly is known as such.

use std::collections::HashSet;

use mail::At;
use store::{Store, StoreError, Write, query};

query!(ENDED_BADLY, "starts/ended_badly.sql");
query!(NEWEST, "starts/newest.sql");
query!(BEGIN, "starts/begin.sql");
query!(END, "starts/end.sql");
query!(FORGET, "starts/forget.sql");

/// Starts whose end is remembered. Reason: a delivery lives for days, a start seldom for less than an hour.
const REMEMBERED: i64 = 10_000;

/// What is known of earlier starts.
pub struct Starts {
    epoch: i64,
    began: At,
    ended_badly: HashSet<i64>,
}

impl Starts {
    /// Registers this start.
    ///
    /// # Errors
    /// As [`Store::read`] and [`Store::write`].
    pub async fn begin(store: &Store, now: At) -> Result<Starts, StoreError> {
        let rows = store.read(&ENDED_BADLY, &[("limit", REMEMBERED.into())]).await?;
        let ended_badly = rows.iter().map(|row| row.int(0)).collect::<Result<_, _>>()?;
        let newest = store.read(&NEWEST, &[]).await?;
        let epoch = newest.first().map(|row| row.int_or_null(0)).transpose()?.flatten().unwrap_or(0) + 1;
        let mut write = Write::default();
        write.step(&BEGIN, vec![("epoch", epoch.into()), ("now", now.0.into())]);
        store.write(write).await?;
        Ok(Starts { epoch, began: now, ended_badly })
    }

    #[must_use]
    pub fn epoch(&self) -> i64 {
        self.epoch
    }

    #[must_use]
    pub fn began(&self) -> At {
        self.began
    }

    /// Whether that start ended without saying so.
    #[must_use]
    pub fn ended_badly(&self, epoch: i64) -> bool {
        self.ended_badly.contains(&epoch)
    }

    /// This start ends with nothing in flight.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn end(&self, store: &Store, now: At) -> Result<(), StoreError> {
        let mut write = Write::default();
        write.step(&END, vec![("epoch", self.epoch.into()), ("now", now.0.into())]);
        store.write(write).await.map(drop)
    }
}

/// Forgets the starts before `cut`, but none from `epoch` on: the numbers of the next ones continue from the newest.
///
/// # Errors
/// As [`Store::write`].
pub async fn forget(store: &Store, cut: At, epoch: i64) -> Result<(), StoreError> {
    let mut write = Write::default();
    write.step(&FORGET, vec![("epoch", epoch.into()), ("cut_us", cut.0.into())]);
    store.write(write).await.map(drop)
}
