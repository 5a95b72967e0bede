//! Counters: how many of what, by hour, for a workspace and the things in it.
//!
//! Guarantee: a counter changes in the transaction that writes the event it counts, so it always equals a recount.

use mail::At;
use store::{Form, Kind, Migration, Special, Statement, Write};

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
        ("hour_us", Kind::Int),
        ("dimension", Kind::Text),
        ("key", Kind::Text),
        ("metric", Kind::Text),
        ("n", Kind::Int),
    ],
    form: Form::Words {
        sqlite: "INSERT INTO counter (workspace_id, hour_us, dimension, key, metric, n) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (workspace_id, hour_us, dimension, key, metric) DO UPDATE SET n = counter.n + excluded.n",
        postgres: "INSERT INTO counter (workspace_id, hour_us, dimension, key, metric, n) SELECT * FROM :rows
                   ON CONFLICT (workspace_id, hour_us, dimension, key, metric) DO UPDATE SET n = counter.n + excluded.n",
    },
    special: Special::SumLast,
};

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Metric {
    Accepted,
    Delivered,
    Deferred,
    Bounced,
    Failed,
    NotSent,
}

impl Metric {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Metric::Accepted => "accepted",
            Metric::Delivered => "delivered",
            Metric::Deferred => "deferred",
            Metric::Bounced => "bounced",
            Metric::Failed => "failed",
            Metric::NotSent => "not_sent",
        }
    }
}

/// Counts one for the workspace and for the recipient's domain.
pub fn count(write: &mut Write, now: At, workspace: i64, domain: &std::sync::Arc<str>, metric: Metric) {
    let hour = now.hour().0;
    let metric = metric.as_str();
    write.row(
        &COUNTER,
        [workspace.into(), hour.into(), "workspace".into(), "".into(), metric.into(), 1.into()],
    );
    let domain = domain.clone();
    write.row(
        &COUNTER,
        [workspace.into(), hour.into(), "domain".into(), domain.into(), metric.into(), 1.into()],
    );
}
