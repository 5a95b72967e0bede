//! ID tokens and the keys of issuers.
//!
//! Properties
//! 1. Of any set those keys are kept that sign what is taken, and no more than there may be.
//! 2. What no key signed is not believed, whatever it says, whichever of its keys the input brings.

use mail::At;
use postrider::feature::person::oidc::token::{Refusal, Wanted, keys, read};

use super::{fields, text};
use crate::{Target, kind};

pub(super) const TOKEN: Target = Target {
    name: "id_token",
    check: token,
    tokens: &[
        "eyJhbGciOiJub25lIn0",
        "eyJhbGciOiJFUzI1NiJ9",
        "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ",
        "e30",
        ".",
        "..",
        "\u{1f}",
        "{\"keys\":[",
        "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\",\"kid\":\"k\"}",
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}",
        "\"use\":\"enc\",",
        "]}",
    ],
    input_max: 1_500,
    rounds: 2_000,
};

/// A token, and a set of keys.
fn token(input: &[u8]) -> u64 {
    let [token, set] = fields(input);
    let kept = keys(set);
    let count = kept.as_ref().map(Vec::len);
    assert!(count.is_none_or(|count| count <= 50));
    let wanted = Wanted { issuer: "i", client: "c", nonce: "n", now: At(0) };
    let read = read(&text(token), &kept.unwrap_or_default(), &wanted);
    let refusal = read.expect_err("no issuer of this name signed it");
    assert!(count.unwrap_or_default() > 0 || refusal != Refusal::Signature);
    kind((count.map(|count| count.min(3)), refusal.to_string()))
}
