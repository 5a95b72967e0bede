//! A connection, plain or secured, under one type.
//!
//! Guarantee: a plain connection becomes a secured one by value, so that nothing can be read past the change by the old
//! name. What a peer sent *before* the handshake and the caller has buffered, the caller must throw away (RFC 3207 §4.2:
//! it was not protected).

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{HandshakeKind, ProtocolVersion};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};

use crate::clock;
use crate::tls::{Changed, ClientTls, HandshakeError, ServerTls, TlsInfo, Trust};

/// A connection to a peer.
pub enum Stream {
    Plain(TcpStream),
    /// Boxed: the state of TLS is large, and most connections in memory are plain or idle.
    Tls(Box<Secured>),
}

/// A connection under TLS.
pub struct Secured {
    stream: TlsStream<TcpStream>,
    peer_verified: bool,
}

impl Stream {
    /// Secures the connection as its server. Looks first whether our certificates' files have changed.
    pub async fn accept_tls(self, tls: &ServerTls, timeout: Duration) -> Result<Stream, HandshakeError> {
        for Changed { certificate, read } in tls.refresh(clock::now()) {
            let file = certificate.display();
            match read {
                Ok(()) => tracing::info!(%file, "a TLS certificate was read again"),
                Err(error) => tracing::warn!(
                    %file,
                    error = &error as &dyn std::error::Error,
                    "a changed TLS certificate cannot be used; the old one is shown"
                ),
            }
        }
        let Stream::Plain(stream) = self else { return Err(HandshakeError::Already) };
        let handshake = TlsAcceptor::from(tls.config()).accept(stream);
        let stream = in_time(handshake, timeout).await?;
        Ok(Stream::Tls(Box::new(Secured { stream: stream.into(), peer_verified: false })))
    }

    /// Secures the connection as its client. `name` is the host name (or address) that was called: it is told to the
    /// peer, and under [`Trust::Verified`] the peer must prove it.
    pub async fn connect_tls(
        self,
        tls: &ClientTls,
        trust: Trust,
        name: &str,
        timeout: Duration,
    ) -> Result<Stream, HandshakeError> {
        let server = ServerName::try_from(name.to_owned())
            .map_err(|_| HandshakeError::Name { name: name.to_owned() })?;
        let config = tls.config(trust)?;
        let Stream::Plain(stream) = self else { return Err(HandshakeError::Already) };
        let handshake = TlsConnector::from(config).connect(server, stream);
        let stream = in_time(handshake, timeout).await?;
        let peer_verified = match trust {
            Trust::Anyone => false,
            Trust::Verified => true,
        };
        Ok(Stream::Tls(Box::new(Secured { stream: stream.into(), peer_verified })))
    }

    /// What was negotiated; `None` on a plain connection.
    #[must_use]
    pub fn tls(&self) -> Option<TlsInfo> {
        let Stream::Tls(secured) = self else { return None };
        let (_, state) = secured.stream.get_ref();
        let version = match state.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => "TLSv1.3",
            Some(ProtocolVersion::TLSv1_2) => "TLSv1.2",
            _ => unreachable!("a handshake ends with a version, and we offer these two"),
        };
        let suite = state.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str());
        Some(TlsInfo {
            version,
            cipher_suite: suite.unwrap_or("unknown"),
            peer_verified: secured.peer_verified,
            resumed: state.handshake_kind() == Some(HandshakeKind::Resumed),
        })
    }

    /// The connection below.
    fn tcp(&self) -> &TcpStream {
        match self {
            Stream::Plain(stream) => stream,
            Stream::Tls(secured) => secured.stream.get_ref().0,
        }
    }

    /// The other end's address. Fails when the connection is gone.
    pub fn peer_address(&self) -> io::Result<SocketAddr> {
        self.tcp().peer_addr()
    }

    /// Our end's address.
    pub fn local_address(&self) -> io::Result<SocketAddr> {
        self.tcp().local_addr()
    }
}

async fn in_time<T>(
    handshake: impl Future<Output = io::Result<T>>,
    timeout: Duration,
) -> Result<T, HandshakeError> {
    match tokio::time::timeout(timeout, handshake).await {
        Ok(done) => done.map_err(HandshakeError::Peer),
        Err(_) => Err(HandshakeError::Timeout),
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Stream::Tls(secured) => Pin::new(&mut secured.stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Tls(secured) => Pin::new(&mut secured.stream).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, parts),
            Stream::Tls(secured) => Pin::new(&mut secured.stream).poll_write_vectored(cx, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Stream::Plain(stream) => stream.is_write_vectored(),
            Stream::Tls(secured) => secured.stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(secured) => Pin::new(&mut secured.stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(secured) => Pin::new(&mut secured.stream).poll_shutdown(cx),
        }
    }
}
