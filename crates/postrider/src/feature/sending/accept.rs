//! The accept path: what a surface hands over becomes rows, the rows become durable, then the caller is answered.
//!
//! Guarantees
//! 1. [`accept`] returns `Ok` only after the commit. What it returned is in the database, and with the scheduler.
//! 2. Several submissions of one call are stored together or not at all, with their idempotency record.
//! 3. The scheduler gets the deliveries from the commit itself, not from its caller: one that goes away loses nothing.

use std::sync::Arc;

use bytes::Bytes;
use mail::{At, Edit, Envelope, Headers, date, edited_prefix};
use queue::{Entry, QueueKey};
use store::{Committed, StoreError, Write};

use super::idempotency::{Once, answered, guard};
use super::parcel::Parcel;
use super::policy::{self, Facts, Times};
use super::rows::{self, Destination, MessageRow, Shared};
use super::{Accepted, AcceptedDelivery, Fate, Recipient, RecipientPath, Refusal, Submission, control};
use crate::app::App;
use crate::directory::Snapshot;
use crate::feature::stats::{self, Metric};
use crate::feature::{event, suppression};
use crate::id::Noun;

/// What a call of [`accept`] led to.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    Accepted(Vec<Accepted>),
    /// The key was used before for the same request: this was the answer.
    Replayed {
        status: u16,
        answer: String,
    },
}

/// Takes responsibility for submissions.
///
/// # Errors
/// A [`Refusal`]: nothing was stored.
pub async fn accept(
    app: &Arc<App>,
    now: At,
    submissions: Vec<Submission>,
    once: Option<Once>,
) -> Result<Outcome, Refusal> {
    let outcome = take(app, now, submissions, once).await;
    if let Err(refusal) = &outcome {
        app.counters.refused(refusal);
    }
    outcome
}

async fn take(
    app: &Arc<App>,
    now: At,
    submissions: Vec<Submission>,
    once: Option<Once>,
) -> Result<Outcome, Refusal> {
    app.health.may_accept().map_err(Refusal::Unavailable)?;
    let mut write = Write::default();
    let mut accepted = Vec::with_capacity(submissions.len());
    let mut handed = Vec::with_capacity(submissions.len());
    for submission in submissions {
        let planned = plan(app, now, submission).await?;
        let (message, deliveries) = planned.rows(app, now, &mut write);
        accepted.push(message);
        handed.extend(deliveries);
    }
    let fingerprint = once.as_ref().map(|once| (once.digest, once.fingerprint));
    write.guard = once.map(|once| guard(now, &once, &accepted));
    match commit(app, write, handed).await {
        Ok(Committed::Stored { .. }) => {
            app.counters.accepted.add(accepted.len() as u64);
            Ok(Outcome::Accepted(accepted))
        }
        Ok(Committed::Guarded) => replay(app, fingerprint).await,
        Err(error) => Err(unavailable(&error)),
    }
}

pub(super) fn unavailable(error: &StoreError) -> Refusal {
    tracing::warn!(%error, "mail was refused because it could not be stored");
    Refusal::Unavailable("the database does not take it".into())
}

/// What the scheduler and the parcel cache get once the rows are durable.
struct Handed {
    parcel: Arc<Parcel>,
    queued: Vec<(QueueKey, Entry)>,
}

async fn commit(app: &Arc<App>, write: Write, handed: Vec<Handed>) -> Result<Committed, StoreError> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let own = app.clone();
    let then = move |result: Result<Committed, StoreError>| {
        match &result {
            Ok(Committed::Stored { .. }) => hand_over(&own, handed),
            // A commit whose answer was lost may have been stored: whatever it was is read from the database.
            Err(error) if error.is_transient() => own.egress.reread(&own, queues_of(&handed)),
            Ok(Committed::Guarded) | Err(_) => {}
        }
        drop(tell.send(result));
    };
    app.store.submit(write, Box::new(then));
    told.await.unwrap_or(Err(StoreError::Closed))
}

fn queues_of(handed: &[Handed]) -> impl Iterator<Item = &QueueKey> {
    handed.iter().flat_map(|one| one.queued.iter().map(|(key, _)| key))
}

fn hand_over(app: &Arc<App>, handed: Vec<Handed>) {
    let now = app.now();
    for one in handed.iter().filter(|one| one.queued.iter().any(|(_, entry)| entry.due <= now)) {
        app.parcels.put(one.parcel.clone());
    }
    app.egress.accept(app, handed.into_iter().flat_map(|one| one.queued));
}

