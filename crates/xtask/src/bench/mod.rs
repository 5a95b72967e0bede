//! `cargo xtask bench …`: measurements beside peers. They assert nothing; they print.
//!
//! Guarantees: peer and Postrider do the same work in the same run, in turn, as the same machine is faster in one hour than in the
//! next; so ratios are what to read.

pub mod api;
pub mod machine;
pub mod relay;
mod table;
pub mod waiting;

use anyhow::Result;
use clap::Subcommand;

/// What to measure.
#[derive(Subcommand)]
pub enum Bench {
    /// SMTP in, relay to a sink: Postfix and Postrider in turn
    Relay(relay::Options),
    /// Sends over HTTP, one by one and in batches
    Api(api::Options),
    /// The relay's rate with a million messages waiting
    Waiting(waiting::Options),
}

pub fn run(bench: &Bench) -> Result<()> {
    match bench {
        Bench::Relay(options) => relay::run(options),
        Bench::Api(options) => api::run(options),
        Bench::Waiting(options) => waiting::run(options),
    }
}

/// The middle of some figures; of an even number, the mean of the two in the middle.
pub fn median(figures: impl IntoIterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.into_iter().collect();
    figures.sort_by(f64::total_cmp);
    match figures.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => figures[odd / 2],
        even => f64::midpoint(figures[even / 2 - 1], figures[even / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median([]).is_nan());
    }
}
