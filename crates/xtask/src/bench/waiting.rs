//! `cargo xtask bench waiting`: the relay's rate with very many messages waiting, beside its rate with none.
//!
//! Guarantees: both rates come from the same program on the same data directory, one after the other. The waiting messages are due in a month,
//! so that nothing of them is tried meanwhile.

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
/// Measurements of each rate; the median counts. Reason: one alone varies by a tenth.
const PROBES: usize = 3;
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
    let prepared = Settings::relay(port, options.database).prepare(&scratch)?;
    prepared.add_domain(SENDER_DOMAIN, false)?;
    let mut instance = prepared.start()?;
    let rate_before = rate(&instance, port)?;
    let accepted_per_s = fill(&instance, waiting)?;
    let rate_after = rate(&instance, port)?;
    let memory_mb = memory_bytes(&instance.roots()) as f64 / 1e6;
    let restart_s = restart(&mut instance, port)?;
    let result = json!({
        "waiting": waiting, "database": options.database.name(), "filled_per_s": accepted_per_s.round(),
        "delivered_per_s_with_none": rate_before.round(), "delivered_per_s_with_all": rate_after.round(),
        "ratio": rate_after / rate_before, "memory_mb": memory_mb.round(), "restart_to_first_delivery_s": restart_s,
        "load_after": machine::load(), "postrider_version": product::version(),
    });
    if options.json {
        println!("{result}")
    } else {
        print!("{}", text(&result))
    }
    Ok(())
}

/// The median of several probes.
fn rate(instance: &Instance, sink_port: u16) -> Result<f64> {
    let probes: Vec<f64> = (0..PROBES).map(|_| probe(instance, sink_port)).collect::<Result<_>>()?;
    Ok(median(probes))
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
