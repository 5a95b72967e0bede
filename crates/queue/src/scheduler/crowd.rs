//! Room for connections: there may be only so many in all, whatever the paths would allow.
//!
//! Guarantees
//! 1. There are never more than [`crate::Config::connections_max`], and less urgent mail leaves some to the more urgent:
//!    a campaign to any number of sites does not keep a code waiting.
//! 2. A site that finds no room stands in line, for one connection at a time: lanes by urgency, the workspaces of a lane
//!    in turn (`crate::lanes`). When a connection ends, the next one goes on.
//! 3. A connection that has nothing to do, or has had its time, gives way to a site that waits for its room.

use std::collections::BTreeSet;
use std::time::Duration;

use mail::At;

use super::domains::SiteState;
use super::queues::stands_there;
use super::{ConnectionId, Scheduler};
use crate::entry::Lane;
use crate::lanes::{Lanes, Place};
use crate::slab::Slab;

/// How long a connection keeps its room while others wait for it; the message that it has then, it ends. Reason: some
/// dozens of messages to a site that takes them, and a site that takes minutes for each must not have the room for hours.
const HELD_MAX: Duration = Duration::from_secs(30);

/// Who has room, who waits for it, and who could give it up.
#[derive(Default)]
pub(super) struct Crowd {
    line: Lanes,
    /// Connections, by the lane that they were opened for.
    open: [usize; Lane::ALL.len()],
    /// Those of them that idle, the one that has idled longest first.
    idle: [BTreeSet<(u64, ConnectionId)>; Lane::ALL.len()],
}

/// A site's place in the line.
#[derive(Clone, Copy)]
pub(super) struct InLine {
    lane: Lane,
    stamp: u64,
}

impl Crowd {
    pub(super) fn opened(&mut self, lane: Lane) {
        self.open[usize::from(lane.number())] += 1;
    }

    pub(super) fn ended(&mut self, lane: Lane) {
        self.open[usize::from(lane.number())] -= 1;
    }

    pub(super) fn idles(&mut self, lane: Lane, since: u64, connection: ConnectionId) {
        self.idle[usize::from(lane.number())].insert((since, connection));
    }

    pub(super) fn idles_no_more(&mut self, lane: Lane, since: u64, connection: ConnectionId) {
        self.idle[usize::from(lane.number())].remove(&(since, connection));
    }
}

impl Scheduler {
    /// The lane for which a site may open a connection now: that of the most urgent that it has in line. None when there
    /// is no room for it, or others have waited for longer.
    pub(super) fn lane_with_room(&mut self, site: u32) -> Option<Lane> {
        let (lane, _) = self.first_at(site)?;
        let has_room = self.crowd.line.is_empty() && usize::from(lane.number()) < self.lanes_with_room();
        has_room.then_some(lane)
    }

    /// Of each lane, whether it and the less urgent ones have as many connections as they may.
    fn full(&self) -> [bool; Lane::ALL.len()] {
        let mut open = self.connections.len();
        Lane::ALL.map(|lane| {
            let full = open >= self.config.connections_share(lane);
            open -= self.crowd.open[usize::from(lane.number())];
            full
        })
    }

    /// How many lanes, of the most urgent ones, have room for another connection.
    fn lanes_with_room(&self) -> usize {
        let full = self.full();
        full.iter().position(|full| *full).unwrap_or(full.len())
    }

    /// The most urgent lane of whose connections one must end before another of `lane` may begin; that of a more urgent
    /// lane would not help. None: there is room.
    fn in_the_way(&self, lane: Lane) -> Option<usize> {
        self.full()[..=usize::from(lane.number())].iter().rposition(|full| *full)
    }

    /// Whose turn it is at a site.
    fn first_at(&mut self, site: u32) -> Option<(Lane, i64)> {
        let queues = &self.queues;
        self.sites[site].lanes.first(|place| stands_there(queues, place))
    }

    /// A site that wants a connection waits until there is room.
    pub(super) fn stand_in_line(&mut self, site: u32) {
        let Some((lane, workspace)) = self.first_at(site) else { return };
        if self.sites[site].in_line.is_some_and(|place| place.lane <= lane) {
            return;
        }
        self.leave_line(site);
        let stamp = self.next_serial();
        self.sites[site].in_line = Some(InLine { lane, stamp });
        self.crowd.line.push(lane, workspace, Place { id: site, stamp });
        if let Some(from) = self.in_the_way(lane) {
            self.send_away(from);
        }
    }

    pub(super) fn leave_line(&mut self, site: u32) {
        let Some(InLine { lane, .. }) = self.sites[site].in_line.take() else { return };
        let sites = &self.sites;
        self.crowd.line.left(lane, |place| waits_there(sites, place));
    }

    /// A connection of a site has had its time: for another it waits behind the others.
    pub(super) fn go_behind(&mut self, site: u32) {
        let Some(InLine { lane, .. }) = self.sites[site].in_line else { return };
        self.leave_line(site);
        let sites = &self.sites;
        self.crowd.line.clear_front(lane, |place| waits_there(sites, place));
    }

    /// Sends away the connection that has idled longest, of those that were opened for the lanes from `from` on: it asks
    /// for a lease, and is told to close.
    fn send_away(&mut self, from: usize) {
        let longest = self.crowd.idle[from..].iter().filter_map(BTreeSet::first).min();
        if let Some((_, connection)) = longest.copied() {
            self.wake(connection);
        }
    }

    /// Whether a connection of a site, opened for `lane`, takes room that another site waits for.
    pub(super) fn is_waited_for(&self, site: u32, lane: Lane) -> bool {
        if self.crowd.line.is_empty() {
            return false;
        }
        let own = self.sites[site].in_line.map(|place| place.lane);
        let others = |waiting: Lane| self.crowd.line.waiting(waiting) > usize::from(own == Some(waiting));
        let would_help =
            |waiting| self.in_the_way(waiting).is_some_and(|from| from <= usize::from(lane.number()));
        Lane::ALL.into_iter().any(|waiting| others(waiting) && would_help(waiting))
    }

    /// Whether a connection that began to work at `since` has had its time.
    pub(super) fn gives_way(&self, now: At, site: u32, lane: Lane, since: At) -> bool {
        now >= since.after(HELD_MAX) && self.is_waited_for(site, lane)
    }

    /// Gives the room that there is to the sites in line.
    pub(super) fn call_in_line(&mut self, now: At) {
        while !self.crowd.line.is_empty() {
            let (sites, lanes) = (&self.sites, self.lanes_with_room());
            let called = self.crowd.line.take(lanes, |place| waits_there(sites, place));
            let Some(Place { id: site, .. }) = called else { return };
            let place = self.sites[site].in_line.take();
            let lane = self.first_at(site).map(|(lane, _)| lane);
            // What was urgent may have gone out meanwhile, or been cancelled: the rest stands in line behind its like.
            if let (Some(lane), Some(place)) = (lane, place)
                && lane <= place.lane
                && self.sites[site].ready > self.sites[site].supply
                && let Some(path) = self.path_for_connection(now, site)
            {
                self.connect(site, path, lane);
            }
            self.pump(now, site);
        }
    }
}

fn waits_there(sites: &Slab<SiteState>, place: Place) -> bool {
    sites.find(place.id).and_then(|site| site.in_line).is_some_and(|line| line.stamp == place.stamp)
}
