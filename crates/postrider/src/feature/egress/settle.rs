//! The end of an attempt: what follows is decided, then written in one transaction, then told to the scheduler.
//!
//! Guarantees
//! 1. The delivery's new state, the attempt and the event are committed together.
//! 2. Until then the delivery stays leased. A write that fails is tried again until it succeeds: an answer that a peer
//!    gave is never forgotten while the process lives, nor for a notification that cannot be made.
//! 3. Of what a peer said of a code's mail, once it had it, only codes are kept: it may quote the subject.
//! 4. One transition, one event: a write that is tried again is guarded, because the first may have been stored although
//!    its answer was lost.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use mail::classify::{BounceClass, Verdict};
use mail::{Address, At};
use queue::{Entry, Failure, Lane, QueueKey, Retry, Settled, Why};
use serde_json::json;
use store::{Guard, Value, Write, query};

use super::amends;
use super::attempt::{Attempt, Finding, stage_name};
use super::rows;
use crate::app::App;
use crate::feature::sending::accept::{self, Handed};
use crate::feature::sending::examine::Examined;
use crate::feature::sending::parcel::Parcel;
use crate::feature::suppression::{self, Reason};
use crate::feature::{capture, event, monitor, notification, sending};
use crate::id::Mint;

query!(STILL_LEASED, "queries/still_leased.sql");

/// Wait before an outcome is offered to the database again.
const SETTLE_RETRY_WAIT: Duration = Duration::from_secs(1);

/// A delivery that was leased, with what was read for it.
#[derive(Clone)]
pub struct Leased {
    pub key: QueueKey,
    pub entry: Entry,
    /// None when there was none to read, or it was not needed.
    pub parcel: Option<Arc<Parcel>>,
}

/// What became of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conclusion {
    Delivered,
    Bounced {
        class: &'static str,
        suppress: bool,
    },
    Deferred {
        due: At,
        class: &'static str,
    },
    /// It would be tried again too late.
    Expired {
        class: &'static str,
    },
    /// Suppressed after it was accepted.
    Suppressed(Reason),
    /// Over for a reason on our side.
    Failed(&'static str),
}

/// Everything that is written about the end of a lease. Kept until it is durable.
pub struct Settlement {
    pub leased: Leased,
    pub conclusion: Conclusion,
    pub attempt: Option<Attempt>,
    /// Why, in words, when there was no attempt.
    pub words: Option<String>,
    pub at: At,
    /// The message as it would have gone out, when the capture mailbox took it.
    pub captured: Option<bytes::Bytes>,
}

/// Whether a settlement was offered to the database before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Try {
    First,
    Again,
}

/// Concludes an attempt from its finding, and settles.
pub fn attempted(app: &Arc<App>, leased: Leased, attempt: Attempt) {
    let (lane, entry) = (leased.key.lane, leased.entry);
    let attempt = if lane == Lane::Code { attempt.unquoted() } else { attempt };
    let conclusion = conclude(&attempt.finding, |failure| {
        app.egress.with(app, |scheduler, now| scheduler.retry_due(now, lane, failure, &entry))
    });
    let at = net::clock::now();
    let settlement =
        Settlement { leased, conclusion, attempt: Some(attempt), words: None, at, captured: None };
    submit(app, settlement);
}

/// What a finding makes of the delivery; `retry` tells when it may be tried again.
pub fn conclude(finding: &Finding, retry: impl FnOnce(Failure) -> Retry) -> Conclusion {
    match finding.classified.verdict {
        Verdict::Accepted => Conclusion::Delivered,
        Verdict::Refused => {
            Conclusion::Bounced { class: finding.class(), suppress: finding.classified.suppress }
        }
        Verdict::TryLater => match retry(failure_of(finding.classified.class)) {
            Retry::At(due) => Conclusion::Deferred { due, class: finding.class() },
            Retry::Expired => Conclusion::Expired { class: finding.class() },
        },
    }
}

fn failure_of(class: Option<BounceClass>) -> Failure {
    match class {
        Some(BounceClass::Greylist) => Failure::Greylisted,
        Some(BounceClass::Quota) => Failure::MailboxFull,
        Some(_) | None => Failure::Ordinary,
    }
}

/// Settles a delivery that the capture mailbox took.
pub fn captured(app: &Arc<App>, leased: Leased, attempt: Attempt, bytes: bytes::Bytes) {
    let at = net::clock::now();
    let conclusion = Conclusion::Delivered;
    let settlement =
        Settlement { leased, conclusion, attempt: Some(attempt), words: None, at, captured: Some(bytes) };
    submit(app, settlement);
}

