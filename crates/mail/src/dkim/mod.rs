//! DKIM signatures (RFC 6376, RFC 8301, RFC 8463): relaxed/relaxed, rsa-sha256 and ed25519-sha256.
//!
//! Guarantees
//! 1. Header fields that a forger could add are over-signed: `h=` names them once more than they occur (RFC 6376 §8.15).
//! 2. No `l=`: nothing can be appended to a signed body (RFC 6376 §8.2).
//! 3. The body is hashed once for all signatures, and not copied; the header fields are canonicalised once.
//! 4. Same message, key and moment: same octets. Both algorithms are deterministic.
//!
//! Not here: verification, DNS, where keys are kept.

mod canonical;
mod key;

use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub use canonical::BodyHash;
pub use key::{KeyError, SigningKey};

use crate::{At, Domain, Headers};

/// What signs for a domain: the key that `selector._domainkey.domain` publishes.
#[derive(Debug)]
pub struct Signer {
    pub domain: Domain,
    /// One or more labels (RFC 6376 §3.1); a domain name is just that.
    pub selector: Domain,
    pub key: SigningKey,
}

/// The cryptographic library refused to sign: memory, or a key whose parts do not fit together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the key could not sign")]
pub struct SignError;

/// Whether `h=` names a field once more than it occurs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Listing {
    AsPresent,
    OnceMore,
}

/// The fields that are signed, in the order of `h=`.
const SIGNED: [(&str, Listing); 18] = [
    ("From", Listing::OnceMore),
    ("To", Listing::OnceMore),
    ("Cc", Listing::OnceMore),
    ("Subject", Listing::OnceMore),
    ("Date", Listing::OnceMore),
    ("Reply-To", Listing::OnceMore),
    ("Message-ID", Listing::OnceMore),
    ("MIME-Version", Listing::OnceMore),
    ("Content-Type", Listing::OnceMore),
    ("List-Unsubscribe", Listing::OnceMore),
    ("List-Unsubscribe-Post", Listing::OnceMore),
    ("Content-Transfer-Encoding", Listing::AsPresent),
    ("In-Reply-To", Listing::AsPresent),
    ("References", Listing::AsPresent),
    ("List-Id", Listing::AsPresent),
    ("Feedback-ID", Listing::AsPresent),
    ("Sender", Listing::AsPresent),
    ("Auto-Submitted", Listing::AsPresent),
];

/// Longest line of a signature field that we write.
const LINE_MAX: usize = 76;

/// The complete `DKIM-Signature` fields, one a signer, to stand before the message whose fields and body these are.
///
/// Every line of the header section must end with CRLF, which [`Headers::scan`] has checked. Lines of the body are taken to end with CRLF.
pub fn sign(signers: &[&Signer], now: At, headers: &Headers<'_>, body: &[u8]) -> Result<Vec<u8>, SignError> {
    sign_hashed(signers, now, headers, &BodyHash::of(body))
}

/// [`sign`] for a body whose hash is known: messages that share a body need it hashed once.
pub fn sign_hashed(
    signers: &[&Signer],
    now: At,
    headers: &Headers<'_>,
    body: &BodyHash,
) -> Result<Vec<u8>, SignError> {
    let mut listed = String::with_capacity(256);
    let mut canonical = Vec::with_capacity(1_024);
    for (name, listing) in SIGNED {
        let mut times = usize::from(listing == Listing::OnceMore);
        // RFC 6376 §5.4.2: the last instance in the message is the first that a verifier takes.
        for field in headers.all(name).rev() {
            canonical::push_field(&mut canonical, field.name, field.value);
            canonical.extend_from_slice(b"\r\n");
            times += 1;
        }
        (0..times).for_each(|_| push_listed(&mut listed, name));
    }
    let mut context = Context::new(&SHA256);
    context.update(&canonical);
    let mut out = Vec::with_capacity(signers.len() * 900);
    for signer in signers {
        let start = out.len();
        push_unsigned(&mut out, signer, now, &listed, body);
        canonical.clear();
        let colon = start + NAME.len();
        canonical::push_field(&mut canonical, NAME, &out[colon + 1..]);
        let mut context = context.clone();
        context.update(&canonical);
        let signature = signer.key.sign_digest(&context.finish())?;
        push_folded(&mut out, &STANDARD.encode(signature));
        out.extend_from_slice(b"\r\n");
    }
    Ok(out)
}

const NAME: &str = "DKIM-Signature";

/// The field up to and including `b=`.
fn push_unsigned(out: &mut Vec<u8>, signer: &Signer, now: At, listed: &str, body: &BodyHash) {
    let parts = [
        NAME,
        ": v=1; a=",
        signer.key.algorithm(),
        "; c=relaxed/relaxed; t=",
        &now.seconds().max(0).to_string(),
        ";\r\n d=",
        signer.domain.as_str(),
        ";\r\n s=",
        signer.selector.as_str(),
        ";\r\n h=",
        listed,
        ";\r\n bh=",
        &STANDARD.encode(body.as_bytes()),
        ";\r\n b=",
    ];
    parts.iter().for_each(|part| out.extend_from_slice(part.as_bytes()));
}

/// Adds a name to the list of `h=`; white space may stand around the colons (RFC 6376 §3.5).
fn push_listed(listed: &mut String, name: &str) {
    const INDENT: usize = 3;
    if !listed.is_empty() {
        let line = listed.rfind('\n').map_or(listed.len() + INDENT, |at| listed.len() - at);
        listed.push_str(if line + name.len() + 1 >= LINE_MAX { ":\r\n " } else { ":" });
    }
    listed.push_str(name);
}

/// The signature, cut to lines; white space in `b=` is ignored (RFC 6376 §3.5).
fn push_folded(out: &mut Vec<u8>, signature: &str) {
    const INDENT: usize = 3;
    let (first, mut rest) = signature.as_bytes().split_at(signature.len().min(LINE_MAX - INDENT));
    out.extend_from_slice(first);
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(LINE_MAX - 1));
        out.extend_from_slice(b"\r\n ");
        out.extend_from_slice(line);
        rest = after;
    }
}

#[cfg(test)]
mod tests;
