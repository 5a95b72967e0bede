//! The writer: takes what waits, judges it with what is known of its deliveries, and commits it in batches.
//!
//! Guarantees
//! 1. A request is in the log within a second of its answer, while the database keeps up.
//! 2. While the database is away requests wait in memory, up to a bound; none is written twice.
//! 3. A request that the database will never take is lost alone: the others of its batch are written without it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use mail::At;
use store::{Query, Row, Store, StoreError, Value, Write, query};

use super::engagement::{Delivery, Engagement, OF_DELIVERY_MAX};
use super::inbox::Hit;
use super::settle::settle;
use crate::app::App;

query!(DELIVERIES, "queries/deliveries.sql");
query!(ENGAGEMENT_OF, "queries/engagement_of.sql");

/// How long the first of a batch waits for others. Reason: links that a scanner follows at once are judged together.
const GATHER: Duration = Duration::from_millis(250);
/// Requests of one transaction.
const BATCH_MAX: usize = 500;
/// Wait after the database did not take a batch.
const AGAIN: Duration = Duration::from_secs(1);
/// Conflicts in a row after which a batch waits like any other that was not taken.
const CONFLICTS_MAX: u32 = 5;
/// How often readings that are over are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Places in the queries by delivery.
const PLACES: usize = 50;

/// Runs until `stop`; what is left then is for [`finish`].
pub async fn run(app: Arc<App>, mut stop: net::listen::Stop) {
    loop {
        tokio::select! {
            () = stop.stopped() => return,
            () = app.tracking.inbox.rings() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        app.tracking.gather_readings(&app, app.now(), false);
        tokio::time::sleep(GATHER).await;
        while let hits = app.tracking.inbox.take(BATCH_MAX)
            && !hits.is_empty()
        {
            write_all(&app, hits, || !stop.is_stopped()).await;
        }
    }
}

/// Writes what waits and the readings under way, once: the process ends.
pub async fn finish(app: &App) {
    app.tracking.gather_readings(app, app.now(), true);
    while let hits = app.tracking.inbox.take(BATCH_MAX)
        && !hits.is_empty()
    {
        write_all(app, hits, || false).await;
    }
}

/// What became of a batch.
enum Offered {
    Written,
    /// The database will never take it: something that is in it is at fault.
    Unfit(StoreError),
}

/// Writes a batch, or as much of it as can be written.
async fn write_all(app: &App, hits: Vec<Hit>, may_go_on: impl Fn() -> bool) {
    let numbered: Vec<_> = hits.into_iter().map(|hit| (app.mint.next(hit.at), hit)).collect();
    let mut parts: Vec<&[(i64, Hit)]> = vec![&numbered];
    while let Some(part) = parts.pop() {
        match offer(app, part, &may_go_on).await {
            Offered::Written => {}
            Offered::Unfit(_) if part.len() > 1 => {
                let (first, second) = part.split_at(part.len() / 2);
                parts.extend([second, first]);
            }
            Offered::Unfit(error) => {
                tracing::error!(%error, "what a recipient did does not fit into the database and is lost");
                app.counters.tracking_lost.add(1);
            }
        }
    }
}

/// What to do about a batch that was not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Next {
    AtOnce,
    Later,
    /// Nobody may wait any longer: it is lost.
    GiveUp,
    Unfit,
}

/// Decides it, after so many conflicts in a row.
fn next(error: &StoreError, conflicts: u32, may_go_on: bool) -> Next {
    // Two wrote of one delivery at once: what the other wrote is read.
    let conflict = matches!(error, StoreError::Conflict(_));
    if conflict && conflicts < CONFLICTS_MAX {
        return Next::AtOnce;
    }
    match (conflict || error.is_transient(), may_go_on) {
        (false, _) => Next::Unfit,
        (true, true) => Next::Later,
        (true, false) => Next::GiveUp,
    }
}

/// Offers a batch until it is taken, or as long as it may be offered again: then it is counted as lost.
async fn offer(app: &App, numbered: &[(i64, Hit)], may_go_on: impl Fn() -> bool) -> Offered {
    let mut conflicts = 0;
    loop {
        let Err(error) = write(app, numbered).await else { return Offered::Written };
        let next = next(&error, conflicts, may_go_on());
        match next {
            Next::AtOnce => conflicts += 1,
            Next::Unfit => return Offered::Unfit(error),
            Next::Later | Next::GiveUp => {
                tracing::warn!(%error, "what recipients did could not be written and will be written later");
            }
        }
        if next == Next::GiveUp {
            app.counters.tracking_lost.add(numbered.len() as u64);
            return Offered::Written;
        }
        if next == Next::Later {
            conflicts = 0;
            tokio::time::sleep(AGAIN).await;
        }
    }
}

