//! Events that operators' tools wrote beside the server: few, and the only ones that the server has to learn of.

use store::{FIRST_TOOL, Store, StoreError, WRITER_SHIFT};

use super::read::{AFTER, Cursor, Event, WRITERS, read};

/// Up to `limit` events of each tool after the cursor.
///
/// # Errors
/// As [`Store::read`].
pub async fn events_of_tools(store: &Store, cursor: &Cursor, limit: i64) -> Result<Vec<Event>, StoreError> {
    let mut events = Vec::new();
    let mut from = FIRST_TOOL << WRITER_SHIFT;
    while let Some(first) = first_event_from(store, from).await? {
        let writer = first >> WRITER_SHIFT;
        let after = cursor.0.get(&writer).copied().unwrap_or(writer << WRITER_SHIFT);
        from = (writer + 1) << WRITER_SHIFT;
        let params = [("after", after.into()), ("below", from.into()), ("limit", limit.into())];
        for row in &store.read(&AFTER, &params).await? {
            events.push(read(row)?);
        }
    }
    Ok(events)
}

async fn first_event_from(store: &Store, from: i64) -> Result<Option<i64>, StoreError> {
    let rows = store.read(&WRITERS, &[("from", from.into())]).await?;
    Ok(rows.first().map(|row| row.int_or_null(0)).transpose()?.flatten())
}
