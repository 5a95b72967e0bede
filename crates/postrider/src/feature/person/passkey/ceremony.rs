//! What a browser brings from an authenticator (W3C Web Authentication, Level 3), looked at: pure.
//!
//! Guarantees
//! 1. Nothing is right but what was made for this very origin, by somebody whom the authenticator knew (user verification), and for a
//!    credential of this relying party (§7.1, §7.2). What was asked for is compared by whoever kept the challenge.
//! 2. Attestation is not asked for and not read: who made an authenticator is nothing to us. So nothing is signed when a key is
//!    registered, and the key is taken as the browser writes it (§5.2.1.1), without COSE and CBOR.
//! 3. Every field is bounded, and read in one pass.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
    VerificationAlgorithm,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

/// Octets of a credential's name (§4).
const CREDENTIAL_MAX: usize = 1_023;
/// Octets of anything else that a browser brings. Reason: a key of RSA with 8,192 bits takes 1,062.
const FIELD_MAX: usize = 4_096;
/// Digest of the relying party, flags, counter (§6.1).
const AUTHENTICATOR_MIN: usize = 37;
/// The AAGUID and the length of a credential's name come before it.
const BEFORE_CREDENTIAL: usize = 18;

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const ATTESTED: u8 = 1 << 6;

/// Why what a browser brought is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    #[error("a field is no base64url, or too long")]
    Field,
    #[error("the client data cannot be read")]
    Client,
    #[error("it was made for something else")]
    Kind,
    #[error("it was made on another site")]
    Origin,
    #[error("it was made for another relying party")]
    RelyingParty,
    #[error("the authenticator's data cannot be read")]
    Authenticator,
    #[error("the authenticator did not look who the person is")]
    Unverified,
    #[error("the key is none of those that are taken")]
    Key,
    #[error("the credential is another than the authenticator says")]
    Credential,
    #[error("the signature is wrong")]
    Signature,
    #[error("the authenticator counted backwards: the key may have been copied")]
    Counter,
}

/// Where the console is reached, as authenticators see it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    pub origin: String,
    /// The relying party: the origin's host.
    pub host: String,
}

impl Place {
    /// Of an origin; none where its host is an address, for which there are no passkeys.
    #[must_use]
    pub fn of(origin: &str) -> Option<Place> {
        let (_, authority) = origin.split_once("://")?;
        let host = authority.split(':').next().unwrap_or_default().to_ascii_lowercase();
        let is_name = host.bytes().any(|octet| octet.is_ascii_alphabetic()) && !host.starts_with('[');
        is_name.then(|| Place { origin: origin.to_ascii_lowercase(), host })
    }
}

/// What somebody does with a credential.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Create,
    Get,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Kind::Create => "webauthn.create",
            Kind::Get => "webauthn.get",
        }
    }
}

/// How a key signs, by its number in COSE.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Algorithm {
    EdDsa,
    Es256,
    Rs256,
}

impl Algorithm {
    /// In the order in which they are wished for.
    pub const ALL: [Algorithm; 3] = [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256];

    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Algorithm::EdDsa => -8,
            Algorithm::Es256 => -7,
            Algorithm::Rs256 => -257,
        }
    }

    #[must_use]
    pub fn of(number: i64) -> Option<Algorithm> {
        Algorithm::ALL.into_iter().find(|one| one.number() == number)
    }

    fn verifies(self) -> &'static dyn VerificationAlgorithm {
        match self {
            Algorithm::EdDsa => &ED25519,
            Algorithm::Es256 => &ECDSA_P256_SHA256_ASN1,
            Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
        }
    }
}

/// A field of base64url, without padding.
///
/// # Errors
/// It is none, or too long.
pub fn octets(text: &str) -> Result<Vec<u8>, Refusal> {
    if text.len() > FIELD_MAX * 4 / 3 {
        return Err(Refusal::Field);
    }
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Refusal::Field)
}

/// The name of a credential.
///
/// # Errors
/// It is none, empty, or too long.
pub fn credential(text: &str) -> Result<Vec<u8>, Refusal> {
    let octets = octets(text)?;
    if (1..=CREDENTIAL_MAX).contains(&octets.len()) { Ok(octets) } else { Err(Refusal::Field) }
}

#[derive(Deserialize)]
struct Client {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
    #[serde(rename = "topOrigin")]
    top_origin: Option<String>,
}

