//! The octets of a message on their way in: after DATA (dot-stuffed) or in BDAT chunks.
//!
//! Guarantees
//! 1. Only CRLF.CRLF ends DATA, or .CRLF as its very first line (RFC 5321 §4.1.1.4). Nothing else does, whatever a
//!    neighbour may believe: a lone CR or LF, or a NUL, refuses the whole message after its real end.
//! 2. What is kept is exact: octets as sent, stuffed dots removed, nothing normalised. No lone CR or LF is in it.
//! 3. One pass, one copy; a refused message keeps no memory while the rest of it flows by.

use bytes::Bytes;

/// Why a message is refused once it has ended. Of several reasons the last in this order is told: the first that is
/// met would depend on how the octets were cut.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Refused {
    /// The driver had no room for it: it may come again.
    NoRoom,
    TooBig,
    LineTooLong,
    Nul,
    BareLineEnd,
}

/// How the end of the message is marked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Framing {
    /// By a line with a dot; dots at the start of lines are doubled (RFC 5321 §4.5.2).
    Dots,
    /// By the sizes of the chunks; dots mean nothing (RFC 3030 §2).
    Chunks,
}

/// Where the next octet stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    LineStart,
    Middle,
    /// After a CR in a line.
    Cr,
    /// After a dot at the start of a line, which is not part of the message.
    Dot,
    /// After a dot at the start of a line and a CR: an LF now ends the message.
    DotCr,
}

/// How much a message may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct ContentLimits {
    pub message_max_bytes: u64,
    pub line_text_max_bytes: usize,
}

/// What `feed` made of a slice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Fed {
    pub consumed: usize,
    pub ended: bool,
}

#[derive(Debug)]
pub(super) struct Content {
    framing: Framing,
    limits: ContentLimits,
    place: Place,
    line_bytes: usize,
    /// Octets of the message so far, kept or not.
    octets: u64,
    kept: Vec<u8>,
    refused: Option<Refused>,
}

impl Content {
    /// `expected`: a guess of the size, to allocate once.
    pub(super) fn new(framing: Framing, limits: ContentLimits, expected: usize) -> Content {
        let kept = Vec::with_capacity(expected);
        Content { framing, limits, place: Place::LineStart, line_bytes: 0, octets: 0, kept, refused: None }
    }

    /// Takes octets up to the end of the message or of `input`.
    pub(super) fn feed(&mut self, input: &[u8]) -> Fed {
        // `input[from..at]` belongs to the message and is not copied yet.
        let (mut from, mut at) = (0, 0);
        while let Some(&byte) = input.get(at) {
            match self.place {
                Place::LineStart if byte == b'.' && self.framing == Framing::Dots => {
                    self.keep(&input[from..at]);
                    at += 1;
                    from = at;
                    self.place = Place::Dot;
                }
                Place::Dot if byte == b'\r' => {
                    at += 1;
                    from = at;
                    self.place = Place::DotCr;
                }
                Place::DotCr if byte == b'\n' => return Fed { consumed: at + 1, ended: true },
                Place::DotCr => {
                    self.refuse(Refused::BareLineEnd);
                    self.place = Place::Middle;
                }
                Place::Cr if byte == b'\n' => {
                    at += 1;
                    self.line_bytes = 0;
                    self.place = Place::LineStart;
                }
                Place::Cr => {
                    self.refuse(Refused::BareLineEnd);
                    self.place = Place::Middle;
                }
                Place::LineStart | Place::Dot => self.place = Place::Middle,
                Place::Middle => at += self.middle(&input[at..]),
            }
        }
        self.keep(&input[from..]);
        Fed { consumed: input.len(), ended: false }
    }

    /// Goes to just behind the next octet that means something in a line; gives how far that was.
    fn middle(&mut self, rest: &[u8]) -> usize {
        let found = memchr::memchr3(b'\r', b'\n', 0, rest);
        self.line_bytes += found.unwrap_or(rest.len());
        if self.line_bytes > self.limits.line_text_max_bytes {
            self.refuse(Refused::LineTooLong);
        }
        let Some(found) = found else { return rest.len() };
        match rest[found] {
            b'\r' => self.place = Place::Cr,
            b'\n' => self.refuse(Refused::BareLineEnd),
            _ => self.refuse(Refused::Nul),
        }
        found + 1
    }

    fn keep(&mut self, run: &[u8]) {
        self.octets += run.len() as u64;
        if self.octets > self.limits.message_max_bytes {
            self.refuse(Refused::TooBig);
        }
        if self.refused.is_none() {
            self.make_place(run.len());
            self.kept.extend_from_slice(run);
        }
    }

    /// Doubles what is allocated, but never beyond the largest message.
    fn make_place(&mut self, more: usize) {
        let (len, capacity) = (self.kept.len(), self.kept.capacity());
        if len + more > capacity {
            let max = usize::try_from(self.limits.message_max_bytes).unwrap_or(usize::MAX);
            let wanted = capacity.saturating_mul(2).min(max).max(len + more);
            self.kept.reserve_exact(wanted - len);
        }
    }

