//! Which messages there are: by what the index knows of them, or by looking at one after the other.
//!
//! Guarantees
//! 1. Every query names the workspace; a foreign message is as if it did not exist.
//! 2. A page looks at [`EXAMINED_MAX`] messages and, up to the last message's, at [`DELIVERIES_MAX`] deliveries at most. When
//!    few of them fit, or each has many, it is shorter than it was asked to be, and says where to go on.
//! 3. Mail that ended otherwise than delivered is found by an index of its own, however rare it is.
//!
//! Not here: what one message is (`read`).

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;
use std::time::Duration;

use mail::At;
use store::{Query, Row, Store, StoreError, Value};

use super::read::Status;
use crate::feature::search;
use crate::http::page::{From, Page, paged};
use crate::id;

paged!(EMAIL_LIST, "queries/email_list.sql");
paged!(EMAIL_AHEAD, "queries/email_ahead.sql");
paged!(EMAIL_ENDED, "queries/email_ended.sql");

/// Messages that one page looks at. Reason: so many cost some fifty milliseconds among a million.
const EXAMINED_MAX: usize = 3_000;
/// Deliveries that one page looks at; a message is looked at as a whole. Reason: as above, for messages with ten each.
const DELIVERIES_MAX: i64 = 50_000;
/// How far ahead of the clock an id may be: the clock may be set back.
const CLOCK_SLACK: Duration = Duration::from_secs(60);
/// Recipients that a list shows of each message.
const LISTED_RECIPIENTS_MAX: i64 = 50;
/// Messages of which one query reads the recipients.
const MESSAGES_A_QUERY: usize = 50;

/// Names of the parameters of a query that names messages.
const MARKS: [&str; 50] = [
    "m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "m9", "m10", "m11", "m12", "m13", "m14", "m15",
    "m16", "m17", "m18", "m19", "m20", "m21", "m22", "m23", "m24", "m25", "m26", "m27", "m28", "m29", "m30",
    "m31", "m32", "m33", "m34", "m35", "m36", "m37", "m38", "m39", "m40", "m41", "m42", "m43", "m44", "m45",
    "m46", "m47", "m48", "m49",
];

/// What a list is narrowed to beside what the index knows; empty matches all.
#[derive(Default)]
pub struct Filter {
    pub status: Option<Status>,
    /// Name and value, as [`super::control::tag_ok`] allows them. The index knows it in lower case only.
    pub tag: Option<(String, String)>,
    pub stream: Option<i64>,
    pub since: Option<At>,
    pub until: Option<At>,
}

impl Filter {
    /// Whether it leaves whatever the index, or nobody, picked.
    fn leaves_all(&self) -> bool {
        let Filter { status, tag, stream, since, until } = self;
        status.is_none() && tag.is_none() && stream.is_none() && since.is_none() && until.is_none()
    }

