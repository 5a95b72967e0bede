//! Why a delivery stands as it does, in words. Pure: a table of statuses, reasons and classes of replies.
//!
//! Guarantee: every status, every class of a reply, and every reason that deliveries end with has words of its own.

use ::console::words::Word;
use mail::classify::BounceClass;

use crate::feature::sending::read::Status;

/// A title and an explanation; both may name the recipient, `to`.
#[must_use]
pub fn words_of(status: Status, reason: Option<&str>) -> (Word, Word) {
    let reason = reason.unwrap_or_default();
    match status {
        Status::Delivered => (Word("verdict-delivered"), Word("verdict-delivered-why")),
        Status::Queued => (Word("verdict-queued"), Word("verdict-queued-why")),
        Status::Scheduled => (Word("verdict-scheduled"), Word("verdict-scheduled-why")),
        Status::Canceled => (Word("verdict-cancelled"), Word("verdict-cancelled-why")),
        Status::Suppressed => suppressed(reason),
        Status::Rejected => (Word("verdict-rejected"), Word("verdict-rejected-why")),
        Status::Bounced | Status::DeliveryDelayed => cause(BounceClass::parse(reason)),
        Status::Failed => match ours(reason) {
            Some(words) => words,
            None => cause(BounceClass::parse(reason)),
        },
    }
}

fn suppressed(reason: &str) -> (Word, Word) {
    match reason {
        "previous_bounce" => (Word("verdict-suppressed-bounce"), Word("verdict-suppressed-bounce-why")),
        "previous_complaint" => {
            (Word("verdict-suppressed-complaint"), Word("verdict-suppressed-complaint-why"))
        }
        "unsubscribed" => (Word("verdict-unsubscribed"), Word("verdict-unsubscribed-why")),
        _ => (Word("verdict-suppressed"), Word("verdict-suppressed-why")),
    }
}

/// What failed on our side.
fn ours(reason: &str) -> Option<(Word, Word)> {
    Some(match reason {
        "content_gone" => (Word("verdict-content-gone"), Word("verdict-content-gone-why")),
        "domain_not_verified" => (Word("verdict-domain"), Word("verdict-domain-why")),
        "signing" => (Word("verdict-signing"), Word("verdict-signing-why")),
        "poison" => (Word("verdict-poison"), Word("verdict-poison-why")),
        _ => return None,
    })
}

fn cause(class: Option<BounceClass>) -> (Word, Word) {
    use BounceClass as C;
    match class {
        Some(C::HardRecipient) => (Word("cause-recipient"), Word("cause-recipient-why")),
        Some(C::HardDomain) => (Word("cause-domain"), Word("cause-domain-why")),
        Some(C::Inactive) => (Word("cause-inactive"), Word("cause-inactive-why")),
        Some(C::Quota) => (Word("cause-quota"), Word("cause-quota-why")),
        Some(C::Greylist) => (Word("cause-greylist"), Word("cause-greylist-why")),
        Some(C::Rate) => (Word("cause-rate"), Word("cause-rate-why")),
        Some(C::BlockIp | C::Infra) => (Word("cause-block-address"), Word("cause-block-address-why")),
        Some(C::BlockDomain) => (Word("cause-block-domain"), Word("cause-block-domain-why")),
        Some(C::ContentSpam | C::BlockUrl) => (Word("cause-content"), Word("cause-content-why")),
        Some(C::ContentVirus | C::Attachment) => (Word("cause-attachment"), Word("cause-attachment-why")),
        Some(C::Auth) => (Word("cause-auth"), Word("cause-auth-why")),
        Some(C::Policy) => (Word("cause-policy"), Word("cause-policy-why")),
        Some(C::RelayConfig) => (Word("cause-relay"), Word("cause-relay-why")),
        Some(C::TooLarge) => (Word("cause-too-large"), Word("cause-too-large-why")),
        Some(C::Protocol | C::Syntax | C::TooManyRecipients) => {
            (Word("cause-protocol"), Word("cause-protocol-why"))
        }
        Some(C::TransientDns) => (Word("cause-dns"), Word("cause-dns-why")),
        Some(C::TransientNet) => (Word("cause-network"), Word("cause-network-why")),
        Some(C::TransientRemote) => (Word("cause-remote"), Word("cause-remote-why")),
        Some(C::Expired) => (Word("cause-expired"), Word("cause-expired-why")),
        Some(C::Unknown) | None => (Word("cause-unknown"), Word("cause-unknown-why")),
    }
}

/// What an event is called, and how it looks: class and glyph.
#[must_use]
pub fn event(name: &str) -> Option<(&'static str, &'static str, Word)> {
    Some(match name {
        "email.scheduled" => ("", "timer", Word("event-scheduled")),
        "email.queued" => ("", "zap", Word("event-queued")),
        "email.deferred" => ("def", "clock", Word("event-deferred")),
        "email.delivered" => ("ok", "check", Word("event-delivered")),
        "email.bounced" => ("bou", "undo-2", Word("event-bounced")),
        "email.failed" => ("bou", "x", Word("event-failed")),
        "email.suppressed" => ("", "ban", Word("event-suppressed")),
        "email.rejected" => ("", "ban", Word("event-rejected")),
        "email.canceled" => ("", "x", Word("event-cancelled")),
        "email.rescheduled" => ("", "timer", Word("event-rescheduled")),
        "email.opened" => ("opn", "mail-open", Word("event-opened")),
        "email.clicked" => ("clk", "mouse-pointer-click", Word("event-clicked")),
        "email.read" => ("opn", "eye", Word("event-read")),
        "email.unsubscribed" => ("spam", "flag", Word("event-unsubscribed")),
        "email.reclassified" => ("", "refresh-cw", Word("event-reclassified")),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_and_reason_has_words_of_its_own() {
        for class in BounceClass::ALL {
            let (title, _) = words_of(Status::Bounced, Some(class.name()));
            assert_eq!(title == Word("cause-unknown"), class == BounceClass::Unknown, "{}", class.name());
        }
        for reason in ["content_gone", "domain_not_verified", "signing", "poison", "expired"] {
            assert_ne!(words_of(Status::Failed, Some(reason)).0, Word("cause-unknown"), "{reason}");
        }
    }

    #[test]
    fn every_event_of_a_message_has_words() {
        for name in crate::feature::event::Name::ALL {
            let name = name.as_str();
            assert_eq!(event(name).is_some(), name.starts_with("email."), "{name}");
        }
    }
}
