//! Why nobody was signed in, or connected; and what the log is told of it.

use super::From;
use super::issuer::Trouble;

/// Why nobody was signed in, or connected.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("too many attempts")]
    TooMany,
    #[error("too many wait for the issuer")]
    Busy,
    #[error("it was not begun in this browser, is too old, or was ended before")]
    Flow,
    #[error("the answer is another issuer's")]
    MixUp,
    #[error("the person did not go on: {0}")]
    Ended(String),
    #[error("the issuer refused: {0}")]
    Refused(String),
    #[error(transparent)]
    Trouble(#[from] Trouble),
    #[error("nobody here is connected to it")]
    Unknown,
    #[error("the person of this address has a passkey, which was not shown")]
    Passkey,
    #[error("it is somebody else's, or the person is connected to another account")]
    Taken,
}

impl Failure {
    /// Notes it, for whoever watches: what the issuer is to be asked about, and who tries.
    pub fn tell(&self, from: &From<'_>) {
        match self {
            Failure::Trouble(Trouble::Token(reason)) => {
                tracing::warn!(peer = from.shown(), %reason, "a sign-in was refused: what the issuer said is not believed");
            }
            Failure::Trouble(_) | Failure::Refused(_) => {
                tracing::warn!(peer = from.shown(), reason = %self, "the issuer of sign-ins was of no help");
            }
            Failure::Busy | Failure::TooMany | Failure::Flow | Failure::MixUp | Failure::Ended(_) => {
                tracing::info!(peer = from.shown(), reason = %self, "a sign-in by the issuer came to nothing");
            }
            Failure::Unknown | Failure::Passkey | Failure::Taken => {
                tracing::info!(peer = from.shown(), reason = %self, "a sign-in by the issuer came to nothing");
            }
        }
    }

    /// Whether what the issuer said is not believed.
    #[must_use]
    pub fn is_disbelief(&self) -> bool {
        matches!(self, Failure::MixUp | Failure::Trouble(Trouble::Token(_) | Trouble::Other(_)))
    }
}
