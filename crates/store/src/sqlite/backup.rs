//! A copy of the database while others write to it.
//!
//! Guarantees
//! 1. The copy is the database at one moment, that of its beginning, and takes as long as its pages take, however many commits
//!    pass meanwhile: all of it is read in one transaction. Between transactions a commit of others would make SQLite copy
//!    again from the first page.
//! 2. Nobody waits for it. But what is committed meanwhile stays in the WAL, which is that much larger on the disk.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::failure;
use crate::StoreError;

/// Pages copied between two words about the progress.
const PAGES_A_STEP: i32 = 1_024;

/// Copies what `connection` reads into the file `to`; `progress` hears pages done and pages in all.
pub(super) fn copy_database(
    connection: &Connection,
    to: &Path,
    progress: &dyn Fn(u64, u64),
) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| failure("backup", &error);
    let mut target = Connection::open(to).map_err(failed)?;
    let moment = connection.unchecked_transaction().map_err(failed)?;
    // The first look is what makes it a moment: BEGIN alone reads nothing.
    moment.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(failed)?;
    let backup = Backup::new(&moment, &mut target).map_err(failed)?;
    loop {
        let step = backup.step(PAGES_A_STEP).map_err(failed)?;
        let state = backup.progress();
        let (all, left) = (u64::try_from(state.pagecount), u64::try_from(state.remaining));
        if let (Ok(all), Ok(left)) = (all, left) {
            progress(all.saturating_sub(left), all);
        }
        if step == StepResult::Done {
            break;
        }
    }
    drop(backup);
    moment.commit().map_err(failed)?;
    // One file that needs nothing beside it.
    target.execute_batch("PRAGMA journal_mode = DELETE").map_err(failed)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::Durability;
    use crate::sqlite::{Spill, connect};

    /// Commits between steps after which nobody commits any more, so that a copy that begins anew ends, too.
    const COMMITS_MAX: usize = 20;

    #[test]
    fn a_backup_beside_commits_of_others_goes_through_once_and_is_of_one_moment() {
        let folder = std::env::temp_dir().join(format!("pr_backup_{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let open =
            |spill| connect(&folder.join("t.db"), Durability::Rebuildable, spill).expect("a connection");
        let (writer, reader) = (open(Spill::Nowhere), open(Spill::BesideTheDatabase));
        let three_steps = u64::try_from(PAGES_A_STEP).expect("a count") * 3 * super::super::PAGE_BYTES;
        writer
            .execute_batch(&format!(
                "CREATE TABLE large (bytes BLOB); CREATE TABLE fact (id INTEGER PRIMARY KEY);
                 INSERT INTO large VALUES (zeroblob({three_steps})); INSERT INTO fact VALUES (1)"
            ))
            .expect("a database of some steps");
        let told = RefCell::new(Vec::new());
        let commit_between_steps = |done, all| {
            told.borrow_mut().push((done, all));
            if told.borrow().len() <= COMMITS_MAX {
                writer.execute("INSERT INTO fact DEFAULT VALUES", []).expect("a commit");
            }
        };
        let copy = folder.join("copy.db");
        copy_database(&reader, &copy, &commit_between_steps).expect("a copy");
        let told = told.into_inner();
        assert_eq!(told.len(), 4, "steps: {told:?}");
        assert!(told.is_sorted() && told.iter().all(|(_, all)| *all == told[0].1), "{told:?}");
        let facts = |connection: &Connection| {
            connection
                .query_row("SELECT count(*) FROM fact", [], |row| row.get::<_, i64>(0))
                .expect("a count")
        };
        let copied = Connection::open(&copy).expect("the copy opens");
        assert_eq!((facts(&copied), facts(&writer)), (1, 5), "the copy is of the moment when it began");
        assert_eq!(facts(&reader), 5, "the reader is at no moment any more");
        drop((copied, writer, reader));
        std::fs::remove_dir_all(&folder).expect("removed");
    }
}
