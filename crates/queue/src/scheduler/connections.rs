//! Connections: when one is opened or woken, what it is given, and what its path learns from it.

use mail::At;

use super::{Action, Leased, Scheduler, Timer};
use crate::entry::{Entry, Lane, QueueKey};
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
    /// For which there was room when it was opened.
    lane: Lane,
    doing: Doing,
    sent: u32,
    /// When it was ready for its first lease.
    since: At,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Doing {
    Opening,
    /// Will ask for a lease.
    Woken,
    Working,
    /// With a serial that tells who has idled longest.
    Idle(u64),
    Waiting,
    Closing,
}

impl Scheduler {
    /// The connection is ready for its first lease.
    pub fn connected(&mut self, now: At, connection: ConnectionId) {
        if let Some(connection) =
            self.connections.get_mut(&connection.0).filter(|c| c.doing == Doing::Opening)
        {
            connection.doing = Doing::Woken;
            connection.since = now;
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
        let Some(&Connection { path: path_id, lane, sent, since, .. }) = self.connections.get(&id.0) else {
            return Lease::Close;
        };
        let path = &self.paths[path_id];
        let site = path.site;
        let spent = sent >= path.limits.messages_per_connection_max.max(1);
        if spent || path.is_suspended(now) || path.is_crowded() {
            return self.dismiss(id, path_id);
        }
        if self.gives_way(now, site, lane, since) {
            self.go_behind(site);
            return self.dismiss(id, path_id);
        }
        if self.sites[site].ready > 0
            && let Some(until) = self.paths[path_id].paced_until(now)
        {
            self.paths[path_id].waiting += 1;
            self.set_doing(id, Doing::Waiting);
            return Lease::Wait(until);
        }
        let Some((queue, entry)) = self.take(now, site) else {
            if self.is_waited_for(site, lane) {
                return self.dismiss(id, path_id);
            }
            let serial = self.next_serial();
            self.paths[path_id].idle.push(id);
            self.crowd.idles(lane, serial, id);
            self.set_doing(id, Doing::Idle(serial));
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

    fn dismiss(&mut self, id: ConnectionId, path: u32) -> Lease {
        self.paths[path].closing += 1;
        self.set_doing(id, Doing::Closing);
        Lease::Close
    }

    /// Gives the entries in line at a site connections to go out by, as many as limits allow.
    ///
    /// Connections that work are not counted upon: they may be stuck for minutes in a slow peer.
    pub(super) fn pump(&mut self, now: At, site: u32) {
        while self.sites[site].ready > self.sites[site].supply {
            let paths = &self.sites[site].paths;
            let wake = paths.iter().copied().find(|path| self.paths[*path].may_wake(now));
            if let Some(connection) = wake.and_then(|path| self.paths[path].idle.last().copied()) {
                self.wake(connection);
                continue;
            }
            let Some(path) = self.path_for_connection(now, site) else {
                self.leave_line(site);
                return self.watch_paths(now, site);
            };
            let Some(lane) = self.lane_with_room(site) else {
                self.stand_in_line(site);
                return self.watch_paths(now, site);
            };
            self.connect(site, path, lane);
        }
        self.leave_line(site);
    }

    /// The path of a site that may have another connection, and has fewest.
    pub(super) fn path_for_connection(&self, now: At, site: u32) -> Option<u32> {
        let paths = self.sites[site].paths.iter().copied();
        paths.filter(|path| self.paths[*path].may_connect(now)).min_by_key(|path| self.paths[*path].open)
    }

    /// Has an idle connection ask for a lease.
    pub(super) fn wake(&mut self, connection: ConnectionId) {
        self.rouse(connection, Doing::Woken);
        let Some(woken) = self.connections.get(&connection.0) else { return };
        self.sites[self.paths[woken.path].site].supply += 1;
        self.actions.push(Action::WakeIdle { connection });
    }

    pub(super) fn connect(&mut self, site: u32, path: u32, lane: Lane) {
        let id = ConnectionId(self.next_serial());
        let connection = Connection { path, lane, doing: Doing::Opening, sent: 0, since: At(i64::MAX) };
        self.connections.insert(id.0, connection);
        self.crowd.opened(lane);
        self.sites[site].supply += 1;
        self.paths[path].open += 1;
        let (source, site) = (self.paths[path].source, self.sites[site].key.clone());
        self.actions.push(Action::Connect { connection: id, path: PathId(path), source, site });
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
            Doing::Idle(since) => {
                path.idle.retain(|idle| *idle != id);
                self.crowd.idles_no_more(connection.lane, since, id);
            }
            Doing::Waiting => path.waiting -= 1,
            Doing::Closing => path.closing -= 1,
            Doing::Working => {}
        }
    }

    fn disconnect(&mut self, id: ConnectionId) -> Option<u32> {
        self.rouse(id, Doing::Working);
        let connection = self.connections.remove(&id.0)?;
        self.crowd.ended(connection.lane);
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
