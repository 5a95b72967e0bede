//! SQLite: one file, one writer (the committer), readers beside it, checkpoints on a thread of their own.
//!
//! Guarantees
//! 1. `synchronous = FULL` in WAL mode: a commit that returned is on the disk.
//! 2. The committer never waits for a reader. Checkpoints have a thread of their own; between two batches the committer copies
//!    what little is left when the WAL begins anew.
//! 3. A read goes on to its end in a task of its own: one that nobody polls any more holds no reader that others wait for.
//! 4. What a read sorts beyond its connection's cache goes to a file, not into memory.

mod backup;
mod checkpoint;
mod committer;
mod inspection;
mod value;

pub(crate) use inspection::inspect;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tokio::sync::{Semaphore, watch};

use crate::line::Line;
use crate::query::Dialect;
use crate::{Durability, Options, Query, Row, StoreError, Value, migrate};
use checkpoint::Checkpointer;

/// How long a reader or an operator's tool waits for a lock before it says that the database is busy.
const BUSY_WAIT: Duration = Duration::from_secs(10);
/// Between two looks whether the other writer is done. Reason: SQLite's own waits grow to 100 ms, and whoever writes without a
/// pause then holds the file whenever it is looked at.
const BUSY_LOOK: Duration = Duration::from_millis(2);
/// Memory for pages of one connection. Reason: the right-hand edges of all indexes and the live queue fit.
const CACHE_KIB: u32 = 32 << 10;
/// Octets of a page. Reason: a commit writes each leaf that it touched, a dozen of them however few the messages; and a
/// message of some 4 KB takes one page and a bit, where pages of 8 KB would be half empty.
const PAGE_BYTES: u64 = 4_096;

pub(crate) struct Sqlite {
    file: PathBuf,
    line: Arc<Line>,
    readers: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    checkpointer: Arc<Checkpointer>,
}

impl Sqlite {
    pub(crate) fn open(
        file: &Path,
        options: &Options,
        announce: watch::Sender<u64>,
    ) -> Result<Sqlite, StoreError> {
        let mut writer = connect(file, options.durability, Spill::Nowhere)?;
        migrate(&mut writer, options.migrations)?;
        let line = Arc::new(Line::default());
        let checkpointer = Arc::new(Checkpointer::default());
        let committer = committer::Committer::new(writer, options, announce, checkpointer.clone())?;
        let readers = (0..options.readers_max.max(1))
            .map(|_| connect(file, options.durability, Spill::BesideTheDatabase))
            .collect::<Result<Vec<_>, _>>()?;
        let mut checkpoints = connect(file, options.durability, Spill::Nowhere)?;
        let threads = vec![
            spawn("committer", {
                let line = line.clone();
                move || committer.run(&line)
            })?,
            spawn("checkpoint", {
                let own = checkpointer.clone();
                move || own.run(&mut checkpoints)
            })?,
        ];
        Ok(Sqlite {
            file: file.to_owned(),
            line,
            permits: Arc::new(Semaphore::new(readers.len())),
            readers: Mutex::new(readers),
            threads: Mutex::new(threads),
            checkpointer,
        })
    }

    pub(crate) fn line(&self) -> &Line {
        &self.line
    }

    pub(crate) fn wal_bytes(&self) -> Option<u64> {
        let mut wal = self.file.clone().into_os_string();
        wal.push("-wal");
        std::fs::metadata(wal).ok().map(|file| file.len())
    }

    pub(crate) async fn read(
        self: &Arc<Self>,
        query: &Query,
        params: &[(&str, Value)],
    ) -> Result<Vec<Row>, StoreError> {
        let compiled = query.compiled(Dialect::Sqlite);
        let values: Vec<Value> = query.bind(compiled, params)?.into_iter().cloned().collect();
        let (sql, name) = (compiled.sql.clone(), query.name());
        self.with_reader(move |connection| run(connection, name, &sql, &values)).await
    }

    pub(crate) async fn backup(
        self: &Arc<Self>,
        to: PathBuf,
        progress: impl Fn(u64, u64) + Send + 'static,
    ) -> Result<(), StoreError> {
        self.with_reader(move |connection| backup::copy_database(connection, &to, &progress)).await
    }

    async fn with_reader<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let own = self.clone();
        let reading = tokio::spawn(async move {
            let permits = own.permits.clone();
            let _permit = permits.acquire().await.map_err(|_| StoreError::Closed)?;
            tokio::task::spawn_blocking(move || {
                let connection = own.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
                let connection = connection.ok_or(StoreError::Closed)?;
                let result = work(&connection);
                own.readers.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
                result
            })
            .await
            .unwrap_or(Err(StoreError::Closed))
        });
        reading.await.unwrap_or(Err(StoreError::Closed))
    }

    pub(crate) async fn close(self: &Arc<Self>) {
        self.line.close();
        let own = self.clone();
        let ending = tokio::task::spawn_blocking(move || {
            let threads = std::mem::take(&mut *own.threads.lock().unwrap_or_else(PoisonError::into_inner));
            let mut threads = threads.into_iter();
            let committer = threads.next().map(JoinHandle::join);
            own.checkpointer.close();
            let others = threads.map(JoinHandle::join).filter(Result::is_err).count();
            if others > 0 || matches!(committer, Some(Err(_))) {
                tracing::error!(file = %own.file.display(), "a thread of the store ended by a panic");
            }
        });
        // The closure catches its own panics, so a join error can only mean that the runtime is going away.
        drop(ending.await);
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    let thread = std::thread::Builder::new().name(name.into()).spawn(work);
    thread.map_err(|error| StoreError::Unavailable(format!("starting the thread {name}: {error}")))
}

