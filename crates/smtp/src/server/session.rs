//! One connection of a client, as a state machine.
//!
//! Ready -> Envelope (MAIL) -> Data (DATA) -> Driver (Accept) -> Ready
//!                          -> Chunks <-> Chunk (BDAT) -> Driver (Accept) -> Ready
//! Ready -> Sasl (AUTH) -> Driver (Authenticate) -> Ready;   Ready -> Driver (StartTls) -> Ready;   any -> Closed
//!
//! Invariants: what a state needs is in the state. In `Driver` nothing is consumed. `Closed` is final.

use super::command::{self, Verb};
use super::content::Content;
use super::line::{Line, LineReader};
use super::path::Draft;
use super::sasl::{self, Exchange};
use super::{AUTH_LINE_MAX_BYTES, Action, AuthAnswer, ServerConfig, TlsState, say};
use bytes::{Buf, BytesMut};
use mail::Reply;
use std::mem;
use std::ops::ControlFlow;
use std::sync::Arc;

/// First octet of a TLS handshake record: a client that expects TLS from the first byte.
const TLS_HANDSHAKE: u8 = 0x16;

/// Go on, or let the driver act.
pub(super) type Step = ControlFlow<Action>;

pub struct ServerSession {
    pub(super) config: Arc<ServerConfig>,
    pub(super) tls: TlsState,
    /// The network it comes from is enough: no AUTH needed.
    pub(super) trusted: bool,
    pub(super) authenticated: bool,
    /// What EHLO or HELO said.
    pub(super) client: Option<Client>,
    errors: u32,
    lines: LineReader,
    pub(super) state: State,
}

pub(super) struct Client {
    pub(super) name: Arc<str>,
    pub(super) extended: bool,
}

pub(super) enum State {
    Ready,
    /// MAIL was taken, recipients gather.
    Envelope(Box<Draft>),
    Sasl(Exchange),
    Data {
        draft: Box<Draft>,
        content: Content,
    },
    /// Between two chunks.
    Chunks {
        draft: Box<Draft>,
        content: Content,
    },
    Chunk {
        remaining: u64,
        last: bool,
        sink: Sink,
    },
    /// The driver has the word.
    Driver,
    Closed,
}

/// Where the octets of a chunk go.
pub(super) enum Sink {
    Keep {
        draft: Box<Draft>,
        content: Content,
    },
    /// The chunk has no transaction, but must not be read as commands (RFC 3030 §4.2): the reply that follows it.
    Discard(&'static [u8]),
}

impl ServerSession {
    #[must_use]
    pub fn new(config: Arc<ServerConfig>, tls: TlsState, trusted: bool) -> ServerSession {
        ServerSession {
            config,
            tls,
            trusted,
            authenticated: false,
            client: None,
            errors: 0,
            lines: LineReader::default(),
            state: State::Ready,
        }
    }

    /// The first thing on a connection.
    pub fn greet(&mut self, out: &mut Vec<u8>) {
        for part in ["220 ", &self.config.hostname, " ESMTP Postrider\r\n"] {
            out.extend_from_slice(part.as_bytes());
        }
    }

    /// Consumes what is complete in `input` and appends the replies to `out`, until more bytes are needed or the
    /// driver has to act. After any other action than `Read`, call the method that the action names first.
    pub fn advance(&mut self, input: &mut BytesMut, out: &mut Vec<u8>) -> Action {
        loop {
            let step = match &self.state {
                State::Closed => Step::Break(Action::Close),
                State::Driver => Step::Break(Action::Read),
                State::Data { .. } => self.receive_data(input, out),
                State::Chunk { .. } => self.receive_chunk(input, out),
                State::Ready | State::Envelope(_) | State::Sasl(_) | State::Chunks { .. } => {
                    self.receive_line(input, out)
                }
            };
            if let ControlFlow::Break(action) = step {
                return action;
            }
        }
    }

    /// The driver's answer to [`Action::Authenticate`].
    pub fn authenticated(&mut self, answer: AuthAnswer, out: &mut Vec<u8>) {
        if !self.driver_done() {
            return;
        }
        match answer {
            AuthAnswer::Accepted => {
                self.authenticated = true;
                out.extend_from_slice(say::AUTHENTICATED);
            }
            AuthAnswer::Refused => {
                let _ = self.refuse(say::AUTH_REFUSED, out);
            }
            AuthAnswer::Unavailable => out.extend_from_slice(say::AUTH_UNAVAILABLE),
        }
    }

    /// The driver's answer to [`Action::Accept`]. A 421 ends the session. When the session was ended meanwhile nothing
    /// is said: the client was told to try again.
    pub fn accepted(&mut self, reply: &Reply, out: &mut Vec<u8>) {
        if !self.driver_done() {
            return;
        }
        reply.write(out);
        if reply.code == 421 {
            self.state = State::Closed;
        }
    }

