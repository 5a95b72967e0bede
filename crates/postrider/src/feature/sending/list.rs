//! Which messages there are: by what the index knows of them, or by looking at one after the other.
//!
//! Guarantees
//! 1. Every query names the workspace; a foreign message is as if it did not exist.
//! 2. A page looks at [`EXAMINED_MAX`] messages at most. When few of them fit, it is shorter than it was asked to be, and
//!    says where to go on.
//!
//! Not here: what one message is (`read`).

use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::Duration;

use mail::At;
use store::{Query, Row, Store, StoreError, Value};

use super::read::Status;
use crate::feature::search;
use crate::http::page::{From, Page, paged};
use crate::id;

paged!(EMAIL_LIST, "queries/email_list.sql");
paged!(EMAIL_EXAMINED, "queries/email_examined.sql");

/// Messages that one page looks at. Reason: each costs a look at its deliveries, and so many cost some ten milliseconds
/// of a connection that the queue shares.
const EXAMINED_MAX: usize = 5_000;
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
    fn params(&self, now: At) -> Vec<(&'static str, Value)> {
        let tag = self.tag.as_ref().map(|(name, value)| format!(r#""{name}":"{value}""#));
        vec![
            ("status", self.status.map_or("", Status::as_str).into()),
            ("tag", tag.unwrap_or_default().into()),
            ("stream", self.stream.unwrap_or(0).into()),
            ("since", self.since.map_or(i64::MIN, |at| at.0).into()),
            ("until", self.until.map_or(i64::MAX, |at| at.0).into()),
            ("first", self.since.map_or(0, id::floor).into()),
            ("last", self.until.map_or(i64::MAX, |at| id::floor(at.after(CLOCK_SLACK))).into()),
            ("now", now.0.into()),
        ]
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
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let next = match emails.len() > limit {
            true => emails.get(limit.saturating_sub(1)).map(|last| last.id),
            false => looked,
        };
        emails.truncate(limit);
        Found { emails, next }
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
    let mut params = filter.params(now);
    params.extend([("workspace", workspace.into()), ("examined", count(EXAMINED_MAX))]);
    let rows = EMAIL_LIST.read(store, page, params.clone()).await?;
    let emails = listed(store, now, workspace, rows).await?;
    let full = emails.len() > usize::try_from(page.limit).unwrap_or(usize::MAX);
    let looked = match full {
        true => None,
        false => EMAIL_EXAMINED.read(store, page, params).await?.first().map(|row| row.int(0)).transpose()?,
    };
    Ok(Found::of(page, emails, looked))
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
    let mut from = page.from;
    let wanted = usize::try_from(page.rows()).unwrap_or(usize::MAX);
    let mut step = wanted.max(MESSAGES_A_QUERY);
    let mut left = EXAMINED_MAX;
    let mut out = Vec::new();
    loop {
        let ids = search::find::find(index, workspace, sought, from, step).await?;
        for ids in ids.chunks(MESSAGES_A_QUERY) {
            let mut emails = these(store, now, workspace, filter, ids).await?;
            if matches!(page.from, From::Before(_)) {
                emails.reverse();
            }
            out.extend(emails);
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

fn count(n: usize) -> Value {
    i64::try_from(n).unwrap_or(i64::MAX).into()
}

/// Those of `ids` that are stored and that the filter leaves, newest first.
async fn these(
    store: &Store,
    now: At,
    workspace: i64,
    filter: &Filter,
    ids: &[i64],
) -> Result<Vec<Listed>, StoreError> {
    static THESE: LazyLock<Query> = LazyLock::new(|| {
        let marks = MARKS.map(|mark| format!(":{mark}")).join(", ");
        let text = include_str!("queries/email_list.sql").replace("id < :edge", &format!("id IN ({marks})"));
        Query::composed("EMAIL_THESE", text)
    });
    let mut params = filter.params(now);
    params.extend([("workspace", workspace.into())]);
    params.extend([("examined", count(MESSAGES_A_QUERY)), ("limit", count(MESSAGES_A_QUERY))]);
    // The query names as many as it can hold; a short list repeats its last.
    let last = ids.last().copied().unwrap_or(0);
    params.extend(
        MARKS.iter().enumerate().map(|(n, mark)| (*mark, ids.get(n).copied().unwrap_or(last).into())),
    );
    listed(store, now, workspace, store.read(&THESE, &params).await?).await
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
    const { assert!(MARKS.len() == MESSAGES_A_QUERY) };
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
        let given = MARKS.iter().enumerate();
        let mut params: Vec<(&str, Value)> =
            given.map(|(n, mark)| (*mark, some.get(n).copied().unwrap_or(0).into())).collect();
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
