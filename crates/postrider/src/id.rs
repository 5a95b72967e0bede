//! Ids: 64-bit, time-ordered, shown with a prefix (`msg_01h…`), so that every insert lands at the right-hand end of
//! its index and a delivery's id pasted where a message's belongs is refused.
//!
//! Layout from the top: sign 0, 41 bits of milliseconds since 2024-01-01 UTC (69 years), 8 bits of node, 14 bits of
//! sequence (16,384 a millisecond; a burst beyond borrows from the next millisecond).
//!
//! Guarantee: the deliveries of a message have the ids directly above its own, in the order of its recipients, and nobody
//! else has one of these. So a message's deliveries are a range of their primary key, and need no index.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use mail::At;
use mail::date::rfc3339;
use store::{Store, StoreError, query};

/// Milliseconds of 2024-01-01 00:00 UTC since 1970.
const EPOCH_MS: i64 = 1_704_067_200_000;
const NODE_BITS: u32 = 8;
const SEQUENCE_BITS: u32 = 14;
/// Ids of one node in one millisecond.
const SEQUENCES: i64 = 1 << SEQUENCE_BITS;
/// Deliveries of one message at most: with it they fill a millisecond.
pub const DELIVERIES_MAX: usize = SEQUENCES as usize - 1;

/// How far ahead of the clock ids go on from what was written. Reason: a clock is mended by seconds or by an hour; what a clock that was
/// wrong by years left must not make everything after it look as young.
const AHEAD_MAX: Duration = Duration::from_secs(86_400);

query!(NEWEST_ID, "queries/newest_id.sql");

/// Gives out the ids of one node: each larger than all before it, also when the clock steps back.
pub struct Mint {
    node: i64,
    /// Milliseconds and sequence of the last id, without the node.
    last: AtomicI64,
}

impl Mint {
    /// `node` is 0 to 255.
    pub fn new(node: u8) -> Mint {
        Mint { node: i64::from(node), last: AtomicI64::new(0) }
    }

    /// As [`Mint::new`], for a node that goes on where `store` ends: when the clock stepped back while nothing ran, ids are made as if it
    /// had not.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub async fn after(store: &Store, now: At, node: u8) -> Result<Mint, StoreError> {
        let ahead = floor(now.after(AHEAD_MAX));
        let rows = store.read(&NEWEST_ID, &[("ahead", ahead.into())]).await?;
        let newest = rows.first().map(|row| row.int_or_null(0)).transpose()?.flatten().unwrap_or(0);
        if newest > floor(now) {
            tracing::warn!(newest = %rfc3339(moment(newest)), "the clock is behind what was written: ids go on from there");
        }
        let used = (newest >> (NODE_BITS + SEQUENCE_BITS) << SEQUENCE_BITS) + SEQUENCES - 1;
        Ok(Mint { last: AtomicI64::new(used), ..Mint::new(node) })
    }

    pub fn next(&self, now: At) -> i64 {
        self.several(now, 1)
    }

    /// The id of a message for so many recipients; those of its deliveries are kept free: see [`delivery`]. A message for
    /// more than [`DELIVERIES_MAX`] must be refused.
    pub fn message(&self, now: At, recipients: usize) -> i64 {
        self.several(now, 1 + recipients.min(DELIVERIES_MAX) as i64)
    }

    /// The first of `count` ids in a row, at most a millisecond's: those that do not fit into what is left of one are all
    /// in the next, for the node stands between the two.
    fn several(&self, now: At, count: i64) -> i64 {
        let floor = (now.0.div_euclid(1000) - EPOCH_MS).max(0) << SEQUENCE_BITS;
        let first = |last: i64| {
            let next = last.max(floor - 1) + 1;
            let left = SEQUENCES - next % SEQUENCES;
            if count <= left { next } else { next + left }
        };
        let last = self
            .last
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(first(last) + count - 1));
        let first = first(last.unwrap_or_else(|last| last));
        let (ms, sequence) = (first >> SEQUENCE_BITS, first % SEQUENCES);
        ms << (NODE_BITS + SEQUENCE_BITS) | self.node << SEQUENCE_BITS | sequence
    }
}

