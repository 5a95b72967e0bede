//! The database: the real store on a SQLite file of its own, with the product's statements. It survives what kills a node.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use postrider::schema;
use store::{Committed, Durability, Location, Options, Query, Role, Row, Store, StoreError, Value, Write};
use tokio::runtime::Runtime;

/// A database, used as if its calls took no time: the world decides how long they take.
pub(crate) struct Disk {
    runtime: Runtime,
    pub(crate) store: Store,
    folder: PathBuf,
}

impl Disk {
    /// A fresh, migrated database.
    ///
    /// # Panics
    /// When the temporary folder cannot be used.
    pub(crate) fn new() -> Disk {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("pr_sim_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a temporary folder can be made");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime can be made");
        let options = Options {
            location: Location::Sqlite { file: folder.join("world.db") },
            // Nobody pulls the plug of the machine here, only of the process.
            durability: Durability::Rebuildable,
            role: Role::Server,
            event_table: Some("event"),
            readers_max: 1,
            committers: 1,
            statements: schema::STATEMENTS,
            migrations: schema::migrations(),
        };
        let store = runtime.block_on(Store::open(options)).expect("a new database opens");
        Disk { runtime, store, folder }
    }

    pub(crate) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    pub(crate) fn write(&self, write: Write) -> Result<Committed, StoreError> {
        self.wait(self.store.write(write))
    }

    /// # Panics
    /// When the query does not fit: the world's queries are part of the program.
    pub(crate) fn read(&self, query: &Query, params: &[(&str, Value)]) -> Vec<Row> {
        self.wait(self.store.read(query, params)).expect("the world's queries fit the schema")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.runtime.block_on(self.store.close());
        drop(std::fs::remove_dir_all(&self.folder));
    }
}
