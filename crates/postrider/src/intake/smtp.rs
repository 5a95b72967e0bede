//! SMTP submission: moves octets between sockets and the pure server sessions, and hands what they receive to
//! `sending::accept`.
//!
//! Guarantees
//! 1. Nothing is accepted from somebody who neither authenticated with a key nor calls from a trusted network.
//! 2. The positive reply to a message is written after `accept` returned, hence after the commit.
//! 3. Connections are bounded, in all and by address; each is bounded in time and memory, and in memory all together (`held`).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use mail::{At, Envelope, Reply};
use net::listen::{Admissions, Arrival, Listener, Stop};
use net::stream::Stream;
use smtp::server::{Action, AuthAnswer, Received, ServerConfig, ServerSession, TlsState};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use content::danger::{Refused, in_message};

use super::held::Held;
use crate::app::App;
use crate::directory::Snapshot;
use crate::feature::access::{Key, Stream as MailStream};
use crate::feature::sending::accept::{Outcome, accept, before_or};
use crate::feature::sending::examine::{Examined, examine, scan};
use crate::feature::sending::idempotency::{Once, fingerprint};
use crate::feature::sending::{
    Origin, Recipient, RecipientField, RecipientPath, Refusal, Sender, Submission, Trace, control,
};
use crate::id::Noun;
use crate::room::NOBODY;
use crate::settings::Trusted;

/// Octets that one read takes: a message of usual size comes in one.
const READ_BYTES: usize = 16 << 10;
/// A reply that cannot be written within this time ends the connection.
const WRITE_WAIT: Duration = Duration::from_secs(60);
/// How long a TLS handshake may take.
const HANDSHAKE_WAIT: Duration = Duration::from_secs(30);

/// How TLS begins on a port.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PortTls {
    /// In clear, STARTTLS offered: 587 and 2525.
    StartTls,
    /// From the first octet: 465.
    Implicit,
}

/// Binds a port; its connections count with those of the other ports.
///
/// # Errors
/// As the system says.
pub fn bind(address: SocketAddr, admissions: &Admissions) -> std::io::Result<Listener> {
    Listener::bind(address, admissions.clone())
}

/// What sessions of a port offer, for callers from afar and for those on this machine.
struct Offers {
    afar: Arc<ServerConfig>,
    loopback: Arc<ServerConfig>,
}

impl Offers {
    fn of(app: &App) -> Offers {
        let settings = &app.settings.smtp;
        let afar = ServerConfig {
            hostname: app.hostname.to_string(),
            message_max_bytes: settings.message_max_bytes,
            recipients_max: settings.recipients_max as usize,
            errors_max: settings.errors_max,
            tls_offered: true,
            auth_without_tls: false,
            ..ServerConfig::default()
        };
        let loopback =
            ServerConfig { auth_without_tls: settings.auth_without_tls_on_loopback, ..afar.clone() };
        Offers { afar: afar.into(), loopback: loopback.into() }
    }
}

/// Serves a port until `stop`; sessions under way end after the command they are at.
pub async fn serve(app: Arc<App>, listener: Listener, tls: PortTls, mut stop: Stop) {
    let offers = Offers::of(&app);
    while let Some(arrival) = listener.accept(&mut stop).await {
        let loopback = arrival.peer.ip().to_canonical().is_loopback();
        let config = if loopback { offers.loopback.clone() } else { offers.afar.clone() };
        let (app, stop) = (app.clone(), stop.clone());
        tokio::spawn(async move { connection(&app, arrival, (config, tls), stop).await });
    }
}

