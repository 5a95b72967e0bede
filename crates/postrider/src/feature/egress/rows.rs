//! The hot rows of an attempt and of the end of a delivery.

use store::{Form, Kind, Special, Statement};

/// One try.
pub static ATTEMPT: Statement = Statement::insert(
    "attempt",
    &[
        ("id", Kind::Int),
        ("workspace_id", Kind::Int),
        ("delivery_id", Kind::Int),
        ("number", Kind::Int),
        ("started_us", Kind::Int),
        ("duration_us", Kind::Int),
        ("site", Kind::Text),
        ("peer", Kind::Text),
        ("tls", Kind::Text),
        ("verdict", Kind::Text),
        ("stage", Kind::Text),
        ("reply", Kind::Text),
        ("class", Kind::Text),
        ("rule", Kind::Text),
        ("ambiguous", Kind::Int),
        ("conversation", Kind::Text),
    ],
);

/// What an attempt, or its absence, made of a delivery. A delivery that is done stays as it is.
pub static SETTLED: Statement = Statement {
    name: "settled",
    columns: &[
        ("id", Kind::Int),
        ("state", Kind::Text),
        ("due_us", Kind::Int),
        ("attempts", Kind::Int),
        ("disposition", Kind::Text),
        ("reason", Kind::Text),
        ("reply", Kind::Text),
        ("finished_us", Kind::Int),
    ],
    form: Form::Words {
        sqlite: "UPDATE delivery SET state = ?2, due_us = ?3, attempts = ?4, disposition = ?5, reason = ?6,
                   reply = ?7, finished_us = ?8, recoveries = 0 WHERE id = ?1 AND state = 'due'",
        postgres: "UPDATE delivery SET state = r.state, due_us = r.due_us, attempts = r.attempts,
                     disposition = r.disposition, reason = r.reason, reply = r.reply, finished_us = r.finished_us, recoveries = 0
                   FROM :rows WHERE delivery.id = r.id AND delivery.state = 'due'",
    },
    special: Special::None,
};

/// A delivery that a new start of the server took over.
pub static RECOVERED: Statement = Statement {
    name: "recovered",
    columns: &[("id", Kind::Int), ("epoch", Kind::Int), ("recoveries", Kind::Int)],
    form: Form::Words {
        sqlite: "UPDATE delivery SET epoch = ?2, recoveries = ?3 WHERE id = ?1 AND state = 'due'",
        postgres: "UPDATE delivery SET epoch = r.epoch, recoveries = r.recoveries
                   FROM :rows WHERE delivery.id = r.id AND delivery.state = 'due'",
    },
    special: Special::None,
};
