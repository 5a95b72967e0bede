//! Checkpoints: copying the WAL into the database file, away from the committer.
//!
//! The committer reports how much it wrote. At [`PASSIVE_BYTES`] this thread copies what it can without blocking anybody
//! (`PASSIVE`). When the WAL has grown past [`RESTART_BYTES`] because writes never paused, it asks the committer to begin
//! the WAL anew between two batches (`RESTART`): nearly all is copied then, and nobody else would get the lock from a
//! committer that always has work. Overwriting the WAL in place is also what makes its flushes cheap: an append changes the
//! file's size, and the file system must write that down too.

use std::sync::{Condvar, Mutex, PoisonError};

use rusqlite::Connection;

use super::PAGE_BYTES;

/// Octets written since the last checkpoint that make one worth while.
const PASSIVE_BYTES: u64 = 16 << 20;
/// Size of the WAL at which it must start over.
const RESTART_BYTES: u64 = 64 << 20;

#[derive(Default)]
pub(super) struct Checkpointer {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    written: u64,
    restart: bool,
    closed: bool,
}

impl Checkpointer {
    /// The committer's turn between two batches: begins the WAL anew when that was asked for.
    pub(super) fn committer_pauses(&self, connection: &Connection) {
        let asked = std::mem::take(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner).restart);
        if asked {
            checkpoint(connection, "RESTART");
        }
    }

    pub(super) fn wrote(&self, bytes: usize) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.written += bytes as u64;
        if state.written >= PASSIVE_BYTES {
            self.wake.notify_one();
        }
    }

    pub(super) fn close(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.wake.notify_one();
    }

    pub(super) fn run(&self, connection: &Connection) {
        while self.wait() {
            let frames = checkpoint(connection, "PASSIVE");
            let wal_bytes = frames.unwrap_or(0) * PAGE_BYTES;
            if wal_bytes > RESTART_BYTES {
                self.state.lock().unwrap_or_else(PoisonError::into_inner).restart = true;
            }
        }
        checkpoint(connection, "TRUNCATE");
    }

    /// True when there is something to copy, false at the end.
    fn wait(&self) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.written < PASSIVE_BYTES && !state.closed {
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.written = 0;
        !state.closed
    }
}

/// Frames in the WAL after the checkpoint, if it worked.
fn checkpoint(connection: &Connection, mode: &str) -> Option<u64> {
    let sql = format!("PRAGMA wal_checkpoint({mode})");
    match connection.query_row(&sql, [], |row| row.get::<_, i64>(1)) {
        Ok(frames) => u64::try_from(frames).ok(),
        Err(error) => {
            tracing::warn!(%error, mode, "a checkpoint failed and will be tried again");
            None
        }
    }
}