/// Where a query's own sorting goes when it outgrows the cache of its connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Spill {
    /// It stays in memory: the committer sorts nothing long, and must not wait for a file.
    Nowhere,
    /// Into a file without a name: a tenant's question may sort more than there is memory.
    BesideTheDatabase,
}

/// Files that queries spill into go where the database is: that directory can be written to, is watched for space, and is no
/// disk in memory, which `/tmp` may be. The setting is the process's; the first database opened decides.
fn spill_beside(file: &Path, connection: &Connection) {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).display().to_string();
        if let Err(error) = connection.pragma_update(None, "temp_store_directory", folder) {
            tracing::warn!(%error, "large queries of SQLite will use the system's directory for temporary files");
        }
    });
}

/// Whether to go on waiting for another process's write, after so many looks.
#[expect(clippy::disallowed_methods, reason = "SQLite asks in a thread of ours, and waits for the answer")]
fn wait_for_the_other(looks: i32) -> bool {
    std::thread::sleep(BUSY_LOOK);
    u128::try_from(looks).is_ok_and(|looks| looks * BUSY_LOOK.as_millis() < BUSY_WAIT.as_millis())
}

fn connect(file: &Path, durability: Durability, spill: Spill) -> Result<Connection, StoreError> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(file, flags).map_err(|error| failure("open", &error))?;
    let synchronous = match durability {
        Durability::Full => "FULL",
        Durability::Rebuildable => "NORMAL",
    };
    let temp_store = match spill {
        Spill::Nowhere => "MEMORY",
        Spill::BesideTheDatabase => "FILE",
    };
    let pragmas = format!(
        "PRAGMA page_size = {PAGE_BYTES}; PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous};
         PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -{CACHE_KIB}; PRAGMA temp_store = {temp_store};
         PRAGMA foreign_keys = OFF;"
    );
    connection.busy_handler(Some(wait_for_the_other)).map_err(|error| failure("open", &error))?;
    connection.execute_batch(&pragmas).map_err(|error| failure("open", &error))?;
    if spill == Spill::BesideTheDatabase {
        spill_beside(file, &connection);
    }
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

fn migrate(connection: &mut Connection, migrations: &[crate::Migration]) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| failure("migration", &error);
    let tx =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(failed)?;
    tx.execute_batch("CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL)")
        .map_err(failed)?;
    let applied = {
        let mut statement = tx.prepare("SELECT number FROM migration").map_err(failed)?;
        let rows = statement.query_map([], |row| row.get(0)).map_err(failed)?;
        rows.collect::<Result<Vec<i64>, _>>().map_err(failed)?
    };
    for step in migrate::missing(&applied, migrations)? {
        tx.execute_batch(step.sql).map_err(|error| failure(step.name, &error))?;
        tx.execute("INSERT INTO migration VALUES (?1, ?2)", (step.number, step.name)).map_err(failed)?;
    }
    tx.commit().map_err(failed)
}

/// Runs one statement; its rows, or none for one that returns nothing.
fn run(connection: &Connection, name: &str, sql: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
    let failed = |error: rusqlite::Error| failure(name, &error);
    let mut statement = connection.prepare_cached(sql).map_err(failed)?;
    let columns = statement.column_count();
    let rows = statement.query_map(rusqlite::params_from_iter(values), |row| value::read_row(row, columns));
    rows.map_err(failed)?.collect::<Result<_, _>>().map_err(failed)
}

/// What an error of the driver means to the caller.
fn failure(query: &str, error: &rusqlite::Error) -> StoreError {
    use rusqlite::ErrorCode;
    match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => StoreError::Conflict(error.to_string()),
        Some(
            ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::OutOfMemory,
        ) => StoreError::Unavailable(error.to_string()),
        _ => StoreError::Broken { query: query.into(), reason: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_sorts_goes_to_a_file_beside_the_database() {
        let folder = std::env::temp_dir().join(format!("pr_spill_{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let open = |spill| connect(&folder.join("t.db"), Durability::Full, spill).expect("a connection");
        let number = |connection: &Connection, pragma: &str| {
            connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0)).expect("a number")
        };
        let (writer, reader) = (open(Spill::Nowhere), open(Spill::BesideTheDatabase));
        assert_eq!((number(&writer, "temp_store"), number(&reader, "temp_store")), (2, 1));
        // More than the cache of 32 MB, and in another order than it is made.
        let sorted = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 400000)
             SELECT substr(k, 1, 7) FROM (SELECT printf('%0120d', (i * 7919) % 400001) AS k FROM n ORDER BY k DESC LIMIT 400001)
             LIMIT 1 OFFSET 400000";
        let last: String = reader.query_row(sorted, [], |row| row.get(0)).expect("a sort that spills");
        assert_eq!(last, "0000000");
        drop((writer, reader));
        std::fs::remove_dir_all(&folder).expect("removed");
    }
}
