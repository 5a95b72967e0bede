//! `cargo xtask bench api`: sends over HTTP, one by one and in batches, over kept connections.
//!
//! Guarantees: every counted request was answered with success. Deliveries go to a sink, as they would in life: the rate is one of a working server, not of
//! an idle queue.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::bench::relay::sink;
use crate::bench::table::table;
use crate::bench::{machine, median, percentile_ms};
use crate::clock::Stopwatch;
use crate::http::Api;
use crate::place::Scratch;
use crate::product::{self, Database, Instance, Settings};
use crate::usage::cpu_s;

const SENDER_DOMAIN: &str = "bench.example";
/// Connections at once.
const CONNECTIONS: usize = 20;
/// Connections at once that send batches: each holds a megabyte.
const BATCH_CONNECTIONS: usize = 4;
/// Messages of one batch, as many as the API takes.
const BATCH_MESSAGES: usize = 1000;
/// Bytes of HTML of one message.
const HTML_BYTES: usize = 4096;

/// How the API is measured.
#[derive(clap::Args)]
pub struct Options {
    /// Shorter: ends within a minute
    #[arg(long)]
    quick: bool,
    /// Print one JSON object instead of the table
    #[arg(long)]
    json: bool,
    /// How often each case is run; the medians are reported
    #[arg(long)]
    rounds: Option<usize>,
    /// Where Postrider keeps its mail
    #[arg(long, value_enum, default_value_t = Database::Sqlite)]
    database: Database,
}

/// One kind of request.
struct Case {
    name: &'static str,
    path: &'static str,
    connections: usize,
    /// Messages of one request.
    messages: usize,
    /// Requests of one connection.
    requests: usize,
}

/// What one run showed.
struct Measured {
    requests_per_s: f64,
    messages_per_s: f64,
    p50_ms: f64,
    p99_ms: f64,
    cpu_s_per_1000: f64,
}

pub fn run(options: &Options) -> Result<()> {
    product::build(product::Build::Release)?;
    let rounds = options.rounds.unwrap_or(if options.quick { 1 } else { 3 });
    let load_before = machine::load();
    let mut report = Vec::new();
    for case in cases(options.quick) {
        let measured = (0..rounds).map(|_| measure(&case, options.database)).collect::<Result<Vec<_>>>()?;
        report.push((case.name, middle(&measured)));
    }
    if options.json {
        println!("{}", object(&report, options, load_before));
    } else {
        print!("{}", text(&report, options, load_before, rounds));
    }
    Ok(())
}

fn cases(quick: bool) -> [Case; 2] {
    let part = if quick { 4 } else { 1 };
    [
        Case {
            name: "single",
            path: "/emails",
            connections: CONNECTIONS,
            messages: 1,
            requests: 4000 / part,
        },
        Case {
            name: "batch-1000",
            path: "/emails/batch",
            connections: BATCH_CONNECTIONS,
            messages: BATCH_MESSAGES,
            requests: 40 / part,
        },
    ]
}

fn measure(case: &Case, database: Database) -> Result<Measured> {
    let scratch = Scratch::new("bench-api")?;
    let messages = case.connections * case.requests * case.messages;
    let (_sink, sink_port) = sink::start(u32::try_from(messages)?)?;
    let prepared = Settings::relay(sink_port, database).prepare(&scratch)?;
    prepared.add_domain(SENDER_DOMAIN, false)?;
    let instance = prepared.start()?;
    let roots = instance.roots();
    let cpu_before = cpu_s(&roots);
    let watch = Stopwatch::start();
    let mut waits = requests(case, &instance)?;
    let seconds = watch.elapsed().as_secs_f64();
    waits.sort_unstable();
    Ok(Measured {
        requests_per_s: waits.len() as f64 / seconds,
        messages_per_s: messages as f64 / seconds,
        p50_ms: percentile_ms(&waits, 0.5),
        p99_ms: percentile_ms(&waits, 0.99),
        cpu_s_per_1000: (cpu_s(&roots) - cpu_before) * 1000.0 / messages as f64,
    })
}

/// Sends from all connections at once; returns how long each request waited for its answer.
fn requests(case: &Case, instance: &Instance) -> Result<Vec<Duration>> {
    let body = body(case.messages).to_string().into_bytes();
    let key = instance.api_key()?;
    let one = || -> Result<Vec<Duration>> {
        let mut api = Api::connect(instance.http(), key)?;
        let mut waits = Vec::with_capacity(case.requests);
        for _ in 0..case.requests {
            let watch = Stopwatch::start();
            let answer = api.ask("POST", case.path, &body)?;
            waits.push(watch.elapsed());
            if answer.code != 200 {
                bail!("HTTP {}: {}", answer.code, String::from_utf8_lossy(&answer.body));
            }
        }
        Ok(waits)
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..case.connections).map(|_| scope.spawn(one)).collect();
        let mut waits = Vec::new();
        for thread in threads {
            waits.extend(thread.join().ok().context("a sending thread panicked")??);
        }
        Ok(waits)
    })
}

fn body(messages: usize) -> Value {
    let message = json!({
        "from": format!("sender@{SENDER_DOMAIN}"),
        "to": ["recipient@sink.example"],
        "subject": "A message of the benchmark",
        "html": "<p>text</p>\n".repeat(HTML_BYTES / 12),
    });
    if messages == 1 { message } else { Value::Array(vec![message; messages]) }
}

fn middle(rounds: &[Measured]) -> Measured {
    let of = |figure: fn(&Measured) -> f64| median(rounds.iter().map(figure));
    Measured {
        requests_per_s: of(|measured| measured.requests_per_s),
        messages_per_s: of(|measured| measured.messages_per_s),
        p50_ms: of(|measured| measured.p50_ms),
        p99_ms: of(|measured| measured.p99_ms),
        cpu_s_per_1000: of(|measured| measured.cpu_s_per_1000),
    }
}

fn text(report: &[(&str, Measured)], options: &Options, load_before: f64, rounds: usize) -> String {
    let head = ["case", "requests/s", "messages/s", "p50 ms", "p99 ms", "CPU s/1000"];
    let row = |(name, measured): &(&str, Measured)| {
        vec![
            (*name).to_owned(),
            format!("{:.0}", measured.requests_per_s),
            format!("{:.0}", measured.messages_per_s),
            format!("{:.2}", measured.p50_ms),
            format!("{:.2}", measured.p99_ms),
            format!("{:.3}", measured.cpu_s_per_1000),
        ]
    };
    let rows: Vec<_> = report.iter().map(row).collect();
    format!(
        "{}medians of {rounds} rounds on {}; {} cores; load {load_before} before, {} after; Postrider {}\n",
        table(&head, &rows),
        options.database.name(),
        machine::cores(),
        machine::load(),
        product::version()
    )
}

fn object(report: &[(&str, Measured)], options: &Options, load_before: f64) -> Value {
    let case = |(name, measured): &(&str, Measured)| {
        json!({
            "name": name, "requests_per_s": measured.requests_per_s, "messages_per_s": measured.messages_per_s,
            "p50_ms": measured.p50_ms, "p99_ms": measured.p99_ms, "cpu_s_per_1000": measured.cpu_s_per_1000,
        })
    };
    json!({
        "cases": report.iter().map(case).collect::<Vec<_>>(), "database": options.database.name(), "cores": machine::cores(),
        "load_before": load_before, "load_after": machine::load(), "postrider_version": product::version(),
    })
}
