//! Tests only: keys of an issuer, made here, and tokens that they sign.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// A key pair.
pub(in crate::feature::person) enum Pair {
    Rsa(Box<RsaKeyPair>),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

pub(in crate::feature::person) fn shown(octets: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(octets)
}

impl Pair {
    pub(in crate::feature::person) fn rsa(size: KeySize) -> Pair {
        Pair::Rsa(Box::new(RsaKeyPair::generate(size).expect("a key pair")))
    }

    pub(in crate::feature::person) fn p256() -> Pair {
        Pair::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key pair"))
    }

    pub(in crate::feature::person) fn ed25519() -> Pair {
        Pair::Ed25519(Ed25519KeyPair::generate().expect("a key pair"))
    }

    pub(in crate::feature::person) fn algorithm(&self) -> &'static str {
        match self {
            Pair::Rsa(_) => "RS256",
            Pair::P256(_) => "ES256",
            Pair::Ed25519(_) => "EdDSA",
        }
    }

    /// The public half, as an issuer publishes it.
    pub(in crate::feature::person) fn jwk(&self, id: &str) -> Value {
        match self {
            Pair::Rsa(pair) => {
                // RSAPublicKey: the modulus of 2,048 bits behind 9 octets of headers, then the exponent of three.
                let der = pair.public_key().as_ref();
                let (n, e) = (&der[9..9 + 256], &der[der.len() - 3..]);
                json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": id, "n": shown(n), "e": shown(e) })
            }
            Pair::P256(pair) => {
                let point = pair.public_key().as_ref();
                json!({ "kty": "EC", "crv": "P-256", "kid": id, "x": shown(&point[1..33]), "y": shown(&point[33..]) })
            }
            Pair::Ed25519(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "kid": id, "x": shown(pair.public_key().as_ref()) })
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).expect("signed");
                signature
            }
            Pair::P256(pair) => pair.sign(&random, message).expect("signed").as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    /// A token with this head, whatever it says.
    pub(in crate::feature::person) fn token(&self, head: &Value, claims: &Value) -> String {
        let message =
            format!("{}.{}", shown(head.to_string().as_bytes()), shown(claims.to_string().as_bytes()));
        format!("{message}.{}", shown(&self.sign(message.as_bytes())))
    }
}
