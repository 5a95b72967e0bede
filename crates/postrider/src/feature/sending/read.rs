//! Reading what was accepted: messages, their recipients, their octets.
//!
//! Guarantee: every query names the workspace; a foreign message is as if it did not exist.

use std::collections::HashMap;
use std::sync::LazyLock;

use bytes::Bytes;
use mail::At;
use store::{Query, Row, Store, StoreError, Value, query};

use super::rows::unpack;
use crate::feature::search;
use crate::http::page::{From, Page};
use crate::id;

query!(EMAIL_LIST, "queries/email_list.sql");
query!(EMAIL_LIST_BEFORE, "queries/email_list_before.sql");
query!(EMAIL_ONE, "queries/email_one.sql");
query!(RECIPIENT_LIST, "queries/recipient_list.sql");
query!(RECIPIENT_LIST_BEFORE, "queries/recipient_list_before.sql");

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
/// Messages that are looked up in the index at once at most.
const FOUND_STEP_MAX: usize = 10_000;

/// How a delivery, or a message as a whole, stands: Resend's words.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Status {
    Scheduled,
    Queued,
    DeliveryDelayed,
    Bounced,
    Failed,
    Suppressed,
    Rejected,
    Canceled,
    Delivered,
}

impl Status {
    pub const ALL: [Status; 9] = [
        Status::Scheduled,
        Status::Queued,
        Status::DeliveryDelayed,
        Status::Bounced,
        Status::Failed,
        Status::Suppressed,
        Status::Rejected,
        Status::Canceled,
        Status::Delivered,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Scheduled => "scheduled",
            Status::Queued => "queued",
            Status::DeliveryDelayed => "delivery_delayed",
            Status::Bounced => "bounced",
            Status::Failed => "failed",
            Status::Suppressed => "suppressed",
            Status::Rejected => "rejected",
            Status::Canceled => "canceled",
            Status::Delivered => "delivered",
        }
    }

    /// What a row says, at `now`. `disposition` is empty while it is due.
    fn of(now: At, disposition: &str, attempted: bool, due: At) -> Status {
        match disposition {
            "" if attempted => Status::DeliveryDelayed,
            "" if due > now => Status::Scheduled,
            "" => Status::Queued,
            "delivered" => Status::Delivered,
            "bounced" => Status::Bounced,
            "suppressed" => Status::Suppressed,
            "rejected" => Status::Rejected,
            "cancelled" => Status::Canceled,
            _ => Status::Failed,
        }
    }

    /// How a message stands whose recipients stand so: what is still open first, then what went wrong. What Resend does
    /// not know counts as failed.
    #[must_use]
    pub fn overall(all: impl Iterator<Item = Status>) -> Status {
        match all.min() {
            Some(Status::Rejected) => Status::Failed,
            Some(status) => status,
            None => Status::Queued,
        }
    }
}

