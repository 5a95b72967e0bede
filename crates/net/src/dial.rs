//! Calling others.
//!
//! Not here: which of a host's addresses to try, and when to try again (`queue`); TLS on top (`stream`).

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::{TcpSocket, TcpStream};

use crate::clock::Stopwatch;
use crate::stream::Stream;

/// A connection just made.
pub struct Dialled {
    pub stream: Stream,
    /// Our end: the source that the peer sees, unless there is a translation between.
    pub local: SocketAddr,
    /// How long it took.
    pub took: Duration,
}

/// Why there is no connection. All of these may be different a moment later, or from another source.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// Our own side: the source is not an address of this machine, or of another family than the peer's.
    #[error("calling from {source_address}")]
    ConfigSource { source_address: IpAddr, source: io::Error },
    #[error("no connection to {peer} within {timeout:?}")]
    Timeout { peer: SocketAddr, timeout: Duration },
    #[error("connecting to {peer}")]
    Connect { peer: SocketAddr, source: io::Error },
}

/// Connects to `peer`, from `source_address` or from the one that the system chooses. Small writes go out at once.
pub async fn dial(
    peer: SocketAddr,
    source_address: Option<IpAddr>,
    timeout: Duration,
) -> Result<Dialled, DialError> {
    let stopwatch = Stopwatch::start();
    let connect = |source| DialError::Connect { peer, source };
    let socket = match peer {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    };
    let socket = socket.map_err(connect)?;
    if let Some(source_address) = source_address {
        let bound = socket.bind(SocketAddr::new(source_address, 0));
        bound.map_err(|source| DialError::ConfigSource { source_address, source })?;
    }
    let stream = match tokio::time::timeout(timeout, socket.connect(peer)).await {
        Ok(connected) => connected.map_err(connect)?,
        Err(_) => return Err(DialError::Timeout { peer, timeout }),
    };
    let local = prepared(&stream).map_err(connect)?;
    Ok(Dialled { stream: Stream::Plain(stream), local, took: stopwatch.elapsed() })
}

fn prepared(stream: &TcpStream) -> io::Result<SocketAddr> {
    stream.set_nodelay(true)?;
    stream.local_addr()
}
