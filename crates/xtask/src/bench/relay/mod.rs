//! `cargo xtask bench relay`: smtp-source in, smtp-sink out, Postfix and Postrider in turn.
//!
//! Guarantees: each run of a server begins with new directories; both servers relay to the same kind of sink, which ends when it has got the last
//! message; every wait is bounded.

mod bare;
mod case;
mod load;
mod peer;
mod report;
mod signer;
pub mod sink;
mod source;

use anyhow::Result;

use crate::bench::machine;
use crate::product;
use case::Case;
use load::Measured;

pub use peer::{Relay, SENDER_DOMAIN, Server, servers};
pub use source::{Work, source};

/// How the relay is measured.
#[derive(clap::Args)]
pub struct Options {
    /// Fewer messages and one round: ends within three minutes
    #[arg(long)]
    quick: bool,
    /// Print one JSON object instead of the table
    #[arg(long)]
    json: bool,
    /// How often each case is run; the medians are reported
    #[arg(long)]
    rounds: Option<usize>,
    /// Where Postrider keeps its mail
    #[arg(long, value_enum, default_value_t = product::Database::Sqlite)]
    database: product::Database,
    /// Both sign with DKIM: Postfix by `OpenDKIM` with RSA-2048, Postrider with RSA-2048 and Ed25519
    #[arg(long)]
    dkim: bool,
    /// Only the cases whose name contains this
    #[arg(long, default_value = "")]
    case: String,
    /// Measure beside them a relay that does nothing else, which nobody can undercut
    #[arg(long)]
    floor: bool,
    /// Only this server
    #[arg(long, value_enum)]
    only: Option<peer::Server>,
}

pub fn run(options: &Options) -> Result<()> {
    let mut servers = peer::servers(options.only);
    servers.extend(options.floor.then_some(peer::Server::Bare));
    build(&servers)?;
    let rounds = options.rounds.unwrap_or(if options.quick { 1 } else { 3 });
    let cases: Vec<Case> = case::all().into_iter().filter(|case| case.name.contains(&options.case)).collect();
    let mut results = vec![case::Result::default(); cases.len()];
    let load_before = machine::load();
    for (case, result) in cases.iter().zip(&mut results) {
        result.harness_per_s = load::harness(case, options.quick)?;
    }
    for round in 1..=rounds {
        for (case, result) in cases.iter().zip(&mut results) {
            for &server in &servers {
                let relay = Relay { server, database: options.database, signed: options.dkim };
                let measured = load::measure(&relay, case, options.quick)?;
                show(round, case, server, &measured);
                result.of(server).push(measured);
            }
        }
    }
    let report = report::Report { options, cases: &cases, results: &results, load_before };
    if options.json {
        println!("{}", report.json())
    } else {
        print!("{}", report.text())
    }
    Ok(())
}

/// Builds those of the servers that are ours.
pub fn build(servers: &[Server]) -> Result<()> {
    if servers.contains(&Server::Postrider) {
        product::build(product::Build::Release)?;
    }
    if servers.contains(&Server::Bare) { bare::build() } else { Ok(()) }
}

/// Progress goes to the error output, so that `--json` stays one object.
fn show(round: usize, case: &Case, server: peer::Server, measured: &Measured) {
    eprintln!(
        "round {round} {:<20} {:<10} accepted {:>7.0}/s  delivered {:>7.0}/s",
        case.name,
        server.name(),
        measured.accepted_per_s,
        measured.delivered_per_s
    );
}
