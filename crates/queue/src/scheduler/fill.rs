//! How memory is kept filled and bounded: who gives way, what is read, what rows are taken.

use std::time::Duration;

use mail::At;

use super::{Action, HoldRule, Scheduler};
use crate::entry::{Entry, Position, QueueKey};
use crate::reads::Ticket;
use crate::window::Rows;

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
    /// Call it after the commit. Leases under way are not touched.
    pub fn dues_changed(&mut self, now: At, rule: &HoldRule) {
        for id in self.queues.ids() {
            let queue = &mut self.queues[id];
            if !rule.matches(&queue.key) {
                continue;
            }
            self.total -= queue.window.len();
            queue.window.clear();
            queue.window.leave(Position::START);
            // A read that is under way may have seen the old dues: its answer is not waited for any more.
            queue.refill = None;
            self.place(now, id);
        }
        self.sweep.dues_changed(now);
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
        if trusted {
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
