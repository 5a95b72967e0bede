//! Reading the log: by message, and onwards from a cursor.
//!
//! A cursor holds the last id seen of each writer, because ids of different writers are not in the order of
//! commit: `0-1234.1-7` is writer 0 up to its 1,234th event, writer 1 up to its 7th.

use std::collections::BTreeMap;

use mail::At;
use store::{Query, Row, Store, StoreError, Value, WRITER_SHIFT, query};

use crate::http;
use crate::http::page::{From, paged};

paged!(BY_MESSAGE, "queries/by_message.sql");
query!(AT, "queries/at.sql");
query!(FIRST_ABOVE, "queries/first_above.sql");
query!(LAST, "queries/last.sql");
query!(TOLD_OF, "queries/deliveries_told_of.sql");
query!(AFTER, "queries/after.sql");
query!(pub(super) IN_WINDOW, "queries/in_window.sql");
query!(IN_WINDOW_BACK, "queries/in_window_back.sql");

/// Ids that one query for a workspace looks at. Reason: the events of all workspaces share the ids, and a query that
/// finds none must still end within some ten milliseconds.
pub(super) const WINDOW_IDS: i64 = 20_000;
/// Windows that one call looks at, over all writers.
const WINDOWS_MAX: usize = 10;

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub id: i64,
    pub workspace: i64,
    pub name: String,
    pub at: At,
    pub message: Option<i64>,
    pub delivery: Option<i64>,
    pub data: Option<String>,
}

pub(super) fn read(row: &Row) -> Result<Event, StoreError> {
    Ok(Event {
        id: row.int(0)?,
        workspace: row.int(1)?,
        name: row.text(2)?.to_owned(),
        at: At(row.int(3)?),
        message: row.int_or_null(4)?,
        delivery: row.int_or_null(5)?,
        data: row.text_or_null(6)?.map(str::to_owned),
    })
}

/// The rows of a page of what happened to a message, in order of time; none at all when the page's edge is no event of
/// the message.
///
/// # Errors
/// As [`Store::read`].
pub async fn events_of_message(
    store: &Store,
    (workspace, message): (i64, i64),
    page: http::page::Page,
) -> Result<Vec<Event>, StoreError> {
    let mut params = vec![("workspace", workspace.into()), ("message", message.into())];
    let at = match page.from {
        From::Start => i64::MIN,
        From::After(id) | From::Before(id) => {
            let edge = [params.as_slice(), &[("id", id.into())]].concat();
            match store.read(&AT, &edge).await?.first() {
                Some(row) => row.int(0)?,
                None => return Ok(Vec::new()),
            }
        }
    };
    params.push(("at", at.into()));
    BY_MESSAGE.read(store, page, params).await?.iter().map(read).collect()
}

/// How far a reader has come, writer by writer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor(pub BTreeMap<i64, i64>);

impl Cursor {
    /// Reads what [`Cursor::show`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Cursor> {
        let part = |part: &str| {
            let (writer, sequence) = part.split_once('-')?;
            let (writer, sequence): (i64, i64) = (writer.parse().ok()?, sequence.parse().ok()?);
            let known = (0..1 << 15).contains(&writer) && (0..1 << WRITER_SHIFT).contains(&sequence);
            known.then_some((writer, writer << WRITER_SHIFT | sequence))
        };
        if text.is_empty() {
            return Some(Cursor::default());
        }
        text.split('.').map(part).collect::<Option<BTreeMap<_, _>>>().map(Cursor)
    }

    #[must_use]
    pub fn show(&self) -> String {
        let part = |(writer, id): (&i64, &i64)| format!("{writer}-{}", id & ((1 << WRITER_SHIFT) - 1));
        self.0.iter().map(part).collect::<Vec<_>>().join(".")
    }

    pub fn advance(&mut self, id: i64) {
        let last = self.0.entry(id >> WRITER_SHIFT).or_default();
        *last = (*last).max(id);
    }

    /// Steps back before `id`, if it had come so far.
    pub fn step_back(&mut self, id: i64) {
        if let Some(last) = self.0.get_mut(&(id >> WRITER_SHIFT)) {
            *last = (*last).min(id - 1);
        }
    }

    /// Whether an event up to `heads` is still to be read.
    #[must_use]
    pub fn is_behind(&self, heads: &Cursor) -> bool {
        heads.0.iter().any(|(writer, head)| self.0.get(writer).is_none_or(|at| at < head))
    }
}

/// What the log holds of one writer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    pub writer: i64,
    /// Its oldest event.
    pub first: i64,
    /// The newest that is committed; an id above it may be given out, and may be committed behind our back.
    pub last: i64,
}

impl Span {
    /// Where a reader with this cursor goes on.
    fn after(&self, cursor: &Cursor) -> i64 {
        cursor.0.get(&self.writer).copied().unwrap_or(self.writer << WRITER_SHIFT)
    }
}

/// What the log holds of each writer, found by two steps along the index for each.
///
/// # Errors
/// As [`Store::read`].
pub async fn spans(store: &Store) -> Result<Vec<Span>, StoreError> {
    spans_from(store, 0).await
}

