//! A year of a shop's mail, for looking at, for pictures and for measurements: `postrider seed`.
//!
//! Guarantees
//! 1. Every row is made by the functions that make it in real life, or by their row builders; statistics and the search index
//!    are those of the product's own followers. Of the hours before the log begins only counters are left, as after retention.
//! 2. The same seed at the same moment gives the same mail. Secrets (the key pairs, the password) are random in any case.
//! 3. Every domain and address is reserved: a server that is started on it can reach nobody.
//!
//! Not here: an empty place to put it (`cli::seed`).

mod cast;
mod course;
mod desk;
mod dice;
mod firm;
mod hooks;
mod kind;
mod letter;
mod scene;
#[cfg(test)]
mod story;
mod studio;

use std::collections::HashMap;
use std::sync::Arc;

use mail::At;
use store::{Store, Write};

use crate::feature::access::keys::keys_used;
use crate::feature::audit;
use crate::feature::egress;
use crate::feature::event::By;
use crate::feature::search::work::Indexer;
use crate::feature::stats::admission::Admission;
use crate::feature::stats::fact::{Counts, Fact};
use crate::feature::stats::follow::{Follower, rows};
use crate::feature::stats::{self, HOUR_US};
use crate::feature::suppression::{self, Reason};
use crate::feature::tracking::networks::Networks;
use crate::id::{Mint, Noun};
use desk::{Desk, Manners};
use dice::Dice;
pub use firm::OWNER;

const DAY_US: i64 = 24 * HOUR_US;
/// How far back the counters go.
const YEAR_DAYS: i64 = 365;
/// Days by which the log is younger than retention allows, so that the first round of it finds nothing.
const SPARE_DAYS: i64 = 2;
/// Deliveries that are drawn for the hours of which only counters are left; each counts several times where there were more.
const DRAWN_MAX: u64 = 20_000;
/// Messages whose octets are kept, the newest. Reason: a million of them would be gigabytes that nobody looks at.
const CONTENTS_MAX: u64 = 20_000;
/// Rows of one transaction.
const BATCH_ROWS: usize = 8_000;
/// Deliveries to one person, in the mean.
const MAILS_EACH: u64 = 14;
/// Of a thousand mails of the last two days, those that wait for their time, and for how many hours at most.
const SCHEDULED: (u64, i64) = (60, 90);
/// Addresses that somebody suppressed by hand.
const BY_HAND: u64 = 9;

/// What is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    pub seed: u64,
    /// Of which there are rows.
    pub deliveries: u64,
    /// Events of the log, about; none: as many as there would be.
    pub events: Option<u64>,
    /// The newest moment.
    pub now: At,
    /// For how long retention keeps events.
    pub events_days: i64,
}

/// What there is now.
#[derive(Clone, Copy, Debug)]
pub struct Seeded {
    pub deliveries: u64,
    pub events: u64,
    /// Counted into the hours before the log begins.
    pub counted: u64,
}

/// Fills an empty database and an empty index; `progress` hears of hundredths.
///
/// # Errors
/// As [`Store::write`].
pub async fn fill(
    (store, index): (&Store, &Store),
    wish: &Wish,
    password: &str,
    progress: &mut impl FnMut(u64),
) -> anyhow::Result<Seeded> {
    let mint = Arc::new(Mint::new(0));
    let first = At((wish.now.0 - YEAR_DAYS * DAY_US) / HOUR_US * HOUR_US);
    let log_days = (wish.events_days - SPARE_DAYS).clamp(1, YEAR_DAYS);
    let edge = At((wish.now.0 - log_days * DAY_US) / HOUR_US * HOUR_US);
    let site = firm::Site { store, mint: &mint, at: first, now: wish.now };
    let firm = firm::found(&site, password).await?;
    progress(5);
    let networks = Networks::built_in();
    let people = (wish.deliveries / MAILS_EACH).max(300);
    let mut desk = Desk::new(&firm, (&mint, &networks), wish.now, (wish.seed, people));
    let counted = past(store, &mut desk, (first, edge), wish).await?;
    progress(20);
    stats::events_go(store, At(edge.0 - HOUR_US)).await?;
    desk.abouts = None;
    (desk.deliveries, desk.events) = (0, 0);
    recent(store, &mut desk, edge, wish, progress).await?;
    let (deliveries, events) = (desk.deliveries, desk.events);
    today(store, &mint, &firm, wish).await?;
    hooks::tell(store, (&mint, wish.now), firm.workspace, &mut Dice::of(wish.seed, 3)).await?;
    progress(75);
    Follower::new(store).catch_up().await?;
    progress(90);
    Indexer::open(store, index).await?.catch_up().await?;
    progress(100);
    Ok(Seeded { deliveries, events, counted })
}

