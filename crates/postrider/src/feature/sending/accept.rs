//! The accept path: what a surface hands over becomes rows, the rows become durable, then the caller is answered.
//!
//! Guarantees
//! 1. [`accept`] returns `Ok` only after the commit. What it returned is in the database, and with the scheduler.
//! 2. Several submissions of one call are stored together or not at all, with their idempotency record.
//! 3. The scheduler gets the deliveries from the commit itself, not from its caller: one that goes away loses nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use mail::{At, ForwardPath};
use queue::{Entry, QueueKey};
use store::{Committed, StoreError, Write};

use super::examine::Examined;
use super::idempotency::{Once, answered, guard};
use super::parcel::Parcel;
use super::rows::{self, Destination, MessageRow, Shared};
use super::{Accepted, AcceptedDelivery, Fate, Origin, Recipient, RecipientPath, Refusal, policy};
use crate::app::App;
use crate::feature::attachment::link;
use crate::feature::quota::{Pledge, Whose};
use crate::feature::tracking::switches::Switches;
use crate::feature::{event, notification, suppression};
use crate::id;
use crate::room::Place;

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
    submissions: Vec<Examined>,
    once: Option<Once>,
) -> Result<Outcome, Refusal> {
    let outcome = take(app, now, submissions, once).await;
    outcome.inspect_err(|refusal| app.counters.refused(refusal))
}

async fn take(
    app: &Arc<App>,
    now: At,
    submissions: Vec<Examined>,
    once: Option<Once>,
) -> Result<Outcome, Refusal> {
    let fingerprint = once.as_ref().map(Once::identity);
    let (accepted, stored) = match store(app, now, Write::default(), submissions, once).await {
        Ok(stored) => stored,
        Err(refusal) => return before_or(app, fingerprint, refusal).await,
    };
    match stored {
        Ok(Committed::Stored { .. }) => Ok(Outcome::Accepted(accepted)),
        Ok(Committed::Guarded) => replay(app, fingerprint).await,
        Err(error) if link::is_full(&error) => Err(Refusal::Attachment(
            "the files of this workspace take as much as they may, or are as many".into(),
        )),
        Err(error) => Err(unavailable(&error)),
    }
}

/// As [`accept`], of one submission that is stored together with `write`, whose steps come first: what they expect and do not
/// find is an error of the inner result, and nothing is stored.
///
/// # Errors
/// As [`accept`], before anything was tried.
pub(crate) async fn accept_with(
    app: &Arc<App>,
    now: At,
    write: Write,
    submission: Examined,
) -> Result<Result<Committed, StoreError>, Refusal> {
    let stored = store(app, now, write, vec![submission], None).await;
    stored.map(|(_, committed)| committed).inspect_err(|refusal| app.counters.refused(refusal))
}

async fn store(
    app: &Arc<App>,
    now: At,
    mut write: Write,
    submissions: Vec<Examined>,
    once: Option<Once>,
) -> Result<(Vec<Accepted>, Result<Committed, StoreError>), Refusal> {
    app.health.may_accept().map_err(Refusal::Unavailable)?;
    let mut accepted = Vec::with_capacity(submissions.len());
    let mut handed = Vec::with_capacity(submissions.len());
    let mut wanted = BTreeMap::new();
    for submission in submissions {
        let fates = fates(app, &submission).await?;
        let to_be_mailed = fates.iter().filter(|fate| matches!(fate, Fate::Queued | Fate::Scheduled)).count();
        let sender = &submission.submission.sender;
        *wanted.entry((sender.workspace, sender.whose())).or_default() += to_be_mailed;
        add_links(app, now, &submission, &mut write);
        let (message, mail) = submission.rows(app, now, &fates, &mut write);
        accepted.push(message);
        for notice in notification::of_unsent(app, now, &mail) {
            handed.push(notice.own_rows(app, now, &mut write));
        }
        handed.push(mail);
    }
    let pledges = admit(app, now, &wanted).await?;
    write.guard = once.map(|once| guard(now, &once, &accepted));
    let committed = commit(app, write, handed).await;
    if let Ok(Committed::Stored { .. }) = &committed {
        app.counters.accepted.add(accepted.len() as u64);
        pledges.into_iter().for_each(Pledge::keep);
    }
    Ok((accepted, committed))
}

