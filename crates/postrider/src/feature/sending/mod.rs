//! Taking mail in: one accept path, whatever the surface.
//!
//! Guarantees
//! 1. A submission is answered as accepted after its rows are durable, never before (`accept`).
//! 2. A recipient that may not be mailed becomes a delivery that is already over, with its reason: nothing is dropped.
//! 3. An idempotency key's record commits with its mail; the same key with the same body gets the same answer.
//!
//! Not here: how a message is composed from an API's fields (`api`), how it leaves (`egress`).

pub mod accept;
pub mod api;
pub mod console;
pub mod control;
pub mod examine;
pub mod idempotency;
pub mod indexed;
pub mod letter;
pub mod list;
pub mod parcel;
pub mod policy;
pub mod read;
pub mod rows;
pub mod told;

use std::sync::Arc;

use bytes::Bytes;
use mail::{Address, At, Envelope, ForwardPath};
use store::{Migration, Write, query};

use crate::feature::access::{Key, Stream};
use crate::feature::attachment::link::NewLink;
use crate::feature::quota::Whose;
use crate::feature::tracking::switches::Switches;
use crate::id;
use crate::retention::{Aged, edge};

query!(CONTENT_AGE, "queries/content_age.sql");
query!(DELIVERY_AGE, "queries/delivery_age.sql");
query!(ERASE, "queries/content_erase.sql");
query!(MOVED, "queries/reschedule.sql");
query!(MESSAGE_AGE, "queries/message_age.sql");
edge!(CONTENT_EDGE, "content");
edge!(DELIVERY_EDGE, "delivery");
edge!(MESSAGE_EDGE, "message");

pub const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 4,
        name: "sending: contents, messages, deliveries, idempotency keys",
        sql: include_str!("migrations/0004_sending.sql"),
        postgres: None,
    },
    Migration {
        number: 37,
        name: "sending: links for support",
        sql: include_str!("migrations/0037_support_link.sql"),
        postgres: None,
    },
    Migration {
        number: 38,
        name: "sending: an index of mail that was not delivered",
        sql: include_str!("migrations/0038_ended.sql"),
        postgres: None,
    },
];

/// Contents go first, and a hundred at a time, for each may have megabytes.
pub static CONTENT_AGED: Aged = Aged { edge: &CONTENT_EDGE, delete: &CONTENT_AGE, page: 100 };
pub static DELIVERY_AGED: Aged = Aged { edge: &DELIVERY_EDGE, delete: &DELIVERY_AGE, page: 1_000 };
pub static MESSAGE_AGED: Aged = Aged { edge: &MESSAGE_EDGE, delete: &MESSAGE_AGE, page: 1_000 };

/// The octets of a message are gone: part of the write that ends the only delivery of a code.
pub fn erase(write: &mut Write, message: i64) {
    write.step(&ERASE, vec![("message", message.into())]);
}

/// Why a message keeps its times.
pub const ATTEMPTED: &str = "one of the recipients was tried already";

/// A message has other times now: part of the write that moves its deliveries, which conflicts with [`ATTEMPTED`] when one of them
/// is over because a server took or refused it, or was tried.
pub fn moved(write: &mut Write, (workspace, message): (i64, i64), due: At, expires: At) {
    let params = vec![
        ("workspace", workspace.into()),
        ("message", message.into()),
        ("due", due.0.into()),
        ("expires", expires.0.into()),
        ("last", id::last_delivery(message).into()),
    ];
    write.step_expecting(1, ATTEMPTED, &MOVED, params);
}

/// What made a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    Api,
    Smtp,
    /// The API, to carry a one-time code, or the console, to carry the link of an invitation: first in line, and shown to nobody
    /// but its recipient.
    Code,
    /// We did, to tell a sender what became of a delivery.
    Notification {
        of: i64,
    },
}

impl Origin {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Origin::Api => "api",
            Origin::Smtp => "smtp",
            Origin::Code => "code",
            Origin::Notification { .. } => "notification",
        }
    }
}

/// Where a message may go.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Reach {
    #[default]
    Anywhere,
    /// It was taken because every route captured it, from a sender that is not verified: while that is so, it stays here.
    CaptureOnly,
}

/// In which field a recipient stood.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RecipientField {
    To,
    Cc,
    Bcc,
    /// SMTP: only the envelope names it.
    Envelope,
}

impl RecipientField {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            RecipientField::To => "to",
            RecipientField::Cc => "cc",
            RecipientField::Bcc => "bcc",
            RecipientField::Envelope => "envelope",
        }
    }
}

/// A recipient as a surface read it.
#[derive(Clone, Debug)]
pub struct Recipient {
    pub field: RecipientField,
    pub path: RecipientPath,
}

