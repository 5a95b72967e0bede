//! Uploaded files in the database.

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use mail::At;
use store::{Committed, Row, Store, StoreError, Write, query};

use crate::http::page::{Page, paged};
use crate::id::Mint;

query!(CONTENT_ADD, "queries/content_add.sql");
query!(ADD, "queries/add.sql");
query!(ONE, "queries/one.sql");
query!(CONTENT, "queries/content.sql");
query!(PIECE, "queries/piece.sql");
query!(USE, "queries/use.sql");
query!(REMOVE, "queries/remove.sql");
paged!(LIST, "queries/list.sql");

/// Files of one workspace. Reason: a quota of octets alone would allow rows without end.
pub const FILES_MAX: usize = 10_000;
/// Different files of one workspace, uploaded or behind links. Reason: to sum them takes milliseconds, and others' mail waits for it.
pub const CONTENTS_MAX: usize = 20_000;
/// A use is written down once in so many microseconds. Reason: a file that a thousand emails name is not written a thousand
/// times, and its retention is counted in days.
const USE_STEP_US: i64 = 3_600 * 1_000_000;

pub(super) const QUOTA: &str = "the workspace's files take as much as they may";
const NUMBER: &str = "the workspace has as many files as it may";

/// A file without its octets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    pub id: i64,
    pub filename: String,
    pub content_type: String,
    pub size: usize,
    pub sha256: Bytes,
    pub created: At,
    pub used: At,
}

/// A file that is to be kept.
#[derive(Clone)]
pub struct New {
    pub workspace: i64,
    pub filename: String,
    pub content_type: String,
    pub content: Bytes,
}

/// Why a file is not kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    #[error("{QUOTA}")]
    Quota,
    #[error("{NUMBER}")]
    Number,
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for KeepError {
    fn from(error: StoreError) -> KeepError {
        match error {
            StoreError::Conflict(why) if why == QUOTA => KeepError::Quota,
            StoreError::Conflict(why) if why == NUMBER => KeepError::Number,
            other => KeepError::Store(other),
        }
    }
}

/// The octets of a file.
pub(super) struct Content {
    workspace: i64,
    pub sha256: Bytes,
    pub size: i64,
    bytes: Bytes,
}

impl Content {
    pub fn of(workspace: i64, bytes: &Bytes) -> Content {
        let sha256 = Bytes::copy_from_slice(digest(&SHA256, bytes).as_ref());
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        Content { workspace, sha256, size, bytes: bytes.clone() }
    }

    /// Keeps the octets unless the workspace has them; the write conflicts with [`QUOTA`] when there is no room, or are
    /// [`CONTENTS_MAX`] others.
    pub fn keep(self, write: &mut Write, (mint, now): (&Mint, At), quota: u64) {
        let params = vec![
            ("id", mint.next(now).into()),
            ("workspace", self.workspace.into()),
            ("sha256", self.sha256.into()),
            ("size", self.size.into()),
            ("now", now.0.into()),
            ("quota", i64::try_from(quota).unwrap_or(i64::MAX).into()),
            ("most", (CONTENTS_MAX as i64).into()),
            ("bytes", self.bytes.into()),
        ];
        write.step_expecting(1, QUOTA, &CONTENT_ADD, params);
    }
}

/// Keeps a file; gives its id. The same file under the same name and type has the id that it had. `quota` bounds the octets of
/// all the workspace's files; uploads at the same moment may together pass it by one file each.
///
/// # Errors
/// See [`KeepError`]; as [`Store::write`].
pub async fn keep(store: &Store, (mint, now): (&Mint, At), new: New, quota: u64) -> Result<i64, KeepError> {
    let content = Content::of(new.workspace, &new.content);
    let named = vec![
        ("id", mint.next(now).into()),
        ("workspace", new.workspace.into()),
        ("sha256", content.sha256.clone().into()),
        ("size", content.size.into()),
        ("now", now.0.into()),
        ("filename", new.filename.into()),
        ("content_type", new.content_type.into()),
        ("max", (FILES_MAX as i64).into()),
    ];
    let mut write = Write::default();
    content.keep(&mut write, (mint, now), quota);
    write.step_expecting(1, NUMBER, &ADD, named);
    let committed = store.write(write).await?;
    let id = match &committed {
        Committed::Stored { answers } => answers.last().and_then(|rows| rows.first()).map(|row| row.int(0)),
        Committed::Guarded => None,
    };
    let broken = || StoreError::Broken { query: "ADD".into(), reason: "gave no id".into() };
    Ok(id.ok_or_else(broken).flatten()?)
}

fn read(row: &Row) -> Result<Kept, StoreError> {
    Ok(Kept {
        id: row.int(0)?,
        filename: row.text(1)?.to_owned(),
        content_type: row.text(2)?.to_owned(),
        size: usize::try_from(row.int(3)?).unwrap_or(usize::MAX),
        sha256: row.blob(4)?,
        created: At(row.int(5)?),
        used: At(row.int(6)?),
    })
}

/// One file of a workspace.
///
/// # Errors
/// As [`Store::read`].
pub async fn one(store: &Store, workspace: i64, id: i64) -> Result<Option<Kept>, StoreError> {
    let rows = store.read(&ONE, &[("workspace", workspace.into()), ("id", id.into())]).await?;
    rows.first().map(read).transpose()
}

/// The rows of a page of a workspace's files, newest first.
///
/// # Errors
/// As [`Store::read`].
pub async fn list(store: &Store, workspace: i64, page: Page) -> Result<Vec<Kept>, StoreError> {
    LIST.read(store, page, vec![("workspace", workspace.into())]).await?.iter().map(read).collect()
}

/// Some of a file's octets, from a place on; none when they went meanwhile.
///
/// # Errors
/// As [`Store::read`].
pub async fn piece(
    store: &Store,
    (workspace, sha256): (i64, &Bytes),
    (start, count): (usize, usize),
) -> Result<Option<Bytes>, StoreError> {
    let number = |octets: usize| i64::try_from(octets).unwrap_or(i64::MAX);
    let params = [
        ("workspace", workspace.into()),
        ("sha256", sha256.clone().into()),
        ("start", number(start + 1).into()),
        ("count", number(count).into()),
    ];
    store.read(&PIECE, &params).await?.first().map(|row| row.blob(0)).transpose()
}

/// A file's octets; none when they went meanwhile.
///
/// # Errors
/// As [`Store::read`].
pub async fn content(store: &Store, workspace: i64, sha256: &Bytes) -> Result<Option<Bytes>, StoreError> {
    let params = [("workspace", workspace.into()), ("sha256", sha256.clone().into())];
    store.read(&CONTENT, &params).await?.first().map(|row| row.blob(0)).transpose()
}

/// Writes down that an email names the file, unless that was written lately.
///
/// # Errors
/// As [`Store::write`].
pub async fn used(store: &Store, now: At, workspace: i64, file: &Kept) -> Result<(), StoreError> {
    if now.0 - file.used.0 < USE_STEP_US {
        return Ok(());
    }
    let mut write = Write::default();
    let params = vec![("workspace", workspace.into()), ("id", file.id.into()), ("now", now.0.into())];
    write.step(&USE, params);
    store.write(write).await.map(drop)
}

/// Removes a file. Its octets follow within minutes when nothing else refers to them.
///
/// # Errors
/// As [`Store::write`].
pub async fn remove(store: &Store, workspace: i64, id: i64) -> Result<(), StoreError> {
    let mut write = Write::default();
    write.step(&REMOVE, vec![("workspace", workspace.into()), ("id", id.into())]);
    store.write(write).await.map(drop)
}
