//! Two databases behind one door: SQLite for one machine, PostgreSQL for several.
//!
//! Guarantees
//! 1. A [`Write`] is answered after its transaction is durable, never before; all of it is stored or none.
//! 2. Writes of one committer commit in the order of their event ids: whoever reads a writer's events in order
//!    of id skips none (`architecture`: no event is skipped by a consumer).
//! 3. No query here or in any slice reads a clock: time is a parameter.
//! 4. This is the only crate that knows that there are two databases, and the only one that names their drivers.
//!
//! Not here: what the tables mean. A slice owns its tables, its queries (`query!`) and its hot statements.

mod batch;
mod error;
mod line;
mod migrate;
mod postgres;
mod query;
mod sqlite;
mod statement;
mod value;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::watch;

pub use error::StoreError;
pub use line::{Committed, Then, Work};
pub use migrate::Migration;
pub use query::Query;
pub use statement::{Form, Guard, Kind, Row as WriteRow, Special, Statement, Step, Write};
pub use value::{Row, Text, Value};

/// Bits of an event id below the writer's number: 2^48 events a writer.
pub const WRITER_SHIFT: u32 = 48;
/// Writers' numbers below belong to servers, those from here on to operators' tools.
pub const FIRST_TOOL: i64 = 64;

/// Where the rows live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// One file, and beside it `…-wal`.
    Sqlite { file: PathBuf },
    /// A connection URL, `postgres://user:password@host:port/database`.
    Postgres { url: String },
}

/// How durable a commit is before it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Flushed to disk: everything that a 250 or a 200 promises.
    Full,
    /// May lose its last second with the power: only what can be rebuilt (the search index).
    Rebuildable,
}

/// Who writes. Each role numbers its events apart from the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The process that serves.
    Server,
    /// A command of the operator, which may run beside the server.
    Tool,
}

/// What a store is opened with.
pub struct Options {
    pub location: Location,
    pub durability: Durability,
    pub role: Role,
    /// The table whose ids [`Special::EventId`] gives out; `None` when the store has no event log.
    pub event_table: Option<&'static str>,
    /// Readers that work at once. Default 4: two cores seldom gain from more.
    pub readers_max: usize,
    /// Committers, PostgreSQL only (SQLite has one writer). Default 2.
    pub committers: usize,
    /// Every hot statement of the program, in the order in which a batch executes them.
    pub statements: &'static [&'static Statement],
    pub migrations: &'static [Migration],
}

/// Whether `file`, a backup that [`Store::backup`] made, is whole and can be opened by this program. Reads all of it:
/// call it on a thread that may block.
///
/// # Errors
/// `Refused` when it is damaged, not ours, or of a newer program.
pub fn inspect_backup(file: &Path, migrations: &[Migration]) -> Result<(), StoreError> {
    sqlite::inspect(file, migrations)
}

/// A database that is open, migrated, and ready. Clones share it.
#[derive(Clone)]
pub struct Store {
    backend: Backend,
    last_event: watch::Receiver<u64>,
}

#[derive(Clone)]
enum Backend {
    Sqlite(Arc<sqlite::Sqlite>),
    Postgres(Arc<postgres::Postgres>),
}

impl Store {
    /// Opens, migrates, and starts the committers.
    ///
    /// # Errors
    /// The file or server cannot be reached, belongs to a newer Postrider, or is in use by another process.
    pub async fn open(options: Options) -> Result<Store, StoreError> {
        let (announce, last_event) = watch::channel(0);
        let backend = match options.location.clone() {
            Location::Sqlite { file } => {
                Backend::Sqlite(Arc::new(sqlite::Sqlite::open(&file, &options, announce)?))
            }
            Location::Postgres { url } => {
                Backend::Postgres(Arc::new(postgres::Postgres::open(&url, &options, announce).await?))
            }
        };
        Ok(Store { backend, last_event })
    }

    /// Hands a write to the committers. `then` runs on the runtime, once, after the commit or its
    /// failure, whatever became of the caller.
    pub fn submit(&self, write: Write, then: Then) {
        self.line().join(write, then);
    }

    fn line(&self) -> &line::Line {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.line(),
            Backend::Postgres(postgres) => postgres.line(),
        }
    }

    /// What the committers did so far.
    #[must_use]
    pub fn work(&self) -> Work {
        self.line().work()
    }

    /// The size of SQLite's write-ahead log; none where the database keeps its own.
    #[must_use]
    pub fn wal_bytes(&self) -> Option<u64> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.wal_bytes(),
            Backend::Postgres(_) => None,
        }
    }

    /// Commits a write and waits for it.
    ///
    /// # Errors
    /// See [`StoreError`]; after `Unavailable` the write may, rarely, have been stored.
    pub async fn write(&self, write: Write) -> Result<Committed, StoreError> {
        let (tell, told) = tokio::sync::oneshot::channel();
        self.submit(write, Box::new(move |result| drop(tell.send(result))));
        told.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Runs a query that changes nothing.
    ///
    /// # Errors
    /// `Unavailable` when the database is away; `Broken` when the query does not fit the schema.
    pub async fn read(&self, query: &Query, params: &[(&str, Value)]) -> Result<Vec<Row>, StoreError> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.read(query, params).await,
            Backend::Postgres(postgres) => postgres.read(query, params).await,
        }
    }

    /// Changes whenever events were committed by this process; the value counts commits.
    #[must_use]
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.last_event.clone()
    }

    /// `sqlite` or `postgres`, for people.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self.backend {
            Backend::Sqlite(_) => "sqlite",
            Backend::Postgres(_) => "postgres",
        }
    }

    /// Copies the database, as it is at this moment, into `file` while it is in use; `progress` hears pages done and pages in
    /// all. What is committed meanwhile waits in the WAL, on the disk.
    ///
    /// # Errors
    /// `Unsupported` on PostgreSQL, whose own `pg_dump` does it better.
    pub async fn backup(
        &self,
        file: &Path,
        progress: impl Fn(u64, u64) + Send + 'static,
    ) -> Result<(), StoreError> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.backup(file.to_owned(), progress).await,
            Backend::Postgres(_) => {
                Err(StoreError::Unsupported("a backup of PostgreSQL is made with pg_dump"))
            }
        }
    }

    /// Ends the committers after what already waits is committed, and closes the connections.
    pub async fn close(&self) {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.close().await,
            Backend::Postgres(postgres) => postgres.close().await,
        }
    }
}
