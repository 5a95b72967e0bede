//! Checkpoints: copying the WAL into the database file, away from the committer.
//!
//! The committer reports how much it wrote. At [`PASSIVE_BYTES`] this thread copies what it can without
//! blocking anybody (`PASSIVE`); when the WAL has grown past [`RESTART_BYTES`] because writes never paused, it makes
//! the writer wait a moment so that the WAL starts over (`RESTART`). Overwriting the WAL in place is also what makes
//! its flushes cheap: an append changes the file's size, and the file system must write that down too.

use std::sync::{Condvar, Mutex, PoisonError};

use rusqlite::Connection;

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
    closed: bool,
}

impl Checkpointer {
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
                checkpoint(connection, "RESTART");
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

const PAGE_BYTES: u64 = 8_192;

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
