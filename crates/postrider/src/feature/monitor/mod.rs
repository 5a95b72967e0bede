//! What a monitoring system asks: counters, gauges, whether the process lives, whether it takes mail.
//!
//! Guarantees
//! 1. Counting costs one relaxed atomic addition; nothing is allocated or locked.
//! 2. No label has a value that a client or a peer chose.
//!
//! Not here: numbers for a workspace's people (`stats`).

pub mod api;
#[cfg(test)]
mod story;

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::feature::sending::Refusal;

/// Something that only grows.
#[derive(Default)]
pub struct Counter(AtomicU64);

impl Counter {
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    #[must_use]
    pub fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Declares the counters: a family with its help, and its members by label.
macro_rules! counters {
    ($($family:literal: $help:literal { $($field:ident: $labels:literal,)+ })+) => {
        /// Everything that is counted since the process began.
        #[derive(Default)]
        pub struct Counters {
            $($(#[doc = $help] pub $field: Counter,)+)+
        }

        impl Counters {
            fn render(&self, out: &mut String) {
                $(
                    head(out, $family, $help, "counter");
                    $(line(out, $family, $labels, self.$field.value());)+
                )+
            }
        }
    };
}

counters! {
    "postrider_messages_accepted_total": "Messages that were answered with 250 or 200." {
        accepted: "",
    }
    "postrider_messages_refused_total": "Messages that were refused as a whole, by reason." {
        refused_author: "reason=\"author\"",
        refused_header: "reason=\"header\"",
        refused_domain: "reason=\"domain_not_verified\"",
        refused_key: "reason=\"key_restricted\"",
        refused_recipients: "reason=\"recipients\"",
        refused_size: "reason=\"size\"",
        refused_attachment: "reason=\"attachment\"",
        refused_option: "reason=\"option\"",
        refused_idempotency: "reason=\"idempotency\"",
        refused_unavailable: "reason=\"unavailable\"",
        refused_quota: "reason=\"quota\"",
        refused_suspended: "reason=\"suspended\"",
    }
    "postrider_deliveries_total": "Ends of attempts and of deliveries, by outcome." {
        delivered: "outcome=\"delivered\"",
        deferred: "outcome=\"deferred\"",
        bounced: "outcome=\"bounced\"",
        failed: "outcome=\"failed\"",
        not_sent: "outcome=\"not_sent\"",
    }
    "postrider_tracking_dropped_total": "Requests of recipients that were answered and not written, by reason." {
        tracking_lost: "reason=\"database_away\"",
        tracking_expired: "reason=\"history_gone\"",
        tracking_beyond: "reason=\"beyond_limit\"",
    }
}

impl Counters {
    /// Counts a submission that was refused.
    pub fn refused(&self, refusal: &Refusal) {
        let counter = match refusal {
            Refusal::Author(_) => &self.refused_author,
            Refusal::Header(_) => &self.refused_header,
            Refusal::DomainNotVerified(_) => &self.refused_domain,
            Refusal::KeyRestricted(_) => &self.refused_key,
            Refusal::NoRecipients | Refusal::TooManyRecipients { .. } => &self.refused_recipients,
            Refusal::TooLarge { .. } | Refusal::HeaderTooLarge { .. } => &self.refused_size,
            Refusal::Attachment(_) => &self.refused_attachment,
            Refusal::Option { .. } => &self.refused_option,
            Refusal::IdempotencyMismatch => &self.refused_idempotency,
            Refusal::Unavailable(_) => &self.refused_unavailable,
            Refusal::QuotaUsed { .. } => &self.refused_quota,
            Refusal::Suspended => &self.refused_suspended,
        };
        counter.add(1);
    }
}

fn head(out: &mut String, family: &str, help: &str, kind: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "# HELP {family} {help}\n# TYPE {family} {kind}");
}

fn line(out: &mut String, family: &str, labels: &str, value: u64) {
    let _ = match labels {
        "" => writeln!(out, "{family} {value}"),
        labels => writeln!(out, "{family}{{{labels}}} {value}"),
    };
}