    /// The handshake is done: nothing said before it counts (RFC 3207 §4.2).
    pub fn tls_established(&mut self) {
        if !self.driver_done() {
            return;
        }
        self.tls = TlsState::Established;
        self.client = None;
        self.authenticated = false;
        self.lines = LineReader::default();
    }

    /// The client was silent for too long. The session is over.
    pub fn timed_out(&mut self, out: &mut Vec<u8>) {
        self.close(" 4.4.2 ", " idle for too long, closing\r\n", out);
    }

    /// We stop. The session is over; a message without its 250 stays with the client.
    pub fn shutting_down(&mut self, out: &mut Vec<u8>) {
        self.close(" 4.3.2 ", " shutting down, try again\r\n", out);
    }

    /// Instead of [`ServerSession::greet`]: there are too many connections. The session is over.
    pub fn turned_away(&mut self, out: &mut Vec<u8>) {
        self.close(" 4.7.0 ", " too many connections, try again later\r\n", out);
    }

    /// Whether nothing would be lost by ending the session: no transaction is open, no answer is owed.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        matches!(self.state, State::Ready | State::Sasl(_) | State::Closed)
    }

    /// The driver gives the word back; whether it had it.
    fn driver_done(&mut self) -> bool {
        let had = matches!(self.state, State::Driver);
        if had {
            self.state = State::Ready;
        }
        had
    }

    fn close(&mut self, status: &str, why: &str, out: &mut Vec<u8>) {
        for part in ["421", status, &self.config.hostname, why] {
            out.extend_from_slice(part.as_bytes());
        }
        self.state = State::Closed;
    }

    // Lines

    fn receive_line(&mut self, input: &mut BytesMut, out: &mut Vec<u8>) -> Step {
        let fresh = self.client.is_none() && self.tls == TlsState::Clear && self.lines.at_line_start();
        if fresh && input.first() == Some(&TLS_HANDSHAKE) {
            return self.hang_up(say::NOT_SMTP, out);
        }
        let sasl = matches!(self.state, State::Sasl(_));
        let auth = sasl || input.get(..5).is_some_and(|start| start.eq_ignore_ascii_case(b"AUTH "));
        let max = if auth { AUTH_LINE_MAX_BYTES } else { self.config.line_max_bytes };
        match self.lines.next(input, max) {
            Line::Incomplete => Step::Break(Action::Read),
            Line::BareEnd => self.hang_up(say::BARE_LINE_END, out),
            Line::TooLong => {
                if sasl {
                    self.state = State::Ready;
                }
                self.refuse(if sasl { say::AUTH_TOO_LONG } else { say::LINE_TOO_LONG }, out)
            }
            Line::Complete(end) => {
                let step = match std::str::from_utf8(&input[..end]) {
                    Ok(line) if !line.bytes().any(|b| b.is_ascii_control()) => self.line(line, out),
                    _ => self.garbled(out),
                };
                input.advance(end + 2);
                if let ControlFlow::Break(Action::StartTls) = step {
                    // Clear text behind STARTTLS was written by somebody who could not know our 220 (RFC 3207 §5).
                    input.clear();
                }
                step
            }
        }
    }

    /// A line that is not text also ends an AUTH exchange.
    fn garbled(&mut self, out: &mut Vec<u8>) -> Step {
        if let State::Sasl(_) = self.state {
            self.state = State::Ready;
        }
        self.refuse(say::NOT_TEXT, out)
    }

    fn line(&mut self, line: &str, out: &mut Vec<u8>) -> Step {
        if let State::Sasl(exchange) = &mut self.state {
            let exchange = mem::replace(exchange, Exchange::Plain);
            return self.sasl(sasl::step(exchange, line), out);
        }
        let (verb, argument) = Verb::split(line);
        match (verb, &self.state) {
            (Verb::Mail, State::Ready) => self.mail(argument, out),
            (Verb::Rcpt, State::Envelope(_)) => self.rcpt(argument, out),
            (Verb::Data, State::Envelope(_)) => self.data(argument, out),
            (Verb::Bdat, _) => self.bdat(argument, out),
            (Verb::Ehlo | Verb::Helo, _) => self.hello(argument, verb == Verb::Ehlo, out),
            (Verb::StartTls, State::Ready) => self.start_tls(argument, out),
            (Verb::Auth, State::Ready) => self.auth(argument, out),
            (Verb::Rcpt | Verb::Data, State::Ready) => self.refuse(say::NEEDS_MAIL, out),
            (Verb::Mail | Verb::Rcpt | Verb::Data | Verb::StartTls | Verb::Auth, _) => {
                self.refuse(say::BAD_SEQUENCE, out)
            }
            (Verb::Rset, _) => {
                self.state = State::Ready;
                self.say(say::OK, out)
            }
            (Verb::Noop, _) => self.say(say::OK, out),
            (Verb::Help, _) => self.say(say::HELP, out),
            (Verb::Vrfy, _) => self.say(say::VERIFY, out),
            (Verb::Quit, _) => self.hang_up(say::BYE, out),
            (Verb::Http, _) => self.hang_up(say::NOT_SMTP, out),
            (Verb::NotImplemented, _) => self.refuse(say::NOT_IMPLEMENTED, out),
            (Verb::Unknown, _) => self.refuse(say::UNKNOWN, out),
        }
    }

