//! Follows the event log and counts.
//!
//! A batch is one write: its counters, and the cursor from where it began to where it ended. The cursor moves only if nobody
//! else moved it, so a second process that counts (a recount beside a server) cannot count twice.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use store::{Store, StoreError, WRITER_SHIFT, Write, query};

use super::COUNTER;
use super::admission::{Admission, Slot};
use super::fact::{Counts, Fact};
use crate::app::App;
use crate::feature::event::read::{Cursor, Span, first_above, spans};

query!(FACTS, "queries/facts.sql");
query!(CURSORS, "queries/cursors.sql");
query!(CURSOR_MOVE, "queries/cursor_move.sql");

/// Ids of one batch. Reason: larger ones save little more, and what they count waits in memory: some kilobytes an event at
/// worst, which are the tags of its message.
pub const BATCH_EVENTS: i64 = 4_096;
/// Ids whose facts are in memory at once. Reason: an event may have a reply of 64 KB, so these are 32 MB at worst.
const PAGE_IDS: i64 = 512;
/// How long events gather after the first. Reason: statistics may lag by a second, and a batch costs less an event the more it
/// holds.
const GATHER: Duration = Duration::from_secs(1);
/// How often others' events are looked for, and what failed is tried again.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Runs until `stop`. What is not counted then is counted after the next start.
pub async fn run(app: Arc<App>, mut stop: net::listen::Stop) {
    let mut commits = app.store.commits();
    let mut follower = Follower::new(&app.store);
    loop {
        commits.mark_unchanged();
        match follower.catch_up().await {
            Ok(()) => {}
            // Somebody else counted meanwhile: what they counted is read.
            Err(StoreError::Conflict(_)) => {}
            Err(error) => tracing::warn!(%error, "the statistics lag and will be continued"),
        }
        tokio::select! {
            () = stop.stopped() => return,
            () = async {
                // A store that is closing announces nothing more: then the clock wakes us until `stop`.
                drop(tokio::time::timeout(LOOK_EVERY, commits.changed()).await);
                tokio::time::sleep(GATHER).await;
            } => {}
        }
    }
}

/// Counts what is new in the log.
pub struct Follower {
    store: Store,
    admission: Admission,
    /// Where it left the cursors: who finds them elsewhere knows that somebody else counted, and let keys in.
    left: Cursor,
}

impl Follower {
    #[must_use]
    pub fn new(store: &Store) -> Follower {
        Follower { store: store.clone(), admission: Admission::default(), left: Cursor::default() }
    }

    /// Counts everything that is committed by now.
    ///
    /// # Errors
    /// As [`Store::read`] and [`Store::write`], `Conflict` when another process counted too; what was committed before stays,
    /// the next call goes on from there.
    pub async fn catch_up(&mut self) -> Result<(), StoreError> {
        let caught = self.try_catch_up().await;
        if caught.is_err() {
            // What was let in for a batch that is not stored may be let in otherwise by whoever comes next.
            self.admission = Admission::default();
        }
        caught
    }

    async fn try_catch_up(&mut self) -> Result<(), StoreError> {
        let cursors = cursors(&self.store).await?;
        if self.left != cursors {
            self.admission = Admission::default();
            self.left = cursors.clone();
        }
        for Span { writer, last, .. } in spans(&self.store).await? {
            let mut after = cursors.0.get(&writer).copied().unwrap_or(writer << WRITER_SHIFT);
            while after < last {
                // Steps over what is gone, and over the ids that a restored log leaves out.
                let next = first_above(&self.store, after).await?.unwrap_or(last).min(last);
                let upto = last.min(next - 1 + BATCH_EVENTS);
                let counts = counts(&self.store, next - 1, upto).await?;
                self.admission.prepare(&self.store, &counts).await?;
                let mut write = Write::default();
                rows(&mut write, self.admission.counters(&counts));
                let params = vec![("writer", writer.into()), ("after", after.into()), ("upto", upto.into())];
                write.step_expecting(1, "the statistics were counted by somebody else", &CURSOR_MOVE, params);
                self.store.write(write).await?;
                self.left.0.insert(writer, upto);
                after = upto;
            }
        }
        Ok(())
    }
}

async fn counts(store: &Store, after: i64, upto: i64) -> Result<Counts, StoreError> {
    let mut counts = Counts::default();
    each_fact(store, (after, upto), |fact| fact.count(&mut counts)).await?;
    Ok(counts)
}

/// Shows what a writer's events after the first up to the second tell of deliveries, one by one: few are in memory at once.
///
/// # Errors
/// As [`Store::read`]; some were shown by then.
pub async fn each_fact(
    store: &Store,
    (mut after, upto): (i64, i64),
    mut each: impl FnMut(Fact),
) -> Result<(), StoreError> {
    while after < upto {
        let through = upto.min(after + PAGE_IDS);
        let rows = store.read(&FACTS, &[("after", after.into()), ("upto", through.into())]).await?;
        for row in &rows {
            each(Fact::read(row)?);
        }
        after = through;
    }
    Ok(())
}

/// Up to which event of each writer everything is counted.
///
/// # Errors
/// As [`Store::read`].
pub async fn cursors(store: &Store) -> Result<Cursor, StoreError> {
    let mut cursor = Cursor::default();
    for row in &store.read(&CURSORS, &[]).await? {
        cursor.0.insert(row.int(0)?, row.int(1)?);
    }
    Ok(cursor)
}

/// Adds to counters, in the order of their keys: two that add at once must not wait for each other.
pub fn rows(write: &mut Write, sums: HashMap<Slot, i64>) {
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_unstable();
    for (((workspace, dimension, hour), stream, key, metric), n) in sums {
        let (key, metric) = (String::from(key).into(), String::from(metric).into());
        let values =
            [workspace.into(), dimension.as_str().into(), hour.into(), stream.into(), key, metric, n.into()];
        write.row(&COUNTER, values);
    }
}
