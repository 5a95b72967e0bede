//! What waits, and why: for people who look at the queue. Read from the database, so that it works beside any server.

use mail::At;
use queue::{Lane, QueueKey};
use store::{Row, Store, StoreError, query};

use super::admin::Scope;
use super::reads::lane;
use crate::id;

query!(QUEUES, "queries/queues.sql");
query!(QUEUE_REASON, "queries/queue_reason.sql");
query!(DELIVERIES, "queries/deliveries.sql");

/// Deliveries of one message that are shown at most.
const DELIVERIES_MAX: i64 = 1_000;

/// One queue: the deliveries of a workspace and lane to a domain.
pub struct QueueLine {
    pub key: QueueKey,
    pub deliveries: i64,
    /// How many of them could go now.
    pub due: i64,
    pub next_due: At,
}

/// The `limit` longest queues that `scope` matches.
///
/// # Errors
/// As [`Store::read`].
pub async fn queues(store: &Store, now: At, scope: &Scope, limit: i64) -> Result<Vec<QueueLine>, StoreError> {
    let mut params = scope.params();
    params.extend([("now", now.0.into()), ("limit", limit.into())]);
    let read = |row: &Row| {
        let key = QueueKey { workspace: row.int(0)?, lane: lane(row.int(1)?)?, domain: row.text(2)?.into() };
        Ok(QueueLine { key, deliveries: row.int(3)?, due: row.int(4)?, next_due: At(row.int(5)?) })
    };
    store.read(&QUEUES, &params).await?.iter().map(read).collect()
}

/// Why the latest delivery of a queue that was tried is still there: class and reply. None when none was tried lately.
///
/// # Errors
/// As [`Store::read`].
pub async fn reason(store: &Store, key: &QueueKey) -> Result<Option<(String, String)>, StoreError> {
    let params = [
        ("workspace", key.workspace.into()),
        ("lane", i64::from(key.lane.number()).into()),
        ("domain", key.domain.clone().into()),
    ];
    let read = |row: &Row| {
        let text = |column| Ok::<_, StoreError>(row.text_or_null(column)?.unwrap_or_default().to_owned());
        Ok((text(0)?, text(1)?))
    };
    store.read(&QUEUE_REASON, &params).await?.first().map(read).transpose()
}

/// Which deliveries are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Delivery(i64),
    Message(i64),
}

/// A delivery with everything that its row says.
pub struct DeliveryLine {
    pub id: i64,
    pub workspace: i64,
    pub message: i64,
    pub lane: Lane,
    pub domain: String,
    pub recipient: String,
    /// `due` or `done`.
    pub state: String,
    pub due: At,
    pub expires: At,
    pub attempts: i64,
    pub recoveries: i64,
    pub disposition: Option<String>,
    pub reason: Option<String>,
    pub reply: Option<String>,
    pub finished: Option<At>,
}

/// The deliveries of a message, or one; of any workspace unless one is given.
///
/// # Errors
/// As [`Store::read`].
pub async fn deliveries(
    store: &Store,
    workspace: Option<i64>,
    of: Of,
) -> Result<Vec<DeliveryLine>, StoreError> {
    let (message, first, last) = match of {
        Of::Message(message) => (message, id::delivery(message, 0), id::last_delivery(message)),
        Of::Delivery(delivery) => (0, delivery, delivery),
    };
    let params = [
        ("message", message.into()),
        ("first", first.into()),
        ("last", last.into()),
        ("workspace", workspace.unwrap_or(0).into()),
        ("limit", DELIVERIES_MAX.into()),
    ];
    store.read(&DELIVERIES, &params).await?.iter().map(read_delivery).collect()
}

fn read_delivery(row: &Row) -> Result<DeliveryLine, StoreError> {
    let text = |column| Ok::<_, StoreError>(row.text_or_null(column)?.map(str::to_owned));
    Ok(DeliveryLine {
        id: row.int(0)?,
        workspace: row.int(1)?,
        message: row.int(2)?,
        lane: lane(row.int(3)?)?,
        domain: row.text(4)?.to_owned(),
        recipient: row.text(5)?.to_owned(),
        state: row.text(6)?.to_owned(),
        due: At(row.int(7)?),
        expires: At(row.int(8)?),
        attempts: row.int(9)?,
        recoveries: row.int(10)?,
        disposition: text(11)?,
        reason: text(12)?,
        reply: text(13)?,
        finished: row.int_or_null(14)?.map(At),
    })
}
