//! `cargo xtask bench stats`: what a dashboard asks of a million events, on SQLite: milliseconds for each question.
//!
//! What is measured is `crates/postrider/examples/stats.rs`, built for release: it fills a log by the product's own functions, counts it
//! by the product's follower, asks each question many times, and counts everything again.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::bench::machine;
use crate::bench::table::table;
use crate::command::{command, run_quietly};
use crate::place::{Scratch, root};

/// How much there is to ask about.
#[derive(clap::Args)]
pub struct Options {
    /// A tenth of the events
    #[arg(long)]
    quick: bool,
    /// Print one JSON object instead of the table
    #[arg(long)]
    json: bool,
    /// How many events there are
    #[arg(long, default_value_t = 1_000_000)]
    events: u32,
    /// How often each question is asked
    #[arg(long, default_value_t = 200)]
    rounds: u32,
}

pub fn run(options: &Options) -> Result<()> {
    let load_before = machine::load();
    let scratch = Scratch::new("bench-stats")?;
    let events = if options.quick { options.events / 10 } else { options.events };
    let printed = run_quietly(
        command("cargo")
            .args(["run", "--release", "--quiet", "-p", "postrider", "--example", "stats", "--"])
            .args([events.to_string(), options.rounds.to_string()])
            .arg(scratch.folder("data")?)
            .current_dir(root()),
    )?;
    let report: Value = serde_json::from_str(printed.trim()).context("the example prints one JSON object")?;
    if options.json {
        println!("{report}");
    } else {
        println!("{}load {load_before} before, {} after", text(&report), machine::load());
    }
    Ok(())
}

fn text(report: &Value) -> String {
    let questions = report["questions"].as_array().map_or(&[][..], Vec::as_slice);
    let row = |one: &Value| {
        let name = one["question"].as_str().unwrap_or_default().to_owned();
        vec![name, one["rows"].to_string(), one["p50_ms"].to_string(), one["p99_ms"].to_string()]
    };
    let rows: Vec<_> = questions.iter().map(row).collect();
    let rate = report["counted_per_s"].as_f64().unwrap_or(f64::NAN);
    let recount = report["recount_s"].as_f64().unwrap_or(f64::NAN);
    let about = format!(
        "{} messages, {} counters, {} rounds; counted {rate:.0} events/s, recounted in {recount:.1} s with {} differences\n",
        report["messages"], report["counters"], report["rounds"], report["recount_differences"]
    );
    about + &table(&["question", "rows", "p50 ms", "p99 ms"], &rows)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_question_has_a_line() {
        let question = json!({ "question": "by day", "rows": 30, "p50_ms": 1.5, "p99_ms": 2.5 });
        let report = json!({
            "messages": 4, "counters": 5, "rounds": 6, "counted_per_s": 7.0, "recount_s": 0.5, "recount_differences": 0,
            "questions": [question],
        });
        let shown = text(&report);
        assert!(shown.contains("\nby day") && shown.contains("2.5\n"), "{shown}");
        assert_eq!(shown.lines().count(), 3);
    }
}