/// The id of a message's delivery to its recipient number `place`, from 0, as [`Mint::message`] kept it free.
#[must_use]
pub fn delivery(message: i64, place: usize) -> i64 {
    debug_assert!(place < DELIVERIES_MAX, "a message for so many is refused");
    message + 1 + place as i64
}

/// The highest id that a delivery of a message can have, for whoever does not know how many there are.
#[must_use]
pub fn last_delivery(message: i64) -> i64 {
    message | (SEQUENCES - 1)
}

/// The least id of the millisecond of `at`: every id made before it is smaller, whatever its node. An age becomes a
/// bound on ids with it.
#[must_use]
pub fn floor(at: At) -> i64 {
    (at.0.div_euclid(1000) - EPOCH_MS).max(0) << (NODE_BITS + SEQUENCE_BITS)
}

/// When an id was given out, to the millisecond; a burst may have borrowed a few.
#[must_use]
pub fn moment(id: i64) -> At {
    At(((id >> (NODE_BITS + SEQUENCE_BITS)) + EPOCH_MS) * 1_000)
}

/// How much later than `earlier` an id was given out; zero when it was not later.
#[must_use]
pub fn age_between(earlier: i64, later: i64) -> Duration {
    let ms = |id: i64| id >> (NODE_BITS + SEQUENCE_BITS);
    Duration::from_millis(u64::try_from(ms(later) - ms(earlier)).unwrap_or(0))
}

/// Which noun an id names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Noun {
    Workspace,
    Stream,
    Key,
    Domain,
    Message,
    Delivery,
    Attempt,
    Suppression,
    Captured,
    Hold,
    Template,
    TemplateVersion,
    TemplatePart,
    Attachment,
    AttachmentLink,
    Webhook,
    WebhookAttempt,
    WebhookReplay,
    Code,
    CodeProfile,
    Person,
    Session,
    Invitation,
    Passkey,
    AuditEntry,
    Image,
    /// Not made by a [`Mint`]: writer and sequence.
    Event,
}

impl Noun {
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Noun::Workspace => "ws_",
            Noun::Stream => "str_",
            Noun::Key => "key_",
            Noun::Domain => "dom_",
            Noun::Message => "msg_",
            Noun::Delivery => "dlv_",
            Noun::Attempt => "att_",
            Noun::Suppression => "sup_",
            Noun::Captured => "cap_",
            Noun::Hold => "hld_",
            Noun::Template => "tpl_",
            Noun::TemplateVersion => "tpv_",
            Noun::TemplatePart => "tpp_",
            Noun::Attachment => "fil_",
            Noun::AttachmentLink => "lnk_",
            Noun::Webhook => "wh_",
            Noun::WebhookAttempt => "wha_",
            Noun::WebhookReplay => "whr_",
            Noun::Code => "cod_",
            Noun::CodeProfile => "cpf_",
            Noun::Person => "per_",
            Noun::Session => "ses_",
            Noun::Invitation => "inv_",
            Noun::Passkey => "pky_",
            Noun::AuditEntry => "aud_",
            Noun::Image => "img_",
            Noun::Event => "evt_",
        }
    }

    /// The text by which the outside knows `id`: prefix and 13 digits of Crockford's base 32.
    #[must_use]
    pub fn show(self, id: i64) -> String {
        let mut text = String::with_capacity(17);
        text.push_str(self.prefix());
        let bits = id.cast_unsigned();
        for digit in (0..13).rev() {
            text.push(char::from(DIGITS[(bits >> (5 * digit) & 31) as usize]));
        }
        text
    }

    /// Reads what [`Noun::show`] wrote; `None` for anything else, other nouns' ids included.
    #[must_use]
    pub fn read(self, text: &str) -> Option<i64> {
        let digits = text.strip_prefix(self.prefix())?;
        if digits.len() != 13 {
            return None;
        }
        let mut bits: u64 = 0;
        for byte in digits.bytes() {
            let value = DIGITS.iter().position(|digit| *digit == byte)?;
            bits = bits.checked_mul(32)? | value as u64;
        }
        i64::try_from(bits).ok()
    }
}

