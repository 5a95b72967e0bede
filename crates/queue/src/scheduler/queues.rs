//! Queues: where each stands (in line, asleep, waiting for its domain, held, empty), and how it is kept filled.

use mail::At;

use super::domains::Resolution;
use super::{Action, Leased, Scheduler, Timer, Why};
use crate::entry::{Entry, Lane, Position, QueueKey};
use crate::lanes::Place;
use crate::reads::Ticket;
use crate::window::{Offer, Window};

pub(super) struct Queue {
    pub(super) key: QueueKey,
    pub(super) domain: u32,
    /// Where it is in its domain's list.
    pub(super) index: u32,
    pub(super) window: Window,
    pub(super) stands: Stands,
    /// How many entries are due; counted while it stands in line.
    pub(super) ready: usize,
    pub(super) leases: u32,
    pub(super) refill: Option<(Ticket, Position)>,
    /// The database changed since that read was asked for.
    pub(super) doubted: bool,
    pub(super) held: bool,
    /// When the first of its entries expires, or earlier; the expiry timer stands there.
    expiry: At,
    /// Of its place in line, of its birth.
    pub(super) stamp: u64,
    pub(super) born: u64,
    pub(super) listed_idle: bool,
    pub(super) listed_starved: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stands {
    /// In line at its site.
    Ready,
    /// Has entries; the first thing happens then.
    Asleep(At),
    /// Has no entry in memory; the database has one due then.
    Drained(At),
    /// Has something due, but its domain has no site; until then at least, when that is known.
    Domain(Option<At>),
    /// Until it is released: the first to give way.
    Held,
    /// Nothing to do, or a read is under way.
    Empty,
}

/// Where held queues stand among the sleepers.
pub(super) const HELD: At = At(i64::MAX - 1);

impl Scheduler {
    pub(super) fn queue_find(&self, key: &QueueKey) -> Option<u32> {
        let domain = self.domain_ids.get(&key.domain)?;
        self.queue_ids.get(&(key.workspace, key.lane, *domain)).copied()
    }

    /// Adds a queue that is not known; none when there are too many.
    pub(super) fn queue_add(&mut self, key: &QueueKey, window: Window) -> Option<u32> {
        if self.queues.len() >= self.config.deliveries_in_memory_max + self.config.queues_idle_max {
            return None;
        }
        let domain = self.domain_add(&key.domain);
        let held = self.holds.match_queue(key);
        let born = self.next_serial();
        let name = self.domains[domain].name.clone();
        let index = u32::try_from(self.domains[domain].queues.len())
            .expect("invariant: queues are numbered in 32 bits");
        let id = self.queues.insert(Queue {
            key: QueueKey { domain: name, ..*key },
            domain,
            index,
            window,
            stands: Stands::Empty,
            ready: 0,
            leases: 0,
            refill: None,
            doubted: false,
            held,
            expiry: At(i64::MAX),
            stamp: born,
            born,
            listed_idle: false,
            listed_starved: false,
        });
        self.domains[domain].queues.push(id);
        self.queue_ids.insert((key.workspace, key.lane, domain), id);
        Some(id)
    }

    pub(super) fn queue_remove(&mut self, now: At, id: u32) {
        self.lift(id);
        self.set_expiry(id, At(i64::MAX));
        let Some(queue) = self.queues.remove(id) else { return };
        self.total -= queue.window.len();
        self.queue_ids.remove(&(queue.key.workspace, queue.key.lane, queue.domain));
        let siblings = &mut self.domains[queue.domain].queues;
        siblings.swap_remove(queue.index as usize);
        if let Some(moved) = siblings.get(queue.index as usize).copied() {
            self.queues[moved].index = queue.index;
        }
        self.domain_remove_if_unused(now, queue.domain);
    }

    /// Puts a queue where it belongs now.
    pub(super) fn place(&mut self, now: At, id: u32) {
        self.lift(id);
        let queue = &mut self.queues[id];
        if queue.held {
            queue.stands = Stands::Held;
            if queue.window.len() > 0 {
                self.sleepers.insert((HELD, id));
            }
            return;
        }
        let mut due = queue.window.due_count(now);
        if due > 0
            && let Resolution::Gone(why) = self.domains[queue.domain].resolution
        {
            let entries = (0..due).filter_map(|_| queue.window.pop()).collect();
            self.fail(id, entries, why);
            due = 0;
        }
        if due > 0 {
            self.line_up(now, id, due)
        } else {
            self.lay_down(now, id)
        }
        self.refill_if_low(now, id);
    }

    fn line_up(&mut self, now: At, id: u32, due: usize) {
        let domain = self.queues[id].domain;
        let Some(site) = self.domain_site(domain) else {
            let waits = (self.domains[domain].resolution == Resolution::Waiting)
                .then_some(self.domains[domain].timer);
            let until = waits.flatten().filter(|until| *until > now);
            if let Some(until) = until {
                self.sleepers.insert((until, id));
            }
            self.queues[id].stands = Stands::Domain(until);
            return;
        };
        let queue = &mut self.queues[id];
        queue.stands = Stands::Ready;
        queue.ready = due;
        let place = Place { id, stamp: queue.stamp };
        let site_state = &mut self.sites[site];
        site_state.ready += due;
        site_state.lanes.push(queue.key.lane, queue.key.workspace, place);
        self.pump(now, site);
    }

    fn lay_down(&mut self, now: At, id: u32) {
        let queue = &mut self.queues[id];
        queue.stands = match queue.window.wakes(now) {
            None => {
                queue.window.shrink();
                Stands::Empty
            }
            Some(at) if queue.window.len() > 0 => {
                self.sleepers.insert((at, id));
                Stands::Asleep(at)
            }
            Some(at) => {
                self.timers.insert((at, Timer::Drained(id)));
                Stands::Drained(at)
            }
        };
        if queue.is_idle() && !queue.listed_idle {
            queue.listed_idle = true;
            self.idle.push_back((id, queue.born));
        }
    }

