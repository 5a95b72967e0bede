//! A mail transaction: MAIL, RCPT, then DATA or BDAT, then the driver's answer.
//!
//! Guarantees: a transaction ends with exactly one of: accepted by the driver, refused with a reason, abandoned by
//! RSET, EHLO or the end of the session. Octets that belong to a chunk are never read as commands.

use super::content::{Content, ContentLimits, Framing, Refused};
use super::path::{self, Draft};
use super::session::{ServerSession, Sink, State, Step};
use super::{Action, Received, TlsState, command, say};
use bytes::{Buf, BytesMut};
use std::mem;
use std::sync::Arc;

/// The most that is allocated for a message before its octets are there, whatever size the client declares.
const CONTENT_AHEAD_MAX_BYTES: usize = 64 << 10;
/// What is allocated for a message of unknown size.
const CONTENT_AHEAD_BYTES: usize = 4 << 10;

impl ServerSession {
    pub(super) fn mail(&mut self, argument: &str, out: &mut Vec<u8>) -> Step {
        if self.client.is_none() {
            return self.refuse(say::HELLO_FIRST, out);
        }
        if !self.authenticated && !self.trusted {
            let why = if self.auth_possible() || !self.tls_possible() {
                say::AUTH_MISSING
            } else {
                say::TLS_MISSING
            };
            return self.refuse(why, out);
        }
        match path::reverse_path(argument) {
            Ok(draft) if draft.declared_bytes > self.limits().message_max_bytes => {
                self.say(say::TOO_BIG, out)
            }
            Ok(draft) => {
                self.state = State::Envelope(Box::new(draft));
                self.say(say::SENDER_OK, out)
            }
            Err(reply) => self.refuse(reply, out),
        }
    }

    pub(super) fn rcpt(&mut self, argument: &str, out: &mut Vec<u8>) -> Step {
        let State::Envelope(draft) = &mut self.state else { return self.refuse(say::BAD_SEQUENCE, out) };
        let envelope = &mut draft.envelope;
        if envelope.forward_paths.len() >= self.config.recipients_max {
            return self.say(say::TOO_MANY_RECIPIENTS, out);
        }
        match path::forward_path(argument, envelope.smtputf8) {
            Ok(forward) => {
                envelope.forward_paths.push(forward);
                self.say(say::RECIPIENT_OK, out)
            }
            // Not counted as an error: a client that may send gets an answer for each of its thousand recipients.
            Err(reply) => self.say(reply, out),
        }
    }

    pub(super) fn data(&mut self, argument: &str, out: &mut Vec<u8>) -> Step {
        if !argument.is_empty() {
            return self.refuse(say::NO_ARGUMENT, out);
        }
        match mem::replace(&mut self.state, State::Ready) {
            State::Envelope(draft) if !draft.envelope.forward_paths.is_empty() => {
                let content = self.content(Framing::Dots, draft.declared_bytes);
                self.state = State::Data { draft, content };
                self.say(say::GO_AHEAD, out)
            }
            state => {
                self.state = state;
                self.refuse(say::NEEDS_RCPT, out)
            }
        }
    }

    pub(super) fn bdat(&mut self, argument: &str, out: &mut Vec<u8>) -> Step {
        let Some((octets, last)) = command::chunk_size(argument) else {
            // What follows may be a chunk; to read a message as commands would be worse than to end here.
            return self.hang_up(say::BDAT_SYNTAX, out);
        };
        let sink = match mem::replace(&mut self.state, State::Ready) {
            State::Envelope(draft) if draft.envelope.forward_paths.is_empty() => {
                Sink::Discard(say::NEEDS_RCPT)
            }
            State::Envelope(draft) => {
                let content = self.content(Framing::Chunks, draft.declared_bytes.max(octets));
                Sink::Keep { draft, content }
            }
            State::Chunks { draft, content } => Sink::Keep { draft, content },
            State::Ready
            | State::Sasl(_)
            | State::Data { .. }
            | State::Chunk { .. }
            | State::Driver
            | State::Closed => Sink::Discard(say::NEEDS_MAIL),
        };
        self.state = State::Chunk { remaining: octets, last, sink };
        Step::Continue(())
    }

    fn limits(&self) -> ContentLimits {
        let message_max_bytes = match self.config.message_max_bytes {
            0 => u64::MAX,
            limit => limit,
        };
        ContentLimits { message_max_bytes, line_text_max_bytes: self.config.line_text_max_bytes }
    }

    fn content(&self, framing: Framing, declared: u64) -> Content {
        let expected = match usize::try_from(declared) {
            Ok(0) => CONTENT_AHEAD_BYTES,
            Ok(declared) => declared.min(CONTENT_AHEAD_MAX_BYTES),
            Err(_) => CONTENT_AHEAD_MAX_BYTES,
        };
        Content::new(framing, self.limits(), expected)
    }

