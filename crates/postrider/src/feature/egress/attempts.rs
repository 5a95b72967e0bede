//! Reading attempts back.

use mail::At;
use store::{Row, Store, StoreError, query};

use crate::http::page::{Page, paged};

paged!(ATTEMPT_LIST, "queries/attempt_list.sql");
query!(ATTEMPTS_OF_DELIVERY, "queries/attempts_of_delivery.sql");

/// Attempts of one delivery that are shown at most, newest first.
const OF_DELIVERY_MAX: i64 = 100;

/// An attempt as it is shown.
pub struct Listed {
    pub id: i64,
    pub delivery: i64,
    pub number: i64,
    pub started: At,
    pub duration_us: i64,
    pub site: String,
    pub peer: String,
    pub tls: Option<String>,
    pub verdict: String,
    pub stage: String,
    pub reply: String,
    pub class: String,
    pub rule: String,
    pub ambiguous: bool,
    pub conversation: String,
}

/// The rows of a page of the attempts at a message's deliveries, newest first.
///
/// # Errors
/// As [`Store::read`].
pub async fn attempt_list(
    store: &Store,
    (workspace, message): (i64, i64),
    page: Page,
) -> Result<Vec<Listed>, StoreError> {
    let params = vec![("workspace", workspace.into()), ("message", message.into())];
    ATTEMPT_LIST.read(store, page, params).await?.iter().map(read).collect()
}

/// The newest attempts at a delivery of a message, newest first.
///
/// # Errors
/// As [`Store::read`].
pub async fn attempts_of_delivery(
    store: &Store,
    (workspace, message): (i64, i64),
    delivery: i64,
) -> Result<Vec<Listed>, StoreError> {
    let params = [
        ("workspace", workspace.into()),
        ("message", message.into()),
        ("delivery", delivery.into()),
        ("limit", OF_DELIVERY_MAX.into()),
    ];
    store.read(&ATTEMPTS_OF_DELIVERY, &params).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Listed, StoreError> {
    Ok(Listed {
        id: row.int(0)?,
        delivery: row.int(1)?,
        number: row.int(2)?,
        started: At(row.int(3)?),
        duration_us: row.int(4)?,
        site: row.text(5)?.to_owned(),
        peer: row.text(6)?.to_owned(),
        tls: row.text_or_null(7)?.map(str::to_owned),
        verdict: row.text(8)?.to_owned(),
        stage: row.text(9)?.to_owned(),
        reply: row.text(10)?.to_owned(),
        class: row.text(11)?.to_owned(),
        rule: row.text(12)?.to_owned(),
        ambiguous: row.int(13)? != 0,
        conversation: row.text(14)?.to_owned(),
    })
}
