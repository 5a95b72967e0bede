//! `cargo xtask crash`: kills the real program under load from real clients, and compares two ledgers.
//!
//! Guarantees: an accepted message is one whose 250 or 200 a client read; a delivered one is one that the receiving server took. Lost are the accepted
//! ones that never arrived. The moments of the kills follow from the seed. In the end the statistics are compared with a recount of the log.

pub mod webhooks;

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::child::{Running, Signal, Start};
use crate::clock::{pause, wait_for};
use crate::place::{self, Scratch};
use crate::product::{self, Database, Instance, Settings};
use crate::receiver::{Received, Receiver};
use crate::setup;

/// The domain of every sender.
const SENDER_DOMAIN: &str = "crash.example";
/// A kill comes this long after the program was ready, at the earliest and at the latest.
const KILL_AFTER_MS: (u64, u64) = (100, 1500);
/// How long the queue may take to drain after the last start.
const DRAIN_LIMIT: Duration = Duration::from_secs(180);
/// How long the receiver must have been quiet before copies are counted.
const QUIET: Duration = Duration::from_secs(3);
/// How long the load may take to end.
const LOAD_END_LIMIT: Duration = Duration::from_secs(60);

/// How to crash.
#[derive(clap::Args, Clone, Debug)]
pub struct Options {
    /// How often the program is killed
    #[arg(long, default_value_t = 100)]
    pub kills: u32,
    /// Where the mail is kept
    #[arg(long, value_enum, default_value_t = Database::Sqlite)]
    pub database: Database,
    /// What the moments of the kills are drawn from
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    /// Kill it while it tells a customer's server what happens, and compare what arrived there
    #[arg(long)]
    pub webhooks: bool,
}

/// What came out.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    pub kills: u32,
    /// Messages whose 250 or 200 a client read.
    pub accepted: u64,
    /// Messages that arrived at least once, answered or not.
    pub delivered: u64,
    /// Accepted messages that never arrived.
    pub lost: u64,
    /// Copies beyond the first of each message.
    pub duplicates: u64,
    /// Transactions with the receiver that the kills broke off.
    pub open_at_kill: u64,
    /// Counters of the statistics that were compared with a recount of the log.
    pub counters: u64,
    /// Those that differ from it.
    pub recount_differences: u64,
}

impl Outcome {
    /// Nothing lost, no more copies than a crash may cause, and statistics that are what happened.
    pub fn is_good(&self) -> bool {
        let all_there = self.accepted > 0 && self.lost == 0 && self.duplicates <= self.open_at_kill;
        all_there && self.counters > 0 && self.recount_differences == 0
    }
}

