//! What the queue looks like from outside: for metrics and the queue API.

use std::sync::Arc;

use mail::At;

use super::domains::Resolution;
use super::queues::{Queue, Stands};
use super::{Scheduler, Why};
use crate::entry::{Position, QueueKey};
use crate::path::{PathId, Suspension};

/// Sums over everything that is in memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Depth {
    /// Entries in memory, leased ones included.
    pub entries: usize,
    pub leased: usize,
    pub queues: usize,
    pub domains: usize,
    pub sites: usize,
    pub connections: usize,
    /// Every queue of the database is known; their ends may still be in the database only.
    pub swept: bool,
}

/// A queue that is known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueueView {
    pub key: QueueKey,
    /// Entries in memory that are not leased.
    pub waiting: usize,
    pub leased: u32,
    /// The database has more.
    pub spilled: bool,
    /// Where its domain's mail goes, once that is known.
    pub site: Option<Arc<str>>,
    pub why: Waiting,
}

/// What a queue waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Waiting {
    /// Nothing: it is empty, or a read is under way.
    Nothing,
    /// A connection.
    Connection,
    /// Its first entry is not due before.
    Due(At),
    Held,
    /// The domain is being resolved.
    Resolving,
    /// The domain could not be resolved; the next try is then.
    Unresolved(At),
    /// The domain takes no mail.
    Gone(Why),
    /// All paths of its site rest.
    Path(Suspension, At),
}

/// A path with its state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PathView {
    pub path: PathId,
    pub site: Arc<str>,
    pub source: u16,
    pub connections: u32,
    /// How many there may be now.
    pub connections_max: u32,
    /// Entries in line at its site.
    pub ready: usize,
    /// Why and until when it rests.
    pub rests: Option<(Suspension, At)>,
}

impl Scheduler {
    #[must_use]
    pub fn depth(&self) -> Depth {
        Depth {
            entries: self.total,
            leased: self.leased.len(),
            queues: self.queues.len(),
            domains: self.domains.len(),
            sites: self.sites.len(),
            connections: self.connections.len(),
            swept: self.sweep.is_over(),
        }
    }

    /// One queue, if it is known.
    #[must_use]
    pub fn queue(&self, now: At, key: &QueueKey) -> Option<QueueView> {
        self.queue_find(key).map(|id| self.queue_view(now, &self.queues[id]))
    }

    /// All known queues, in no order.
    pub fn queues(&self, now: At) -> impl Iterator<Item = QueueView> {
        self.queues.iter().map(move |(_, queue)| self.queue_view(now, queue))
    }

    /// All paths, in no order.
    pub fn paths(&self, now: At) -> impl Iterator<Item = PathView> {
        self.paths.iter().map(move |(id, path)| PathView {
            path: PathId(id),
            site: self.sites[path.site].key.clone(),
            source: path.source,
            connections: path.open,
            connections_max: path.connections_max(),
            ready: self.sites[path.site].ready,
            rests: (path.rests_until() > now).then(|| (path.why, path.rests_until())),
        })
    }

    fn queue_view(&self, now: At, queue: &Queue) -> QueueView {
        QueueView {
            key: queue.key.clone(),
            waiting: queue.window.len(),
            leased: queue.leases,
            spilled: queue.window.complete_below() != Position::END,
            site: match self.domains[queue.domain].resolution {
                Resolution::Site(site) => Some(self.sites[site].key.clone()),
                Resolution::Unknown | Resolution::Waiting | Resolution::Gone(_) => None,
            },
            why: self.waits_for(now, queue),
        }
    }

    fn waits_for(&self, now: At, queue: &Queue) -> Waiting {
        let domain = &self.domains[queue.domain];
        match (queue.stands, domain.resolution) {
            (Stands::Held, _) => Waiting::Held,
            (Stands::Empty, Resolution::Gone(why)) => Waiting::Gone(why),
            (Stands::Empty, _) => Waiting::Nothing,
            (Stands::Asleep(at) | Stands::Drained(at), _) => Waiting::Due(at),
            (Stands::Domain(_), Resolution::Waiting) => Waiting::Unresolved(domain.timer.unwrap_or(now)),
            (Stands::Domain(_), Resolution::Gone(why)) => Waiting::Gone(why),
            (Stands::Domain(_), Resolution::Unknown | Resolution::Site(_)) => Waiting::Resolving,
            (Stands::Ready, Resolution::Site(site)) => self.site_waits(now, site),
            (Stands::Ready, Resolution::Unknown | Resolution::Waiting | Resolution::Gone(_)) => {
                Waiting::Resolving
            }
        }
    }

    fn site_waits(&self, now: At, site: u32) -> Waiting {
        let paths = self.sites[site].paths.iter().map(|path| &self.paths[*path]);
        match paths.min_by_key(|path| path.rests_until()) {
            Some(path) if path.rests_until() > now => Waiting::Path(path.why, path.rests_until()),
            Some(_) | None => Waiting::Connection,
        }
    }
}
