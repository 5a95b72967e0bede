//! `cargo xtask crash --webhooks`: kills the real program while it tells a customer's server what happens, and compares the
//! log, the attempts and what arrived.
//!
//! Guarantees: expected is every event of the log that happened after the endpoint was made; arrived is what the server
//! took, with 2xx. Missing are the expected ones that never arrived, unaccounted those of which no attempt says that they
//! did. Copies beyond the first come from kills: at most a window of events each.

use std::collections::{HashMap, HashSet};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{Chance, KILL_AFTER_MS, Options};
use crate::clock::{pause, wait_for};
use crate::hooks::{Hooks, Manner};
use crate::http::Api;
use crate::place::Scratch;
use crate::product::{Database, Instance, Settings};

const SENDER_DOMAIN: &str = "crash.example";
/// How long everything may take to arrive after the last start.
const DRAIN_LIMIT: Duration = Duration::from_secs(300);
/// One request in so many fails, so that retries are among what is killed.
const FAILS_EVERY: u64 = 20;
/// Events that one kill may have told again: the product's window for one endpoint.
const WINDOW: u64 = 256;
/// Missing events that are shown.
const MISSING_SHOWN: usize = 5;
/// Messages of one request of the load.
const BATCH: usize = 20;

/// What came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub kills: u32,
    pub expected: u64,
    /// Different events that arrived.
    pub arrived: u64,
    pub missing: u64,
    /// Expected events without an attempt that says `delivered`.
    pub unaccounted: u64,
    pub duplicates: u64,
}

impl Outcome {
    pub fn is_good(&self) -> bool {
        self.expected > 0
            && self.missing == 0
            && self.unaccounted == 0
            && self.duplicates <= WINDOW * u64::from(self.kills)
    }

    pub fn sentence(&self, database: Database) -> String {
        format!(
            "{} kills on {} in a storm of webhooks: {} events, {} arrived, {} missing, {} unaccounted, {} duplicates of at most {}",
            self.kills,
            database.name(),
            self.expected,
            self.arrived,
            self.missing,
            self.unaccounted,
            self.duplicates,
            WINDOW * u64::from(self.kills)
        )
    }
}

pub fn run(options: &Options) -> Result<ExitCode> {
    let outcome = crash(options)?;
    if options.json {
        let Outcome { kills, expected, arrived, missing, unaccounted, duplicates } = outcome;
        let object = json!({
            "kills": kills, "expected": expected, "arrived": arrived, "missing": missing, "unaccounted": unaccounted,
            "duplicates": duplicates, "database": options.database.name(), "seed": options.seed,
        });
        println!("{object}");
    } else {
        println!("{}", outcome.sentence(options.database));
    }
    Ok(if outcome.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs the load through all kills, waits until everything has arrived, and compares.
pub fn crash(options: &Options) -> Result<Outcome> {
    let scratch = Scratch::new("crash-webhooks")?;
    let hooks = Hooks::start(Manner::Fails(FAILS_EVERY), true)?;
    let text = format!(
        "[delivery]\nnext_hop = \"capture\"\n\n[webhooks]\nallow_private = true\nretry_waits = \"{}\"\n\n[log]\nlevel = \"warn\"\n",
        "1s ".repeat(20).trim_end()
    );
    let prepared = Settings { text, database: options.database, mode: "serve" }.prepare(&scratch)?;
    prepared.add_domain(SENDER_DOMAIN, false)?;
    let mut instance = prepared.start()?;
    let (base, key) = (instance.http().to_owned(), instance.api_key()?.to_owned());
    let mut api = Api::connect(&base, &key)?;
    let begin = api.read("/events?limit=1000")?.json()?["cursor"].as_str().context("no cursor")?.to_owned();
    let wish = json!({ "endpoint": hooks.url("hook"), "events": ["*"] }).to_string();
    let made = api.ask("POST", "/webhooks", wish.as_bytes())?.json()?;
    let webhook = made["id"].as_str().context("a webhook without an id")?.to_owned();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| load(&base, &key, &over));
        let killed = kill_all(&mut instance, options);
        over.store(true, Ordering::Relaxed);
        killed
    })?;
    compare(options, (instance.http(), &key), &hooks, (&begin, &webhook))
}

fn kill_all(instance: &mut Instance, options: &Options) -> Result<()> {
    let mut chance = Chance(options.seed);
    for kill in 1..=options.kills {
        pause(Duration::from_millis(chance.between(KILL_AFTER_MS)));
        instance.kill()?;
        instance.restart().with_context(|| format!("the start after kill {kill}"))?;
        if !options.json && kill % 10 == 0 {
            eprintln!("{kill} of {} kills", options.kills);
        }
    }
    // Some load without a kill behind it, so that the last start is proven to tell.
    pause(Duration::from_millis(KILL_AFTER_MS.1));
    Ok(())
}

