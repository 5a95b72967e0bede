//! Looks again for the records of domains: of those that are not verified yet, because publishing them is enough; of those that are, because
//! whoever takes them away should hear of it.

use std::sync::Arc;
use std::time::Duration;

use mail::At;
use store::{Store, StoreError, query};

use super::check;
use crate::app::App;

query!(PENDING, "queries/pending.sql");

/// How often the list of domains is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// Domains looked up in one round. Reason: a resolver that does not answer takes seconds for each.
const ROUND_MAX: i64 = 50;
/// Between two look-ups of a domain: a tenth of its age, within these. Who has just added a domain sits and waits.
const WAIT_MIN: Duration = Duration::from_secs(120);
const WAIT_MAX: Duration = Duration::from_secs(6 * 3_600);

/// Runs until `stop`.
pub async fn run(app: Arc<App>, mut stop: net::listen::Stop) {
    loop {
        tokio::select! {
            () = stop.stopped() => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        tokio::select! {
            () = stop.stopped() => return,
            looked = look(&app) => if let Err(error) = looked {
                tracing::warn!(%error, "the records of domains could not be looked up and will be later");
            }
        }
    }
}

/// One round over the domains whose time has come.
///
/// # Errors
/// As [`look_at`].
pub async fn look(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    for place in due(&app.store, now).await? {
        look_at(app, now, place).await?;
    }
    Ok(())
}

/// Looks up a domain, by workspace and id; one that is verified by it may send at once. Must run to its end.
///
/// # Errors
/// As [`Store::read`] and [`Store::write`].
pub async fn look_at(app: &App, now: At, place: (i64, i64)) -> Result<(), StoreError> {
    let looked = check::check(&app.store, &app.resolver, now, place).await?;
    // Of one that is verified already, the directory knows all that a look can tell.
    if looked.is_some_and(|looked| looked.opens) {
        app.directory.reload(&app.store).await?;
    }
    Ok(())
}

/// Workspace and id of the domains to look up, those first that were not looked up for longest.
async fn due(store: &Store, now: At) -> Result<Vec<(i64, i64)>, StoreError> {
    let us = |wait: Duration| i64::try_from(wait.as_micros()).unwrap_or(i64::MAX);
    let params = [
        ("now", now.0.into()),
        ("min", us(WAIT_MIN).into()),
        ("max", us(WAIT_MAX).into()),
        ("limit", ROUND_MAX.into()),
    ];
    store.read(&PENDING, &params).await?.iter().map(|row| Ok((row.int(1)?, row.int(0)?))).collect()
}

#[cfg(test)]
mod tests {
    use store::{Query, Write};

    use super::*;
    use crate::test_store::{Place, on_both_databases};

    on_both_databases! {
        a_domain_is_looked_up_soon_at_first_and_seldom_later
    }

    async fn a_domain_is_looked_up_soon_at_first_and_seldom_later(place: Place) {
        static CLEAR: Query = Query::new("clear", "DELETE FROM domain");
        static ADD: Query = Query::new(
            "add",
            "INSERT INTO domain (id, workspace_id, name, status, created_us, checked_us)
             VALUES (7, 1, 'a.example', :status, 0, :checked)",
        );
        let minutes = |n: i64| n * 60_000_000;
        let cases = [
            (0, "pending", None, true),
            (0, "verified", None, false),
            (1, "pending", Some(0), false),
            (2, "pending", Some(0), true),
            (102, "pending", Some(99), false),
            (110, "pending", Some(99), true),
            (20_000, "pending", Some(19_700), false),
            (20_000, "pending", Some(19_640), true),
            (20_000, "verified", Some(19_641), false),
            (20_000, "verified", Some(19_640), true),
            (20_000, "vouched", Some(0), false),
        ];
        for (now, status, checked, wanted) in cases {
            let mut write = Write::default();
            write.step(&CLEAR, vec![]);
            write.step(&ADD, vec![("status", status.into()), ("checked", checked.map(minutes).into())]);
            place.store.write(write).await.expect("the domain is stored");
            let due = due(&place.store, At(minutes(now))).await.expect("the list reads");
            assert_eq!(due == [(1, 7)], wanted, "{now} {status} {checked:?}");
        }
    }
}