async fn replay(app: &App, key: Option<([u8; 32], [u8; 32])>) -> Result<Outcome, Refusal> {
    let Some((digest, fingerprint)) = key else { return Err(Refusal::IdempotencyMismatch) };
    let (status, answer) = answered(app, digest, fingerprint)
        .await?
        .ok_or_else(|| Refusal::Unavailable("the key's record has just expired".into()))?;
    Ok(Outcome::Replayed { status, answer })
}

/// Whether [`accept`] would take a submission, as far as that can be told without the database.
///
/// # Errors
/// As [`accept`].
pub fn check(app: &App, snapshot: &Snapshot, now: At, submission: &Submission) -> Result<(), Refusal> {
    examine(app, snapshot, now, submission).map(drop)
}

/// Everything that is decided about a submission without the database.
fn examine<'s>(
    app: &App,
    snapshot: &Snapshot,
    now: At,
    submission: &'s Submission,
) -> Result<(Headers<'s>, Facts, Times), Refusal> {
    check_size(app, submission)?;
    let headers = Headers::scan(&submission.content).map_err(|error| Refusal::Header(error.to_string()))?;
    let facts = policy::facts(&headers)?;
    policy::sender_ok(snapshot, &app.settings, submission, &facts.author)?;
    let times = policy::times(now, &app.settings, submission.stream.class, &submission.options)?;
    Ok((headers, facts, times))
}

/// A submission about which everything is decided.
struct Planned {
    submission: Submission,
    facts: Facts,
    times: Times,
    message: i64,
    content: Bytes,
    fates: Vec<Fate>,
}

async fn plan(app: &App, now: At, submission: Submission) -> Result<Planned, Refusal> {
    let snapshot = app.directory.snapshot();
    let (headers, mut facts, times) = examine(app, &snapshot, now, &submission)?;
    let message = submission.message.unwrap_or_else(|| app.mint.next(now));
    if facts.message_id.is_empty() {
        facts.message_id = format!("{}@{}", Noun::Message.show(message), facts.author.domain_str());
    }
    let content = finished(now, message, &submission, &headers, &facts);
    let mut fates = Vec::with_capacity(submission.recipients.len());
    for recipient in &submission.recipients {
        fates.push(fate(app, &submission, recipient, times).await?);
    }
    Ok(Planned { submission, facts, times, message, content, fates })
}

fn check_size(app: &App, submission: &Submission) -> Result<(), Refusal> {
    let (given, max) = (submission.recipients.len(), app.settings.smtp.recipients_max as usize);
    if given == 0 {
        return Err(Refusal::NoRecipients);
    }
    if given > max {
        return Err(Refusal::TooManyRecipients { given, max });
    }
    let (given, max) = (submission.content.len(), app.settings.smtp.message_max_bytes as usize);
    if given > max { Err(Refusal::TooLarge { given, max }) } else { Ok(()) }
}

/// The message as it is kept: the trace on top, control headers out, Date and Message-ID in, a final CRLF.
fn finished(now: At, message: i64, submission: &Submission, headers: &Headers<'_>, facts: &Facts) -> Bytes {
    let edit = Edit { remove: control::REMOVED, now, message_id: &facts.message_id };
    let edited = edited_prefix(headers, &edit);
    let ends_well = submission.content.ends_with(b"\r\n");
    if submission.trace.is_none() && edited.is_none() && ends_well {
        return submission.content.clone();
    }
    let mut out = Vec::with_capacity(submission.content.len() + 256);
    if let Some(trace) = &submission.trace {
        let id = Noun::Message.show(message);
        out.extend_from_slice(b"Received: by ");
        out.extend_from_slice(trace.host.as_bytes());
        out.extend_from_slice(format!(" with {} id {id};\r\n\t", trace.protocol).as_bytes());
        date::write_rfc5322(&mut out, now);
        out.extend_from_slice(b"\r\n");
    }
    match edited {
        Some(prefix) => {
            out.extend_from_slice(&prefix);
            out.extend_from_slice(headers.body());
        }
        None => out.extend_from_slice(headers.raw()),
    }
    if !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out.into()
}

