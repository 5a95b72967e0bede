//! DKIM signatures, verified by the book (RFC 6376 §3.4 and §3.7, RFC 8463), step by step and slowly.
//!
//! Properties: what we sign verifies, whatever stands in the message; a changed subject, body or a second From does not.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail::dkim::{Signer, SigningKey, sign};
use mail::{At, Domain, Headers};

use crate::{Target, kind, target};

pub(super) const TARGET: Target = Target {
    name: "dkim",
    check,
    tokens: &[
        "From: a@b.test\r\n",
        "From : c@d.test\r\n",
        "Subject: a  b\t c\r\n",
        "Subject:\r\n folded\r\n\t more \r\n",
        "To:\r\n",
        "DATE:d\r\n",
        "DKIM-Signature: v=1\r\n",
        "References: <a@b>\r\n",
        "\r\n\r\n",
        " \r\n",
        "\t\r\n",
        "\r\n",
        "  ",
        "\t",
        "\r",
        "\n",
        "text",
    ],
    input_max: 1_500,
    rounds: 500,
};

const SEED: [u8; 32] = [7; 32];

fn check(input: &[u8]) -> u64 {
    let Ok(headers) = Headers::scan(input) else { return kind("unread") };
    let pair = || Ed25519KeyPair::from_seed_unchecked(&SEED).expect("a seed");
    let signer = Signer {
        domain: Domain::parse("example.org").expect("a domain"),
        selector: Domain::parse("s1").expect("a selector"),
        key: SigningKey::Ed25519(pair()),
    };
    let public = pair().public_key().as_ref().to_vec();
    let signature = sign(&[&signer], At(0), &headers, headers.body()).expect("the key signs");
    let separator: &[u8] = if headers.is_separated() { b"" } else { b"\r\n" };
    let (section, body) = input.split_at(headers.fields_end());
    let signed = [&signature, section, separator, body].concat();
    assert!(verifies(&signed, &public), "{}", signed.escape_ascii());
    for forged in [
        [&signature, &b"From: evil@x.test\r\n"[..], section, separator, body].concat(),
        [&signature, section, &b"Subject: more\r\n"[..], separator, body].concat(),
        [&signed[..], b"\r\nmore"].concat(),
    ] {
        assert!(!verifies(&forged, &public), "{}", forged.escape_ascii());
    }
    let body = relaxed_body(headers.body());
    kind((headers.fields().count().min(9), body.len() == headers.body().len(), signature.len() / 8))
}

fn verifies(message: &[u8], public: &[u8]) -> bool {
    let headers = Headers::scan(message).expect("it was scanned before");
    let field = headers.fields().next().expect("the signature stands first");
    assert_eq!(field.name, "DKIM-Signature");
    let value = target::text(field.value);
    let bare: String = value.chars().filter(|c| !c.is_whitespace()).collect();
    let tag = |name: &str| {
        let found = bare.split(';').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
        found.unwrap_or_else(|| panic!("no {name}= in {bare}")).to_owned()
    };
    if STANDARD.encode(digest(&SHA256, &relaxed_body(headers.body()))) != tag("bh") {
        return false;
    }
    // §5.4.2: the last instance first; one that is not there counts as empty.
    let mut left: Vec<_> = headers.fields().skip(1).collect();
    let mut data = Vec::new();
    for name in tag("h").split(':') {
        if let Some(at) = left.iter().rposition(|field| field.name.eq_ignore_ascii_case(name)) {
            let field = left.remove(at);
            data.extend(relaxed_field(field.name, field.value));
            data.extend_from_slice(b"\r\n");
        }
    }
    let unsigned = &field.value[..value.rfind("b=").expect("b= is the last tag") + 2];
    data.extend(relaxed_field(field.name, unsigned));
    let digest = digest(&SHA256, &data);
    let signature = STANDARD.decode(tag("b")).expect("base64");
    UnparsedPublicKey::new(&ED25519, public).verify(digest.as_ref(), &signature).is_ok()
}

/// §3.4.2: lowered, unfolded, runs of blanks made one, none at the ends.
fn relaxed_field(name: &str, value: &[u8]) -> Vec<u8> {
    let unfolded: Vec<u8> = value.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    let words = unfolded.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty());
    let value = words.collect::<Vec<_>>().join(&b' ');
    [name.to_ascii_lowercase().as_bytes(), b":", &value].concat()
}

/// §3.4.4: blanks at the ends of lines gone, runs of them made one, no empty lines at the end.
fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    let mut rest = body;
    while !rest.is_empty() {
        let end = target::position(rest, b"\r\n");
        let line = &rest[..end.unwrap_or(rest.len())];
        let mut reduced: Vec<u8> =
            line.iter().map(|byte| if *byte == b'\t' { b' ' } else { *byte }).collect();
        reduced.dedup_by(|a, b| *a == b' ' && *b == b' ');
        if reduced.last() == Some(&b' ') {
            reduced.pop();
        }
        lines.push(reduced);
        rest = &rest[end.map_or(rest.len(), |end| end + 2)..];
    }
    while lines.last().is_some_and(Vec::is_empty) {
        lines.pop();
    }
    lines.iter().flat_map(|line| [line, &b"\r\n"[..]].concat()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slow_verifier_knows_the_example_of_the_book() {
        assert_eq!(relaxed_body(b" C \r\nD \t E\r\n\r\n\r\n"), b" C\r\nD E\r\n");
        assert_eq!(relaxed_field("B ".trim(), b" Y\t\r\n\tZ  "), b"b:Y Z");
    }
}
