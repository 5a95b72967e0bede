//! One client's connection: admitted or told that it is not, and bounded in time whatever the client does.
//!
//! Guarantees
//! 1. A connection is held only while its [`net::listen::Admission`] is.
//! 2. A client that sends the header of a request octet by octet, or none, is gone after `http.header_timeout_s`; one that
//!    takes nothing of an answer, after `http.idle_timeout_s`; one that takes it too slowly on average ([`LEAST`]), a little later.
//! 3. Under TLS nothing is read before the handshake, which has as long as a header.
//! 4. The header of a request takes [`HEAD_MAX_BYTES`] of memory at most.
//!
//! Not here: how long a body may take (`json`).

use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use net::listen::{Arrival, Stop};
use net::tls::ServerTls;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::time::{Instant, Sleep};

use crate::settings::Http;

/// Octets of a request's line and header. Reason: browsers and proxies send some kilobytes; a thousand clients at once
/// must not take gigabytes.
const HEAD_MAX_BYTES: usize = 64 << 10;
/// How long writing to somebody who is turned away may take.
const REFUSAL_WAIT: Duration = Duration::from_secs(5);
/// What somebody hears who is one too many.
const TURNED_AWAY: &str = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\n\
    content-type: text/plain\r\ncontent-length: 22\r\n\r\ntoo many connections\r\n";

/// In the extensions of a request that came by HTTPS to a listener of ours.
#[derive(Clone, Copy)]
pub struct OverTls;

/// Serves a connection until it ends; after `stop` only the request under way is answered.
pub(super) async fn serve(
    limits: &Http,
    (router, tls): (Router, Option<&ServerTls>),
    arrival: Arrival,
    mut stop: Stop,
) {
    let Arrival { mut stream, peer, admission } = arrival;
    let _admitted = match admission {
        Ok(admission) => admission,
        Err(refusal) => {
            tracing::info!(%peer, reason = %refusal, "an HTTP client was turned away");
            // Whoever is turned away may have gone before it hears so.
            drop(tokio::time::timeout(REFUSAL_WAIT, stream.write_all(TURNED_AWAY.as_bytes())).await);
            return;
        }
    };
    if let Some(tls) = tls {
        // As long as for a header: both come before anything is asked.
        stream = match stop.unless_stopped(stream.accept_tls(tls, limits.header_timeout)).await {
            Some(Ok(secured)) => secured,
            Some(Err(error)) => {
                tracing::debug!(%peer, error = &error as &dyn std::error::Error, "an HTTP connection broke");
                return;
            }
            None => return,
        };
    }
    let service = TowerToHyperService::new(router);
    let secured = tls.is_some();
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        if secured {
            request.extensions_mut().insert(OverTls);
        }
        request.extensions_mut().insert(ConnectInfo::<SocketAddr>(peer));
        service.call(request)
    });
    let stream = Impatient::new(stream, limits.idle_timeout, LEAST);
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(HEAD_MAX_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    let mut served = pin!(served);
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        () = stop.stopped() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "an HTTP connection broke");
    }
}

/// How fast octets are taken at least, once some had to wait.
#[derive(Clone, Copy)]
struct Pace {
    /// From the first that had to wait on.
    grace: Duration,
    octets_per_s: u64,
}

/// What a client takes at least. Reason: what an answer holds is in memory until its client has taken it, and a bad line is four
/// times as fast.
const LEAST: Pace = Pace { grace: Duration::from_secs(30), octets_per_s: 8 << 10 };

/// An answer that had to wait for its client, until all of it was taken.
struct Waiting {
    since: Instant,
    taken: u64,
    due: Pin<Box<Sleep>>,
}

impl Waiting {
    fn begin(pace: Pace) -> Waiting {
        let due = Box::pin(tokio::time::sleep(pace.grace));
        Waiting { since: due.deadline() - pace.grace, taken: 0, due }
    }

    /// Whether less was taken than should have been by now.
    fn is_late(&mut self, cx: &mut Context<'_>, pace: Pace) -> bool {
        while self.due.as_mut().poll(cx).is_ready() {
            let taken = Duration::from_millis(self.taken.saturating_mul(1_000) / pace.octets_per_s);
            let due = self.since + pace.grace + taken;
            if due <= self.due.deadline() {
                return true;
            }
            self.due.as_mut().reset(due);
        }
        false
    }
}

/// A stream that breaks when its peer takes nothing for too long, or too little.
struct Impatient<S> {
    stream: S,
    wait: Duration,
    pace: Pace,
    /// Runs while something could not be written.
    stalled: Option<Pin<Box<Sleep>>>,
    waiting: Option<Waiting>,
}

impl<S> Impatient<S> {
    fn new(stream: S, wait: Duration, pace: Pace) -> Impatient<S> {
        Impatient { stream, wait, pace, stalled: None, waiting: None }
    }

    /// Watches how much is written.
    fn count(&mut self, written: &Poll<io::Result<usize>>) {
        if let (Poll::Ready(Ok(count)), Some(waiting)) = (written, &mut self.waiting) {
            waiting.taken += *count as u64;
        }
    }

