//! A workspace's events in an order in which no effect comes before its cause, whoever wrote which.
//!
//! Guarantees
//! 1. What one event led to follows it, also when two writers wrote the two: [`heads`] is one look at all writers, so
//!    that a cause is visible wherever its effect is, and the writers' events are merged by time.
//! 2. Within one writer the order is that of its ids, so that a cursor tells exactly what was read.
//! 3. One call looks at a bounded number of ids and gives a bounded number of events.
//!
//! Why merging by time is right: an effect's time is read after its cause was committed, and after all that the cause's
//! writer committed before. So the highest time among a writer's events up to a cause is below the effect's.

use std::collections::VecDeque;

use mail::At;
use store::{Query, Store, StoreError, Value, WRITER_SHIFT, query};

use super::read::{Cursor, Event, IN_WINDOW, WINDOW_IDS, first_above, read, spans, window};
use crate::feature::sending::told::PLACES;

query!(AT_ABOVE, "queries/at_above.sql");
query!(BY_ID, "queries/by_id.sql");

/// A writer's times grow with its ids but for so much. Reason: an event has the time at which it happened, and its id when it is
/// stored. Between the two lies a wait for a transaction, mostly; but an outcome is offered again and again to a database that is
/// away, for as long as that takes. A day is more than an outage that nobody mends; what is older than that when it is stored
/// is not found by its time.
const INVERSION_MAX_US: i64 = 24 * 3_600_000_000;

/// The newest event of each writer at one moment.
///
/// # Errors
/// As [`Store::read`].
pub async fn heads(store: &Store) -> Result<Cursor, StoreError> {
    let one = |span: super::read::Span| {
        let from = span.writer << WRITER_SHIFT;
        format!("SELECT max(id) FROM event WHERE id > {from} AND id < {}", from + (1 << WRITER_SHIFT))
    };
    let all: Vec<String> = spans(store).await?.into_iter().map(one).collect();
    let mut heads = Cursor::default();
    if all.is_empty() {
        return Ok(heads);
    }
    for row in store.read(&Query::composed("heads", all.join(" UNION ALL ")), &[]).await? {
        row.int_or_null(0)?.into_iter().for_each(|id| heads.advance(id));
    }
    Ok(heads)
}

/// Events of a workspace after `cursor` and up to `heads`, at least one if there is one within reach; the cursor moves on
/// past what was looked at. At most `limit` of each writer.
///
/// # Errors
/// As [`Store::read`]; the cursor then stays.
pub async fn events_merged(
    store: &Store,
    workspace: i64,
    cursor: &mut Cursor,
    (heads, limit): (&Cursor, usize),
) -> Result<Vec<Event>, StoreError> {
    let mut parts = Vec::new();
    for (writer, head) in &heads.0 {
        let after = cursor.0.get(writer).copied().unwrap_or(writer << WRITER_SHIFT);
        if after >= *head {
            continue;
        }
        let oldest = first_above(store, after).await?.unwrap_or(*head);
        let mut through = (*head).min(oldest - 1 + WINDOW_IDS);
        let events = window(store, &IN_WINDOW, workspace, (after, through), limit).await?;
        if events.len() >= limit {
            through = events.last().map_or(through, |event| event.id);
        }
        let beyond = match through < *head {
            true => at_above(store, through).await?,
            false => None,
        };
        parts.push(Part { events: events.into(), through, beyond });
    }
    Ok(merge(parts, cursor))
}

pub(crate) async fn at_above(store: &Store, from: i64) -> Result<Option<At>, StoreError> {
    let rows = store.read(&AT_ABOVE, &[("from", from.into())]).await?;
    rows.first().map(|row| row.int(0).map(At)).transpose()
}

/// A cursor before everything that happened from `at` on, unless it was stored more than a day late; what it gives first may
/// be a day older.
///
/// # Errors
/// As [`Store::read`].
pub async fn cursor_before(store: &Store, at: At) -> Result<Cursor, StoreError> {
    let at = At(at.0.saturating_sub(INVERSION_MAX_US));
    let mut cursor = Cursor::default();
    for span in spans(store).await? {
        let (mut low, mut high) = (span.first - 1, span.last);
        while low < high {
            let middle = low + (high - low) / 2;
            match at_above(store, middle).await? {
                Some(found) if found < at => low = middle + 1,
                Some(_) | None => high = middle,
            }
        }
        cursor.advance(low);
    }
    Ok(cursor)
}

