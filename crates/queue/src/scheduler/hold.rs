//! Holds: matching queues are not leased, and what is in them does not expire, until they are released.

use std::sync::Arc;

use mail::At;

use super::Scheduler;
use crate::entry::{Lane, QueueKey};

/// Matches queues by what is given; an empty rule matches all.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct HoldRule {
    pub workspace: Option<i64>,
    pub domain: Option<Arc<str>>,
    pub lane: Option<Lane>,
}

/// Why a rule was not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HoldError {
    /// 1,000 rules hold already.
    TooMany,
}

/// Each new queue is compared with every rule.
const HOLDS_MAX: usize = 1_000;

impl HoldRule {
    #[must_use]
    pub fn matches(&self, key: &QueueKey) -> bool {
        self.workspace.is_none_or(|workspace| workspace == key.workspace)
            && self.domain.as_ref().is_none_or(|domain| *domain == key.domain)
            && self.lane.is_none_or(|lane| lane == key.lane)
    }
}

impl Scheduler {
    /// The rules in force.
    #[must_use]
    pub fn holds(&self) -> &[HoldRule] {
        &self.holds
    }

    /// Holds what matches, now and later; leases under way are not touched.
    ///
    /// # Errors
    /// When there are too many rules.
    pub fn hold(&mut self, now: At, rule: HoldRule) -> Result<(), HoldError> {
        if self.holds.contains(&rule) {
            return Ok(());
        }
        if self.holds.len() >= HOLDS_MAX {
            return Err(HoldError::TooMany);
        }
        self.holds.push(rule);
        self.apply_holds(now);
        Ok(())
    }

    /// Ends a hold; what another rule matches stays held. False when there is no such rule.
    pub fn release(&mut self, now: At, rule: &HoldRule) -> bool {
        let Some(index) = self.holds.iter().position(|held| held == rule) else { return false };
        self.holds.swap_remove(index);
        self.apply_holds(now);
        self.sweep.released(now);
        true
    }

    fn apply_holds(&mut self, now: At) {
        for id in self.queues.ids() {
            let held = self.holds.iter().any(|rule| rule.matches(&self.queues[id].key));
            if held == self.queues[id].held {
                continue;
            }
            self.queues[id].held = held;
            // What expired while it was held ends now.
            if held { self.place(now, id) } else { self.expire(now, id) }
        }
    }
}
