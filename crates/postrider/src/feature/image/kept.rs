//! Images in the database.

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use content::image::Format;
use mail::At;
use store::{Row, Store, StoreError, Write, query};

use super::{IMAGES_MAX, New, OCTETS_OF_WORKSPACE_MAX};
use crate::http::page::{Page, paged};
use crate::id::Mint;
use crate::in_turn::{Counted, in_turn};

query!(ADD, "queries/add.sql");
query!(ONE, "queries/one.sql");
query!(SAME, "queries/same.sql");
query!(OF_TOKEN, "queries/of_token.sql");
query!(CONTENT, "queries/content.sql");
query!(REMOVE, "queries/remove.sql");
paged!(LIST, "queries/list.sql");

/// Random octets of a token.
const TOKEN_OCTETS: usize = 16;

/// An image without its octets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    pub id: i64,
    /// What its URL ends with.
    pub token: String,
    pub name: String,
    pub format: Format,
    pub width: i64,
    pub height: i64,
    /// Octets.
    pub size: i64,
    pub created: At,
}

fn format(row: &Row, column: usize) -> Result<Format, StoreError> {
    Format::parse(row.text(column)?).ok_or_else(|| StoreError::Broken {
        query: "image.format".into(),
        reason: "holds what no version of Postrider wrote".into(),
    })
}

fn read(row: &Row) -> Result<Kept, StoreError> {
    Ok(Kept {
        id: row.int(0)?,
        token: row.text(1)?.to_owned(),
        name: row.text(2)?.to_owned(),
        format: format(row, 3)?,
        width: row.int(4)?,
        height: row.int(5)?,
        size: row.int(6)?,
        created: At(row.int(7)?),
    })
}

/// Whether a text can be a token of ours.
#[must_use]
pub fn is_token(text: &str) -> bool {
    text.len() == 2 * TOKEN_OCTETS && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// The id of a new image, and its row. The write conflicts when the workspace has the same octets, or as many images as it may.
#[must_use]
pub fn rows((mint, now): (&Mint, At), new: &New) -> (i64, Write) {
    let id = mint.next(now);
    let mut token = [0; TOKEN_OCTETS];
    net::clock::random_bytes(&mut token);
    let token: String = token.iter().map(|octet| format!("{octet:02x}")).collect();
    let params = vec![
        ("id", id.into()),
        ("workspace", new.workspace.into()),
        ("token", token.into()),
        ("sha256", sha256(&new.content).into()),
        ("name", new.name.clone().into()),
        ("format", new.image.format.as_str().into()),
        ("width", i64::from(new.image.width).into()),
        ("height", i64::from(new.image.height).into()),
        ("size", i64::try_from(new.content.len()).unwrap_or(i64::MAX).into()),
        ("now", now.0.into()),
        ("bytes", new.content.clone().into()),
        ("most", IMAGES_MAX.into()),
        ("quota", OCTETS_OF_WORKSPACE_MAX.into()),
    ];
    let mut write = in_turn(Counted::Images);
    write.step_expecting(1, "the workspace has the image, or as many as it may", &ADD, params);
    (id, write)
}

fn sha256(content: &Bytes) -> Bytes {
    Bytes::copy_from_slice(digest(&SHA256, content).as_ref())
}

/// The image of a workspace that has these octets.
///
/// # Errors
/// As [`Store::read`].
pub async fn same(store: &Store, workspace: i64, content: &Bytes) -> Result<Option<Kept>, StoreError> {
    let params = [("workspace", workspace.into()), ("sha256", sha256(content).into())];
    store.read(&SAME, &params).await?.first().map(read).transpose()
}

/// One image of a workspace.
///
/// # Errors
/// As [`Store::read`].
pub async fn one(store: &Store, workspace: i64, id: i64) -> Result<Option<Kept>, StoreError> {
    let rows = store.read(&ONE, &[("workspace", workspace.into()), ("id", id.into())]).await?;
    rows.first().map(read).transpose()
}

/// The rows of a page of a workspace's images, newest first.
///
/// # Errors
/// As [`Store::read`].
pub async fn list(store: &Store, workspace: i64, page: Page) -> Result<Vec<Kept>, StoreError> {
    LIST.read(store, page, vec![("workspace", workspace.into())]).await?.iter().map(read).collect()
}

/// Workspace, format and octets of the image that a token shows.
///
/// # Errors
/// As [`Store::read`].
pub async fn of_token(store: &Store, token: &str) -> Result<Option<(i64, Format, usize)>, StoreError> {
    let rows = store.read(&OF_TOKEN, &[("token", token.to_owned().into())]).await?;
    let shown = |row: &Row| Ok((row.int(0)?, format(row, 1)?, usize::try_from(row.int(2)?).unwrap_or(0)));
    rows.first().map(shown).transpose()
}

/// Format and octets of a workspace's image; none when it went meanwhile.
///
/// # Errors
/// As [`Store::read`].
pub async fn content(
    store: &Store,
    workspace: i64,
    token: &str,
) -> Result<Option<(Format, Bytes)>, StoreError> {
    let params = [("workspace", workspace.into()), ("token", token.to_owned().into())];
    let rows = store.read(&CONTENT, &params).await?;
    rows.first().map(|row| Ok((format(row, 0)?, row.blob(1)?))).transpose()
}

/// The rows that go with an image. The write conflicts when it is the workspace's logo, or gone.
#[must_use]
pub fn remove_rows(workspace: i64, id: i64) -> Write {
    let mut write = in_turn(Counted::Images);
    let params = vec![("workspace", workspace.into()), ("id", id.into())];
    write.step_expecting(1, "it is the workspace's logo, or gone", &REMOVE, params);
    write
}
