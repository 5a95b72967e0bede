//! Reading the log: by message, and onwards from a cursor.
//!
//! A cursor holds the last id seen of each writer, because ids of different writers are not in the order of
//! commit: `0-1234.1-7` is writer 0 up to its 1,234th event, writer 1 up to its 7th.

use std::collections::BTreeMap;

use mail::At;
use store::{Query, Row, Store, StoreError, Value, WRITER_SHIFT, query};

query!(BY_MESSAGE, "queries/by_message.sql");
query!(pub(super) WRITERS, "queries/writers.sql");
query!(LAST, "queries/last.sql");
query!(TOLD_OF, "queries/deliveries_told_of.sql");
query!(pub(super) AFTER, "queries/after.sql");
query!(AFTER_IN_WORKSPACE, "queries/after_in_workspace.sql");

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub id: i64,
    pub workspace: i64,
    pub name: String,
    pub at: At,
    pub message: Option<i64>,
    pub delivery: Option<i64>,
    pub data: Option<String>,
}

pub(super) fn read(row: &Row) -> Result<Event, StoreError> {
    Ok(Event {
        id: row.int(0)?,
        workspace: row.int(1)?,
        name: row.text(2)?.to_owned(),
        at: At(row.int(3)?),
        message: row.int_or_null(4)?,
        delivery: row.int_or_null(5)?,
        data: row.text_or_null(6)?.map(str::to_owned),
    })
}

/// What happened to a message, in order of time.
///
/// # Errors
/// As [`Store::read`].
pub async fn events_of_message(
    store: &Store,
    workspace: i64,
    message: i64,
) -> Result<Vec<Event>, StoreError> {
    let rows =
        store.read(&BY_MESSAGE, &[("workspace", workspace.into()), ("message", message.into())]).await?;
    let mut events = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    events.sort_by_key(|event| (event.at, event.id));
    Ok(events)
}

/// How far a reader has come, writer by writer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor(pub BTreeMap<i64, i64>);

impl Cursor {
    /// Reads what [`Cursor::show`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Cursor> {
        let part = |part: &str| {
            let (writer, sequence) = part.split_once('-')?;
            let (writer, sequence): (i64, i64) = (writer.parse().ok()?, sequence.parse().ok()?);
            let known = (0..1 << 15).contains(&writer) && (0..1 << WRITER_SHIFT).contains(&sequence);
            known.then_some((writer, writer << WRITER_SHIFT | sequence))
        };
        if text.is_empty() {
            return Some(Cursor::default());
        }
        text.split('.').map(part).collect::<Option<BTreeMap<_, _>>>().map(Cursor)
    }

    #[must_use]
    pub fn show(&self) -> String {
        let part = |(writer, id): (&i64, &i64)| format!("{writer}-{}", id & ((1 << WRITER_SHIFT) - 1));
        self.0.iter().map(part).collect::<Vec<_>>().join(".")
    }

    pub fn advance(&mut self, id: i64) {
        let last = self.0.entry(id >> WRITER_SHIFT).or_default();
        *last = (*last).max(id);
    }
}

/// The cursor of a reader who wants only what happens from now on.
///
/// # Errors
/// As [`Store::read`].
pub async fn newest(store: &Store) -> Result<Cursor, StoreError> {
    let mut cursor = Cursor::default();
    for (_, last) in bounds(store).await? {
        cursor.advance(last);
    }
    Ok(cursor)
}

/// The writers that have written, each found by one step along the index.
///
/// # Errors
/// As [`Store::read`].
pub async fn writers(store: &Store) -> Result<Vec<i64>, StoreError> {
    let mut writers = Vec::new();
    let mut from = 0;
    while let Some(row) = store.read(&WRITERS, &[("from", from.into())]).await?.first() {
        let Some(id) = row.int_or_null(0)? else { break };
        let writer = id >> WRITER_SHIFT;
        writers.push(writer);
        from = (writer + 1) << WRITER_SHIFT;
    }
    Ok(writers)
}

/// The first and the last event of each writer that has written.
///
/// # Errors
/// As [`Store::read`].
pub async fn bounds(store: &Store) -> Result<Vec<(i64, i64)>, StoreError> {
    let mut bounds = Vec::new();
    let mut from = 0;
    while let Some(first) = edge(store, &WRITERS, &[("from", from.into())]).await? {
        let below = ((first >> WRITER_SHIFT) + 1) << WRITER_SHIFT;
        let range = [("from", (first - 1).into()), ("below", below.into())];
        bounds.push((first, edge(store, &LAST, &range).await?.unwrap_or(first)));
        from = below;
    }
    Ok(bounds)
}

async fn edge(store: &Store, query: &Query, params: &[(&str, Value)]) -> Result<Option<i64>, StoreError> {
    Ok(store.read(query, params).await?.first().map(|row| row.int_or_null(0)).transpose()?.flatten())
}

/// A delivery that an event began or failed.
#[derive(Debug, PartialEq, Eq)]
pub struct Told {
    pub delivery: i64,
    /// What the event of a failure carries, JSON.
    pub data: Option<Box<str>>,
}

/// The deliveries that a writer's events after `after` up to `upto` tell of: accepted, deferred, or ended without being
/// delivered.
///
/// # Errors
/// As [`Store::read`].
pub async fn deliveries_told_of(store: &Store, after: i64, upto: i64) -> Result<Vec<Told>, StoreError> {
    let rows = store.read(&TOLD_OF, &[("after", after.into()), ("upto", upto.into())]).await?;
    let told = |row: &Row| Ok(Told { delivery: row.int(0)?, data: row.text_or_null(1)?.map(Into::into) });
    rows.iter().map(told).collect()
}

/// Whose events a reader may see.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whose {
    /// The program's own readers: the search index, the caches.
    Everybody,
    Workspace(i64),
}

/// Up to `limit` events of each writer after the cursor.
///
/// # Errors
/// As [`Store::read`].
pub async fn events_after(
    store: &Store,
    cursor: &Cursor,
    whose: Whose,
    limit: i64,
) -> Result<Vec<Event>, StoreError> {
    let mut events = Vec::new();
    for writer in writers(store).await? {
        let after = cursor.0.get(&writer).copied().unwrap_or(writer << WRITER_SHIFT);
        let below = (writer + 1) << WRITER_SHIFT;
        let mut params = vec![("after", after.into()), ("below", below.into()), ("limit", limit.into())];
        let query = match whose {
            Whose::Everybody => &AFTER,
            Whose::Workspace(workspace) => {
                params.push(("workspace", workspace.into()));
                &AFTER_IN_WORKSPACE
            }
        };
        for row in &store.read(query, &params).await? {
            events.push(read(row)?);
        }
    }
    Ok(events)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nonsense_does_not() {
        let mut cursor = Cursor::default();
        for id in [5, 3, (1 << 48) + 7, 64 << 48 | 1] {
            cursor.advance(id);
        }
        assert_eq!(cursor.show(), "0-5.1-7.64-1");
        assert_eq!(Cursor::parse(&cursor.show()), Some(cursor));
        assert_eq!(Cursor::parse(""), Some(Cursor::default()));
        for wrong in ["x", "0", "0-", "-1", "0-5.", "99999999-1", "0--5", "0-999999999999999999"] {
            assert_eq!(Cursor::parse(wrong), None, "{wrong}");
        }
    }
}
