//! The only sockets and clocks.
//!
//! Everything else in the product is told what time it is, gets bytes, and answers with bytes. Here is what asks the
//! system: time and randomness (`clock`), names (`resolver`), listeners and their limits (`listen`), connections to
//! others (`dial`, `stream`), TLS on both sides (`tls`), requests over HTTP to addresses that others chose (`web`, `guard`).
//!
//! Guarantees
//! 1. Nothing waits without a limit, except a listener for its next client.
//! 2. Permanent and temporary failures of DNS are different values; what is not understood is temporary.
//! 3. TLS 1.2 at least, by the aws-lc-rs provider, named explicitly: no process-wide default is read or set.
//!
//! Not here: what is said over a connection (`smtp`), which host to try next (`queue`).

pub mod clock;
pub mod dial;
pub mod guard;
pub mod listen;
pub mod resolver;
pub mod scripted_dns;
pub mod stream;
pub mod tls;
pub mod web;
