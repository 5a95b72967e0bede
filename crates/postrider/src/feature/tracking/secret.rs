//! The installation's secrets: made at the first start, kept in the database, added to by `postrider tracking rotate`.

use mail::At;
use store::{Store, StoreError, Write, query};

use super::token::{SECRET_BYTES, Secrets};
use crate::feature::event;

query!(SECRETS, "queries/secrets.sql");
query!(SECRET_ADD, "queries/secret_add.sql");

/// All secrets; the first start makes the first one.
///
/// # Errors
/// As [`Store::read`] and [`Store::write`].
pub async fn secrets(store: &Store, now: At) -> Result<Secrets, StoreError> {
    if let Some(secrets) = read(store).await? {
        return Ok(secrets);
    }
    // Of two processes that start at once one is too late, and reads what the other made.
    let mut write = Write::default();
    add(&mut write, now, 1);
    store.write(write).await?;
    read(store)
        .await?
        .ok_or_else(|| StoreError::Broken { query: "SECRETS".into(), reason: "found no secret".into() })
}

async fn read(store: &Store) -> Result<Option<Secrets>, StoreError> {
    let mut secrets = Vec::new();
    for row in &store.read(&SECRETS, &[]).await? {
        // More than fit are refused by `rotate`.
        let number = u16::try_from(row.int(0)?).unwrap_or(u16::MAX);
        secrets.push((number, row.blob(1)?.to_vec()));
    }
    Ok(Secrets::new(&secrets))
}

fn add(write: &mut Write, now: At, number: i64) {
    let mut secret = vec![0; SECRET_BYTES];
    net::clock::random_bytes(&mut secret);
    write
        .step(&SECRET_ADD, vec![("number", number.into()), ("secret", secret.into()), ("now", now.0.into())]);
}

/// Makes a new secret: it signs from now on, the older ones are still known. Gives its number.
///
/// # Errors
/// As [`Store::write`]; `Conflict` when there are as many as a token can number.
pub async fn rotate(store: &Store, now: At) -> Result<i64, StoreError> {
    let rows = store.read(&SECRETS, &[]).await?;
    let last = rows.last().map(|row| row.int(0)).transpose()?.unwrap_or(0);
    let number = last + 1;
    if number > i64::from(u16::MAX) {
        return Err(StoreError::Conflict("there are as many secrets as a token can number".into()));
    }
    let mut write = Write::default();
    add(&mut write, now, number);
    event::note(&mut write, now, 0, event::Name::TrackingSecretAdded, None);
    store.write(write).await?;
    Ok(number)
}
