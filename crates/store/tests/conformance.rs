//! One suite, both databases: whatever a slice may rely on holds on each of them.
//!
//! PostgreSQL is the one of `POSTRIDER_TEST_POSTGRES` (started by `cargo xtask test`); each case gets a database of
//! its own. Without it the PostgreSQL half fails: it is never skipped.

use std::sync::atomic::{AtomicU32, Ordering};

use store::{
    Committed, Durability, Form, Guard, Kind, Location, Migration, Options, Query, Role, Special, Statement,
    Store, StoreError, Value, Write,
};

static MIGRATIONS: &[Migration] = &[Migration {
    number: 1,
    name: "test",
    sql: "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT, body BLOB, live INTEGER NOT NULL DEFAULT 1);
          CREATE TABLE tally (workspace_id INTEGER NOT NULL, key TEXT NOT NULL, n INTEGER NOT NULL,
                              PRIMARY KEY (workspace_id, key)) WITHOUT ROWID;
          CREATE TABLE once (key TEXT PRIMARY KEY, answer TEXT NOT NULL);
          CREATE TABLE event (id INTEGER PRIMARY KEY, name TEXT NOT NULL);",
    postgres: None,
}];

static THING: Statement =
    Statement::insert("thing", &[("id", Kind::Int), ("name", Kind::Text), ("body", Kind::Blob)]);
static THING_END: Statement = Statement {
    name: "thing_end",
    columns: &[("id", Kind::Int), ("name", Kind::Text)],
    form: Form::Words {
        sqlite: "UPDATE thing SET live = 0, name = ?2 WHERE id = ?1",
        postgres: "UPDATE thing SET live = 0, name = r.name FROM :rows WHERE thing.id = r.id",
    },
    special: Special::None,
};
static TALLY: Statement = Statement {
    name: "tally",
    columns: &[("workspace_id", Kind::Int), ("key", Kind::Text), ("n", Kind::Int)],
    form: Form::Words {
        sqlite: "INSERT INTO tally VALUES (?1, ?2, ?3)
                 ON CONFLICT (workspace_id, key) DO UPDATE SET n = tally.n + excluded.n",
        postgres: "INSERT INTO tally SELECT * FROM :rows
                   ON CONFLICT (workspace_id, key) DO UPDATE SET n = tally.n + excluded.n",
    },
    special: Special::SumLast,
};
static EVENT: Statement = Statement {
    name: "event",
    columns: &[("id", Kind::Int), ("name", Kind::Text)],
    form: Form::Insert,
    special: Special::EventId,
};
static STATEMENTS: &[&Statement] = &[&THING, &THING_END, &EVENT, &TALLY];

static THINGS: Query = Query::new("things", "SELECT id, name, body, live FROM thing ORDER BY id");
static TALLIES: Query =
    Query::new("tallies", "SELECT workspace_id, key, n FROM tally ORDER BY workspace_id, key");
static EVENTS: Query = Query::new("events", "SELECT id, name FROM event ORDER BY id");
static ADD: Query = Query::new("add", "INSERT INTO thing (id, name) VALUES (:id, :name)");
static RENAME: Query =
    Query::new("rename", "UPDATE thing SET name = :name WHERE id = :id RETURNING id, name");
static CLAIM: Query =
    Query::new("claim", "INSERT INTO once (key, answer) VALUES (:key, :answer) ON CONFLICT (key) DO NOTHING");

/// A fresh database of the kind, and what to open it again with.
struct Place {
    location: Location,
    _dir: Option<TempDir>,
}

struct TempDir(std::path::PathBuf);

