//! A path: one source towards one site, with its limits, its back-off and its pace.

use std::time::Duration;

use mail::At;

use crate::chance::Chance;
use crate::config::{Config, PathLimits};
use crate::retry::doubled;
use crate::scheduler::ConnectionId;

/// Names a path as long as it has connections or is suspended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PathId(pub(crate) u32);

/// Why a path sleeps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Suspension {
    /// No connection could be opened, or they broke one after the other.
    Unreachable,
    /// The site said that we come too fast, or that it has no time (421, 4.7.28).
    Slowed,
    /// The site refuses this source for its reputation.
    Blocked,
    /// A person said so.
    Operator,
}

/// The window of a new path, and one connection, in thousandths (Postfix: `default_destination_concurrency`).
const WINDOW_START: u32 = 5_000;
const ONE: u32 = 1_000;
/// Connections that may break in a row before the path rests.
const LOST_MAX: u32 = 3;

pub(crate) struct Path {
    pub(crate) site: u32,
    pub(crate) source: u16,
    pub(crate) limits: PathLimits,
    /// Connections, those being opened and those told to close included.
    pub(crate) open: u32,
    /// Of them: told to close, and told to wait for the pace.
    pub(crate) closing: u32,
    pub(crate) waiting: u32,
    /// The one used last is woken first, so that the others can time out.
    pub(crate) idle: Vec<ConnectionId>,
    pub(crate) why: Suspension,
    pub(crate) suspended_until: At,
    connect_after: At,
    window: u32,
    failures: u32,
    lost: u32,
    /// The pace allows the next message then.
    free_at: At,
    pub(crate) timer: Option<At>,
}

impl Path {
    pub(crate) fn new(site: u32, source: u16, limits: PathLimits) -> Path {
        Path {
            site,
            source,
            limits,
            open: 0,
            closing: 0,
            waiting: 0,
            idle: Vec::new(),
            why: Suspension::Unreachable,
            suspended_until: At(i64::MIN),
            connect_after: At(i64::MIN),
            window: WINDOW_START,
            failures: 0,
            lost: 0,
            free_at: At(i64::MIN),
            timer: None,
        }
    }

    /// How many connections there may be now: the limit, and what the site has shown to bear.
    pub(crate) fn connections_max(&self) -> u32 {
        (self.window / ONE).min(self.limits.connections_max).max(1)
    }

    pub(crate) fn is_suspended(&self, now: At) -> bool {
        now < self.suspended_until
    }

    /// Until when nothing can be sent over this path that has no connection.
    pub(crate) fn rests_until(&self) -> At {
        if self.open == 0 { self.suspended_until.max(self.connect_after) } else { self.suspended_until }
    }

    pub(crate) fn may_connect(&self, now: At) -> bool {
        // Connections that wait for the pace are enough to keep it.
        self.open < self.connections_max()
            && now >= self.suspended_until
            && now >= self.connect_after
            && self.waiting == 0
    }

    pub(crate) fn may_wake(&self, now: At) -> bool {
        !self.idle.is_empty() && now >= self.suspended_until && now >= self.free_at
    }

    /// More connections than there may be: the one that asks goes.
    pub(crate) fn is_crowded(&self) -> bool {
        self.open - self.closing > self.connections_max()
    }

    /// The moment when something that is not allowed now becomes allowed.
    pub(crate) fn wakes(&self, now: At) -> Option<At> {
        let moments = [self.suspended_until, self.connect_after, self.free_at];
        moments.into_iter().filter(|moment| *moment > now).min()
    }

    /// The pace: none when a message may go now, otherwise when.
    pub(crate) fn paced_until(&self, now: At) -> Option<At> {
        (now < self.free_at).then_some(self.free_at)
    }

    /// A message goes.
    pub(crate) fn spend(&mut self, now: At) {
        if let Some(rate) = self.limits.messages_per_s_max {
            self.free_at = now.after(Duration::from_micros(1_000_000_u64.div_ceil(u64::from(rate.max(1)))));
        }
    }

