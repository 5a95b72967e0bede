//! Attempts as they are kept: all of one commit in one row, so that a thousand successes cost one insert.
//!
//! An attempt's id grows with time, and no two rows of an endpoint overlap: the row that holds an id is the last that
//! begins at or below it. The request's body is not kept: it is made again from the log while that is kept.

use std::collections::{BTreeMap, BTreeSet};

use mail::At;
use serde::{Deserialize, Serialize};
use store::{Row, Store, StoreError, Write, query};
use utoipa::ToSchema;

use super::flight::{Flown, Outcome};
use super::{ATTEMPT, Endpoint, stored};
use crate::http::page::{From, Page};
use crate::id::{Mint, floor};

query!(ATTEMPTS_BELOW, "queries/attempts_below.sql");
query!(ATTEMPTS_ABOVE, "queries/attempts_above.sql");

/// Octets of a success's answer that are kept. Reason: nobody reads them, and there are many.
const SUCCESS_BYTES_MAX: usize = 128;
/// Rows that a search for one event's attempts looks through.
const ROWS_SEARCHED: i64 = 1_000;

/// Walks over an endpoint's attempts that a message's page makes, and rows of each. Reason: a page reads ten endpoints.
const WALKS_MAX: usize = 4;
const WALK_ROWS: i64 = 100;

/// What came of an attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Delivered,
    /// It will be tried again.
    Failed,
    /// It was the last.
    GivenUp,
}

/// One attempt to tell one or several events. The names are short because there are many.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    #[serde(default)]
    pub id: i64,
    /// Ids and names of the events, the first of which gives the request its id.
    #[serde(rename = "e")]
    pub events: Vec<(i64, String)>,
    /// The request's id, where it is not that of the first event.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<i64>,
    #[serde(rename = "a")]
    pub at_us: i64,
    #[serde(rename = "t")]
    pub took_us: u64,
    /// 1 for the first attempt.
    #[serde(rename = "n")]
    pub number: u32,
    #[serde(rename = "r")]
    pub verdict: Verdict,
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What the endpoint said, or why it said nothing; cut.
    #[serde(rename = "w", default, skip_serializing_if = "String::is_empty")]
    pub words: String,
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    pub next_us: Option<i64>,
    /// A sample, sent by the test button.
    #[serde(rename = "p", default, skip_serializing_if = "std::ops::Not::not")]
    pub sample: bool,
}

#[derive(Serialize, Deserialize)]
struct Pack {
    /// Where the requests went.
    url: String,
    attempts: Vec<Kept>,
}

impl Kept {
    /// What is kept of a load that is back.
    #[must_use]
    pub fn of(flown: &Flown, verdict: Verdict, next: Option<At>) -> Kept {
        let (status, words) = match &flown.outcome {
            Outcome::Answered { status, body, .. } => {
                let room = if verdict == Verdict::Delivered { SUCCESS_BYTES_MAX } else { body.len() };
                (Some(*status), String::from_utf8_lossy(&body[..body.len().min(room)]).into_owned())
            }
            Outcome::Unanswered(why) => (None, why.clone()),
            Outcome::Vanished | Outcome::NotRead(_) => (None, String::new()),
        };
        let first = flown.told.first().map(|(id, _)| *id);
        Kept {
            id: 0,
            events: flown.told.clone(),
            batch: Some(flown.load.first()).filter(|batch| Some(*batch) != first),
            at_us: flown.at.0,
            took_us: u64::try_from(flown.took.as_micros()).unwrap_or(u64::MAX),
            number: flown.load.attempts() + 1,
            verdict,
            status,
            // PostgreSQL keeps no NUL in a text, and JSON would spell it in six letters.
            words: words.replace('\0', "\u{fffd}"),
            next_us: next.map(|at| at.0),
            sample: false,
        }
    }
}

/// Adds the row of these attempts to a write.
pub fn keep(write: &mut Write, mint: &Mint, now: At, endpoint: &Endpoint, attempts: &mut [Kept]) {
    attempts.iter_mut().for_each(|attempt| attempt.id = mint.next(now));
    let Some(first) = attempts.first().map(|attempt| attempt.id) else { return };
    let pack = Pack { url: endpoint.url.as_str().to_owned(), attempts: attempts.to_vec() };
    let data = serde_json::to_string(&pack).expect("invariant: numbers and texts are JSON");
    write.row(&ATTEMPT, [first.into(), endpoint.workspace.into(), endpoint.id.into(), data.into()]);
}

