//! Counting the log again, and comparing: whether the statistics are what happened.
//!
//! Guarantees
//! 1. The counters are compared at the very event up to which they count, also while a server goes on counting.
//! 2. Only hours are compared of which the log still has every event and every message: from [`super::floor`] on, without those
//!    of which a message has gone before its events. What is mended lies there alone.
//!
//! An event that was stored more than a day after it happened may lie outside what is read of a range: see
//! [`cursor_before`]. Then a recount of everything tells.
//!
//! The counters and the recount of the range are in memory: name a range where there are many.

use std::collections::{HashMap, HashSet};

use mail::At;
use store::{Row, Store, StoreError, WRITER_SHIFT, Write, query};

use super::admission::{Admission, Slot};
use super::fact::{Counts, Fact};
use super::follow::{BATCH_EVENTS, Follower, cursors, each_fact, rows};
use super::{Dimension, HOUR_US, floor};
use crate::feature::event::merged::cursor_before;
use crate::feature::event::read::{Cursor, first_above};

query!(ALL, "queries/all.sql");

/// How often the counters are read again while a server moves them.
const TRIES_MAX: u32 = 50;
/// Counters that one write mends.
const MEND_ROWS: usize = 5_000;

/// Which hours are counted again: those that begin in it.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    pub from: At,
    pub until: At,
}

impl Extent {
    /// Everything that there is.
    pub const ALL: Extent = Extent { from: At(0), until: At(i64::MAX) };
}

/// A counter that is not what the log tells.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    pub workspace: i64,
    pub dimension: Dimension,
    pub hour: At,
    pub stream: i64,
    pub key: String,
    pub metric: String,
    /// What the counter says.
    pub counted: i64,
    /// What the log tells.
    pub recounted: i64,
}

/// What came out.
#[derive(Debug)]
pub struct Recount {
    /// The first hour that could be compared.
    pub from: At,
    /// Counters that were compared.
    pub counters: usize,
    /// Hours of a workspace that were left out, because messages have gone before their events.
    pub left_out: usize,
    /// In the order of their fields.
    pub differences: Vec<Difference>,
}

/// Counts again.
///
/// # Errors
/// As [`Store::read`] and [`Store::write`]; `Conflict` when the counters never stood still.
pub async fn recount(store: &Store, extent: Extent) -> Result<Recount, StoreError> {
    caught_up(store).await?;
    let first = floor(store).await?.max(extent.from.0.saturating_add(HOUR_US - 1) / HOUR_US * HOUR_US);
    let hours = first..extent.until.0;
    let (upto, mut counted) = counters(store, (hours.start, hours.end)).await?;
    // A key whose counts cancel out was let in all the same.
    let mut raw = Raw { admission: Admission::of(counted.keys()), ..Raw::default() };
    counted.retain(|_, n| *n != 0);
    let start = if first > 0 { cursor_before(store, At(first)).await? } else { Cursor::default() };
    for (writer, end) in &upto.0 {
        raw.walk(store, (start.0.get(writer).copied().unwrap_or(writer << WRITER_SHIFT), *end)).await?;
    }
    let Raw { mut sums, lost, .. } = raw;
    sums.retain(|((workspace, _, hour), ..), n| {
        *n != 0 && hours.contains(hour) && !lost.contains(&(*workspace, *hour))
    });
    counted.retain(|((workspace, _, hour), ..), _| !lost.contains(&(*workspace, *hour)));
    let left_out = lost.iter().filter(|(_, hour)| hours.contains(hour)).count();
    let counters = counted.len();
    Ok(Recount { from: At(first), counters, left_out, differences: differences(counted, sums) })
}

/// Makes the counters what the log tells.
///
/// # Errors
/// As [`Store::write`]; what was mended before stays.
pub async fn mend(store: &Store, differences: &[Difference]) -> Result<(), StoreError> {
    for some in differences.chunks(MEND_ROWS) {
        let mut write = Write::default();
        let sums = some.iter().map(|one| {
            let place = (one.workspace, one.dimension, one.hour.0);
            let slot = (place, one.stream, one.key.as_str().into(), one.metric.as_str().into());
            (slot, one.recounted - one.counted)
        });
        // What is added meanwhile is added to what is mended: the order does not matter.
        rows(&mut write, sums.collect());
        store.write(write).await?;
    }
    Ok(())
}

/// Counts what is new, beside a server that may do the same.
async fn caught_up(store: &Store) -> Result<(), StoreError> {
    let mut follower = Follower::new(store);
    let mut tries = 0;
    loop {
        tries += 1;
        match follower.catch_up().await {
            Err(StoreError::Conflict(_)) if tries < TRIES_MAX => {}
            other => return other,
        }
    }
}

/// The counters at a moment, and up to which events they count.
async fn counters(
    store: &Store,
    (from, until): (i64, i64),
) -> Result<(Cursor, HashMap<Slot, i64>), StoreError> {
    let params = [("from", from.into()), ("until", until.into())];
    for _ in 0..TRIES_MAX {
        let before = cursors(store).await?;
        let all = store.read(&ALL, &params).await?;
        if cursors(store).await? == before {
            let slots = all.iter().map(slot).collect::<Result<_, _>>()?;
            return Ok((before, slots));
        }
    }
    Err(StoreError::Conflict("the server counts faster than the counters are read: name a range".into()))
}

fn slot(row: &Row) -> Result<(Slot, i64), StoreError> {
    let dimension = Dimension::parse(row.text(1)?).ok_or_else(|| StoreError::Broken {
        query: "counter.dimension".into(),
        reason: "holds what no version of Postrider wrote".into(),
    })?;
    let place = (row.int(0)?, dimension, row.int(2)?);
    Ok(((place, row.int(3)?, row.text(4)?.into(), row.text(5)?.into()), row.int(6)?))
}

/// What the log tells.
#[derive(Default)]
struct Raw {
    admission: Admission,
    sums: HashMap<Slot, i64>,
    /// Workspaces and hours that lack a message.
    lost: HashSet<(i64, i64)>,
}

impl Raw {
    /// Counts a writer's events after the first up to the second.
    async fn walk(&mut self, store: &Store, (mut after, end): (i64, i64)) -> Result<(), StoreError> {
        while after < end {
            let next = first_above(store, after).await?.unwrap_or(end).min(end);
            let upto = end.min(next - 1 + BATCH_EVENTS);
            let mut counts = Counts::default();
            let count = |fact: Fact| {
                fact.count(&mut counts);
                self.lost.extend(fact.lost());
            };
            each_fact(store, (next - 1, upto), count).await?;
            for (slot, n) in self.admission.counters(&counts) {
                *self.sums.entry(slot).or_insert(0) += n;
            }
            after = upto;
        }
        Ok(())
    }
}

fn differences(counted: HashMap<Slot, i64>, mut recounted: HashMap<Slot, i64>) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut note = |slot: Slot, counted: i64, recounted: i64| {
        let ((workspace, dimension, hour), stream, key, metric) = slot;
        if counted != recounted {
            let (key, metric) = (key.into(), metric.into());
            let hour = At(hour);
            let one = Difference { workspace, dimension, hour, stream, key, metric, counted, recounted };
            differences.push(one);
        }
    };
    for (slot, n) in counted {
        let told = recounted.remove(&slot).unwrap_or(0);
        note(slot, n, told);
    }
    for (slot, n) in recounted {
        note(slot, 0, n);
    }
    differences.sort_unstable();
    differences
}