async fn connection(
    app: &Arc<App>,
    arrival: Arrival,
    (config, tls): (Arc<ServerConfig>, PortTls),
    mut stop: Stop,
) {
    let Arrival { mut stream, peer, admission } = arrival;
    let state = match tls {
        PortTls::StartTls => TlsState::Clear,
        PortTls::Implicit => TlsState::Established,
    };
    let trusted = trusted(app, peer).is_some();
    let mut session = ServerSession::new(config, state, trusted);
    let _admitted = match admission {
        Ok(admission) => admission,
        Err(refusal) => {
            tracing::info!(%peer, reason = %refusal, "an SMTP client was turned away");
            let mut out = Vec::new();
            session.turned_away(&mut out);
            // Whoever is turned away may have gone before it hears so.
            drop(tokio::time::timeout(WRITE_WAIT, stream.write_all(&out)).await);
            return;
        }
    };
    if tls == PortTls::Implicit {
        let handshake = stream.accept_tls(&app.server_tls, HANDSHAKE_WAIT);
        match stop.unless_stopped(handshake).await {
            Some(Ok(secured)) => stream = secured,
            Some(Err(error)) => return tracing::info!(%peer, %error, "a TLS handshake failed"),
            None => return,
        }
    }
    let held = Held::new(app.incoming.clone());
    let mut client = Client { app, peer, session, who: None, held, input: BytesMut::new(), out: Vec::new() };
    client.session.greet(&mut client.out);
    match client.converse(stream, stop).await {
        Ok(()) => tracing::debug!(%peer, "an SMTP session ended"),
        Err(error) => tracing::debug!(%peer, %error, "an SMTP session broke"),
    }
}

/// One client's session with what the product knows of it.
struct Client<'a> {
    app: &'a Arc<App>,
    peer: SocketAddr,
    session: ServerSession,
    /// The key that authenticated.
    who: Option<Arc<Key>>,
    held: Held,
    input: BytesMut,
    out: Vec<u8>,
}

/// What a message asks for, and whether it may be taken.
struct Understood {
    examined: Result<Examined, Refusal>,
    once: Option<Once>,
}

