//! Runs worlds: `cargo run -p sim -- --seeds 10000 --from 300`.

use std::process::ExitCode;

use clap::Parser;
use sim::{Fault, run};

#[derive(Parser)]
#[command(about = "Run simulated worlds, one a seed, and stop at the first that breaks.")]
struct Args {
    /// How many seeds.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 0)]
    from: u64,
}

fn main() -> ExitCode {
    let args = Args::parse();
    for seed in args.from..args.from.saturating_add(args.seeds) {
        if let Err((_, told)) = run(seed, Fault::None) {
            eprintln!("{told}");
            return ExitCode::FAILURE;
        }
    }
    println!("{} worlds from seed {} hold", args.seeds, args.from);
    ExitCode::SUCCESS
}
