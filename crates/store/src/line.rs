//! The line in which writes wait for a committer.
//!
//! No timer: the committer that becomes free takes everything that waits, to a bound in writes and octets, and
//! while it flushes the next batch gathers. So the size of a batch regulates itself. (A task in between that
//! hands over whatever it has makes batches of one: measured at 236 messages/s instead of 5,500.) Before it takes
//! them it lets others run once: under load batches grow, and a relayed message costs a fifth less CPU.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use tokio::sync::Notify;

use crate::{Row, StoreError, Write};

/// Writes in one transaction at most. Reason: a longer one makes the first caller wait for the last.
const BATCH_WRITES_MAX: usize = 2_048;
/// Octets in one transaction at most. Reason: bounds the memory of PostgreSQL's arrays and the WAL's growth.
const BATCH_BYTES_MAX: usize = 16 << 20;

/// What became of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed {
    /// Durable. One answer a step, in order.
    Stored { answers: Vec<Vec<Row>> },
    /// The guard's key exists: nothing was stored.
    Guarded,
}

/// What the committers did since the store was opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Work {
    /// Batches taken, each one transaction unless a write spoilt it.
    pub batches: u64,
    /// Writes in them, those that failed included.
    pub writes: u64,
}

/// Runs once, on the runtime, when the write's fate is known. Must be quick and must not block.
pub type Then = Box<dyn FnOnce(Result<Committed, StoreError>) + Send>;

/// Calls back. A callback that panics takes nobody else's with it.
pub(crate) fn tell(then: Then, outcome: Result<Committed, StoreError>) {
    if catch_unwind(AssertUnwindSafe(|| then(outcome))).is_err() {
        tracing::error!("what waited for a commit panicked; its write is stored or refused all the same");
    }
}

pub(crate) struct Pending {
    pub(crate) write: Write,
    pub(crate) then: Then,
}

#[derive(Default)]
pub(crate) struct Line {
    waiting: Mutex<Waiting>,
    /// For a committer that is a thread.
    thread: Condvar,
    /// For a committer that is a task.
    task: Notify,
    batches: AtomicU64,
    writes: AtomicU64,
}

#[derive(Default)]
struct Waiting {
    writes: VecDeque<Pending>,
    closed: bool,
}

impl Line {
    pub(crate) fn join(&self, write: Write, then: Then) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.closed {
            drop(waiting);
            then(Err(StoreError::Closed));
            return;
        }
        waiting.writes.push_back(Pending { write, then });
        drop(waiting);
        self.thread.notify_one();
        self.task.notify_one();
    }

    /// Everything that waits, or `None` once closed and empty. Blocks the thread, of which there is one.
    pub(crate) fn take_blocking(&self) -> Option<Vec<Pending>> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        while waiting.writes.is_empty() {
            if waiting.closed {
                return None;
            }
            waiting = self.thread.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        drop(waiting);
        // Comes back at once unless the processors are busy.
        std::thread::yield_now();
        let batch = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.count(&batch);
        Some(batch)
    }

    fn count(&self, batch: &[Pending]) {
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.writes.fetch_add(batch.len() as u64, Ordering::Relaxed);
    }

    pub(crate) fn work(&self) -> Work {
        Work { batches: self.batches.load(Ordering::Relaxed), writes: self.writes.load(Ordering::Relaxed) }
    }

    /// As [`Line::take_blocking`], for a task.
    pub(crate) async fn take(&self) -> Option<Vec<Pending>> {
        loop {
            let arrival = self.task.notified();
            {
                let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
                if !waiting.writes.is_empty() {
                    let batch = waiting.take();
                    if !waiting.writes.is_empty() {
                        // Another committer can start on the rest at once.
                        self.task.notify_one();
                    }
                    self.count(&batch);
                    return Some(batch);
                }
                if waiting.closed {
                    // Wakes the next committer of the same line, which would otherwise sleep on.
                    self.task.notify_one();
                    return None;
                }
            }
            arrival.await;
            tokio::task::yield_now().await;
        }
    }

    pub(crate) fn close(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.thread.notify_all();
        self.task.notify_one();
    }
}

impl Waiting {
    fn take(&mut self) -> Vec<Pending> {
        let mut bytes = 0;
        let fits = |pending: &Pending| {
            bytes += pending.write.size();
            bytes <= BATCH_BYTES_MAX
        };
        let count = self.writes.iter().take(BATCH_WRITES_MAX).map(fits).take_while(|fits| *fits).count();
        self.writes.drain(..count.max(1)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Guard, Kind, Query, Statement, Value};

    static BIG: Statement = Statement::insert("big", &[("bytes", Kind::Blob)]);

    fn write_of(bytes: usize) -> Write {
        let mut write = Write::default();
        write.row(&BIG, [Value::Blob(vec![0; bytes].into())]);
        write
    }

    #[test]
    fn a_batch_is_bounded_in_octets_but_never_empty() {
        let line = Line::default();
        for _ in 0..3 {
            line.join(write_of(BATCH_BYTES_MAX / 2), Box::new(drop));
        }
        line.join(write_of(BATCH_BYTES_MAX * 2), Box::new(drop));
        line.close();
        let sizes: Vec<_> = std::iter::from_fn(|| line.take_blocking()).map(|batch| batch.len()).collect();
        assert_eq!(sizes, [2, 1, 1]);
    }

    #[test]
    fn what_steps_and_guards_carry_counts_too() {
        static ADD: Query = Query::new("case", "INSERT INTO big VALUES (:bytes)");
        let line = Line::default();
        let half = || vec![("bytes", Value::Blob(vec![0; BATCH_BYTES_MAX / 2].into()))];
        for _ in 0..2 {
            let mut write = Write::default();
            write.step(&ADD, half());
            line.join(write, Box::new(drop));
            line.join(
                Write { guard: Some(Guard { query: &ADD, params: half() }), ..Write::default() },
                Box::new(drop),
            );
        }
        line.close();
        let sizes: Vec<_> = std::iter::from_fn(|| line.take_blocking()).map(|batch| batch.len()).collect();
        assert_eq!(sizes, [1, 1, 1, 1], "two are a little more than a batch");
    }

    #[test]
    fn what_arrives_after_the_end_hears_so() {
        let line = Line::default();
        line.close();
        let (tell, told) = std::sync::mpsc::channel();
        line.join(Write::default(), Box::new(move |result| tell.send(result).unwrap()));
        assert!(matches!(told.recv().unwrap(), Err(StoreError::Closed)));
    }
}