impl Client<'_> {
    async fn converse(&mut self, mut stream: Stream, mut stop: Stop) -> std::io::Result<()> {
        loop {
            let action = self.session.advance(&mut self.input, &mut self.out);
            if !matches!(action, Action::Accept(_)) {
                self.hold();
            }
            self.flush(&mut stream).await?;
            match action {
                Action::Read if stop.is_stopped() && self.session.is_idle() => {
                    self.session.shutting_down(&mut self.out);
                    return self.flush(&mut stream).await;
                }
                Action::Read => self.read(&mut stream, &mut stop).await?,
                Action::Authenticate { username: _, password } => {
                    let answer = self.authenticate(password.reveal());
                    self.session.authenticated(answer, &mut self.out);
                }
                Action::Accept(received) => {
                    let reply = match self.submit(*received).await {
                        Ok(reply) => reply,
                        Err(refusal) => refusal_reply(&refusal),
                    };
                    self.session.accepted(&reply, &mut self.out);
                }
                Action::StartTls => {
                    let handshake = stream.accept_tls(&self.app.server_tls, HANDSHAKE_WAIT);
                    let Some(secured) = stop.unless_stopped(handshake).await else { return Ok(()) };
                    stream = secured.map_err(std::io::Error::other)?;
                    self.input.clear();
                    self.who = None;
                    self.session.tls_established();
                }
                Action::Close => {
                    return stream.shutdown().await;
                }
            }
        }
    }

    async fn read(&mut self, stream: &mut Stream, stop: &mut Stop) -> std::io::Result<()> {
        self.input.reserve(READ_BYTES);
        let idle = self.app.settings.smtp.idle_timeout;
        let wait = self.held.patience().map_or(idle, |rest| rest.min(idle));
        let may_stop = self.session.is_idle();
        tokio::select! {
            biased;
            read = stream.read_buf(&mut self.input) => match read? {
                0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
                _ => Ok(()),
            },
            () = stop.stopped(), if may_stop => Ok(()),
            () = tokio::time::sleep(wait) => {
                self.session.timed_out(&mut self.out);
                self.flush(stream).await?;
                Err(std::io::ErrorKind::TimedOut.into())
            }
        }
    }

    /// Keeps what came of a message, if there is room for it.
    fn hold(&mut self) {
        let octets = self.session.held_bytes();
        let (app, peer) = (self.app, self.peer);
        let key = self.who.as_ref().map(|key| key.workspace);
        let trusted = || {
            let trusted = trusted(app, peer)?;
            Some(app.directory.snapshot().workspace_by_name(&trusted.workspace)?.id)
        };
        let held = self.held.follow(octets, || key.or_else(trusted).unwrap_or(NOBODY));
        if let Err(full) = held {
            tracing::info!(%peer, octets, reason = %full, "a large message found no room: its client is told to try again");
            self.session.no_room();
            app.counters.refused(&Refusal::Unavailable(full.to_string()));
        }
    }

    async fn flush(&mut self, stream: &mut Stream) -> std::io::Result<()> {
        if self.out.is_empty() {
            return Ok(());
        }
        let written = tokio::time::timeout(WRITE_WAIT, stream.write_all(&self.out)).await;
        self.out.clear();
        written.unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()))
    }

    /// Any user name goes: the password is one of our keys.
    fn authenticate(&mut self, password: &str) -> AuthAnswer {
        match self.app.directory.snapshot().key(password) {
            Some(key) => {
                self.app.key_use.note(key.id, net::clock::now());
                self.who = Some(key.clone());
                AuthAnswer::Accepted
            }
            None => {
                tracing::info!(peer = %self.peer, "an SMTP client gave a key that does not exist");
                AuthAnswer::Refused
            }
        }
    }

    async fn submit(&mut self, received: Received) -> Result<Reply, Refusal> {
        let now = net::clock::now();
        let Understood { examined, once } = self.understood(now, received)?;
        let outcome = match examined {
            Ok(examined) => accept(self.app, now, vec![examined], once).await?,
            Err(refusal) => before_or(self.app, once.as_ref().map(Once::identity), refusal).await?,
        };
        let id = match outcome {
            Outcome::Accepted(accepted) => accepted.first().map(|one| Noun::Message.show(one.message)),
            Outcome::Replayed { answer, .. } => Some(answer),
        };
        Ok(Reply::new(250, (2, 0, 0), format!("Ok: queued as {}", id.unwrap_or_default())))
    }

    /// Reads what the message itself asks for, and decides about it.
    fn understood(&self, now: At, received: Received) -> Result<Understood, Refusal> {
        let snapshot = self.app.directory.snapshot();
        let content = received.content.clone();
        let headers = scan(self.app, &content)?;
        files_ok(self.app, &content)?;
        let control = control::read(&headers)?;
        let (sender, stream) = self.sender(&snapshot, control.stream.as_deref())?;
        let once = control.idempotency_key.as_deref().map(|key| once(&sender, key, &received));
        let message = self.app.mint.message(now, received.envelope.forward_paths.len());
        let submission = submission(self.app, message, received, (sender, stream), control.options);
        Ok(Understood { examined: examine(self.app, &snapshot, now, submission, &headers), once })
    }

    /// In whose name the client speaks, and on which stream. A key is looked up anew: it may have been revoked since.
    fn sender(
        &self,
        snapshot: &Snapshot,
        wanted: Option<&str>,
    ) -> Result<(Sender, Arc<MailStream>), Refusal> {
        let trusted = trusted(self.app, self.peer);
        let (workspace, default) = match (&self.who, trusted) {
            (Some(key), _) if snapshot.key_in_force(key) => (key.workspace, "transactional"),
            (Some(_), _) => return Err(Refusal::Unavailable("the key was revoked".into())),
            (None, Some(trusted)) => {
                let workspace = snapshot.workspace_by_name(&trusted.workspace);
                let workspace = workspace.ok_or_else(|| {
                    Refusal::Unavailable(format!(
                        "the workspace {} of this network does not exist",
                        trusted.workspace
                    ))
                })?;
                (workspace.id, trusted.stream.as_str())
            }
            (None, None) => return Err(Refusal::Unavailable("the session is not authenticated".into())),
        };
        let name = wanted.unwrap_or(default);
        let stream = snapshot.stream(workspace, name).cloned().ok_or_else(|| Refusal::Option {
            field: "X-Postrider-Stream",
            reason: format!("the workspace has no stream {name}"),
        })?;
        Ok((Sender { workspace, origin: Origin::Smtp, key: self.who.clone() }, stream))
    }
}