    fn params(&self, now: At) -> Vec<(&'static str, Value)> {
        let tag = self.tag.as_ref().map(|(name, value)| format!(r#""{name}":"{value}""#));
        vec![
            ("status", self.status.map_or("", Status::as_str).into()),
            ("tag", tag.unwrap_or_default().into()),
            ("stream", self.stream.unwrap_or(0).into()),
            ("since", self.since.map_or(i64::MIN, |at| at.0).into()),
            ("until", self.until.map_or(i64::MAX, |at| at.0).into()),
            ("first", self.first().into()),
            ("last", self.last().into()),
            ("now", now.0.into()),
        ]
    }

    /// The first id that a message of its time can have.
    fn first(&self) -> i64 {
        self.since.map_or(0, id::floor)
    }

    /// An id that none has any more.
    fn last(&self) -> i64 {
        self.until.map_or(i64::MAX, |at| id::floor(at.after(CLOCK_SLACK)))
    }
}

/// A message as a list shows it.
pub struct Listed {
    pub id: i64,
    pub author: String,
    pub subject: String,
    pub stream: i64,
    pub message_id: String,
    pub tags: Option<String>,
    pub created: At,
    pub scheduled: Option<At>,
    pub people: People,
}

/// The first recipients of a message, and how all of them stand.
#[derive(Default)]
pub struct People {
    /// Field and address.
    pub first: Vec<(String, String)>,
    pub count: i64,
    pub standing: Vec<Status>,
}

/// What a page of a list found.
pub struct Found {
    /// In the direction of the page.
    pub emails: Vec<Listed>,
    /// The message behind which the list goes on, shown or not; none when it has ended.
    pub next: Option<i64>,
}

impl Found {
    /// What is shown of `emails`; `looked` is the last message that was looked at when there are more.
    fn of(page: Page, mut emails: Vec<Listed>, looked: Option<i64>) -> Found {
        let next = page.cut(&mut emails, |email| email.id, looked);
        Found { emails, next }
    }
}

/// Messages in the order of a page, as far as it may look.
struct Ahead {
    /// The last of them; none when there are none.
    last: Option<i64>,
    /// Whether there may be more behind it.
    more: bool,
}

impl Ahead {
    /// `rows` are ids with numbers of deliveries, `asked` how many were asked for.
    fn of(rows: &[Row], asked: usize) -> Result<Ahead, StoreError> {
        let (mut last, mut deliveries) = (None, 0);
        for row in rows {
            if deliveries >= DELIVERIES_MAX {
                return Ok(Ahead { last, more: true });
            }
            last = Some(row.int(0)?);
            deliveries += row.int(1)?;
        }
        Ok(Ahead { last, more: rows.len() >= asked })
    }
}

/// A page of a workspace's messages, newest first.
///
/// # Errors
/// As [`Store::read`].
pub async fn email_list(
    store: &Store,
    now: At,
    workspace: i64,
    filter: &Filter,
    page: Page,
) -> Result<Found, StoreError> {
    if let Some(ended) = filter.status.and_then(ended) {
        return picked(store, now, workspace, (Source::Ended(ended), filter), page).await;
    }
    let mut params = filter.params(now);
    let asked = if filter.leaves_all() { wanted(page) } else { EXAMINED_MAX };
    params.extend([("workspace", workspace.into()), ("ahead", count(asked))]);
    let ahead = Ahead::of(&EMAIL_AHEAD.read(store, page, params.clone()).await?, asked)?;
    let Some(last) = ahead.last else { return Ok(Found::of(page, Vec::new(), None)) };
    params.push(("far", if back(page.from) { last + 1 } else { last - 1 }.into()));
    let rows = EMAIL_LIST.read(store, page, params).await?;
    let emails = listed(store, now, workspace, rows).await?;
    Ok(Found::of(page, emails, ahead.more.then_some(last)))
}

/// As [`email_list`], of the messages for which `sought` holds as far as `index` knows.
///
/// # Errors
/// As [`Store::read`].
pub async fn email_found(
    (store, index): (&Store, &Store),
    now: At,
    workspace: i64,
    (sought, filter): (&search::query::Query, &Filter),
    page: Page,
) -> Result<Found, StoreError> {
    picked(store, now, workspace, (Source::Sought(index, sought), filter), page).await
}

/// What picks messages before the filter looks at them.
#[derive(Clone, Copy)]
enum Source<'s> {
    Sought(&'s Store, &'s search::query::Query),
    /// The database, by how deliveries ended.
    Ended(&'static [&'static str]),
}

impl Source<'_> {
    /// The next `limit` messages in the direction of `from`, some of which may not be stored any more.
    async fn pick(
        self,
        store: &Store,
        workspace: i64,
        filter: &Filter,
        (from, limit): (From, usize),
    ) -> Result<Vec<i64>, StoreError> {
        let ended = match self {
            Source::Sought(index, query) => {
                return search::find::find(index, workspace, query, from, limit).await;
            }
            Source::Ended(ended) => ended,
        };
        let rows = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut ids = Vec::new();
        for disposition in ended {
            let params = vec![
                ("workspace", workspace.into()),
                ("disposition", Value::from(*disposition)),
                ("first", filter.first().into()),
                ("last", filter.last().into()),
            ];
            let rows = EMAIL_ENDED.read(store, Page { from, ..Page::first(rows) }, params).await?;
            ids.extend(rows.iter().map(|row| row.int(0)).collect::<Result<Vec<_>, _>>()?);
        }
        ids.sort_unstable();
        if !back(from) {
            ids.reverse();
        }
        ids.dedup();
        ids.truncate(limit);
        Ok(ids)
    }
}