/// Settles a delivery without an attempt.
pub fn without_attempt(app: &Arc<App>, leased: Leased, conclusion: Conclusion, words: Option<String>) {
    let at = net::clock::now();
    let settlement = Settlement { leased, conclusion, attempt: None, words, at, captured: None };
    submit(app, settlement);
}

/// Answers [`queue::Action::Fail`].
pub(super) async fn fail(app: &Arc<App>, key: QueueKey, entry: Entry, why: Why) {
    let words = app.egress.sites.reason(&key.domain);
    let conclusion = match why {
        Why::Expired => Conclusion::Expired { class: BounceClass::Expired.name() },
        Why::NoSuchDomain | Why::NullMx => {
            Conclusion::Bounced { class: BounceClass::HardDomain.name(), suppress: false }
        }
    };
    without_attempt(app, Leased { key, entry, parcel: None }, conclusion, words);
}

/// Offers an outcome to the database, with the notification that it brings, if its sender wants to hear of it.
fn submit(app: &Arc<App>, settlement: Settlement) {
    let outcome = Waiting::begin(app, settlement);
    if !notification::may_concern(&app.settings, &outcome.settlement) {
        return offer(app, Told { outcome, notice: None }.into(), Try::First);
    }
    let own = app.clone();
    app.egress.runtime.spawn(async move {
        let _amends = telling(&own, &outcome);
        let notice = notification::of_settlement(&own, &outcome.settlement).await;
        offer(&own, Told { outcome: outcome.clone(), notice }.into(), Try::First);
    });
}

/// For the time in which the notification is made, or an outcome is offered again: should that panic, the outcome is
/// stored without the notification, for the peer may have the message.
pub(super) fn telling<'a>(
    app: &'a Arc<App>,
    outcome: &Arc<Waiting>,
) -> amends::Amends<'a, impl FnOnce(&Arc<App>) + Send + 'static> {
    let outcome = outcome.clone();
    amends::telling(app, move |app| {
        let _amends = amends::in_hand(app, outcome.settlement.leased.entry.delivery);
        // It may have been stored before, with an answer that was lost.
        offer(app, Told { outcome: outcome.clone(), notice: None }.into(), Try::Again);
    })
}

/// An outcome that waits for the database, and counts as such until it is durable, whatever becomes of the task that has it.
pub(super) struct Waiting {
    app: Arc<App>,
    settlement: Settlement,
}

impl Waiting {
    pub(super) fn begin(app: &Arc<App>, settlement: Settlement) -> Arc<Waiting> {
        app.egress.unsettled.fetch_add(1, Ordering::Relaxed);
        Arc::new(Waiting { app: app.clone(), settlement })
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.app.egress.unsettled.fetch_sub(1, Ordering::Relaxed);
    }
}

/// An outcome, and what its sender is told of it.
struct Told {
    outcome: Arc<Waiting>,
    notice: Option<Examined>,
}

impl Told {
    /// All rows, and what the scheduler gets of them.
    fn write(&self, app: &App, which: Try) -> (Write, Vec<Handed>) {
        let settlement = &self.outcome.settlement;
        let mut write = settlement.write(&app.mint, which);
        let notice = self.notice.clone().map(|notice| match which {
            Try::First => notice,
            // Like the attempt: an id that was taken would keep the outcome from ever being stored.
            Try::Again => notice.under(app.mint.message(settlement.at, 1)),
        });
        let handed = notice.map(|notice| notice.own_rows(app, settlement.at, &mut write));
        (write, handed.into_iter().collect())
    }
}

fn offer(app: &Arc<App>, told: Arc<Told>, which: Try) {
    let (write, notice) = told.write(app, which);
    let own = app.clone();
    let then = move |result: Result<store::Committed, store::StoreError>| match result {
        Ok(committed) => {
            settled(&own, &told.outcome.settlement);
            match committed {
                store::Committed::Stored { .. } => accept::hand_over(&own, notice),
                // What was stored is that of an earlier try, under other ids.
                store::Committed::Guarded => own.egress.reread(&own, accept::queues_of(&notice)),
            }
        }
        // It still counts while it waits: a database that hangs or refuses must not gather second copies without bound.
        Err(error) => {
            let delivery = told.outcome.settlement.leased.entry.delivery;
            tracing::warn!(delivery.id = delivery, %error, "an outcome could not be stored and will be stored later");
            own.egress.runtime.clone().spawn(async move {
                let _amends = telling(&own, &told.outcome);
                tokio::time::sleep(SETTLE_RETRY_WAIT).await;
                offer(&own, told.clone(), Try::Again);
            });
        }
    };
    app.store.submit(write, Box::new(then));
}

