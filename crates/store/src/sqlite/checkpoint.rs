//! Checkpoints: copying the WAL into the database file, away from the committer.
//!
//! The committer reports how much it wrote. At [`PASSIVE_BYTES`] this thread copies what it can without blocking anybody
//! (`PASSIVE`). When the WAL has grown past [`RESTART_BYTES`] because writes never paused, it asks the committer to begin
//! the WAL anew between two batches (`RESTART`): nearly all is copied then, and nobody else would get the lock from a
//! committer that always has work. Overwriting the WAL in place is also what makes its flushes cheap: an append changes the
//! file's size, and the file system must write that down too.
//!
//! Guarantees
//! 1. No checkpoint waits for anybody. A reader that stays keeps the WAL from beginning anew, and it grows; whoever has
//!    something to commit does not hear of it.
//! 2. The committer copies what was written since this thread copied last, and at most [`PASSIVE_BYTES`] that a reader held
//!    back: it is not asked while a reader holds back more.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;

use super::{PAGE_BYTES, wait_for_the_other};

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
    pub(super) fn committer_pauses(&self, connection: &mut Connection) {
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

    pub(super) fn run(&self, connection: &mut Connection) {
        while self.wait() {
            let reach = checkpoint(connection, "PASSIVE");
            if reach.is_some_and(Reach::calls_for_restart) {
                self.state.lock().unwrap_or_else(PoisonError::into_inner).restart = true;
            }
        }
        // Another process may be writing: it waits for what `TRUNCATE` copies, and nothing is left of that.
        checkpoint(connection, "PASSIVE");
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

/// How far a checkpoint came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Reach {
    /// In the WAL when it began.
    frames: u64,
    /// Those of them that are in the database file now; the others are held back by a reader.
    copied: u64,
}

impl Reach {
    fn calls_for_restart(self) -> bool {
        let held_back = self.frames.saturating_sub(self.copied);
        self.frames * PAGE_BYTES > RESTART_BYTES && held_back * PAGE_BYTES < PASSIVE_BYTES
    }
}

/// Copies what can be copied at once, and says how far that was if it knows. Another process's checkpoint, a reader or a writer
/// in its way is no error: the next one comes further.
fn checkpoint(connection: &mut Connection, mode: &str) -> Option<Reach> {
    let number = |row: &rusqlite::Row<'_>, column| row.get::<_, i64>(column);
    let pragma = format!("PRAGMA wal_checkpoint({mode})");
    let reached = connection
        .busy_timeout(Duration::ZERO)
        .and_then(|()| connection.query_row(&pragma, [], |row| Ok((number(row, 1)?, number(row, 2)?))));
    // Only checkpoints are without patience: the next transaction waits for another process's write as before.
    let patient = connection.busy_handler(Some(wait_for_the_other));
    match patient.and(reached) {
        Ok((frames, copied)) => {
            Some(Reach { frames: u64::try_from(frames).ok()?, copied: u64::try_from(copied).ok()? })
        }
        Err(error) => {
            tracing::warn!(%error, mode, "a checkpoint failed and will be tried again");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::Durability;
    use crate::sqlite::{Spill, connect};

    /// A folder with a database in it.
    struct Place(PathBuf);

    impl Place {
        fn make(name: &str) -> Place {
            let folder = std::env::temp_dir().join(format!("pr_{name}_{}", std::process::id()));
            std::fs::create_dir_all(&folder).expect("a folder");
            let place = Place(folder);
            run(&place.connect(), "CREATE TABLE fact (id INTEGER PRIMARY KEY)");
            place
        }

        fn connect(&self) -> Connection {
            connect(&self.0.join("t.db"), Durability::Full, Spill::Nowhere).expect("a connection")
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            drop(std::fs::remove_dir_all(&self.0));
        }
    }

    const COMMIT: &str = "INSERT INTO fact DEFAULT VALUES";

    fn run(connection: &Connection, words: &str) {
        connection.execute_batch(words).unwrap_or_else(|error| panic!("{words}: {error}"));
    }

    fn facts(connection: &Connection) -> i64 {
        connection.query_row("SELECT count(*) FROM fact", [], |row| row.get(0)).expect("a count")
    }

    /// The committer's pause, when it was asked to begin the WAL anew.
    fn pause(connection: &mut Connection) {
        let asked = Checkpointer::default();
        asked.state.lock().expect("nobody else has it").restart = true;
        asked.committer_pauses(connection);
    }

    #[test]
    fn a_reader_that_stays_open_makes_no_commit_wait() {
        static WAITS: AtomicU32 = AtomicU32::new(0);
        let place = Place::make("stays_open");
        let (mut writer, reader) = (place.connect(), place.connect());
        run(&reader, "BEGIN");
        assert_eq!(facts(&reader), 0);
        let count = |_| WAITS.fetch_add(1, Ordering::Relaxed) > 100;
        for _ in 0..3 {
            run(&writer, COMMIT);
            writer.busy_handler(Some(count)).expect("a handler");
            pause(&mut writer);
        }
        assert_eq!(WAITS.load(Ordering::Relaxed), 0, "waits for the reader");
        assert_eq!((facts(&reader), facts(&writer)), (0, 3), "it is open all the while");
        run(&reader, "COMMIT");
        let frames =
            |connection: &mut Connection| checkpoint(connection, "PASSIVE").expect("a checkpoint").frames;
        let before = frames(&mut writer);
        pause(&mut writer);
        run(&writer, COMMIT);
        assert!(frames(&mut writer) < before, "once it is gone the WAL begins anew");
    }

    #[test]
    fn after_a_checkpoint_a_commit_waits_for_another_process_as_before() {
        let place = Place::make("as_before");
        let (mut writer, other) = (place.connect(), place.connect());
        pause(&mut writer);
        run(&other, "BEGIN IMMEDIATE");
        let begin = Barrier::new(2);
        std::thread::scope(|scope| {
            let commit = scope.spawn(|| {
                let writer = writer;
                begin.wait();
                writer.execute_batch(COMMIT)
            });
            begin.wait();
            run(&other, COMMIT);
            run(&other, "COMMIT");
            commit.join().expect("no panic").expect("a commit");
        });
        assert_eq!(facts(&other), 2);
    }

    #[test]
    fn the_wal_begins_anew_when_it_is_large_and_nearly_all_of_it_is_copied() {
        let frames = |bytes: u64| bytes / PAGE_BYTES;
        let cases = [
            (frames(RESTART_BYTES), 0, false),
            (frames(RESTART_BYTES) + 1, 0, true),
            (frames(RESTART_BYTES) + 1, frames(PASSIVE_BYTES) - 1, true),
            (frames(RESTART_BYTES) + 1, frames(PASSIVE_BYTES), false),
            (frames(RESTART_BYTES) * 100, frames(RESTART_BYTES) * 99, false),
            (frames(RESTART_BYTES) * 100, 0, true),
        ];
        for (frames, held_back, restart) in cases {
            let reach = Reach { frames, copied: frames - held_back };
            assert_eq!(reach.calls_for_restart(), restart, "{reach:?}");
        }
    }
}
