//! What a workspace may send in a month, and whether it may send at all: what a host decides about its clients.
//!
//! Guarantees
//! 1. Of a workspace whose quota refuses, no more deliveries of a client's mail are accepted in a month (UTC) than it. What the process does not know
//!    of itself, because it has just begun or a commit's answer was lost, it knows when the statistics do, and within
//!    [`COUNTED_EVERY`] of that.
//! 2. What was accepted before is delivered, whatever the quota says. What a suspended workspace has waiting is held, and leaves
//!    when it is resumed; what waited longer than it may then ends as expired, as after any hold.
//! 3. Both refusals are temporary over SMTP: the application's own server keeps the mail and tries again.
//! 4. Mail of our own making counts and is never refused for a quota: neither a notification, nor the letter that tells of the
//!    quota itself.

pub mod admin;
pub mod console;
#[cfg(test)]
mod story;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mail::At;
use mail::date::rfc3339;
use store::{Migration, Store, StoreError};

use crate::feature::access::Workspace;
use crate::feature::sending::Refusal;
use crate::feature::stats::period::{Period, Step, months_from};
use crate::feature::stats::read::{Sums, sums};
use crate::feature::stats::select::{Metrics, Selection};

pub const MIGRATIONS: &[Migration] = &[Migration {
    number: 28,
    name: "quota: deliveries a month, suspended workspaces",
    sql: include_str!("migrations/0028_quota.sql"),
    postgres: None,
}];

/// How old what the statistics said may be.
pub const COUNTED_EVERY: Duration = Duration::from_secs(10);
/// Deliveries a month at most that a quota can say. Reason: sums of them stay numbers that every client can read.
pub const MONTHLY_MAX: i64 = 1_000_000_000_000;

/// How much a workspace may have accepted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quota {
    /// Deliveries in a month (UTC), 1 to [`MONTHLY_MAX`].
    pub monthly: i64,
    pub beyond: Beyond,
}

/// What happens to what lies beyond a quota.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Beyond {
    /// It is accepted, and people are told.
    Tell,
    /// It is refused until the next month begins.
    Refuse,
}

/// Whose mail it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Whose {
    /// A client's, which a quota may refuse.
    Client,
    /// Our own: a letter of the console.
    Ours,
}

/// What is known of one workspace's month.
#[derive(Clone, Copy, Debug)]
struct Month {
    begins: At,
    accepted: i64,
    counted: At,
}

/// How much each workspace had accepted in this month, as far as anybody asked.
#[derive(Default)]
pub struct Ledger {
    months: Mutex<HashMap<i64, Month>>,
}

/// Deliveries that were let in: given back when it is dropped before [`Pledge::keep`].
#[must_use]
pub struct Pledge<'l> {
    ledger: &'l Ledger,
    workspace: i64,
    begins: At,
    deliveries: i64,
}

impl Ledger {
    /// Lets so many deliveries of a workspace in, if it may send and its quota has room for all of them, or they are our own.
    ///
    /// # Errors
    /// A [`Refusal`]: nothing was let in.
    pub async fn admit(
        &self,
        store: &Store,
        now: At,
        workspace: &Workspace,
        (whose, deliveries): (Whose, usize),
    ) -> Result<Option<Pledge<'_>>, Refusal> {
        if workspace.suspended.is_some() {
            return Err(Refusal::Suspended);
        }
        let Some(Quota { monthly, beyond: Beyond::Refuse }) = workspace.quota else { return Ok(None) };
        let begins = months_from(now, 0);
        if !self.knows(workspace.id, begins, now) {
            let counted = accepted_in_month(store, workspace.id, now).await;
            self.learn(
                workspace.id,
                Month { begins, accepted: counted.map_err(|error| unknown(&error))?, counted: now },
            );
        }
        let deliveries = i64::try_from(deliveries).unwrap_or(i64::MAX);
        let mut months = self.lock();
        let month = months.entry(workspace.id).or_insert(Month { begins, accepted: 0, counted: now });
        if whose == Whose::Client && month.accepted.saturating_add(deliveries) > monthly {
            let again = rfc3339(months_from(now, 1));
            return Err(Refusal::QuotaUsed { monthly, again: again.get(..10).unwrap_or(&again).to_owned() });
        }
        month.accepted += deliveries;
        Ok(Some(Pledge { ledger: self, workspace: workspace.id, begins, deliveries }))
    }

    fn knows(&self, workspace: i64, begins: At, now: At) -> bool {
        let months = self.lock();
        months
            .get(&workspace)
            .is_some_and(|month| month.begins == begins && now.since(month.counted) < COUNTED_EVERY)
    }

    /// What this process let in is in the counters a little later: the larger figure of the two is right.
    fn learn(&self, workspace: i64, new: Month) {
        let mut months = self.lock();
        let month = months.entry(workspace).or_insert(new);
        *month = match month.begins == new.begins {
            true => Month { accepted: month.accepted.max(new.accepted), ..new },
            false => new,
        };
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<i64, Month>> {
        self.months.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pledge<'_> {
    /// The deliveries are stored.
    pub fn keep(mut self) {
        self.deliveries = 0;
    }
}

impl Drop for Pledge<'_> {
    fn drop(&mut self) {
        if let Some(month) = self.ledger.lock().get_mut(&self.workspace)
            && month.begins == self.begins
        {
            month.accepted -= self.deliveries;
        }
    }
}

fn unknown(error: &StoreError) -> Refusal {
    tracing::warn!(%error, "mail was refused because its workspace's quota could not be read");
    Refusal::Unavailable("the database does not tell the workspace's quota".into())
}

/// Deliveries that a workspace had accepted since the month of `now` began (UTC), as the statistics have counted.
///
/// # Errors
/// As [`Store::read`].
pub async fn accepted_in_month(store: &Store, workspace: i64, now: At) -> Result<i64, StoreError> {
    let volume = Selection::everything().only(Metrics::Volume);
    let sums = month_sums(store, workspace, (now, &volume)).await?;
    Ok(sums.and_then(|sums| sums.of.get("accepted").copied()).unwrap_or(0))
}

/// What was counted of a workspace since the month of `now` began (UTC).
async fn month_sums(
    store: &Store,
    workspace: i64,
    (now, selection): (At, &Selection),
) -> Result<Option<Sums>, StoreError> {
    let period =
        Period { from: months_from(now, 0), until: months_from(now, 1), step: Step::Total, zone_us: 0 };
    let (found, _) = sums(store, workspace, (&period, selection), (None, 1)).await?;
    Ok(found.into_iter().next())
}

/// Shares of a quota, in percent, of which people are told.
const TOLD_AT: [i64; 2] = [80, 100];

/// Which of [`TOLD_AT`] a workspace's month has reached; none without a quota.
///
/// # Errors
/// As [`Store::read`].
pub async fn reached(store: &Store, workspace: &Workspace, now: At) -> Result<Vec<i64>, StoreError> {
    let Some(quota) = workspace.quota else { return Ok(Vec::new()) };
    let accepted = accepted_in_month(store, workspace.id, now).await?;
    let share = accepted.saturating_mul(100) / quota.monthly.max(1);
    Ok(TOLD_AT.into_iter().filter(|at| share >= *at).collect())
}
