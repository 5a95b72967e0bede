//! What can be set: how much is kept in memory, how paths are limited, when is tried again.

use crate::entry::Lane;
use crate::retry::RetrySchedule;

/// Limits of one path: one source towards one site.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PathLimits {
    /// Connections at the same time, those being opened included. At least 1.
    pub connections_max: u32,
    /// Messages until a connection is closed. At least 1.
    pub messages_per_connection_max: u32,
    /// Messages per second over all connections, evenly spaced; none: as fast as the peer takes them.
    pub messages_per_s_max: Option<u32>,
}

impl Default for PathLimits {
    fn default() -> PathLimits {
        PathLimits { connections_max: 20, messages_per_connection_max: 100, messages_per_s_max: None }
    }
}

/// Everything that a [`crate::Scheduler`] is told at its start.
#[derive(Clone, Debug)]
pub struct Config {
    /// Entries in memory, leased ones included. 200,000 entries take about 20 MB.
    pub deliveries_in_memory_max: usize,
    /// Entries of one queue in memory; a sixteenth of it (at least 16) while memory is more than half full.
    pub window_max: usize,
    /// A queue that knows of more in the database asks for it when it has fewer entries than this.
    pub window_min: usize,
    /// Empty queues that stay known: a known queue that gets mail while others are not known needs no read.
    pub queues_idle_max: usize,
    /// Deliveries that changed are remembered (this many), so that a read begun before cannot bring them back.
    pub changes_kept_max: usize,
    /// Entries that one sweep may bring.
    pub sweep_max: u32,
    /// Local addresses to send from; each has its own path to every site. At least 1.
    pub sources: u16,
    /// Limits of a path whose site brings none of its own.
    pub limits: PathLimits,
    /// Connections over all paths, those being opened included; less urgent mail leaves some to the more urgent. At least 1.
    pub connections_max: usize,
    pub retry: RetrySchedule,
    /// Wait of a path after its first failure; doubles with each further one until a message went through.
    pub path_wait_first_s: u32,
    pub path_wait_max_s: u32,
    /// While memory is more than half full, a queue that is not due within this time is left in the database.
    pub horizon_s: u32,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            deliveries_in_memory_max: 200_000,
            window_max: 2_000,
            window_min: 500,
            queues_idle_max: 10_000,
            changes_kept_max: 131_072,
            sweep_max: 10_000,
            sources: 1,
            limits: PathLimits::default(),
            connections_max: 2_000,
            retry: RetrySchedule::default(),
            path_wait_first_s: 30,
            path_wait_max_s: 1_800,
            horizon_s: 600,
        }
    }
}

impl Config {
    /// How far memory may be filled by deliveries of `lane`: the urgent ones find room that bulk cannot take.
    pub(crate) fn share(&self, lane: Lane) -> usize {
        part(self.deliveries_in_memory_max, lane)
    }

    /// How many connections there may be for `lane` and those that are less urgent.
    pub(crate) fn connections_share(&self, lane: Lane) -> usize {
        part(self.connections_max, lane)
    }

    /// How many entries of one queue are kept when `total` are in memory.
    pub(crate) fn window(&self, total: usize) -> usize {
        if total * 2 < self.deliveries_in_memory_max {
            self.window_max.max(1)
        } else {
            (self.window_max / 16).max(16).min(self.window_max).max(1)
        }
    }
}

/// The part of what there is that mail of a lane may have.
fn part(of: usize, lane: Lane) -> usize {
    let sixteenths = match lane {
        Lane::Code => 16,
        Lane::Transactional => 15,
        Lane::Automation => 14,
        Lane::Campaign => 12,
    };
    (of * sixteenths / 16).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_shared_so_that_urgent_mail_finds_room_and_windows_shrink_under_pressure() {
        let config = Config::default();
        assert_eq!(Lane::ALL.map(|lane| config.share(lane)), [200_000, 187_500, 175_000, 150_000]);
        assert_eq!(Lane::ALL.map(|lane| config.connections_share(lane)), [2_000, 1_875, 1_750, 1_500]);
        for (total, window) in [(0, 2_000), (99_999, 2_000), (100_000, 125), (200_000, 125)] {
            assert_eq!(config.window(total), window, "{total} in memory");
        }
    }
}
