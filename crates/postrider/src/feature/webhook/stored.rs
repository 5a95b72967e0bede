//! Endpoints as they are stored, read.

use http::header::{HeaderName, HeaderValue};
use mail::At;
use net::guard::Reach;
use net::web::WebUrl;
use serde::de::DeserializeOwned;
use store::{Row, Store, StoreError, query};

use super::order::Waiting;
use super::sign::Signer;
use super::{Endpoint, Reason, State};
use crate::feature::event::read::Cursor;

query!(WEBHOOKS, "queries/webhooks.sql");
query!(CURSOR_OF, "queries/cursor.sql");
query!(WAITING, "queries/waiting.sql");
query!(WAITING_COUNT, "queries/waiting_count.sql");

/// Every endpoint.
///
/// # Errors
/// As [`Store::read`].
pub async fn endpoints(store: &Store) -> Result<Vec<Endpoint>, StoreError> {
    store.read(&WEBHOOKS, &[]).await?.iter().map(endpoint).collect()
}

fn endpoint(row: &Row) -> Result<Endpoint, StoreError> {
    let headers: Vec<(String, String)> = json(row.text(5)?, "webhook.headers")?;
    let header = |(name, value): &(String, String)| {
        Some((name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value).ok()?))
    };
    let headers: Option<Vec<_>> = headers.iter().map(header).collect();
    let events: Vec<Box<str>> = json(row.text(3)?, "webhook.events")?;
    let secret = row.blob(8)?.to_vec();
    let former = row.blob_or_null(9)?.zip(row.int_or_null(10)?);
    let former = former.as_ref().map(|(secret, until)| (secret.as_ref(), At(*until)));
    let state = match row.text(12)? {
        "enabled" => State::Enabled,
        _ => State::Disabled(row.text_or_null(13)?.and_then(Reason::parse).unwrap_or(Reason::Asked)),
    };
    Ok(Endpoint {
        id: row.int(0)?,
        workspace: row.int(1)?,
        // What was allowed when it was written is not refused here: each call asks the guard about the address.
        url: WebUrl::parse(Reach::Anywhere, row.text(2)?).map_err(|_| broken("webhook.endpoint"))?,
        events: (!events.iter().any(|name| **name == *"*")).then_some(events),
        streams: row.text_or_null(4)?.map(|text| json(text, "webhook.streams")).transpose()?,
        headers: headers.ok_or_else(|| broken("webhook.headers"))?,
        message_headers: json(row.text(6)?, "webhook.message_headers")?,
        batch: usize::try_from(row.int(7)?).unwrap_or(1),
        signer: Signer::new(&secret, former, row.blob_or_null(11)?.as_deref()),
        seed: row.blob_or_null(11)?.map(|seed| seed.to_vec()),
        secret,
        state,
        failing_since: row.int_or_null(14)?.map(At),
        created: At(row.int(15)?),
    })
}

/// How many events wait to be told again.
///
/// # Errors
/// As [`Store::read`].
pub async fn waiting_count(store: &Store, id: i64) -> Result<i64, StoreError> {
    let rows = store.read(&WAITING_COUNT, &[("id", id.into())]).await?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

/// How far an endpoint has come, and what waits for it.
///
/// # Errors
/// As [`Store::read`].
pub async fn standing(store: &Store, id: i64) -> Result<(Cursor, Vec<Waiting>), StoreError> {
    // The rows first: what is put there moves the cursor in the same transaction, so nothing is in neither.
    let rows = store.read(&WAITING, &[("id", id.into())]).await?;
    let waiting = |row: &Row| {
        Ok(Waiting {
            place: (At(row.int(1)?), row.int(0)?),
            message: row.int_or_null(2)?,
            attempts: u32::try_from(row.int(3)?).unwrap_or(u32::MAX),
            due: At(row.int(4)?),
            batch: row.int(5)?,
        })
    };
    let waiting = rows.iter().map(waiting).collect::<Result<_, StoreError>>()?;
    let rows = store.read(&CURSOR_OF, &[("id", id.into())]).await?;
    let cursor = match rows.first() {
        Some(row) => Cursor::parse(row.text(0)?).ok_or_else(|| broken("webhook_cursor.cursor"))?,
        None => Cursor::default(),
    };
    Ok((cursor, waiting))
}

pub fn json<T: DeserializeOwned>(text: &str, column: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| broken(column))
}

pub fn broken(column: &str) -> StoreError {
    StoreError::Broken { query: column.into(), reason: "holds what no version of Postrider wrote".into() }
}