/// The dispositions of a status, where it is one that few deliveries end in.
fn ended(status: Status) -> Option<&'static [&'static str]> {
    match status {
        Status::Bounced => Some(&["bounced"]),
        Status::Failed => Some(&["expired", "failed"]),
        Status::Suppressed => Some(&["suppressed"]),
        Status::Rejected => Some(&["rejected"]),
        Status::Canceled => Some(&["cancelled"]),
        Status::Scheduled | Status::Queued | Status::DeliveryDelayed | Status::Delivered => None,
    }
}

/// A page of those messages of a source that the filter leaves.
async fn picked(
    store: &Store,
    now: At,
    workspace: i64,
    (source, filter): (Source<'_>, &Filter),
    page: Page,
) -> Result<Found, StoreError> {
    let mut from = page.from;
    let wanted = wanted(page);
    let mut step = wanted.max(MESSAGES_A_QUERY);
    let mut left = EXAMINED_MAX;
    let mut deliveries = 0;
    let (mut out, mut looked) = (Vec::new(), None);
    loop {
        let ids = source.pick(store, workspace, filter, (from, step)).await?;
        for ids in ids.chunks(MESSAGES_A_QUERY) {
            let weights = weights(store, workspace, ids).await?;
            let mut within = 0;
            while within < ids.len() && deliveries < DELIVERIES_MAX {
                deliveries += weights.get(&ids[within]).copied().unwrap_or(0);
                within += 1;
            }
            let mut emails = these(store, now, workspace, filter, &ids[..within]).await?;
            if back(page.from) {
                emails.reverse();
            }
            out.extend(emails);
            looked = ids[..within].last().copied().or(looked);
            if within < ids.len() {
                return Ok(Found::of(page, out, looked));
            }
        }
        let Some(last) = ids.last().filter(|_| ids.len() == step) else {
            return Ok(Found::of(page, out, None));
        };
        left -= ids.len();
        if out.len() >= wanted || left == 0 {
            return Ok(Found::of(page, out, Some(*last)));
        }
        from = match from {
            From::Start | From::After(_) => From::After(*last),
            From::Before(_) => From::Before(*last),
        };
        // The filter leaves few: so many more are looked at.
        step = (step * 2).min(left);
    }
}

/// How many messages each page reads: one more than it shows.
fn wanted(page: Page) -> usize {
    usize::try_from(page.rows()).unwrap_or(usize::MAX)
}

fn back(from: From) -> bool {
    matches!(from, From::Before(_))
}

fn count(n: usize) -> Value {
    i64::try_from(n).unwrap_or(i64::MAX).into()
}

/// Those of `ids`, at most [`MESSAGES_A_QUERY`], that are stored and that the filter leaves, newest first.
///
/// # Errors
/// As [`Store::read`].
pub async fn these(
    store: &Store,
    now: At,
    workspace: i64,
    filter: &Filter,
    ids: &[i64],
) -> Result<Vec<Listed>, StoreError> {
    static THESE: LazyLock<Query> = LazyLock::new(|| {
        let marks = MARKS.map(|mark| format!(":{mark}")).join(", ");
        let text = include_str!("queries/email_list.sql")
            .replace("id < :edge AND id > :far", &format!("id IN ({marks})"));
        Query::composed("EMAIL_THESE", text)
    });
    let mut params = filter.params(now);
    params.extend([("workspace", workspace.into()), ("limit", count(MESSAGES_A_QUERY))]);
    params.extend(named(ids));
    listed(store, now, workspace, store.read(&THESE, &params).await?).await
}

/// Those of `ids` whose content an application sent and is still there.
///
/// # Errors
/// As [`Store::read`].
pub async fn sendable(store: &Store, workspace: i64, ids: &[i64]) -> Result<HashSet<i64>, StoreError> {
    static SENDABLE: LazyLock<Query> = LazyLock::new(|| {
        let marks = MARKS.map(|mark| format!(":{mark}")).join(", ");
        let text = include_str!("queries/sendable.sql").replace("/* messages */", &marks);
        Query::composed("sendable", text)
    });
    let mut sendable = HashSet::new();
    for some in ids.chunks(MESSAGES_A_QUERY) {
        let mut params = named(some);
        params.push(("workspace", workspace.into()));
        for row in store.read(&SENDABLE, &params).await? {
            sendable.insert(row.int(0)?);
        }
    }
    Ok(sendable)
}

/// How many deliveries each of `ids` has.
async fn weights(store: &Store, workspace: i64, ids: &[i64]) -> Result<HashMap<i64, i64>, StoreError> {
    static WEIGHTS: LazyLock<Query> = LazyLock::new(|| {
        let marks = MARKS.map(|mark| format!(":{mark}")).join(", ");
        let text = include_str!("queries/weights.sql").replace("/* messages */", &marks);
        Query::composed("weights", text)
    });
    let mut params = named(ids);
    params.push(("workspace", workspace.into()));
    store.read(&WEIGHTS, &params).await?.iter().map(|row| Ok((row.int(0)?, row.int(1)?))).collect()
}

/// The parameters of a query that names messages. It names as many as it can hold: a short list is filled with none.
fn named(ids: &[i64]) -> Vec<(&'static str, Value)> {
    const { assert!(MARKS.len() == MESSAGES_A_QUERY) };
    MARKS.iter().enumerate().map(|(n, mark)| (*mark, ids.get(n).copied().unwrap_or(0).into())).collect()
}

async fn listed(store: &Store, now: At, workspace: i64, rows: Vec<Row>) -> Result<Vec<Listed>, StoreError> {
    let ids = rows.iter().map(|row| row.int(0)).collect::<Result<Vec<_>, _>>()?;
    let mut people = people_of(store, now, workspace, &ids).await?;
    let read = |row: &Row| {
        let id = row.int(0)?;
        Ok(Listed {
            id,
            author: row.text(1)?.to_owned(),
            subject: row.text(2)?.to_owned(),
            stream: row.int(3)?,
            message_id: row.text(4)?.to_owned(),
            tags: row.text_or_null(5)?.map(str::to_owned),
            created: At(row.int(6)?),
            scheduled: row.int_or_null(7)?.map(At),
            people: people.remove(&id).unwrap_or_default(),
        })
    };
    rows.iter().map(read).collect()
}

async fn people_of(
    store: &Store,
    now: At,
    workspace: i64,
    messages: &[i64],
) -> Result<HashMap<i64, People>, StoreError> {
    static FIRST: LazyLock<Query> = LazyLock::new(|| {
        let marks = MARKS.map(|mark| format!(":{mark}")).join(", ");
        let text = include_str!("queries/first_recipients.sql").replace("/* messages */", &marks);
        Query::composed("first_recipients", text)
    });
    static STANDING: LazyLock<Query> = LazyLock::new(|| {
        let marks = MARKS.map(|mark| format!(":{mark}")).join(", ");
        let text = include_str!("queries/standing.sql").replace("/* messages */", &marks);
        Query::composed("standing", text)
    });
    let mut people: HashMap<i64, People> = HashMap::with_capacity(messages.len());
    for some in messages.chunks(MESSAGES_A_QUERY) {
        let mut params = named(some);
        params.extend([("workspace", workspace.into()), ("now", now.0.into())]);
        params.push(("each", LISTED_RECIPIENTS_MAX.into()));
        for row in store.read(&FIRST, &params).await? {
            let field = (row.text(1)?.to_owned(), row.text(2)?.to_owned());
            people.entry(row.int(0)?).or_default().first.push(field);
        }
        for row in store.read(&STANDING, &params).await? {
            let one = people.entry(row.int(0)?).or_default();
            let due = if row.int(3)? == 0 { now } else { At(i64::MAX) };
            one.standing.push(Status::of(now, row.text(1)?, row.int(2)? > 0, due));
            one.count += row.int(4)?;
        }
    }
    Ok(people)
}
