//! What must hold in every world. A checker sees what the driver sees, and knows what the limits were meant to be.

use std::collections::{HashMap, HashSet};

use mail::At;
use queue::{ConnectionId, Entry, HoldRule, PathId, PathLimits, QueueKey};

use crate::database::{Database, Row};

/// What went wrong.
#[derive(Debug)]
#[allow(dead_code, reason = "the numbers are for the reader of a failure")]
pub enum Broken {
    NeverEnds(Vec<Row>),
    Spins(At),
    LeasedTwice(i64),
    LeasedWhenOver(i64),
    LeasedOtherThanStored(Entry),
    LeasedEarly(i64),
    LeasedExpired(i64),
    ExpiredEarly(i64),
    /// It had an hour and nobody held it.
    NeverTried(i64),
    LeasedWhileHeld(i64),
    TooManyConnections(u32),
    TooManyInAll(u32),
    TooManyMessages(u32),
    TooFast(i64),
    TooMuchMemory(usize),
}

pub struct Checks {
    pub limits: PathLimits,
    pub memory_max: usize,
    pub connections_max: usize,
    pub holds: Vec<HoldRule>,
    /// A hold was in force at some time.
    pub held_once: bool,
    pub tried: HashSet<i64>,
    pub leased: HashSet<i64>,
    pub connections: HashMap<PathId, u32>,
    pub sent: HashMap<ConnectionId, u32>,
    pub last: HashMap<PathId, At>,
}

impl Checks {
    pub fn new(limits: PathLimits, memory_max: usize, connections_max: usize) -> Checks {
        Checks {
            limits,
            memory_max,
            connections_max,
            holds: Vec::new(),
            held_once: false,
            tried: HashSet::new(),
            leased: HashSet::new(),
            connections: HashMap::new(),
            sent: HashMap::new(),
            last: HashMap::new(),
        }
    }

    /// After a crash nothing of the old process is left, save what it did to its peers.
    pub fn crashed(&mut self) {
        self.leased.clear();
        self.connections.clear();
        self.sent.clear();
        self.last.clear();
    }

    pub fn memory(&self, entries: usize) -> Result<(), Broken> {
        if entries > self.memory_max { Err(Broken::TooMuchMemory(entries)) } else { Ok(()) }
    }

    pub fn connect(&mut self, path: PathId) -> Result<(), Broken> {
        let open = self.connections.entry(path).or_default();
        *open += 1;
        if *open > self.limits.connections_max {
            return Err(Broken::TooManyConnections(*open));
        }
        let all = self.connections.values().sum();
        if all as usize > self.connections_max { Err(Broken::TooManyInAll(all)) } else { Ok(()) }
    }

    pub fn closed(&mut self, path: PathId) {
        *self.connections.entry(path).or_insert(1) -= 1;
    }

    /// A delivery was given to a connection.
    pub fn take(
        &mut self,
        now: At,
        (path, connection): (PathId, ConnectionId),
        (key, entry): (&QueueKey, &Entry),
        database: &Database,
    ) -> Result<(), Broken> {
        self.lease(entry, database)?;
        self.tried.insert(entry.delivery);
        if entry.due > now {
            return Err(Broken::LeasedEarly(entry.delivery));
        }
        if database.rows[&entry.delivery].entry.expires <= now {
            return Err(Broken::LeasedExpired(entry.delivery));
        }
        if self.holds.iter().any(|rule| rule.matches(key)) {
            return Err(Broken::LeasedWhileHeld(entry.delivery));
        }
        let sent = self.sent.entry(connection).or_default();
        *sent += 1;
        if *sent > self.limits.messages_per_connection_max {
            return Err(Broken::TooManyMessages(*sent));
        }
        let last = self.last.insert(path, now);
        if let (Some(rate), Some(last)) = (self.limits.messages_per_s_max, last)
            && now.0 - last.0 < 1_000_000 / i64::from(rate)
        {
            return Err(Broken::TooFast(now.0 - last.0));
        }
        Ok(())
    }

    /// A delivery was given up because it expired.
    pub fn expired(&self, now: At, entry: &Entry) -> Result<(), Broken> {
        if entry.expires > now {
            return Err(Broken::ExpiredEarly(entry.delivery));
        }
        let had_an_hour = entry.expires.since(entry.due).as_secs() >= 3_600;
        if had_an_hour && !self.held_once && !self.tried.contains(&entry.delivery) {
            return Err(Broken::NeverTried(entry.delivery));
        }
        Ok(())
    }

    /// Any lease, also one that is given to be failed.
    pub fn lease(&mut self, entry: &Entry, database: &Database) -> Result<(), Broken> {
        let row = &database.rows[&entry.delivery];
        if !self.leased.insert(entry.delivery) {
            return Err(Broken::LeasedTwice(entry.delivery));
        }
        if !row.live {
            return Err(Broken::LeasedWhenOver(entry.delivery));
        }
        let stored = Entry { expires: entry.expires, ..row.entry };
        if stored == *entry { Ok(()) } else { Err(Broken::LeasedOtherThanStored(*entry)) }
    }
}