/// As [`spans`], from a writer on.
pub(super) async fn spans_from(store: &Store, writer: i64) -> Result<Vec<Span>, StoreError> {
    let mut spans = Vec::new();
    let mut from = writer << WRITER_SHIFT;
    while let Some(first) = first_above(store, from).await? {
        let writer = first >> WRITER_SHIFT;
        from = (writer + 1) << WRITER_SHIFT;
        let range = [("from", (first - 1).into()), ("below", from.into())];
        // None when retention took the last one between the two steps.
        if let Some(last) = edge(store, &LAST, &range).await? {
            spans.push(Span { writer, first, last });
        }
    }
    Ok(spans)
}

/// The least id above `from`, whoever wrote it.
///
/// # Errors
/// As [`Store::read`].
pub async fn first_above(store: &Store, from: i64) -> Result<Option<i64>, StoreError> {
    edge(store, &FIRST_ABOVE, &[("from", from.into())]).await
}

async fn edge(store: &Store, query: &Query, params: &[(&str, Value)]) -> Result<Option<i64>, StoreError> {
    Ok(store.read(query, params).await?.first().map(|row| row.int_or_null(0)).transpose()?.flatten())
}

/// The cursor of a reader who wants only what happens from now on.
///
/// # Errors
/// As [`Store::read`].
pub async fn newest(store: &Store) -> Result<Cursor, StoreError> {
    let mut cursor = Cursor::default();
    spans(store).await?.into_iter().for_each(|span| cursor.advance(span.last));
    Ok(cursor)
}

/// A delivery that an event began or failed.
#[derive(Debug, PartialEq, Eq)]
pub struct Told {
    pub delivery: i64,
    /// What the event of a failure carries, JSON.
    pub data: Option<Box<str>>,
}

/// The deliveries that a writer's events after `after` up to `upto` tell of: accepted, deferred, or ended without being
/// delivered.
///
/// # Errors
/// As [`Store::read`].
pub async fn deliveries_told_of(store: &Store, after: i64, upto: i64) -> Result<Vec<Told>, StoreError> {
    let rows = store.read(&TOLD_OF, &[("after", after.into()), ("upto", upto.into())]).await?;
    let told = |row: &Row| Ok(Told { delivery: row.int(0)?, data: row.text_or_null(1)?.map(Into::into) });
    rows.iter().map(told).collect()
}

/// Up to `limit` events of each writer after the cursor, of all workspaces: for the program's own readers.
///
/// # Errors
/// As [`Store::read`].
pub async fn events_after(store: &Store, cursor: &Cursor, limit: i64) -> Result<Vec<Event>, StoreError> {
    events_in(store, spans(store).await?, cursor, limit).await
}

/// Up to `limit` events of each of these writers after the cursor.
pub(super) async fn events_in(
    store: &Store,
    spans: Vec<Span>,
    cursor: &Cursor,
    limit: i64,
) -> Result<Vec<Event>, StoreError> {
    let mut events = Vec::new();
    for span in spans {
        let below = (span.writer + 1) << WRITER_SHIFT;
        let params = [("after", span.after(cursor).into()), ("below", below.into()), ("limit", limit.into())];
        for row in &store.read(&AFTER, &params).await? {
            events.push(read(row)?);
        }
    }
    Ok(events)
}

/// What a reader of one workspace's events got.
#[derive(Debug)]
pub struct Page {
    /// In the order of each writer.
    pub events: Vec<Event>,
    /// There is more to look at: ask again at once.
    pub more: bool,
}

/// Up to `limit` events of one workspace after the cursor, which moves on past everything that was looked at, also
/// where nothing was this workspace's. Looks at a bounded number of ids, however many others wrote.
///
/// # Errors
/// As [`Store::read`]; the cursor then stands after what was given before.
pub async fn events_of_workspace(
    store: &Store,
    cursor: &mut Cursor,
    workspace: i64,
    limit: usize,
) -> Result<Page, StoreError> {
    let mut page = Page { events: Vec::new(), more: false };
    let mut windows = 0;
    for span in spans(store).await? {
        let mut after = span.after(cursor);
        while after < span.last {
            if page.events.len() >= limit || windows >= WINDOWS_MAX {
                page.more = true;
                return Ok(page);
            }
            windows += 1;
            // Steps over what retention has removed.
            let Some(oldest) = first_above(store, after).await? else { break };
            let upto = span.last.min(oldest - 1 + WINDOW_IDS);
            let found =
                window(store, &IN_WINDOW, workspace, (after, upto), limit - page.events.len()).await?;
            let full = page.events.len() + found.len() >= limit;
            after = if full { found.last().map_or(upto, |event| event.id) } else { upto };
            page.events.extend(found);
            cursor.advance(after);
        }
    }
    Ok(page)
}

