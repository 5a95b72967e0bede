//! One connection to a peer: moves octets between the socket and the pure client session, in bounded time.

use std::time::Duration;

use bytes::BytesMut;
use mail::classify::Stage;
use net::clock::Stopwatch;
use net::stream::Stream;
use net::tls::{ClientTls, Trust};
use smtp::client::{ClientAction, ClientSession, Phase, Stuffed, Transaction, TransactionOutcome};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::attempt::{Broke, Finding};
use super::compose::Composed;
use crate::settings::Delivery;

/// Octets that are gathered before they are written: a body of this size costs one system call.
const WRITE_BYTES: usize = 128 << 10;
/// Octets of a peer's talk that one read takes.
const READ_BYTES: usize = 4 << 10;

/// How long to listen to a peer that takes no more of a message. Reason: what it said before it left is here already, or
/// on its way.
const LAST_WORDS_WAIT: Duration = Duration::from_secs(5);

/// How long to wait for what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timeouts {
    reply: Duration,
    final_reply: Duration,
    handshake: Duration,
}

impl Timeouts {
    pub(super) fn of(settings: &Delivery) -> Timeouts {
        Timeouts {
            reply: settings.reply_timeout,
            final_reply: settings.final_reply_timeout,
            handshake: settings.connect_timeout,
        }
    }

    fn in_phase(&self, phase: Phase) -> Duration {
        match phase {
            Phase::Final => self.final_reply,
            Phase::Greeting
            | Phase::Hello
            | Phase::StartTls
            | Phase::Handshake
            | Phase::Auth
            | Phase::Ready
            | Phase::Reset
            | Phase::Mail
            | Phase::Rcpt
            | Phase::Data
            | Phase::Body
            | Phase::Quit
            | Phase::Closed => self.reply,
        }
    }
}

/// How long a peer has had for the reply that it owes: one deadline for all of it, or one that sends an octet every few
/// minutes would hold a delivery for months.
#[derive(Default)]
struct Patience {
    began: Option<(Phase, Duration)>,
}

impl Patience {
    /// Something was said to the peer: the time for its reply begins anew.
    fn renew(&mut self) {
        self.began = None;
    }

    /// What is left of the time for the reply of `phase`; that of another phase is over with it.
    fn left(&mut self, timeouts: &Timeouts, phase: Phase, now: Duration) -> Duration {
        let began = match self.began {
            Some((of, began)) if of == phase => began,
            Some(_) | None => now,
        };
        self.began = Some((phase, began));
        timeouts.in_phase(phase).saturating_sub(now.saturating_sub(began))
    }
}

/// A connection with its session.
pub(super) struct Wire {
    /// None only while a handshake has it.
    stream: Option<Stream>,
    session: ClientSession,
    input: BytesMut,
    out: Vec<u8>,
    clock: Stopwatch,
    timeouts: Timeouts,
    patience: Patience,
    /// `mx.example.org [192.0.2.1]:25`.
    pub(super) peer: String,
}

impl Wire {
    pub(super) fn new(stream: Stream, session: ClientSession, timeouts: Timeouts, peer: String) -> Wire {
        Wire {
            stream: Some(stream),
            session,
            input: BytesMut::with_capacity(READ_BYTES),
            out: Vec::with_capacity(1 << 10),
            clock: Stopwatch::start(),
            timeouts,
            patience: Patience::default(),
            peer,
        }
    }

