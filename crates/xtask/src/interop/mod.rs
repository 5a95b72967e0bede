//! Foreign software at both ends: clients that others wrote hand us mail, servers that others wrote take it, verifiers that others
//! wrote check its signatures and its webhooks'.
//!
//! Guarantees: each check stands alone in the counts; everything runs on loopback.

mod capture;
mod delivery;
mod notification;
mod sender;
mod signature;
mod tracking;
mod webhook;

use std::time::Duration;

use anyhow::Result;

use crate::tally::Tally;

/// The domain of every sender.
const SENDER_DOMAIN: &str = "shop.example";
/// How long a message may take from its acceptance to where it goes.
const ARRIVAL_LIMIT: Duration = Duration::from_secs(30);

/// Runs every check. An error is a check that could not even begin.
pub fn run(tally: &mut Tally) -> Result<()> {
    capture::run(tally)?;
    delivery::run(tally)?;
    notification::run(tally)?;
    webhook::run(tally)?;
    tracking::run(tally)
}
