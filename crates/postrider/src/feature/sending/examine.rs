//! Everything that is decided about a submission without the database.
//!
//! Guarantees
//! 1. The header section is read once, and within `smtp.header_max_bytes`.
//! 2. What is kept has its trace, a Date, a Message-ID and a last line end, and no control header; nothing else is changed.

use std::sync::Arc;

use bytes::Bytes;
use mail::header::HeaderError;
use mail::{At, Edit, Headers, date, edited_prefix};

use super::policy::{self, Facts, Times};
use super::{Reach, Refusal, Submission, control};
use crate::app::App;
use crate::directory::Snapshot;
use crate::feature::attachment::link;
use crate::id::{DELIVERIES_MAX, Noun};
use crate::room::Place;

/// A submission that may be taken, as far as that can be told without the database.
#[derive(Clone)]
pub struct Examined {
    /// Its content is what is kept.
    pub(super) submission: Submission,
    pub(super) facts: Facts,
    pub(super) times: Times,
    pub(super) reach: Reach,
    /// What its content takes of the room for requests, until it is committed.
    pub(super) room: Option<Arc<Place>>,
}

impl Examined {
    /// The id that it will have.
    #[must_use]
    pub fn message(&self) -> i64 {
        self.submission.message
    }

    /// Until when files that it leads to are kept, at so many days.
    #[must_use]
    pub fn links_last(&self, days: u32) -> At {
        link::lasts(self.times.due, self.times.expires, days)
    }

    /// Holds room until it is committed.
    #[must_use]
    pub fn holding(self, room: Option<Arc<Place>>) -> Examined {
        Examined { room, ..self }
    }

    /// Another subject in rows, events and the index than the recipient reads.
    #[must_use]
    pub fn known_as(mut self, subject: String) -> Examined {
        self.facts.subject = subject;
        self
    }
}

/// Reads the header section of a message that was handed over.
///
/// # Errors
/// `Header`, `HeaderTooLarge`.
pub fn scan<'m>(app: &App, content: &'m [u8]) -> Result<Headers<'m>, Refusal> {
    let max = usize::try_from(app.settings.smtp.header_max_bytes).unwrap_or(usize::MAX);
    let headers = Headers::scan_within(content, max).map_err(|error| match error {
        HeaderError::TooLong { max } => Refusal::HeaderTooLarge { max },
        HeaderError::TooManyLines | HeaderError::BareLineEnd { .. } | HeaderError::Nul => {
            Refusal::Header(error.to_string())
        }
    });
    headers.inspect_err(|refusal| app.counters.refused(refusal))
}

/// Decides about a submission, of whose content `headers` are.
///
/// # Errors
/// A [`Refusal`]: nothing is stored of it.
pub fn examine(
    app: &App,
    snapshot: &Snapshot,
    now: At,
    submission: Submission,
    headers: &Headers<'_>,
) -> Result<Examined, Refusal> {
    let decided = decide(app, snapshot, now, &submission, headers);
    let (facts, times, reach) = decided.inspect_err(|refusal| app.counters.refused(refusal))?;
    let content = kept(now, &submission, headers, &facts);
    Ok(Examined { submission: Submission { content, ..submission }, facts, times, reach, room: None })
}

/// Mail of our own making, complete as it is: no rule about senders holds for it, and it goes at once.
pub(crate) fn own(app: &App, now: At, submission: Submission, (facts, reach): (Facts, Reach)) -> Examined {
    let expires = now.after(policy::life(&app.settings, submission.stream.class));
    Examined { submission, facts, times: Times { due: now, scheduled: None, expires }, reach, room: None }
}

fn decide(
    app: &App,
    snapshot: &Snapshot,
    now: At,
    submission: &Submission,
    headers: &Headers<'_>,
) -> Result<(Facts, Times, Reach), Refusal> {
    check_size(app, submission)?;
    let mut facts = policy::facts(headers)?;
    let reach = policy::sender_ok(snapshot, &app.settings, submission, &facts.author)?;
    let times = policy::times(now, &app.settings, submission.stream.class, &submission.options)?;
    if facts.message_id.is_empty() {
        facts.message_id =
            format!("{}@{}", Noun::Message.show(submission.message), facts.author.domain_str());
    }
    Ok((facts, times, reach))
}

fn check_size(app: &App, submission: &Submission) -> Result<(), Refusal> {
    // No more have ids of their own, whatever the settings allow.
    let max = (app.settings.smtp.recipients_max as usize).min(DELIVERIES_MAX);
    let given = submission.recipients.len();
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
fn kept(now: At, submission: &Submission, headers: &Headers<'_>, facts: &Facts) -> Bytes {
    let edit = Edit { remove: control::REMOVED, now, message_id: &facts.message_id };
    let edited = edited_prefix(headers, &edit);
    let ends_well = submission.content.ends_with(b"\r\n");
    if submission.trace.is_none() && edited.is_none() && ends_well {
        return submission.content.clone();
    }
    let mut out = Vec::with_capacity(submission.content.len() + 256);
    if let Some(trace) = &submission.trace {
        let id = Noun::Message.show(submission.message);
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
