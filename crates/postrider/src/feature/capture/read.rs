//! Looking into the capture mailbox, and emptying it.

use bytes::Bytes;
use mail::At;
use store::{Committed, Row, Store, StoreError, Write, query};

use crate::http::page::{From, Page, paged};

paged!(LIST, "queries/list.sql");
paged!(AHEAD, "queries/ahead.sql");
query!(RAW, "queries/raw.sql");
query!(CLEAR, "queries/clear.sql");

/// Messages that one transaction deletes. Reason: each may have megabytes, and mail waits for the transaction.
const CLEAR_PAGE: i64 = 100;

/// Messages that one page looks at when only some are wanted. Reason: each costs a look at its subject, and so many cost some
/// milliseconds of a connection that the queue shares.
pub const EXAMINED_MAX: i64 = 5_000;

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

/// Where a page that shows no further message ends, because it may look at no more.
async fn end(store: &Store, workspace: i64, page: Page) -> Result<Option<i64>, StoreError> {
    let params = vec![("workspace", workspace.into()), ("ahead", EXAMINED_MAX.into())];
    let rows = AHEAD.read(store, page, params).await?;
    let last = rows.last().filter(|_| i64::try_from(rows.len()).unwrap_or(i64::MAX) >= EXAMINED_MAX);
    last.map(|row| row.int(0)).transpose()
}

/// The rows of a page of a workspace's captured messages, newest first: those whose recipient or subject holds `part`,
/// in whatever case. With the last that was looked at, when that was not the last there is.
///
/// # Errors
/// As [`Store::read`].
pub async fn captured_list(
    store: &Store,
    workspace: i64,
    part: &str,
    page: Page,
) -> Result<(Vec<Listed>, Option<i64>), StoreError> {
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
    let end = if part.is_empty() { None } else { end(store, workspace, page).await? };
    let far = match page.from {
        From::Start | From::After(_) => end.map_or(i64::MIN, |last| last - 1),
        From::Before(_) => end.map_or(i64::MAX, |last| last + 1),
    };
    let params = vec![("workspace", workspace.into()), ("like", like(part).into()), ("far", far.into())];
    let listed: Result<_, _> = LIST.read(store, page, params).await?.iter().map(read).collect();
    Ok((listed?, end))
}

/// The message as the wire would have carried it.
///
/// # Errors
/// As [`Store::read`].
pub async fn captured_raw(store: &Store, workspace: i64, id: i64) -> Result<Option<Bytes>, StoreError> {
    let rows = store.read(&RAW, &[("workspace", workspace.into()), ("id", id.into())]).await?;
    rows.first().map(|row| row.blob(0)).transpose()
}

/// The pattern that finds `part` anywhere; empty for an empty one.
fn like(part: &str) -> String {
    if part.is_empty() {
        return String::new();
    }
    let mut pattern = String::from("%");
    for letter in part.to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// One captured message.
///
/// # Errors
/// As [`Store::read`].
pub async fn captured_find(store: &Store, workspace: i64, id: i64) -> Result<Option<Listed>, StoreError> {
    let (found, _) = captured_list(store, workspace, "", Page::only(id)).await?;
    Ok(found.into_iter().find(|listed| listed.id == id))
}

/// Empties the workspace's mailbox; gives how many messages there were.
///
/// # Errors
/// As [`Store::write`]; what was deleted before stays deleted.
pub async fn captured_clear(store: &Store, workspace: i64) -> Result<usize, StoreError> {
    captured_clear_with(store, workspace, Write::default()).await
}

/// As [`captured_clear`]; `first` goes with the first transaction.
///
/// # Errors
/// As [`captured_clear`].
pub async fn captured_clear_with(
    store: &Store,
    workspace: i64,
    mut first: Write,
) -> Result<usize, StoreError> {
    let mut cleared = 0;
    loop {
        let mut write = std::mem::take(&mut first);
        write.step(&CLEAR, vec![("workspace", workspace.into()), ("limit", CLEAR_PAGE.into())]);
        let gone = match store.write(write).await? {
            Committed::Stored { answers } => answers.iter().map(Vec::len).sum(),
            Committed::Guarded => 0,
        };
        cleared += gone;
        if gone == 0 {
            return Ok(cleared);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_is_no_pattern() {
        assert_eq!(like(""), "");
        assert_eq!(like("50%_Off!"), "%50!%!_off!!%");
    }
}
