//! PostgreSQL: several committers, readers from a pool, both reconnecting by themselves.
//!
//! Guarantees
//! 1. A writer's number is held by an advisory lock for as long as its connection lives: no two committers, of
//!    whatever process, ever number events under the same writer.
//! 2. When the server is away every waiting write hears `Unavailable` within [`CONNECT_WAIT`]; nothing is kept back. What was on
//!    its way when the network went hears it within [`SILENCE_MAX`] and [`ASKED_AGAIN`], and what joined the line meanwhile after
//!    that. Not bounded: a server that is there and does not come to an end.
//! 3. A batch that a deadlock ended is tried write by write: no caller hears of it but one that loses again and again.
//! 4. A read goes on to its end in a task of its own: one that nobody polls any more holds no connection that others
//!    wait for.
//! 5. A commit that returned is on the server's disk, whatever the server, the database or the role says of `synchronous_commit`.
//! 6. A writer's number is free soon after its connection vanished, by the same bounds as 2: the server asks, too.

mod committer;
mod value;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config};

use crate::line::Line;
use crate::query::Dialect;
use crate::{Durability, Migration, Options, Query, Row, StoreError, Value, migrate};

/// How long a connection attempt may take. Reason: a caller waits for it with an open SMTP session.
const CONNECT_WAIT: Duration = Duration::from_secs(3);
/// How long the other end of a connection may acknowledge nothing, or take nothing while more is to be sent, before the connection
/// is given up, and how long it may be silent before it is asked whether it is there. Reason: longer than a network takes to mend
/// a route, shorter than those who send wait for an answer; TCP by itself gives up after a quarter of an hour, and asks after two
/// hours.
const SILENCE_MAX: Duration = Duration::from_secs(30);
/// Between two such questions. Reason: one may be lost.
const ASKED_AGAIN: Duration = Duration::from_secs(10);
/// What a session begins with. Reason: no statement of ours runs long, but the server believes that of those which join by
/// a range of ids, and would compile them or share them out among processes for longer than they take.
const SHORT_STATEMENTS: &str = "SET jit = off; SET max_parallel_workers_per_gather = 0";
/// What a session begins with, too. Reason: with `off` the power takes what was answered with 250. Every other value waits at least
/// for the server's own disk, and is the operator's choice.
const COMMITS_ON_DISK: &str = "SELECT set_config('synchronous_commit', 'on', false)
     WHERE current_setting('synchronous_commit') = 'off'";
/// First key of our advisory locks: "post" in ASCII.
const LOCK_CLASS: i32 = 0x706f_7374;
/// Second key of the lock that serialises migrations; writers' numbers are below it.
const LOCK_MIGRATION: i32 = 1 << 20;

pub(crate) struct Postgres {
    line: Arc<Line>,
    readers: Arc<Readers>,
    committers: Mutex<Vec<JoinHandle<()>>>,
}

/// The connections that read.
struct Readers {
    config: Config,
    idle: Mutex<Vec<Session>>,
    permits: Semaphore,
}

/// A connection with what was prepared on it.
struct Session {
    client: Client,
    prepared: HashMap<String, tokio_postgres::Statement>,
}

impl Postgres {
    pub(crate) async fn open(
        url: &str,
        options: &Options,
        announce: watch::Sender<u64>,
    ) -> Result<Postgres, StoreError> {
        let config = configured(url)?;
        let mut session = Session::connect(&config).await?;
        apply(&mut session, history(options.durability), options.migrations).await?;
        let line = Arc::new(Line::default());
        let announce = Arc::new(announce);
        let mut committers = Vec::new();
        for number in 0..options.committers.clamp(1, 16) {
            let seat = committer::Seat { role: options.role, number: i64::try_from(number).unwrap_or(0) };
            let mut committer = committer::Committer::new(config.clone(), options, seat, announce.clone());
            take_seat_patiently(&mut committer).await?;
            let line = line.clone();
            committers.push(tokio::spawn(async move { committer.run(&line).await }));
        }
        Ok(Postgres {
            line,
            readers: Arc::new(Readers {
                config,
                idle: Mutex::new(vec![session]),
                permits: Semaphore::new(options.readers_max.max(1)),
            }),
            committers: Mutex::new(committers),
        })
    }

    pub(crate) fn line(&self) -> &Line {
        &self.line
    }

    pub(crate) async fn read(&self, query: &Query, params: &[(&str, Value)]) -> Result<Vec<Row>, StoreError> {
        let compiled = query.compiled(Dialect::Postgres);
        let values: Vec<Value> = query.bind(compiled, params)?.into_iter().cloned().collect();
        let (sql, name) = (compiled.sql.clone(), query.name().to_owned());
        let readers = self.readers.clone();
        let reading = tokio::spawn(async move { readers.read(&name, &sql, &values).await });
        reading.await.unwrap_or(Err(StoreError::Closed))
    }

