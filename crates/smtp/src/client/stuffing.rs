//! Dot-stuffing: the form in which a message follows DATA (RFC 5321 §4.5.2).
//!
//! Guarantees
//! 1. The pieces, written one after the other, end with CRLF.CRLF, and hold CRLF.CRLF nowhere else.
//! 2. Nothing is copied. A receiver that removes the stuffing gets the message back, with a CRLF at its end.
//!
//! The message must be canonical, as everything accepted is: no CR without LF, no LF without CR.

use memchr::memmem;

/// Whether a line of `content` begins with a dot. One pass.
#[must_use]
pub fn needs_stuffing(content: &[u8]) -> bool {
    content.first() == Some(&b'.') || memmem::find(content, b"\r\n.").is_some()
}

/// The slices to write after 354: the message stuffed, then the end of data.
#[derive(Clone, Debug)]
pub struct Stuffed<'a> {
    rest: Part<'a>,
    /// What closes the message: it depends on how the content ends.
    end: &'static [u8],
}

#[derive(Clone, Debug)]
enum Part<'a> {
    /// Content whose first octet is at the start of the message.
    First(&'a [u8]),
    /// Content whose first octet was written once already if it is a dot: the doubled one.
    Rest(&'a [u8]),
    End,
    Done,
}

impl<'a> Stuffed<'a> {
    #[must_use]
    pub fn new(content: &'a [u8]) -> Stuffed<'a> {
        let end: &[u8] =
            if content.is_empty() || content.ends_with(b"\r\n") { b".\r\n" } else { b"\r\n.\r\n" };
        let rest = if content.is_empty() { Part::End } else { Part::First(content) };
        Stuffed { rest, end }
    }
}

impl<'a> Iterator for Stuffed<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        match self.rest {
            Part::First(content) if content[0] == b'.' => {
                self.rest = Part::Rest(content);
                Some(b".")
            }
            Part::First(content) | Part::Rest(content) => match memmem::find(content, b"\r\n.") {
                Some(at) => {
                    // The dot is written here, and again as the first octet of the next piece.
                    self.rest = Part::Rest(&content[at + 2..]);
                    Some(&content[..at + 3])
                }
                None => {
                    self.rest = Part::End;
                    Some(content)
                }
            },
            Part::End => {
                self.rest = Part::Done;
                Some(self.end)
            }
            Part::Done => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_stuffed_and_ended() {
        let cases: &[(&[u8], &[u8], usize)] = &[
            (b"", b".\r\n", 1),
            (b"hi\r\n", b"hi\r\n.\r\n", 2),
            (b"hi", b"hi\r\n.\r\n", 2),
            (b".", b"..\r\n.\r\n", 3),
            (b".\r\n", b"..\r\n.\r\n", 3),
            (b".\r\n.\r\n", b"..\r\n..\r\n.\r\n", 4),
            (b"a\r\n.b\r\n..c\r\n", b"a\r\n..b\r\n...c\r\n.\r\n", 4),
            (b"a.b\r\n\r\n.\r\n", b"a.b\r\n\r\n..\r\n.\r\n", 3),
        ];
        for (content, expected, pieces) in cases {
            let got: Vec<_> = Stuffed::new(content).collect();
            assert_eq!(got.concat(), *expected, "{}", content.escape_ascii());
            assert_eq!(got.len(), *pieces, "{}", content.escape_ascii());
        }
        assert!(!needs_stuffing(b"a.b\r\nc"));
        assert!(needs_stuffing(b".a") && needs_stuffing(b"a\r\n.b"));
    }
}
