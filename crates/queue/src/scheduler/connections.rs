//! Connections: when one is opened or woken, what it is given, and what its path learns from it.

use mail::At;

use super::{Action, Leased, Scheduler, Timer};
use crate::entry::{Entry, QueueKey};
use crate::path::{PathId, Suspension};

/// Names a connection from its `Connect` to its end; never given twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ConnectionId(pub(super) u64);

/// What a connection does next.
#[derive(Clone, PartialEq, Eq, Debug)]
#[must_use]
pub enum Lease {
    /// Attempt this delivery, then settle it. The next lease may be asked for before.
    Take { key: QueueKey, entry: Entry },
    /// Nothing now: wait for [`Action::WakeIdle`], or close when the wait gets long.
    Idle,
    /// The pace: ask again then.
    Wait(At),
    /// QUIT, then `closed`.
    Close,
}

/// How a connection ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Closed {
    /// By us, or by the peer between messages.
    Finished,
    /// By the peer or the network while it was needed.
    Lost,
}

pub(super) struct Connection {
    path: u32,
    doing: Doing,
    sent: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Doing {
    Opening,
    /// Will ask for a lease.
    Woken,
    Working,
    Idle,
    Waiting,
    Closing,
}

impl Scheduler {
    /// The connection is ready for its first lease.
    pub fn connected(&mut self, _now: At, connection: ConnectionId) {
        if let Some(connection) =
            self.connections.get_mut(&connection.0).filter(|c| c.doing == Doing::Opening)
        {
            connection.doing = Doing::Woken;
        }
    }

    /// The connection could not be opened: its path rests, longer each time in a row.
    pub fn connect_failed(&mut self, now: At, connection: ConnectionId) {
        let Some(path) = self.disconnect(connection) else { return };
        self.paths[path].connect_failed(now, &self.config, &mut self.chance);
        self.path_changed(now, path);
    }

    /// The connection is gone. What it had leased is settled apart.
    pub fn closed(&mut self, now: At, connection: ConnectionId, how: Closed) {
        let Some(path) = self.disconnect(connection) else { return };
        match how {
            Closed::Finished => {}
            Closed::Lost => self.paths[path].lost(now, &self.config, &mut self.chance),
        }
        self.path_changed(now, path);
    }

    /// The site wants us slower (421, a rate code), or not at all (`Blocked`): the path sleeps, longer each time in a
    /// row, its connections are told to close, and it begins again with one. Gives until when.
    pub fn slow_down(&mut self, now: At, path: PathId, why: Suspension) -> Option<At> {
        let state = self.paths.find_mut(path.0)?;
        state.slow_down(now, why, &self.config, &mut self.chance);
        let until = state.suspended_until;
        self.path_changed(now, path.0);
        Some(until)
    }

    /// Nothing is sent over the path until `until`; a moment that has passed ends its sleep.
    pub fn suspend(&mut self, now: At, path: PathId, until: At, why: Suspension) {
        if let Some(state) = self.paths.find_mut(path.0) {
            state.suspend(until, why);
            self.path_changed(now, path.0);
        }
    }

    /// What this connection does next.
    pub fn lease(&mut self, now: At, id: ConnectionId) -> Lease {
        self.rouse(id, Doing::Working);
        let Some(connection) = self.connections.get_mut(&id.0) else { return Lease::Close };
        let path = &mut self.paths[connection.path];
        let spent = connection.sent >= path.limits.messages_per_connection_max.max(1);
        if spent || path.is_suspended(now) || path.is_crowded() {
            connection.doing = Doing::Closing;
            path.closing += 1;
            return Lease::Close;
        }
        let (site, path_id) = (path.site, connection.path);
        if self.sites[site].ready > 0
            && let Some(until) = path.paced_until(now)
        {
            connection.doing = Doing::Waiting;
            path.waiting += 1;
            return Lease::Wait(until);
        }
        let Some((queue, entry)) = self.take(now, site) else {
            self.paths[path_id].idle.push(id);
            self.set_doing(id, Doing::Idle);
            return Lease::Idle;
        };
        self.paths[path_id].spend(now);
        self.sites[site].leases += 1;
        self.queues[queue].leases += 1;
        self.leased.insert(entry.delivery, Leased { entry, queue, path: Some(path_id), forgotten: false });
        if let Some(connection) = self.connections.get_mut(&id.0) {
            connection.sent += 1;
        }
        Lease::Take { key: self.queues[queue].key.clone(), entry }
    }