/// Looks at the client data; gives the challenge in it, which is still to be compared.
///
/// # Errors
/// They are of another kind or origin, or none.
pub fn challenge(json: &[u8], kind: Kind, place: &Place) -> Result<String, Refusal> {
    let client: Client = serde_json::from_slice(json).map_err(|_| Refusal::Client)?;
    if client.kind != kind.as_str() {
        return Err(Refusal::Kind);
    }
    let own = client.origin.eq_ignore_ascii_case(&place.origin);
    if !own || client.cross_origin || client.top_origin.is_some() {
        return Err(Refusal::Origin);
    }
    Ok(client.challenge)
}

/// What an authenticator says, as far as it matters.
#[derive(PartialEq, Eq, Debug)]
struct Authenticator<'o> {
    counter: u32,
    /// Of a new key: its credential's name.
    credential: Option<&'o [u8]>,
}

fn authenticator<'o>(octets: &'o [u8], place: &Place) -> Result<Authenticator<'o>, Refusal> {
    let (head, rest) = octets.split_at_checked(AUTHENTICATOR_MIN).ok_or(Refusal::Authenticator)?;
    if head[..32] != *digest(&SHA256, place.host.as_bytes()).as_ref() {
        return Err(Refusal::RelyingParty);
    }
    let flags = head[32];
    if flags & USER_PRESENT == 0 || flags & USER_VERIFIED == 0 {
        return Err(Refusal::Unverified);
    }
    // What was backed up could be (§6.1.3).
    if flags & BACKED_UP != 0 && flags & BACKUP_ELIGIBLE == 0 {
        return Err(Refusal::Authenticator);
    }
    let counter = head[33..].iter().fold(0, |sum, octet| sum << 8 | u32::from(*octet));
    let credential = match flags & ATTESTED {
        0 => None,
        _ => {
            let (head, rest) = rest.split_at_checked(BEFORE_CREDENTIAL).ok_or(Refusal::Authenticator)?;
            let length = usize::from(head[16]) << 8 | usize::from(head[17]);
            Some(rest.get(..length).ok_or(Refusal::Authenticator)?)
        }
    };
    Ok(Authenticator { counter, credential })
}

/// A key that is registered.
#[derive(PartialEq, Eq, Debug)]
pub struct Key {
    pub credential: Vec<u8>,
    pub algorithm: Algorithm,
    /// SubjectPublicKeyInfo.
    pub key: Vec<u8>,
    pub counter: u32,
}

/// What a browser brings of a new key.
pub struct Created {
    pub credential: Vec<u8>,
    pub authenticator: Vec<u8>,
    pub algorithm: i64,
    pub key: Vec<u8>,
}

/// Looks at a new key, whose client data were right (§7.1).
///
/// # Errors
/// See [`Refusal`].
pub fn created(brought: Created, place: &Place) -> Result<Key, Refusal> {
    let said = authenticator(&brought.authenticator, place)?;
    if said.credential != Some(&brought.credential) {
        return Err(Refusal::Credential);
    }
    let counter = said.counter;
    let algorithm = Algorithm::of(brought.algorithm).ok_or(Refusal::Key)?;
    ParsedPublicKey::new(algorithm.verifies(), &brought.key).map_err(|_| Refusal::Key)?;
    Ok(Key { credential: brought.credential, algorithm, key: brought.key, counter })
}

/// What a browser brings of a signature.
pub struct Signed {
    pub client: Vec<u8>,
    pub authenticator: Vec<u8>,
    pub signature: Vec<u8>,
}

/// Whether a signature is of this key, whose client data were right (§7.2); gives what the authenticator counted.
///
/// # Errors
/// See [`Refusal`].
pub fn signed(brought: &Signed, key: &Key, place: &Place) -> Result<u32, Refusal> {
    let said = authenticator(&brought.authenticator, place)?;
    let mut message = brought.authenticator.clone();
    message.extend_from_slice(digest(&SHA256, &brought.client).as_ref());
    UnparsedPublicKey::new(key.algorithm.verifies(), &key.key)
        .verify(&message, &brought.signature)
        .map_err(|_| Refusal::Signature)?;
    // Who counts never stands still.
    if (said.counter, key.counter) != (0, 0) && said.counter <= key.counter {
        return Err(Refusal::Counter);
    }
    Ok(said.counter)
}

#[cfg(test)]
#[path = "ceremony_tests.rs"]
mod tests;
