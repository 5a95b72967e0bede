//! `cargo xtask bench webhooks`: how many events a second are told to one endpoint, to one that takes batches, and to a thousand of
//! which a tenth is dead.
//!
//! Guarantees: an event counts when the receiving server has answered 2xx; clock and cores are shared with that server and with
//! the load. A single endpoint is disabled until its backlog is there, so that mail is not measured with it; a thousand hear
//! of the mail as it happens. Half of the dead refuse connections, half take them and say nothing.

use std::net::TcpListener;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::bench::relay::SENDER_DOMAIN;
use crate::bench::table::table;
use crate::bench::{machine, median};
use crate::clock::{Stopwatch, pause, wait_for};
use crate::hooks::{Hooks, Manner};
use crate::http::Api;
use crate::place::Scratch;
use crate::product::{self, Database, Settings};
use crate::usage::cpu_s;

const END_LIMIT: Duration = Duration::from_secs(600);
/// Messages of one request of the load.
const LOAD_MESSAGES: usize = 100;
/// What a captured message tells: that it was queued, and that it was delivered.
const EVENTS_PER_MESSAGE: usize = 2;

/// How it is measured.
#[derive(clap::Args)]
pub struct Options {
    /// A tenth of the events, one round
    #[arg(long)]
    quick: bool,
    /// Rounds; figures are medians [default: 3]
    #[arg(long)]
    rounds: Option<u32>,
    /// Print one JSON object instead of the table
    #[arg(long)]
    json: bool,
    /// Where the mail is kept
    #[arg(long, value_enum, default_value_t = Database::Sqlite)]
    database: Database,
}

struct Case {
    name: &'static str,
    endpoints: usize,
    dead: usize,
    batch: usize,
    messages: usize,
}

/// What one round showed.
struct Measured {
    events_per_s: f64,
    cpu_us_per_event: f64,
}

pub fn run(options: &Options) -> Result<()> {
    product::build(product::Build::Release)?;
    let rounds = options.rounds.unwrap_or(if options.quick { 1 } else { 3 });
    let load_before = machine::load();
    let mut report = Vec::new();
    for case in cases(options.quick) {
        let measured = (0..rounds).map(|_| measure(&case, options.database)).collect::<Result<Vec<_>>>()?;
        let of = |figure: fn(&Measured) -> f64| median(measured.iter().map(figure));
        let middle = Measured {
            events_per_s: of(|one| one.events_per_s),
            cpu_us_per_event: of(|one| one.cpu_us_per_event),
        };
        report.push((case.name, middle));
    }
    if options.json {
        println!("{}", object(&report, options, load_before));
    } else {
        print!("{}", text(&report, options, load_before, rounds));
    }
    Ok(())
}

fn cases(quick: bool) -> [Case; 3] {
    let part = if quick { 10 } else { 1 };
    [
        Case { name: "one", endpoints: 1, dead: 0, batch: 1, messages: 50_000 / part },
        Case { name: "one, batches of 100", endpoints: 1, dead: 0, batch: 100, messages: 100_000 / part },
        Case { name: "1,000, 10 % dead", endpoints: 1_000, dead: 100, batch: 1, messages: 200 / part },
    ]
}

