//! Replies of a peer, read line by line.
//!
//! Guarantees: bounded in line, lines and octets whatever the peer sends; a text of several lines keeps them apart by
//! `\n` and holds no other control character. Tolerated: LF alone as line end, no text, no enhanced status, any octets
//! in the text. Not tolerated: no code, or another code in the same reply (RFC 5321 §4.2.1).

use super::transcript::{Side, Transcript, push_printable};
use bytes::{Buf, BytesMut};
use mail::{EnhancedStatus, Reply};

/// Octets of a line without its LF. RFC 5321 §4.5.3.1.5 promises 512; some providers write longer ones.
pub const REPLY_LINE_MAX_BYTES: usize = 4096;
/// Lines of one reply.
pub const REPLY_LINES_MAX: usize = 128;
/// Octets of one reply.
pub const REPLY_MAX_BYTES: usize = 64 << 10;

/// What a peer did that no reading of the protocol allows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Misbehaviour {
    #[error("a reply line longer than {REPLY_LINE_MAX_BYTES} octets")]
    LineTooLong,
    #[error("a reply longer than {REPLY_LINES_MAX} lines or {REPLY_MAX_BYTES} octets")]
    ReplyTooLong,
    #[error("a line that does not begin with a reply code")]
    NoCode,
    #[error("a reply with two different codes")]
    CodeChanged,
    #[error("a reply {0} that does not answer the command")]
    Unexpected(u16),
    #[error("a reply to nothing")]
    Unasked,
    #[error("bytes behind the reply to STARTTLS")]
    BytesBeforeTls,
}

/// Gathers one reply at a time; its text buffer is used again for the next.
#[derive(Debug, Default)]
pub(super) struct ReplyReader {
    /// Octets at the start of the input that are known to hold no line end.
    seen: usize,
    reply: Gathered,
    complete: bool,
}

/// A reply, as far as it has been read.
#[derive(Debug, Default)]
struct Gathered {
    code: u16,
    status: Option<EnhancedStatus>,
    text: String,
    lines: usize,
    octets: usize,
}

impl ReplyReader {
    /// The code of the next reply, once all of it is there; the reply itself stays until the next call.
    pub(super) fn read(
        &mut self,
        now_us: u64,
        input: &mut BytesMut,
        transcript: &mut Transcript,
    ) -> Result<Option<u16>, Misbehaviour> {
        if std::mem::take(&mut self.complete) {
            self.reply.clear();
        }
        while let Some(end) = memchr::memchr(b'\n', &input[self.seen..]).map(|at| at + self.seen) {
            if end > REPLY_LINE_MAX_BYTES {
                return Err(Misbehaviour::LineTooLong);
            }
            let line = input[..end].strip_suffix(b"\r").unwrap_or(&input[..end]);
            transcript.line(now_us, Side::Server, line);
            let more = self.reply.line(line)?;
            input.advance(end + 1);
            self.seen = 0;
            if !more {
                self.complete = true;
                return Ok(Some(self.reply.code));
            }
        }
        self.seen = input.len();
        if self.seen > REPLY_LINE_MAX_BYTES { Err(Misbehaviour::LineTooLong) } else { Ok(None) }
    }

    /// The lines of the reply that was read last, without codes.
    pub(super) fn text(&self) -> &str {
        &self.reply.text
    }

    /// The reply that was read last.
    pub(super) fn reply(&self) -> Reply {
        Reply { code: self.reply.code, status: self.reply.status, text: self.reply.text.clone().into() }
    }
}

impl Gathered {
    fn clear(&mut self) {
        self.text.clear();
        (self.code, self.status, self.lines, self.octets) = (0, None, 0, 0);
    }