const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{DOMAIN, Database, Harness};

    #[test]
    fn ids_grow_also_in_a_burst_and_when_the_clock_steps_back() {
        let mint = Mint::new(3);
        let now = At(1_800_000_000_000_000);
        let mut last = 0;
        for n in 0..40_000 {
            let id = mint.next(if n % 2 == 0 { now } else { At(now.0 - 1_000_000) });
            assert!(id > last, "{n}");
            last = id;
        }
        assert!(mint.next(At(now.0 + 60_000_000)) > last);
    }

    #[tokio::test]
    async fn ids_go_on_when_the_clock_stepped_back_between_two_starts_unless_it_was_wrong_by_days() {
        async fn sent_by_a_clock(harness: &Harness, ahead: Duration) -> i64 {
            // From now on it gives out nothing less.
            harness.app.mint.next(net::clock::now().after(ahead));
            let to = "ann@x.example";
            let email = json!({ "from": format!("me@{DOMAIN}"), "to": to, "subject": "s", "text": "t" });
            let sent = harness.post("/emails", &email).await.json();
            Noun::Message.read(sent["id"].as_str().unwrap()).unwrap()
        }
        const HOUR: Duration = Duration::from_secs(3_600);
        for database in [Database::Sqlite, Database::Postgres] {
            let harness = Harness::start(database, &[]).await;
            let first = sent_by_a_clock(&harness, HOUR).await;
            let harness = harness.restarted(&[]).await;
            let second = sent_by_a_clock(&harness, Duration::ZERO).await;
            assert!(second > first && age_between(first, second) < HOUR / 60, "on {database:?}");
            let far = sent_by_a_clock(&harness, HOUR * 24 * 7).await;
            let harness = harness.restarted(&[]).await;
            let third = sent_by_a_clock(&harness, Duration::ZERO).await;
            assert!(second < third && third < far, "on {database:?}");
            harness.end().await;
        }
    }

    #[test]
    fn the_ids_of_a_messages_deliveries_are_its_own_however_many_mint_at_once() {
        let mint = Mint::new(255);
        let now = At(1_800_000_000_000_000);
        // From a lone recipient to as many as there may be, which the rest of a millisecond seldom has room for.
        let sizes = [1, 3, 1_000, 1, DELIVERIES_MAX, 2, DELIVERIES_MAX / 2, 7];
        let several = || {
            let mut ids = Vec::new();
            for recipients in sizes.into_iter().cycle().take(80) {
                let message = mint.message(now, recipients);
                ids.push((message, delivery(message, recipients - 1)));
                assert!(delivery(message, recipients - 1) <= last_delivery(message));
                let alone = mint.next(now);
                ids.push((alone, alone));
            }
            ids
        };
        let mut runs: Vec<(i64, i64)> = std::thread::scope(|scope| {
            let threads = [(); 4].map(|()| scope.spawn(several));
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        runs.sort_unstable();
        for pair in runs.windows(2) {
            assert!(pair[0].1 < pair[1].0, "{pair:?} lie in each other");
        }
        for (first, last) in runs {
            assert_eq!(first >> SEQUENCE_BITS, last >> SEQUENCE_BITS, "the same node and millisecond");
        }
    }

    #[test]
    fn a_moment_bounds_the_ids_made_before_it() {
        let now = At(1_800_000_000_000_000);
        for node in [0, 255] {
            let mint = Mint::new(node);
            let (before, after) = (mint.next(At(now.0 - 1_000)), mint.next(now));
            assert!(before < floor(now) && floor(now) <= after, "node {node}");
        }
        assert_eq!(moment(Mint::new(7).next(now)), now);
        assert_eq!(floor(At(0)), 0, "before the first id there is none");
    }

    #[test]
    fn a_shown_id_reads_back_and_only_as_its_own_noun() {
        for id in [1, 42, i64::MAX, Mint::new(255).next(At(1_900_000_000_000_000))] {
            let shown = Noun::Message.show(id);
            assert_eq!(Noun::Message.read(&shown), Some(id), "{shown}");
            assert_eq!(Noun::Delivery.read(&shown), None);
        }
        for wrong in
            ["", "msg_", "msg_1", "msg_zzzzzzzzzzzzz", "msg_000000000000u", "msg_00000000000000", "1"]
        {
            assert_eq!(Noun::Message.read(wrong), None, "{wrong}");
        }
    }
}