/// How much mail there is in an hour, beside others: more by day than by night, less at the end of the week, growing over the
/// year; campaigns have their own.
fn weight(hour: At, first: At) -> (f64, bool) {
    const BY_HOUR: [u32; 24] =
        [3, 2, 2, 2, 2, 3, 5, 9, 16, 22, 25, 24, 21, 19, 20, 22, 23, 22, 20, 18, 17, 14, 9, 5];
    let of_day = usize::try_from(hour.0 / HOUR_US % 24).unwrap_or(0);
    // 1970-01-01 was a Thursday.
    let weekday = (hour.0 / DAY_US + 4) % 7;
    let campaign = matches!((weekday, of_day), (2, 9 | 10) | (4, 16 | 17));
    let day = [0.55, 1.0, 1.1, 1.0, 1.05, 0.9, 0.6][usize::try_from(weekday).unwrap_or(0)];
    let growth = 0.6 + 0.5 * (hour.0 - first.0) as f64 / (YEAR_DAYS * DAY_US) as f64;
    let burst = if campaign { 7.0 } else { 1.0 };
    // No two days are alike.
    let mut luck = Dice::of(17, hour.0.unsigned_abs() / DAY_US.unsigned_abs());
    let luck = 0.72 + luck.below(560) as f64 / 1_000.0;
    (f64::from(BY_HOUR[of_day]) * day * growth * burst * luck, campaign)
}

/// The hours from one to another with how much mail each has.
fn hours(first: At, (from, until): (At, At)) -> impl Iterator<Item = (At, f64, bool)> {
    let count = (until.0 - from.0).max(0) / HOUR_US;
    (0..count).map(move |number| {
        let hour = At(from.0 + number * HOUR_US);
        let (weight, campaign) = weight(hour, first);
        (hour, weight, campaign)
    })
}

/// Counts, and keeps nothing but who is suppressed; gives how many deliveries that stands for.
async fn past(
    store: &Store,
    desk: &mut Desk<'_>,
    (first, edge): (At, At),
    wish: &Wish,
) -> anyhow::Result<u64> {
    let total = |from, until| hours(first, (from, until)).map(|(_, weight, _)| weight).sum::<f64>();
    let (before, after) = (total(first, edge), total(edge, wish.now));
    let there_were = (wish.deliveries as f64 * before / after.max(1.0)) as u64;
    let times = there_were.div_ceil(DRAWN_MAX).max(1);
    let share = there_were as f64 / times as f64 / before.max(1.0);
    desk.abouts = Some(HashMap::new());
    let mut dice = Dice::of(wish.seed, 4);
    let (mut counts, mut owed) = (Counts::default(), 0.0);
    for (hour, weight, campaign) in hours(first, (first, edge)) {
        owed += weight * share;
        for at in moments(&mut dice, hour, &mut owed) {
            desk.advance(at);
            desk.accept(at, Manners { campaign, ..Manners::default() });
        }
        desk.advance(At(hour.0 + HOUR_US));
        count(desk, &mut counts);
        if (hour.0 / HOUR_US) % 24 == 23 || hour.0 + HOUR_US == edge.0 {
            counts.values_mut().for_each(|n| *n *= i64::try_from(times).unwrap_or(1));
            let mut write = Write::default();
            rows(&mut write, Admission::default().counters(&counts));
            write.steps = std::mem::take(&mut desk.batch.steps);
            counts.clear();
            store.write(write).await?;
        }
    }
    desk.forget();
    Ok(desk.deliveries * times)
}

/// Counts the events of what was written, and forgets the rows.
fn count(desk: &mut Desk<'_>, counts: &mut Counts) {
    let Some(abouts) = &desk.abouts else { return };
    for (delivery, at, name, data) in desk::told(&desk.batch) {
        if let Some(about) = abouts.get(&delivery) {
            Fact::of((at, name, data), about.clone()).count(counts);
        }
    }
    desk.batch.rows.clear();
}

/// The moments of an hour's mail, in order; what is owed beyond whole ones is owed to the next hour.
fn moments(dice: &mut Dice, hour: At, owed: &mut f64) -> Vec<At> {
    let count = owed.max(0.0) as usize;
    *owed -= count as f64;
    let mut moments: Vec<At> = (0..count).map(|_| At(hour.0 + dice.between(0, HOUR_US))).collect();
    moments.sort_unstable();
    moments
}