pub fn run(options: &Options) -> Result<ExitCode> {
    setup::run()?;
    product::build(product::Build::Release)?;
    if options.webhooks {
        return webhooks::run(options);
    }
    let outcome = crash(options)?;
    if options.json {
        println!("{}", json(&outcome, options));
    } else {
        println!("{}", sentence(&outcome, options.database));
    }
    Ok(if outcome.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs the load through all kills, waits until the queue is empty, and compares.
pub fn crash(options: &Options) -> Result<Outcome> {
    let scratch = Scratch::new("crash")?;
    let receiver = Receiver::start(&scratch, false)?;
    let prepared = Settings::crash(receiver.port, options.database).prepare(&scratch)?;
    prepared.add_domain(SENDER_DOMAIN, false)?;
    let mut instance = prepared.start()?;
    let ledger = scratch.path().join("accepted");
    let mut load = load(&instance, &scratch, &ledger)?;
    let mut chance = Chance(options.seed);
    for kill in 1..=options.kills {
        pause(Duration::from_millis(chance.between(KILL_AFTER_MS)));
        instance.kill()?;
        instance.restart().with_context(|| format!("the start after kill {kill}"))?;
        if let Some(status) = load.ended()? {
            bail!("the load ended before time: {status}");
        }
        if !options.json && kill % 10 == 0 {
            eprintln!("{kill} of {} kills", options.kills);
        }
    }
    // Some load without a kill behind it, so that the last start is proven to accept.
    pause(Duration::from_millis(KILL_AFTER_MS.1));
    load.signal(Signal::Term)?;
    load.wait(LOAD_END_LIMIT)?;
    let accepted = fs::read_to_string(&ledger)?.lines().map(str::to_owned).collect::<HashSet<_>>();
    let received = drained(&receiver, &accepted)?;
    Ok(compare(options.kills, (&accepted, &received), instance.recount()?))
}

fn load(instance: &Instance, scratch: &Scratch, ledger: &Path) -> Result<Running> {
    let script = place::interop_scripts().join("load.py");
    let arguments = [
        ("--smtp", instance.smtp()),
        ("--http", instance.http()),
        ("--key", instance.api_key()?),
        ("--domain", SENDER_DOMAIN),
        ("--ledger", &ledger.to_string_lossy()),
    ];
    let mut start = Start::new(place::python(), Signal::Term, None).args([script]);
    for (name, value) in arguments {
        start = start.args([name, value]);
    }
    start.log_to(&scratch.path().join("load-log"))?.spawn()
}

/// Waits until everything accepted has arrived and nothing more comes; what is missing at the limit is lost.
fn drained(receiver: &Receiver, accepted: &HashSet<String>) -> Result<Received> {
    let missing = |received: &Received| accepted.iter().any(|number| !received.copies.contains_key(number));
    let all = wait_for("the queue's end", DRAIN_LIMIT, || {
        pause(Duration::from_millis(200));
        Ok((!missing(&receiver.received()?)).then_some(()))
    });
    if let Err(error) = all {
        eprintln!("{error:#}");
    }
    let mut last = receiver.received()?;
    wait_for("quiet at the receiver", DRAIN_LIMIT, || {
        pause(QUIET);
        let now = receiver.received()?;
        let quiet = now == last;
        last = now;
        Ok(quiet.then_some(()))
    })?;
    Ok(last)
}

fn compare(
    kills: u32,
    (accepted, received): (&HashSet<String>, &Received),
    (counters, recount_differences): (u64, u64),
) -> Outcome {
    let lost = accepted.iter().filter(|number| !received.copies.contains_key(*number)).count();
    Outcome {
        kills,
        accepted: accepted.len() as u64,
        delivered: received.copies.len() as u64,
        lost: lost as u64,
        duplicates: received.copies.values().map(|copies| copies - 1).sum(),
        open_at_kill: received.open,
        counters,
        recount_differences,
    }
}

pub fn sentence(outcome: &Outcome, database: Database) -> String {
    format!(
        "{} kills on {}: {} accepted, {} delivered, {} lost, {} duplicates of at most {}; {} of {} counters differ from a recount",
        outcome.kills,
        database.name(),
        outcome.accepted,
        outcome.delivered,
        outcome.lost,
        outcome.duplicates,
        outcome.open_at_kill,
        outcome.recount_differences,
        outcome.counters
    )
}

fn json(outcome: &Outcome, options: &Options) -> serde_json::Value {
    json!({
        "kills": outcome.kills, "accepted": outcome.accepted, "delivered": outcome.delivered, "lost": outcome.lost,
        "duplicates": outcome.duplicates, "open_at_kill": outcome.open_at_kill,
        "counters": outcome.counters, "recount_differences": outcome.recount_differences,
        "database": options.database.name(), "seed": options.seed,
    })
}

/// Chance that a seed repeats: the generator known as SplitMix64.
struct Chance(u64);

impl Chance {
    /// A number from `low` to `high`, both included.
    fn between(&mut self, (low, high): (u64, u64)) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        low + (mixed ^ (mixed >> 31)) % (high - low + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(accepted: &[&str], received: &[(&str, u64)], open: u64) -> Outcome {
        let accepted = accepted.iter().map(|number| (*number).to_owned()).collect();
        let copies = received.iter().map(|(number, copies)| ((*number).to_owned(), *copies)).collect();
        compare(1, (&accepted, &Received { copies, open }), (8, 0))
    }

    #[test]
    fn a_lost_message_and_an_unexplained_copy_are_faults() {
        assert!(outcome(&["a", "b"], &[("a", 1), ("b", 1)], 0).is_good());
        assert!(!outcome(&["a", "b"], &[("a", 1)], 5).is_good());
        assert!(!outcome(&["a"], &[("a", 2)], 0).is_good());
        assert!(outcome(&["a"], &[("a", 2)], 1).is_good());
        assert!(!outcome(&[], &[], 0).is_good());
    }

    #[test]
    fn statistics_that_differ_or_are_missing_are_a_fault() {
        let mut outcome = outcome(&["a"], &[("a", 1)], 0);
        outcome.recount_differences = 1;
        assert!(!outcome.is_good());
        (outcome.counters, outcome.recount_differences) = (0, 0);
        assert!(!outcome.is_good());
    }

    #[test]
    fn a_message_whose_answer_was_lost_may_arrive() {
        let outcome = outcome(&["a"], &[("a", 1), ("unanswered", 1)], 0);
        assert!(outcome.is_good());
        assert_eq!(outcome.delivered, 2);
    }

    #[test]
    fn the_same_seed_kills_at_the_same_moments() {
        let moments = |seed| {
            let mut chance = Chance(seed);
            (0..5).map(|_| chance.between(KILL_AFTER_MS)).collect::<Vec<_>>()
        };
        assert_eq!(moments(7), moments(7));
        assert_ne!(moments(7), moments(8));
        assert!(moments(7).iter().all(|moment| (100..=1500).contains(moment)));
    }
}
