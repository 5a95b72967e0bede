//! Reads of the database that are under way, and which deliveries changed meanwhile.
//!
//! A read may see a row as it was before a delivery was settled, cancelled or moved. Whoever takes rows from a read
//! asks here first; so a delivery that is over does not come back. The same memory tells an acceptance that comes
//! late that its delivery was already read, sent and settled.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use mail::At;

use crate::chance::Numbers;

/// Names one read; its answer brings it back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Ticket(u64);

/// An acceptance is handed over within this time after its commit, or it is not late but broken.
const LATE_ACCEPT: Duration = Duration::from_secs(60);

pub(crate) struct Reads {
    clock: u64,
    under_way: usize,
    /// When the last read was answered.
    answered: At,
    /// Changes in order; `changed` holds the last one of each delivery.
    log: VecDeque<(u64, i64)>,
    changed: HashMap<i64, u64, Numbers>,
    kept_max: usize,
    /// Reads asked for before this were under way when changes had to be forgotten: their rows cannot be trusted.
    void_before: u64,
}

impl Reads {
    pub(crate) fn new(kept_max: usize) -> Reads {
        Reads {
            clock: 0,
            under_way: 0,
            answered: At(i64::MIN),
            log: VecDeque::new(),
            changed: HashMap::default(),
            kept_max: kept_max.max(1),
            void_before: 0,
        }
    }

    pub(crate) fn ask(&mut self) -> Ticket {
        self.clock += 1;
        self.under_way += 1;
        Ticket(self.clock)
    }

    /// The read has come back; true when its rows can be trusted.
    pub(crate) fn answered(&mut self, ticket: Ticket, now: At) -> bool {
        self.under_way = self.under_way.saturating_sub(1);
        self.answered = now;
        ticket.0 >= self.void_before
    }

    /// `delivery` was settled, cancelled or moved.
    pub(crate) fn note(&mut self, delivery: i64, now: At) {
        if self.under_way == 0 && self.answered.after(LATE_ACCEPT) < now {
            if !self.log.is_empty() {
                self.log = VecDeque::new();
                self.changed = HashMap::default();
            }
            return;
        }
        self.clock += 1;
        self.log.push_back((self.clock, delivery));
        self.changed.insert(delivery, self.clock);
        if self.log.len() > self.kept_max {
            let (clock, delivery) = self.log.pop_front().expect("invariant: the log is longer than nothing");
            self.void_before = clock;
            if self.changed.get(&delivery) == Some(&clock) {
                self.changed.remove(&delivery);
            }
        }
    }

    pub(crate) fn under_way(&self) -> usize {
        self.under_way
    }

    pub(crate) fn changed_since(&self, delivery: i64, ticket: Ticket) -> bool {
        self.changed.get(&delivery).is_some_and(|clock| *clock > ticket.0)
    }

    pub(crate) fn changed_lately(&self, delivery: i64) -> bool {
        !self.changed.is_empty() && self.changed.contains_key(&delivery)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_counts_for_reads_asked_before_it_only() {
        let mut reads = Reads::new(9);
        let before = reads.ask();
        reads.note(7, At(0));
        let after = reads.ask();
        assert!(
            reads.changed_since(7, before)
                && !reads.changed_since(7, after)
                && !reads.changed_since(8, before)
        );
    }

    #[test]
    fn a_read_outlived_by_the_memory_of_changes_is_void() {
        let mut reads = Reads::new(2);
        let long = reads.ask();
        for delivery in 0..3 {
            reads.note(delivery, At(0));
        }
        let short = reads.ask();
        assert!(!reads.answered(long, At(0)));
        assert!(reads.answered(short, At(0)));
    }
}
