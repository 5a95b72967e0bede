//! Statistics: counters by hour that follow the event log, and what is read from them.
//!
//! Guarantees
//! 1. Counters and the cursors up to which the log is counted change in one transaction: after any crash they equal a
//!    recount, and every dimension tells of the same events.
//! 2. Mail never waits for statistics: nothing is counted where mail is accepted or settled.
//! 3. A workspace has a bounded number of counters an hour, however many tags, domains or links it makes up.
//! 4. Counters stay when the events have gone.
//!
//! Why so: `docs/decisions/0007-statistics.md`; what each measure means: `docs/statistics.md`.

pub mod admission;
pub mod advice;
pub mod api;
#[cfg(test)]
mod api_story;
pub mod console;
mod consumption;
pub mod fact;
pub mod figures;
pub mod follow;
pub mod histogram;
pub mod hygiene;
pub mod months;
pub mod period;
pub mod provider;
pub mod read;
pub mod recount;
pub mod select;
pub mod span;
#[cfg(test)]
mod story;
mod times;

use store::{Form, Kind, Migration, Special, Statement, Store, StoreError, Write, query};

query!(FLOOR, "queries/floor.sql");
query!(FLOOR_RAISE, "queries/floor_raise.sql");

pub const MIGRATIONS: &[Migration] = &[Migration {
    number: 7,
    name: "stats: counters by hour",
    sql: include_str!("migrations/0007_stats.sql"),
    postgres: None,
}];

/// Adds to counters; equal keys of one batch are summed before they reach the database.
pub static COUNTER: Statement = Statement {
    name: "counter",
    columns: &[
        ("workspace_id", Kind::Int),
        ("dimension", Kind::Text),
        ("hour_us", Kind::Int),
        ("stream_id", Kind::Int),
        ("key", Kind::Text),
        ("metric", Kind::Text),
        ("n", Kind::Int),
    ],
    form: Form::Words {
        sqlite: "INSERT INTO counter (workspace_id, dimension, hour_us, stream_id, key, metric, n)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (workspace_id, dimension, hour_us, stream_id, key, metric)
                 DO UPDATE SET n = counter.n + excluded.n",
        postgres: "INSERT INTO counter (workspace_id, dimension, hour_us, stream_id, key, metric, n)
                   SELECT * FROM :rows
                   ON CONFLICT (workspace_id, dimension, hour_us, stream_id, key, metric)
                   DO UPDATE SET n = counter.n + excluded.n",
    },
    special: Special::SumLast,
};

/// What counters are kept by, each beside the stream.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Dimension {
    /// The stream alone; the key is empty.
    All,
    /// `tpl_…@version`, for messages made from a template.
    Template,
    /// `name:value`, for messages with tags.
    Tag,
    /// The recipient's domain.
    Domain,
    /// Who runs the recipient's domain, as far as that is known.
    Provider,
    /// `http/key_…`, `smtp/key_…`, `smtp/` from a trusted network, `code/key_…` for codes, `note/` for notifications.
    Source,
    /// A clicked link: its id, or its URL without a query.
    Link,
    /// How long deliveries took: the key is a bucket of [`histogram`].
    DeliverTime,
    /// How long until a person opened, likewise.
    OpenTime,
}

impl Dimension {
    pub const ALL: [Dimension; 9] = [
        Dimension::All,
        Dimension::Template,
        Dimension::Tag,
        Dimension::Domain,
        Dimension::Provider,
        Dimension::Source,
        Dimension::Link,
        Dimension::DeliverTime,
        Dimension::OpenTime,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Dimension::All => "all",
            Dimension::Template => "template",
            Dimension::Tag => "tag",
            Dimension::Domain => "domain",
            Dimension::Provider => "provider",
            Dimension::Source => "source",
            Dimension::Link => "link",
            Dimension::DeliverTime => "deliver_time",
            Dimension::OpenTime => "open_time",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Dimension> {
        Dimension::ALL.into_iter().find(|dimension| dimension.as_str() == text)
    }
}

/// The first hour of which no event has been removed, microseconds; 0 when none ever was.
///
/// # Errors
/// As [`Store::read`].
pub async fn floor(store: &Store) -> Result<i64, StoreError> {
    store.read(&FLOOR, &[]).await?.first().map_or(Ok(0), |row| row.int(0))
}

/// Notes, before it is done, that events before `cut` are removed: what they were counted as cannot be counted again.
///
/// # Errors
/// As [`Store::read`] and [`Store::write`].
pub async fn events_go(store: &Store, cut: mail::At) -> Result<(), StoreError> {
    let first = cut.hour().0 + HOUR_US;
    if floor(store).await? >= first {
        return Ok(());
    }
    let mut write = Write::default();
    write.step(&FLOOR_RAISE, vec![("hour", first.into())]);
    store.write(write).await.map(drop)
}

/// Microseconds of an hour.
pub const HOUR_US: i64 = 3_600_000_000;
