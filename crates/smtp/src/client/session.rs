//! One connection to a peer, as a state machine.
//!
//! Greeting -> Ehlo [-> Helo] [-> StartTls -> Handshake -> Ehlo] [-> Auth] -> Ready <-> Exchange;   any -> Quit -> Closed
//!
//! Invariants: what a state needs is in the state. `Closed` is final.

use super::exchange::{Exchange, Progress};
use super::offer::Offer;
use super::reply::{Misbehaviour, ReplyReader};
use super::transcript::{Side, Transcript};
use super::{ClientAction, ClientConfig, FailureKind, Phase, RecipientOutcome, SessionFailure};
use super::{TlsMode, Transaction, TransactionOutcome};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::BytesMut;
use std::mem;

/// Go on reading replies, or let the driver act.
type Step = std::ops::ControlFlow<ClientAction>;

pub struct ClientSession {
    config: ClientConfig,
    tls: bool,
    offer: Offer,
    replies: ReplyReader,
    transcript: Transcript,
    /// RSET must precede the next transaction.
    reset: bool,
    /// What recipients knew when the session failed.
    settled: Vec<Option<RecipientOutcome>>,
    state: State,
}

enum State {
    Greeting,
    Ehlo,
    Helo,
    StartTls,
    Handshake,
    Auth(AuthStep),
    Ready,
    Exchange(Box<Exchange>),
    Quit,
    Closed,
}

/// What the client says when the server asks for more.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AuthStep {
    Username,
    Password,
    Nothing,
}

impl ClientSession {
    /// With [`TlsMode::Implicit`] the handshake must be done before the first byte is given to `advance`.
    #[must_use]
    pub fn new(config: ClientConfig) -> ClientSession {
        ClientSession {
            tls: config.tls == TlsMode::Implicit,
            config,
            offer: Offer::default(),
            replies: ReplyReader::default(),
            transcript: Transcript::default(),
            reset: false,
            settled: Vec::new(),
            state: State::Greeting,
        }
    }

    /// Consumes the replies that are complete in `input` and appends commands to `out`, until more bytes are needed or
    /// the driver has to act. `now_us`: microseconds since a moment that the driver chose, for the transcript alone.
    pub fn advance(&mut self, now_us: u64, input: &mut BytesMut, out: &mut Vec<u8>) -> ClientAction {
        loop {
            match &mut self.state {
                State::Closed => return ClientAction::Close,
                State::Handshake if input.is_empty() => return ClientAction::Read,
                State::Handshake => {
                    return self.fail(FailureKind::PeerMisbehaved(Misbehaviour::BytesBeforeTls));
                }
                State::Ready if input.is_empty() => return ClientAction::Ready,
                State::Exchange(exchange) => {
                    if let Progress::Complete { reset } = exchange.progress() {
                        return self.finish(reset, input);
                    }
                }
                State::Ready | State::Greeting | State::Ehlo | State::Helo => {}
                State::StartTls | State::Auth(_) | State::Quit => {}
            }
            let code = match self.replies.read(now_us, input, &mut self.transcript) {
                Ok(Some(code)) => code,
                Ok(None) => return ClientAction::Read,
                Err(what) => return self.fail(FailureKind::PeerMisbehaved(what)),
            };
            if let Step::Break(action) = self.answer(now_us, code, input, out) {
                return action;
            }
        }
    }

    /// Whether the peer takes over telling senders what becomes of their mail (RFC 3461 §5.2.1).
    #[must_use]
    pub fn peer_notifies(&self) -> bool {
        self.offer.dsn
    }

    /// Begins a transaction, after `Ready` or a `Finished` that is reusable; then call `advance`.
    pub fn start(&mut self, now_us: u64, transaction: Transaction, out: &mut Vec<u8>) {
        debug_assert!(matches!(self.state, State::Ready), "a transaction begins when the session is ready");
        let reset = mem::take(&mut self.reset);
        self.state = State::Exchange(Box::new(Exchange::new(transaction, self.offer, reset)));
        self.write_commands(now_us, out);
    }

    /// The message and its final dot were written: `octets` of message.
    pub fn body_written(&mut self, now_us: u64, octets: u64) {
        if let State::Exchange(exchange) = &mut self.state {
            exchange.body_written();
            self.transcript.body(now_us, octets);
        }
    }

    /// The handshake that `StartTls` asked for is done: the session begins again (RFC 3207 §4.2).
    pub fn tls_established(&mut self, now_us: u64, out: &mut Vec<u8>) {
        self.tls = true;
        self.offer = Offer::default();
        self.replies = ReplyReader::default();
        self.ehlo(now_us, out);
    }

    /// The handshake failed; nothing more can be said on this connection.
    pub fn tls_failed(&mut self) -> SessionFailure {
        let failure = SessionFailure { phase: self.phase(), kind: FailureKind::TlsFailed };
        self.state = State::Closed;
        failure
    }

