//! How much may be asked for within an hour of the clock, and who is counted.
//!
//! A window is an hour as the clock has it: who asks at its end and at the next one's beginning gets twice as much within minutes,
//! and a count is one row. The count is raised in the transaction of what it counts, and only while it is below its limit.

use std::time::Duration;

use mail::At;
use store::{Write, query};

use crate::id::Mint;
use crate::settings::Codes as Settings;

use super::secret::Keys;

query!(COUNT, "queries/count.sql");

const HOUR_US: i64 = 3_600_000_000;
/// Checks with one key within an hour. Reason: a check is a transaction or two and waits for those of others, so an application
/// that passes on whatever it is sent, and tells no addresses, must not have the database for itself. It is five times as many
/// as a workspace's codes, each checked once.
pub const CHECKS_PER_KEY_MAX: u32 = 100_000;

/// Whose requests are counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    Address,
    Network,
    /// Codes for one address that one network asks for: half of what the address may get, so that no network alone uses up
    /// what others could ask for.
    Pair,
    Key,
    Workspace,
    /// Checks from one network.
    Checks,
    /// Checks with one key.
    KeyChecks,
}

impl Limit {
    pub const ALL: [Limit; 7] = [
        Limit::Address,
        Limit::Network,
        Limit::Pair,
        Limit::Key,
        Limit::Workspace,
        Limit::Checks,
        Limit::KeyChecks,
    ];

    /// The words of a refusal.
    #[must_use]
    pub fn why(self) -> &'static str {
        match self {
            Limit::Address => {
                "this address got as many codes within the hour as one may (codes.per_address_max)"
            }
            Limit::Network => {
                "from this network as many codes were asked for as may be (codes.per_network_max)"
            }
            Limit::Pair => {
                "from this network as many codes were asked for this address as may be (half of codes.per_address_max)"
            }
            Limit::Key => "with this key as many codes were asked for as may be (codes.per_key_max)",
            Limit::Workspace => "this workspace asked for as many codes as it may (codes.per_workspace_max)",
            Limit::Checks => "from this network came as many checks as may (codes.checks_per_network_max)",
            Limit::KeyChecks => "with this key came as many checks as may (100,000 an hour)",
        }
    }

    /// How many are allowed within an hour, mostly by a setting.
    #[must_use]
    pub fn max(self, settings: &Settings) -> u32 {
        match self {
            Limit::Address => settings.per_address_max,
            Limit::Network => settings.per_network_max,
            Limit::Pair => (settings.per_address_max / 2).max(1),
            Limit::Key => settings.per_key_max,
            Limit::Workspace => settings.per_workspace_max,
            Limit::Checks => settings.checks_per_network_max,
            Limit::KeyChecks => CHECKS_PER_KEY_MAX,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Limit::Address => "address",
            Limit::Network => "network",
            Limit::Pair => "pair",
            Limit::Key => "key",
            Limit::Workspace => "workspace",
            Limit::Checks => "checks",
            Limit::KeyChecks => "key_checks",
        }
    }
}

/// What counting needs.
pub struct Counter<'a> {
    pub keys: &'a Keys,
    pub mint: &'a Mint,
    pub settings: &'a Settings,
    pub workspace: i64,
    pub now: At,
}

impl Counter<'_> {
    /// Counts one more of `whose`, or fails the write with [`Limit::why`].
    pub fn count(&self, write: &mut Write, limit: Limit, whose: &str) {
        let params = vec![
            ("id", self.mint.next(self.now).into()),
            ("subject", self.keys.counted(self.workspace, limit.name(), whose).to_vec().into()),
            ("hour", hour(self.now).0.into()),
            ("max", i64::from(limit.max(self.settings)).into()),
        ];
        write.step_expecting(1, limit.why(), &COUNT, params);
    }
}

/// When the hour began.
fn hour(now: At) -> At {
    At(now.0 - now.0.rem_euclid(HOUR_US))
}

/// How long until the next hour.
#[must_use]
pub fn next_hour(now: At) -> Duration {
    At(hour(now).0 + HOUR_US).since(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_the_clocks() {
        let minute = 60_000_000;
        for (minutes, left_s) in [(0, 3_600), (1, 3_540), (59, 60), (60, 3_600)] {
            let now = At(1_800_000_000_000_000 / HOUR_US * HOUR_US + minutes * minute);
            assert_eq!(next_hour(now), Duration::from_secs(left_s), "{minutes}");
        }
    }

    #[test]
    fn each_limit_has_words_of_its_own() {
        for (place, one) in Limit::ALL.iter().enumerate() {
            for other in &Limit::ALL[place + 1..] {
                assert!(one.why() != other.why() && one.name() != other.name(), "{one:?} {other:?}");
            }
        }
    }
}
