//! `cargo xtask test`: everything that proves the product, on both databases, with one line of counts at the end.
//!
//! Guarantees: the last line is `N passed, N failed`; the exit code is zero only if something ran and nothing failed; PostgreSQL
//! is our own and is gone afterwards.

use std::process::ExitCode;

use anyhow::Result;

use crate::command::{command, run_lines};
use crate::postgres::{Durability, Postgres};
use crate::product::{self, Database};
use crate::tally::Tally;
use crate::{console, crash, interop, place, setup};

/// The variable by which tests learn the URL of the PostgreSQL server.
const POSTGRES_VARIABLE: &str = "POSTRIDER_TEST_POSTGRES";

/// Kills of a crash round within the tests.
const CRASH_ROUND_KILLS: u32 = 5;

/// What to run.
#[derive(clap::Args, Debug, Default)]
pub struct Options {
    /// Only the workspace's own tests: no foreign clients, no browser, no crash round
    #[arg(long)]
    only_cargo: bool,
    /// Only the console in a browser
    #[arg(long, conflicts_with = "only_cargo")]
    only_browser: bool,
}

pub fn run(options: &Options) -> Result<ExitCode> {
    setup::run()?;
    let mut tally = Tally::default();
    if options.only_browser {
        product::build(product::Build::Tests)?;
        console::tests::run(&mut tally)?;
        println!("{tally}");
        return Ok(if tally.succeeded() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    cargo_tests(&mut tally)?;
    if !options.only_cargo {
        product::build(product::Build::Tests)?;
        let outcome = interop::run(&mut tally);
        if outcome.is_err() {
            tally.record("foreign clients and receivers", &outcome);
        }
        let outcome = console::tests::run(&mut tally);
        if outcome.is_err() {
            tally.record("the console in a browser", &outcome);
        }
        for database in [Database::Sqlite, Database::Postgres] {
            crash_round(&mut tally, database);
        }
    }
    print!("\n{}", tally.databases());
    println!("{tally}");
    Ok(if tally.succeeded() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A few kills: enough to see that a crash is survived at all. `cargo xtask crash` does hundreds.
fn crash_round(tally: &mut Tally, database: Database) {
    let options =
        crash::Options { kills: CRASH_ROUND_KILLS, database, seed: 1, json: false, webhooks: false };
    let outcome = crash::crash(&options).and_then(|outcome| {
        let sentence = crash::sentence(&outcome, database);
        println!("{sentence}");
        anyhow::ensure!(outcome.is_good(), "{sentence}");
        Ok(())
    });
    tally.record(&format!("nothing is lost by kills on {}", database.name()), &outcome);
    let outcome = crash::webhooks::crash(&options).and_then(|outcome| {
        let sentence = outcome.sentence(database);
        println!("{sentence}");
        anyhow::ensure!(outcome.is_good(), "{sentence}");
        Ok(())
    });
    tally.record(&format!("no webhook is missed by kills on {}", database.name()), &outcome);
}

fn cargo_tests(tally: &mut Tally) -> Result<()> {
    let postgres = Postgres::start(Durability::Fleeting)?;
    let url = postgres.url();
    println!("the store's tests run on SQLite and on PostgreSQL ({url})");
    let mut cargo = command("cargo");
    cargo
        .args(["test", "--workspace", "--no-fail-fast"])
        .current_dir(place::root())
        .env(POSTGRES_VARIABLE, url);
    let succeeded = run_lines(&mut cargo, |line| tally.read_cargo_line(line))?;
    if !succeeded && tally.succeeded() {
        // The build failed, or a test program died before its summary.
        tally.fail();
    }
    Ok(())
}