async fn fate(
    app: &App,
    submission: &Submission,
    recipient: &Recipient,
    times: Times,
) -> Result<Fate, Refusal> {
    let RecipientPath::Valid(path) = &recipient.path else {
        return Ok(Fate::NotSent { suppressed: false, reason: "invalid_address" });
    };
    let place = (submission.sender.workspace, submission.stream.id);
    match suppression::suppressed(&app.store, &app.suppressions, place, &path.address).await {
        Ok(Some(reason)) => Ok(Fate::NotSent { suppressed: true, reason: reason.not_sent() }),
        Ok(None) if times.scheduled.is_some() => Ok(Fate::Scheduled),
        Ok(None) => Ok(Fate::Queued),
        Err(error) => Err(unavailable(&error)),
    }
}

impl Planned {
    fn rows(self, app: &App, now: At, write: &mut Write) -> (Accepted, Option<Handed>) {
        let lane = policy::lane(self.submission.stream.class);
        let shared = Shared {
            workspace: self.submission.sender.workspace,
            message: self.message,
            lane,
            due: self.times.due,
            expires: self.times.expires,
            epoch: app.epoch,
            now,
        };
        rows::content(write, self.message, &self.content);
        let mut accepted =
            Accepted { message: self.message, deliveries: Vec::with_capacity(self.fates.len()) };
        let mut queued = Vec::new();
        let mut paths = Vec::new();
        for (recipient, fate) in self.submission.recipients.iter().zip(&self.fates) {
            let id = app.mint.next(now);
            let domain: Arc<str> = app.egress.domain_name(recipient.address().map_or("", |a| a.domain_str()));
            let (text, path) = match &recipient.path {
                RecipientPath::Valid(path) => (path.address.to_string(), Some(path)),
                RecipientPath::Invalid(text) => (text.clone(), None),
            };
            let delivery = AcceptedDelivery { id, recipient: text, fate: *fate };
            rows::delivery(
                write,
                &shared,
                &delivery,
                &Destination { domain: &domain, field: recipient.field, path },
            );
            note(write, &shared, &delivery, &domain);
            if let (Fate::Queued | Fate::Scheduled, Some(path)) = (fate, path) {
                let key = QueueKey { workspace: shared.workspace, lane, domain };
                let (due, expires) = (shared.due, shared.expires);
                queued.push((key, Entry { delivery: id, message: self.message, due, expires, attempts: 0 }));
                paths.push((id, path.clone()));
            }
            accepted.deliveries.push(delivery);
        }
        let handed = self.message_row(&shared, write, paths);
        (accepted, (!queued.is_empty()).then_some(Handed { parcel: handed, queued }))
    }

    fn message_row(
        self,
        shared: &Shared,
        write: &mut Write,
        paths: Vec<(i64, mail::ForwardPath)>,
    ) -> Arc<Parcel> {
        let subject: Box<str> = self.facts.subject.clone().into();
        let row = MessageRow {
            id: self.message,
            workspace: shared.workspace,
            stream: self.submission.stream.id,
            origin: self.submission.sender.origin,
            origin_id: self.submission.sender.key.as_ref().map(|key| key.id),
            size: self.content.len(),
            envelope: &self.submission.envelope,
            author: self.facts.author.to_string(),
            subject: self.facts.subject,
            message_id: self.facts.message_id,
            tags: self.submission.options.tags,
            metadata: self.submission.options.metadata,
            now: shared.now,
            scheduled: self.times.scheduled,
            expires: self.times.expires,
        };
        rows::message(write, row);
        let envelope: Envelope = self.submission.envelope;
        let (message, workspace, stream) = (self.message, shared.workspace, self.submission.stream.id);
        let author = self.facts.author;
        Arc::new(Parcel {
            message,
            workspace,
            stream,
            envelope,
            author,
            subject,
            content: self.content,
            paths,
            signature: tokio::sync::OnceCell::new(),
        })
    }
}

fn note(write: &mut Write, shared: &Shared, delivery: &AcceptedDelivery, domain: &Arc<str>) {
    let (name, metric, data) = match delivery.fate {
        Fate::Queued => (event::Name::EmailQueued, Metric::Accepted, None),
        Fate::Scheduled => (event::Name::EmailScheduled, Metric::Accepted, None),
        Fate::NotSent { suppressed, reason } => {
            let name = if suppressed { event::Name::EmailSuppressed } else { event::Name::EmailRejected };
            (name, Metric::NotSent, Some(format!(r#"{{"reason":"{reason}"}}"#)))
        }
    };
    let of = event::OfDelivery {
        workspace: shared.workspace,
        message: shared.message,
        delivery: delivery.id,
        data,
    };
    event::note_delivery(write, shared.now, name, of);
    stats::count(write, shared.now, shared.workspace, domain, metric);
}