    pub(super) fn say(&mut self, reply: &[u8], out: &mut Vec<u8>) -> Step {
        out.extend_from_slice(reply);
        Step::Continue(())
    }

    pub(super) fn hang_up(&mut self, reply: &[u8], out: &mut Vec<u8>) -> Step {
        out.extend_from_slice(reply);
        self.state = State::Closed;
        Step::Break(Action::Close)
    }

    /// A reply that counts as the client's mistake; too many end the session.
    pub(super) fn refuse(&mut self, reply: &[u8], out: &mut Vec<u8>) -> Step {
        out.extend_from_slice(reply);
        self.errors += 1;
        if self.errors < self.config.errors_max {
            return Step::Continue(());
        }
        self.close(" 4.7.0 ", " too many errors, closing\r\n", out);
        Step::Break(Action::Close)
    }

    // Session commands

    fn hello(&mut self, argument: &str, extended: bool, out: &mut Vec<u8>) -> Step {
        let Some(name) = command::hello_name(argument) else { return self.refuse(say::HELLO_NAME, out) };
        self.client = Some(Client { name: name.into(), extended });
        // RFC 5321 §4.1.4: EHLO in the middle of a transaction is also a RSET.
        self.state = State::Ready;
        if !extended {
            for part in ["250 ", &self.config.hostname, "\r\n"] {
                out.extend_from_slice(part.as_bytes());
            }
            return Step::Continue(());
        }
        let size = self.config.message_max_bytes.to_string();
        let tls = if self.tls_possible() { "250-STARTTLS\r\n" } else { "" };
        let auth = if self.auth_possible() { "250-AUTH PLAIN LOGIN\r\n" } else { "" };
        for part in [
            "250-",
            &self.config.hostname,
            "\r\n250-PIPELINING\r\n250-SIZE ",
            &size,
            "\r\n",
            tls,
            auth,
            "250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n250 CHUNKING\r\n",
        ] {
            out.extend_from_slice(part.as_bytes());
        }
        Step::Continue(())
    }

    pub(super) fn tls_possible(&self) -> bool {
        self.config.tls_offered && self.tls == TlsState::Clear
    }

    pub(super) fn auth_possible(&self) -> bool {
        self.tls == TlsState::Established || self.config.auth_without_tls
    }

    fn start_tls(&mut self, argument: &str, out: &mut Vec<u8>) -> Step {
        let refusal = match self.tls {
            TlsState::Established => say::TLS_TWICE,
            TlsState::Clear if !self.config.tls_offered => say::TLS_NOT_OFFERED,
            TlsState::Clear if !argument.is_empty() => say::NO_ARGUMENT,
            TlsState::Clear => {
                out.extend_from_slice(say::START_TLS);
                self.state = State::Driver;
                return Step::Break(Action::StartTls);
            }
        };
        self.refuse(refusal, out)
    }

    fn auth(&mut self, argument: &str, out: &mut Vec<u8>) -> Step {
        if self.client.is_none() {
            self.refuse(say::HELLO_FIRST, out)
        } else if self.authenticated {
            self.refuse(say::AUTH_TWICE, out)
        } else if !self.auth_possible() {
            self.refuse(say::AUTH_NEEDS_TLS, out)
        } else {
            self.sasl(sasl::begin(argument), out)
        }
    }

    fn sasl(&mut self, answer: sasl::Answer, out: &mut Vec<u8>) -> Step {
        match answer {
            sasl::Answer::Continue(exchange, challenge) => {
                self.state = State::Sasl(exchange);
                self.say(challenge, out)
            }
            sasl::Answer::Credentials { username, password } => {
                self.state = State::Driver;
                Step::Break(Action::Authenticate { username, password })
            }
            sasl::Answer::Refused(reply) => {
                self.state = State::Ready;
                self.refuse(reply, out)
            }
        }
    }
}