/// The outcome is durable.
fn settled(app: &Arc<App>, settlement: &Settlement) {
    let Settlement { leased, conclusion, .. } = settlement;
    count(&app.counters, conclusion);
    if let (Conclusion::Bounced { suppress: true, .. }, Some(address)) = (conclusion, address_of(leased)) {
        app.suppressions.add(leased.key.workspace, &address.folded());
    }
    app.egress.suspects.cleared(leased.entry.delivery);
    let outcome = settlement.outcome();
    if let (Some(parcel), Settled::Done | Settled::Ended | Settled::Retry { .. }) = (&leased.parcel, outcome)
    {
        app.parcels.settled(parcel);
    }
    app.egress.with(app, |scheduler, now| scheduler.settled(now, leased.entry.delivery, outcome));
}

fn address_of(leased: &Leased) -> Option<&Address> {
    Some(&leased.parcel.as_ref()?.path(leased.entry.delivery)?.address)
}

impl Settlement {
    /// What the scheduler hears once it is durable.
    #[must_use]
    pub fn outcome(&self) -> Settled {
        match &self.conclusion {
            Conclusion::Delivered | Conclusion::Bounced { .. } if self.attempt.is_some() => Settled::Done,
            Conclusion::Deferred { due, .. } => {
                Settled::Retry { due: *due, attempts: self.leased.entry.attempts.saturating_add(1) }
            }
            Conclusion::Delivered
            | Conclusion::Bounced { .. }
            | Conclusion::Expired { .. }
            | Conclusion::Suppressed(_)
            | Conclusion::Failed(_) => Settled::Ended,
        }
    }

    /// The rows: attempt, state, event, and what else the conclusion brings.
    #[must_use]
    pub fn write(&self, mint: &Mint, which: Try) -> Write {
        let leased = &self.leased;
        let mut write = Write::default();
        if which == Try::Again {
            let params = vec![
                ("delivery", leased.entry.delivery.into()),
                ("attempts", i64::from(leased.entry.attempts).into()),
            ];
            write.guard = Some(Guard { query: &STILL_LEASED, params });
        }
        self.state(&mut write);
        self.happened(&mut write, mint);
        write
    }

    /// The delivery's new state.
    pub fn state(&self, write: &mut Write) {
        state_row(write, self);
    }

    /// Everything but the delivery's state: attempt, event, and what else the conclusion brings.
    pub fn happened(&self, write: &mut Write, mint: &Mint) {
        let Settlement { leased, conclusion, attempt, at, .. } = self;
        let attempt_id = attempt.as_ref().map(|attempt| {
            let id = mint.next(attempt.started);
            attempt_row(write, id, (leased, conclusion), attempt);
            id
        });
        if leased.key.lane == Lane::Code && !matches!(conclusion, Conclusion::Deferred { .. }) {
            sending::erase(write, leased.entry.message);
        }
        event_row(write, self, attempt_id);
        if let (Some(bytes), Some(parcel)) = (&self.captured, &leased.parcel) {
            capture::keep(write, *at, (mint.next(*at), leased.entry.delivery), parcel, bytes.clone());
        }
        if let (Conclusion::Bounced { suppress: true, .. }, Some(address)) = (conclusion, address_of(leased))
        {
            let new = suppression::admin::Suppress {
                workspace: leased.key.workspace,
                stream: 0,
                address,
                reason: Reason::HardBounce,
                by: event::By::Delivery(leased.entry.delivery),
                evidence: attempt.as_ref().map(|attempt| attempt.finding.reply.to_string()),
            };
            suppression::admin::suppress(write, mint, *at, new);
        }
    }
}

