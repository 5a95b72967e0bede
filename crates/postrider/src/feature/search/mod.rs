//! The index beside the hot path: which messages a word, an address, a tag or a Message-ID stands in.
//!
//! Guarantees
//! 1. It may lag behind the mail, never the mail behind it; what it says can be rebuilt from the event log.
//! 2. A writer's events are indexed in order, and how far is committed with the terms: none is missed.

use store::{Form, Kind, Migration, Special, Statement};

pub const MIGRATIONS: &[Migration] = &[Migration {
    number: 1,
    name: "search: terms",
    sql: include_str!("migrations/0001_search.sql"),
    postgres: None,
}];

pub static TERM: Statement = Statement {
    name: "search_term",
    columns: &[("workspace_id", Kind::Int), ("term", Kind::Text), ("message_id", Kind::Int)],
    form: Form::Words {
        sqlite: "INSERT INTO search_term (workspace_id, term, message_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        postgres: "INSERT INTO search_term (workspace_id, term, message_id) SELECT * FROM :rows ON CONFLICT DO NOTHING",
    },
    special: Special::None,
};

pub static CURSOR: Statement = Statement {
    name: "search_cursor",
    columns: &[("writer", Kind::Int), ("event_id", Kind::Int)],
    form: Form::Words {
        sqlite: "INSERT INTO search_cursor (writer, event_id) VALUES (?1, ?2)
                 ON CONFLICT (writer) DO UPDATE SET event_id = excluded.event_id",
        postgres: "INSERT INTO search_cursor (writer, event_id) SELECT * FROM :rows
                   ON CONFLICT (writer) DO UPDATE SET event_id = excluded.event_id",
    },
    special: Special::None,
};