    /// Gives the entries in line at a site connections to go out by, as many as limits allow.
    ///
    /// Connections that work are not counted upon: they may be stuck for minutes in a slow peer.
    pub(super) fn pump(&mut self, now: At, site: u32) {
        while self.sites[site].ready > self.sites[site].supply {
            let paths = &self.sites[site].paths;
            let wake = paths.iter().copied().find(|path| self.paths[*path].may_wake(now));
            let open = paths.iter().copied().filter(|path| self.paths[*path].may_connect(now));
            let fewest = open.min_by_key(|path| self.paths[*path].open);
            match (wake, fewest) {
                (Some(path), _) => self.wake(site, path),
                (None, Some(path)) => self.connect(site, path),
                (None, None) => return self.watch_paths(now, site),
            }
        }
    }

    fn wake(&mut self, site: u32, path: u32) {
        let connection =
            self.paths[path].idle.pop().expect("invariant: a path that may wake has an idle connection");
        self.sites[site].supply += 1;
        self.set_doing(connection, Doing::Woken);
        self.actions.push(Action::WakeIdle { connection });
    }

    fn connect(&mut self, site: u32, path: u32) {
        let connection = ConnectionId(self.next_serial());
        self.connections.insert(connection.0, Connection { path, doing: Doing::Opening, sent: 0 });
        self.sites[site].supply += 1;
        self.paths[path].open += 1;
        let (source, site) = (self.paths[path].source, self.sites[site].key.clone());
        self.actions.push(Action::Connect { connection, path: PathId(path), source, site });
    }

    fn set_doing(&mut self, id: ConnectionId, doing: Doing) {
        if let Some(connection) = self.connections.get_mut(&id.0) {
            connection.doing = doing;
        }
    }

    /// Takes a connection out of what it does.
    fn rouse(&mut self, id: ConnectionId, doing: Doing) {
        let Some(connection) = self.connections.get_mut(&id.0) else { return };
        let path = &mut self.paths[connection.path];
        match std::mem::replace(&mut connection.doing, doing) {
            Doing::Opening | Doing::Woken => self.sites[path.site].supply -= 1,
            Doing::Idle => path.idle.retain(|idle| *idle != id),
            Doing::Waiting => path.waiting -= 1,
            Doing::Closing => path.closing -= 1,
            Doing::Working => {}
        }
    }

    fn disconnect(&mut self, id: ConnectionId) -> Option<u32> {
        self.rouse(id, Doing::Working);
        let connection = self.connections.remove(&id.0)?;
        self.paths[connection.path].open -= 1;
        Some(connection.path)
    }

    pub(super) fn path_wakes(&mut self, now: At, path: u32) {
        self.set_path_timer(path, None);
        self.path_changed(now, path);
    }

    /// A path may have become free, or begun to rest.
    fn path_changed(&mut self, now: At, path: u32) {
        let site = self.paths[path].site;
        self.pump(now, site);
        self.watch_path(now, path);
        self.site_remove_if_unused(now, site);
    }

    pub(super) fn watch_paths(&mut self, now: At, site: u32) {
        for index in 0..self.sites[site].paths.len() {
            self.watch_path(now, self.sites[site].paths[index]);
        }
    }

    fn watch_path(&mut self, now: At, path: u32) {
        let wakes = self.paths[path].wakes(now);
        if wakes != self.paths[path].timer {
            self.set_path_timer(path, wakes);
        }
    }

    pub(super) fn set_path_timer(&mut self, path: u32, at: Option<At>) {
        let old = std::mem::replace(&mut self.paths[path].timer, at);
        if let Some(old) = old {
            self.timers.remove(&(old, Timer::Path(path)));
        }
        if let Some(at) = at {
            self.timers.insert((at, Timer::Path(path)));
        }
    }
}
