//! Files that an email leads to instead of carrying them.
//!
//! Guarantees
//! 1. A link is stored with the email that holds it, or not at all; it leads to the very octets that were handed over.
//! 2. The octets stay until the link expires, and go soon after; no link expires before its email may arrive.

use std::time::Duration;

use bytes::Bytes;
use mail::At;
use store::{Row, Store, StoreError, Write, query};

use super::kept::{self, QUOTA};
use crate::feature::sending::policy::SCHEDULE_MAX;
use crate::http::page::{Page, paged};
use crate::id::Mint;

query!(LINK_ADD, "queries/link_add.sql");
query!(LINK_MOVED, "queries/link_moved.sql");
query!(LINK_ONE, "queries/link_one.sql");
query!(LINK_FOLLOWED, "queries/link_followed.sql");
paged!(LINK_LIST, "queries/link_list.sql");

const DAY: Duration = Duration::from_secs(86_400);

/// A link that an email is to hold.
#[derive(Clone, Debug, PartialEq)]
pub struct NewLink {
    pub id: i64,
    pub filename: String,
    pub content: Bytes,
    pub expires: At,
}

/// A link as it is stored.
#[derive(Clone, Debug)]
pub struct Link {
    pub id: i64,
    pub filename: String,
    pub size: usize,
    pub sha256: Bytes,
    pub expires: At,
    pub downloads: i64,
    pub last: Option<At>,
}

/// Until when a link leads to its file: so many days after its email may arrive at last. Whoever hands mail over chooses when it
/// expires; a link follows that for as long as mail may be planned.
#[must_use]
pub fn lasts(due: At, expires: At, days: u32) -> At {
    expires.min(due.after(SCHEDULE_MAX)).after(DAY * days)
}

/// The links of an email that is moved last as long as [`lasts`] says, and no shorter than they were promised: part of the write
/// that moves it.
pub fn moved(write: &mut Write, (workspace, message): (i64, i64), lasts: At) {
    let params =
        vec![("workspace", workspace.into()), ("message", message.into()), ("expires", lasts.0.into())];
    write.step(&LINK_MOVED, params);
}

/// Adds a link to the write that stores its email. The write conflicts with [`QUOTA`] when the workspace has no room.
pub fn add(
    write: &mut Write,
    (mint, now): (&Mint, At),
    (workspace, message): (i64, i64),
    (link, quota): (&NewLink, u64),
) {
    let content = kept::Content::of(workspace, &link.content);
    let params = vec![
        ("id", link.id.into()),
        ("workspace", workspace.into()),
        ("message", message.into()),
        ("sha256", content.sha256.clone().into()),
        ("filename", link.filename.clone().into()),
        ("size", content.size.into()),
        ("expires", link.expires.0.into()),
    ];
    content.keep(write, (mint, now), quota);
    write.step(&LINK_ADD, params);
}

/// Whether a write was refused because the workspace's files take as much as they may.
#[must_use]
pub fn is_full(error: &StoreError) -> bool {
    matches!(error, StoreError::Conflict(why) if why == QUOTA)
}

fn read(row: &Row) -> Result<Link, StoreError> {
    Ok(Link {
        id: row.int(0)?,
        filename: row.text(1)?.to_owned(),
        size: usize::try_from(row.int(2)?).unwrap_or(usize::MAX),
        sha256: row.blob(3)?,
        expires: At(row.int(4)?),
        downloads: row.int(5)?,
        last: row.int_or_null(6)?.map(At),
    })
}

/// One link of a workspace.
///
/// # Errors
/// As [`Store::read`].
pub async fn one(store: &Store, workspace: i64, id: i64) -> Result<Option<Link>, StoreError> {
    let rows = store.read(&LINK_ONE, &[("workspace", workspace.into()), ("id", id.into())]).await?;
    rows.first().map(read).transpose()
}

/// The rows of a page of an email's links, in their order in it.
///
/// # Errors
/// As [`Store::read`].
pub async fn list(
    store: &Store,
    (workspace, message): (i64, i64),
    page: Page,
) -> Result<Vec<Link>, StoreError> {
    let params = vec![("workspace", workspace.into()), ("message", message.into())];
    LINK_LIST.read(store, page, params).await?.iter().map(read).collect()
}

/// Counts a download. Nobody waits for it.
pub fn followed(store: &Store, now: At, workspace: i64, id: i64) {
    let mut write = Write::default();
    write.step(
        &LINK_FOLLOWED,
        vec![("workspace", workspace.into()), ("id", id.into()), ("now", now.0.into())],
    );
    let told = |result: Result<_, StoreError>| {
        if let Err(error) = result {
            tracing::warn!(%error, "a download could not be counted");
        }
    };
    store.submit(write, Box::new(told));
}