    /// Watches how long nothing, or too little, is written.
    fn watch<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let pace = self.pace;
        if self.waiting.get_or_insert_with(|| Waiting::begin(pace)).is_late(cx, pace) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        let wait = self.wait;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(wait)));
        match stalled.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Impatient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Impatient<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, octets);
        self.count(&written);
        self.watch(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.count(&written);
        self.watch(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        if flushed.is_ready() {
            self.waiting = None;
        }
        self.watch(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let ended = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.watch(cx, ended)
    }
}

#[cfg(test)]
mod tests {
    use net::listen::{Admissions, Listener, stopper};
    use net::tls::{CERTIFICATE_FILE, ClientTls, Trust};
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpStream;

    use super::*;
    use crate::http::{HttpTls, Paths, router};
    use crate::testing::{Database, Harness};

    const LONG: Duration = Duration::from_secs(60);

    /// What a client hears until the connection ends that says `words` and then nothing more.
    async fn heard(harness: &Harness, admissions: &Admissions, words: &str) -> String {
        heard_over(harness, admissions, (HttpTls::Clear, None), words).await
    }

    async fn heard_over(
        harness: &Harness,
        admissions: &Admissions,
        (tls, trusting): (HttpTls, Option<ClientTls>),
        words: &str,
    ) -> String {
        let (_stopper, stop) = stopper();
        let listener = Listener::bind(([127, 0, 0, 1], 0).into(), admissions.clone()).expect("a port");
        let address = listener.address();
        let router = router(harness.app.clone(), Paths::All, stop.clone());
        tokio::spawn(crate::http::serve(harness.app.clone(), router, (listener, tls), stop));
        let client = TcpStream::connect(address).await.expect("somebody listens");
        let mut client = net::stream::Stream::Plain(client);
        if let Some(trusting) = trusting {
            let secured = client.connect_tls(&trusting, Trust::Verified, "localhost", LONG).await;
            client = secured.expect("a handshake");
        }
        client.write_all(words.as_bytes()).await.expect("it is taken");
        let mut heard = Vec::new();
        // Who is turned away while it speaks may be cut off.
        drop(client.read_to_end(&mut heard).await);
        String::from_utf8(heard).expect("text")
    }

    #[tokio::test]
    async fn a_client_that_dawdles_is_let_go() {
        let limits = [("http.header_timeout_s", "1"), ("http.idle_timeout_s", "1")];
        let harness = Harness::start(Database::Sqlite, &limits).await;
        let key = &harness.key;
        let kept = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
        let body = format!(
            "POST /streams HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-length: 100\r\n\r\n{{\"name\":"
        );
        let large = format!("GET / HTTP/1.1\r\nx: {}", "x".repeat(HEAD_MAX_BYTES + 1));
        let cases = [
            ("says nothing", "", ""),
            ("never ends the header", "GET /healthz HTTP/1.1\r\nx: y", ""),
            ("has no second request", kept, "200 OK"),
            ("never ends the body", &body, "the request's body did not arrive"),
            ("has a header without end", &large, "431 "),
        ];
        for (what, words, answer) in cases {
            let admissions = Admissions::new(1, 1);
            let heard = heard(&harness, &admissions, words).await;
            let as_it_should = if answer.is_empty() { heard.is_empty() } else { heard.contains(answer) };
            assert!(as_it_should, "a client that {what} heard {heard:?}");
        }
        harness.end().await;
    }

    #[tokio::test]
    async fn a_listener_may_speak_https() {
        let harness = Harness::start(Database::Sqlite, &[("http.header_timeout_s", "1")]).await;
        let admissions = Admissions::new(5, 5);
        let made = harness.app.settings.node.data_dir.join(CERTIFICATE_FILE);
        let root = rustls::pki_types::pem::PemObject::from_pem_file(made).expect("the self-made certificate");
        let trusting = ClientTls::with_roots(vec![root]).expect("a client");
        let words = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        let secure = (HttpTls::Https, Some(trusting));
        let heard = heard_over(&harness, &admissions, secure, words).await;
        assert!(heard.starts_with("HTTP/1.1 200 OK"), "{heard}");
        for words in ["", words] {
            let heard = heard_over(&harness, &admissions, (HttpTls::Https, None), words).await;
            assert!(!heard.contains("HTTP/1.1"), "in clear, or silent, nobody is answered: {heard}");
        }
        harness.end().await;
    }

    #[tokio::test]
    async fn one_too_many_is_told_so() {
        let harness = Harness::start(Database::Sqlite, &[]).await;
        let admissions = Admissions::new(5, 1);
        let _present = admissions.admit(std::net::IpAddr::from([127, 0, 0, 1])).expect("the first");
        let heard = heard(&harness, &admissions, "").await;
        assert_eq!(heard, TURNED_AWAY);
        let (head, body) = heard.split_once("\r\n\r\n").expect("a body");
        assert!(head.contains(&format!("content-length: {}", body.len())));
        harness.end().await;
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_is_let_go() {
        let (ours, _theirs) = tokio::io::duplex(8);
        let mut stream = Impatient::new(ours, Duration::from_millis(1), LEAST);
        stream.write_all(b"eight oc").await.expect("there is room");
        let error = stream.write_all(b"more").await.expect_err("nobody takes it");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_client_that_takes_octet_by_octet_is_let_go() {
        const HOUR: Duration = Duration::from_secs(3_600);
        for (octets_per_s, is_enough) in [(1, true), (u64::MAX / 1_000, false)] {
            let (ours, mut theirs) = tokio::io::duplex(8);
            let taking = async move { while matches!(theirs.read(&mut [0]).await, Ok(1)) {} };
            let pace = Pace { grace: Duration::from_millis(1), octets_per_s };
            let mut stream = Impatient::new(ours, HOUR, pace);
            let giving = async {
                // The last of them are written long after the grace.
                for _ in 0..100_000 {
                    stream.write_all(b"four").await?;
                }
                io::Result::Ok(())
            };
            tokio::select! {
                given = giving => assert_eq!(given.is_ok(), is_enough, "{octets_per_s}"),
                () = taking => panic!("it takes until the end"),
            }
        }
    }
}
