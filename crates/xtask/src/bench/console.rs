//! `cargo xtask bench console`: how long the server takes for each page of the console with a million deliveries, and what each page
//! makes a browser load.
//!
//! Guarantees: pages are asked for one after the other over one kept connection, signed in as a person is; every one counted was
//! answered with 200. What a page loads is what a browser without a cache fetched.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::bench::table::table;
use crate::bench::{machine, percentile_ms};
use crate::clock::Stopwatch;
use crate::command::run_quietly;
use crate::console::{script, seeded_with};
use crate::http::Api;
use crate::place::Scratch;
use crate::{product, setup};

/// Octets of styles and scripts of a page that is no editor.
const LOADED_MAX: u64 = 60 * 1024;

/// How much there is to look at.
#[derive(clap::Args)]
pub struct Options {
    /// A twentieth of the mail, and fewer rounds
    #[arg(long)]
    quick: bool,
    /// Print one JSON object instead of the tables
    #[arg(long)]
    json: bool,
    /// Deliveries of which there are rows
    #[arg(long, default_value_t = 1_000_000)]
    deliveries: u64,
    /// Events of mail
    #[arg(long, default_value_t = 5_000_000)]
    events: u64,
    /// How often each page is asked for
    #[arg(long)]
    rounds: Option<usize>,
    /// Take the build of the tests, to try this command itself
    #[arg(long)]
    unoptimized: bool,
}

/// A page and how long it took.
struct Measured {
    name: String,
    p50_ms: f64,
    p95_ms: f64,
}

pub fn run(options: &Options) -> Result<()> {
    setup::console()?;
    product::build(if options.unoptimized { product::Build::Tests } else { product::Build::Release })?;
    let load_before = machine::load();
    let part = if options.quick { 20 } else { 1 };
    let rounds = options.rounds.unwrap_or(if options.quick { 20 } else { 100 });
    let (deliveries, events) = (options.deliveries / part, options.events / part);
    let scratch = Scratch::new("bench-console")?;
    let begun = Stopwatch::start();
    let wanted = ["--deliveries", &deliveries.to_string(), "--events", &events.to_string()];
    let (instance, given) = seeded_with(&scratch, &wanted)?;
    let seeded_s = begun.elapsed().as_secs_f64();
    let told = run_quietly(&mut script("weigh.mjs", &given))?;
    let told: Value = serde_json::from_str(told.trim()).context("the script prints one JSON object")?;
    let cookie = told["cookie"].as_str().context("a cookie")?;
    let mut api = Api::visit(instance.http(), cookie)?;
    let mut measured = Vec::new();
    for one in list(&told["pages"]).iter().chain(list(&told["views"])) {
        measured.push(measure(&mut api, one, rounds)?);
    }
    let report = json!({
        "deliveries": deliveries, "events": events, "rounds": rounds, "seeded_s": seeded_s, "version": product::version(),
        "load_before": load_before, "load_after": machine::load(),
        "times": measured.iter().map(|one| json!({ "page": one.name, "p50_ms": one.p50_ms, "p95_ms": one.p95_ms })).collect::<Vec<_>>(),
        "weights": told["pages"],
    });
    if options.json {
        println!("{report}");
    } else {
        print!("{}", text(&report));
    }
    Ok(())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[][..], Vec::as_slice)
}

fn measure(api: &mut Api, one: &Value, rounds: usize) -> Result<Measured> {
    let name = one["name"].as_str().unwrap_or_default().to_owned();
    let path = one["path"].as_str().with_context(|| format!("no path of {name}"))?;
    let mut waits = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let begun = Stopwatch::start();
        let answer = api.read(path)?;
        waits.push(begun.elapsed());
        ensure!(answer.code == 200, "{path} answers {}", answer.code);
    }
    if waits.is_empty() {
        bail!("no rounds");
    }
    waits.sort();
    let rounded = |share: f64| (percentile_ms(&waits, share) * 100.0).round() / 100.0;
    Ok(Measured { name, p50_ms: rounded(0.5), p95_ms: rounded(0.95) })
}

fn text(report: &Value) -> String {
    let times = list(&report["times"]).iter().map(|one| {
        vec![
            one["page"].as_str().unwrap_or_default().to_owned(),
            one["p50_ms"].to_string(),
            one["p95_ms"].to_string(),
        ]
    });
    let weights = list(&report["weights"]).iter().map(|one| {
        let octets = |kind: &str| one[kind].as_u64().unwrap_or(0);
        let loaded = octets("css") + octets("js");
        let over = if loaded > LOADED_MAX { "over" } else { "" };
        let figure = |octets: u64| format!("{:.1}", octets as f64 / 1024.0);
        let name = one["name"].as_str().unwrap_or_default().to_owned();
        vec![
            name,
            figure(octets("html")),
            figure(octets("css")),
            figure(octets("js")),
            figure(loaded),
            over.to_owned(),
        ]
    });
    let (times, weights): (Vec<_>, Vec<_>) = (times.collect(), weights.collect());
    format!(
        "{} deliveries, {} events, {} rounds, seeded in {:.0} s; {}\n\n{}\n{}load {} before, {} after\n",
        report["deliveries"],
        report["events"],
        report["rounds"],
        report["seeded_s"].as_f64().unwrap_or(f64::NAN),
        report["version"].as_str().unwrap_or_default(),
        table(&["server time", "p50 ms", "p95 ms"], &times),
        table(&["gzipped KB", "HTML", "CSS", "JS", "CSS + JS", ""], &weights),
        report["load_before"],
        report["load_after"],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_has_its_line_in_both_tables() {
        let report = json!({
            "deliveries": 10, "events": 50, "rounds": 3, "seeded_s": 1.0, "version": "abc", "load_before": 0.1, "load_after": 0.2,
            "times": [{ "page": "/a", "p50_ms": 1.5, "p95_ms": 2.5 }],
            "weights": [{ "name": "/a", "html": 1024, "css": 2048, "js": 70_000 }],
        });
        let shown = text(&report);
        assert!(shown.contains("\n/a              1.5     2.5\n"), "{shown}");
        assert!(shown.contains("70.4  over\n"), "{shown}");
    }
}
