//! A world: one seed, one database, servers of some character, and a node that lives and dies among them.
//!
//! A step is something that happens at a moment of the virtual clock. Steps of a node carry the number of its life:
//! those of a dead one are void, save that what it had asked the database to commit may yet be committed.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use mail::At;
use postrider::feature::egress::settle::{Conclusion, Settlement};
use queue::{Config, ConnectionId, Entry, PathLimits, QueueKey, QueueRows, RetrySchedule, Settled, Ticket};
use smtp::server::ServerConfig;
use store::{StoreError, Write};

use crate::chance::Chance;
use crate::checks::{Broken, Checks};
use crate::disk::Disk;
use crate::node::Node;
use crate::peer::{Ledger, Peer, Said};

/// What is wrong with the node; each fault is found by one checker.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    None,
    AnswersBeforeCommit,
    SettlesBeforeReply,
    SettlementForgotten,
    SuppressionIgnored,
    LimitIgnored,
    SettlesAgainUnguarded,
    SweepLost,
    DotsNotStuffed,
}

/// Longer than anything in a world lasts.
const LASTS: Duration = Duration::from_secs(2 * 86_400);
/// When everything must have been taken, if it can be; then the node starts one last time.
const LAST_START: Duration = Duration::from_secs(86_400);
/// A world that takes more is going round in circles.
const STEPS_MAX: u32 = 200_000;
const START: At = At(1_800_000_000_000_000);
pub(crate) const DOMAINS: [&str; 5] = ["a.example", "b.example", "c.example", "d.example", "gone.example"];
const SITES: u32 = 4;

/// Something that happens.
pub(crate) enum Step {
    /// An application hands over a message.
    Hand,
    /// An operator suppresses a recipient.
    Suppress,
    Kill,
    Start,
    /// A domain's mail goes elsewhere from now on.
    MoveMx,
    /// Of the node with this life.
    Own(u32, Own),
}

/// Something that happens to a node.
pub(crate) enum Own {
    Resolved(Arc<str>),
    Opened(ConnectionId),
    Ask(ConnectionId),
    ToPeer(ConnectionId, Vec<u8>),
    ToUs(ConnectionId, Said),
    /// Nothing was heard since the number.
    Silence(ConnectionId, u64),
    Commit(Box<Job>),
    Read(Reading),
    Refilled(Ticket, QueueRows),
    Swept(Ticket, Vec<QueueRows>, bool),
    /// The scheduler's next moment.
    Wake,
}

pub(crate) enum Reading {
    Refill { ticket: Ticket, key: QueueKey, from: queue::Position, limit: u32 },
    Sweep { ticket: Ticket, after: Option<QueueKey>, limit: u32 },
}

/// A write on its way to the database.
pub(crate) struct Job {
    pub(crate) write: Write,
    pub(crate) then: Then,
    /// It was offered before.
    pub(crate) again: bool,
}

/// Who waits for it.
pub(crate) enum Then {
    Accepted { recipients: Vec<(String, bytes::Bytes)>, queued: Vec<(QueueKey, Entry)> },
    Settled(Arc<Settlement>),
    Suppressed(String),
}

pub struct World {
    pub(crate) now: At,
    pub(crate) chance: Chance,
    pub(crate) fault: Fault,
    pub(crate) disk: Disk,
    pub(crate) config: Config,
    pub(crate) server: Arc<ServerConfig>,
    pub(crate) peers: HashMap<Arc<str>, Peer>,
    pub(crate) mx: HashMap<&'static str, Arc<str>>,
    pub(crate) ledger: Ledger,
    pub(crate) checks: Checks,
    pub(crate) node: Option<Node>,
    pub(crate) life: u32,
    pub(crate) recipients: u32,
    agenda: BTreeMap<(At, u64), Step>,
    serial: u64,
    woken_at: Option<At>,
    /// One line a step, for whoever reads a failure.
    pub(crate) log: Vec<String>,
}

impl World {
    /// The world of a seed.
    #[must_use]
    pub fn new(seed: u64, fault: Fault) -> World {
        let mut chance = Chance::new(seed);
        let limits = PathLimits {
            connections_max: 1 + chance.below(3),
            messages_per_connection_max: 1 + chance.below(5),
            messages_per_s_max: [None, Some(1), Some(5)][chance.below(3) as usize],
        };
        let handed =
            if fault == Fault::LimitIgnored { PathLimits { connections_max: 9, ..limits } } else { limits };
        let config = Config {
            deliveries_in_memory_max: 16 + chance.below(40) as usize,
            window_max: 1 + chance.below(8) as usize,
            window_min: 1 + chance.below(3) as usize,
            sweep_max: 2 + chance.below(20),
            limits: handed,
            retry: RetrySchedule { first_s: 60, max_s: 1_200 },
            path_wait_first_s: 10,
            path_wait_max_s: 600,
            ..Config::default()
        };
        let site = |n: u32| Arc::from(format!("mx{n}.example"));
        let peers = (0..SITES).map(|n| (site(n), Peer::new(START, &mut chance))).collect();
        let mx = DOMAINS.into_iter().map(|domain| (domain, site(chance.below(SITES)))).collect();
        let checks = Checks { connections_max: limits.connections_max, ..Checks::default() };
        let mut world = World {
            now: START,
            chance,
            fault,
            disk: Disk::new(),
            config,
            server: Arc::new(ServerConfig { hostname: "mx.example".into(), ..ServerConfig::default() }),
            peers,
            mx,
            ledger: Ledger::default(),
            checks,
            node: None,
            life: 0,
            recipients: 0,
            agenda: BTreeMap::new(),
            serial: 0,
            woken_at: None,
            log: Vec::new(),
        };
        world.plan();
        world
    }

