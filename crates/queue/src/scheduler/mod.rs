//! The scheduler: every waiting delivery that is in memory, and what the driver must do next.
//!
//! A delivery stands in a queue (workspace, lane, domain); a queue belongs to a domain, a domain is resolved to a site,
//! a site has a path from each source, a path has connections. Ready queues stand in line at their site
//! (`crate::lanes`), and a connection takes from the line whose path may send. Sites for which there is no room among all
//! connections stand in a line of their own (`crowd`).
//!
//! What the driver owes
//! 1. `accept`, `settled`, `forget` and `reschedule` are called after the database has committed the same.
//! 2. After any calls it calls [`Scheduler::poll`] and performs the actions; and again at [`Scheduler::next_wake`].
//! 3. Every `Resolve`, `Connect`, `Refill` and `Sweep` is answered once; a read that failed is read again.
//! 4. Every lease is settled, also those given by `Fail`; every connection ends with `closed` or `connect_failed`.
//!
//! Not here: what is kept of a queue (`crate::window`), which rows of a read can be trusted (`crate::reads`).

mod actions;
mod connections;
mod crowd;
mod domains;
mod entries;
mod fill;
mod hold;
mod queues;
mod sweep;
mod view;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use mail::At;

pub use actions::{Action, Why};
pub use connections::{Closed, ConnectionId, Lease};
pub use domains::{Site, Unresolved};
pub use entries::{Forgot, Placed, Settled};
pub use fill::QueueRows;
pub use hold::HoldRule;
pub use view::{Depth, PathView, QueueView, Waiting};

use crate::chance::{Chance, Numbers, Seeded};
use crate::config::Config;
use crate::entry::{Entry, Lane};
use crate::path::Path;
use crate::reads::Reads;
use crate::retry::{self, Failure, Retry};
use crate::slab::Slab;
use connections::Connection;
use domains::{Domain, SiteState};
use queues::{HELD, Queue};
use sweep::Sweep;

/// See the module.
pub struct Scheduler {
    config: Config,
    chance: Chance,
    holds: hold::Holds,
    queues: Slab<Queue>,
    queue_ids: HashMap<(i64, Lane, u32), u32, Numbers>,
    domains: Slab<Domain>,
    domain_ids: HashMap<Arc<str>, u32, Seeded>,
    sites: Slab<SiteState>,
    site_ids: HashMap<Arc<str>, u32, Seeded>,
    paths: Slab<Path>,
    connections: HashMap<u64, Connection, Numbers>,
    crowd: crowd::Crowd,
    leased: HashMap<i64, Leased, Numbers>,
    /// Entries in windows and leased.
    total: usize,
    /// Makes stamps and connections' names; never the same twice.
    serial: u64,
    /// Queues with entries none of which can be sent, by when one can. The last one gives way when memory is full.
    sleepers: BTreeSet<(At, u32)>,
    timers: BTreeSet<(At, Timer)>,
    /// Queues that became empty, longest ago first, with their stamp of birth.
    idle: VecDeque<(u32, u64)>,
    /// Queues that want to read but find no room, longest waiting first, with their stamp of birth.
    starved: VecDeque<(u32, u64)>,
    reads: Reads,
    sweep: Sweep,
    actions: Vec<Action>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Timer {
    /// Has nothing in memory; the database has something due then.
    Drained(u32),
    Expiry(u32),
    Domain(u32),
    Path(u32),
}

/// A delivery that is out of its queue until it is settled.
struct Leased {
    entry: Entry,
    queue: u32,
    /// None: given to the driver to fail it.
    path: Option<u32>,
    /// Cancelled meanwhile: it does not go back into its queue.
    forgotten: bool,
}

impl Scheduler {
    /// Knows nothing: its first action is a sweep of the database. `seed` decides every spread and should be secret.
    #[must_use]
    pub fn new(config: Config, seed: u64) -> Scheduler {
        Scheduler {
            chance: Chance::new(seed),
            holds: hold::Holds::default(),
            queues: Slab::new(),
            queue_ids: HashMap::default(),
            domains: Slab::new(),
            domain_ids: HashMap::with_hasher(Seeded(seed)),
            sites: Slab::new(),
            site_ids: HashMap::with_hasher(Seeded(seed)),
            paths: Slab::new(),
            connections: HashMap::default(),
            crowd: crowd::Crowd::default(),
            leased: HashMap::default(),
            total: 0,
            serial: 0,
            sleepers: BTreeSet::new(),
            timers: BTreeSet::new(),
            idle: VecDeque::new(),
            starved: VecDeque::new(),
            reads: Reads::new(config.changes_kept_max),
            sweep: Sweep::new(),
            actions: Vec::new(),
            config,
        }
    }

    /// Does what has become due and appends what the driver must do. Cheap when there is nothing.
    pub fn poll(&mut self, now: At, actions: &mut Vec<Action>) {
        // A domain first, then the queues that slept until it is asked again.
        while let Some((_, timer)) = self.timers.first().copied().filter(|(at, _)| *at <= now) {
            self.fire(now, timer);
        }
        while let Some((_, id)) = self.sleepers.first().copied().filter(|(at, _)| *at <= now) {
            self.place(now, id);
        }
        self.feed_starved(now);
        self.sweep_step(now);
        self.forget_idle(now);
        self.call_in_line(now);
        actions.append(&mut self.actions);
    }

    /// When `poll` has something to do without any other call before; none: never.
    #[must_use]
    pub fn next_wake(&self, now: At) -> Option<At> {
        let moments = [
            (!self.actions.is_empty()).then_some(now),
            self.sleepers.first().map(|(at, _)| *at),
            self.timers.first().map(|(at, _)| *at),
            self.sweep_wakes(now),
        ];
        moments.into_iter().flatten().min().filter(|at| *at < HELD)
    }

    /// When a delivery of `lane` is tried again after its attempt number `attempts` (from 1) failed.
    pub fn retry_due(&mut self, now: At, lane: Lane, failure: Failure, tried: &Entry) -> Retry {
        let wait = self.config.retry.wait(lane, failure, tried.attempts.saturating_add(1));
        retry::due(&mut self.chance, now, wait, tried.expires)
    }

    fn fire(&mut self, now: At, timer: Timer) {
        match timer {
            Timer::Drained(id) => self.place(now, id),
            Timer::Expiry(id) => self.expire(now, id),
            Timer::Domain(id) => self.domain_outdated(now, id),
            Timer::Path(id) => self.path_wakes(now, id),
        }
    }

    fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }
}
