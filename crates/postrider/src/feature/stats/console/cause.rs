//! Why mail did not arrive, as a category: classes of replies and reasons, in a few words. Pure.

use std::collections::BTreeMap;

use ::console::words::Word;
use mail::classify::BounceClass;

use crate::feature::sending::read::Status;

/// Of a reply's class, or what failed on our side; none for what a newer version wrote.
#[must_use]
pub(crate) fn of_end(code: &str) -> Option<Word> {
    BounceClass::parse(code).map(of_class).or_else(|| of_reason(code))
}

fn of_class(class: BounceClass) -> Word {
    use BounceClass as C;
    match class {
        C::HardRecipient => Word("usage-cause-recipient"),
        C::HardDomain => Word("usage-cause-domain"),
        C::Inactive => Word("usage-cause-inactive"),
        C::Quota => Word("usage-cause-quota"),
        C::Greylist => Word("usage-cause-greylist"),
        C::Rate => Word("usage-cause-rate"),
        C::BlockIp | C::Infra => Word("usage-cause-block-address"),
        C::BlockDomain => Word("usage-cause-block-domain"),
        C::ContentSpam | C::BlockUrl => Word("usage-cause-content"),
        C::ContentVirus | C::Attachment => Word("usage-cause-attachment"),
        C::Auth => Word("usage-cause-auth"),
        C::Policy => Word("usage-cause-policy"),
        C::RelayConfig => Word("usage-cause-relay"),
        C::TooLarge => Word("usage-cause-too-large"),
        C::Protocol | C::Syntax | C::TooManyRecipients => Word("usage-cause-protocol"),
        C::TransientDns => Word("usage-cause-dns"),
        C::TransientNet => Word("usage-cause-network"),
        C::TransientRemote => Word("usage-cause-remote"),
        C::Expired => Word("usage-cause-expired"),
        C::Unknown => Word("usage-cause-unknown"),
    }
}

/// Of what failed on our side, or was not sent at all.
#[must_use]
pub(super) fn of_reason(reason: &str) -> Option<Word> {
    Some(match reason {
        "previous_bounce" => Word("usage-cause-previous-bounce"),
        "previous_complaint" => Word("usage-cause-previous-complaint"),
        "unsubscribed" => Word("usage-cause-unsubscribed"),
        "policy" => Word("usage-cause-manual"),
        "invalid_address" => Word("usage-cause-invalid"),
        "canceled" => Word("usage-cause-cancelled"),
        "content_gone" => Word("usage-cause-content-gone"),
        "domain_not_verified" => Word("usage-cause-not-verified"),
        "signing" => Word("usage-cause-signing"),
        "poison" => Word("usage-cause-poison"),
        _ => return None,
    })
}

/// How mail stands that was not sent for these reasons, where all of it stands alike.
#[must_use]
pub(super) fn only_status(reasons: &BTreeMap<String, i64>) -> Option<Status> {
    let status = |reason: &str| match reason {
        "invalid_address" => Status::Rejected,
        "canceled" => Status::Canceled,
        _ => Status::Suppressed,
    };
    let mut all = reasons.iter().filter(|(_, n)| **n > 0).map(|(reason, _)| status(reason));
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_that_stands_alike_is_found_by_its_status() {
        let reasons =
            |all: &[(&str, i64)]| all.iter().map(|(reason, n)| ((*reason).to_owned(), *n)).collect();
        for (all, wanted) in [
            (&[][..], None),
            (&[("invalid_address", 2), ("canceled", 0)], Some(Status::Rejected)),
            (&[("canceled", 1)], Some(Status::Canceled)),
            (&[("unsubscribed", 1), ("previous_bounce", 1)], Some(Status::Suppressed)),
            (&[("unsubscribed", 1), ("canceled", 1)], None),
        ] {
            assert_eq!(only_status(&reasons(all)), wanted, "{all:?}");
        }
    }
    use crate::feature::suppression::Reason;

    #[test]
    fn every_class_and_reason_has_words() {
        for class in BounceClass::ALL {
            assert!(of_end(class.name()).is_some(), "{}", class.name());
        }
        for reason in Reason::ALL {
            assert!(of_reason(reason.not_sent()).is_some(), "{}", reason.not_sent());
        }
    }
}
