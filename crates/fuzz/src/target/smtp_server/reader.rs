//! The slow reader: walks through what the client sent, with the replies beside it, by the letters of RFC 5321 and 3030.
//!
//! It knows nothing of sessions: the server's replies tell which command was taken; where commands, messages and chunks
//! begin and end it finds for itself. It panics where the two do not fit.

use std::collections::VecDeque;

use super::{LINE_MAX_BYTES, LINE_TEXT_MAX_BYTES, MESSAGE_MAX_BYTES, Served};
use crate::kind;
use crate::target::{only_crlf, position};

/// One reply: its code and its last line.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Said {
    code: u16,
    line: String,
}

struct Walk<'a> {
    rest: &'a [u8],
    replies: VecDeque<Said>,
    messages: VecDeque<(usize, &'a [u8])>,
    /// Recipients of the open transaction that were taken.
    recipients: usize,
    /// What earlier chunks brought.
    chunks: Vec<u8>,
    /// The next line belongs to AUTH.
    sasl: bool,
}

/// What follows from a line.
enum After {
    Next,
    /// The input ends in the middle of something: no reply is owed.
    Incomplete,
    Closed,
}

/// Walks through all of it; gives a number for the way.
pub(super) fn walk(input: &[u8], served: &Served) -> u64 {
    let replies = replies(&served.said);
    let way = kind(replies.iter().map(|said| &said.line[..said.line.len().min(9)]).collect::<Vec<_>>());
    let messages =
        served.messages.iter().map(|(envelope, content)| (envelope.forward_paths.len(), &content[..]));
    let mut walk = Walk {
        rest: input,
        replies: replies.into(),
        messages: messages.collect(),
        recipients: 0,
        chunks: Vec::new(),
        sasl: false,
    };
    while let After::Next = walk.line() {}
    assert_eq!(walk.replies, [], "a reply to nothing");
    assert!(walk.messages.is_empty(), "a message out of nothing");
    way
}

fn replies(said: &[u8]) -> Vec<Said> {
    let text = std::str::from_utf8(said).expect("replies are text");
    assert!(text.is_empty() || text.ends_with("\r\n"));
    let mut replies = Vec::new();
    for line in text.split_terminator("\r\n") {
        assert!(!line.contains(['\r', '\n']), "{line:?}");
        let code: u16 = line[..3].parse().expect("a line begins with a code");
        match &line[3..4] {
            " " => replies.push(Said { code, line: line.to_owned() }),
            mark => assert_eq!(mark, "-", "{line:?}"),
        }
    }
    replies
}