    /// Takes a queue from where it stands.
    pub(super) fn lift(&mut self, id: u32) {
        let stamp = self.next_serial();
        let queue = &mut self.queues[id];
        match queue.stands {
            Stands::Ready => {
                queue.stamp = stamp;
                queue.stands = Stands::Empty;
                let (lane, ready) = (queue.key.lane, std::mem::take(&mut queue.ready));
                let Resolution::Site(site) = self.domains[queue.domain].resolution else { return };
                let queues = &self.queues;
                let site = &mut self.sites[site];
                site.ready -= ready;
                site.lanes.left(lane, |place| stands_there(queues, place));
            }
            Stands::Asleep(at) => {
                self.sleepers.remove(&(at, id));
            }
            Stands::Drained(at) => {
                self.timers.remove(&(at, Timer::Drained(id)));
            }
            Stands::Domain(Some(until)) => {
                self.sleepers.remove(&(until, id));
            }
            Stands::Held => {
                self.sleepers.remove(&(HELD, id));
            }
            Stands::Domain(None) | Stands::Empty => {}
        }
        self.queues[id].stands = Stands::Empty;
    }

    /// Takes the next entry in line at a site, if any is ready and not expired.
    pub(super) fn take(&mut self, now: At, site: u32) -> Option<(u32, Entry)> {
        loop {
            let queues = &self.queues;
            let place = self.sites[site].lanes.take(Lane::ALL.len(), |place| stands_there(queues, place))?;
            let queue = &mut self.queues[place.id];
            let entry = queue.window.pop().expect("invariant: a queue in line has an entry");
            queue.ready -= 1;
            self.sites[site].ready -= 1;
            if queue.ready > 0 {
                self.sites[site].lanes.push(queue.key.lane, queue.key.workspace, place);
                self.refill_if_low(now, place.id);
            } else {
                queue.stands = Stands::Empty;
                // Its old place is out of the line already: a new stamp is not needed.
                self.place(now, place.id);
            }
            if entry.expires > now {
                return Some((place.id, entry));
            }
            self.fail(place.id, vec![entry], Why::Expired);
        }
    }

    /// Gives entries that left their window to the driver, to end them.
    pub(super) fn fail(&mut self, id: u32, entries: Vec<Entry>, why: Why) {
        if entries.is_empty() {
            return;
        }
        let queue = &mut self.queues[id];
        for entry in &entries {
            queue.leases += 1;
            self.leased
                .insert(entry.delivery, Leased { entry: *entry, queue: id, path: None, forgotten: false });
        }
        self.actions.push(Action::Fail { key: queue.key.clone(), entries, why });
    }

    /// Ends what has expired in a queue. What is held does not expire before it is released.
    pub(super) fn expire(&mut self, now: At, id: u32) {
        if self.queues[id].held {
            self.set_expiry(id, At(i64::MAX));
            return;
        }
        let (expired, next) = self.queues[id].window.expire(now);
        self.set_expiry(id, next);
        self.fail(id, expired, Why::Expired);
        self.place(now, id);
    }

    /// Makes sure that the expiry timer stands no later than `expires`.
    pub(super) fn watch_expiry(&mut self, id: u32, expires: At) {
        if expires < self.queues[id].expiry {
            self.set_expiry(id, expires);
        }
    }

    fn set_expiry(&mut self, id: u32, at: At) {
        let old = std::mem::replace(&mut self.queues[id].expiry, at);
        self.timers.remove(&(old, Timer::Expiry(id)));
        if at != At(i64::MAX) {
            self.timers.insert((at, Timer::Expiry(id)));
        }
    }

    /// Offers an entry to a queue's window; the queue is placed anew when that matters.
    pub(super) fn offer(&mut self, now: At, id: u32, entry: Entry) -> Offer {
        let capacity = self.config.window(self.total);
        let queue = &mut self.queues[id];
        let before = queue.window.len();
        let kept = queue.window.offer(entry, capacity);
        self.total = self.total + queue.window.len() - before;
        if kept == Offer::Kept {
            self.watch_expiry(id, entry.expires);
        }
        let queue = &mut self.queues[id];
        if queue.stands == Stands::Ready && entry.due > now {
            return kept;
        }
        self.recount(now, id);
        kept
    }

    /// Counts again what is due in a queue; cheap for a queue that stays in line.
    pub(super) fn recount(&mut self, now: At, id: u32) {
        let queue = &mut self.queues[id];
        let due = queue.window.due_count(now);
        let resolution = &self.domains[queue.domain].resolution;
        if let (Stands::Ready, true, Resolution::Site(site)) = (queue.stands, due > 0, resolution) {
            let site = *site;
            self.sites[site].ready = self.sites[site].ready + due - queue.ready;
            queue.ready = due;
            self.pump(now, site);
        } else {
            self.place(now, id);
        }
    }
}

impl Queue {
    /// Stands nowhere: whether it has become idle must be looked at.
    pub(super) fn is_at_rest(&self) -> bool {
        self.stands == Stands::Empty
    }

    /// Has nothing, and neither has the database.
    pub(super) fn is_idle(&self) -> bool {
        self.window.len() == 0
            && self.window.complete_below() == Position::END
            && self.leases == 0
            && self.refill.is_none()
    }
}

pub(super) fn stands_there(queues: &crate::slab::Slab<Queue>, place: Place) -> bool {
    queues.find(place.id).is_some_and(|queue| queue.stamp == place.stamp && queue.stands == Stands::Ready)
}
