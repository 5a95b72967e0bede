//! What happens to single deliveries: accepted, settled, cancelled, moved.

use mail::At;

use super::{Leased, Scheduler};
use crate::entry::{Entry, QueueKey};
use crate::window::{Offer, Window};

/// What became of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Placed {
    /// Due, and in memory.
    Ready,
    /// In memory until it is due.
    Scheduled,
    /// In the database only; it is read when there is room and its turn comes.
    Spilled,
    /// It was in memory already, is leased, or was settled in the last minute.
    Known,
}

/// What became of a lease.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Settled {
    /// The site gave its final answer, good or bad; the path has shown that it works.
    Done,
    /// Over without a final answer: expired, cancelled, suppressed, failed.
    Ended,
    /// To be tried again at `due`, after `attempts` attempts in all.
    Retry { due: At, attempts: u16 },
    /// Not attempted (the path failed, not the delivery): it goes back as it was.
    Returned,
}

/// What a cancelled delivery was doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Forgot {
    /// It waited in memory, and no longer does.
    Removed,
    /// An attempt is under way; it does not go back into its queue afterwards.
    Leased,
    /// It was not in memory, and a read that is under way will not bring it.
    Absent,
}

impl Scheduler {
    /// Takes a delivery that was committed. Also harmless for one that is known.
    pub fn accept(&mut self, now: At, key: &QueueKey, entry: Entry) -> Placed {
        if self.leased.contains_key(&entry.delivery) || self.reads.changed_lately(entry.delivery) {
            return Placed::Known;
        }
        self.put(now, key, entry)
    }

    /// The lease of a delivery has ended.
    pub fn settled(&mut self, now: At, delivery: i64, outcome: Settled) {
        let Some(Leased { mut entry, queue, path, forgotten }) = self.leased.remove(&delivery) else {
            return;
        };
        self.reads.note(delivery, now);
        self.queues[queue].leases -= 1;
        self.total -= 1;
        let back = match outcome {
            Settled::Done | Settled::Ended => false,
            Settled::Retry { due, attempts } => {
                (entry.due, entry.attempts) = (due, attempts);
                !forgotten
            }
            Settled::Returned => !forgotten,
        };
        if back {
            self.offer(now, queue, entry);
        } else if self.queues[queue].is_at_rest() {
            self.place(now, queue);
        }
        if let Some(path) = path {
            let site = self.paths[path].site;
            self.sites[site].leases -= 1;
            if outcome == Settled::Done {
                self.paths[path].succeeded();
                self.pump(now, site);
            }
            if self.sites[site].domains == 0 {
                self.site_remove_if_unused(now, site);
            }
        }
    }

    /// Whether an attempt at a delivery is under way.
    #[must_use]
    pub fn is_leased(&self, delivery: i64) -> bool {
        self.leased.contains_key(&delivery)
    }

    /// A delivery was cancelled.
    pub fn forget(&mut self, now: At, key: &QueueKey, delivery: i64) -> Forgot {
        self.reads.note(delivery, now);
        if let Some(leased) = self.leased.get_mut(&delivery) {
            leased.forgotten = true;
            return Forgot::Leased;
        }
        if self.take_out(now, key, delivery) { Forgot::Removed } else { Forgot::Absent }
    }

    /// A delivery that is not leased has a new due or expiry; none when it is leased, and stays as it is.
    pub fn reschedule(&mut self, now: At, key: &QueueKey, entry: Entry) -> Option<Placed> {
        if self.leased.contains_key(&entry.delivery) {
            return None;
        }
        self.reads.note(entry.delivery, now);
        self.take_out(now, key, entry.delivery);
        Some(self.put(now, key, entry))
    }

    fn put(&mut self, now: At, key: &QueueKey, entry: Entry) -> Placed {
        let roomy = self.make_room(now, self.config.share(key.lane), entry.due);
        let known = self.queue_find(key);
        if !roomy {
            match known {
                Some(id) => {
                    self.queues[id].window.leave(entry.position());
                    self.recount(now, id);
                }
                None => self.sweep.left(entry.due),
            }
            return Placed::Spilled;
        }
        let id = match known {
            Some(id) => Some(id),
            None => {
                let window = if self.sweep.is_over() { Window::complete() } else { Window::untold() };
                self.queue_add(key, window)
            }
        };
        let Some(id) = id else {
            self.sweep.left(entry.due);
            return Placed::Spilled;
        };
        match self.offer(now, id, entry) {
            Offer::Kept if entry.due <= now => Placed::Ready,
            Offer::Kept => Placed::Scheduled,
            Offer::Spilled => Placed::Spilled,
            Offer::Known => Placed::Known,
        }
    }

    fn take_out(&mut self, now: At, key: &QueueKey, delivery: i64) -> bool {
        let Some(id) = self.queue_find(key) else { return false };
        let removed = self.queues[id].window.remove(delivery).is_some();
        if removed {
            self.total -= 1;
            self.place(now, id);
        }
        removed
    }
}
