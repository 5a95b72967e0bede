//! SMTP sessions without IO: bytes in, bytes and actions out (RFC 5321 and its extensions).
//!
//! Guarantees
//! 1. Nothing here opens a socket, reads a clock, or spawns a task. A driver reads and writes; the session decides.
//! 2. How the bytes are cut into reads never changes the conversation.
//! 3. Every buffer is bounded by a named limit, every parser is linear, and no input panics.
//! 4. Only CRLF ends a command line and only CRLF.CRLF ends a message, so nothing is smuggled in ([`server`]);
//!    what leaves is dot-stuffed ([`client::Stuffed`]).
//!
//! Not here: who may send as whom, what happens to an accepted message, when to retry, TLS itself.

pub mod client;
mod secret;
pub mod server;

pub use secret::Secret;
