//! What goes over the wire: the stored content under its signatures, with what one recipient alone gets.

use std::sync::Arc;

use bytes::Bytes;
use mail::dkim::Signer;
use mail::{Body, Envelope, Headers};

use crate::app::App;
use crate::feature::sending::parcel::Parcel;

use super::signing::{Signed, SigningFailed};

/// A message ready for one recipient's transaction.
pub struct Composed {
    pub envelope: Envelope,
    /// DKIM-Signature fields, to be written first.
    pub signature: Bytes,
    pub content: Bytes,
}

impl Composed {
    /// Octets before dot-stuffing.
    #[must_use]
    pub fn size(&self) -> u64 {
        (self.signature.len() + self.content.len()) as u64
    }

    /// The message in one piece.
    #[must_use]
    pub fn joined(&self) -> Bytes {
        if self.signature.is_empty() {
            return self.content.clone();
        }
        [self.signature.as_ref(), self.content.as_ref()].concat().into()
    }
}

/// Composes a parcel for one of its deliveries; `None` when it is not one of them.
///
/// # Errors
/// [`SigningFailed`]: the message must not go out unsigned when its domain has keys.
pub async fn compose(app: &App, parcel: &Parcel, delivery: i64) -> Result<Option<Composed>, SigningFailed> {
    let Some(envelope) = addressed(parcel, delivery) else { return Ok(None) };
    let signing = &app.egress.signing;
    if let Some(dress) = app.tracking.dress(app, parcel, delivery) {
        // What every recipient gets of its own is signed for each.
        let content = parcel.content.clone();
        let Signed { signature, content } =
            signing.dress_and_sign(signers(app, parcel), net::clock::now(), content, dress).await?;
        return Ok(Some(Composed { envelope, signature, content }));
    }
    let signature = parcel.signature.get_or_try_init(|| async {
        signing.sign(signers(app, parcel), net::clock::now(), parcel.content.clone()).await
    });
    let signature = signature.await?.clone();
    Ok(Some(Composed { envelope, signature, content: parcel.content.clone() }))
}

fn signers(app: &App, parcel: &Parcel) -> Vec<Arc<Signer>> {
    let snapshot = app.directory.snapshot();
    let domain = snapshot.domain_for(parcel.workspace, &parcel.author.domain());
    domain.map_or_else(Vec::new, |domain| domain.signers.clone())
}

/// The envelope for one delivery of a parcel; `None` when it is not one of them.
#[must_use]
pub fn addressed(parcel: &Parcel, delivery: i64) -> Option<Envelope> {
    let path = parcel.path(delivery)?;
    let mut envelope = parcel.envelope.clone();
    envelope.forward_paths.push(path.clone());
    // What the message is decides, not what a client once declared (RFC 6152 §3).
    if parcel.content.is_ascii() {
        envelope.body = Body::SevenBit;
        envelope.smtputf8 = false;
    } else {
        envelope.body = Body::EightBitMime;
        envelope.smtputf8 = Headers::scan_again(&parcel.content)
            .is_ok_and(|headers| !parcel.content[..headers.fields_end()].is_ascii());
    }
    Some(envelope)
}
