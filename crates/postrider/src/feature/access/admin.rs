//! Making workspaces and streams.

use mail::At;
use serde_json::json;
use store::{Store, StoreError, Write, query};

use super::Class;
use crate::feature::event;
use crate::id::{Mint, Noun};

query!(WORKSPACE_ADD, "queries/workspace_add.sql");
query!(STREAM_ADD, "queries/stream_add.sql");

/// Letters of a workspace's or stream's name at most. Reason: it stands in lists and log lines.
pub const NAME_MAX: usize = 64;

/// Whether `name` can be a workspace's or a stream's: lowercase letters, digits, `-`, `_`, 1 to [`NAME_MAX`].
#[must_use]
pub fn name_ok(name: &str) -> bool {
    let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    (1..=NAME_MAX).contains(&name.len()) && name.bytes().all(letter)
}

/// Makes a workspace with its two streams; gives its id.
///
/// # Errors
/// `Conflict` when the name is taken.
pub async fn workspace_add(store: &Store, mint: &Mint, now: At, name: &str) -> Result<i64, StoreError> {
    let id = mint.next(now);
    let mut write = Write::default();
    let params = vec![("id", id.into()), ("name", name.to_owned().into()), ("now", now.0.into())];
    write.step_expecting(1, "a workspace of this name exists", &WORKSPACE_ADD, params);
    for class in [Class::Transactional, Class::Marketing] {
        stream_rows(&mut write, mint, now, id, (class.as_str(), class));
    }
    event::note(&mut write, now, id, event::Name::WorkspaceCreated, None);
    store.write(write).await?;
    Ok(id)
}

/// Makes a stream; gives its id.
///
/// # Errors
/// `Conflict` when the workspace has one of that name.
pub async fn stream_add(
    store: &Store,
    mint: &Mint,
    now: At,
    workspace: i64,
    (name, class): (&str, Class),
) -> Result<i64, StoreError> {
    let mut write = Write::default();
    let id = stream_rows(&mut write, mint, now, workspace, (name, class));
    let told = json!({ "stream_id": Noun::Stream.show(id), "name": name, "class": class.as_str() });
    event::note(&mut write, now, workspace, event::Name::StreamCreated, Some(told.to_string()));
    store.write(write).await?;
    Ok(id)
}

fn stream_rows(write: &mut Write, mint: &Mint, now: At, workspace: i64, (name, class): (&str, Class)) -> i64 {
    let id = mint.next(now);
    let params = vec![
        ("id", id.into()),
        ("workspace", workspace.into()),
        ("name", name.to_owned().into()),
        ("class", class.as_str().into()),
        ("now", now.0.into()),
    ];
    write.step_expecting(1, "a stream of this name exists", &STREAM_ADD, params);
    id
}