    /// The site gave a final answer to a message: it works. The window grows by one for each round of it.
    pub(crate) fn succeeded(&mut self) {
        self.failures = 0;
        self.lost = 0;
        self.window = (self.window + self.part()).min(self.limits.connections_max.max(1).saturating_mul(ONE));
    }

    pub(crate) fn connect_failed(&mut self, now: At, config: &Config, chance: &mut Chance) {
        self.shrink();
        self.failures += 1;
        self.why = Suspension::Unreachable;
        self.connect_after = now.after(self.back_off(config, chance));
    }

    /// A connection broke; after some in a row the path rests as if it could not be reached.
    pub(crate) fn lost(&mut self, now: At, config: &Config, chance: &mut Chance) {
        self.lost += 1;
        if self.lost >= LOST_MAX {
            self.lost = 0;
            self.connect_failed(now, config, chance);
        } else {
            self.shrink();
        }
    }

    /// Sleeps, longer each time in a row, and begins again with one connection.
    pub(crate) fn slow_down(&mut self, now: At, why: Suspension, config: &Config, chance: &mut Chance) {
        // Several connections hear the same refusal: it counts once.
        if self.is_suspended(now) {
            return;
        }
        self.failures += 1;
        let until = now.after(self.back_off(config, chance));
        self.suspend(until, why);
    }

    pub(crate) fn suspend(&mut self, until: At, why: Suspension) {
        self.suspended_until = until;
        self.why = why;
        self.window = ONE;
    }

    fn back_off(&self, config: &Config, chance: &mut Chance) -> Duration {
        let times = self.failures.saturating_sub(1) as usize;
        let seconds = doubled(config.path_wait_first_s, times, config.path_wait_max_s);
        chance.jitter(Duration::from_secs(u64::from(seconds)))
    }

    fn shrink(&mut self) {
        self.window = self.window.saturating_sub(self.part()).max(ONE);
    }

    /// One divided by the window, in thousandths.
    fn part(&self) -> u32 {
        ONE * ONE / self.window.max(ONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;

    fn path(limits: PathLimits) -> Path {
        Path::new(0, 0, limits)
    }

    #[test]
    fn the_window_grows_with_answers_up_to_the_limit_and_falls_to_one_when_slowed() {
        let mut path = path(PathLimits { connections_max: 8, ..PathLimits::default() });
        let (config, mut chance) = (Config::default(), Chance::new(1));
        let after = |path: &mut Path, n: u32| {
            (0..n).for_each(|_| path.succeeded());
            path.connections_max()
        };
        let grown = [(0, 5), (6, 6), (7, 7), (8, 8), (1_000, 8)].map(|(n, _)| after(&mut path, n));
        assert_eq!(grown, [5, 6, 7, 8, 8]);
        path.slow_down(At(0), Suspension::Slowed, &config, &mut chance);
        assert_eq!((path.connections_max(), path.is_suspended(At(0))), (1, true));
        assert_eq!([after(&mut path, 1), after(&mut path, 2), after(&mut path, 3)], [2, 2, 3]);
    }

    #[test]
    fn a_path_that_cannot_be_reached_waits_longer_each_time_until_a_message_went_through() {
        let mut path = path(PathLimits::default());
        let (config, mut chance) = (Config::default(), Chance::new(1));
        let mut fails = |path: &mut Path| {
            path.connect_failed(At(0), &config, &mut chance);
            path.connect_after.0 / SECOND
        };
        for expected in [30, 60, 120, 240, 480, 960, 1_800, 1_800] {
            let wait = fails(&mut path);
            assert!((expected * 9 / 10..=expected * 11 / 10).contains(&wait), "{wait} is about {expected}");
        }
        path.succeeded();
        assert!(fails(&mut path) <= 33);
    }

    #[test]
    fn the_pace_spaces_messages_evenly() {
        let mut path = path(PathLimits { messages_per_s_max: Some(4), ..PathLimits::default() });
        assert_eq!(path.paced_until(At(0)), None);
        path.spend(At(0));
        assert_eq!(path.paced_until(At(0)), Some(At(SECOND / 4)));
        assert_eq!(path.paced_until(At(SECOND / 4)), None);
    }
}