/// The network of somebody who needs no key.
fn trusted(app: &App, peer: SocketAddr) -> Option<&Trusted> {
    app.settings.trusted_for(peer.ip().to_canonical())
}

/// Whether no file of a message is of a kind that is refused.
fn files_ok(app: &App, content: &[u8]) -> Result<(), Refusal> {
    if !app.settings.attachments.check_smtp {
        return Ok(());
    }
    let refused = |why: Refused| Refusal::Attachment(why.to_string());
    let found = in_message(&app.dangers, content).map_err(refused);
    found.inspect_err(|refusal| app.counters.refused(refusal))
}

fn submission(
    app: &App,
    message: i64,
    received: Received,
    (sender, stream): (Sender, Arc<MailStream>),
    options: crate::feature::sending::Options,
) -> Submission {
    let Received { envelope, content, protocol, .. } = received;
    let Envelope { reverse_path, forward_paths, body, smtputf8, ret, envid } = envelope;
    let recipient = |path| Recipient { field: RecipientField::Envelope, path: RecipientPath::Valid(path) };
    let trace = Some(Trace { host: app.hostname.clone(), protocol });
    Submission {
        message,
        sender,
        stream,
        envelope: Envelope { reverse_path, forward_paths: Vec::new(), body, smtputf8, ret, envid },
        recipients: forward_paths.into_iter().map(recipient).collect(),
        content,
        trace,
        options,
    }
}

/// The key counts within its workspace; the envelope and the octets must be the same again.
fn once(sender: &Sender, key: &str, received: &Received) -> Once {
    let mut request = format!("smtp {}", received.envelope.reverse_path.as_str());
    for path in &received.envelope.forward_paths {
        request.push('\n');
        request.push_str(path.address.as_str());
    }
    let request = [request.as_bytes(), b"\n\n", &received.content].concat();
    Once {
        digest: crate::feature::access::digest_of(&format!("smtp\n{}\n{key}", sender.workspace)),
        fingerprint: fingerprint(&request),
        status: 250,
        answer: Arc::new(|accepted| {
            accepted.first().map(|one| Noun::Message.show(one.message)).unwrap_or_default()
        }),
    }
}

/// What a refusal says on the wire.
fn refusal_reply(refusal: &Refusal) -> Reply {
    let (code, status) = match refusal {
        Refusal::Author(_) | Refusal::Header(_) => (550, (5, 6, 0)),
        Refusal::DomainNotVerified(_) | Refusal::KeyRestricted(_) => (550, (5, 7, 1)),
        Refusal::NoRecipients => (554, (5, 5, 1)),
        Refusal::TooManyRecipients { .. } => (452, (4, 5, 3)),
        Refusal::TooLarge { .. } | Refusal::HeaderTooLarge { .. } => (552, (5, 3, 4)),
        Refusal::Attachment(_) => (554, (5, 7, 0)),
        Refusal::Option { .. } => (550, (5, 6, 0)),
        Refusal::IdempotencyMismatch => (550, (5, 5, 0)),
        Refusal::Unavailable(_) => (452, (4, 3, 1)),
        Refusal::QuotaUsed { .. } | Refusal::Suspended => (451, (4, 7, 1)),
    };
    Reply::new(code, status, refusal.to_string())
}