    /// Says QUIT; `advance` gives `Close` when it was answered. There is no need to wait for that.
    pub fn quit(&mut self, now_us: u64, out: &mut Vec<u8>) {
        if !matches!(self.state, State::Closed) {
            self.say(now_us, "QUIT", out);
            self.state = State::Quit;
        }
    }

    /// The connection broke, was too slow, or failed: ends the session and gives what the recipients of the open
    /// transaction already know, in the order of the envelope; empty when no transaction was open.
    pub fn abandon(&mut self) -> Vec<Option<RecipientOutcome>> {
        match mem::replace(&mut self.state, State::Closed) {
            State::Exchange(exchange) => exchange.into_outcomes(),
            State::Greeting | State::Ehlo | State::Helo | State::StartTls | State::Handshake => Vec::new(),
            State::Auth(_) | State::Ready | State::Quit | State::Closed => mem::take(&mut self.settled),
        }
    }

    #[must_use]
    pub fn phase(&self) -> Phase {
        match &self.state {
            State::Greeting => Phase::Greeting,
            State::Ehlo | State::Helo => Phase::Hello,
            State::StartTls => Phase::StartTls,
            State::Handshake => Phase::Handshake,
            State::Auth(_) => Phase::Auth,
            State::Ready => Phase::Ready,
            State::Exchange(exchange) => exchange.phase(),
            State::Quit => Phase::Quit,
            State::Closed => Phase::Closed,
        }
    }

    /// What was said since the beginning or the last [`ClientSession::transcript_clear`], a line for each line:
    /// `OFFSET_US C: …` and `OFFSET_US S: …`. Credentials are `***`, a message is `(4096 octets)`.
    #[must_use]
    pub fn transcript(&self) -> &str {
        self.transcript.text()
    }

    /// Begins a new transcript: between two transactions on one connection.
    pub fn transcript_clear(&mut self) {
        self.transcript.clear();
    }

    // Writing

    fn say(&mut self, now_us: u64, command: &str, out: &mut Vec<u8>) {
        self.transcript.line(now_us, Side::Client, command.as_bytes());
        out.extend_from_slice(command.as_bytes());
        out.extend_from_slice(b"\r\n");
    }

    /// `shown` stands in the transcript for what must not be kept.
    fn say_secret(&mut self, now_us: u64, shown: &str, parts: [&str; 2], out: &mut Vec<u8>) {
        self.transcript.line(now_us, Side::Client, shown.as_bytes());
        for part in parts {
            out.extend_from_slice(part.as_bytes());
        }
        out.extend_from_slice(b"\r\n");
    }

    fn ehlo(&mut self, now_us: u64, out: &mut Vec<u8>) {
        let command = format!("EHLO {}", self.config.ehlo_name);
        self.say(now_us, &command, out);
        self.state = State::Ehlo;
    }

    fn write_commands(&mut self, now_us: u64, out: &mut Vec<u8>) {
        let State::Exchange(exchange) = &mut self.state else { return };
        loop {
            let start = out.len();
            if !exchange.write_next(out) {
                return;
            }
            self.transcript.line(now_us, Side::Client, &out[start..out.len() - 2]);
        }
    }

    // Reading

    fn answer(&mut self, now_us: u64, code: u16, input: &BytesMut, out: &mut Vec<u8>) -> Step {
        match (&self.state, code) {
            (State::Exchange(_), _) => return self.exchange_answered(now_us, code, out),
            (State::Greeting, 200..300) => self.ehlo(now_us, out),
            (State::Ehlo, 200..300) => {
                self.offer = Offer::read(self.replies.text());
                return self.opened(now_us, out);
            }
            // Old servers know HELO only (RFC 5321 §3.2); a 421 is not about the command.
            (State::Ehlo, 500..) => {
                let command = format!("HELO {}", self.config.ehlo_name);
                self.say(now_us, &command, out);
                self.state = State::Helo;
            }
            (State::Helo, 200..300) => {
                self.offer = Offer { unsaid: true, ..Offer::default() };
                return self.opened(now_us, out);
            }
            (State::StartTls, 220) if !input.is_empty() => {
                return self.broken(Misbehaviour::BytesBeforeTls);
            }
            (State::StartTls, 220) => {
                self.state = State::Handshake;
                return Step::Break(ClientAction::StartTls);
            }
            (State::StartTls, 400..) if self.config.tls == TlsMode::Opportunistic && code != 421 => {
                return self.authenticate(now_us, out);
            }
            (State::StartTls, 400..) => {
                return Step::Break(self.fail(FailureKind::TlsRefused(self.replies.reply())));
            }
            (State::Auth(_), 200..300) => self.state = State::Ready,
            (State::Auth(step), 334) => return self.credentials(now_us, *step, out),
            (State::Auth(_), 400..) => {
                return Step::Break(self.fail(FailureKind::AuthRefused(self.replies.reply())));
            }
            (State::Quit, _) => {
                self.state = State::Closed;
                return Step::Break(ClientAction::Close);
            }
            (State::Ready, code) if code != 421 => return self.broken(Misbehaviour::Unasked),
            (State::Greeting | State::Ehlo | State::Helo | State::Ready, 400..) => {
                return Step::Break(self.fail(FailureKind::Refused(self.replies.reply())));
            }
            (_, code) => return self.broken(Misbehaviour::Unexpected(code)),
        }
        Step::Continue(())
    }

