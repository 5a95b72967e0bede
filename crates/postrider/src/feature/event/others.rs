//! Events that operators' tools wrote beside the server: few, and the only ones that the server has to learn of.

use store::{FIRST_TOOL, Store, StoreError};

use super::read::{Cursor, Event, events_in, spans_from};

/// Up to `limit` events of each tool after the cursor.
///
/// # Errors
/// As [`Store::read`].
pub async fn events_of_tools(store: &Store, cursor: &Cursor, limit: i64) -> Result<Vec<Event>, StoreError> {
    events_in(store, spans_from(store, FIRST_TOOL).await?, cursor, limit).await
}
