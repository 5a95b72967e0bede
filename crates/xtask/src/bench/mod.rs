//! `cargo xtask bench …`: measurements beside peers. They assert nothing; they print.
//!
//! Guarantees: peer and Postrider do the same work in the same run, in turn, as the same machine is faster in one hour than in the
//! next; so ratios are what to read.

pub mod api;
pub mod console;
pub mod latency;
pub mod machine;
pub mod relay;
pub mod render;
pub mod stats;
mod table;
pub mod track;
pub mod waiting;
pub mod webhooks;

use std::time::Duration;

use anyhow::Result;
use clap::Subcommand;

/// What to measure.
#[derive(Subcommand)]
pub enum Bench {
    /// SMTP in, relay to a sink: Postfix and Postrider in turn
    Relay(relay::Options),
    /// Sends over HTTP, one by one and in batches
    Api(api::Options),
    /// The wait between the final dot and the 250
    Latency(latency::Options),
    /// The relay's rate with a million messages waiting
    Waiting(waiting::Options),
    /// A template from data to signed octets: microseconds for each step
    Render(render::Options),
    /// What a dashboard asks of a million events: milliseconds for each question
    Stats(stats::Options),
    /// Pages of the console with a million deliveries: server time of each, and what it makes a browser load
    Console(console::Options),
    /// Tracking pixels on one core: nginx with a file of the same size and Postrider in turn
    Track(track::Options),
    /// Events a second told to one endpoint, and to a thousand of which some are dead
    Webhooks(webhooks::Options),
}

pub fn run(bench: &Bench) -> Result<()> {
    match bench {
        Bench::Relay(options) => relay::run(options),
        Bench::Api(options) => api::run(options),
        Bench::Latency(options) => latency::run(options),
        Bench::Waiting(options) => waiting::run(options),
        Bench::Render(options) => render::run(options),
        Bench::Stats(options) => stats::run(options),
        Bench::Console(options) => console::run(options),
        Bench::Track(options) => track::run(options),
        Bench::Webhooks(options) => webhooks::run(options),
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

/// The figure below which the given share of some sorted waits lies, in milliseconds.
pub fn percentile_ms(sorted: &[Duration], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * share).round() as usize).map_or(f64::NAN, |wait| wait.as_secs_f64() * 1000.0)
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

    #[test]
    fn percentiles_lie_between_the_extremes() {
        let waits: Vec<_> = (0..=100).map(Duration::from_millis).collect();
        assert_eq!(percentile_ms(&waits, 0.5), 50.0);
        assert_eq!(percentile_ms(&waits, 0.99), 99.0);
        assert!(percentile_ms(&[], 0.5).is_nan());
    }
}