    pub(crate) async fn close(&self) {
        self.line.close();
        let committers = std::mem::take(&mut *self.committers.lock().unwrap_or_else(PoisonError::into_inner));
        for committer in committers {
            if committer.await.is_err() {
                tracing::error!("a committer ended by a panic");
            }
        }
        self.readers.idle().clear();
    }
}

impl Readers {
    fn idle(&self) -> MutexGuard<'_, Vec<Session>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn read(&self, name: &str, sql: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let _permit = self.permits.acquire().await.map_err(|_| StoreError::Closed)?;
        let idle = self.idle().pop();
        let mut session = match idle.filter(|session| !session.client.is_closed()) {
            Some(session) => session,
            None => Session::connect(&self.config).await?,
        };
        let result = session.run(name, sql, values).await;
        if !session.client.is_closed() {
            self.idle().push(session);
        }
        result.map(|(rows, _)| rows)
    }
}

impl Session {
    async fn connect(config: &Config) -> Result<Session, StoreError> {
        let tls = tls_connector()?;
        let connecting = tokio::time::timeout(CONNECT_WAIT, config.connect(tls));
        let (client, connection) = match connecting.await {
            Ok(Ok(connected)) => connected,
            Ok(Err(error)) => return Err(failure("connect", &error)),
            Err(_) => return Err(StoreError::Unavailable("the database does not answer".into())),
        };
        // The driver's half: ends with the client; its error reaches the client's next call.
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::warn!(%error, "a connection to the database ended");
            }
        });
        let words = [SHORT_STATEMENTS, COMMITS_ON_DISK, &asks_for_us()].join("; ");
        client.batch_execute(&words).await.map_err(|error| failure("connect", &error))?;
        Ok(Session { client, prepared: HashMap::new() })
    }

    async fn prepare(&mut self, sql: &str) -> Result<tokio_postgres::Statement, tokio_postgres::Error> {
        if let Some(statement) = self.prepared.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).await?;
        self.prepared.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// The rows that a query returned, and how many it changed or returned.
    async fn query(
        &mut self,
        query: &Query,
        params: &[(&str, Value)],
    ) -> Result<(Vec<Row>, u64), StoreError> {
        let compiled = query.compiled(Dialect::Postgres);
        self.run(query.name(), &compiled.sql, query.bind(compiled, params)?).await
    }

    /// As [`Session::query`], of a text whose parameters were put in order.
    async fn run(
        &mut self,
        name: &str,
        sql: &str,
        values: impl IntoIterator<Item = &Value>,
    ) -> Result<(Vec<Row>, u64), StoreError> {
        let failed = |error: tokio_postgres::Error| failure(name, &error);
        let statement = self.prepare(sql).await.map_err(failed)?;
        let values: Vec<_> =
            values.into_iter().map(|v| v as &(dyn tokio_postgres::types::ToSql + Sync)).collect();
        if statement.columns().is_empty() {
            let changed = self.client.execute(&statement, &values).await.map_err(failed)?;
            return Ok((Vec::new(), changed));
        }
        let rows = self.client.query(&statement, &values).await.map_err(failed)?;
        let rows = rows.iter().map(value::read_row).collect::<Result<Vec<_>, _>>().map_err(failed)?;
        let count = rows.len() as u64;
        Ok((rows, count))
    }
}

/// How a connection is made, and when our side gives it up.
fn configured(url: &str) -> Result<Config, StoreError> {
    let mut config: Config =
        url.parse().map_err(|_| StoreError::Refused("the database URL is not a PostgreSQL URL".into()))?;
    config.connect_timeout(CONNECT_WAIT).application_name("postrider");
    config.tcp_user_timeout(SILENCE_MAX);
    config.keepalives(true).keepalives_idle(SILENCE_MAX).keepalives_interval(ASKED_AGAIN);
    Ok(config)
}

/// What a session begins with so that the server gives it up as we do: the seat of one that vanished is free then. A server that
/// does not know one of the settings (before PostgreSQL 12), or a local socket, goes without.
fn asks_for_us() -> String {
    let (silence, again) = (SILENCE_MAX.as_secs(), ASKED_AGAIN.as_secs());
    format!(
        "SELECT set_config(name, value, false) FROM pg_settings JOIN (VALUES ('tcp_user_timeout', '{silence}s'),
             ('tcp_keepalives_idle', '{silence}s'), ('tcp_keepalives_interval', '{again}s')) AS ours (setting_name, value)
             ON name = setting_name"
    )
}

/// A process that just ended may still hold its seat: the server frees it when it notices.
async fn take_seat_patiently(committer: &mut committer::Committer) -> Result<(), StoreError> {
    const TRIES: u32 = 15;
    const PAUSE: Duration = Duration::from_millis(200);
    for _ in 1..TRIES {
        match committer.take_seat().await {
            Err(StoreError::Refused(_)) => tokio::time::sleep(PAUSE).await,
            other => return other,
        }
    }
    committer.take_seat().await
}

