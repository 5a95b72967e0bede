//! The driver of a world: it does what the scheduler asks, late and badly.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use mail::At;
use queue::{
    Action, Closed, Config, ConnectionId, Entry, Failure, HoldRule, Lane, Lease, PathId, PathLimits,
    Position, QueueKey, QueueRows, Retry, RetrySchedule, Scheduler, Settled, Site, Suspension, Ticket,
    Unresolved, Why,
};

use crate::checks::{Broken, Checks};
use crate::database::{Database, Row};

/// What is wrong with the driver; each fault is found by one checker.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    None,
    RefillLost,
    AnswerLost,
    AcceptLost,
    AcceptedTwice,
    SettledBeforeCommit,
    ConnectionsIgnored,
    AllConnectionsIgnored,
    MessagesIgnored,
    PaceIgnored,
    MemoryIgnored,
    HoldIgnored,
    ExpiryIgnored,
    DuesUnsaid,
    DoubtUnsaid,
}

enum Event {
    Commit,
    Accept(i64),
    /// Whether it was committed could not be heard: its queue is read anew.
    Doubt(i64),
    Resolved(Arc<str>),
    Opened(ConnectionId),
    Ask(ConnectionId),
    Attempted(ConnectionId, QueueKey, Entry),
    Settle(i64, Settled),
    Tell(i64, Settled),
    Read(Ticket, QueueKey, Position, u32),
    Refilled(Ticket, QueueRows),
    Sweep(Ticket, Option<QueueKey>, u32),
    Swept(Ticket, Vec<QueueRows>, bool),
    Cancel,
    Move,
    Hurry,
    Hold,
    Release(HoldRule),
    Crash,
}

pub struct World {
    now: At,
    state: u64,
    fault: Fault,
    config: Config,
    scheduler: Scheduler,
    database: Database,
    checks: Checks,
    events: BTreeMap<(At, u64), Event>,
    serial: u64,
    /// Of the connections that are open or being opened; what still happens on others is void.
    paths: HashMap<ConnectionId, PathId>,
    next_delivery: i64,
    /// Acceptances may be handed over late; so many changes must then be remembered.
    late: bool,
}

const SECOND: u64 = 1_000_000;
/// Nothing in a world lasts longer: the last expiry is well before.
const END: At = At(30 * 86_400 * 1_000_000);

/// A world that takes more is going round in circles.
const STEPS_MAX: u32 = 50_000;

