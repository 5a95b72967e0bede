//! Stores for tests, on both databases: whatever touches the store is tested on each.
//!
//! PostgreSQL is the one of `POSTRIDER_TEST_POSTGRES` (started by `cargo xtask test`); each case gets a schema of its
//! own. Without it the PostgreSQL half fails: it is never skipped. Stores are opened as tools, which may be many at once.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use store::{Durability, Location, Options, Query, Role, Store, Write};

use crate::schema;

/// A fresh, migrated database with one store open on it.
pub struct Place {
    pub store: Store,
    location: Location,
    role: Role,
    _dir: Option<Dir>,
}

/// A directory for one test; removed with it.
pub struct Dir(pub PathBuf);

impl Dir {
    pub fn make(name: &str) -> Dir {
        let dir = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&dir).expect("a temporary folder");
        Dir(dir)
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// A name that no other test has.
pub fn unique() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("pr_case_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// The URL of the PostgreSQL server of the tests.
pub fn postgres_url() -> String {
    std::env::var("POSTRIDER_TEST_POSTGRES")
        .expect("POSTRIDER_TEST_POSTGRES names a PostgreSQL server: run `cargo xtask test`")
}

pub async fn sqlite() -> Place {
    let dir = Dir::make(&unique());
    let location = Location::Sqlite { file: dir.0.join("t.db") };
    // One server and one tool have numbers of their own; two tools of one file would share theirs.
    let store = open(&location, Role::Server).await;
    Place { store, location, role: Role::Tool, _dir: Some(dir) }
}

pub async fn postgres() -> Place {
    let (base, name) = (postgres_url(), unique());
    let admin = Store::open(options(&Location::Postgres { url: base.clone() }, Role::Tool, false)).await;
    let admin = admin.expect("the PostgreSQL server of the tests");
    let create: &'static Query =
        Box::leak(Box::new(Query::composed("schema", format!("CREATE SCHEMA {name}"))));
    let mut write = Write::default();
    write.step(create, vec![]);
    admin.write(write).await.expect("a schema");
    admin.close().await;
    let sign = if base.contains('?') { '&' } else { '?' };
    let location = Location::Postgres { url: format!("{base}{sign}options=-c%20search_path%3D{name}") };
    let store = open(&location, Role::Tool).await;
    Place { store, location, role: Role::Tool, _dir: None }
}

impl Place {
    /// A second store on the same database: another process, as far as the database can tell.
    pub async fn another(&self) -> Store {
        open(&self.location, self.role).await
    }

    /// The search index beside it, as the server has it: a file of its own, or the same PostgreSQL database.
    pub async fn index(&self) -> Store {
        let location = match &self.location {
            Location::Sqlite { file } => Location::Sqlite { file: file.with_file_name("search.db") },
            Location::Postgres { .. } => self.location.clone(),
        };
        let index = Options {
            event_table: None,
            durability: Durability::Rebuildable,
            statements: schema::SEARCH_STATEMENTS,
            migrations: crate::feature::search::MIGRATIONS,
            ..options(&location, self.role, true)
        };
        Store::open(index).await.expect("the index opens")
    }
}

async fn open(location: &Location, role: Role) -> Store {
    Store::open(options(location, role, true)).await.expect("the database opens")
}

fn options(location: &Location, role: Role, ours: bool) -> Options {
    Options {
        location: location.clone(),
        durability: Durability::Full,
        role,
        event_table: ours.then_some("event"),
        readers_max: 2,
        committers: 1,
        statements: schema::STATEMENTS,
        migrations: if ours { schema::migrations() } else { &[] },
    }
}

/// Declares each case once and runs it on both databases.
macro_rules! on_both_databases {
    ($($name:ident)*) => {
        mod on_sqlite { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name($crate::test_store::sqlite().await).await }
        )* }
        mod on_postgres { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name($crate::test_store::postgres().await).await }
        )* }
    };
}
pub(crate) use on_both_databases;
