//! What the search index reads of messages and deliveries: by ranges of ids, because what was accepted together lies
//! together.

use store::{Query, Row, Store, StoreError, query};

query!(RECIPIENTS, "queries/recipients_between.sql");
query!(MESSAGES, "queries/messages_between.sql");

/// Ids further apart than this are read by two ranges: a minute of ids (see [`crate::id`]). Reason: between two ids lies
/// at most so much mail that nobody asked for.
const GAP_MAX: i64 = 60_000 << 22;

/// A delivery, as far as it can be searched for.
#[derive(Debug)]
pub struct Recipient {
    pub delivery: i64,
    pub workspace: i64,
    pub message: i64,
    /// The address; whatever was given, when it was none.
    pub address: Box<str>,
}

/// A message, as far as it can be searched for.
#[derive(Debug)]
pub struct Described {
    pub message: i64,
    pub author: Box<str>,
    pub subject: Box<str>,
    /// Without angle brackets.
    pub message_id: Box<str>,
    /// A JSON object.
    pub tags: Option<Box<str>>,
}

/// The deliveries of these ids, ascending. Those that are not stored any more are left out.
///
/// # Errors
/// As [`Store::read`].
pub async fn recipients(store: &Store, ascending: &[i64]) -> Result<Vec<Recipient>, StoreError> {
    let read = |row: &Row| {
        let address = row.text(3)?.into();
        Ok(Recipient { delivery: row.int(0)?, workspace: row.int(1)?, message: row.int(2)?, address })
    };
    by_ranges(store, &RECIPIENTS, ascending, read).await
}

/// The messages of these ids, ascending. Those that are not stored any more are left out.
///
/// # Errors
/// As [`Store::read`].
pub async fn messages(store: &Store, ascending: &[i64]) -> Result<Vec<Described>, StoreError> {
    let read = |row: &Row| {
        Ok(Described {
            message: row.int(0)?,
            author: row.text(1)?.into(),
            subject: row.text(2)?.into(),
            message_id: row.text(3)?.into(),
            tags: row.text_or_null(4)?.map(Into::into),
        })
    };
    by_ranges(store, &MESSAGES, ascending, read).await
}

/// Reads the rows whose first column is one of `ascending`.
async fn by_ranges<T>(
    store: &Store,
    query: &Query,
    ascending: &[i64],
    read: impl Fn(&Row) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut out = Vec::with_capacity(ascending.len());
    for run in ascending.chunk_by(|one, next| next - one <= GAP_MAX) {
        let (Some(from), Some(to)) = (run.first(), run.last()) else { continue };
        let mut wanted = run.iter().peekable();
        for row in &store.read(query, &[("from", (*from).into()), ("to", (*to).into())]).await? {
            let id = row.int(0)?;
            while wanted.next_if(|wanted| **wanted < id).is_some() {}
            if wanted.next_if(|wanted| **wanted == id).is_some() {
                out.push(read(row)?);
            }
        }
    }
    Ok(out)
}
