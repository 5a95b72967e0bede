//! Making workspaces and streams.

use mail::At;
use serde_json::json;
use store::{Store, StoreError, Write, query};

use super::{Class, SecondFactor};
use crate::feature::event;
use crate::feature::tracking::switches::Switches;
use crate::id::{Mint, Noun};
use crate::in_turn::{Counted, in_turn};

query!(WORKSPACE_ADD, "queries/workspace_add.sql");
query!(WORKSPACE_TITLE, "queries/workspace_title.sql");
query!(WORKSPACE_LOGO, "queries/workspace_logo.sql");
query!(WORKSPACE_SENDER, "queries/workspace_sender.sql");
query!(WORKSPACE_SECOND_FACTOR, "queries/workspace_second_factor.sql");
query!(STREAM_ADD, "queries/stream_add.sql");
query!(STREAM_TRACK, "queries/stream_track.sql");

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
    let (id, write) = workspace_rows(mint, now, name);
    store.write(write).await?;
    Ok(id)
}

/// As [`workspace_add`], for who commits it with more.
#[must_use]
pub fn workspace_rows(mint: &Mint, now: At, name: &str) -> (i64, Write) {
    let id = mint.next(now);
    let mut write = Write::default();
    let params = vec![("id", id.into()), ("name", name.to_owned().into()), ("now", now.0.into())];
    write.step_expecting(1, "a workspace of this name exists", &WORKSPACE_ADD, params);
    for class in [Class::Transactional, Class::Marketing] {
        stream_rows(&mut write, (mint, now), id, (class.as_str(), class, class.tracking()));
    }
    event::note(&mut write, now, id, event::Name::WorkspaceCreated, None);
    (id, write)
}

/// Adds to `write` that people call a workspace so.
pub fn workspace_title(write: &mut Write, id: i64, title: &str) {
    let params = vec![("id", id.into()), ("title", title.to_owned().into())];
    write.step_expecting(1, "there is no such workspace", &WORKSPACE_TITLE, params);
}

/// Gives a workspace the image of this token as its logo, or takes it away. The write conflicts when the workspace has no such image.
#[must_use]
pub fn workspace_logo(id: i64, token: Option<&str>) -> Write {
    let mut write = in_turn(Counted::Images);
    let params = vec![("id", id.into()), ("logo", token.map(str::to_owned).into())];
    write.step_expecting(1, "there is no such workspace or image", &WORKSPACE_LOGO, params);
    write
}

/// Gives a workspace another name to send under; empty: what people call it.
pub fn workspace_sender(write: &mut Write, id: i64, sender: &str) {
    let params = vec![("id", id.into()), ("sender", sender.to_owned().into())];
    write.step_expecting(1, "there is no such workspace", &WORKSPACE_SENDER, params);
}

/// Adds to `write` whether a workspace requires a second factor of its people.
pub fn workspace_second_factor(write: &mut Write, id: i64, wanted: SecondFactor) {
    let params = vec![("id", id.into()), ("wanted", wanted.as_str().into())];
    write.step_expecting(1, "there is no such workspace", &WORKSPACE_SECOND_FACTOR, params);
}

/// Makes a stream; gives its id.
///
/// # Errors
/// `Conflict` when the workspace has one of that name.
pub async fn stream_add(
    store: &Store,
    (mint, now): (&Mint, At),
    workspace: i64,
    new: (&str, Class, Switches),
) -> Result<i64, StoreError> {
    let (id, write) = stream_made((mint, now), workspace, new);
    store.write(write).await?;
    Ok(id)
}

/// As [`stream_add`], for who commits it with more.
#[must_use]
pub fn stream_made((mint, now): (&Mint, At), workspace: i64, new: (&str, Class, Switches)) -> (i64, Write) {
    let mut write = Write::default();
    let (name, class, tracking) = new;
    let id = stream_rows(&mut write, (mint, now), workspace, new);
    let told = json!({
        "stream_id": Noun::Stream.show(id), "name": name, "class": class.as_str(), "tracking": tracking.to_string(),
    });
    event::note(&mut write, now, workspace, event::Name::StreamCreated, Some(told.to_string()));
    (id, write)
}

/// Changes what a stream tracks; messages that were accepted before keep what they had.
///
/// # Errors
/// `Conflict` when the workspace has no such stream.
pub async fn stream_track(
    store: &Store,
    now: At,
    (workspace, id): (i64, i64),
    tracking: Switches,
) -> Result<(), StoreError> {
    store.write(track_rows(now, (workspace, id), tracking)).await.map(drop)
}

/// As [`stream_track`], for who commits it with more.
#[must_use]
pub fn track_rows(now: At, (workspace, id): (i64, i64), tracking: Switches) -> Write {
    let mut write = Write::default();
    let params =
        vec![("workspace", workspace.into()), ("id", id.into()), ("tracking", tracking.to_string().into())];
    write.step_expecting(1, "there is no such stream", &STREAM_TRACK, params);
    let told = json!({ "stream_id": Noun::Stream.show(id), "tracking": tracking.to_string() });
    event::note(&mut write, now, workspace, event::Name::StreamChanged, Some(told.to_string()));
    write
}

fn stream_rows(
    write: &mut Write,
    (mint, now): (&Mint, At),
    workspace: i64,
    (name, class, tracking): (&str, Class, Switches),
) -> i64 {
    let id = mint.next(now);
    let params = vec![
        ("id", id.into()),
        ("workspace", workspace.into()),
        ("name", name.to_owned().into()),
        ("class", class.as_str().into()),
        ("tracking", tracking.to_string().into()),
        ("now", now.0.into()),
    ];
    write.step_expecting(1, "a stream of this name exists", &STREAM_ADD, params);
    id
}
