//! Holds: matching queues are not leased, and what is in them does not expire, until they are released.

use std::collections::{HashMap, HashSet};
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

impl HoldRule {
    #[must_use]
    pub fn matches(&self, key: &QueueKey) -> bool {
        self.workspace.is_none_or(|workspace| workspace == key.workspace)
            && self.domain.as_ref().is_none_or(|domain| *domain == key.domain)
            && self.lane.is_none_or(|lane| lane == key.lane)
    }
}

/// The rules in force. A queue is compared with those of its own workspace and with those that name none: one tenant's rules
/// cost the others nothing, and cannot keep another's from being in force.
#[derive(Default, Debug)]
pub(super) struct Holds {
    of: HashMap<Option<i64>, HashSet<HoldRule>>,
}

impl Holds {
    fn of(rules: impl IntoIterator<Item = HoldRule>) -> Holds {
        let mut holds = Holds::default();
        for rule in rules {
            holds.of.entry(rule.workspace).or_default().insert(rule);
        }
        holds
    }

    pub(super) fn match_queue(&self, key: &QueueKey) -> bool {
        [None, Some(key.workspace)]
            .iter()
            .filter_map(|whose| self.of.get(whose))
            .any(|rules| rules.iter().any(|rule| rule.matches(key)))
    }
}

impl Scheduler {
    /// Holds exactly what these rules match, now and later. Leases under way are not touched; what expired while it was held
    /// ends when no rule matches it any more.
    pub fn hold_exactly(&mut self, now: At, rules: impl IntoIterator<Item = HoldRule>) {
        self.holds = Holds::of(rules);
        for id in self.queues.ids() {
            let held = self.holds.match_queue(&self.queues[id].key);
            if held == self.queues[id].held {
                continue;
            }
            self.queues[id].held = held;
            if held { self.place(now, id) } else { self.expire(now, id) }
        }
        self.sweep.released(now);
    }
}
