//! TLS for both ends of a connection: what we show, and whom we trust.
//!
//! Guarantees
//! 1. TLS 1.2 or 1.3 by aws-lc-rs; sessions are resumed, so that a handshake with a known peer costs half.
//! 2. A certificate file that became unreadable changes nothing but the log: the last good one is shown.
//! 3. Who asks for a host that has a certificate of its own is shown that; anybody else, the default.
//! 4. [`Trust::Anyone`] protects from listeners only, and says so in what it reports (`peer_verified` is false).
//!
//! Not here: the policy that decides which trust a peer needs (`queue`), MTA-STS, DANE, client certificates.

mod client;
mod self_made;
mod server;

pub use client::{ClientTls, Trust};
pub use self_made::{CERTIFICATE_FILE, KEY_FILE};
pub use server::{Changed, Files, RELOAD_CHECK_EVERY, ServerTls};

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem;

/// Why our own certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigTlsError {
    #[error("reading {path}")]
    Read { path: PathBuf, source: pem::Error },
    #[error("{path} holds no certificate")]
    Empty { path: PathBuf },
    #[error("the key in {key} cannot be used with the certificate in {certificate}")]
    Mismatch { certificate: PathBuf, key: PathBuf, source: rustls::Error },
    #[error("writing {path}")]
    Write { path: PathBuf, source: io::Error },
    #[error("making a certificate for {names}")]
    Make { names: String, source: rcgen::Error },
    #[error("preparing TLS")]
    Prepare(#[source] rustls::Error),
}

/// Why a connection could not be secured.
#[derive(Debug, thiserror::Error)]
pub enum HandshakeError {
    #[error("no TLS handshake in time")]
    Timeout,
    /// The peer broke the protocol, left, or showed a certificate that is not trusted.
    #[error("TLS handshake with the peer")]
    Peer(#[source] io::Error),
    #[error("{name:?} is not a name that a certificate can carry")]
    Name { name: String },
    /// This system has no trusted roots (as a rule the package `ca-certificates`), so nobody can be verified.
    #[error("no trusted certificates on this system: {reason}")]
    NoRoots { reason: String },
    #[error("the connection is secured already")]
    Already,
}

/// What was negotiated, for the record of an attempt and the Received field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlsInfo {
    /// `TLSv1.3` or `TLSv1.2`.
    pub version: &'static str,
    /// As IANA names it: `TLS_AES_256_GCM_SHA384`.
    pub cipher_suite: &'static str,
    /// Whether the peer proved its name with a certificate that we trust.
    pub peer_verified: bool,
    /// Whether an earlier session was taken up again.
    pub resumed: bool,
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}
