//! Reading one message: its recipients, its octets.
//!
//! Guarantee: every query names the workspace; a foreign message is as if it did not exist.
//!
//! Not here: which messages there are (`list`).

use bytes::Bytes;
use mail::At;
use store::{Row, Store, StoreError, query};

use super::Origin;
use super::parcel::read_track;
use super::rows::unpack;
use crate::feature::tracking::switches::Switches;
use crate::http::page::{Page, paged};
use crate::id;

query!(EMAIL_ONE, "queries/email_one.sql");
paged!(RECIPIENT_LIST, "queries/recipient_list.sql");

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
    pub(super) fn of(now: At, disposition: &str, attempted: bool, due: At) -> Status {
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

/// A message with its octets.
pub struct Stored {
    pub id: i64,
    pub stream: i64,
    pub author: String,
    pub subject: String,
    pub message_id: String,
    pub tags: Option<String>,
    pub metadata: Option<String>,
    /// What is tracked of it.
    pub track: Switches,
    pub created: At,
    pub scheduled: Option<At>,
    pub expires: At,
    pub size: i64,
    /// None when its content was removed after its time, or is none of the workspace's business: a code.
    pub content: Option<Bytes>,
    pub origin: String,
    /// The delivery that it tells of, when it is a notification.
    pub notification_of: Option<i64>,
}

/// One message.
///
/// # Errors
/// As [`Store::read`].
pub async fn email_one(store: &Store, workspace: i64, message: i64) -> Result<Option<Stored>, StoreError> {
    let params = [("workspace", workspace.into()), ("message", message.into())];
    let rows = store.read(&EMAIL_ONE, &params).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let origin = row.text(14)?.to_owned();
    let content = match row.int_or_null(11)? {
        // Its recipient alone may read the code.
        Some(_) if origin == Origin::Code.as_str() => None,
        Some(encoding) => unpack(encoding, row.int(12)?, row.blob(13)?),
        None => None,
    };
    Ok(Some(Stored {
        notification_of: if origin == "notification" { row.int_or_null(15)? } else { None },
        origin,
        id: row.int(0)?,
        stream: row.int(1)?,
        author: row.text(2)?.to_owned(),
        subject: row.text(3)?.to_owned(),
        message_id: row.text(4)?.to_owned(),
        tags: row.text_or_null(5)?.map(str::to_owned),
        metadata: row.text_or_null(6)?.map(str::to_owned),
        track: read_track(row.text_or_null(16)?)?,
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

/// The rows of a page of a message's recipients, in the order of the request.
///
/// # Errors
/// As [`Store::read`].
pub async fn recipient_list(
    store: &Store,
    now: At,
    (workspace, message): (i64, i64),
    page: Page,
) -> Result<Vec<StoredRecipient>, StoreError> {
    let params = vec![
        ("workspace", workspace.into()),
        ("message", message.into()),
        ("last", id::last_delivery(message).into()),
    ];
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
    RECIPIENT_LIST.read(store, page, params).await?.iter().map(read).collect()
}