/// As [`events_of_workspace`], backwards: the newest events that the cursor has passed, newest first of each writer. The
/// cursor moves in front of them.
///
/// # Errors
/// As [`Store::read`]; the cursor then stands in front of what was given before.
pub async fn events_of_workspace_before(
    store: &Store,
    cursor: &mut Cursor,
    workspace: i64,
    limit: usize,
) -> Result<Page, StoreError> {
    let mut page = Page { events: Vec::new(), more: false };
    let mut windows = 0;
    for span in spans(store).await?.into_iter().rev() {
        let mut upto = span.after(cursor).min(span.last);
        while upto >= span.first {
            if page.events.len() >= limit || windows >= WINDOWS_MAX {
                page.more = true;
                return Ok(page);
            }
            windows += 1;
            // Steps over what retention has removed, and what a restore left out.
            let range = [("from", (span.first - 1).into()), ("below", (upto + 1).into())];
            let Some(newest) = edge(store, &LAST, &range).await? else { break };
            upto = newest;
            let after = (upto - WINDOW_IDS).max(span.first - 1);
            let wanted = limit - page.events.len();
            let found = window(store, &IN_WINDOW_BACK, workspace, (after, upto), wanted).await?;
            let full = found.len() >= wanted;
            upto = if full { found.last().map_or(after, |event| event.id - 1) } else { after };
            page.events.extend(found);
            cursor.0.insert(span.writer, upto);
        }
    }
    Ok(page)
}

pub(super) async fn window(
    store: &Store,
    query: &Query,
    workspace: i64,
    (after, upto): (i64, i64),
    limit: usize,
) -> Result<Vec<Event>, StoreError> {
    let params = [
        ("workspace", workspace.into()),
        ("after", after.into()),
        ("upto", upto.into()),
        ("limit", i64::try_from(limit).unwrap_or(i64::MAX).into()),
    ];
    store.read(query, &params).await?.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use store::Write;

    use super::*;
    use crate::feature::event;
    use crate::test_store::{Place, on_both_databases};

    #[test]
    fn a_cursor_reads_back_and_nonsense_does_not() {
        let mut cursor = Cursor::default();
        for id in [5, 3, (1 << 48) + 7, 64 << 48 | 1] {
            cursor.advance(id);
        }
        assert_eq!(cursor.show(), "0-5.1-7.64-1");
        assert_eq!(Cursor::parse(&cursor.show()), Some(cursor));
        assert_eq!(Cursor::parse(""), Some(Cursor::default()));
        for wrong in ["x", "0", "0-", "-1", "0-5.", "99999999-1", "0--5", "0-999999999999999999"] {
            assert_eq!(Cursor::parse(wrong), None, "{wrong}");
        }
    }

    async fn write(store: &Store, workspace: i64, count: usize) {
        let mut write = Write::default();
        for n in 0..count {
            event::note(&mut write, At(0), workspace, event::Name::QueueHeld, Some(n.to_string()));
        }
        store.write(write).await.expect("the events are stored");
    }

    on_both_databases! {
        a_slow_reader_misses_nothing_while_two_writers_write
        a_reader_comes_past_the_events_of_others_in_bounded_steps
    }

    async fn a_slow_reader_misses_nothing_while_two_writers_write(place: Place) {
        const WRITES: usize = 60;
        let stores = [place.store.clone(), place.another().await];
        let writing = stores.clone().map(|store| {
            tokio::spawn(async move {
                for n in 0..WRITES {
                    write(&store, if n % 3 == 0 { 8 } else { 7 }, 3).await;
                }
            })
        });
        let wanted = 2 * 3 * WRITES * 2 / 3;
        let (mut cursor, mut seen) = (Cursor::default(), Vec::new());
        loop {
            let written = writing.iter().all(tokio::task::JoinHandle::is_finished);
            let page = events_of_workspace(&place.store, &mut cursor, 7, 5).await.expect("the log reads");
            assert!(page.events.len() <= 5);
            assert!(page.events.iter().all(|event| event.workspace == 7));
            seen.extend(page.events.iter().map(|event| event.id));
            // A reader who went away and came back with the cursor that it was shown.
            cursor = Cursor::parse(&cursor.show()).expect("what was shown reads back");
            if written && !page.more {
                break;
            }
        }
        for task in writing {
            task.await.expect("the writer ends well");
        }
        let (mut sorted, total) = (seen.clone(), seen.len());
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!((sorted.len(), total), (wanted, wanted), "each once");
    }

    async fn a_reader_comes_past_the_events_of_others_in_bounded_steps(place: Place) {
        let others = (WINDOW_IDS * 2) as usize;
        write(&place.store, 8, others).await;
        write(&place.store, 7, 1).await;
        let mut cursor = Cursor::default();
        let mine = events_of_workspace(&place.store, &mut cursor, 7, 10).await.expect("the log reads");
        assert_eq!((mine.events.len(), mine.more), (1, false));
        let end = cursor.clone();
        let none = events_of_workspace(&place.store, &mut Cursor::default(), 9, 10).await.expect("reads");
        assert!(none.events.is_empty());
        assert_eq!(end, newest(&place.store).await.expect("reads"), "nothing is left to look at");
    }
}
