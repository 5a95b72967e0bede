//! Sweeps: how queues that are in the database only come into memory.
//!
//! Invariant: a queue that is not known has nothing in the database, or a sweep will come past it: one is under way
//! that has not reached it, or `cold_due` is no later than its first entry is due.

use std::time::Duration;

use mail::At;

use super::fill::QueueRows;
use super::queues::HELD;
use super::{Action, Scheduler};
use crate::entry::{Entry, Lane, Position, QueueKey};
use crate::reads::Ticket;
use crate::window::Window;

pub(super) struct Sweep {
    stage: Stage,
    after: Option<QueueKey>,
    /// The next round begins here, so that the same queues do not always come first.
    resume: Option<QueueKey>,
    /// This round began after the first queue.
    partial: bool,
    began: At,
    not_before: At,
    /// The earliest due of what was left to the database in queues that are not known; `i64::MAX`: nothing was.
    cold_due: At,
    /// Something was left since the read was asked for: it may be missing in what the read says is all.
    left_since_asked: bool,
    /// The database changed since the read was asked for.
    distrusted: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    Resting,
    Asked(Ticket),
    /// Between two reads of a round.
    Between,
}

/// Shortest pause between two rounds; a long round is followed by a pause four times as long.
const PAUSE: Duration = Duration::from_secs(1);

impl Sweep {
    pub(super) fn new() -> Sweep {
        let never = At(i64::MIN);
        Sweep {
            stage: Stage::Resting,
            after: None,
            resume: None,
            partial: false,
            began: never,
            not_before: never,
            cold_due: never,
            left_since_asked: false,
            distrusted: false,
        }
    }

    /// An entry, due then, was left to the database in a queue that is not known.
    pub(super) fn left(&mut self, due: At) {
        self.cold_due = self.cold_due.min(due);
        self.left_since_asked = true;
    }

    /// Queues that are not known may have become due.
    pub(super) fn dues_changed(&mut self, now: At) {
        self.left(now);
        self.distrust();
    }

    /// A read under way may not have seen what the database has now: when it comes back it is asked again.
    pub(super) fn distrust(&mut self) {
        self.distrusted = true;
    }

    /// A hold may have ended: what it matched may have been left.
    pub(super) fn released(&mut self, now: At) {
        if self.cold_due == HELD {
            self.cold_due = now;
        }
    }

    /// Every queue of the database is known.
    pub(super) fn is_over(&self) -> bool {
        self.stage == Stage::Resting && self.cold_due == At(i64::MAX)
    }
}

impl Scheduler {
    pub(super) fn sweep_wakes(&self, now: At) -> Option<At> {
        let at = match self.sweep.stage {
            Stage::Resting if self.sweep.cold_due == At(i64::MAX) => return None,
            Stage::Resting => self.sweep.cold_due.max(self.sweep.not_before),
            Stage::Between => self.sweep.not_before,
            Stage::Asked(_) => return None,
        };
        self.could_fit(now, self.config.share(Lane::Code), None).then_some(at)
    }

    /// Asks for the next read when it is time and there is room.
    pub(super) fn sweep_step(&mut self, now: At) {
        if self.sweep_wakes(now).is_none_or(|at| at > now) {
            return;
        }
        if self.sweep.stage == Stage::Resting {
            self.sweep.after = self.sweep.resume.take();
            self.sweep.partial = self.sweep.after.is_some();
            self.sweep.cold_due = At(i64::MAX);
            self.sweep.began = now;
        }
        let ticket = self.reads.ask();
        self.sweep.stage = Stage::Asked(ticket);
        self.sweep.left_since_asked = false;
        self.sweep.distrusted = false;
        let limit = self.config.sweep_max.max(1);
        self.actions.push(Action::Sweep { ticket, after: self.sweep.after.clone(), limit });
    }

    /// The answer to [`Action::Sweep`]: queues in key order; `end` when there are none after them.
    pub fn swept(&mut self, now: At, ticket: Ticket, queues: Vec<QueueRows>, end: bool) {
        let trusted = self.reads.answered(ticket, now);
        if self.sweep.stage != Stage::Asked(ticket) {
            return;
        }
        self.sweep.stage = Stage::Between;
        self.sweep.not_before = now;
        if !trusted || self.sweep.distrusted {
            return;
        }
        for queue in queues {
            let key = queue.key.clone();
            if !self.admit(now, ticket, queue) && self.sweep.resume.is_none() && !self.sweep.partial {
                self.sweep.resume.clone_from(&self.sweep.after);
            }
            self.sweep.after = Some(key);
        }
        if end {
            self.sweep.stage = Stage::Resting;
            let long = now.since(self.sweep.began).saturating_mul(4);
            self.sweep.not_before = now.after(PAUSE.max(long));
            if self.sweep.partial {
                self.sweep.cold_due = self.sweep.cold_due.min(now);
            }
        }
    }

    /// Takes a queue in, unless it is known, which looks after itself. False when there is no room for it.
    fn admit(&mut self, now: At, ticket: Ticket, swept: QueueRows) -> bool {
        let QueueRows { key, mut entries, exhausted } = swept;
        let Some(last) = entries.last().map(Entry::position) else { return true };
        if self.queue_find(&key).is_some() {
            return true;
        }
        entries.retain(|entry| !self.reads.changed_since(entry.delivery, ticket));
        let all = exhausted && !self.sweep.left_since_asked;
        let Some(first) = entries.first().copied() else {
            if !all {
                self.sweep.left(last.due);
            }
            return true;
        };
        let held = self.holds.match_queue(&key);
        let wanted_at = if held { HELD } else { first.due };
        let scarce = self.total * 2 >= self.config.deliveries_in_memory_max;
        if scarce && wanted_at > self.horizon(now) {
            self.sweep.left(wanted_at);
            return true;
        }
        let roomy = self.make_room(now, self.config.share(key.lane), first.due);
        let Some(id) = roomy.then(|| self.queue_add(&key, Window::untold())).flatten() else {
            self.sweep.left(first.due);
            return false;
        };
        let reach = if all { Position::END } else { last.next() };
        self.take_rows(now, id, (ticket, Position::START, reach), entries);
        self.place(now, id);
        true
    }
}
