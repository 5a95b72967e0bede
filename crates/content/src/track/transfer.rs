//! Content transfer encodings (RFC 2045 §6), both ways.
//!
//! Guarantee: what is not exactly as the RFC has it is not decoded, so that nothing is lost by decoding and encoding again.

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use mail::transfer::{write_base64, write_quoted_printable};

/// Longest line of a body that is not encoded (RFC 5322 §2.1.1).
const LINE_MAX: usize = 998;
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// How a body travels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Encoding {
    /// 7bit, 8bit, binary: as it is.
    Identity,
    QuotedPrintable,
    Base64,
}

impl Encoding {
    /// By the name in the header; `None` for one that the RFC does not know.
    pub(super) fn named(name: &str) -> Option<Encoding> {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        if ["", "7bit", "8bit", "binary"].into_iter().any(is) {
            return Some(Encoding::Identity);
        }
        if is("quoted-printable") {
            return Some(Encoding::QuotedPrintable);
        }
        is("base64").then_some(Encoding::Base64)
    }

    /// `None` when the body is not so encoded.
    pub(super) fn decode(self, body: &[u8]) -> Option<Vec<u8>> {
        match self {
            Encoding::Identity => Some(body.to_vec()),
            Encoding::QuotedPrintable => decode_quoted_printable(body),
            Encoding::Base64 => {
                let dense: Vec<u8> =
                    body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
                BASE64.decode(dense).ok()
            }
        }
    }

    /// The first octets of a body, up to `max`; fewer where it is not so encoded.
    pub(crate) fn decode_start(self, body: &[u8], max: usize) -> Vec<u8> {
        // No encoding needs four octets for one but between white space.
        let start = &body[..body.len().min(4 * max)];
        let mut octets = match self {
            Encoding::Identity => start.to_vec(),
            Encoding::QuotedPrintable => {
                // Cut between lines and escapes.
                let end = start.iter().rposition(|byte| *byte == b'=').filter(|at| at + 3 > start.len());
                decode_quoted_printable(&start[..end.unwrap_or(start.len())]).unwrap_or_default()
            }
            Encoding::Base64 => {
                // Readers skip what is no letter of the alphabet.
                let letters = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
                let mut dense: Vec<u8> = start.iter().copied().filter(letters).collect();
                dense.truncate(dense.len() / 4 * 4);
                BASE64.decode(dense).unwrap_or_default()
            }
        };
        octets.truncate(max);
        octets
    }

    /// The encoding in which `body` can travel: this one, unless a line is too long to go as it is.
    pub(super) fn fit_for(self, body: &[u8]) -> Encoding {
        let too_long = || body.split(|byte| *byte == b'\n').any(|line| line.len() > LINE_MAX);
        if self == Encoding::Identity && too_long() { Encoding::QuotedPrintable } else { self }
    }

    pub(super) fn encode(self, body: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(body.len() / 2 * 3);
        match self {
            Encoding::Identity => out.extend_from_slice(body),
            Encoding::QuotedPrintable => write_quoted_printable(&mut out, body),
            Encoding::Base64 => write_base64(&mut out, body),
        }
        out
    }
}

fn decode_quoted_printable(body: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(stop) = memchr::memchr2(b'=', b'\n', rest) {
        if rest[stop] == b'\n' {
            let line = rest[..stop].strip_suffix(b"\r");
            // White space at the end of a line is the transport's (RFC 2045 §6.7 (3)).
            out.extend_from_slice(line.unwrap_or(&rest[..stop]).trim_ascii_end());
            out.extend_from_slice(if line.is_some() { b"\r\n" } else { b"\n" });
            rest = &rest[stop + 1..];
            continue;
        }
        out.extend_from_slice(&rest[..stop]);
        rest = &rest[stop + 1..];
        match rest {
            [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                out.push(hex(*high) << 4 | hex(*low));
                rest = &rest[2..];
            }
            _ => {
                let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
                let end = rest[blanks..].strip_prefix(b"\r\n").or_else(|| rest[blanks..].strip_prefix(b"\n"));
                match end {
                    Some(after) => rest = after,
                    None if rest.len() == blanks => rest = &[],
                    None => return None,
                }
            }
        }
    }
    out.extend_from_slice(rest);
    Some(out)
}

fn hex(digit: u8) -> u8 {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok()).unwrap_or(0)
}
