//! Content transfer encodings (RFC 2045 §6), both ways.
//!
//! Guarantee: what is not exactly as the RFC has it is not decoded, so that nothing is lost by decoding and encoding again. Where a
//! body is only looked at, it is read as loosely as any reader would.

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

/// What a reader takes padding for that stands before the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Padding {
    Skipped,
    /// What follows is encoded by itself.
    BeginsAnew,
}

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

    /// How a body may begin once it is decoded, as each common reader would have it: readers skip what they do not understand,
    /// or take it as it is. An encoding that the RFC does not know may be taken for any. Up to `max` octets each, in one pass.
    pub(crate) fn beginnings(encoding: Option<Encoding>, body: &[u8], max: usize) -> Vec<Vec<u8>> {
        let raw = || body[..body.len().min(max)].to_vec();
        let printable = || [b"=".as_slice(), b""].map(|odd| quoted_printable_start(body, max, odd));
        let letters =
            || [Padding::Skipped, Padding::BeginsAnew].map(|padding| base64_start(body, max, padding));
        match encoding {
            Some(Encoding::Identity) => vec![raw()],
            Some(Encoding::QuotedPrintable) => printable().into(),
            Some(Encoding::Base64) => letters().into(),
            None => std::iter::once(raw()).chain(printable()).chain(letters()).collect(),
        }
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

/// The first octets of quoted-printable; `odd` stands for a `=` that begins no escape.
fn quoted_printable_start(body: &[u8], max: usize, odd: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(max);
    let mut rest = body;
    while let Some((byte, behind)) = rest.split_first()
        && out.len() < max
    {
        rest = behind;
        match behind {
            _ if *byte != b'=' => out.push(*byte),
            [high, low, after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                out.push(hex(*high) << 4 | hex(*low));
                rest = after;
            }
            _ => {
                let blanks = behind.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
                let end = &behind[blanks..];
                match end.strip_prefix(b"\r\n").or_else(|| end.strip_prefix(b"\n")) {
                    Some(after) => rest = after,
                    None => out.extend_from_slice(odd),
                }
            }
        }
    }
    out.truncate(max);
    out
}

/// The first octets of base64, whatever stands between its letters.
fn base64_start(body: &[u8], max: usize, padding: Padding) -> Vec<u8> {
    let mut out = Vec::with_capacity(max);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in body {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' if padding == Padding::BeginsAnew => {
                count = 0;
                continue;
            }
            _ => continue,
        };
        (bits, count) = (bits << 6 | u32::from(value), count + 6);
        if count >= 8 {
            count -= 8;
            out.push((bits >> count & 0xff) as u8);
            if out.len() == max {
                break;
            }
        }
    }
    out
}

fn hex(digit: u8) -> u8 {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok()).unwrap_or(0)
}
