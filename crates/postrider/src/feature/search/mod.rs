//! The index beside the hot path: which messages an address, a word of the subject, a tag, a Message-ID or a word of a
//! peer's reply stands in.
//!
//! Guarantees
//! 1. It may lag behind the mail, never the mail behind it; all of it can be rebuilt from the event log, and is, when it
//!    was dropped or belongs to another log.
//! 2. A writer's events are indexed in order, and how far is committed with the terms: none is missed.
//! 3. A term is found in its own workspace only.
//! 4. Writing costs the same however large the index is: only a writer's newest segment is written (see the migration).
//!
//! Not here: the messages. What is found are ids, newest first; some may have been removed by age meanwhile, so whoever
//! shows them joins them with the messages of the workspace.

mod block;
pub mod find;
pub mod query;
mod terms;
pub mod upkeep;
pub mod work;

#[cfg(test)]
mod tests;

use store::{Form, Kind, Migration, Special, Statement};

/// A set of its own: on PostgreSQL it lives in the same database as the mail.
pub const MIGRATIONS: &[Migration] = &[Migration {
    number: 1_001,
    name: "search: blocks, segments, cursors",
    sql: include_str!("migrations/1001_search.sql"),
    postgres: Some(include_str!("migrations/1001_search.pg.sql")),
}];

/// Removes the blocks of a term between two batches: they are about to be stored as fewer.
pub static UNFOLDED: Statement = Statement {
    name: "search_unfolded",
    columns: &[
        ("segment", Kind::Int),
        ("workspace_id", Kind::Int),
        ("term", Kind::Text),
        ("first_batch", Kind::Int),
        ("last_batch", Kind::Int),
    ],
    form: Form::Words {
        sqlite: "DELETE FROM search_block WHERE segment = ?1 AND workspace_id = ?2 AND term = ?3
                   AND batch >= ?4 AND batch <= ?5",
        postgres: "DELETE FROM search_block AS b USING :rows WHERE b.segment = r.segment
                   AND b.workspace_id = r.workspace_id AND b.term = r.term
                   AND b.batch >= r.first_batch AND b.batch <= r.last_batch",
    },
    special: Special::None,
};

/// The messages of one batch in which a term stands.
pub static BLOCK: Statement = Statement::insert(
    "search_block",
    &[
        ("segment", Kind::Int),
        ("workspace_id", Kind::Int),
        ("term", Kind::Text),
        ("batch", Kind::Int),
        ("messages", Kind::Blob),
    ],
);

/// Widens a segment to the messages of a batch.
pub static SEGMENT: Statement = Statement {
    name: "search_segment",
    columns: &[("segment", Kind::Int), ("first_message", Kind::Int), ("last_message", Kind::Int)],
    form: Form::Words {
        sqlite: "INSERT INTO search_segment (segment, first_message, last_message) VALUES (?1, ?2, ?3)
                 ON CONFLICT (segment) DO UPDATE SET
                   first_message = CASE WHEN excluded.first_message < search_segment.first_message
                                   THEN excluded.first_message ELSE search_segment.first_message END,
                   last_message = CASE WHEN excluded.last_message > search_segment.last_message
                                  THEN excluded.last_message ELSE search_segment.last_message END",
        postgres: "INSERT INTO search_segment (segment, first_message, last_message) SELECT * FROM :rows
                   ON CONFLICT (segment) DO UPDATE SET
                     first_message = LEAST(excluded.first_message, search_segment.first_message),
                     last_message = GREATEST(excluded.last_message, search_segment.last_message)",
    },
    special: Special::None,
};

/// How far a writer's events are indexed.
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

/// Bits of an event id that count within its segment.
const SEGMENT_SHIFT: u32 = 16;

/// The last event of the segment in which `event` lies.
fn segment_end(event: i64) -> i64 {
    event | ((1 << SEGMENT_SHIFT) - 1)
}
