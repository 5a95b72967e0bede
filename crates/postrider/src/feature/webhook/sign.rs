//! Signatures of Standard Webhooks 1.0: the receiver knows that it was us, and that nothing was changed or said again.
//!
//! What is signed is `id.timestamp.body`. HMAC-SHA256 is `v1`, Ed25519 `v1a`; while secrets rotate there are two `v1`.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail::At;

/// Octets of a secret. Standard Webhooks asks for 24 to 64.
pub const SECRET_BYTES: usize = 32;
/// Octets of an Ed25519 seed.
pub const SEED_BYTES: usize = 32;

/// Everything that an endpoint's requests are signed with.
pub struct Signer {
    current: Key,
    former: Option<(Key, At)>,
    pair: Option<Ed25519KeyPair>,
}

impl Signer {
    /// `former` is valid until its moment. A seed of another length than [`SEED_BYTES`] is no seed.
    #[must_use]
    pub fn new(secret: &[u8], former: Option<(&[u8], At)>, seed: Option<&[u8]>) -> Signer {
        Signer {
            current: Key::new(HMAC_SHA256, secret),
            former: former.map(|(secret, until)| (Key::new(HMAC_SHA256, secret), until)),
            pair: seed.and_then(|seed| Ed25519KeyPair::from_seed_unchecked(seed).ok()),
        }
    }

    /// The value of `webhook-signature`.
    #[must_use]
    pub fn signature(&self, now: At, id: &str, body: &[u8]) -> String {
        let mut signed = Vec::with_capacity(id.len() + body.len() + 16);
        signed.extend_from_slice(format!("{id}.{}.", seconds(now)).as_bytes());
        signed.extend_from_slice(body);
        let former = self.former.iter().filter(|(_, until)| now < *until).map(|(key, _)| key);
        let mac = |key: &Key| format!("v1,{}", STANDARD.encode(sign(key, &signed)));
        let mut all: Vec<String> = std::iter::once(&self.current).chain(former).map(mac).collect();
        if let Some(pair) = &self.pair {
            all.push(format!("v1a,{}", STANDARD.encode(pair.sign(&signed))));
        }
        all.join(" ")
    }

    /// What a receiver verifies `v1a` with: `whpk_…`.
    #[must_use]
    pub fn public_key(&self) -> Option<String> {
        self.pair.as_ref().map(|pair| format!("whpk_{}", STANDARD.encode(pair.public_key())))
    }
}

/// The value of `webhook-timestamp`.
#[must_use]
pub fn seconds(now: At) -> i64 {
    now.0.div_euclid(1_000_000)
}

/// A secret as customers know it.
#[must_use]
pub fn shown(secret: &[u8]) -> String {
    format!("whsec_{}", STANDARD.encode(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standards_own_libraries_is_signed_as_they_sign_it() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("the example's secret");
        let signer = Signer::new(&secret, None, None);
        let signed = signer.signature(
            At(1_614_265_330_000_000),
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_former_secret_signs_beside_the_new_one_until_its_end() {
        let signer = Signer::new(b"new", Some((b"old", At(10_000_000))), Some(&[7; SEED_BYTES]));
        let alone = |secret: &[u8], now| Signer::new(secret, None, None).signature(At(now), "id", b"{}");
        let both = signer.signature(At(9_000_000), "id", b"{}");
        let parts: Vec<&str> = both.split(' ').collect();
        assert_eq!(parts[..2], [alone(b"new", 9_000_000), alone(b"old", 9_000_000)]);
        assert!(parts[2].starts_with("v1a,"));
        assert_eq!(signer.signature(At(10_000_000), "id", b"{}").split(' ').count(), 2);
        assert!(signer.public_key().is_some_and(|key| key.starts_with("whpk_")));
    }
}