    fn now_us(&self) -> u64 {
        u64::try_from(self.clock.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    pub(super) fn tls(&self) -> Option<String> {
        self.stream.as_ref().and_then(Stream::tls).map(super::attempt::tls_text)
    }

    /// Whether the peer tells senders what becomes of what it takes.
    pub(super) fn peer_notifies(&self) -> bool {
        self.session.peer_notifies()
    }

    /// What was said since the last call.
    pub(super) fn take_conversation(&mut self) -> String {
        let text = self.session.transcript().to_owned();
        self.session.transcript_clear();
        text
    }

    /// Greeting, EHLO, TLS, AUTH: until the peer takes mail.
    pub(super) async fn open(&mut self, tls: &ClientTls, trust: Trust, name: &str) -> Result<(), Finding> {
        loop {
            match self.advance().await? {
                ClientAction::Ready => return Ok(()),
                ClientAction::StartTls => self.start_tls(tls, trust, name).await?,
                ClientAction::Failed(failure) => return Err(Finding::from_failure(&failure)),
                ClientAction::Read
                | ClientAction::SendBody
                | ClientAction::Finished(_)
                | ClientAction::Close => {
                    return Err(self.broken("the connection ended before mail could be handed over".into()));
                }
            }
        }
    }

    async fn start_tls(&mut self, tls: &ClientTls, trust: Trust, name: &str) -> Result<(), Finding> {
        let Some(stream) = self.stream.take() else { return Err(self.broken("no stream".into())) };
        match stream.connect_tls(tls, trust, name, self.timeouts.handshake).await {
            Ok(secured) => {
                self.stream = Some(secured);
                self.input.clear();
                let now_us = self.now_us();
                self.session.tls_established(now_us, &mut self.out);
                Ok(())
            }
            Err(error) => {
                let mut finding = Finding::from_failure(&self.session.tls_failed());
                finding.reply.text = format!("{}: {}", finding.reply.text, explain(&error)).into();
                Err(finding)
            }
        }
    }

    /// One message that was tried `before` times; the finding about its one recipient, and whether the connection takes
    /// another.
    pub(super) async fn send(&mut self, message: &Composed, before: u16) -> (Finding, bool) {
        let transaction = Transaction { envelope: message.envelope.clone(), size_bytes: message.size() };
        let now_us = self.now_us();
        self.session.start(now_us, transaction, &mut self.out);
        let ended = self.dialogue(message).await;
        let ended = ended.map_err(|finding| Broke { finding, known: self.session.abandon() });
        Finding::of_message(ended, before)
    }

    async fn dialogue(&mut self, message: &Composed) -> Result<TransactionOutcome, Finding> {
        loop {
            match self.advance().await? {
                ClientAction::SendBody => {
                    if let Err(broke) = self.send_body(message).await {
                        return self.last_words().await.ok_or(broke);
                    }
                }
                ClientAction::Finished(outcome) => return Ok(outcome),
                ClientAction::Failed(failure) => return Err(Finding::from_failure(&failure)),
                ClientAction::Read | ClientAction::StartTls | ClientAction::Ready | ClientAction::Close => {
                    return Err(self.broken("the session ended in the middle of a message".into()));
                }
            }
        }
    }

    async fn send_body(&mut self, message: &Composed) -> Result<(), Finding> {
        self.out.extend_from_slice(&message.signature);
        for piece in Stuffed::new(&message.content) {
            if self.out.len() + piece.len() > WRITE_BYTES && !self.out.is_empty() {
                self.flush().await?;
            }
            self.out.extend_from_slice(piece);
        }
        self.flush().await?;
        let now_us = self.now_us();
        self.session.body_written(now_us, message.size());
        Ok(())
    }

    /// What the peer said of a message before it stopped taking it: a refusal that is not heard would be asked for again,
    /// with the whole message, until that expires.
    async fn last_words(&mut self) -> Option<TransactionOutcome> {
        let listening = async {
            loop {
                let stream = self.stream.as_mut()?;
                self.input.reserve(READ_BYTES);
                if stream.read_buf(&mut self.input).await.ok()? == 0 {
                    return None;
                }
                let now_us = self.now_us();
                match self.session.advance(now_us, &mut self.input, &mut self.out) {
                    ClientAction::Read => {}
                    ClientAction::Finished(outcome) => return Some(outcome),
                    ClientAction::SendBody
                    | ClientAction::StartTls
                    | ClientAction::Ready
                    | ClientAction::Failed(_)
                    | ClientAction::Close => return None,
                }
            }
        };
        tokio::time::timeout(LAST_WORDS_WAIT, listening).await.ok().flatten()
    }

    /// Reads and writes until the session wants something else than bytes.
    async fn advance(&mut self) -> Result<ClientAction, Finding> {
        loop {
            let now_us = self.now_us();
            let action = self.session.advance(now_us, &mut self.input, &mut self.out);
            self.flush().await?;
            match action {
                ClientAction::Read => self.read().await?,
                action => return Ok(action),
            }
        }
    }

    async fn read(&mut self) -> Result<(), Finding> {
        let phase = self.session.phase();
        let (wait, left) =
            (self.timeouts.in_phase(phase), self.patience.left(&self.timeouts, phase, self.clock.elapsed()));
        let Some(stream) = &mut self.stream else { return Err(self.broken("no stream".into())) };
        self.input.reserve(READ_BYTES);
        match tokio::time::timeout(left, stream.read_buf(&mut self.input)).await {
            Ok(Ok(0)) => Err(self.broken(format!("{} closed the connection", self.peer))),
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(self.broken(format!("reading from {}: {error}", self.peer))),
            Err(_) => Err(self.broken(format!("{} did not answer within {} s", self.peer, wait.as_secs()))),
        }
    }

    async fn flush(&mut self) -> Result<(), Finding> {
        if self.out.is_empty() {
            return Ok(());
        }
        self.patience.renew();
        let wait = self.timeouts.reply;
        let Some(stream) = &mut self.stream else { return Err(self.broken("no stream".into())) };
        let written = tokio::time::timeout(wait, stream.write_all(&self.out)).await;
        self.out.clear();
        match written {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.broken(format!("writing to {}: {error}", self.peer))),
            Err(_) => Err(self.broken(format!("{} took nothing for {} s", self.peer, wait.as_secs()))),
        }
    }

    fn broken(&self, text: String) -> Finding {
        Finding::from_break(self.session.phase(), text)
    }

    /// Waits until the peer says something or leaves: between messages, either means that it wants no more.
    pub(super) async fn hears_the_peer(&mut self) {
        let Some(stream) = &mut self.stream else { return };
        self.input.reserve(READ_BYTES);
        // Whatever comes, an end, an error or a 421: the connection is of no more use.
        drop(stream.read_buf(&mut self.input).await);
    }

    /// Takes leave without waiting for the answer.
    pub(super) async fn quit(mut self) {
        let now_us = self.now_us();
        self.session.quit(now_us, &mut self.out);
        if self.flush().await.is_ok()
            && let Some(stream) = &mut self.stream
        {
            // A peer that has gone already needs no farewell.
            drop(tokio::time::timeout(self.timeouts.handshake, stream.shutdown()).await);
        }
    }
}

/// An error with its sources, for people.
pub(super) fn explain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// A failure to reach anybody.
pub(super) fn unreachable(text: String) -> Finding {
    Finding::local(Stage::Connect, mail::classify::BounceClass::TransientNet, "network", text)
}

#[cfg(test)]
mod tests {
    use mail::{Envelope, ForwardPath, ReversePath};
    use smtp::client::ClientConfig;
    use tokio::io::{AsyncBufReadExt, BufReader};
    use tokio::net::{TcpSocket, TcpStream};

