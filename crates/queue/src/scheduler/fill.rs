//! How memory is kept filled and bounded: who gives way, what is read, what rows are taken.

use std::time::Duration;

use mail::At;

use super::{Action, HoldRule, Scheduler};
use crate::entry::{Entry, Position, QueueKey};
use crate::reads::Ticket;
use crate::window::{Rows, Window};

/// Rows of one queue, as a read brings them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueueRows {
    pub key: QueueKey,
    /// The earliest entries from where the read began, sorted by due and delivery.
    pub entries: Vec<Entry>,
    /// There are no more.
    pub exhausted: bool,
}

/// Reads for starved queues at the same time.
const STARVED_READS_MAX: usize = 8;
/// While so many reads are under way a queue that is in doubt and not known is left to the sweep. Reason: while the
/// database is down every failed write names some, and every read is tried again and again.
const DOUBTED_READS_MAX: usize = 64;

impl Scheduler {
    /// Makes room for one more entry of `lane` that is due at `due`; the queue that sleeps longest may give way.
    pub(super) fn make_room(&mut self, now: At, share: usize, due: At) -> bool {
        if self.total < share {
            return true;
        }
        let Some((wakes, id)) = self.sleepers.last().copied() else { return false };
        if wakes <= due.max(now) || self.total - self.queues[id].window.len() >= share {
            return false;
        }
        self.evict(now, wakes, id);
        true
    }

    /// True when a read, for this queue or for any, could put something into memory.
    pub(super) fn could_fit(&self, now: At, share: usize, id: Option<u32>) -> bool {
        let mut last = self.sleepers.iter().rev().filter(|(_, other)| Some(*other) != id);
        self.total < share || last.next().is_some_and(|(wakes, _)| *wakes > now)
    }

    /// Many deliveries of the queues that `rule` matches have new dues in the database: their windows are read anew.
    /// Call it after the commit. Leases under way are not touched. Costs what the rule's domain has in queues; without
    /// a domain, what there is.
    pub fn dues_changed(&mut self, now: At, rule: &HoldRule) {
        let mut matching = match &rule.domain {
            Some(domain) => self
                .domain_ids
                .get(domain)
                .map_or_else(Vec::new, |domain| self.domains[*domain].queues.clone()),
            None => self.queues.ids(),
        };
        matching.retain(|id| rule.matches(&self.queues[*id].key));
        for id in matching {
            self.forget_window(now, id);
        }
        self.sweep.dues_changed(now);
    }

    /// The database may hold deliveries of this one queue that nobody told of, or other dues than memory knows: it is
    /// read anew, and nothing else is. Call it after the commit. Leases under way are not touched.
    pub fn read_anew(&mut self, now: At, key: &QueueKey) {
        let known = self.queue_find(key);
        let few = self.reads.under_way() < DOUBTED_READS_MAX;
        match known.or_else(|| few.then(|| self.queue_add(key, Window::untold())).flatten()) {
            Some(id) => {
                self.forget_window(now, id);
                self.sweep.distrust();
            }
            None => self.sweep.dues_changed(now),
        }
    }

    /// From here on memory knows nothing of what a queue has in the database.
    fn forget_window(&mut self, now: At, id: u32) {
        let queue = &mut self.queues[id];
        self.total -= queue.window.len();
        queue.window.clear();
        queue.window.leave(Position::START);
        // A read that is under way may have seen the old dues: when it comes back it is asked again. Not at once: while
        // the database is down reads would pile up.
        queue.doubted = queue.refill.is_some();
        self.place(now, id);
    }

    /// Leaves a queue to the database.
    fn evict(&mut self, now: At, sleeps_until: At, id: u32) {
        let queue = &mut self.queues[id];
        if queue.leases > 0 || queue.refill.is_some() {
            self.total -= queue.window.len();
            queue.window.clear();
            self.place(now, id);
        } else {
            self.sweep.left(sleeps_until);
            self.queue_remove(now, id);
        }
    }

    pub(super) fn refill_if_low(&mut self, now: At, id: u32) {
        let capacity = self.config.window(self.total);
        let queue = &mut self.queues[id];
        let low = self.config.window_min.min(capacity / 2).max(1);
        // What is due in the database may be earlier than what sleeps in memory.
        let short = queue.window.len() < low || queue.window.due_count(now) == 0;
        let wanted = short && queue.window.complete_below().due <= now;
        if !wanted || queue.refill.is_some() || queue.held {
            return;
        }
        let lane = queue.key.lane;
        if self.could_fit(now, self.config.share(lane), Some(id)) {
            let ticket = self.reads.ask();
            let queue = &mut self.queues[id];
            let from = queue.window.asked();
            queue.refill = Some((ticket, from));
            let limit = u32::try_from(capacity).unwrap_or(u32::MAX);
            self.actions.push(Action::Refill { ticket, key: queue.key.clone(), from, limit });
        } else if !self.queues[id].listed_starved {
            let queue = &mut self.queues[id];
            queue.listed_starved = true;
            self.starved.push_back((id, queue.born));
        }
    }

    /// The answer to [`Action::Refill`].
    pub fn refilled(&mut self, now: At, ticket: Ticket, rows: QueueRows) {
        let QueueRows { key, entries, exhausted } = rows;
        let trusted = self.reads.answered(ticket, now);
        let Some(id) = self.queue_find(&key) else { return };
        let Some((_, from)) = self.queues[id].refill.filter(|(asked, _)| *asked == ticket) else { return };
        let doubted = std::mem::take(&mut self.queues[id].doubted);
        if trusted && !doubted {
            let reach = match entries.last() {
                _ if exhausted => Position::END,
                Some(last) => last.position().next(),
                None => from,
            };
            self.take_rows(now, id, (ticket, from, reach), entries);
        }
        self.queues[id].refill = None;
        self.place(now, id);
    }

