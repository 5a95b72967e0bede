//! Counters: how many of what, by hour, for a workspace and the things in it.
//!
//! Guarantee: a counter changes in the transaction that writes the event it counts, so it always equals a recount.

use std::sync::Arc;

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
    /// Openings by persons.
    Opened,
    /// Deliveries that a person opened.
    OpenedFirst,
    /// Openings by machines.
    OpenedMachine,
    /// Deliveries that a machine opened.
    OpenedMachineFirst,
    /// Clicks by persons.
    Clicked,
    /// Deliveries of which a person clicked a link.
    ClickedFirst,
    /// Clicks by machines.
    ClickedMachine,
    /// Deliveries of which a machine followed a link.
    ClickedMachineFirst,
    /// Readings by persons.
    Read,
    /// Those of them of which the time is known.
    ReadMeasured,
    /// Their seconds in all.
    ReadSeconds,
    Unsubscribed,
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
            Metric::Opened => "opened",
            Metric::OpenedFirst => "opened_first",
            Metric::OpenedMachine => "opened_machine",
            Metric::OpenedMachineFirst => "opened_machine_first",
            Metric::Clicked => "clicked",
            Metric::ClickedFirst => "clicked_first",
            Metric::ClickedMachine => "clicked_machine",
            Metric::ClickedMachineFirst => "clicked_machine_first",
            Metric::Read => "read",
            Metric::ReadMeasured => "read_measured",
            Metric::ReadSeconds => "read_seconds",
            Metric::Unsubscribed => "unsubscribed",
        }
    }
}

/// Counts one for the workspace and for the recipient's domain.
pub fn count(write: &mut Write, now: At, workspace: i64, domain: &Arc<str>, metric: Metric) {
    count_by(write, now, (workspace, domain), metric, 1);
}

/// As [`count`], any number of them; a negative one takes back what was counted at that hour.
pub fn count_by(write: &mut Write, at: At, (workspace, domain): (i64, &Arc<str>), metric: Metric, n: i64) {
    let hour = at.hour().0;
    let metric = metric.as_str();
    write.row(
        &COUNTER,
        [workspace.into(), hour.into(), "workspace".into(), "".into(), metric.into(), n.into()],
    );
    let domain = domain.clone();
    write.row(
        &COUNTER,
        [workspace.into(), hour.into(), "domain".into(), domain.into(), metric.into(), n.into()],
    );
}