impl Drop for TempDir {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn unique() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("pr_store_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

fn sqlite_place() -> Place {
    let dir = std::env::temp_dir().join(unique());
    std::fs::create_dir_all(&dir).expect("a temporary folder");
    Place { location: Location::Sqlite { file: dir.join("t.db") }, _dir: Some(TempDir(dir)) }
}

async fn postgres_place() -> Place {
    let base = std::env::var("POSTRIDER_TEST_POSTGRES")
        .expect("POSTRIDER_TEST_POSTGRES names a PostgreSQL server: run `cargo xtask test`");
    let (server, _) = base.rsplit_once('/').expect("a URL that ends with a database's name");
    let name = unique();
    let admin = open_at(Location::Postgres { url: base.clone() }, Role::Tool, &[]).await.expect("the server");
    let mut write = Write::default();
    // CREATE DATABASE cannot run inside a transaction; a schema can, and is as separate.
    let create: &'static Query =
        Box::leak(Box::new(Query::composed("schema", format!("CREATE SCHEMA {name}"))));
    write.step(create, vec![]);
    admin.write(write).await.expect("a schema");
    admin.close().await;
    let database = base.rsplit_once('/').map_or("", |(_, database)| database);
    let sign = if database.contains('?') { '&' } else { '?' };
    let url = format!("{server}/{database}{sign}options=-c%20search_path%3D{name}");
    Place { location: Location::Postgres { url }, _dir: None }
}

async fn open_at(
    location: Location,
    role: Role,
    migrations: &'static [Migration],
) -> Result<Store, StoreError> {
    Store::open(options(location, role, migrations, 1)).await
}

fn options(location: Location, role: Role, migrations: &'static [Migration], committers: usize) -> Options {
    Options {
        location,
        durability: Durability::Full,
        role,
        event_table: (!migrations.is_empty()).then_some("event"),
        readers_max: 2,
        committers,
        statements: STATEMENTS,
        migrations,
    }
}

/// Declares each case once and runs it on both databases.
macro_rules! cases {
    ($($name:ident)*) => {
        mod on_sqlite { $( #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(super::sqlite_place()).await } )* }
        mod on_postgres { $( #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let _alone = super::POSTGRES.lock().await;
                super::$name(super::postgres_place().await).await
            } )* }
    };
}

/// Writers' numbers are locked per server, so one case at a time has the server.
static POSTGRES: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

cases! {
    a_committed_write_is_there_after_reopening
    rows_of_a_batch_keep_their_order_between_statements
    counters_add_up_within_and_across_batches
    committers_that_raise_the_same_counters_do_not_lock_each_other_out
    writes_that_lock_in_opposite_orders_all_go_through
    batches_that_claim_the_same_keys_in_opposite_orders_claim_each_once
    event_ids_go_on_where_they_stopped
    a_guarded_write_is_stored_once
    a_failing_step_undoes_its_own_write_only
    a_failing_hot_row_undoes_its_own_write_only
    every_kind_of_value_comes_back_as_it_went_in
    a_newer_database_is_refused
    a_tool_writes_beside_the_server
    a_query_that_does_not_fit_says_which
    reads_that_nobody_polls_any_more_hold_nobody_up
    a_callback_that_panics_takes_nobody_elses_with_it
}

async fn open(place: &Place) -> Store {
    open_at(place.location.clone(), Role::Server, MIGRATIONS).await.expect("the store opens")
}

fn thing(write: &mut Write, id: i64, name: &'static str) {
    write.row(&THING, [id.into(), name.into(), Value::Null]);
}

async fn names(store: &Store) -> Vec<(i64, String, i64)> {
    let rows = store.read(&THINGS, &[]).await.expect("things");
    let name = |row: &store::Row| row.text_or_null(1).map(|text| text.unwrap_or("null").to_owned());
    rows.iter().map(|row| (row.int(0).unwrap(), name(row).unwrap(), row.int(3).unwrap())).collect()
}

async fn a_committed_write_is_there_after_reopening(place: Place) {
    let store = open(&place).await;
    let mut write = Write::default();
    thing(&mut write, 7, "kept");
    assert_eq!(store.write(write).await.unwrap(), Committed::Stored { answers: vec![] });
    store.close().await;
    assert!(matches!(store.write(Write::default()).await, Err(StoreError::Closed)));
    drop(store);
    assert_eq!(names(&open(&place).await).await, [(7, "kept".into(), 1)]);
}

async fn rows_of_a_batch_keep_their_order_between_statements(place: Place) {
    let store = open(&place).await;
    let mut write = Write::default();
    write.row(&THING_END, [1.into(), "ended".into()]);
    thing(&mut write, 1, "begun");
    store.write(write).await.unwrap();
    assert_eq!(
        names(&store).await,
        [(1, "ended".into(), 0)],
        "the order is the registry's, not the caller's"
    );
}

async fn counters_add_up_within_and_across_batches(place: Place) {
    let store = open(&place).await;
    let writes = (0..40).map(|n| {
        let mut write = Write::default();
        write.row(&TALLY, [1.into(), "delivered".into(), 2.into()]);
        write.row(&TALLY, [1.into(), if n % 2 == 0 { "even".into() } else { "odd".into() }, 1.into()]);
        store.write(write)
    });
    for result in futures_util::future::join_all(writes).await {
        result.unwrap();
    }
    let rows = store.read(&TALLIES, &[]).await.unwrap();
    let tallies: Vec<_> =
        rows.iter().map(|row| (row.text(1).unwrap().to_owned(), row.int(2).unwrap())).collect();
    assert_eq!(tallies, [("delivered".into(), 80), ("even".into(), 20), ("odd".into(), 20)]);
}

async fn committers_that_raise_the_same_counters_do_not_lock_each_other_out(place: Place) {
    const KEYS: i64 = 200;
    let options = options(place.location.clone(), Role::Server, MIGRATIONS, 2);
    let store = Store::open(options).await.expect("the store opens");
    let writer = |n: i64| {
        let store = store.clone();
        async move {
            for round in 0..20 {
                let mut write = Write::default();
                for key in 0..KEYS {
                    write.row(&TALLY, [((key * 7 + n * 31 + round) % KEYS).into(), "all".into(), 1.into()]);
                }
                store.write(write).await.expect("the counters are raised");
            }
        }
    };
    futures_util::future::join_all((0..8).map(writer)).await;
    let rows = store.read(&TALLIES, &[]).await.unwrap();
    assert!(rows.len() == 200 && rows.iter().all(|row| row.int(2).unwrap() == 160));
}

/// So many steps or writes that two who walk through them from both ends meet on the way.
const MANY: i64 = 60;

async fn writes_that_lock_in_opposite_orders_all_go_through(place: Place) {
    let server = open(&place).await;
    let tool = open_at(place.location.clone(), Role::Tool, MIGRATIONS).await.expect("a tool beside it");
    let mut write = Write::default();
    (1..=MANY).for_each(|id| thing(&mut write, id, "new"));
    server.write(write).await.expect("rows");
    let renaming = |store: &Store, ids: Vec<i64>, name: &'static str| {
        let mut write = Write::default();
        for id in ids {
            let params = vec![("id", id.into()), ("name", name.into())];
            write.step_expecting(1, "the row is there", &RENAME, params);
        }
        let (store, beside) = (store.clone(), store.clone());
        // Somebody else's write, in the same batch perhaps, has no part in it.
        let mut other = Write::default();
        other.step(&CLAIM, vec![("key", name.into()), ("answer", "mine".into())]);
        async move { tokio::join!(store.write(write), beside.write(other)) }
    };
    let up = renaming(&server, (1..=MANY).collect(), "up");
    let down = renaming(&tool, (1..=MANY).rev().collect(), "down");
    let ((up, beside_up), (down, beside_down)) = tokio::join!(up, down);
    for outcome in [up, down, beside_up, beside_down] {
        assert!(matches!(outcome, Ok(Committed::Stored { .. })), "{outcome:?}");
    }
    let named: std::collections::BTreeSet<String> =
        names(&server).await.into_iter().map(|(_, name, _)| name).collect();
    assert_eq!(named.len(), 1, "all of one write came after all of the other: {named:?}");
    tool.close().await;
    server.close().await;
}

async fn batches_that_claim_the_same_keys_in_opposite_orders_claim_each_once(place: Place) {
    let server = open(&place).await;
    let tool = open_at(place.location.clone(), Role::Tool, MIGRATIONS).await.expect("a tool beside it");
    let claims = |store: &Store, numbers: Vec<i64>| {
        let claim = |number: i64| {
            let mut write = Write::default();
            let params = vec![("key", format!("k{number}").into()), ("answer", "one".into())];
            write.guard = Some(Guard { query: &CLAIM, params });
            let store = store.clone();
            async move { store.write(write).await }
        };
        futures_util::future::join_all(numbers.into_iter().map(claim))
    };
    let up = claims(&server, (1..=MANY).collect());
    let down = claims(&tool, (1..=MANY).rev().collect());
    let (up, mut down) = tokio::join!(up, down);
    down.reverse();
    for (one, other) in up.iter().zip(&down) {
        let claimed = |outcome: &Result<Committed, StoreError>| match outcome {
            Ok(Committed::Stored { .. }) => 1,
            Ok(Committed::Guarded) => 0,
            Err(error) => panic!("nobody hears of it: {error}"),
        };
        assert_eq!(claimed(one) + claimed(other), 1, "{one:?} {other:?}");
    }
    tool.close().await;
    server.close().await;
}

async fn event_ids_go_on_where_they_stopped(place: Place) {
    for round in 1..=2 {
        let store = open(&place).await;
        let mut write = Write::default();
        write.row(&EVENT, [Value::Null, "first".into()]).row(&EVENT, [Value::Null, "second".into()]);
        store.write(write).await.unwrap();
        let rows = store.read(&EVENTS, &[]).await.unwrap();
        let ids: Vec<_> = rows.iter().map(|row| row.int(0).unwrap()).collect();
        assert_eq!(ids, (1..=2 * round).collect::<Vec<_>>());
        store.close().await;
    }
}

async fn a_guarded_write_is_stored_once(place: Place) {
    let store = open(&place).await;
    let attempt = |id: i64| {
        let params = vec![("key", Value::from("k1")), ("answer", Value::from(id.to_string()))];
        let mut write = Write { guard: Some(Guard { query: &CLAIM, params }), ..Write::default() };
        thing(&mut write, id, "once");
        store.write(write)
    };
    let results = futures_util::future::join_all((1..=5).map(attempt)).await;
    let guarded = results.iter().filter(|result| matches!(result, Ok(Committed::Guarded))).count();
    assert_eq!(guarded, 4);
    assert_eq!(names(&store).await.len(), 1);
}

async fn a_failing_step_undoes_its_own_write_only(place: Place) {
    let store = open(&place).await;
    let rename = |id: i64| {
        let mut write = Write::default();
        write.step(&ADD, vec![("id", (100 + id).into()), ("name", "new".into())]);
        write.step_expecting(
            1,
            "no such thing",
            &RENAME,
            vec![("id", id.into()), ("name", "renamed".into())],
        );
        thing(&mut write, 200 + id, "hot");
        store.write(write)
    };
    let mut first = Write::default();
    thing(&mut first, 1, "old");
    let (stored, failed, after) = tokio::join!(store.write(first), rename(9), rename(1));
    stored.unwrap();
    assert!(matches!(failed, Err(StoreError::Conflict(why)) if why == "no such thing"));
    // Whether the row was there when its step ran depends on the batches: both answers are right, halves are not.
    let renamed = after.is_ok();
    let found: Vec<_> = names(&store).await.into_iter().map(|(id, ..)| id).collect();
    assert_eq!(found, if renamed { vec![1, 101, 201] } else { vec![1] });
    if !renamed {
        let answers = rename(1).await.unwrap();
        let Committed::Stored { answers } = answers else { panic!("{answers:?}") };
        assert_eq!(answers[1][0].text(1).unwrap(), "renamed");
    }
}

async fn a_failing_hot_row_undoes_its_own_write_only(place: Place) {
    let store = open(&place).await;
    let add = |id: i64| {
        let mut write = Write::default();
        thing(&mut write, id, "hot");
        write.row(&EVENT, [Value::Null, "added".into()]);
        store.write(write)
    };
    let results = futures_util::future::join_all([add(1), add(2), add(1), add(3)]).await;
    let conflicts = results.iter().filter(|result| matches!(result, Err(StoreError::Conflict(_)))).count();
    assert_eq!((conflicts, names(&store).await.len()), (1, 3), "{results:?}");
    let events = store.read(&EVENTS, &[]).await.unwrap();
    assert_eq!(
        events.iter().map(|row| row.int(0).unwrap()).collect::<Vec<_>>(),
        [1, 2, 3],
        "no gap, no repeat"
    );
}

async fn a_callback_that_panics_takes_nobody_elses_with_it(place: Place) {
    let store = open(&place).await;
    let write = |id: i64| {
        let mut write = Write::default();
        thing(&mut write, id, "kept");
        write
    };
    // The committer is busy with the first, so that the others share a batch.
    let first = store.write(write(1));
    store.submit(write(2), Box::new(|_| panic!("on purpose")));
    let last = tokio::time::timeout(FOR_EVER, store.write(write(3)));
    let (first, last) = tokio::join!(first, last);
    first.expect("it is stored");
    last.expect("it is told").expect("it is stored");
    assert_eq!(names(&store).await.len(), 3);
}

/// So that what would wait for ever fails instead.
const FOR_EVER: std::time::Duration = std::time::Duration::from_secs(60);

/// As those among the futures of a task that waits for one of them: were they to keep their readers, it would wait for ever.
async fn reads_that_nobody_polls_any_more_hold_nobody_up(place: Place) {
    let store = open(&place).await;
    let mut begun: Vec<_> = (0..5).map(|_| Box::pin(store.read(&THINGS, &[]))).collect();
    for read in &mut begun {
        // As far as it comes at once: into a reader, to the place where it waits for one, or through.
        let _ = futures_util::FutureExt::now_or_never(read);
    }
    let another = tokio::time::timeout(FOR_EVER, store.read(&THINGS, &[])).await;
    assert_eq!(another.expect("a reader becomes free").expect("it reads"), []);
    drop(begun);
}

async fn every_kind_of_value_comes_back_as_it_went_in(place: Place) {
    let store = open(&place).await;
    let texts = ["", "plain", "ñ 汉字 🎈", "quote ' \" \\ {} , NULL", "line\r\nbreak"];
    let bytes: Vec<u8> = (0..=255).collect();
    for (id, text) in (1..).zip(texts) {
        let mut write = Write::default();
        write.row(&THING, [id.into(), text.into(), bytes.clone().into()]);
        write.row(&THING, [(-id).into(), Value::Null, Value::Null]);
        store.write(write).await.unwrap();
    }
    let rows = store.read(&THINGS, &[]).await.unwrap();
    for (row, text) in rows.iter().filter(|row| row.int(0).unwrap() > 0).zip(texts) {
        assert_eq!((row.text(1).unwrap(), row.blob(2).unwrap().to_vec()), (text, bytes.clone()));
    }
    assert!(
        rows.iter().filter(|row| row.int(0).unwrap() < 0).all(|row| row.blob_or_null(2).unwrap().is_none())
    );
}

async fn a_newer_database_is_refused(place: Place) {
    static NEWER: &[Migration] = &[
        Migration { number: 1, name: "test", sql: "", postgres: None },
        Migration {
            number: 2,
            name: "new",
            sql: "CREATE TABLE new (id INTEGER PRIMARY KEY)",
            postgres: None,
        },
    ];
    open(&place).await.close().await;
    open_at(place.location.clone(), Role::Server, NEWER).await.expect("an upgrade").close().await;
    let older = open_at(place.location.clone(), Role::Server, MIGRATIONS).await;
    assert!(matches!(older.err(), Some(StoreError::Refused(why)) if why.contains("newer")));
}

async fn a_tool_writes_beside_the_server(place: Place) {
    let server = open(&place).await;
    let tools = [
        open_at(place.location.clone(), Role::Tool, MIGRATIONS).await.unwrap(),
        open_at(place.location.clone(), Role::Tool, MIGRATIONS).await.unwrap(),
    ];
    for round in 0..3 {
        for (store, name) in [(&server, "server"), (&tools[0], "tool"), (&tools[1], "tool")] {
            let mut write = Write::default();
            write.row(&EVENT, [Value::Null, name.into()]);
            store.write(write).await.unwrap_or_else(|error| panic!("round {round}, {name}: {error}"));
        }
    }
    let rows = server.read(&EVENTS, &[]).await.unwrap();
    let from_tools = rows.iter().filter(|row| row.int(0).unwrap() >> store::WRITER_SHIFT > 0).count();
    assert_eq!((rows.len(), from_tools), (9, 6));
}

async fn a_query_that_does_not_fit_says_which(place: Place) {
    static WRONG: Query = Query::new("wrong", "SELECT nothing FROM nowhere WHERE id = :id");
    let store = open(&place).await;
    let error = store.read(&WRONG, &[("id", 1.into())]).await.unwrap_err();
    assert!(matches!(&error, StoreError::Broken { query, .. } if query == "wrong"), "{error}");
    assert_eq!(names(&store).await, [], "the reader is usable afterwards");
}