/// Asks for room in the quotas of workspaces for so many deliveries each, all or none.
async fn admit<'a>(
    app: &'a App,
    now: At,
    wanted: &BTreeMap<(i64, Whose), usize>,
) -> Result<Vec<Pledge<'a>>, Refusal> {
    let snapshot = app.directory.snapshot();
    let mut pledges = Vec::new();
    for (&(id, whose), &deliveries) in wanted {
        let Some(workspace) = snapshot.workspaces.get(&id) else { continue };
        pledges.extend(app.quotas.admit(&app.store, now, workspace, (whose, deliveries)).await?);
    }
    Ok(pledges)
}

/// Keeps the files that a message leads to.
fn add_links(app: &App, now: At, examined: &Examined, write: &mut Write) {
    let submission = &examined.submission;
    let of = (submission.sender.workspace, submission.message);
    let quota = app.settings.attachments.quota_bytes;
    submission.options.links.iter().for_each(|new| link::add(write, (&app.mint, now), of, (new, quota)));
}

pub(super) fn unavailable(error: &StoreError) -> Refusal {
    tracing::warn!(%error, "mail was refused because it could not be stored");
    Refusal::Unavailable("the database does not take it".into())
}

/// What the scheduler and the parcel cache get once the rows are durable.
pub(crate) struct Handed {
    pub(crate) parcel: Arc<Parcel>,
    queued: Vec<(QueueKey, Entry)>,
    /// Deliveries that were over before they began and whose sender asked to hear of it: their paths and reasons.
    pub(crate) unsent: Vec<(i64, ForwardPath, &'static str)>,
    _room: Option<Arc<Place>>,
}

/// Commits, and hands over what was committed.
///
/// # Errors
/// As [`store::Store::write`].
pub(crate) async fn commit(
    app: &Arc<App>,
    write: Write,
    handed: Vec<Handed>,
) -> Result<Committed, StoreError> {
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

pub(crate) fn queues_of(handed: &[Handed]) -> impl Iterator<Item = &QueueKey> {
    handed.iter().flat_map(|one| one.queued.iter().map(|(key, _)| key))
}

pub(crate) fn hand_over(app: &Arc<App>, handed: Vec<Handed>) {
    let now = app.now();
    for one in handed.iter().filter(|one| one.queued.iter().any(|(_, entry)| entry.due <= now)) {
        app.parcels.put(one.parcel.clone());
    }
    app.egress.accept(app, handed.into_iter().flat_map(|one| one.queued));
}

/// What the same request got before it was refused (its expiry may have passed, its domain may be gone); a client that did not hear
/// its answer must not think that nothing was accepted.
///
/// # Errors
/// `refusal`, if it got nothing, or under that key another request did; `Unavailable` while that cannot be found out.
pub(crate) async fn before_or(
    app: &App,
    key: Option<([u8; 32], [u8; 32])>,
    refusal: Refusal,
) -> Result<Outcome, Refusal> {
    let Some((digest, fingerprint)) = key else { return Err(refusal) };
    match answered(app, digest, fingerprint).await {
        Ok(Some((status, answer))) => Ok(Outcome::Replayed { status, answer }),
        Ok(None) | Err(Refusal::IdempotencyMismatch) => Err(refusal),
        Err(unavailable) => Err(unavailable),
    }
}

async fn replay(app: &App, key: Option<([u8; 32], [u8; 32])>) -> Result<Outcome, Refusal> {
    let Some((digest, fingerprint)) = key else { return Err(Refusal::IdempotencyMismatch) };
    let (status, answer) = answered(app, digest, fingerprint)
        .await?
        .ok_or_else(|| Refusal::Unavailable("the key's record has just expired".into()))?;
    Ok(Outcome::Replayed { status, answer })
}

async fn fates(app: &App, examined: &Examined) -> Result<Vec<Fate>, Refusal> {
    let mut fates = Vec::with_capacity(examined.submission.recipients.len());
    for recipient in &examined.submission.recipients {
        fates.push(fate(app, examined, recipient).await?);
    }
    Ok(fates)
}

async fn fate(
    app: &App,
    Examined { submission, times, .. }: &Examined,
    recipient: &Recipient,
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

impl Examined {
    /// The same under another id.
    pub(crate) fn under(mut self, message: i64) -> Examined {
        self.submission.message = message;
        self
    }

    /// The rows of mail of our own making, which has one recipient and goes at once.
    pub(crate) fn own_rows(self, app: &App, now: At, write: &mut Write) -> Handed {
        self.rows(app, now, &[Fate::Queued], write).1
    }

    fn rows(mut self, app: &App, now: At, fates: &[Fate], write: &mut Write) -> (Accepted, Handed) {
        let lane = policy::lane(self.submission.sender.origin, self.submission.stream.class);
        let message = self.submission.message;
        let shared = Shared {
            workspace: self.submission.sender.workspace,
            message,
            lane,
            due: self.times.due,
            expires: self.times.expires,
            epoch: app.epoch,
            now,
        };
        // A code is kept no longer than somebody may still get it.
        let kept = self.submission.sender.origin != Origin::Code
            || fates.iter().any(|fate| matches!(fate, Fate::Queued | Fate::Scheduled));
        if kept {
            rows::content(write, message, &self.submission.content);
        }
        let mut accepted = Accepted { message, deliveries: Vec::with_capacity(fates.len()) };
        let (mut queued, mut paths, mut unsent) = (Vec::new(), Vec::new(), Vec::new());
        let wished = |path| notification::Wish::of(&app.settings, &self.submission.envelope, path);
        for (place, (recipient, fate)) in self.submission.recipients.iter().zip(fates).enumerate() {
            let id = id::delivery(message, place);
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
            note(write, &shared, &delivery);
            match (fate, path) {
                (Fate::Queued | Fate::Scheduled, Some(path)) => {
                    let key = QueueKey { workspace: shared.workspace, lane, domain };
                    let (due, expires) = (shared.due, shared.expires);
                    queued.push((key, Entry { delivery: id, message, due, expires, attempts: 0 }));
                    paths.push((id, path.clone()));
                    if wished(path).delay {
                        notification::delay::wait(
                            write,
                            id,
                            due.after(app.settings.delivery.delay_notice_after),
                        );
                    }
                }
                (Fate::NotSent { reason, .. }, Some(path)) if wished(path).failure => {
                    unsent.push((id, path.clone(), *reason));
                }
                (Fate::Queued | Fate::Scheduled | Fate::NotSent { .. }, _) => {}
            }
            accepted.deliveries.push(delivery);
        }
        let room = self.room.take();
        let parcel = self.message_row(&shared, write, paths);
        (accepted, Handed { parcel, queued, unsent, _room: room })
    }

    fn message_row(
        self,
        shared: &Shared,
        write: &mut Write,
        paths: Vec<(i64, mail::ForwardPath)>,
    ) -> Arc<Parcel> {
        let Examined { submission, facts, times, reach, room: _ } = self;
        let subject: Box<str> = facts.subject.as_str().into();
        let track = match submission.sender.origin {
            // What we tell senders is nobody's campaign, and who follows a code's mail may be after the code.
            Origin::Notification { .. } | Origin::Code => Switches::default(),
            Origin::Api | Origin::Smtp => submission.options.track.unwrap_or(submission.stream.tracking),
        };
        let row = MessageRow {
            id: shared.message,
            workspace: shared.workspace,
            stream: submission.stream.id,
            origin: submission.sender.origin,
            origin_id: match submission.sender.origin {
                Origin::Notification { of } => Some(of),
                Origin::Api | Origin::Smtp | Origin::Code => submission.sender.key.as_ref().map(|key| key.id),
            },
            size: submission.content.len(),
            envelope: &submission.envelope,
            reach,
            track,
            author: facts.author.to_string(),
            subject: facts.subject,
            message_id: facts.message_id,
            tags: submission.options.tags,
            metadata: submission.options.metadata,
            made_from: submission.options.made_from,
            now: shared.now,
            scheduled: times.scheduled,
            expires: times.expires,
            deliveries: submission.recipients.len(),
        };
        rows::message(write, row);
        Arc::new(Parcel {
            message: shared.message,
            workspace: shared.workspace,
            stream: submission.stream.id,
            envelope: submission.envelope,
            reach,
            author: facts.author,
            subject,
            track,
            content: submission.content,
            paths,
            signature: tokio::sync::OnceCell::new(),
        })
    }
}

/// Adds the event of a delivery's beginning.
pub(crate) fn note(write: &mut Write, shared: &Shared, delivery: &AcceptedDelivery) {
    let (name, data) = match delivery.fate {
        Fate::Queued => (event::Name::EmailQueued, None),
        Fate::Scheduled => (event::Name::EmailScheduled, None),
        Fate::NotSent { suppressed, reason } => {
            let name = if suppressed { event::Name::EmailSuppressed } else { event::Name::EmailRejected };
            (name, Some(format!(r#"{{"reason":"{reason}"}}"#)))
        }
    };
    let of = event::OfDelivery {
        workspace: shared.workspace,
        message: shared.message,
        delivery: delivery.id,
        attempt: None,
        data,
    };
    event::note_delivery(write, shared.now, name, of);
}
