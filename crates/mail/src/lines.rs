//! Line ends: what leaves us holds CR and LF only as CRLF (RFC 5321 §2.3.8), so that no peer sees an end of data that we did not mean.
//!
//! Not here: dot-stuffing and the end of data (`smtp`).

use std::borrow::Cow;

/// The same lines with every bare CR and bare LF made CRLF, and CRLF at the end. Borrows when nothing had to change.
#[must_use]
pub fn canonical_lines(message: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = first_bare(message) else {
        if message.ends_with(b"\r\n") {
            return Cow::Borrowed(message);
        }
        return Cow::Owned([message, b"\r\n"].concat());
    };
    let mut out = Vec::with_capacity(message.len() + message.len() / 16 + 2);
    out.extend_from_slice(&message[..first]);
    let mut rest = &message[first..];
    while let Some(at) = memchr::memchr2(b'\r', b'\n', rest) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(b"\r\n");
        let pair = rest[at..].starts_with(b"\r\n");
        rest = &rest[at + if pair { 2 } else { 1 }..];
    }
    out.extend_from_slice(rest);
    if !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    Cow::Owned(out)
}

/// Where the first CR or LF stands that is not part of CRLF.
fn first_bare(bytes: &[u8]) -> Option<usize> {
    let mut after_pair = 0;
    memchr::memchr2_iter(b'\r', b'\n', bytes).find(|&at| {
        let pair = bytes[at..].starts_with(b"\r\n");
        let second = at < after_pair;
        if pair {
            after_pair = at + 2;
        }
        !pair && !second
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_ends_with_crlf_and_nothing_else() {
        let cases: &[(&str, &str)] = &[
            ("", "\r\n"),
            ("a", "a\r\n"),
            ("a\r\n", "a\r\n"),
            ("a\nb\n", "a\r\nb\r\n"),
            ("a\rb", "a\r\nb\r\n"),
            ("a\r\r\nb\r\n", "a\r\n\r\nb\r\n"),
            ("a\r\n\nb", "a\r\n\r\nb\r\n"),
            ("a\n\r\nb\r", "a\r\n\r\nb\r\n"),
            ("a\r\n.\r\nb\n.\n", "a\r\n.\r\nb\r\n.\r\n"),
        ];
        for (before, after) in cases {
            assert_eq!(String::from_utf8_lossy(&canonical_lines(before.as_bytes())), *after, "{before:?}");
        }
        assert!(matches!(canonical_lines(b"a\r\nb\r\n"), Cow::Borrowed(_)));
    }
}
