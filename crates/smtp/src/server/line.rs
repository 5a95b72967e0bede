//! Command lines: found in the input, or refused.
//!
//! Guarantees
//! 1. Only CRLF ends a line; a lone CR or LF is reported, never treated as an end (RFC 5321 §2.3.8).
//! 2. Each byte is looked at once, however the input is cut; at most `max` bytes wait in the input.

use bytes::{Buf, BytesMut};

/// Finds one command line after another. Holds only how far it has looked.
#[derive(Debug, Default)]
pub(super) struct LineReader {
    /// Bytes at the start of the input that are known to hold no line end.
    seen: usize,
    /// The line outgrew its limit: its beginning is gone, its end is still to come.
    discarding: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A line of so many octets, its CRLF behind it, stands at the start of the input.
    Complete(usize),
    /// A line longer than the limit was consumed, CRLF included.
    TooLong,
    /// A CR without LF or an LF without CR.
    BareEnd,
    /// The end of the line has not arrived.
    Incomplete,
}

impl LineReader {
    /// `max`: octets of a line without its CRLF.
    pub(super) fn next(&mut self, input: &mut BytesMut, max: usize) -> Line {
        let Some(end) = memchr::memchr2(b'\r', b'\n', &input[self.seen..]).map(|at| at + self.seen) else {
            self.seen = input.len();
            self.shed(input, max);
            return Line::Incomplete;
        };
        if input[end] == b'\n' {
            return Line::BareEnd;
        }
        match input.get(end + 1) {
            Some(b'\n') => self.complete(input, end, max),
            Some(_) => Line::BareEnd,
            None => {
                self.seen = end;
                self.shed(input, max);
                Line::Incomplete
            }
        }
    }

    /// Whether the first octet of the input is the first of a line.
    pub(super) fn at_line_start(&self) -> bool {
        !self.discarding
    }

    fn complete(&mut self, input: &mut BytesMut, end: usize, max: usize) -> Line {
        self.seen = 0;
        if self.discarding || end > max {
            self.discarding = false;
            input.advance(end + 2);
            return Line::TooLong;
        }
        Line::Complete(end)
    }

    /// Drops the beginning of a line that is already too long, so that an endless line needs no memory.
    fn shed(&mut self, input: &mut BytesMut, max: usize) {
        if self.discarding || self.seen > max {
            self.discarding = true;
            input.advance(self.seen);
            self.seen = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_with_crlf_and_nothing_else() {
        let cases: &[(&[u8], Line)] = &[
            (b"NOOP\r\nQUIT", Line::Complete(4)),
            (b"\r\n", Line::Complete(0)),
            (b"12345678\r\n", Line::Complete(8)),
            (b"123456789\r\n", Line::TooLong),
            (b"NOOP\n", Line::BareEnd),
            (b"NOOP\rQUIT\r\n", Line::BareEnd),
            (b"NOOP\r\r\n", Line::BareEnd),
            (b"NOOP\r", Line::Incomplete),
            (b"NOOP", Line::Incomplete),
            (b"", Line::Incomplete),
        ];
        for (bytes, expected) in cases {
            let mut input = BytesMut::from(*bytes);
            assert_eq!(LineReader::default().next(&mut input, 8), *expected, "{bytes:?}");
        }
    }

    #[test]
    fn an_endless_line_keeps_no_more_than_its_limit() {
        let (mut reader, mut input) = (LineReader::default(), BytesMut::new());
        for _ in 0..1000 {
            input.extend_from_slice(b"xxx");
            assert_eq!(reader.next(&mut input, 8), Line::Incomplete);
            assert!(input.len() <= 8);
        }
        input.extend_from_slice(b"\r\nNOOP\r\n");
        assert_eq!(reader.next(&mut input, 8), Line::TooLong);
        assert_eq!(reader.next(&mut input, 8), Line::Complete(4));
    }
}
