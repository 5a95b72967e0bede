//! The receiving side of SMTP submission: RFC 5321, 6409 and the extensions that EHLO lists.
//!
//! Guarantees
//! 1. Every command gets one reply, in order, also when commands are pipelined (RFC 2920).
//! 2. Only CRLF ends a command line, only CRLF.CRLF ends DATA. Messages with a lone CR or LF or with a NUL are refused.
//! 3. After STARTTLS everything said before is forgotten, and clear text that waits is dropped (RFC 3207 §4.2, §5).
//! 4. No message is taken from a client that is neither authenticated nor trusted; credentials travel only under TLS
//!    unless the configuration says otherwise.
//! 5. A message is confirmed only through [`ServerSession::accepted`]: the driver decides after its commit.
//! 6. Memory: at most one line, one message and `recipients_max` recipients. How much all sessions keep together the driver
//!    bounds ([`ServerSession::held_bytes`], [`ServerSession::no_room`]).
//!
//! Not here: who may send as whom, whether a recipient exists, what a password opens: the driver answers these.

mod command;
mod content;
mod line;
mod path;
mod sasl;
mod say;
mod session;
mod transaction;

pub use session::ServerSession;

use crate::Secret;
use bytes::Bytes;
use mail::Envelope;
use std::sync::Arc;

/// Longest line of an AUTH exchange, in octets without CRLF (RFC 4954 §4).
pub const AUTH_LINE_MAX_BYTES: usize = 12_288;

/// What one listener offers and bears. Shared by its sessions.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Our name in the greeting and in 421 replies.
    pub hostname: String,
    /// Octets of a message, dot-stuffing removed. 0: no limit, which leaves memory to the client's mercy.
    pub message_max_bytes: u64,
    /// Recipients of one transaction. RFC 5321 §4.5.3.1.8 wants 100 at least.
    pub recipients_max: usize,
    /// Octets of a command line without CRLF. RFC 5321 §4.5.3.1.4 wants 510 at least; DSN parameters add up to 600.
    pub line_max_bytes: usize,
    /// Octets of a line of a message without CRLF. RFC 5321 §4.5.3.1.6 promises 998; real mail has longer ones.
    pub line_text_max_bytes: usize,
    /// So many refused commands, passwords or messages end the session; refused recipients do not count.
    pub errors_max: u32,
    /// STARTTLS is offered while the connection is in clear.
    pub tls_offered: bool,
    /// Passwords may cross the wire in clear. Only for loopback.
    pub auth_without_tls: bool,
}

impl Default for ServerConfig {
    fn default() -> ServerConfig {
        ServerConfig {
            hostname: "localhost".to_owned(),
            message_max_bytes: 50 << 20,
            recipients_max: 1000,
            line_max_bytes: 2048,
            line_text_max_bytes: 64 << 10,
            errors_max: 20,
            tls_offered: false,
            auth_without_tls: false,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TlsState {
    Clear,
    Established,
}

/// What the driver is to do. It writes what stands in `out` before it waits for anything.
#[derive(Debug)]
#[must_use]
pub enum Action {
    /// More bytes are needed.
    Read,
    /// Check these, then call [`ServerSession::authenticated`].
    Authenticate { username: String, password: Secret },
    /// Take responsibility for this or refuse it, then call [`ServerSession::accepted`].
    Accept(Box<Received>),
    /// Write `out`, then do the handshake, then call [`ServerSession::tls_established`].
    StartTls,
    /// Write `out`, then close.
    Close,
}

/// A message with its envelope, complete.
#[derive(Clone, Debug)]
pub struct Received {
    /// `body` and `smtputf8` are what the client declared; the content may be otherwise.
    pub envelope: Envelope,
    /// As sent: header and body, stuffed dots removed, no lone CR or LF, no NUL. May lack a CRLF at its end (BDAT).
    pub content: Bytes,
    /// The client's name for itself: printable ASCII, not checked.
    pub client_name: Arc<str>,
    /// For the `with` clause of a Received field: `ESMTPSA`, `UTF8SMTPS` and so on (RFC 3848, RFC 6531 §4.3).
    pub protocol: &'static str,
}

/// What the driver found about credentials.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AuthAnswer {
    Accepted,
    Refused,
    /// It could not be found out now.
    Unavailable,
}
