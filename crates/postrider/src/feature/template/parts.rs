//! Layouts, partials and themes: what templates of a workspace share.

use content::{Library, Part, PartKind};
use mail::At;
use store::{Row, Store, StoreError, Write, query};

use crate::http::page::{Page, paged};
use crate::id::Mint;

query!(PART_ADD, "queries/part_add.sql");
query!(PART_ONE, "queries/part_one.sql");
query!(PART_CHANGE, "queries/part_change.sql");
query!(PART_REMOVE, "queries/part_remove.sql");
paged!(PART_LIST, "queries/part_list.sql");

/// Parts of one workspace. Reason: all of them are read when a template is published.
pub const PARTS_MAX: i64 = 200;
/// Octets of one part.
pub const PART_BYTES_MAX: usize = 128 * 1024;

/// A part as it is stored.
#[derive(Clone, Debug)]
pub struct Stored {
    pub id: i64,
    pub part: Part,
    pub created: At,
    pub updated: At,
}

fn read(row: &Row) -> Result<Stored, StoreError> {
    let kind = PartKind::parse(row.text(1)?).ok_or_else(|| StoreError::Broken {
        query: "template_part.kind".into(),
        reason: "holds what no version of Postrider wrote".into(),
    })?;
    Ok(Stored {
        id: row.int(0)?,
        part: Part { kind, name: row.text(2)?.to_owned(), text: row.text(3)?.to_owned() },
        created: At(row.int(4)?),
        updated: At(row.int(5)?),
    })
}

/// Makes a part; gives its id.
///
/// # Errors
/// `Conflict` when the workspace has one of this kind and name, or too many; as [`Store::write`].
pub async fn part_add(
    store: &Store,
    (mint, now): (&Mint, At),
    workspace: i64,
    part: &Part,
) -> Result<i64, StoreError> {
    let (id, write) = part_rows((mint, now), workspace, part);
    store.write(write).await?;
    Ok(id)
}

/// The id of a new part, and its row: a conflict as [`part_add`]'s.
#[must_use]
pub fn part_rows((mint, now): (&Mint, At), workspace: i64, part: &Part) -> (i64, Write) {
    let id = mint.next(now);
    let params = vec![
        ("id", id.into()),
        ("workspace", workspace.into()),
        ("kind", part.kind.as_str().into()),
        ("name", part.name.clone().into()),
        ("body", part.text.clone().into()),
        ("now", now.0.into()),
        ("max", PARTS_MAX.into()),
    ];
    let mut write = Write::default();
    let why = "the workspace has a part of this kind and name already, or 200 parts";
    write.step_expecting(1, why, &PART_ADD, params);
    (id, write)
}

/// The rows of a page of a workspace's parts, newest first; of one kind if there is one.
///
/// # Errors
/// As [`Store::read`].
pub async fn part_list(
    store: &Store,
    workspace: i64,
    kind: Option<PartKind>,
    page: Page,
) -> Result<Vec<Stored>, StoreError> {
    let params = vec![("workspace", workspace.into()), ("kind", kind.map_or("", PartKind::as_str).into())];
    PART_LIST.read(store, page, params).await?.iter().map(read).collect()
}

/// One part of a workspace.
///
/// # Errors
/// As [`Store::read`].
pub async fn part_one(store: &Store, workspace: i64, id: i64) -> Result<Option<Stored>, StoreError> {
    let rows = store.read(&PART_ONE, &[("workspace", workspace.into()), ("id", id.into())]).await?;
    rows.first().map(read).transpose()
}

/// Stores a part's name and text; whoever changed it in between is not overwritten.
///
/// # Errors
/// `Conflict` when it is gone, was changed after it was read as `changed`, or another has the name; as [`Store::write`].
pub async fn part_change(store: &Store, now: At, workspace: i64, changed: &Stored) -> Result<(), StoreError> {
    store.write(part_change_rows(now, workspace, changed)).await.map(drop)
}

/// The rows of [`part_change`].
#[must_use]
pub fn part_change_rows(now: At, workspace: i64, changed: &Stored) -> Write {
    let params = vec![
        ("workspace", workspace.into()),
        ("id", changed.id.into()),
        ("name", changed.part.name.clone().into()),
        ("body", changed.part.text.clone().into()),
        // Later than what was seen, also when the clock stands still.
        ("now", now.0.max(changed.updated.0 + 1).into()),
        ("seen", changed.updated.0.into()),
    ];
    let mut write = Write::default();
    let why = "the part was changed at the same moment, or is gone: read it again";
    write.step_expecting(1, why, &PART_CHANGE, params);
    write
}

/// Removes a part. What was published with it stays.
///
/// # Errors
/// As [`Store::write`].
pub async fn part_remove(store: &Store, workspace: i64, id: i64) -> Result<(), StoreError> {
    store.write(part_remove_rows(workspace, id)).await.map(drop)
}

/// The rows that go with a part.
#[must_use]
pub fn part_remove_rows(workspace: i64, id: i64) -> Write {
    let mut write = Write::default();
    write.step(&PART_REMOVE, vec![("workspace", workspace.into()), ("id", id.into())]);
    write
}

/// Everything that templates of a workspace may name.
///
/// # Errors
/// As [`Store::read`].
pub async fn library(store: &Store, workspace: i64) -> Result<Library, StoreError> {
    let parts = part_list(store, workspace, None, Page::first(PARTS_MAX)).await?;
    Ok(Library { parts: parts.into_iter().map(|stored| stored.part).collect() })
}
