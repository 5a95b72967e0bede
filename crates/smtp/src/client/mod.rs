//! The sending side of SMTP: RFC 5321 and the extensions that a peer offers.
//!
//! Guarantees
//! 1. An extension is used only when the peer offered it. Mail that needs one that is missing is refused here and never
//!    downgraded (RFC 6152, RFC 6531): what is signed would not be what arrives. It is refused for good when the peer
//!    answered EHLO; with 4yz when it refused EHLO, for then nobody said that the extension is missing.
//! 2. Each recipient gets exactly one reply with the stage at which it was given; one refused recipient does not stop
//!    the others. All that is known when a connection breaks is kept ([`ClientSession::abandon`]).
//! 3. Nothing that arrived before TLS counts after it; bytes behind the reply to STARTTLS end the session (CVE-2021-38371).
//! 4. Credentials travel only under TLS unless the configuration says otherwise, and never reach the transcript.
//! 5. Memory: one reply of at most [`REPLY_MAX_BYTES`] and a transcript of at most [`TRANSCRIPT_MAX_BYTES`].
//!
//! Not here: timeouts (the driver asks [`ClientSession::phase`]), certificates, what a reply means for the queue, the next
//! message's commands behind this one's final dot (`docs/decisions/0006-one-message-at-a-time.md`).

mod exchange;
mod offer;
mod reply;
mod session;
mod stuffing;
mod transcript;

pub use reply::{Misbehaviour, REPLY_LINE_MAX_BYTES, REPLY_LINES_MAX, REPLY_MAX_BYTES};
pub use session::ClientSession;
pub use stuffing::{Stuffed, needs_stuffing};
pub use transcript::TRANSCRIPT_MAX_BYTES;

use crate::Secret;
use mail::{Envelope, Reply};

/// Most commands that wait for their replies at once. More could fill both directions of a connection and stall it
/// (RFC 2920 §3.1); a hundred commands of 300 octets fit into every socket buffer.
pub const PIPELINED_MAX: usize = 100;

/// How a connection is to be opened.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// Our name in EHLO.
    pub ehlo_name: String,
    pub tls: TlsMode,
    pub auth: Option<Credentials>,
    /// The password may cross the wire in clear. Only for loopback.
    pub auth_without_tls: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TlsMode {
    /// In clear, even when STARTTLS is offered.
    None,
    /// STARTTLS when it is offered, clear otherwise (RFC 7435).
    Opportunistic,
    /// No mail without STARTTLS.
    Required,
    /// The driver does the handshake before the session's first byte (RFC 8314).
    Implicit,
}

#[derive(Clone, Debug)]
pub struct Credentials {
    pub username: String,
    pub password: Secret,
}

/// One message for one or more recipients of the same next hop.
#[derive(Clone, Debug)]
pub struct Transaction {
    /// `body` and `smtputf8` tell what the message *is*, not what somebody once declared: `EightBitMime` when an octet
    /// is over 127, `smtputf8` when a header field is not ASCII (RFC 6532). Addresses are looked at here.
    pub envelope: Envelope,
    /// Octets of the message before dot-stuffing.
    pub size_bytes: u64,
}

/// What the driver is to do. It writes what stands in `out` before it waits for anything.
#[derive(Debug)]
#[must_use]
pub enum ClientAction {
    /// More bytes are needed.
    Read,
    /// Do the handshake, then call [`ClientSession::tls_established`] or [`ClientSession::tls_failed`].
    StartTls,
    /// The session takes a transaction: [`ClientSession::start`], or [`ClientSession::quit`].
    Ready,
    /// Write the message as [`Stuffed`] gives it, then call [`ClientSession::body_written`]. A driver that sees bytes
    /// arrive meanwhile may call `advance`: it gives `Finished` when the peer refused early, `Read` otherwise.
    SendBody,
    Finished(TransactionOutcome),
    /// Close. [`ClientSession::abandon`] gives what recipients already know.
    Failed(SessionFailure),
    /// Close: QUIT was answered, or the session had ended before.
    Close,
}

/// How a transaction went, recipient by recipient.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TransactionOutcome {
    /// In the order of the envelope's forward-paths.
    pub recipients: Vec<RecipientOutcome>,
    /// Whether the session takes another transaction. Otherwise close.
    pub reusable: bool,
}

/// The reply that decided about a recipient. Delivered means: `stage` is `Body` and the reply is positive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecipientOutcome {
    pub stage: Stage,
    pub reply: Reply,
}

impl RecipientOutcome {
    /// Whether the peer took responsibility for the message.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.stage == Stage::Body && self.reply.is_positive()
    }
}

/// To what the deciding reply was given.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Stage {
    /// To nothing: the peer's EHLO lacks what the message needs, so it was not offered. The reply is our own; it is 4yz
    /// when the peer refused EHLO.
    Capabilities,
    Mail,
    Rcpt,
    Data,
    /// The message itself: the reply to the final dot, or one that the peer gave before it.
    Body,
}

/// What the session waits for: which timeout applies, and where a broken connection broke.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Phase {
    Greeting,
    Hello,
    StartTls,
    Handshake,
    Auth,
    Ready,
    Reset,
    Mail,
    Rcpt,
    Data,
    /// The driver writes the message.
    Body,
    /// The final dot was written: from here on the peer may have the message although no reply says so.
    Final,
    Quit,
    Closed,
}

/// Why the session cannot go on.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{kind} (phase: {phase:?})")]
pub struct SessionFailure {
    pub phase: Phase,
    #[source]
    pub kind: FailureKind,
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FailureKind {
    /// To the greeting, EHLO, HELO, or out of the blue (421).
    #[error("the peer refused the session: {0}")]
    Refused(Reply),
    #[error("the peer broke the protocol: {0}")]
    PeerMisbehaved(#[source] Misbehaviour),
    #[error("the peer does not offer STARTTLS, which is required")]
    TlsNotOffered,
    #[error("the peer refused STARTTLS: {0}")]
    TlsRefused(Reply),
    #[error("the TLS handshake failed")]
    TlsFailed,
    #[error("the peer offers neither AUTH PLAIN nor AUTH LOGIN")]
    AuthNotOffered,
    #[error("credentials may not be sent without TLS")]
    AuthNeedsTls,
    #[error("the peer refused the credentials: {0}")]
    AuthRefused(Reply),
}
