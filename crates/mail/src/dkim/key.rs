//! Signing keys: made, kept as PKCS#8, published as a DNS record (RFC 6376 §3.6.1, RFC 8463 §4).
//!
//! Not here: encryption of keys at rest. Making a key is the one place of this crate that draws randomness, in the cryptographic library.

use std::fmt;

use aws_lc_rs::digest::Digest;
use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::SignError;

/// A private key. `Debug` shows its algorithm only.
pub enum SigningKey {
    Rsa(RsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeyError {
    #[error("RSA keys have 2048, 3072 or 4096 bits")]
    Size,
    #[error("the key is not an RSA (2048 bits or more) or Ed25519 private key in PKCS#8 form")]
    Unreadable,
    #[error("the key could not be made")]
    NotMade,
    #[error("the key could not be written")]
    NotWritten,
}

impl SigningKey {
    /// `bits`: 2048, 3072 or 4096. Takes some 100 ms of CPU for 2048.
    pub fn rsa_generate(bits: u32) -> Result<SigningKey, KeyError> {
        let size = match bits {
            2048 => KeySize::Rsa2048,
            3072 => KeySize::Rsa3072,
            4096 => KeySize::Rsa4096,
            _ => return Err(KeyError::Size),
        };
        RsaKeyPair::generate(size).map(SigningKey::Rsa).map_err(|_| KeyError::NotMade)
    }

    pub fn ed25519_generate() -> Result<SigningKey, KeyError> {
        Ed25519KeyPair::generate().map(SigningKey::Ed25519).map_err(|_| KeyError::NotMade)
    }

    /// Reads what [`SigningKey::to_pkcs8`] or another program wrote (DER, RFC 5208 or RFC 5958).
    pub fn from_pkcs8(der: &[u8]) -> Result<SigningKey, KeyError> {
        if let Ok(key) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
            return Ok(SigningKey::Ed25519(key));
        }
        RsaKeyPair::from_pkcs8(der).map(SigningKey::Rsa).map_err(|_| KeyError::Unreadable)
    }

    /// The private key as PKCS#8 DER (version 1, which every other program reads too).
    pub fn to_pkcs8(&self) -> Result<Vec<u8>, KeyError> {
        match self {
            SigningKey::Rsa(key) => key
                .as_der()
                .map(|der: aws_lc_rs::encoding::Pkcs8V1Der<'_>| der.as_ref().to_vec())
                .map_err(|_| KeyError::NotWritten),
            SigningKey::Ed25519(key) => {
                key.to_pkcs8v1().map(|document| document.as_ref().to_vec()).map_err(|_| KeyError::NotWritten)
            }
        }
    }

    /// The text of the TXT record at `selector._domainkey.domain`: `v=DKIM1; k=rsa; p=…`. Some 400 characters for RSA-2048, so two or
    /// more strings of 255 in a zone file.
    pub fn dns_record(&self) -> Result<String, KeyError> {
        match self {
            SigningKey::Rsa(key) => {
                let der: aws_lc_rs::encoding::PublicKeyX509Der<'_> =
                    key.public_key().as_der().map_err(|_| KeyError::NotWritten)?;
                Ok(format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(der.as_ref())))
            }
            SigningKey::Ed25519(key) => {
                Ok(format!("v=DKIM1; k=ed25519; p={}", STANDARD.encode(key.public_key().as_ref())))
            }
        }
    }

    /// The value of `a=`.
    #[must_use]
    pub fn algorithm(&self) -> &'static str {
        match self {
            SigningKey::Rsa(_) => "rsa-sha256",
            SigningKey::Ed25519(_) => "ed25519-sha256",
        }
    }

    /// `digest` is SHA-256; RFC 8463 §3: Ed25519 signs the digest as its message.
    pub(super) fn sign_digest(&self, digest: &Digest) -> Result<Vec<u8>, SignError> {
        match self {
            SigningKey::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign_digest(&RSA_PKCS1_SHA256, digest, &mut signature).map_err(|_| SignError)?;
                Ok(signature)
            }
            SigningKey::Ed25519(key) => key
                .try_sign(digest.as_ref())
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| SignError),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.algorithm())
    }
}
