//! Whether a file is a whole database of ours: asked before it takes the place of another.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::failure;
use crate::{Migration, StoreError, migrate};

/// Problems of a damaged file that are told at most.
const PROBLEMS_MAX: u32 = 5;

/// Opens `file` for reading only, and checks every page, index and constraint, and that no newer program wrote it.
pub(crate) fn inspect(file: &Path, migrations: &[Migration]) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| match failure("inspect", &error) {
        // What cannot be read as a database is the file's fault, not the query's.
        StoreError::Broken { reason, .. } => {
            StoreError::Refused(format!("the file is no database: {reason}"))
        }
        other => other,
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).map_err(failed)?;
    let problems: Vec<String> = {
        let mut check =
            connection.prepare(&format!("PRAGMA integrity_check({PROBLEMS_MAX})")).map_err(failed)?;
        let rows = check.query_map([], |row| row.get(0)).map_err(failed)?;
        rows.collect::<Result<_, _>>().map_err(failed)?
    };
    if problems != ["ok"] {
        return Err(StoreError::Refused(format!("the file is damaged: {}", problems.join("; "))));
    }
    let mut numbers = connection
        .prepare("SELECT number FROM migration")
        .map_err(|_| StoreError::Refused("the file is a database, but not one of Postrider".into()))?;
    let rows = numbers.query_map([], |row| row.get(0)).map_err(failed)?;
    let applied = rows.collect::<Result<Vec<i64>, _>>().map_err(failed)?;
    migrate::missing(&applied, migrations).map(drop)
}