fn tls_connector() -> Result<tokio_postgres_rustls::MakeRustlsConnect, StoreError> {
    use rustls_platform_verifier::ConfigVerifierExt;
    // Idempotent: the first provider installed stays.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    let config = rustls::ClientConfig::with_platform_verifier();
    let config = config.map_err(|error| StoreError::Unavailable(format!("TLS roots: {error}")))?;
    Ok(tokio_postgres_rustls::MakeRustlsConnect::new(config))
}

/// Which table remembers what was applied. What can be rebuilt lives in the same database as what cannot, with numbers
/// of its own.
fn history(durability: Durability) -> &'static str {
    match durability {
        Durability::Full => "migration",
        Durability::Rebuildable => "rebuildable_migration",
    }
}

async fn apply(session: &mut Session, history: &str, migrations: &[Migration]) -> Result<(), StoreError> {
    let failed = |error: tokio_postgres::Error| failure("migration", &error);
    let tx = session.client.transaction().await.map_err(failed)?;
    tx.execute("SELECT pg_advisory_xact_lock($1, $2)", &[&LOCK_CLASS, &LOCK_MIGRATION])
        .await
        .map_err(failed)?;
    let create =
        format!("CREATE TABLE IF NOT EXISTS {history} (number BIGINT PRIMARY KEY, name TEXT NOT NULL)");
    tx.batch_execute(&create).await.map_err(failed)?;
    let applied = tx.query(&format!("SELECT number FROM {history}"), &[]).await.map_err(failed)?;
    let applied: Vec<i64> = applied.iter().map(|row| row.get(0)).collect();
    for step in migrate::missing(&applied, migrations)? {
        let words = migrate::postgres_words(step);
        tx.batch_execute(&words).await.map_err(|error| failure(step.name, &error))?;
        tx.execute(&format!("INSERT INTO {history} VALUES ($1, $2)"), &[&step.number, &step.name])
            .await
            .map_err(failed)?;
    }
    tx.commit().await.map_err(failed)
}

/// What an error of the driver means to the caller.
fn failure(query: &str, error: &tokio_postgres::Error) -> StoreError {
    let reason = error.as_db_error().map_or_else(|| error.to_string(), |db| db.message().to_owned());
    match error.code().map(|state| state.code()) {
        // A deadlock, or a serialization failure.
        Some("40P01" | "40001") => StoreError::Collided(reason),
        Some(code) if code.starts_with("23") => StoreError::Conflict(reason),
        // Undefined names, wrong types, syntax: a defect of the program.
        Some(code) if code.starts_with("42") || code.starts_with("22") => {
            StoreError::Broken { query: query.into(), reason }
        }
        Some(_) => StoreError::Unavailable(reason),
        None if error.is_closed() => StoreError::Unavailable("the connection to the database is gone".into()),
        None => StoreError::Unavailable(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> Config {
        let url = std::env::var("POSTRIDER_TEST_POSTGRES")
            .expect("POSTRIDER_TEST_POSTGRES names a PostgreSQL server: run `cargo xtask test`");
        configured(&url).expect("a URL of PostgreSQL")
    }

    async fn shown(session: &Session, setting: &str) -> String {
        let row = session.client.query_one(&format!("SHOW {setting}"), &[]).await;
        row.unwrap_or_else(|error| panic!("{setting}: {error}")).get(0)
    }

    #[tokio::test]
    async fn commits_wait_for_the_disk_whatever_the_database_says_on_postgres() {
        let admin = Session::connect(&server()).await.expect("the server");
        let name = format!("pr_flushed_{}", std::process::id());
        let remove = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        let make = format!("CREATE DATABASE {name}");
        for words in [&remove, &make] {
            admin.client.batch_execute(words).await.unwrap_or_else(|error| panic!("{words}: {error}"));
        }
        let choices = [("off", "on"), ("on", "on"), ("local", "local"), ("remote_apply", "remote_apply")];
        for (chosen, kept) in choices {
            let choose = format!("ALTER DATABASE {name} SET synchronous_commit = {chosen}");
            admin.client.batch_execute(&choose).await.expect("a setting of the database");
            let session = Session::connect(server().dbname(&name)).await.expect("the database");
            assert_eq!(shown(&session, "synchronous_commit").await, kept, "{chosen}");
        }
        admin.client.batch_execute(&remove).await.expect("removed");
    }

    #[tokio::test]
    async fn both_ends_give_a_silent_connection_up_on_postgres() {
        let config = server();
        let ours = (config.get_keepalives(), config.get_keepalives_idle(), config.get_keepalives_interval());
        assert_eq!(ours, (true, SILENCE_MAX, Some(ASKED_AGAIN)));
        assert_eq!(config.get_tcp_user_timeout(), Some(&SILENCE_MAX));
        let session = Session::connect(&config).await.expect("the server");
        let theirs =
            [("tcp_keepalives_idle", "30"), ("tcp_keepalives_interval", "10"), ("tcp_user_timeout", "30000")];
        for (setting, value) in theirs {
            assert_eq!(shown(&session, setting).await, value, "{setting}");
        }
    }
}
