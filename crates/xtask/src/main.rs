//! `cargo xtask …`: the project's own tools.
//!
//! Guarantees: every program started here ends with this one, whether it returns, fails or is interrupted; every
//! wait is bounded; nothing is written outside the target directory and a scratch directory of the run's own.
//!
//! Not here: anything that the product needs at run time.

mod bench;
mod check;
mod child;
mod clock;
mod command;
mod console;
mod crash;
mod fuzz;
mod gallery;
mod hooks;
mod http;
mod interop;
mod nginx;
mod place;
mod postfix;
mod postgres;
mod product;
mod receiver;
mod setup;
mod suite;
mod tally;
mod tidy;
mod usage;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own tools", disable_version_flag = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what the tests need; say what is missing where that takes root
    Setup,
    /// Run every test: unit tests on both databases, foreign clients and receivers, a short crash round
    Test(suite::Options),
    /// Format, lints, the project's own rules, then every test
    Check,
    /// The project's own rules about its sources
    Tidy,
    /// Kill the real program under load; nothing accepted may be lost
    Crash(crash::Options),
    /// Try parsers on inputs that nobody would write, as long as one likes
    #[command(disable_help_flag = true)]
    Fuzz(fuzz::Options),
    /// Show every ready template as it arrives: files, pictures, scores of spam filters
    Gallery(gallery::Options),
    /// Take pictures of every screen of the console, on a seeded year
    Screens(console::screens::Options),
    /// Measure beside peers
    #[command(subcommand)]
    Bench(bench::Bench),
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<ExitCode> {
    match task {
        Task::Setup => setup::run().map(|()| ExitCode::SUCCESS),
        Task::Test(options) => suite::run(&options),
        Task::Check => check::run_all(),
        Task::Tidy => tidy::run(),
        Task::Crash(options) => crash::run(&options),
        Task::Fuzz(options) => fuzz::run(&options),
        Task::Gallery(options) => gallery::run(&options),
        Task::Screens(options) => console::screens::run(&options),
        Task::Bench(bench) => bench::run(&bench).map(|()| ExitCode::SUCCESS),
    }
}