impl World {
    pub fn new(seed: u64, fault: Fault) -> World {
        let mut world = World {
            now: At(0),
            state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15),
            fault,
            config: Config::default(),
            scheduler: Scheduler::new(Config::default(), seed),
            database: Database::default(),
            checks: Checks::new(PathLimits::default(), 0, 0),
            events: BTreeMap::new(),
            serial: 0,
            paths: HashMap::new(),
            next_delivery: 1,
            late: seed.is_multiple_of(2),
        };
        let limits = PathLimits {
            connections_max: 1 + world.below(3),
            messages_per_connection_max: 1 + world.below(5),
            messages_per_s_max: [None, Some(1), Some(3)][world.below(3) as usize],
        };
        let window_max = 1 + world.below(8) as usize;
        let memory_max = 16 + world.below(40) as usize;
        let connections_max = 1 + world.below(8) as usize;
        world.config = Config {
            deliveries_in_memory_max: if fault == Fault::MemoryIgnored { 10_000 } else { memory_max },
            window_max,
            window_min: 1 + world.below(4) as usize,
            queues_idle_max: world.below(4) as usize,
            changes_kept_max: if world.late { 1_000 } else { 4 + world.below(60) as usize },
            sweep_max: 2 + world.below(20),
            sources: 1 + u16::try_from(world.below(2)).unwrap_or(0),
            limits: faulty(limits, fault),
            connections_max: if fault == Fault::AllConnectionsIgnored { 1_000 } else { connections_max },
            retry: RetrySchedule { first_s: 60, max_s: 600 },
            path_wait_first_s: 10,
            path_wait_max_s: 300,
            horizon_s: 60,
        };
        world.checks = Checks::new(limits, memory_max, connections_max);
        world.scheduler = Scheduler::new(world.config.clone(), seed);
        for _ in 0..4 + world.below(8) {
            world.within(300, Event::Commit);
        }
        for event in
            [Event::Cancel, Event::Move, Event::Move, Event::Hurry, Event::Hurry, Event::Hold, Event::Crash]
        {
            if world.below(2) == 0 {
                world.within(900, event);
            }
        }
        world
    }

    pub fn run(mut self) -> Result<(), Broken> {
        let mut actions = Vec::new();
        for step in 0.. {
            if step >= STEPS_MAX {
                return Err(Broken::Spins(self.now));
            }
            self.scheduler.poll(self.now, &mut actions);
            for action in std::mem::take(&mut actions) {
                self.perform(action)?;
            }
            self.checks.memory(self.scheduler.depth().entries)?;
            let event = self.events.first_key_value().map(|((at, _), _)| *at);
            let wake = self.scheduler.next_wake(self.now);
            let Some(next) = event.into_iter().chain(wake).min().filter(|next| *next < END) else { break };
            self.now = self.now.max(next);
            if event == Some(next)
                && let Some((_, event)) = self.events.pop_first()
            {
                self.happen(event)?;
            }
        }
        let open: Vec<Row> = self.database.rows.values().filter(|row| row.live).cloned().collect();
        if open.is_empty() { Ok(()) } else { Err(Broken::NeverEnds(open)) }
    }

    fn perform(&mut self, action: Action) -> Result<(), Broken> {
        match action {
            Action::Resolve { domain } => {
                if self.fault != Fault::AnswerLost || self.below(4) > 0 {
                    self.soon(Event::Resolved(domain));
                }
            }
            Action::Connect { connection, path, .. } => {
                self.paths.insert(connection, path);
                self.checks.connect(path)?;
                self.soon(Event::Opened(connection));
            }
            Action::WakeIdle { connection } => self.soon(Event::Ask(connection)),
            Action::Refill { ticket, key, from, limit } => {
                if self.fault != Fault::RefillLost || self.below(2) == 0 {
                    self.soon(Event::Read(ticket, key, from, limit));
                }
            }
            Action::Sweep { ticket, after, limit } => self.soon(Event::Sweep(ticket, after, limit)),
            Action::Fail { entries, why, .. } => {
                for entry in entries {
                    self.checks.lease(&entry, &self.database)?;
                    if why == Why::Expired {
                        self.checks.expired(self.now, &entry)?;
                    }
                    self.soon(Event::Settle(entry.delivery, Settled::Ended));
                }
            }
        }
        Ok(())
    }

    fn happen(&mut self, event: Event) -> Result<(), Broken> {
        match event {
            Event::Commit => self.commit(),
            Event::Accept(delivery) => self.accept(delivery),
            Event::Doubt(delivery) => {
                let row = self.database.rows.get_mut(&delivery).expect("committed");
                row.told = true;
                self.scheduler.read_anew(self.now, &row.key);
            }
            Event::Resolved(domain) => self.resolve(&domain),
            Event::Opened(connection) => self.opened(connection),
            Event::Ask(connection) => self.ask(connection)?,
            Event::Attempted(connection, key, entry) => self.attempted(connection, &key, &entry),
            Event::Settle(delivery, outcome) => self.settle(delivery, outcome),
            Event::Tell(delivery, outcome) => {
                self.checks.leased.remove(&delivery);
                self.scheduler.settled(self.now, delivery, outcome);
            }
            Event::Read(ticket, key, from, limit) => {
                let rows = self.database.read(&key, from, limit);
                self.soon(Event::Refilled(ticket, rows));
            }
            Event::Refilled(ticket, rows) => self.scheduler.refilled(self.now, ticket, rows),
            Event::Sweep(ticket, after, limit) => {
                let (queues, end) = self.database.sweep(after.as_ref(), limit);
                self.soon(Event::Swept(ticket, queues, end));
            }
            Event::Swept(ticket, queues, end) => self.scheduler.swept(self.now, ticket, queues, end),
            Event::Cancel => self.cancel(),
            Event::Move => self.move_one(),
            Event::Hurry => self.hurry(),
            Event::Hold => self.hold(),
            Event::Release(rule) => {
                self.checks.holds.retain(|held| *held != rule);
                self.scheduler.hold_exactly(self.now, self.checks.holds.clone());
            }
            Event::Crash => self.crash(),
        }
        Ok(())
    }

    /// Some deliveries are committed; the scheduler hears of them a little later.
    fn commit(&mut self) {
        for _ in 0..1 + self.below(12) {
            let delivery = self.next_delivery;
            self.next_delivery += 1;
            let key = self.some_key();
            let due = self.now.after(Duration::from_secs([0_u64, 0, 0, 30, 600][self.below(5) as usize]));
            let expires = due.after(Duration::from_secs(u64::from(60 + self.below(7_200))));
            let entry = Entry { delivery, message: delivery / 3, due, expires, attempts: 0 };
            self.database.rows.insert(delivery, Row { key, entry, live: true, told: false });
            if self.below(8) == 0 {
                if self.fault != Fault::DoubtUnsaid {
                    self.soon(Event::Doubt(delivery));
                }
            } else if self.fault != Fault::AcceptLost || self.below(4) > 0 {
                if self.late {
                    self.soon(Event::Accept(delivery))
                } else {
                    self.at(self.now, Event::Accept(delivery))
                }
            }
        }
    }

    fn accept(&mut self, delivery: i64) {
        let row = self.database.rows.get_mut(&delivery).expect("committed");
        row.told = true;
        let mut entry = row.entry;
        let mut key = row.key.clone();
        if self.fault == Fault::ExpiryIgnored {
            entry.expires = END;
        }
        self.scheduler.accept(self.now, &key, entry);
        if self.fault == Fault::AcceptedTwice {
            key.workspace += 1;
            self.scheduler.accept(self.now, &key, entry);
        }
    }

    fn resolve(&mut self, domain: &str) {
        let until = self.now.after(Duration::from_secs(u64::from(5 + self.below(300))));
        let site = |key: &str| Ok(Site { key: key.into(), limits: None });
        let answer = match (domain, self.below(8)) {
            (_, 0) => Err(Unresolved::Temporary),
            ("gone.example", _) => Err(Unresolved::NoSuchDomain),
            ("a.example" | "b.example", 1) => site("moved"),
            ("a.example" | "b.example", _) => site("shared"),
            _ => site(domain),
        };
        self.scheduler.resolved(self.now, domain, answer, until);
    }

    fn opened(&mut self, connection: ConnectionId) {
        if self.below(6) == 0 {
            self.end(connection);
            return self.scheduler.connect_failed(self.now, connection);
        }
        self.scheduler.connected(self.now, connection);
        self.soon(Event::Ask(connection));
    }

    fn ask(&mut self, connection: ConnectionId) -> Result<(), Broken> {
        let Some(path) = self.paths.get(&connection).copied() else { return Ok(()) };
        match self.scheduler.lease(self.now, connection) {
            Lease::Take { key, entry } => {
                self.checks.take(self.now, (path, connection), (&key, &entry), &self.database)?;
                self.within(20, Event::Attempted(connection, key, entry));
            }
            // Now and then an idle connection times out.
            Lease::Idle if self.below(3) == 0 => self.close(connection, Closed::Finished),
            Lease::Idle => {}
            Lease::Wait(until) => self.at(until, Event::Ask(connection)),
            Lease::Close => self.close(connection, Closed::Finished),
        }
        Ok(())
    }

    fn attempted(&mut self, connection: ConnectionId, key: &QueueKey, entry: &Entry) {
        let failure = [Failure::Greylisted, Failure::MailboxFull, Failure::Ordinary][self.below(3) as usize];
        let again = match self.scheduler.retry_due(self.now, key.lane, failure, entry) {
            Retry::At(due) => Settled::Retry { due, attempts: entry.attempts + 1 },
            Retry::Expired => Settled::Ended,
        };
        let path = self.paths.get(&connection).copied();
        let outcome = match self.below(12) {
            0..3 => again,
            3 => {
                self.close(connection, Closed::Lost);
                again
            }
            4 => {
                if let Some(path) = path {
                    self.scheduler.slow_down(self.now, path, Suspension::Slowed);
                }
                Settled::Returned
            }
            _ => Settled::Done,
        };
        self.soon(Event::Settle(entry.delivery, outcome));
        self.soon(Event::Ask(connection));
    }

    fn settle(&mut self, delivery: i64, outcome: Settled) {
        if self.fault == Fault::SettledBeforeCommit && self.checks.leased.remove(&delivery) {
            self.scheduler.settled(self.now, delivery, outcome);
            return self.within(60, Event::Settle(delivery, outcome));
        }
        let row = self.database.rows.get_mut(&delivery).expect("leased");
        match outcome {
            Settled::Done | Settled::Ended => row.live = false,
            Settled::Retry { due, attempts } => (row.entry.due, row.entry.attempts) = (due, attempts),
            Settled::Returned => {}
        }
        self.soon(Event::Tell(delivery, outcome));
    }

    /// Any delivery that the scheduler was told of and that is not leased.
    fn some_waiting(&mut self) -> Option<i64> {
        let leased = &self.checks.leased;
        let rows = self.database.rows.iter().filter(|(id, row)| row.live && row.told && !leased.contains(id));
        let waiting: Vec<i64> = rows.map(|(id, _)| *id).collect();
        let index = self.below(u32::try_from(waiting.len()).unwrap_or(1).max(1)) as usize;
        waiting.get(index).copied()
    }

    fn cancel(&mut self) {
        let Some(delivery) = self.some_waiting() else { return };
        let row = self.database.rows.get_mut(&delivery).expect("waiting");
        row.live = false;
        self.scheduler.forget(self.now, &row.key, delivery);
        self.within(60, Event::Cancel);
    }

    fn move_one(&mut self) {
        let Some(delivery) = self.some_waiting() else { return };
        let due = self.now.after(Duration::from_secs(u64::from(self.below(60))));
        let row = self.database.rows.get_mut(&delivery).expect("waiting");
        row.entry.due = due;
        self.scheduler.reschedule(self.now, &row.key, row.entry);
        self.within(60, Event::Move);
    }

    /// An operator makes everything of a domain due now, in the database; the scheduler is told that dues changed.
    fn hurry(&mut self) {
        let rule = HoldRule { domain: Some(self.some_key().domain), ..HoldRule::default() };
        let (now, leased) = (self.now, &self.checks.leased);
        for (id, row) in &mut self.database.rows {
            if row.live && row.told && !leased.contains(id) && row.entry.due > now && rule.matches(&row.key) {
                row.entry.due = now;
            }
        }
        if self.fault != Fault::DuesUnsaid {
            self.scheduler.dues_changed(self.now, &rule);
        }
    }

    fn hold(&mut self) {
        let key = self.some_key();
        let rule = [
            HoldRule { domain: Some(key.domain), ..HoldRule::default() },
            HoldRule { workspace: Some(key.workspace), lane: Some(key.lane), domain: None },
        ][self.below(2) as usize]
            .clone();
        self.checks.held_once = true;
        self.checks.holds.push(rule.clone());
        if self.fault != Fault::HoldIgnored {
            self.scheduler.hold_exactly(self.now, self.checks.holds.clone());
        }
        self.within(5_000, Event::Release(rule));
    }

    /// The process dies and starts again: what was under way is gone, the database and the operator's holds are not.
    fn crash(&mut self) {
        self.events.retain(|_, event| {
            matches!(
                event,
                Event::Commit | Event::Cancel | Event::Move | Event::Hurry | Event::Hold | Event::Release(_)
            )
        });
        self.paths.clear();
        self.checks.crashed();
        self.database.rows.values_mut().for_each(|row| row.told = true);
        let seed = self.random();
        self.scheduler = Scheduler::new(self.config.clone(), seed);
        self.scheduler.hold_exactly(self.now, self.checks.holds.clone());
    }

    fn close(&mut self, connection: ConnectionId, how: Closed) {
        self.end(connection);
        self.scheduler.closed(self.now, connection, how);
    }

    fn end(&mut self, connection: ConnectionId) {
        if let Some(path) = self.paths.remove(&connection) {
            self.checks.closed(path);
        }
    }

    fn some_key(&mut self) -> QueueKey {
        let domains = ["a.example", "b.example", "c.example", "d.example", "gone.example"];
        let domain = domains[self.below(5) as usize].into();
        QueueKey { workspace: 10 * i64::from(self.below(3)), lane: Lane::ALL[self.below(4) as usize], domain }
    }

    fn random(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state = if self.state == 0 { 1 } else { self.state };
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }

    fn below(&mut self, n: u32) -> u32 {
        u32::try_from((self.random() >> 20) % u64::from(n)).unwrap_or(0)
    }

    fn at(&mut self, at: At, event: Event) {
        self.serial += 1;
        self.events.insert((at, self.serial), event);
    }

    fn within(&mut self, seconds: u64, event: Event) {
        let wait = Duration::from_micros(self.random() % (seconds * SECOND));
        self.at(self.now.after(wait), event);
    }

    /// Mostly within milliseconds, sometimes within a minute.
    fn soon(&mut self, event: Event) {
        let wait = if self.below(8) == 0 { 20 * SECOND } else { SECOND / 50 };
        let wait = self.random() % wait;
        self.at(self.now.after(Duration::from_micros(wait)), event);
    }
}

/// The limits as a faulty driver hands them over.
fn faulty(limits: PathLimits, fault: Fault) -> PathLimits {
    match fault {
        Fault::ConnectionsIgnored => PathLimits { connections_max: 20, ..limits },
        Fault::MessagesIgnored => PathLimits { messages_per_connection_max: 100, ..limits },
        Fault::PaceIgnored => PathLimits { messages_per_s_max: None, ..limits },
        _ => limits,
    }
}
