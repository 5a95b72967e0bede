//! What is decided about a submission before anything is stored: pure, from a snapshot.

use std::time::Duration;

use mail::{Address, At, Headers, ReversePath};
use queue::Lane;

use super::{Origin, Reach, RecipientPath, Refusal, Submission};
use crate::directory::Snapshot;
use crate::feature::access::Class;
use crate::settings::{NextHop, Settings};

/// How far ahead a message may be scheduled. Reason: contents are kept for it, and nobody plans further.
pub const SCHEDULE_MAX: Duration = Duration::from_secs(366 * 86_400);

/// Servers that a message may have passed. Reason: RFC 5321 §6.3 takes a hundred or more for a loop; a domain whose MX
/// leads back to us would otherwise be one without an end.
const HOPS_MAX: usize = 100;

/// What the header section says that the envelope does not.
#[derive(Clone)]
pub struct Facts {
    pub author: Address,
    pub subject: String,
    /// Without angle brackets; empty when the message has none.
    pub message_id: String,
}

/// Reads the facts.
///
/// # Errors
/// `Author` unless exactly one From field names exactly one address (RFC 5322 §3.6.2, and every bulk receiver);
/// `Header` for a message that goes round in circles.
pub fn facts(headers: &Headers<'_>) -> Result<Facts, Refusal> {
    if headers.all("Received").nth(HOPS_MAX).is_some() {
        return Err(Refusal::Header(format!("it passed more than {HOPS_MAX} servers: a loop")));
    }
    let author = headers.author().map_err(|error| Refusal::Author(error.to_string()))?.address;
    let message_id = headers.field_unfolded("Message-ID").unwrap_or_default();
    let message_id = String::from_utf8_lossy(&message_id);
    let message_id = message_id.trim().trim_start_matches('<').trim_end_matches('>').to_owned();
    Ok(Facts { author, subject: headers.text("Subject").unwrap_or_default(), message_id })
}

/// Whether the workspace may write as this author and reverse-path, and how far that mail may go. Mail that every route
/// captures may be anybody's, for it stays here.
///
/// # Errors
/// `DomainNotVerified`, `KeyRestricted`.
pub fn sender_ok(
    snapshot: &Snapshot,
    settings: &Settings,
    submission: &Submission,
    author: &Address,
) -> Result<Reach, Refusal> {
    let workspace = submission.sender.workspace;
    let restricted_to = submission.sender.key.as_ref().and_then(|key| key.domain);
    if let Some(only) = restricted_to {
        let reverse_path = match &submission.envelope.reverse_path {
            ReversePath::Mailbox(address) => Some(address),
            ReversePath::Null => None,
        };
        for address in std::iter::once(author).chain(reverse_path) {
            if snapshot.domain_for(workspace, &address.domain()).is_none_or(|domain| domain.id != only) {
                return Err(Refusal::KeyRestricted(address.domain_str().to_owned()));
            }
        }
    }
    match verified(snapshot, workspace, author, &submission.envelope.reverse_path) {
        Ok(()) => Ok(Reach::Anywhere),
        // Asked last, because it looks at every recipient.
        Err(_) if leaves_nothing(settings, submission) => Ok(Reach::CaptureOnly),
        Err(refusal) => Err(refusal),
    }
}

/// Whether author and reverse-path lie in domains that the workspace has verified.
///
/// # Errors
/// `DomainNotVerified`.
pub fn verified(
    snapshot: &Snapshot,
    workspace: i64,
    author: &Address,
    reverse_path: &ReversePath,
) -> Result<(), Refusal> {
    let ours = |address: &Address| {
        let domain = snapshot.domain_for(workspace, &address.domain());
        match domain.is_some_and(|domain| domain.status.may_send()) {
            true => Ok(()),
            false => Err(Refusal::DomainNotVerified(address.domain_str().to_owned())),
        }
    };
    ours(author)?;
    let other = reverse_path.address().filter(|address| address.domain_str() != author.domain_str());
    other.map_or(Ok(()), ours)
}

/// Whether every valid recipient is captured.
fn leaves_nothing(settings: &Settings, submission: &Submission) -> bool {
    submission
        .recipients
        .iter()
        .filter_map(|recipient| match &recipient.path {
            RecipientPath::Valid(path) => Some(path.address.domain()),
            RecipientPath::Invalid(_) => None,
        })
        .all(|domain| matches!(settings.route_for(&domain).next_hop, NextHop::Capture))
}

/// The lane of mail of this origin on a stream of this class.
#[must_use]
pub fn lane(origin: Origin, class: Class) -> Lane {
    match (origin, class) {
        (Origin::Code, _) => Lane::Code,
        (Origin::Api | Origin::Smtp | Origin::Notification { .. }, Class::Transactional) => {
            Lane::Transactional
        }
        (Origin::Api | Origin::Smtp | Origin::Notification { .. }, Class::Marketing) => Lane::Campaign,
    }
}

/// When the message is due and when it expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    pub due: At,
    /// Only when it was asked for and is in the future.
    pub scheduled: Option<At>,
    pub expires: At,
}

/// Settles the times of a submission.
///
/// # Errors
/// `Option` for a schedule beyond [`SCHEDULE_MAX`] or an expiry that is not after the due time.
pub fn times(now: At, settings: &Settings, class: Class, options: &super::Options) -> Result<Times, Refusal> {
    let scheduled = options.scheduled.filter(|at| *at > now);
    let due = scheduled.unwrap_or(now);
    if due > now.after(SCHEDULE_MAX) {
        return Err(Refusal::Option { field: "scheduled_at", reason: "more than 366 days ahead".into() });
    }
    let expires = options.expires.unwrap_or_else(|| due.after(life(settings, class)));
    if expires <= due {
        return Err(Refusal::Option {
            field: "expires_at",
            reason: "not after the time at which it is due".into(),
        });
    }
    Ok(Times { due, scheduled, expires })
}

/// How long mail of a stream's class is tried.
#[must_use]
pub fn life(settings: &Settings, class: Class) -> Duration {
    match class {
        Class::Transactional => settings.delivery.expires_after_transactional,
        Class::Marketing => settings.delivery.expires_after_marketing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_goes_round_in_circles_is_refused() {
        let refused = |hops: usize| {
            let raw = format!("{}From: a@b.example\r\n\r\n", "Received: by x; date\r\n".repeat(hops));
            facts(&Headers::scan(raw.as_bytes()).unwrap()).is_err()
        };
        assert!(!refused(HOPS_MAX) && refused(HOPS_MAX + 1));
    }
}