    use super::*;

    /// More than the system takes for a peer that reads nothing.
    const LARGE_BYTES: usize = 32 << 20;

    /// A peer that takes some of a message, says `refusal`, and leaves.
    async fn refuses_early(refusal: &'static str) -> std::io::Result<std::net::SocketAddr> {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(4 << 10)?;
        socket.bind(([127, 0, 0, 1], 0).into())?;
        let listener = socket.listen(1)?;
        let address = listener.local_addr()?;
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await?;
            let mut stream = BufReader::new(stream);
            stream.write_all(b"220 mx.example\r\n").await?;
            let mut line = String::new();
            while stream.read_line(&mut line).await? > 0 {
                match std::mem::take(&mut line) {
                    said if said.starts_with("DATA") => stream.write_all(b"354 go on\r\n").await?,
                    said if said.starts_with('x') => return stream.write_all(refusal.as_bytes()).await,
                    _ => stream.write_all(b"250 fine\r\n").await?,
                }
            }
            Ok::<(), std::io::Error>(())
        });
        Ok(address)
    }

    #[tokio::test]
    async fn a_refusal_is_heard_although_the_peer_leaves_before_it_has_the_message() {
        let line = [b"x".repeat(78), b"\r\n".to_vec()].concat();
        let address = mail::Address::parse("ann@x.example").expect("an address");
        let message = Composed {
            envelope: Envelope {
                reverse_path: ReversePath::Null,
                forward_paths: vec![ForwardPath::plain(address)],
                body: mail::Body::SevenBit,
                smtputf8: false,
                ret: None,
                envid: None,
            },
            signature: bytes::Bytes::new(),
            content: line.repeat(LARGE_BYTES / line.len()).into(),
        };
        for (refusal, wanted) in
            [("552 5.3.4 too big\r\n", "552 5.3.4 too big"), ("451 4.3.1 no room\r\n", "451 4.3.1 no room")]
        {
            let address = refuses_early(refusal).await.expect("a server");
            let stream = Stream::Plain(TcpStream::connect(address).await.expect("a connection"));
            let config = ClientConfig {
                ehlo_name: "us.example".into(),
                tls: smtp::client::TlsMode::None,
                auth: None,
                auth_without_tls: false,
            };
            let minute = Duration::from_secs(60);
            let timeouts = Timeouts { reply: minute, final_reply: minute, handshake: minute };
            let mut wire = Wire::new(stream, ClientSession::new(config), timeouts, "mx.example".into());
            let tls = ClientTls::new().expect("TLS");
            assert!(wire.open(&tls, Trust::Anyone, "mx.example").await.is_ok());
            let (finding, reusable) = wire.send(&message, 0).await;
            assert_eq!((finding.reply.to_string().as_str(), reusable), (wanted, false));
        }
    }

    #[test]
    fn a_reply_that_drips_has_no_more_time_than_one_that_comes_at_once() {
        let seconds = Duration::from_secs;
        let timeouts = Timeouts { reply: seconds(300), final_reply: seconds(600), handshake: seconds(30) };
        let mut patience = Patience::default();
        // When is waited, for the reply of which phase, whether a command was written before; how long then.
        let table = [
            (0, Phase::Mail, true, 300),
            (299, Phase::Mail, false, 1),
            (598, Phase::Mail, false, 0),
            (598, Phase::Rcpt, false, 300),
            (800, Phase::Rcpt, false, 98),
            (800, Phase::Final, false, 600),
            (1_399, Phase::Final, false, 1),
            (2_000, Phase::Mail, true, 300),
            (2_200, Phase::Mail, false, 100),
            (2_200, Phase::Mail, true, 300),
        ];
        for (at, phase, said, left) in table {
            if said {
                patience.renew();
            }
            assert_eq!(patience.left(&timeouts, phase, seconds(at)), seconds(left), "{phase:?} at {at} s");
        }
    }
}