impl<'a> Walk<'a> {
    fn line(&mut self) -> After {
        if self.rest.first() == Some(&0x16) && self.replies.front().is_some_and(|said| said.code == 421) {
            return self.closed();
        }
        let Some(end) = self.rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')) else {
            return After::Incomplete;
        };
        match (self.rest[end], self.rest.get(end + 1)) {
            (b'\r', Some(b'\n')) => {}
            (b'\r', None) => return After::Incomplete,
            _ => {
                assert!(self.reply().line.contains("Bare CR or LF"));
                return After::Closed;
            }
        }
        let line = &self.rest[..end];
        self.rest = &self.rest[end + 2..];
        let sasl = std::mem::take(&mut self.sasl);
        let readable = line.len() <= LINE_MAX_BYTES && !line.iter().any(u8::is_ascii_control);
        match std::str::from_utf8(line) {
            Ok(text) if !sasl && readable => self.command(text),
            Ok(_) | Err(_) => {
                let reply = self.reply();
                self.sasl = reply.code == 334;
                assert!(sasl || reply.code != 354, "a message begins with a command");
                self.end_of(&reply)
            }
        }
    }

    fn command(&mut self, line: &str) -> After {
        let mut words = line.split_ascii_whitespace();
        let verb = words.next().filter(|_| !line.starts_with(' ')).unwrap_or("").to_ascii_uppercase();
        if verb == "BDAT" {
            let (size, mark, more) = (words.next().unwrap_or(""), words.next(), words.next());
            return self.chunk(size, mark, more);
        }
        let reply = self.reply();
        match (verb.as_str(), reply.code) {
            ("DATA", 354) => return self.data(),
            ("EHLO" | "HELO" | "RSET" | "MAIL", 250) => {
                self.recipients = 0;
                self.chunks.clear();
            }
            ("RCPT", 250) => self.recipients += 1,
            (_, 354) => panic!("{line:?} begins no message"),
            ("STARTTLS", 220) => return After::Closed,
            _ => self.sasl = reply.code == 334,
        }
        self.end_of(&reply)
    }

    fn data(&mut self) -> After {
        assert!(self.recipients > 0, "a message for nobody");
        let end = match self.rest.starts_with(b".\r\n") {
            true => Some((0, 3)),
            false => position(self.rest, b"\r\n.\r\n").map(|at| (at + 2, at + 5)),
        };
        let Some((end, next)) = end else { return After::Incomplete };
        let content = unstuffed(&self.rest[..end]);
        self.rest = &self.rest[next..];
        let reply = self.reply();
        self.decided(&reply, &content)
    }

    /// RFC 3030 §2: the size, then perhaps LAST.
    fn chunk(&mut self, size: &str, mark: Option<&str>, more: Option<&str>) -> After {
        let last = mark.is_some_and(|mark| mark.eq_ignore_ascii_case("LAST"));
        let well_formed =
            size.bytes().all(|byte| byte.is_ascii_digit()) && (last || mark.is_none()) && more.is_none();
        let size = size.parse::<u64>().ok().filter(|_| well_formed);
        let syntax = self.replies.front().is_some_and(|said| said.line.contains("Syntax: BDAT"));
        if syntax {
            return self.closed();
        }
        let size = size.expect("a chunk without a size was read");
        let Some((chunk, rest)) =
            usize::try_from(size).ok().and_then(|size| self.rest.split_at_checked(size))
        else {
            return After::Incomplete;
        };
        self.rest = rest;
        let reply = self.reply();
        self.chunks.extend_from_slice(chunk);
        match (reply.code, last) {
            (250, false) => self.end_of(&reply),
            (250, true) | (550 | 552, _) => {
                let content = std::mem::take(&mut self.chunks);
                if last {
                    return self.decided(&reply, &content);
                }
                assert!(!acceptable(&content), "a chunk refused without reason: {reply:?}");
                self.recipients = 0;
                self.end_of(&reply)
            }
            _ => {
                self.chunks.clear();
                self.end_of(&reply)
            }
        }
    }

    fn decided(&mut self, reply: &Said, content: &[u8]) -> After {
        assert_eq!(
            reply.code == 250,
            acceptable(content),
            "a message ends where it ends: {}",
            content.escape_ascii()
        );
        if reply.code == 250 {
            let message = self.messages.pop_front().expect("a 250 without a message");
            assert_eq!(message, (self.recipients, content));
        }
        self.recipients = 0;
        self.end_of(reply)
    }

    /// The reply to what was just read.
    fn reply(&mut self) -> Said {
        self.replies.pop_front().expect("every command gets a reply")
    }

    /// Whether the session goes on after `reply`.
    fn end_of(&mut self, reply: &Said) -> After {
        if matches!(reply.code, 221 | 421) {
            return After::Closed;
        }
        match self.replies.front() {
            Some(said) if said.line.contains("too many errors") => self.closed(),
            Some(_) | None => After::Next,
        }
    }

    /// The next reply is the last one.
    fn closed(&mut self) -> After {
        self.reply();
        After::Closed
    }
}

/// RFC 5321 §4.5.2: a dot at the start of a line is taken away.
fn unstuffed(stuffed: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for at in 0..stuffed.len() {
        let starts_line = at == 0 || stuffed[..at].ends_with(b"\r\n");
        if !(starts_line && stuffed[at] == b'.') {
            out.push(stuffed[at]);
        }
    }
    out
}

fn acceptable(content: &[u8]) -> bool {
    let mut rest = content;
    let mut longest = 0;
    while !rest.is_empty() {
        let end = position(rest, b"\r\n").unwrap_or(rest.len());
        longest = longest.max(end);
        rest = &rest[(end + 2).min(rest.len())..];
    }
    let size_ok = content.len() as u64 <= MESSAGE_MAX_BYTES && longest <= LINE_TEXT_MAX_BYTES;
    size_ok && only_crlf(content) && !content.contains(&0)
}