    fn plan(&mut self) {
        self.at(START, Step::Start);
        for _ in 0..3 + self.chance.below(5) {
            self.within(900, Step::Hand);
        }
        for _ in 0..self.chance.below(4) {
            self.within(3_600, Step::Kill);
        }
        for _ in 0..self.chance.below(3) {
            self.within(1_200, Step::Suppress);
            self.within(3_600, Step::MoveMx);
        }
        self.at(START.after(LAST_START), Step::Kill);
    }

    /// Lets it happen.
    ///
    /// # Errors
    /// What a checker found.
    pub fn run(&mut self) -> Result<(), Broken> {
        for steps in 0.. {
            if steps == STEPS_MAX {
                return Err(Broken::Spins);
            }
            let Some(((at, _), step)) = self.agenda.pop_first() else { break };
            if at >= START.after(LASTS) {
                break;
            }
            self.now = self.now.max(at);
            self.happen(step)?;
            self.poll()?;
        }
        self.checks.end(&self.disk, &self.ledger)
    }

    /// What happened, a line a step.
    #[must_use]
    pub fn log(&self) -> &[String] {
        &self.log
    }

    fn happen(&mut self, step: Step) -> Result<(), Broken> {
        match step {
            Step::Hand => self.hand_in(),
            Step::Suppress => self.suppress(),
            Step::Kill => self.kill(),
            Step::Start => self.start().map_err(|error| broken(&error))?,
            Step::MoveMx => {
                let domain = *self.chance.pick(&DOMAINS);
                let site: Arc<str> = format!("mx{}.example", self.chance.below(SITES)).into();
                self.note(|| format!("move      {domain} to {site}"));
                self.mx.insert(domain, site);
            }
            Step::Own(life, own) if life == self.life && self.node.is_some() => self.own(own)?,
            Step::Own(_, _) => {}
        }
        Ok(())
    }

    fn start(&mut self) -> Result<(), StoreError> {
        let seed = self.chance.next();
        self.life += 1;
        self.node = Some(Node::start(&self.disk, self.now, self.config.clone(), seed)?);
        self.woken_at = None;
        self.note(|| "start".into());
        Ok(())
    }

    /// The process dies: its memory is gone; what it had given to the database may be committed or not.
    fn kill(&mut self) {
        let Some(node) = self.node.take() else { return };
        self.note(|| "kill".into());
        self.checks.died();
        for call in node.calls.values() {
            if let Some(work) = &call.work
                && call.client.phase() == smtp::client::Phase::Final
            {
                self.unsure(work.leased.entry.delivery);
            }
        }
        let orphans: Vec<_> = self.agenda.extract_if(.., |_, step| matches!(step, Step::Own(_, _))).collect();
        for (_, step) in orphans {
            if let Step::Own(life, Own::Commit(job)) = step
                && life == self.life
            {
                self.orphaned(*job);
            }
        }
        let wait = self.chance.up_to(Duration::from_secs(60));
        self.at(self.now.after(wait), Step::Start);
    }

    fn orphaned(&mut self, job: Job) {
        if self.chance.one_in(2) && self.disk.write(job.write).is_ok() {
            return;
        }
        if let Then::Settled(settlement) = job.then
            && settlement.attempt.as_ref().is_some_and(|attempt| {
                attempt.finding.ambiguous || settlement.conclusion == Conclusion::Delivered
            })
        {
            self.unsure(settlement.leased.entry.delivery);
        }
    }

    /// From here on nobody can know whether a server has it.
    pub(crate) fn unsure(&mut self, delivery: i64) {
        if let Some(recipient) = self.recipient_of(delivery) {
            *self.checks.windows.entry(recipient).or_default() += 1;
        }
    }

    /// Asks the scheduler what it wants, and when it wants to be asked again.
    fn poll(&mut self) -> Result<(), Broken> {
        let mut actions = Vec::new();
        let now = self.now;
        let Some(node) = &mut self.node else { return Ok(()) };
        node.scheduler.poll(now, &mut actions);
        for action in actions {
            self.perform(action)?;
        }
        let Some(node) = &self.node else { return Ok(()) };
        let wake = node.scheduler.next_wake(now);
        if let Some(wake) =
            wake.filter(|wake| self.woken_at.is_none_or(|armed| armed <= now || *wake < armed))
        {
            self.woken_at = Some(wake);
            self.own_at(wake, Own::Wake);
        }
        Ok(())
    }

    pub(crate) fn settled(&mut self, delivery: i64, outcome: Settled) {
        let now = self.now;
        if let Some(node) = &mut self.node {
            node.scheduler.settled(now, delivery, outcome);
        }
    }

    // The agenda

    pub(crate) fn note(&mut self, line: impl FnOnce() -> String) {
        let seconds = self.now.since(START).as_secs_f64();
        self.log.push(format!("{seconds:>12.3}  {}", line()));
    }

    fn at(&mut self, at: At, step: Step) {
        self.serial += 1;
        self.agenda.insert((at, self.serial), step);
    }

    fn within(&mut self, seconds: u64, step: Step) {
        let wait = self.chance.up_to(Duration::from_secs(seconds));
        self.at(self.now.after(wait), step);
    }

    pub(crate) fn own_at(&mut self, at: At, own: Own) {
        self.at(at, Step::Own(self.life, own));
    }

    /// Mostly within milliseconds, sometimes within seconds.
    pub(crate) fn soon(&mut self, own: Own) {
        let longest = if self.chance.one_in(8) { Duration::from_secs(8) } else { Duration::from_millis(20) };
        let wait = self.chance.up_to(longest);
        self.own_at(self.now.after(wait), own);
    }
}

pub(crate) fn broken(error: &StoreError) -> Broken {
    Broken::Events(format!("the database: {error}"))
}