fn attempt_row(write: &mut Write, id: i64, (leased, conclusion): (&Leased, &Conclusion), attempt: &Attempt) {
    let verdict = match conclusion {
        Conclusion::Delivered => "accepted",
        Conclusion::Deferred { .. } | Conclusion::Expired { .. } => "later",
        Conclusion::Bounced { .. } | Conclusion::Suppressed(_) | Conclusion::Failed(_) => "refused",
    };
    let finding = &attempt.finding;
    let values = [
        id.into(),
        leased.key.workspace.into(),
        leased.entry.delivery.into(),
        (i64::from(leased.entry.attempts) + 1).into(),
        attempt.started.0.into(),
        attempt.duration_us.into(),
        attempt.site.clone().into(),
        attempt.peer.clone().into(),
        attempt.tls.clone().into(),
        verdict.into(),
        stage_name(finding.stage).into(),
        finding.reply.to_string().into(),
        finding.class().into(),
        finding.classified.rule.into(),
        finding.ambiguous.into(),
        attempt.conversation.clone().into(),
    ];
    write.row(&rows::ATTEMPT, values);
}

fn state_row(write: &mut Write, settlement: &Settlement) {
    let Settlement { leased, conclusion, attempt, words, at, .. } = settlement;
    let (disposition, reason, due): (Value, Value, At) = match conclusion {
        Conclusion::Delivered => ("delivered".into(), Value::Null, leased.entry.due),
        Conclusion::Bounced { class, .. } => ("bounced".into(), (*class).into(), leased.entry.due),
        Conclusion::Deferred { due, class } => (Value::Null, (*class).into(), *due),
        Conclusion::Expired { class } => ("expired".into(), (*class).into(), leased.entry.due),
        Conclusion::Suppressed(reason) => ("suppressed".into(), reason.not_sent().into(), leased.entry.due),
        Conclusion::Failed(reason) => ("failed".into(), (*reason).into(), leased.entry.due),
    };
    let over = disposition != Value::Null;
    let reply: Value = match attempt {
        Some(attempt) => attempt.finding.reply.to_string().into(),
        None => words.clone().into(),
    };
    let values = [
        leased.entry.delivery.into(),
        if over { "done".into() } else { "due".into() },
        due.0.into(),
        (i64::from(leased.entry.attempts) + i64::from(attempt.is_some())).into(),
        disposition,
        reason,
        reply,
        if over { at.0.into() } else { Value::Null },
    ];
    write.row(&rows::SETTLED, values);
}

fn event_row(write: &mut Write, settlement: &Settlement, attempt_id: Option<i64>) {
    let Settlement { leased, conclusion, attempt, words, at, .. } = settlement;
    let name = match conclusion {
        Conclusion::Delivered => event::Name::EmailDelivered,
        Conclusion::Bounced { .. } => event::Name::EmailBounced,
        Conclusion::Deferred { .. } => event::Name::EmailDeferred,
        Conclusion::Expired { .. } | Conclusion::Failed(_) => event::Name::EmailFailed,
        Conclusion::Suppressed(_) => event::Name::EmailSuppressed,
    };
    let reply = attempt.as_ref().map(|attempt| attempt.finding.reply.to_string());
    let data = match conclusion {
        Conclusion::Delivered => json!({ "reply": reply }),
        Conclusion::Bounced { class, suppress } => {
            json!({ "class": class, "reply": reply.or_else(|| words.clone()), "suppressed_now": suppress })
        }
        Conclusion::Deferred { due, class } => {
            let next = mail::date::rfc3339(*due);
            json!({ "class": class, "reply": reply, "attempt": leased.entry.attempts + 1, "next_attempt_at": next })
        }
        Conclusion::Expired { class } => {
            json!({ "reason": "expired", "class": class, "reply": reply.or_else(|| words.clone()) })
        }
        Conclusion::Suppressed(reason) => json!({ "reason": reason.not_sent() }),
        Conclusion::Failed(reason) => json!({ "reason": reason, "reply": words }),
    };
    let of = event::OfDelivery {
        workspace: leased.key.workspace,
        message: leased.entry.message,
        delivery: leased.entry.delivery,
        attempt: attempt_id,
        data: Some(data.to_string()),
    };
    event::note_delivery(write, *at, name, of);
}

/// Counts for whoever watches the process what became of a delivery, once that is durable.
fn count(counters: &monitor::Counters, conclusion: &Conclusion) {
    match conclusion {
        Conclusion::Delivered => counters.delivered.add(1),
        Conclusion::Bounced { .. } => counters.bounced.add(1),
        Conclusion::Deferred { .. } => counters.deferred.add(1),
        Conclusion::Expired { .. } | Conclusion::Failed(_) => counters.failed.add(1),
        Conclusion::Suppressed(_) => counters.not_sent.add(1),
    }
}
