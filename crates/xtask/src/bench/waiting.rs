//! `cargo xtask bench waiting`: the relay's rate with very many messages waiting, beside its rate with none.
//!
//! Guarantees: two servers of the same program, one with an empty queue and one with all the messages, are measured in turn, and each
//! measurement is compared with the one beside it in time: what the machine does meanwhile befalls both. The waiting messages are due in a
//! month, so that nothing of them is tried meanwhile.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::bench::relay::{Work, sink, source};
use crate::bench::{machine, median};
use crate::clock::Stopwatch;
use crate::http::Api;
use crate::place::Scratch;
use crate::product::{self, Database, Instance, Settings};
use crate::usage::memory_bytes;

const SENDER_DOMAIN: &str = "bench.example";
/// Messages of one request.
const BATCH: u32 = 1000;
/// When the waiting messages are due, as the API takes it.
const DUE: &str = "in 25 days";
/// Messages of one measurement of the rate.
const PROBE_MESSAGES: u32 = 30_000;
/// Pairs of measurements; the medians count. Reason: one alone varies by a tenth and more.
const PAIRS: usize = 7;
const PROBE_LIMIT: Duration = Duration::from_secs(300);

/// How much waits.
#[derive(clap::Args)]
pub struct Options {
    /// A tenth of the messages
    #[arg(long)]
    quick: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// How many messages wait
    #[arg(long, default_value_t = 1_000_000)]
    messages: u32,
    /// Where Postrider keeps its mail
    #[arg(long, value_enum, default_value_t = Database::Sqlite)]
    database: Database,
}

pub fn run(options: &Options) -> Result<()> {
    product::build(product::Build::Release)?;
    let waiting = if options.quick { options.messages / 10 } else { options.messages };
    let scratch = Scratch::new("bench-waiting")?;
    let port = crate::place::free_port()?;
    let start = |scratch: &Scratch| {
        let prepared = Settings::relay(port, options.database).prepare(scratch)?;
        prepared.add_domain(SENDER_DOMAIN, false)?;
        prepared.start()
    };
    let mut instance = start(&scratch)?;
    let empty_scratch = Scratch::new("bench-waiting-none")?;
    let empty = start(&empty_scratch)?;
    let accepted_per_s = fill(&instance, waiting)?;
    let rates = rates(&empty, &instance, port)?;
    drop(empty);
    let memory_mb = memory_bytes(&instance.roots()) as f64 / 1e6;
    let restart_s = restart(&mut instance, port)?;
    let result = json!({
        "waiting": waiting, "database": options.database.name(), "filled_per_s": accepted_per_s.round(),
        "delivered_per_s_with_none": rates.none.round(), "delivered_per_s_with_all": rates.all.round(),
        "ratio": rates.ratio, "ratios": rates.ratios, "memory_mb": memory_mb.round(), "restart_to_first_delivery_s": restart_s,
        "load_after": machine::load(), "postrider_version": product::version(),
    });
    if options.json {
        println!("{result}")
    } else {
        print!("{}", text(&result))
    }
    Ok(())
}

/// What the pairs of measurements showed.
struct Rates {
    /// Medians.
    none: f64,
    all: f64,
    ratio: f64,
    /// Of each pair, ascending.
    ratios: Vec<f64>,
}

fn rates(empty: &Instance, full: &Instance, sink_port: u16) -> Result<Rates> {
    let (mut none, mut all, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..PAIRS {
        // Each is first in turn, should being first matter.
        let (first, second) = if pair % 2 == 0 { (empty, full) } else { (full, empty) };
        let measured = (probe(first, sink_port)?, probe(second, sink_port)?);
        let (without, with) = if pair % 2 == 0 { measured } else { (measured.1, measured.0) };
        none.push(without);
        all.push(with);
        ratios.push(((with / without) * 100.0).round() / 100.0);
    }
    ratios.sort_by(f64::total_cmp);
    Ok(Rates { none: median(none), all: median(all), ratio: median(ratios.clone()), ratios })
}

/// Messages per second through the relay until all of them are at the sink.
fn probe(instance: &Instance, sink_port: u16) -> Result<f64> {
    let mut sink = sink::on_port(sink_port, PROBE_MESSAGES)?;
    let watch = Stopwatch::start();
    let work = Work { size: 4096, sessions: 20, persistent: true };
    let mut source = source(&work, PROBE_MESSAGES, instance.smtp_port())?;
    if !source.wait(PROBE_LIMIT)?.success() {
        bail!("smtp-source failed");
    }
    sink.wait(PROBE_LIMIT)?;
    Ok(f64::from(PROBE_MESSAGES) / watch.elapsed().as_secs_f64())
}

/// Hands over messages for later; returns how many per second were accepted.
fn fill(instance: &Instance, messages: u32) -> Result<f64> {
    let message = json!({
        "from": format!("sender@{SENDER_DOMAIN}"), "to": ["later@waiting.example"], "subject": "Waiting",
        "text": "A message that waits.\n".repeat(20), "scheduled_at": DUE,
    });
    let body = Value::Array(vec![message; BATCH as usize]).to_string().into_bytes();
    let mut api = Api::connect(instance.http(), instance.api_key()?)?;
    let watch = Stopwatch::start();
    for batch in 1..=messages / BATCH {
        let answer = api.ask("POST", "/emails/batch", &body)?;
        if answer.code != 200 {
            bail!("HTTP {}: {}", answer.code, String::from_utf8_lossy(&answer.body));
        }
        if batch % 100 == 0 {
            eprintln!("{} of {messages} wait", batch * BATCH);
        }
    }
    Ok(f64::from(messages) / watch.elapsed().as_secs_f64())
}

/// Kills the program; returns the seconds from its new start until it delivered one message.
fn restart(instance: &mut Instance, sink_port: u16) -> Result<f64> {
    instance.kill()?;
    let mut sink = sink::on_port(sink_port, 1)?;
    let watch = Stopwatch::start();
    instance.restart()?;
    let work = Work { size: 4096, sessions: 1, persistent: true };
    let mut source = source(&work, 1, instance.smtp_port())?;
    source.wait(PROBE_LIMIT)?;
    sink.wait(PROBE_LIMIT).context("the first delivery after the start")?;
    Ok(watch.elapsed().as_secs_f64())
}

fn text(result: &Value) -> String {
    let lines = result.as_object().into_iter().flatten().map(|(name, value)| format!("{name:<28} {value}\n"));
    lines.collect()
}
