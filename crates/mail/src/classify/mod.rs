//! What a reply means: a bounce class, by one table of rules, and a verdict for the queue.
//!
//! Guarantees
//! 1. The basic code decides whether to try again, never the text: 4yz is `TryLater`, 5yz is `Refused`. Two exceptions, each with its
//!    reason in `verdict`: too many recipients, and whatever is said before MAIL.
//! 2. `suppress` is set only by a permanent reply to RCPT whose rule says that this very address does not exist. A reply to MAIL, a text
//!    about the sender, a policy, a block list, and everything unknown never suppress.
//! 3. The rules are data, tried in order, and the first that matches decides; each carries replies that it must match and replies
//!    that it must not, and the tests run them all, so that no rule is shadowed by an earlier one.
//! 4. The peer's text is data: it is lowered, cut at [`TEXT_MAX_BYTES`], stripped of addresses (`spam@…` is no verdict), and searched.
//!
//! Not here: how long to wait, what a class does to a path (`queue`), suppression itself.

mod recipient;
mod refusal;
mod room;
mod rule;
mod search;
mod standing;
mod transient;

pub use rule::{Rule, Stages};
use search::Searchable;
pub use search::TEXT_MAX_BYTES;

use crate::{EnhancedStatus, Reply};

/// Counted up with every change of the rules; stored with each event, so that old ones can be classified anew.
pub const RULES_VERSION: u16 = 1;

/// Why a delivery was refused or put off.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BounceClass {
    /// The address does not exist.
    HardRecipient,
    /// The domain does not exist or takes no mail.
    HardDomain,
    /// The mailbox exists and is disabled.
    Inactive,
    /// The mailbox is full or gets too much.
    Quota,
    /// The peer wants to see the same mail again later.
    Greylist,
    /// We are too fast for the peer.
    Rate,
    /// Our address is on a block list or has a bad name.
    BlockIp,
    /// The sender's domain is.
    BlockDomain,
    /// A link in the message is.
    BlockUrl,
    /// SPF, DKIM or DMARC did not pass.
    Auth,
    /// Our host is at fault: PTR, EHLO name, TLS.
    Infra,
    ContentSpam,
    ContentVirus,
    Attachment,
    /// A rule of the receiver, its reason unsaid.
    Policy,
    TooLarge,
    TooManyRecipients,
    /// The dialogue went wrong: wrong order, unknown command.
    Protocol,
    /// An address or parameter that the peer cannot read.
    Syntax,
    /// The peer does not take mail for this domain from us, or the mail loops.
    RelayConfig,
    TransientDns,
    TransientNet,
    TransientRemote,
    /// The queue gave up: no reply says so.
    Expired,
    Unknown,
}

/// Where in the dialogue the reply came.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Stage {
    Connect,
    Greeting,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    /// After the DATA command.
    Data,
    /// After the final dot.
    Body,
}

/// What a reply means to the queue.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[must_use]
pub enum Verdict {
    Accepted,
    TryLater,
    Refused,
}

/// A named group of sites with wordings of its own. No rule depends on it yet.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Provider {
    Gmail,
    Outlook,
    Yahoo,
    ICloud,
}

/// What [`classify`] found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub struct Classified {
    /// `None` exactly when the reply accepts.
    pub class: Option<BounceClass>,
    /// The name of the rule that decided; `accepted` and `no-rule` when none did.
    pub rule: &'static str,
    /// [`RULES_VERSION`] at the time.
    pub version: u16,
    pub verdict: Verdict,
    /// Whether this address is not to be mailed again.
    pub suppress: bool,
}

impl BounceClass {
    pub const ALL: [BounceClass; 25] = [
        BounceClass::HardRecipient,
        BounceClass::HardDomain,
        BounceClass::Inactive,
        BounceClass::Quota,
        BounceClass::Greylist,
        BounceClass::Rate,
        BounceClass::BlockIp,
        BounceClass::BlockDomain,
        BounceClass::BlockUrl,
        BounceClass::Auth,
        BounceClass::Infra,
        BounceClass::ContentSpam,
        BounceClass::ContentVirus,
        BounceClass::Attachment,
        BounceClass::Policy,
        BounceClass::TooLarge,
        BounceClass::TooManyRecipients,
        BounceClass::Protocol,
        BounceClass::Syntax,
        BounceClass::RelayConfig,
        BounceClass::TransientDns,
        BounceClass::TransientNet,
        BounceClass::TransientRemote,
        BounceClass::Expired,
        BounceClass::Unknown,
    ];