    /// EHLO or HELO was answered.
    fn opened(&mut self, now_us: u64, out: &mut Vec<u8>) -> Step {
        match self.config.tls {
            TlsMode::Opportunistic | TlsMode::Required if !self.tls && self.offer.starttls => {
                self.say(now_us, "STARTTLS", out);
                self.state = State::StartTls;
                Step::Continue(())
            }
            TlsMode::Required if !self.tls => Step::Break(self.fail(FailureKind::TlsNotOffered)),
            TlsMode::None | TlsMode::Opportunistic | TlsMode::Required | TlsMode::Implicit => {
                self.authenticate(now_us, out)
            }
        }
    }

    fn authenticate(&mut self, now_us: u64, out: &mut Vec<u8>) -> Step {
        let Some(credentials) = &self.config.auth else {
            self.state = State::Ready;
            return Step::Continue(());
        };
        if !self.tls && !self.config.auth_without_tls {
            return Step::Break(self.fail(FailureKind::AuthNeedsTls));
        }
        if self.offer.auth_plain {
            let text =
                STANDARD.encode(format!("\0{}\0{}", credentials.username, credentials.password.reveal()));
            self.say_secret(now_us, "AUTH PLAIN ***", ["AUTH PLAIN ", &text], out);
            self.state = State::Auth(AuthStep::Nothing);
        } else if self.offer.auth_login {
            self.say(now_us, "AUTH LOGIN", out);
            self.state = State::Auth(AuthStep::Username);
        } else {
            return Step::Break(self.fail(FailureKind::AuthNotOffered));
        }
        Step::Continue(())
    }

    /// The server asks for the next part of AUTH LOGIN.
    fn credentials(&mut self, now_us: u64, step: AuthStep, out: &mut Vec<u8>) -> Step {
        let Some(credentials) = &self.config.auth else { return self.broken(Misbehaviour::Unexpected(334)) };
        let (text, next) = match step {
            AuthStep::Username => (STANDARD.encode(&credentials.username), AuthStep::Password),
            AuthStep::Password => (STANDARD.encode(credentials.password.reveal()), AuthStep::Nothing),
            AuthStep::Nothing => return self.broken(Misbehaviour::Unexpected(334)),
        };
        self.say_secret(now_us, "***", [&text, ""], out);
        self.state = State::Auth(next);
        Step::Continue(())
    }

    fn exchange_answered(&mut self, now_us: u64, code: u16, out: &mut Vec<u8>) -> Step {
        let State::Exchange(exchange) = &mut self.state else { return Step::Continue(()) };
        let (replies, start) = (&self.replies, out.len());
        match exchange.answer(code, || replies.reply(), out) {
            Ok(Progress::SendBody) => return Step::Break(ClientAction::SendBody),
            Ok(Progress::Over) => {
                let recipients = self.outcomes();
                self.state = State::Closed;
                return Step::Break(ClientAction::Finished(TransactionOutcome {
                    recipients,
                    reusable: false,
                }));
            }
            Ok(Progress::More | Progress::Complete { .. }) => {}
            Err(what) => return self.broken(what),
        }
        if out.len() > start {
            self.transcript.line(now_us, Side::Client, b".");
        }
        self.write_commands(now_us, out);
        if let State::Exchange(exchange) = &mut self.state {
            exchange.rest();
        }
        Step::Continue(())
    }

    /// Bytes behind the last reply make the connection useless: they would answer the next transaction.
    fn finish(&mut self, reset: bool, input: &BytesMut) -> ClientAction {
        let recipients = self.outcomes();
        let reusable = input.is_empty();
        self.reset = reset;
        self.state = if reusable { State::Ready } else { State::Closed };
        ClientAction::Finished(TransactionOutcome { recipients, reusable })
    }

    fn outcomes(&mut self) -> Vec<RecipientOutcome> {
        let State::Exchange(exchange) = mem::replace(&mut self.state, State::Closed) else {
            return Vec::new();
        };
        let outcomes = exchange.into_outcomes().into_iter();
        outcomes
            .map(|outcome| outcome.expect("a complete exchange has an outcome for every recipient"))
            .collect()
    }

    fn broken(&mut self, what: Misbehaviour) -> Step {
        Step::Break(self.fail(FailureKind::PeerMisbehaved(what)))
    }

    fn fail(&mut self, kind: FailureKind) -> ClientAction {
        let phase = self.phase();
        self.settled = self.abandon();
        ClientAction::Failed(SessionFailure { phase, kind })
    }
}
