//! The two encodings in which a body can travel (RFC 2045 §6.7, §6.8), octet by octet.
//!
//! Guarantees: encoded lines have at most 76 octets and end with CRLF, but for the last, which ends as the body does
//! (quoted-printable) or without one (base64); time and memory are linear in the body.
//!
//! Not here: which of them a body needs, and how one is decoded.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// RFC 2045 §6.7 (5) and §6.8.
const ENCODED_LINE_MAX: usize = 76;
/// Octets that fill one line of base64.
const BASE64_LINE_OCTETS: usize = ENCODED_LINE_MAX / 4 * 3;

/// Appends `body` in quoted-printable (RFC 2045 §6.7); its CRLFs stay line ends, a CR or LF alone is escaped.
pub fn write_quoted_printable(out: &mut Vec<u8>, body: &[u8]) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let (mut column, mut at) = (0, 0);
    while at < body.len() {
        let byte = body[at];
        if body[at..].starts_with(b"\r\n") {
            out.extend_from_slice(b"\r\n");
            (column, at) = (0, at + 2);
            continue;
        }
        let ends_line = at + 1 == body.len() || body[at + 1..].starts_with(b"\r\n");
        let literal = match byte {
            b'=' => false,
            b' ' | b'\t' => !ends_line,
            byte => (b'!'..=b'~').contains(&byte),
        };
        // A soft line break takes a column itself.
        if column + if literal { 1 } else { 3 } > ENCODED_LINE_MAX - 1 {
            out.extend_from_slice(b"=\r\n");
            column = 0;
        }
        if literal {
            out.push(byte);
            column += 1;
        } else {
            out.extend_from_slice(&[b'=', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
            column += 3;
        }
        at += 1;
    }
}

/// Appends `body` in base64 (RFC 2045 §6.8).
pub fn write_base64(out: &mut Vec<u8>, body: &[u8]) {
    let mut line = [0; ENCODED_LINE_MAX];
    for (number, octets) in body.chunks(BASE64_LINE_OCTETS).enumerate() {
        if number > 0 {
            out.extend_from_slice(b"\r\n");
        }
        let length =
            STANDARD.encode_slice(octets, &mut line).expect("invariant: 57 octets fill 76 characters");
        out.extend_from_slice(&line[..length]);
    }
}
