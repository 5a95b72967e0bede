//! Judging anew what was judged before, when the rules or the networks have changed.

use mail::At;
use store::{Store, StoreError, Write, query};

use super::engagement::Delivery;
use super::judge::RULES;
use super::networks::Networks;
use super::settle::settle;
use super::work::{deliveries, known};

query!(OUTDATED, "queries/outdated.sql");

/// Deliveries of one transaction.
const PAGE: i64 = 50;
/// How often one page is read again when a running server wrote of it at the same moment.
const TRIES_MAX: u32 = 5;

/// Which requests are judged anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Extent {
    /// Those that other rules judged.
    Outdated,
    /// All of them: the networks have changed.
    All,
}

/// What was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Reclassified {
    pub deliveries: usize,
    /// Verdicts that are now another.
    pub overturned: usize,
}

/// Judges anew; counters and verdicts change together, a page at a time.
///
/// # Errors
/// As [`Store::read`] and [`Store::write`]; what was judged before stays judged.
pub async fn reclassify(
    store: &Store,
    now: At,
    extent: Extent,
    networks: &Networks,
) -> Result<Reclassified, StoreError> {
    let (mut done, mut after) = (Reclassified::default(), 0);
    loop {
        let all = i64::from(extent == Extent::All);
        let params =
            [("after", after.into()), ("all", all.into()), ("rules", RULES.into()), ("limit", PAGE.into())];
        let rows = store.read(&OUTDATED, &params).await?;
        let ids = rows.iter().map(|row| row.int(0)).collect::<Result<Vec<_>, _>>()?;
        let Some(last) = ids.last() else { return Ok(done) };
        after = *last;
        done.overturned += page(store, now, &ids, networks).await?;
        done.deliveries += ids.len();
    }
}

async fn page(store: &Store, now: At, ids: &[i64], networks: &Networks) -> Result<usize, StoreError> {
    let mut tries = 0;
    loop {
        tries += 1;
        match try_page(store, now, ids, networks).await {
            Err(StoreError::Conflict(_)) if tries < TRIES_MAX => {}
            other => return other,
        }
    }
}

async fn try_page(store: &Store, now: At, ids: &[i64], networks: &Networks) -> Result<usize, StoreError> {
    let deliveries = deliveries(store, ids).await?;
    let (mut write, mut overturned) = (Write::default(), 0);
    for (id, all) in known(store, ids).await? {
        // The retention takes both; what it has not taken yet stays as it was judged.
        let delivery: Option<&Delivery> = deliveries.get(&id);
        if let Some(delivery) = delivery {
            overturned += settle(&mut write, now, delivery, &all, networks);
        }
    }
    if !write.steps.is_empty() {
        store.write(write).await?;
    }
    Ok(overturned)
}