fn measure(case: &Case, database: Database) -> Result<Measured> {
    let scratch = Scratch::new("bench-webhooks")?;
    let text = "[delivery]\nnext_hop = \"capture\"\n\n[webhooks]\nallow_private = true\n\n[log]\nlevel = \"error\"\n";
    let prepared = Settings { text: text.to_owned(), database, mode: "serve" }.prepare(&scratch)?;
    prepared.add_domain(SENDER_DOMAIN, false)?;
    let instance = prepared.start()?;
    let mut api = Api::connect(instance.http(), instance.api_key()?)?;
    let (hooks, silent) = (Hooks::start(Manner::Takes, false)?, Hooks::start(Manner::Silent, false)?);
    let refused = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let mut last = String::new();
    for n in 0..case.endpoints {
        let url = match n {
            n if n >= case.dead => hooks.url(&n.to_string()),
            n if n % 2 == 0 => silent.url(&n.to_string()),
            n => format!("http://{refused}/{n}"),
        };
        let wish = json!({
            "endpoint": url, "events": ["email.queued", "email.delivered"], "batch": case.batch,
            "enabled": case.endpoints > 1,
        });
        let made = api.ask("POST", "/webhooks", wish.to_string().as_bytes())?.json()?;
        last = made["id"].as_str().context("a webhook without an id")?.to_owned();
    }
    let roots = instance.roots();
    let wanted = (case.messages * EVENTS_PER_MESSAGE * (case.endpoints - case.dead)) as u64;
    let (watch, cpu_before) = if case.endpoints > 1 {
        let started = (Stopwatch::start(), cpu_s(&roots));
        mail(&mut api, case.messages)?;
        started
    } else {
        mail(&mut api, case.messages)?;
        wait_for("the end of the mail", END_LIMIT, || Ok(is_quiet(&mut api)?.then_some(())))?;
        let started = (Stopwatch::start(), cpu_s(&roots));
        api.ask("PATCH", &format!("/webhooks/{last}"), b"{\"enabled\":true}")?.json()?;
        started
    };
    wait_for("the last event", END_LIMIT, || Ok((hooks.events() >= wanted).then_some(())))?;
    let seconds = watch.elapsed().as_secs_f64();
    Ok(Measured {
        events_per_s: wanted as f64 / seconds,
        cpu_us_per_event: (cpu_s(&roots) - cpu_before) * 1e6 / wanted as f64,
    })
}

fn mail(api: &mut Api, messages: usize) -> Result<()> {
    let one = json!({ "from": format!("me@{SENDER_DOMAIN}"), "to": "ann@there.example", "subject": "s", "text": "t" });
    let mut left = messages;
    while left > 0 {
        let some = left.min(LOAD_MESSAGES);
        let body = Value::Array(vec![one.clone(); some]).to_string();
        let answer = api.ask("POST", "/emails/batch", body.as_bytes())?;
        anyhow::ensure!(
            answer.code == 200,
            "HTTP {}: {}",
            answer.code,
            String::from_utf8_lossy(&answer.body)
        );
        left -= some;
    }
    Ok(())
}

/// Whether nothing waits to be delivered.
fn is_quiet(api: &mut Api) -> Result<bool> {
    let shown = api.read("/queue")?.json()?;
    let quiet = shown["complete"] == true && shown["queues"].as_array().is_some_and(Vec::is_empty);
    if !quiet {
        pause(Duration::from_millis(50));
    }
    Ok(quiet)
}

fn text(report: &[(&str, Measured)], options: &Options, load_before: f64, rounds: u32) -> String {
    let row = |(name, measured): &(&str, Measured)| {
        vec![
            (*name).to_owned(),
            format!("{:.0}", measured.events_per_s),
            format!("{:.0}", measured.cpu_us_per_event),
        ]
    };
    let rows: Vec<_> = report.iter().map(row).collect();
    format!(
        "{}medians of {rounds} rounds on {}; {} cores; load {load_before} before, {} after; Postrider {}\n",
        table(&["endpoints", "events/s", "CPU µs/event"], &rows),
        options.database.name(),
        machine::cores(),
        machine::load(),
        product::version()
    )
}

fn object(report: &[(&str, Measured)], options: &Options, load_before: f64) -> Value {
    let case = |(name, measured): &(&str, Measured)| {
        json!({
            "name": name, "events_per_s": measured.events_per_s, "cpu_us_per_event": measured.cpu_us_per_event,
        })
    };
    json!({
        "cases": report.iter().map(case).collect::<Vec<_>>(), "database": options.database.name(), "cores": machine::cores(),
        "load_before": load_before, "load_after": machine::load(), "postrider_version": product::version(),
    })
}