/// The hours of which there are rows.
async fn recent(
    store: &Store,
    desk: &mut Desk<'_>,
    edge: At,
    wish: &Wish,
    progress: &mut impl FnMut(u64),
) -> anyhow::Result<()> {
    let first = At(wish.now.0 - YEAR_DAYS * DAY_US);
    let total: f64 = hours(first, (edge, wish.now)).map(|(_, weight, _)| weight).sum();
    let mut dice = Dice::of(wish.seed, 5);
    let mut passed = 0.0;
    for (hour, weight, campaign) in hours(first, (edge, wish.now)) {
        passed += weight;
        // Some mails have two recipients: what is owed follows what there is.
        let mut owed = passed / total * wish.deliveries as f64 - desk.deliveries as f64;
        for at in moments(&mut dice, hour, &mut owed) {
            desk.advance(at);
            let newest = wish.deliveries.saturating_sub(desk.deliveries) <= CONTENTS_MAX;
            let late = newest && wish.now.0 - at.0 < 2 * DAY_US;
            let captured = late && dice.permille(160);
            let scheduled = (late && !captured && dice.permille(SCHEDULED.0))
                .then(|| At(wish.now.0 + dice.between(1, SCHEDULED.1) * HOUR_US));
            let more = wish.events.map_or(0, |events| lacking(desk, events, wish.deliveries));
            let content = newest && wish.now.0 - at.0 < 28 * DAY_US;
            desk.accept(at, Manners { content, campaign, captured, scheduled, more });
            if desk.batch.rows.len() >= BATCH_ROWS {
                store.write(std::mem::take(&mut desk.batch)).await?;
                progress(20 + 55 * desk.deliveries / wish.deliveries.max(1));
            }
        }
    }
    desk.advance(wish.now);
    store.write(std::mem::take(&mut desk.batch)).await?;
    Ok(())
}

/// How many events there are too few, beside how far the mail has come.
fn lacking(desk: &Desk<'_>, events: u64, deliveries: u64) -> u64 {
    let wanted = u128::from(events) * u128::from(desk.deliveries) / u128::from(deliveries.max(1));
    u64::try_from(wanted).unwrap_or(u64::MAX).saturating_sub(desk.events)
}

/// What the people of the shop did of late.
async fn today(store: &Store, mint: &Arc<Mint>, firm: &firm::Firm, wish: &Wish) -> anyhow::Result<()> {
    let now = wish.now;
    let scope = egress::admin::Scope {
        workspace: Some(firm.workspace),
        domain: Some(course::HELD.0.to_owned()),
        lane: None,
    };
    let reason = "Su servidor está en mantenimiento hasta el lunes";
    let (hold, mut write) = egress::admin::hold_rows((mint, now), &scope, reason);
    let note = |write: &mut Write, action, object: String, after| {
        let entry = audit::Entry {
            workspace: Some(firm.workspace),
            person: firm.owner,
            address: "198.51.100.7",
            action,
            object,
            before: None,
            after: Some(after),
        };
        audit::note(write, (mint, now), entry);
    };
    let told = serde_json::json!({ "domain": course::HELD.0, "reason": reason });
    note(&mut write, audit::Action::QueueHeld, Noun::Hold.show(hold), told);
    for number in 0..BY_HAND {
        let one = cast::Recipient::of(wish.seed ^ 0x0068_616e_6421, number);
        let Ok(address) = mail::Address::parse(&one.address) else { continue };
        let new = suppression::admin::Suppress {
            workspace: firm.workspace,
            stream: 0,
            address: &address,
            reason: if number % 3 == 0 { Reason::Complaint } else { Reason::Manual },
            by: By::Person(firm.owner),
            evidence: (number % 3 == 0).then(|| "Se quejó por teléfono".to_owned()),
        };
        suppression::admin::suppress(&mut write, mint, now, new);
        let told = serde_json::json!({ "email": address.folded() });
        note(&mut write, audit::Action::AddressSuppressed, address.folded(), told);
    }
    store.write(write).await?;
    let used = firm.keys.iter().zip(1..).map(|(key, hours)| (*key, At(now.0 - hours * hours * HOUR_US)));
    keys_used(store, used).await?;
    firm::look_again(store, now, firm.workspace).await
}