#[derive(Clone, Debug)]
pub enum RecipientPath {
    Valid(ForwardPath),
    /// What was given is no address: becomes a delivery not sent, `invalid_address`.
    Invalid(String),
}

/// Who hands over.
#[derive(Clone, Debug)]
pub struct Sender {
    pub workspace: i64,
    pub origin: Origin,
    /// None for a trusted network.
    pub key: Option<Arc<Key>>,
}

impl Sender {
    /// Whose mail it is. What a client hands over comes by a key or from a trusted network; a code without a key is a letter of our
    /// own.
    #[must_use]
    pub fn whose(&self) -> Whose {
        match (self.origin, &self.key) {
            (Origin::Notification { .. }, _) | (Origin::Code, None) => Whose::Ours,
            (Origin::Api | Origin::Smtp, _) | (Origin::Code, Some(_)) => Whose::Client,
        }
    }
}

/// The version of a template that a message was made from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MadeFrom {
    pub template: i64,
    pub version: i64,
}

/// What may be said about a message beside its content.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// JSON object, or none.
    pub tags: Option<Box<str>>,
    /// JSON object, or none.
    pub metadata: Option<Box<str>>,
    pub scheduled: Option<At>,
    pub expires: Option<At>,
    /// What is tracked; as the stream says when nothing is said.
    pub track: Option<Switches>,
    /// Files that the content leads to.
    pub links: Vec<NewLink>,
    pub made_from: Option<MadeFrom>,
}

/// One message, before anything was decided about it.
#[derive(Clone)]
pub struct Submission {
    /// The id that it will have, from [`Mint::message`](crate::id::Mint::message) for as many as its recipients are.
    pub message: i64,
    pub sender: Sender,
    pub stream: Arc<Stream>,
    /// The envelope without its forward-paths: they are in `recipients`.
    pub envelope: Envelope,
    pub recipients: Vec<Recipient>,
    /// The whole message, lines ended by CRLF, control headers still in it.
    pub content: Bytes,
    /// The trace line to add on top, without its field name; none for mail that was composed here.
    pub trace: Option<Trace>,
    pub options: Options,
}

/// What the Received field says (RFC 5321 §4.4), without the client's address: it is the customer's own.
#[derive(Clone, Debug)]
pub struct Trace {
    pub host: Arc<str>,
    /// `ESMTPSA` and its kin (RFC 3848).
    pub protocol: &'static str,
}

/// What became of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    pub message: i64,
    pub deliveries: Vec<AcceptedDelivery>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedDelivery {
    pub id: i64,
    /// As given, when it was no address.
    pub recipient: String,
    pub fate: Fate,
}

/// Whether a delivery will be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Queued,
    Scheduled,
    /// Over before it began; the reason is one of the published `not sent` reasons.
    NotSent {
        suppressed: bool,
        reason: &'static str,
    },
}

/// Why a submission was refused as a whole: nothing of it was stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the message has no From field with one address: {0}")]
    Author(String),
    #[error("the header section cannot be read: {0}")]
    Header(String),
    #[error("the domain {0} is not verified in this workspace: add it and publish its DNS records first")]
    DomainNotVerified(String),
    #[error("this key may not send from {0}")]
    KeyRestricted(String),
    #[error("the message has no recipients")]
    NoRecipients,
    #[error("a message may have at most {max} recipients, this one has {given}")]
    TooManyRecipients { given: usize, max: usize },
    #[error("the message has {given} octets, at most {max} are accepted")]
    TooLarge { given: usize, max: usize },
    #[error("the header section is longer than {max} octets")]
    HeaderTooLarge { max: usize },
    #[error("a file is not taken: {0}")]
    Attachment(String),
    #[error("{field}: {reason}")]
    Option { field: &'static str, reason: String },
    #[error("this idempotency key was used for another message")]
    IdempotencyMismatch,
    #[error("the service cannot store mail now: {0}")]
    Unavailable(String),
    /// Beyond what the workspace may send in a month; a day such as `2026-12-01`.
    #[error(
        "the workspace's quota of {monthly} deliveries a month has no room for this; it begins anew on {again} (UTC)"
    )]
    QuotaUsed { monthly: i64, again: String },
    #[error("sending from this workspace is suspended: ask whoever runs this service")]
    Suspended,
}

impl Refusal {
    /// Whether the same submission may be accepted later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Refusal::Unavailable(_) | Refusal::QuotaUsed { .. } | Refusal::Suspended)
    }
}

/// The address of a recipient, if it is one.
impl Recipient {
    #[must_use]
    pub fn address(&self) -> Option<&Address> {
        match &self.path {
            RecipientPath::Valid(path) => Some(&path.address),
            RecipientPath::Invalid(_) => None,
        }
    }
}
