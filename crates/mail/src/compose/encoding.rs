//! Transfer encodings of bodies (RFC 2045 §6): 7bit, quoted-printable, base64.
//!
//! Guarantees
//! 1. Encoded lines have at most 76 octets, 7bit lines at most 998, all end with CRLF.
//! 2. No encoded body contains `=_`, with which our boundaries begin; a 7bit body that does is encoded.

use crate::transfer;

/// RFC 5322 §2.1.1.
const LINE_MAX: usize = 998;

/// How a body travels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Encoding {
    SevenBit,
    QuotedPrintable,
    Base64,
}

impl Encoding {
    /// The plainest that is valid for `text`, whose lines end with CRLF; the shorter one where it must be encoded.
    pub(crate) fn for_text(text: &[u8]) -> Encoding {
        if is_seven_bit(text) {
            return Encoding::SevenBit;
        }
        let escaped = odd_octets(text) + memchr::memchr_iter(b'=', text).count();
        let quoted_length = text.len() + escaped * 2;
        if quoted_length <= text.len() / 3 * 4 { Encoding::QuotedPrintable } else { Encoding::Base64 }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Encoding::SevenBit => "7bit",
            Encoding::QuotedPrintable => "quoted-printable",
            Encoding::Base64 => "base64",
        }
    }

    /// Appends `body` so encoded, ending with CRLF.
    pub(crate) fn write(self, out: &mut Vec<u8>, body: &[u8]) {
        match self {
            Encoding::SevenBit => out.extend_from_slice(body),
            Encoding::QuotedPrintable => write_quoted_printable(out, body),
            Encoding::Base64 => write_base64(out, body),
        }
    }
}

/// Whether `text` may travel as it is: ASCII without odd controls, CRLF only and at the end, no long line, nothing like a boundary.
pub(super) fn is_seven_bit(text: &[u8]) -> bool {
    odd_octets(text) == 0 && lines_are_plain(text) && memchr::memmem::find(text, b"=_").is_none()
}

/// Counted to the end, which takes a fraction of the time of looking for the first.
fn odd_octets(text: &[u8]) -> usize {
    text.iter().filter(|b| !matches!(b, b' '..=b'~' | b'\t' | b'\r' | b'\n')).count()
}

/// Whether `text` consists of lines of at most [`LINE_MAX`] octets, with CR and LF in their CRLF only.
fn lines_are_plain(text: &[u8]) -> bool {
    let Some(behind_first) = text.get(1..) else { return false };
    let unpaired = |(a, b): &(&u8, &u8)| (**a == b'\r') != (**b == b'\n');
    text.ends_with(b"\r\n")
        && !text.starts_with(b"\n")
        && text.iter().zip(behind_first).filter(unpaired).count() == 0
        && lines_are_short(text)
}

/// Whether no line is longer than [`LINE_MAX`], looking from each as far ahead as one may reach.
fn lines_are_short(mut text: &[u8]) -> bool {
    while let Some(reach) = text.get(..LINE_MAX + 3) {
        let Some(end) = memchr::memrchr(b'\n', &reach[..LINE_MAX + 2]) else { return false };
        text = &text[end + 1..];
    }
    true
}

/// RFC 2045 §6.7. `body` has lines that end with CRLF.
fn write_quoted_printable(out: &mut Vec<u8>, body: &[u8]) {
    transfer::write_quoted_printable(out, body);
    if !body.is_empty() && !body.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
}

fn write_base64(out: &mut Vec<u8>, body: &[u8]) {
    transfer::write_base64(out, body);
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_printable_as_the_rfc_has_it() {
        let cases: &[(&str, &str)] = &[
            ("a=b\r\n", "a=3Db\r\n"),
            ("grün \r\n\tx\t\r\n", "gr=C3=BCn=20\r\n\tx=09\r\n"),
            ("a\rb", "a=0Db\r\n"),
            ("a\nb", "a=0Ab\r\n"),
            ("end ", "end=20\r\n"),
            ("", ""),
        ];
        for (text, expected) in cases {
            let mut out = Vec::new();
            write_quoted_printable(&mut out, text.as_bytes());
            assert_eq!(String::from_utf8_lossy(&out), *expected, "{text:?}");
        }
    }

    #[test]
    fn encoded_lines_have_at_most_76_octets() {
        for text in [
            "x".repeat(500),
            "ü".repeat(500),
            "a ü".repeat(200),
            format!("{}=", "x".repeat(75)),
            "x".repeat(76),
        ] {
            for encoding in [Encoding::QuotedPrintable, Encoding::Base64] {
                let mut out = Vec::new();
                encoding.write(&mut out, text.as_bytes());
                assert!(out.ends_with(b"\r\n"));
                assert!(
                    out.split(|b| *b == b'\n').all(|line| line.len() <= 77),
                    "{}",
                    String::from_utf8_lossy(&out)
                );
            }
        }
    }

    #[test]
    fn the_plainest_valid_encoding_is_taken() {
        let long = format!("{}\r\n", "x".repeat(999));
        let longest = format!("{}\r\n", "x".repeat(998));
        let long_between = format!("a line\r\n{long}and another\r\n");
        let many = "lines of some length that together are longer than one may be\r\n".repeat(100);
        let cases: &[(&str, Encoding)] = &[
            (&many, Encoding::SevenBit),
            (&long_between, Encoding::QuotedPrintable),
            ("\na bare LF at the beginning of it\r\n", Encoding::QuotedPrintable),
            ("hello\r\n", Encoding::SevenBit),
            (&longest, Encoding::SevenBit),
            (&long, Encoding::QuotedPrintable),
            ("a few ümlauts in a longer text\r\n", Encoding::QuotedPrintable),
            ("日本語の本文\r\n", Encoding::Base64),
            ("--=_looks like a boundary of ours\r\n", Encoding::QuotedPrintable),
            ("a nul \0 inside some text\r\n", Encoding::QuotedPrintable),
            ("a bare LF\ninside some text\r\n", Encoding::QuotedPrintable),
            ("a bare CR\rinside some text\r\n", Encoding::QuotedPrintable),
            ("a last line that is open\r\nhere", Encoding::QuotedPrintable),
            ("", Encoding::QuotedPrintable),
        ];
        for (text, expected) in cases {
            assert_eq!(Encoding::for_text(text.as_bytes()), *expected, "{text:?}");
        }
    }
}
