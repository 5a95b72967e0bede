//! Telling again what was told, or missed: a walk over the log, written down, a few hundred events at a time.
//!
//! Guarantee: a step's events and the place of the walk are stored together, so a replay that was begun is done, whatever is
//! killed.

use mail::At;
use store::{Store, StoreError, Write, query};

use super::stored;
use crate::feature::event::read::Cursor;

query!(REPLAY, "queries/replay.sql");
query!(REPLAYS, "queries/replays.sql");
query!(REPLAY_ADD, "queries/replay_add.sql");
query!(REPLAY_MOVE, "queries/replay_move.sql");
query!(REPLAY_OVER, "queries/replay_over.sql");

/// Replays of one endpoint that may wait for each other.
pub const REPLAYS_MAX: i64 = 100;

/// A walk over the log.
#[derive(Clone, Debug)]
pub struct Replay {
    pub id: i64,
    pub cursor: Cursor,
    pub upto: Cursor,
    pub from: At,
    /// Not included.
    pub until: At,
    /// Names of events; none: what the endpoint wants.
    pub events: Option<Vec<String>>,
}

/// The oldest replay of an endpoint that is not done.
///
/// # Errors
/// As [`Store::read`].
pub async fn replay(store: &Store, webhook: i64) -> Result<Option<Replay>, StoreError> {
    let rows = store.read(&REPLAY, &[("id", webhook.into())]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let cursor = |text: &str| Cursor::parse(text).ok_or_else(|| stored::broken("webhook_replay.cursor"));
    Ok(Some(Replay {
        id: row.int(0)?,
        cursor: cursor(row.text(1)?)?,
        upto: cursor(row.text(2)?)?,
        from: At(row.int(3)?),
        until: At(row.int(4)?),
        events: row.text_or_null(5)?.map(|text| stored::json(text, "webhook_replay.events")).transpose()?,
    }))
}

/// Whether another replay may be asked for.
///
/// # Errors
/// As [`Store::read`].
pub async fn admits(store: &Store, webhook: i64) -> Result<bool, StoreError> {
    let rows = store.read(&REPLAYS, &[("id", webhook.into())]).await?;
    rows.first().map_or(Ok(true), |row| Ok(row.int(0)? < REPLAYS_MAX))
}

/// Writes a new replay down.
///
/// # Errors
/// As [`Store::write`].
pub async fn replay_add(store: &Store, webhook: i64, new: &Replay) -> Result<(), StoreError> {
    store.write(replay_rows(webhook, new)).await.map(drop)
}

/// As [`replay_add`], for who commits it with more.
#[must_use]
pub fn replay_rows(webhook: i64, new: &Replay) -> Write {
    let mut write = Write::default();
    let names = new.events.as_ref().map(|names| serde_json::json!(names).to_string());
    let params = vec![
        ("replay", new.id.into()),
        ("id", webhook.into()),
        ("cursor", new.cursor.show().into()),
        ("upto", new.upto.show().into()),
        ("from_us", new.from.0.into()),
        ("until_us", new.until.0.into()),
        ("events", names.into()),
    ];
    write.step(&REPLAY_ADD, params);
    write
}

/// Adds to a write how far a replay has come; done when it has come to its end.
pub fn moved(write: &mut Write, replay: &Replay) {
    if replay.cursor.is_behind(&replay.upto) {
        let params = vec![("replay", replay.id.into()), ("cursor", replay.cursor.show().into())];
        write.step(&REPLAY_MOVE, params);
    } else {
        write.step(&REPLAY_OVER, vec![("replay", replay.id.into())]);
    }
}
