//! Long rounds: `cargo xtask fuzz [TARGET] [--rounds N | --seconds S] [--seed X]`.

use std::process::ExitCode;

use clap::Parser;
use fuzz::{TARGETS, Target, run};
use net::clock::{Stopwatch, random_u64};

#[derive(Parser)]
#[command(name = "cargo xtask fuzz", about = "Try parsers on inputs that nobody would write")]
struct Args {
    /// One target; all of them, one after the other, when none is named
    target: Option<String>,
    /// Inputs for each target
    #[arg(long, conflicts_with = "seconds", default_value_t = 20_000)]
    rounds: u64,
    /// Seconds for each target
    #[arg(long)]
    seconds: Option<u64>,
    /// The run's seed; drawn and shown when none is given
    #[arg(long)]
    seed: Option<u64>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let named = |target: &&Target| args.target.as_deref().is_none_or(|name| name == target.name);
    let targets: Vec<&Target> = TARGETS.iter().filter(named).collect();
    if targets.is_empty() {
        let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        eprintln!("there is no such target; there are: {}", names.join(", "));
        return ExitCode::FAILURE;
    }
    let seed = args.seed.unwrap_or_else(random_u64);
    println!("seed {seed}");
    let mut code = ExitCode::SUCCESS;
    for target in targets {
        let watch = Stopwatch::start();
        let goes_on = |rounds| match args.seconds {
            Some(seconds) => watch.elapsed().as_secs() < seconds,
            None => rounds < args.rounds,
        };
        match run(target, seed, goes_on) {
            Ok(done) => {
                let (name, rounds, kinds) = (target.name, done.rounds, done.kinds);
                println!(
                    "{name:16} {rounds:9} inputs  {kinds:6} kinds  {:.1} s",
                    watch.elapsed().as_secs_f64()
                );
            }
            Err(told) => {
                println!("FAILED {told}");
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}