    /// Takes a line; gives whether another one follows.
    fn line(&mut self, line: &[u8]) -> Result<bool, Misbehaviour> {
        let code = code(line).ok_or(Misbehaviour::NoCode)?;
        let more = match line.get(3) {
            None | Some(b' ') => false,
            Some(b'-') => true,
            Some(_) => return Err(Misbehaviour::NoCode),
        };
        if self.lines > 0 && code != self.code {
            return Err(Misbehaviour::CodeChanged);
        }
        self.octets += line.len();
        if self.lines == REPLY_LINES_MAX || self.octets > REPLY_MAX_BYTES {
            return Err(Misbehaviour::ReplyTooLong);
        }
        let text = String::from_utf8_lossy(line.get(4..).unwrap_or_default());
        let mut text = &*text;
        if let Some((status, rest)) = EnhancedStatus::split(text) {
            // RFC 2034 §4: each line repeats the status. A line with another one keeps it as text.
            if self.lines == 0 {
                self.status = Some(status);
            }
            if self.status == Some(status) {
                text = rest;
            }
        }
        if self.lines > 0 {
            self.text.push('\n');
        }
        push_printable(text, &mut self.text);
        self.code = code;
        self.lines += 1;
        Ok(more)
    }
}

fn code(line: &[u8]) -> Option<u16> {
    let digits = line.get(..3)?;
    let ok = (b'2'..=b'5').contains(&digits[0]) && digits.iter().all(u8::is_ascii_digit);
    ok.then(|| digits.iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Option<Reply>, Misbehaviour> {
        let (mut reader, mut transcript) = (ReplyReader::default(), Transcript::default());
        let code = reader.read(0, &mut BytesMut::from(bytes), &mut transcript)?;
        Ok(code.map(|_| reader.reply()))
    }

    #[test]
    fn replies_as_peers_write_them() {
        let long = [b"250 ", &[b'x'; REPLY_LINE_MAX_BYTES][..], b"\r\n"].concat();
        type Case<'a> = (&'a [u8], Result<Option<Reply>, Misbehaviour>);
        let cases: &[Case] = &[
            (b"250 2.1.0 Ok\r\n", Ok(Some(Reply::new(250, (2, 1, 0), "Ok")))),
            (b"250 Ok\n", Ok(Some(Reply::bare(250, "Ok")))),
            (b"250\r\n", Ok(Some(Reply::bare(250, "")))),
            (b"421 4.7.0\r\n", Ok(Some(Reply::new(421, (4, 7, 0), "")))),
            (b"550-5.7.1 no\r\n550 5.7.1 way\r\n", Ok(Some(Reply::new(550, (5, 7, 1), "no\nway")))),
            (b"550-5.7.1 no\r\n550 way\r\n", Ok(Some(Reply::new(550, (5, 7, 1), "no\nway")))),
            (b"550-no\r\n550 5.7.1 way\r\n", Ok(Some(Reply::bare(550, "no\n5.7.1 way")))),
            (b"550 a\rb\x1b\0\xff\r\n", Ok(Some(Reply::bare(550, "a b  \u{fffd}")))),
            (b"250-Ok\r\n", Ok(None)),
            (b"250 Ok\r", Ok(None)),
            (b"250-a\r\n251 b\r\n", Err(Misbehaviour::CodeChanged)),
            (b"ok\r\n", Err(Misbehaviour::NoCode)),
            (b"\r\n", Err(Misbehaviour::NoCode)),
            (b"25\r\n", Err(Misbehaviour::NoCode)),
            (b"2500\r\n", Err(Misbehaviour::NoCode)),
            (b"150 go\r\n", Err(Misbehaviour::NoCode)),
            (b"650 go\r\n", Err(Misbehaviour::NoCode)),
            (&long, Err(Misbehaviour::LineTooLong)),
            (&long[..long.len() - 2], Err(Misbehaviour::LineTooLong)),
        ];
        for (bytes, expected) in cases {
            assert_eq!(read(bytes), *expected, "{}", bytes.escape_ascii());
        }
        assert_eq!(read(&b"250-x\r\n".repeat(REPLY_LINES_MAX + 1)), Err(Misbehaviour::ReplyTooLong));
        let wide = [b"250-".to_vec(), vec![b'x'; 4000], b"\r\n".to_vec()].concat();
        assert_eq!(read(&wide.repeat(17)), Err(Misbehaviour::ReplyTooLong));
    }
}