fn read(row: &Row) -> Result<Vec<(String, Kept)>, StoreError> {
    let pack: Pack = stored::json(row.text(1)?, "webhook_attempt.data")?;
    Ok(pack.attempts.into_iter().map(|attempt| (pack.url.clone(), attempt)).collect())
}

/// A page of the attempts of an endpoint, each with where it went.
///
/// # Errors
/// As [`Store::read`].
pub async fn attempts(store: &Store, of: (i64, i64), page: Page) -> Result<Vec<(String, Kept)>, StoreError> {
    let rows = usize::try_from(page.rows()).unwrap_or(1);
    match page.from {
        From::Start => attempts_below(store, of, (i64::MAX, rows)).await,
        From::After(edge) => attempts_below(store, of, (edge, rows)).await,
        From::Before(edge) => attempts_above(store, of, (edge, rows)).await,
    }
}

/// Up to `limit` attempts with ids above `above`, oldest first.
async fn attempts_above(
    store: &Store,
    (workspace, webhook): (i64, i64),
    (above, limit): (i64, usize),
) -> Result<Vec<(String, Kept)>, StoreError> {
    let params = |edge: (&'static str, i64), rows: usize| {
        [
            ("id", webhook.into()),
            ("workspace", workspace.into()),
            (edge.0, edge.1.into()),
            ("limit", i64::try_from(rows).unwrap_or(1).into()),
        ]
    };
    // The row that holds the edge itself, then those that begin behind it: one at least for each attempt that is wanted.
    let mut rows = store.read(&ATTEMPTS_BELOW, &params(("below", above.saturating_add(1)), 1)).await?;
    rows.extend(store.read(&ATTEMPTS_ABOVE, &params(("from", above.saturating_add(1)), limit)).await?);
    let mut found = Vec::new();
    for row in &rows {
        found.extend(read(row)?.into_iter().filter(|(_, attempt)| attempt.id > above));
    }
    found.truncate(limit);
    Ok(found)
}

/// Up to `limit` attempts of an endpoint with ids below `below`, newest first, each with where it went.
///
/// # Errors
/// As [`Store::read`].
pub async fn attempts_below(
    store: &Store,
    (workspace, webhook): (i64, i64),
    (below, limit): (i64, usize),
) -> Result<Vec<(String, Kept)>, StoreError> {
    let mut found = Vec::new();
    let mut edge = below;
    while found.len() < limit {
        // Half of a page's rows hold more than one attempt when there are many at all.
        let rows = i64::try_from(limit - found.len()).unwrap_or(1).min(32);
        let params = [
            ("id", webhook.into()),
            ("workspace", workspace.into()),
            ("below", edge.into()),
            ("limit", rows.into()),
        ];
        let rows = store.read(&ATTEMPTS_BELOW, &params).await?;
        let Some(last) = rows.last() else { break };
        edge = last.int(0)?;
        for row in &rows {
            found.extend(read(row)?.into_iter().rev().filter(|(_, attempt)| attempt.id < below));
        }
    }
    found.truncate(limit);
    Ok(found)
}

/// Which attempts are wanted; nothing said: all.
#[derive(Clone, Default)]
pub struct Wanted {
    pub verdict: Option<Verdict>,
    /// The name of an event.
    pub event: Option<String>,
}

impl Wanted {
    /// Whether it leaves out any.
    #[must_use]
    pub fn narrows(&self) -> bool {
        self.verdict.is_some() || self.event.is_some()
    }

    fn takes(&self, kept: &Kept) -> bool {
        self.verdict.is_none_or(|verdict| verdict == kept.verdict)
            && self.event.as_ref().is_none_or(|name| kept.events.iter().any(|(_, own)| own == name))
    }
}

/// Up to `limit` of the wanted attempts with ids below `below`, newest first, among [`ROWS_SEARCHED`] rows; with the id up to
/// which was looked, when that is not the end.
///
/// # Errors
/// As [`Store::read`].
pub async fn attempts_wanted(
    store: &Store,
    (workspace, webhook): (i64, i64),
    wanted: &Wanted,
    (below, limit): (i64, usize),
) -> Result<(Vec<Kept>, Option<i64>), StoreError> {
    let params = [
        ("id", webhook.into()),
        ("workspace", workspace.into()),
        ("below", below.into()),
        ("limit", ROWS_SEARCHED.into()),
    ];
    let rows = store.read(&ATTEMPTS_BELOW, &params).await?;
    let mut found = Vec::new();
    for row in &rows {
        for (_, kept) in read(row)?.into_iter().rev().filter(|(_, kept)| kept.id < below) {
            if found.len() == limit {
                let last = found.last().map(|kept: &Kept| kept.id);
                return Ok((found, last));
            }
            if wanted.takes(&kept) {
                found.push(kept);
            }
        }
    }
    let more = i64::try_from(rows.len()).is_ok_and(|rows| rows >= ROWS_SEARCHED);
    let looked = rows.last().filter(|_| more).map(|row| row.int(0)).transpose()?;
    Ok((found, looked))
}

