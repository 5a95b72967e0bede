//! Looking into the capture mailbox.

use bytes::Bytes;
use mail::At;
use store::{Row, Store, StoreError, query};

query!(LIST, "queries/list.sql");
query!(RAW, "queries/raw.sql");

/// A captured message as a list shows it.
pub struct Listed {
    pub id: i64,
    pub message: i64,
    pub delivery: i64,
    pub reverse_path: String,
    pub forward_path: String,
    pub author: String,
    pub subject: String,
    pub at: At,
}

/// Up to `limit` captured messages of a workspace with ids below `before`, newest first.
///
/// # Errors
/// As [`Store::read`].
pub async fn captured_list(
    store: &Store,
    workspace: i64,
    before: i64,
    limit: i64,
) -> Result<Vec<Listed>, StoreError> {
    let params = [("workspace", workspace.into()), ("before", before.into()), ("limit", limit.into())];
    let read = |row: &Row| {
        Ok(Listed {
            id: row.int(0)?,
            message: row.int(1)?,
            delivery: row.int(2)?,
            reverse_path: row.text(3)?.to_owned(),
            forward_path: row.text(4)?.to_owned(),
            author: row.text(5)?.to_owned(),
            subject: row.text(6)?.to_owned(),
            at: At(row.int(7)?),
        })
    };
    store.read(&LIST, &params).await?.iter().map(read).collect()
}

/// The message as the wire would have carried it.
///
/// # Errors
/// As [`Store::read`].
pub async fn captured_raw(store: &Store, workspace: i64, id: i64) -> Result<Option<Bytes>, StoreError> {
    let rows = store.read(&RAW, &[("workspace", workspace.into()), ("id", id.into())]).await?;
    rows.first().map(|row| row.blob(0)).transpose()
}