    /// Refuses it, whatever more comes; its memory is given back at once.
    pub(super) fn refuse(&mut self, why: Refused) {
        self.refused = self.refused.max(Some(why));
        self.kept = Vec::new();
    }

    /// Octets of memory that it takes.
    pub(super) fn held_bytes(&self) -> usize {
        self.kept.capacity()
    }

    pub(super) fn refused(&self) -> Option<Refused> {
        self.refused
    }

    /// The message, once its end was seen.
    pub(super) fn finish(self) -> Result<Bytes, Refused> {
        match self.refused {
            Some(why) => Err(why),
            // Only a last chunk can end here: DATA ends with LF.
            None if self.place == Place::Cr => Err(Refused::BareLineEnd),
            None => Ok(Bytes::from(self.kept)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: ContentLimits = ContentLimits { message_max_bytes: 62, line_text_max_bytes: 32 };

    fn read(bytes: &[u8], cut: usize) -> Option<Result<Bytes, Refused>> {
        let mut content = Content::new(Framing::Dots, LIMITS, 0);
        for piece in bytes.chunks(cut) {
            if content.feed(piece).ended {
                return Some(content.finish());
            }
        }
        None
    }

    #[test]
    fn data_ends_at_crlf_dot_crlf_and_loses_its_stuffing() {
        type Case<'a> = (&'a [u8], Result<&'a [u8], Refused>);
        let cases: &[Case] = &[
            (b"hello\r\n.\r\n", Ok(b"hello\r\n")),
            (b".\r\n", Ok(b"")),
            (b"..\r\n.\r\n", Ok(b".\r\n")),
            (b"a\r\n..b\r\n.c\r\n.\r\n", Ok(b"a\r\n.b\r\nc\r\n")),
            (b"\r\n\r\n.\r\n", Ok(b"\r\n\r\n")),
            (b"a\nb\r\n.\r\n", Err(Refused::BareLineEnd)),
            (b"a\rb\r\n.\r\n", Err(Refused::BareLineEnd)),
            (b"a\0b\r\n.\r\n", Err(Refused::Nul)),
            (b"a\r\n.\rb\r\n.\r\n", Err(Refused::BareLineEnd)),
            (b"123456789 123456789 123456789 123\0\nb\r\n.\r\n", Err(Refused::BareLineEnd)),
            (
                b"123456789 123456789\r\n123456789 123456789\r\n123456789 123456789\r\n\0.\r\n.\r\n",
                Err(Refused::Nul),
            ),
            (b"123456789 123456789 123456789 123\r\n.\r\n", Err(Refused::LineTooLong)),
            (
                b"123456789 123456789\r\n123456789 123456789\r\n123456789 123456789\r\n.\r\n",
                Err(Refused::TooBig),
            ),
        ];
        for (bytes, expected) in cases {
            for cut in 1..=bytes.len() {
                let got = read(bytes, cut).expect("every case has an end");
                assert_eq!(
                    got.as_deref(),
                    expected.as_ref().map(|b| *b),
                    "{:?} cut {cut}",
                    bytes.escape_ascii()
                );
            }
        }
    }

    #[test]
    fn a_refused_message_keeps_no_memory() {
        let mut content = Content::new(Framing::Dots, LIMITS, 64);
        for _ in 0..1000 {
            content.feed(b"123456789 123456789\r\n");
            assert!(content.kept.len() as u64 <= LIMITS.message_max_bytes);
        }
        assert_eq!((content.kept.capacity(), content.finish()), (0, Err(Refused::TooBig)));
    }

    /// What other servers have taken for the end of data (CVE-2023-51764 and its kin).
    #[test]
    fn no_smuggled_end_ends_data() {
        let ends: &[&[u8]] = &[
            b"\n.\n",
            b"\n.\r\n",
            b"\r\n.\n",
            b"\r\n.\r",
            b"\r.\r",
            b"\r.\r\n",
            b"\n.\r",
            b"\r.\n",
            b"\n\n.\n",
            b"\r\n.\r\r\n",
            b"\r\r\n.\r\r\n",
            b"\r\n\0.\r\n",
            b"\r\n.\0\r\n",
            b"\r\n.\r\0\n",
            b"\n.\r\r\n",
            b"\r\r\n.\n",
            b"\r\n .\r\n",
            b"\r\n.\t\r\n",
            b"\r\n.\x0b\n",
            b"\xc2\x85.\xc2\x85",
        ];
        for end in ends {
            let dialogue = [b"a", *end, b"MAIL FROM:<x@y>\r\n", b".\r\n"].concat();
            for cut in 1..=dialogue.len() {
                let mut content = Content::new(Framing::Dots, LIMITS, 0);
                let consumed: usize = dialogue.chunks(cut).map(|piece| content.feed(piece).consumed).sum();
                assert_eq!(consumed, dialogue.len(), "{:?} ended early", end.escape_ascii());
            }
        }
    }
}