async fn write(app: &App, numbered: &[(i64, Hit)]) -> Result<(), StoreError> {
    let mut by_delivery: BTreeMap<i64, Vec<&(i64, Hit)>> = BTreeMap::new();
    for one in numbered {
        by_delivery.entry(one.1.bearer.delivery).or_default().push(one);
    }
    let ids: Vec<i64> = by_delivery.keys().copied().collect();
    let deliveries = deliveries(&app.store, &ids).await?;
    let mut known = known(&app.store, &ids).await?;
    let mut write = Write::default();
    for (id, hits) in by_delivery {
        let delivery = deliveries.get(&id).filter(|one| one.workspace == hits[0].1.bearer.workspace);
        let Some(delivery) = delivery else {
            // Its history is gone: there is nothing to tell it of.
            app.counters.tracking_expired.add(hits.len() as u64);
            continue;
        };
        let mut all = known.remove(&id).unwrap_or_default();
        for (number, hit) in hits {
            if all.len() >= OF_DELIVERY_MAX {
                app.counters.tracking_beyond.add(1);
            } else if all.iter().all(|one| one.id != *number) {
                let regions = app.tracking.regions.as_ref();
                all.push(Engagement::of(*number, hit.clone(), delivery, regions));
            }
        }
        settle(&mut write, app.now(), delivery, &all, &app.tracking.networks);
    }
    if write.rows.is_empty() && write.steps.is_empty() {
        return Ok(());
    }
    app.store.write(write).await.map(drop)
}

/// What is known of deliveries; those that are gone are missing.
///
/// # Errors
/// As [`Store::read`].
pub(super) async fn deliveries(store: &Store, ids: &[i64]) -> Result<HashMap<i64, Delivery>, StoreError> {
    let read = |row: &Row| {
        let delivered =
            (row.text_or_null(3)? == Some("delivered")).then(|| row.int_or_null(4)).transpose()?.flatten();
        let delivery = Delivery {
            id: row.int(0)?,
            workspace: row.int(1)?,
            message: row.int(2)?,
            delivered: delivered.map(At),
            server: row.text_or_null(5)?.unwrap_or_default().to_owned(),
        };
        Ok((delivery.id, delivery))
    };
    rows(store, &DELIVERIES, ids).await?.iter().map(read).collect()
}

/// What was written of deliveries before.
///
/// # Errors
/// As [`Store::read`].
pub(super) async fn known(store: &Store, ids: &[i64]) -> Result<HashMap<i64, Vec<Engagement>>, StoreError> {
    let mut known: HashMap<i64, Vec<Engagement>> = HashMap::new();
    for row in &rows(store, &ENGAGEMENT_OF, ids).await? {
        let (delivery, one) = Engagement::read(row)?;
        known.entry(delivery).or_default().push(one);
    }
    Ok(known)
}

async fn rows(store: &Store, query: &Query, ids: &[i64]) -> Result<Vec<Row>, StoreError> {
    static NAMES: std::sync::LazyLock<Vec<String>> =
        std::sync::LazyLock::new(|| (0..PLACES).map(|place| format!("i{place}")).collect());
    let mut all = Vec::new();
    for some in ids.chunks(PLACES) {
        let ids = some.iter().copied().chain(std::iter::repeat(0));
        let params: Vec<(&str, Value)> = NAMES.iter().map(String::as_str).zip(ids.map(Value::from)).collect();
        all.extend(store.read(query, &params).await?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conflict_is_tried_again_and_never_taken_for_unfit() {
        let conflict = StoreError::Conflict("two at once".into());
        let broken = StoreError::Broken { query: "case".into(), reason: "NUL".into() };
        for (error, conflicts, may_go_on, expected) in [
            (&conflict, 0, true, Next::AtOnce),
            (&conflict, 0, false, Next::AtOnce),
            (&conflict, CONFLICTS_MAX, true, Next::Later),
            (&conflict, CONFLICTS_MAX, false, Next::GiveUp),
            (&StoreError::Closed, 0, true, Next::Later),
            (&StoreError::Closed, 0, false, Next::GiveUp),
            (&broken, 0, true, Next::Unfit),
            (&broken, 0, false, Next::Unfit),
        ] {
            assert_eq!(next(error, conflicts, may_go_on), expected, "{error} {conflicts} {may_go_on}");
        }
    }
}