/// Sends mail until it is over; a server that was killed is called again.
fn load(base: &str, key: &str, over: &AtomicBool) {
    let mail = json!({ "from": format!("me@{SENDER_DOMAIN}"), "to": "ann@there.example", "subject": "s", "text": "t" });
    let body = Value::Array(vec![mail; BATCH]).to_string();
    while !over.load(Ordering::Relaxed) {
        if let Ok(mut api) = Api::connect(base, key) {
            while !over.load(Ordering::Relaxed) && api.ask("POST", "/emails/batch", body.as_bytes()).is_ok() {
                pause(Duration::from_millis(20));
            }
        }
        pause(Duration::from_millis(10));
    }
}

fn compare(
    options: &Options,
    (base, key): (&str, &str),
    hooks: &Hooks,
    (begin, webhook): (&str, &str),
) -> Result<Outcome> {
    let mut api = Api::connect(base, key)?;
    let happened = wait_for("the end of what happens", DRAIN_LIMIT, || {
        let before = happened(&mut api, begin)?;
        pause(Duration::from_secs(2));
        let now = happened(&mut api, begin)?;
        Ok((before.len() == now.len()).then_some(now))
    })?;
    let expected: HashSet<String> = happened.keys().cloned().collect();
    let all = wait_for("the last event's arrival", DRAIN_LIMIT, || {
        pause(Duration::from_millis(200));
        let taken = hooks.ledger().taken;
        Ok(expected.iter().all(|id| taken.contains_key(id)).then_some(()))
    });
    // The connection was closed meanwhile if that took long.
    let mut api = Api::connect(base, key)?;
    if let Err(error) = all {
        eprintln!("{error:#}");
        let taken = hooks.ledger().taken;
        for (_, event) in happened.iter().filter(|(id, _)| !taken.contains_key(*id)).take(MISSING_SHOWN) {
            eprintln!("missing: {event}");
        }
        eprintln!("the webhook: {}", api.read(&format!("/webhooks/{webhook}"))?.json()?);
    }
    let accounted = wait_for("the last attempt's row", Duration::from_secs(30), || {
        pause(Duration::from_millis(200));
        let delivered = delivered(&mut api, webhook)?;
        Ok(expected.is_subset(&delivered).then_some(delivered))
    });
    let accounted = accounted.or_else(|_| delivered(&mut api, webhook))?;
    let taken = hooks.ledger().taken;
    Ok(Outcome {
        kills: options.kills,
        expected: expected.len() as u64,
        arrived: taken.len() as u64,
        missing: expected.iter().filter(|id| !taken.contains_key(*id)).count() as u64,
        unaccounted: expected.difference(&accounted).count() as u64,
        duplicates: taken.values().map(|copies| copies - 1).sum(),
    })
}

/// All events after a cursor, by their ids.
fn happened(api: &mut Api, begin: &str) -> Result<HashMap<String, Value>> {
    let (mut ids, mut cursor) = (HashMap::new(), begin.to_owned());
    loop {
        let page = api.read(&format!("/events?limit=1000&after={cursor}"))?.json()?;
        let events = page["data"].as_array().into_iter().flatten();
        ids.extend(events.filter_map(|one| Some((one["id"].as_str()?.to_owned(), one.clone()))));
        cursor = page["cursor"].as_str().context("no cursor")?.to_owned();
        if page["has_more"] == false {
            return Ok(ids);
        }
    }
}

/// The ids of all events that some attempt delivered.
fn delivered(api: &mut Api, webhook: &str) -> Result<HashSet<String>> {
    let (mut ids, mut path) = (HashSet::new(), format!("/webhooks/{webhook}/attempts?limit=1000"));
    loop {
        let page = api.read(&path)?.json()?;
        for attempt in
            page["data"].as_array().into_iter().flatten().filter(|one| one["status"] == "delivered")
        {
            let events = attempt["events"].as_array().into_iter().flatten();
            ids.extend(events.filter_map(|one| Some(one["id"].as_str()?.to_owned())));
        }
        match page["next"].as_str() {
            Some(next) => path = format!("/webhooks/{webhook}/attempts?limit=1000&after={next}"),
            None => return Ok(ids),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_or_not_accounted_for_is_a_fault() {
        let good =
            Outcome { kills: 2, expected: 9, arrived: 9, missing: 0, unaccounted: 0, duplicates: 2 * WINDOW };
        assert!(good.is_good());
        for bad in [
            Outcome { missing: 1, ..good },
            Outcome { unaccounted: 1, ..good },
            Outcome { duplicates: 2 * WINDOW + 1, ..good },
            Outcome { expected: 0, ..good },
        ] {
            assert!(!bad.is_good(), "{bad:?}");
        }
    }
}
