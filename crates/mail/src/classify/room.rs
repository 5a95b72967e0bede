//! Rules about room: too many recipients, too large, mailbox full; and the policy status, which stands before all rules about the recipient,
//! for a text under 5.7.x that says "user" is about a permission.

use super::BounceClass;
use super::rule::{ANY, RULE, Rule, Stages};

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "too-many-recipients-text",
        class: BounceClass::TooManyRecipients,
        any_of: &[
            "too many recipients",
            "too many rcpt",
            "maximum number of recipients",
            "multiple destination domains",
            "recipients per",
        ],
        samples: &[
            "452 4.5.3 Error: too many recipients",
            "552 Too many recipients",
            "451 4.3.0 Multiple destination domains per transaction is unsupported. Please try again.",
        ],
        strangers: &["421 too many connections"],
        ..RULE
    },
    Rule {
        name: "too-many-recipients-status",
        class: BounceClass::TooManyRecipients,
        status: &[(5, 3)],
        samples: &["452 4.5.3 later", "552 4.5.3 split it", "550 5.5.3 limit"],
        strangers: &["503 5.5.1 bad sequence"],
        ..RULE
    },
    Rule {
        name: "system-storage-text",
        class: BounceClass::TransientRemote,
        any_of: &[
            "insufficient system storage",
            "insufficient system resources",
            "insufficient disk",
            "disk is full",
            "disk full",
        ],
        samples: &["mail: 452 4.3.1 Insufficient system storage", "452 4.3.1 Insufficient system resources"],
        strangers: &["452 4.2.2 mailbox over its storage"],
        ..RULE
    },
    Rule {
        name: "quota-text",
        class: BounceClass::Quota,
        stages: Stages::Recipient,
        any_of: &[
            "mailbox limit",
            "quota violation",
            "mailbox full",
            "inbox full",
            "over quota",
            "overquota",
            "over the quota",
            "out of storage",
            "exceeded storage",
            "storage quota",
            "quota exceeded",
            "exceeded quota",
            "exceeds quota",
            "mailbox quota",
            "disk quota",
            "over its quota",
            "mailbox size limit",
            "exceeded its quota",
            "exceeded the quota",
            "is full",
        ],
        none_of: &["no such", "unknown"],
        samples: &[
            "552 Mailbox limit exeeded for this email address",
            "552 5.2.2 The email account that you tried to reach is over quota. Please direct the recipient to https://support.google.com/mail/?p=OverQuotaPerm",
            "452 4.2.2 The recipient's inbox is out of storage space and inactive.",
            "552 5.2.2 <ann@x.org>: user is over quota",
            "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException",
            "552 Mailbox size limit exceeded",
        ],
        strangers: &[
            "552 5.3.4 Message size exceeds fixed limit",
            "550 5.1.1 no such user, quota exceeded for nobody",
        ],
        ..RULE
    },
    Rule {
        name: "quota-status",
        class: BounceClass::Quota,
        stages: Stages::Recipient,
        status: &[(2, 2)],
        samples: &["452 4.2.2 try again", "550 5.2.2 no room"],
        strangers: &["550 5.2.1 disabled"],
        ..RULE
    },
    Rule {
        name: "too-large",
        class: BounceClass::TooLarge,
        any_of: &[
            "message size exceeds",
            "exceeds size",
            "size limit",
            "maximum message size",
            "too large",
            "too big",
            "message exceeds",
            "maximum size",
        ],
        samples: &[
            "mail: 552 5.3.4 Message size exceeds fixed limit",
            "552 Message too large",
            "body: 552 5.2.3 Your message exceeded Google's message size limits. size limit",
            "body: 552 5.3.4 attachment too large",
        ],
        strangers: &["552 5.2.2 mailbox size exceeded", "421 4.7.0 try again"],
        ..RULE
    },
    Rule {
        name: "too-large-status",
        class: BounceClass::TooLarge,
        status: &[(3, 4), (2, 3)],
        samples: &["mail: 552 5.3.4 no", "body: 550 5.2.3 administrative limit"],
        strangers: &["550 5.3.0 other"],
        ..RULE
    },
    Rule {
        name: "outlook-edge-block",
        class: BounceClass::HardRecipient,
        stages: Stages::Recipient,
        status: &[(4, 1)],
        any_of: &["recipient address rejected: access denied"],
        samples: &[
            "550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [DB1PEPF.eurprd03.prod.outlook.com]",
        ],
        strangers: &["554 5.7.1 <ann@x.org>: Recipient address rejected: Access denied"],
        ..RULE
    },
    Rule {
        name: "greylist-status",
        class: BounceClass::Greylist,
        stages: Stages::Transient,
        codes: &[450, 451],
        status: &[(2, 0), (7, 0), (7, 1)],
        any_of: &[
            "try again",
            "come back",
            "retry",
            "temporarily rejected",
            "temporarily deferred",
            "temporary",
            "later",
        ],
        samples: &["451 4.7.1 Please try again later", "450 4.2.0 come back in 5 minutes"],
        strangers: &["550 5.7.1 do not retry", "421 4.7.0 try again later"],
        ..RULE
    },
    Rule {
        name: "policy-status",
        class: BounceClass::Policy,
        status: &[(7, ANY)],
        samples: &[
            "550 5.7.1 Service unavailable, user is not allowed to receive from outside",
            "554 5.7.1 <ann@x.org>: Recipient address rejected: Access denied",
            "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup",
            "550 5.7.1 User unknown to our policy",
            "421 4.7.0 Try again later, closing connection.",
        ],
        strangers: &["550 5.1.1 user unknown"],
        ..RULE
    },
];