/// What was read of one writer.
struct Part {
    events: VecDeque<Event>,
    /// Everything of the writer up to this id was looked at.
    through: i64,
    /// The time of the first event that was not; none when all was.
    beyond: Option<At>,
}

/// Takes from the parts in the order of time, but nothing that an unseen event of another writer might have led to.
fn merge(mut parts: Vec<Part>, cursor: &mut Cursor) -> Vec<Event> {
    let mut merged = Vec::new();
    // A writer's time never runs backwards here, whatever its events say.
    let mut reached = vec![At(i64::MIN); parts.len()];
    loop {
        let key = |n: usize, part: &Part| part.events.front().map(|event| reached[n].max(event.at));
        let next = parts.iter().enumerate().filter_map(|(n, part)| Some((key(n, part)?, n))).min();
        let Some((at, n)) = next else { break };
        let unseen = parts.iter().enumerate().filter(|(m, _)| *m != n).filter_map(|(_, part)| part.beyond);
        // The very first is taken in any case, so that every call comes further.
        if !merged.is_empty() && unseen.min().is_some_and(|beyond| at >= beyond) {
            break;
        }
        reached[n] = at;
        merged.extend(parts[n].events.pop_front());
    }
    for part in &parts {
        cursor.advance(part.events.front().map_or(part.through, |event| event.id - 1));
    }
    merged
}

/// Events of a workspace by their ids; those that are gone are missing.
///
/// # Errors
/// As [`Store::read`].
pub async fn events_by_id(store: &Store, workspace: i64, ids: &[i64]) -> Result<Vec<Event>, StoreError> {
    let mut events = Vec::with_capacity(ids.len());
    for some in ids.chunks(PLACES.len()) {
        let places = some.iter().copied().chain(std::iter::repeat(0));
        let mut params: Vec<(&str, Value)> = PLACES.into_iter().zip(places.map(Value::from)).collect();
        params.push(("workspace", workspace.into()));
        for row in &store.read(&BY_ID, &params).await? {
            events.push(read(row)?);
        }
    }
    Ok(events)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(writer: i64, sequence: i64, at: i64) -> Event {
        let id = writer << WRITER_SHIFT | sequence;
        Event { id, workspace: 1, name: String::new(), at: At(at), message: None, delivery: None, data: None }
    }

    fn part(writer: i64, times: &[i64], beyond: Option<i64>) -> Part {
        let events: VecDeque<Event> = (1..).zip(times).map(|(n, at)| event(writer, n, *at)).collect();
        Part {
            through: events.back().map_or(writer << WRITER_SHIFT | 9, |e| e.id),
            events,
            beyond: beyond.map(At),
        }
    }

    #[test]
    fn nothing_comes_before_what_may_have_led_to_it() {
        // Each case: parts as times and the time beyond; what is taken as (writer, number); the cursor.
        type Case = (Vec<(&'static [i64], Option<i64>)>, &'static [(i64, i64)], &'static str);
        let cases: [Case; 5] = [
            (vec![(&[10, 30], None), (&[20, 40], None)], &[(0, 1), (1, 1), (0, 2), (1, 2)], "0-2.1-2"),
            // A writer's inversion stays in its order, and holds its later events back.
            (vec![(&[30, 10], None), (&[20], None)], &[(1, 1), (0, 1), (0, 2)], "0-2.1-1"),
            // Of the first writer all up to 30 is known: what comes later elsewhere has to wait.
            (vec![(&[10, 20], Some(30)), (&[15, 35], None)], &[(0, 1), (1, 1), (0, 2)], "0-2.1-1"),
            // None of the first writer's were the workspace's, and more is to be read.
            (vec![(&[], Some(5)), (&[10, 20], None)], &[(1, 1)], "0-9.1-1"),
            (vec![(&[10, 20], Some(30))], &[(0, 1), (0, 2)], "0-2"),
        ];
        for (parts, expected, end) in cases {
            let parts =
                (0..).zip(&parts).map(|(writer, (times, beyond))| part(writer, times, *beyond)).collect();
            let mut cursor = Cursor::default();
            let merged = merge(parts, &mut cursor);
            let got: Vec<_> =
                merged.iter().map(|e| (e.id >> WRITER_SHIFT, e.id & ((1 << WRITER_SHIFT) - 1))).collect();
            assert_eq!((got.as_slice(), cursor.show().as_str()), (expected, end));
        }
    }
}
