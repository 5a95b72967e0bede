//! Addresses that may not be mailed, and why.
//!
//! Guarantees
//! 1. A suppressed address is refused at acceptance and again before each attempt: it is never dialled.
//! 2. What is in the database is in the memory of this process from its commit on, and of others within
//!    [`crate::changes::LOOK_EVERY`]. Memory holds a 64-bit hash an address; a match is confirmed in the database, so
//!    two addresses with one hash cost a look-up, never a message.

pub mod admin;
pub mod api;
pub mod console;
mod console_bulk;
#[cfg(test)]
mod console_story;
#[cfg(test)]
mod story;

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::{PoisonError, RwLock};

use mail::Address;
use store::{Migration, Store, StoreError, query};

use crate::feature::person::permission::Permission;

pub const MIGRATIONS: &[Migration] = &[Migration {
    number: 3,
    name: "suppression: addresses that may not be mailed",
    sql: include_str!("migrations/0003_suppression.sql"),
    postgres: None,
}];

/// Stands in the place of a stream's id for every marketing stream of the workspace, those to come included.
pub const ALL_MARKETING: i64 = -1;

query!(SUPPRESSED, "queries/suppressed.sql");
query!(ADDRESSES, "queries/addresses.sql");

/// Why an address may not be mailed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    HardBounce,
    Complaint,
    Unsubscribed,
    Manual,
}

impl Reason {
    pub const ALL: [Reason; 4] =
        [Reason::HardBounce, Reason::Complaint, Reason::Unsubscribed, Reason::Manual];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::HardBounce => "hard_bounce",
            Reason::Complaint => "complaint",
            Reason::Unsubscribed => "unsubscribed",
            Reason::Manual => "manual",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Reason> {
        Reason::ALL.into_iter().find(|reason| reason.as_str() == text)
    }

    /// What a person needs to take the address off. Who complained or left did so for themselves: few may decide otherwise.
    #[must_use]
    pub fn lifting(self) -> Permission {
        match self {
            Reason::HardBounce | Reason::Manual => Permission::ChangeSuppressions,
            Reason::Complaint | Reason::Unsubscribed => Permission::LiftComplaints,
        }
    }

    /// What a delivery that was not sent for it says.
    #[must_use]
    pub fn not_sent(self) -> &'static str {
        match self {
            Reason::HardBounce => "previous_bounce",
            Reason::Complaint => "previous_complaint",
            Reason::Unsubscribed => "unsubscribed",
            Reason::Manual => "policy",
        }
    }
}

/// Hashes of all suppressed addresses of all workspaces.
pub struct Filter {
    hasher: RandomState,
    hashes: RwLock<HashSet<u64>>,
}

impl Filter {
    #[must_use]
    pub fn empty() -> Filter {
        Filter { hasher: RandomState::new(), hashes: RwLock::default() }
    }

    fn hash(&self, workspace: i64, folded: &str) -> u64 {
        self.hasher.hash_one((workspace, folded))
    }

    /// Learns of a suppression.
    pub fn add(&self, workspace: i64, folded: &str) {
        let hash = self.hash(workspace, folded);
        self.hashes.write().unwrap_or_else(PoisonError::into_inner).insert(hash);
    }

    fn may_hold(&self, workspace: i64, address: &Address) -> bool {
        let hashes = self.hashes.read().unwrap_or_else(PoisonError::into_inner);
        !hashes.is_empty() && hashes.contains(&self.hash(workspace, &address.folded()))
    }

    /// Reads every suppression with an id above `after`; gives the highest id.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub async fn load(&self, store: &Store, mut after: i64) -> Result<i64, StoreError> {
        const PAGE: i64 = 50_000;
        loop {
            let rows = store.read(&ADDRESSES, &[("after", after.into()), ("limit", PAGE.into())]).await?;
            for row in &rows {
                after = row.int(0)?;
                self.add(row.int(1)?, row.text(2)?);
            }
            if rows.is_empty() {
                return Ok(after);
            }
        }
    }
}

/// Why `address` may not be mailed on `stream`, if so.
///
/// # Errors
/// As [`Store::read`]: when nobody can tell, the caller must not mail.
pub async fn suppressed(
    store: &Store,
    filter: &Filter,
    (workspace, stream): (i64, i64),
    address: &Address,
) -> Result<Option<Reason>, StoreError> {
    if !filter.may_hold(workspace, address) {
        return Ok(None);
    }
    let params =
        [("workspace", workspace.into()), ("stream", stream.into()), ("address", address.folded().into())];
    let rows = store.read(&SUPPRESSED, &params).await?;
    rows.first().map(|row| Ok(Reason::parse(row.text(0)?).unwrap_or(Reason::Manual))).transpose()
}