    // Content

    /// Octets of memory that the session takes for a message that is not complete: at most the size of the largest message.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        if let State::Data { content, .. }
        | State::Chunks { content, .. }
        | State::Chunk { sink: Sink::Keep { content, .. }, .. } = &self.state
        {
            return content.held_bytes();
        }
        0
    }

    /// There is no room for the rest of the message: what is kept of it is given back, and at its end (of each of its chunks, if it
    /// comes in chunks) the client is told to try again, unless it could never be taken.
    pub fn no_room(&mut self) {
        if let State::Data { content, .. }
        | State::Chunks { content, .. }
        | State::Chunk { sink: Sink::Keep { content, .. }, .. } = &mut self.state
        {
            content.refuse(Refused::NoRoom);
        }
    }

    pub(super) fn receive_data(&mut self, input: &mut BytesMut, out: &mut Vec<u8>) -> Step {
        let State::Data { content, .. } = &mut self.state else { return Step::Continue(()) };
        let fed = content.feed(input);
        input.advance(fed.consumed);
        if !fed.ended {
            return Step::Break(Action::Read);
        }
        match mem::replace(&mut self.state, State::Ready) {
            State::Data { draft, content } => self.complete(*draft, content, out),
            state => {
                self.state = state;
                Step::Continue(())
            }
        }
    }

    pub(super) fn receive_chunk(&mut self, input: &mut BytesMut, out: &mut Vec<u8>) -> Step {
        let State::Chunk { remaining, sink, .. } = &mut self.state else { return Step::Continue(()) };
        let here = usize::try_from(*remaining).map_or(input.len(), |remaining| remaining.min(input.len()));
        if let Sink::Keep { content, .. } = sink {
            content.feed(&input[..here]);
        }
        input.advance(here);
        *remaining -= here as u64;
        if *remaining > 0 {
            return Step::Break(Action::Read);
        }
        match mem::replace(&mut self.state, State::Ready) {
            State::Chunk { sink: Sink::Discard(reply), .. } => self.refuse(reply, out),
            State::Chunk { last: true, sink: Sink::Keep { draft, content }, .. } => {
                self.complete(*draft, content, out)
            }
            State::Chunk { last: false, sink: Sink::Keep { draft, content }, .. } => {
                match content.refused() {
                    None => {
                        self.state = State::Chunks { draft, content };
                        self.say(say::CHUNK_OK, out)
                    }
                    // Until its last chunk: those that were pipelined behind are no mistakes.
                    Some(Refused::NoRoom) => {
                        self.state = State::Chunks { draft, content };
                        self.say(say::NO_ROOM, out)
                    }
                    // The transaction ends here; the chunks that were pipelined behind get 503 (RFC 3030 §4.2).
                    Some(why) => self.refuse_content(why, out),
                }
            }
            state => {
                self.state = state;
                Step::Continue(())
            }
        }
    }

    fn complete(&mut self, draft: Draft, content: Content, out: &mut Vec<u8>) -> Step {
        match content.finish() {
            Err(why) => self.refuse_content(why, out),
            Ok(content) => {
                let protocol = self.protocol(draft.envelope.smtputf8);
                let client_name =
                    self.client.as_ref().map_or_else(|| "".into(), |client| Arc::clone(&client.name));
                self.state = State::Driver;
                let received = Received { envelope: draft.envelope, content, client_name, protocol };
                Step::Break(Action::Accept(Box::new(received)))
            }
        }
    }

    fn refuse_content(&mut self, why: Refused, out: &mut Vec<u8>) -> Step {
        let reply = match why {
            // Not the client's mistake.
            Refused::NoRoom => return self.say(say::NO_ROOM, out),
            Refused::TooBig => say::TOO_BIG,
            Refused::BareLineEnd => say::CONTENT_BARE,
            Refused::Nul => say::CONTENT_NUL,
            Refused::LineTooLong => say::CONTENT_LINE,
        };
        self.refuse(reply, out)
    }

    /// RFC 3848 and RFC 6531 §4.3.
    fn protocol(&self, smtputf8: bool) -> &'static str {
        let extended = self.client.as_ref().is_some_and(|client| client.extended);
        match (smtputf8, extended, self.tls, self.authenticated) {
            (true, _, TlsState::Clear, false) => "UTF8SMTP",
            (true, _, TlsState::Clear, true) => "UTF8SMTPA",
            (true, _, TlsState::Established, false) => "UTF8SMTPS",
            (true, _, TlsState::Established, true) => "UTF8SMTPSA",
            (false, false, _, _) => "SMTP",
            (false, true, TlsState::Clear, false) => "ESMTP",
            (false, true, TlsState::Clear, true) => "ESMTPA",
            (false, true, TlsState::Established, false) => "ESMTPS",
            (false, true, TlsState::Established, true) => "ESMTPSA",
        }
    }
}