/// What a list is narrowed to; empty matches all.
#[derive(Default)]
pub struct Filter {
    pub status: Option<Status>,
    /// Folded.
    pub recipient: Option<String>,
    /// Folded.
    pub author: Option<String>,
    /// Name and value, as [`super::control::tag_ok`] allows them.
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
            ("recipient", self.recipient.clone().unwrap_or_default().into()),
            ("author", self.author.clone().unwrap_or_default().into()),
            ("tag", tag.unwrap_or_default().into()),
            ("stream", self.stream.unwrap_or(0).into()),
            ("since", self.since.map_or(i64::MIN, |at| at.0).into()),
            ("until", self.until.map_or(i64::MAX, |at| at.0).into()),
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

/// A page of a workspace's messages.
///
/// # Errors
/// As [`Store::read`].
pub async fn email_list(
    store: &Store,
    now: At,
    workspace: i64,
    filter: &Filter,
    page: Page,
) -> Result<Vec<Listed>, StoreError> {
    let mut params = filter.params(now);
    params.extend([("workspace", workspace.into()), ("limit", page.rows().into())]);
    let query = match page.from {
        From::Newest => (&EMAIL_LIST, ("below", i64::MAX.into())),
        From::Below(id) => (&EMAIL_LIST, ("below", id.into())),
        From::Above(id) => (&EMAIL_LIST_BEFORE, ("above", id.into())),
    };
    params.push(query.1);
    listed(store, now, workspace, store.read(query.0, &params).await?).await
}

/// As [`email_list`], of the messages for which `sought` holds as far as `index` knows. Pages go on to older ones only:
/// a page above an id begins at the newest.
///
/// # Errors
/// As [`Store::read`].
pub async fn email_found(
    (store, index): (&Store, &Store),
    now: At,
    workspace: i64,
    (sought, filter): (&search::query::Query, &Filter),
    page: Page,
) -> Result<Vec<Listed>, StoreError> {
    let mut before = match page.from {
        From::Below(id) => Some(id),
        From::Newest | From::Above(_) => None,
    };
    let wanted = usize::try_from(page.rows()).unwrap_or(usize::MAX);
    let mut step = wanted.max(MESSAGES_A_QUERY);
    let mut out = Vec::new();
    while out.len() < wanted {
        let ids = search::find::find(index, workspace, sought, before, step).await?;
        let Some(last) = ids.last() else { break };
        before = Some(*last);
        for ids in ids.chunks(MESSAGES_A_QUERY) {
            out.extend(these(store, now, workspace, filter, ids).await?);
        }
        if ids.len() < step {
            break;
        }
        // The filter leaves few: so many more are looked at.
        step = (step * 2).min(FOUND_STEP_MAX);
    }
    out.truncate(wanted);
    Ok(out)
}

/// Those of `ids` that are stored and that the filter leaves.
async fn these(
    store: &Store,
    now: At,
    workspace: i64,
    filter: &Filter,
    ids: &[i64],
) -> Result<Vec<Listed>, StoreError> {
    static THESE: LazyLock<Query> = LazyLock::new(|| {
        let marks = MARKS.map(|mark| format!(":{mark}")).join(", ");
        let text =
            include_str!("queries/email_list.sql").replace("m.id < :below", &format!("m.id IN ({marks})"));
        Query::composed("EMAIL_THESE", text)
    });
    let mut params = filter.params(now);
    let limit = i64::try_from(MESSAGES_A_QUERY).unwrap_or(i64::MAX);
    params.extend([("workspace", workspace.into()), ("limit", limit.into())]);
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

/// A message with its octets.
pub struct Stored {
    pub id: i64,
    pub stream: i64,
    pub author: String,
    pub subject: String,
    pub message_id: String,
    pub tags: Option<String>,
    pub metadata: Option<String>,
    pub created: At,
    pub scheduled: Option<At>,
    pub expires: At,
    pub size: i64,
    /// None when its content was removed after its time.
    pub content: Option<Bytes>,
}

/// One message.
///
/// # Errors
/// As [`Store::read`].
pub async fn email_one(store: &Store, workspace: i64, message: i64) -> Result<Option<Stored>, StoreError> {
    let params = [("workspace", workspace.into()), ("message", message.into())];
    let rows = store.read(&EMAIL_ONE, &params).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let content = match row.int_or_null(11)? {
        Some(encoding) => unpack(encoding, row.int(12)?, row.blob(13)?),
        None => None,
    };
    Ok(Some(Stored {
        id: row.int(0)?,
        stream: row.int(1)?,
        author: row.text(2)?.to_owned(),
        subject: row.text(3)?.to_owned(),
        message_id: row.text(4)?.to_owned(),
        tags: row.text_or_null(5)?.map(str::to_owned),
        metadata: row.text_or_null(6)?.map(str::to_owned),
        created: At(row.int(7)?),
        scheduled: row.int_or_null(8)?.map(At),
        expires: At(row.int(9)?),
        size: row.int(10)?,
        content,
    }))
}

/// One recipient of a message.
pub struct StoredRecipient {
    pub id: i64,
    pub address: String,
    pub field: String,
    pub status: Status,
    pub reason: Option<String>,
    pub reply: Option<String>,
    pub attempts: i64,
    /// When it is tried next, or was due last.
    pub due: At,
    pub finished: Option<At>,
}

/// A page of a message's recipients, in the order of the request: `Below` an id comes after it.
///
/// # Errors
/// As [`Store::read`].
pub async fn recipient_list(
    store: &Store,
    now: At,
    (workspace, message): (i64, i64),
    page: Page,
) -> Result<Vec<StoredRecipient>, StoreError> {
    let mut params =
        vec![("workspace", workspace.into()), ("message", message.into()), ("limit", page.rows().into())];
    params.push(("last", id::last_delivery(message).into()));
    let (query, edge) = match page.from {
        From::Newest => (&RECIPIENT_LIST, ("above", 0.into())),
        From::Below(id) => (&RECIPIENT_LIST, ("above", id.into())),
        From::Above(id) => (&RECIPIENT_LIST_BEFORE, ("below", id.into())),
    };
    params.push(edge);
    let read = |row: &Row| {
        let (attempts, due) = (row.int(7)?, At(row.int(8)?));
        Ok(StoredRecipient {
            id: row.int(0)?,
            address: row.text(1)?.to_owned(),
            field: row.text(2)?.to_owned(),
            status: Status::of(now, row.text_or_null(4)?.unwrap_or_default(), attempts > 0, due),
            reason: row.text_or_null(5)?.map(str::to_owned),
            reply: row.text_or_null(6)?.map(str::to_owned),
            attempts,
            due,
            finished: row.int_or_null(9)?.map(At),
        })
    };
    store.read(query, &params).await?.iter().map(read).collect()
}