    /// Puts rows of a read into a window, save those that changed since.
    pub(super) fn take_rows(
        &mut self,
        now: At,
        id: u32,
        (ticket, from, reach): (Ticket, Position, Position),
        mut entries: Vec<Entry>,
    ) {
        entries.retain(|entry| {
            !self.leased.contains_key(&entry.delivery) && !self.reads.changed_since(entry.delivery, ticket)
        });
        // It does not give way to itself; whoever asked places it anew.
        self.lift(id);
        let share = self.config.share(self.queues[id].key.lane);
        let due = entries.first().map_or(now, |entry| entry.due);
        let wanted = entries.len().min(self.config.window(self.total));
        while self.total + wanted > share {
            match self.sleepers.last().copied() {
                Some((wakes, other)) if wakes > due.max(now) => self.evict(now, wakes, other),
                Some(_) | None => break,
            }
        }
        let queue = &mut self.queues[id];
        let before = queue.window.len();
        let room = share.saturating_sub(self.total);
        let capacity = self.config.window(self.total).min(before + room);
        queue.window.refill(&Rows { from, entries: &entries, reach }, capacity);
        self.total = self.total + queue.window.len() - before;
        let expires = entries.iter().map(|entry| entry.expires).min();
        self.watch_expiry(id, expires.unwrap_or(At(i64::MAX)));
    }

    /// Lets queues read that found no room before, a few at a time.
    pub(super) fn feed_starved(&mut self, now: At) {
        for _ in 0..self.starved.len().min(STARVED_READS_MAX) {
            if self.reads.under_way() >= STARVED_READS_MAX {
                return;
            }
            let Some((id, born)) = self.starved.pop_front() else { return };
            if let Some(queue) = self.queues.find_mut(id).filter(|queue| queue.born == born) {
                queue.listed_starved = false;
                self.refill_if_low(now, id);
            }
        }
    }

    /// Forgets the queues that have been empty longest, beyond as many as stay known.
    pub(super) fn forget_idle(&mut self, now: At) {
        while self.idle.len() > self.config.queues_idle_max {
            let Some((id, born)) = self.idle.pop_front() else { return };
            if let Some(queue) = self.queues.find_mut(id).filter(|queue| queue.born == born) {
                queue.listed_idle = false;
                if queue.is_idle() {
                    self.queue_remove(now, id);
                }
            }
        }
    }

    /// The horizon: what is due later can stay in the database while memory is scarce.
    pub(super) fn horizon(&self, now: At) -> At {
        now.after(Duration::from_secs(u64::from(self.config.horizon_s)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Config, Lane};

    fn key(workspace: i64, domain: &str) -> QueueKey {
        QueueKey { workspace, lane: Lane::Transactional, domain: domain.into() }
    }

    /// What is asked of the database, by domain; a sweep is `*`.
    fn reads(scheduler: &mut Scheduler) -> Vec<String> {
        let mut actions = Vec::new();
        scheduler.poll(At(0), &mut actions);
        let read = |action| match action {
            Action::Refill { key, .. } => Some(format!("{}/{}", key.workspace, key.domain)),
            Action::Sweep { .. } => Some("*".to_owned()),
            Action::Resolve { .. }
            | Action::Connect { .. }
            | Action::WakeIdle { .. }
            | Action::Fail { .. } => None,
        };
        let mut reads: Vec<_> = actions.into_iter().filter_map(read).collect();
        reads.sort();
        reads
    }

    #[test]
    fn what_changed_in_one_place_is_read_in_one_place() {
        let mut scheduler = Scheduler::new(Config::default(), 1);
        let mut actions = Vec::new();
        scheduler.poll(At(0), &mut actions);
        let Some(Action::Sweep { ticket, .. }) = actions.pop() else { panic!("it knows nothing yet") };
        scheduler.swept(At(0), ticket, Vec::new(), true);
        for (delivery, (workspace, domain)) in (1..).zip([(1, "a.test"), (2, "a.test"), (1, "b.test")]) {
            let entry = Entry { delivery, message: 1, due: At(9), expires: At(99), attempts: 0 };
            let _ = scheduler.accept(At(0), &key(workspace, domain), entry);
        }
        assert_eq!(reads(&mut scheduler), [""; 0], "it knows all there is");
        scheduler.read_anew(At(0), &key(1, "a.test"));
        assert_eq!(reads(&mut scheduler), ["1/a.test"]);
        scheduler.read_anew(At(0), &key(1, "a.test"));
        assert_eq!(reads(&mut scheduler), [""; 0], "its read is under way, and asked again when it is back");
        scheduler.read_anew(At(0), &key(1, "new.test"));
        assert_eq!(reads(&mut scheduler), ["1/new.test"], "a queue that nobody knew");
        scheduler.dues_changed(At(0), &HoldRule { domain: Some("b.test".into()), ..HoldRule::default() });
        assert_eq!(reads(&mut scheduler), ["1/b.test"], "the sweep rests");
        assert!(scheduler.next_wake(At(0)).is_some(), "and comes past the queues that are not known");
    }

    #[test]
    fn reads_do_not_pile_up_while_the_database_is_down() {
        let mut scheduler = Scheduler::new(Config::default(), 1);
        let mut asked = reads(&mut scheduler).len();
        for n in 0..10_000 {
            scheduler.read_anew(At(0), &key(n, "a.test"));
            scheduler.read_anew(At(0), &key(0, "a.test"));
            asked += reads(&mut scheduler).len();
        }
        assert_eq!(asked, DOUBTED_READS_MAX);
    }
}