    /// The name in the API, events and reports. Never changed once released.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            BounceClass::HardRecipient => "hard.recipient",
            BounceClass::HardDomain => "hard.domain",
            BounceClass::Inactive => "inactive",
            BounceClass::Quota => "quota",
            BounceClass::Greylist => "greylist",
            BounceClass::Rate => "rate",
            BounceClass::BlockIp => "block.ip",
            BounceClass::BlockDomain => "block.domain",
            BounceClass::BlockUrl => "block.url",
            BounceClass::Auth => "auth",
            BounceClass::Infra => "infra",
            BounceClass::ContentSpam => "content.spam",
            BounceClass::ContentVirus => "content.virus",
            BounceClass::Attachment => "attachment",
            BounceClass::Policy => "policy",
            BounceClass::TooLarge => "toolarge",
            BounceClass::TooManyRecipients => "toomanyrcpt",
            BounceClass::Protocol => "protocol",
            BounceClass::Syntax => "syntax",
            BounceClass::RelayConfig => "relay.config",
            BounceClass::TransientDns => "transient.dns",
            BounceClass::TransientNet => "transient.net",
            BounceClass::TransientRemote => "transient.remote",
            BounceClass::Expired => "expired",
            BounceClass::Unknown => "unknown",
        }
    }

    /// The class of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<BounceClass> {
        BounceClass::ALL.into_iter().find(|class| class.name() == name)
    }
}

/// Classifies what a peer said at `stage`.
pub fn classify(stage: Stage, reply: &Reply, _provider: Option<Provider>) -> Classified {
    let accepted = match stage {
        Stage::Data => reply.code == 354,
        Stage::Auth => reply.code == 235,
        Stage::Connect
        | Stage::Greeting
        | Stage::Ehlo
        | Stage::StartTls
        | Stage::Mail
        | Stage::Rcpt
        | Stage::Body => (200..300).contains(&reply.code),
    };
    if accepted {
        return Classified {
            class: None,
            rule: "accepted",
            version: RULES_VERSION,
            verdict: Verdict::Accepted,
            suppress: false,
        };
    }
    let text = Searchable::of(&reply.text);
    let status = reply.status.or_else(|| status_within(&reply.text));
    let rule = rules().find(|rule| rule.matches(stage, reply.code, status, &text));
    let class = rule.map_or(BounceClass::Unknown, |rule| rule.class);
    let about_address = class == BounceClass::HardRecipient && stage == Stage::Rcpt && reply.is_permanent();
    Classified {
        class: Some(class),
        rule: rule.map_or("no-rule", |rule| rule.name),
        version: RULES_VERSION,
        verdict: verdict(stage, reply.code, class),
        suppress: about_address,
    }
}

/// All rules in the order in which they are tried.
///
/// What says most comes first: how we send, who blocks us and why, then the policy status that forbids to read more out of a text, then the
/// recipient, then passing troubles.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    [standing::RULES, refusal::RULES, room::RULES, recipient::RULES, transient::RULES].into_iter().flatten()
}

fn verdict(stage: Stage, code: u16, class: BounceClass) -> Verdict {
    match (stage, class) {
        // RFC 5321 §4.5.3.1.10: 552 for too many recipients must be treated as 452; the rest goes in another transaction.
        (_, BounceClass::TooManyRecipients) => Verdict::TryLater,
        // Nothing was said about a message yet, so no message is refused: another host or another hour may take it. Expiry ends it.
        (Stage::Connect | Stage::Greeting | Stage::Ehlo | Stage::StartTls | Stage::Auth, _) => {
            Verdict::TryLater
        }
        (Stage::Mail | Stage::Rcpt | Stage::Data | Stage::Body, _) if code >= 500 => Verdict::Refused,
        (Stage::Mail | Stage::Rcpt | Stage::Data | Stage::Body, _) => Verdict::TryLater,
    }
}

/// The status of peers that write it inside the text: `#5.1.1`, `(#5.1.1)`.
fn status_within(text: &str) -> Option<EnhancedStatus> {
    text.split('#').skip(1).take(8).find_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        EnhancedStatus::split(rest[..end].trim_end_matches('.')).map(|(status, _)| status)
    })
}

#[cfg(test)]
mod tests;