/// The attempts of the newest `rows` commits, newest first.
///
/// # Errors
/// As [`Store::read`].
pub async fn attempts_newest(
    store: &Store,
    (workspace, webhook): (i64, i64),
    rows: i64,
) -> Result<Vec<Kept>, StoreError> {
    let params = [
        ("id", webhook.into()),
        ("workspace", workspace.into()),
        ("below", i64::MAX.into()),
        ("limit", rows.into()),
    ];
    let mut found = Vec::new();
    for row in &store.read(&ATTEMPTS_BELOW, &params).await? {
        found.extend(read(row)?.into_iter().rev().map(|(_, kept)| kept));
    }
    Ok(found)
}

/// One attempt of an endpoint.
///
/// # Errors
/// As [`Store::read`].
pub async fn attempt(
    store: &Store,
    (workspace, webhook): (i64, i64),
    id: i64,
) -> Result<Option<(String, Kept)>, StoreError> {
    let found = attempts_below(store, (workspace, webhook), (id.saturating_add(1), 1)).await?;
    Ok(found.into_iter().find(|(_, attempt)| attempt.id == id))
}

/// The attempts to tell any of these events, each with when it happened, oldest first, and whether that is known to be all. It is looked
/// behind each event, and behind the time to which an attempt was put off, [`WALKS_MAX`] times at most.
///
/// # Errors
/// As [`Store::read`].
pub async fn attempts_of_events(
    store: &Store,
    (workspace, webhook): (i64, i64),
    events: &BTreeMap<i64, At>,
) -> Result<(Vec<Kept>, bool), StoreError> {
    let mut starts: BTreeSet<i64> = events.values().map(|at| floor(*at)).collect();
    let mut found = Vec::<Kept>::new();
    for _walk in 0..WALKS_MAX {
        let Some(from) = starts.pop_first() else { return Ok((found, true)) };
        let params = [
            ("id", webhook.into()),
            ("workspace", workspace.into()),
            ("from", from.into()),
            ("limit", WALK_ROWS.into()),
        ];
        let rows = store.read(&ATTEMPTS_ABOVE, &params).await?;
        // When each request is sent again, as the last of its attempts says.
        let mut waits = BTreeMap::new();
        for row in &rows {
            for (_, kept) in read(row)? {
                if !kept.sample && kept.events.iter().any(|(id, _)| events.contains_key(id)) {
                    let first = kept.events.first().map(|(id, _)| *id);
                    waits.insert(kept.batch.or(first), kept.next_us);
                    found.push(kept);
                }
            }
        }
        let full = i64::try_from(rows.len()).is_ok_and(|rows| rows >= WALK_ROWS);
        let Some(last) = rows.last().filter(|_| full) else { return Ok((found, true)) };
        let end = last.int(0)?;
        starts = starts.split_off(&end.saturating_add(1));
        starts.extend(waits.into_values().flatten().map(|at| floor(At(at)).max(end.saturating_add(1))));
    }
    Ok((found, starts.is_empty()))
}

/// The attempts to tell one event, oldest first, among the first [`ROWS_SEARCHED`] rows from id `from` on.
///
/// # Errors
/// As [`Store::read`].
pub async fn attempts_of_event(
    store: &Store,
    (workspace, webhook): (i64, i64),
    (from, event): (i64, i64),
) -> Result<Vec<(String, Kept)>, StoreError> {
    let params = [
        ("id", webhook.into()),
        ("workspace", workspace.into()),
        ("from", from.into()),
        ("limit", ROWS_SEARCHED.into()),
    ];
    let mut found = Vec::new();
    for row in &store.read(&ATTEMPTS_ABOVE, &params).await? {
        let of_event = |(_, attempt): &(String, Kept)| attempt.events.iter().any(|(id, _)| *id == event);
        found.extend(read(row)?.into_iter().filter(of_event));
    }
    Ok(found)
}
