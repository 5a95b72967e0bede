//! Being called: listeners, how many callers they admit, and how they stop.
//!
//! Guarantees
//! 1. Callers are counted while their [`Admission`] lives, in all and per address, over all listeners that share an
//!    [`Admissions`]. The count of an address that has left costs no memory.
//! 2. A caller who is not admitted is still handed over, so that it can be told why.
//! 3. A listener ends for one reason only: it was told to stop.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;

use crate::stream::Stream;

/// Connections that the system holds for us until they are accepted; it may hold fewer.
const BACKLOG: u32 = 1_024;
/// How long to wait when the system refuses to accept, most likely for lack of file descriptors.
const ACCEPT_RETRY_WAIT: Duration = Duration::from_millis(50);

/// A bound address.
pub struct Listener {
    inner: TcpListener,
    address: SocketAddr,
    admissions: Admissions,
}

/// Somebody who called.
pub struct Arrival {
    pub stream: Stream,
    pub peer: SocketAddr,
    /// Keep it as long as the connection; when refused, say so and close.
    pub admission: Result<Admission, Refusal>,
}

/// Why a caller is not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("too many connections")]
    Full,
    #[error("too many connections from this address")]
    AddressFull,
}

impl Listener {
    /// Binds `address`; port 0 takes a free one. An address that was just in use by us can be bound again at once.
    ///
    /// Must be called within a tokio runtime.
    pub fn bind(address: SocketAddr, admissions: Admissions) -> io::Result<Listener> {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4(),
            SocketAddr::V6(_) => TcpSocket::new_v6(),
        }?;
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let inner = socket.listen(BACKLOG)?;
        let address = inner.local_addr()?;
        Ok(Listener { inner, address, admissions })
    }

    /// Where it listens, with the port that the system chose.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next caller; `None` once `stop` says so.
    pub async fn accept(&self, stop: &mut Stop) -> Option<Arrival> {
        loop {
            let accepted = tokio::select! {
                biased;
                () = stop.stopped() => return None,
                accepted = self.inner.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => return Some(self.arrival(stream, peer)),
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, listener = %self.address, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_RETRY_WAIT).await;
                }
            }
        }
    }

    fn arrival(&self, stream: TcpStream, peer: SocketAddr) -> Arrival {
        // Without it replies are late, not wrong; it fails only when the peer has gone already.
        let _ = stream.set_nodelay(true);
        Arrival { stream: Stream::Plain(stream), peer, admission: self.admissions.admit(peer.ip()) }
    }
}

/// Counts who is there. Cheap to clone; the clones count together.
#[derive(Clone)]
pub struct Admissions {
    max: usize,
    per_address_max: usize,
    counts: Arc<Mutex<Counts>>,
}

#[derive(Default)]
struct Counts {
    all: usize,
    /// Only addresses with somebody there.
    by_address: HashMap<IpAddr, usize>,
}

/// The right to be served, until it is dropped.
pub struct Admission {
    address: IpAddr,
    counts: Arc<Mutex<Counts>>,
}

impl Admissions {
    /// At most `max` at once, and `per_address_max` from one address (IPv6: from one /64).
    #[must_use]
    pub fn new(max: usize, per_address_max: usize) -> Admissions {
        Admissions { max, per_address_max, counts: Arc::default() }
    }

    /// Counts one more from `address`, unless there are too many.
    pub fn admit(&self, address: IpAddr) -> Result<Admission, Refusal> {
        let address = counted_as(address);
        let mut counts = lock(&self.counts);
        if counts.all >= self.max {
            return Err(Refusal::Full);
        }
        match counts.by_address.entry(address) {
            Entry::Occupied(entry) if *entry.get() >= self.per_address_max => {
                return Err(Refusal::AddressFull);
            }
            Entry::Occupied(mut entry) => *entry.get_mut() += 1,
            Entry::Vacant(_) if self.per_address_max == 0 => return Err(Refusal::AddressFull),
            Entry::Vacant(entry) => drop(entry.insert(1)),
        }
        counts.all += 1;
        Ok(Admission { address, counts: self.counts.clone() })
    }

    /// How many are there now.
    #[must_use]
    pub fn present(&self) -> usize {
        lock(&self.counts).all
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        let mut counts = lock(&self.counts);
        counts.all -= 1;
        if let Entry::Occupied(mut entry) = counts.by_address.entry(self.address) {
            *entry.get_mut() -= 1;
            if *entry.get() == 0 {
                entry.remove();
            }
        }
    }
}

/// The counts are right after every statement, so a panic elsewhere does not spoil them.
fn lock(counts: &Mutex<Counts>) -> MutexGuard<'_, Counts> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An IPv6 host owns its /64 and could call from another address each time.
fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

/// Tells everybody who holds a [`Stop`] to end; so does dropping it.
pub struct Stopper(watch::Sender<bool>);

/// Hears when it is time to end. Cheap to clone.
#[derive(Clone)]
pub struct Stop(watch::Receiver<bool>);

/// A new pair of both.
#[must_use]
pub fn stopper() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Waits until every [`Stop`] was dropped: whoever held one has ended.
    pub async fn all_ended(&self) {
        self.0.closed().await;
    }
}

impl Stop {
    /// Returns once it is time to end, also when that was said long ago.
    pub async fn stopped(&mut self) {
        // An error means that the stopper is gone, which is a way to say the same.
        let _ = self.0.wait_for(|stop| *stop).await;
    }

    /// What `work` gives, or none when it is time to end before.
    pub async fn unless_stopped<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            done = work => Some(done),
            () = self.stopped() => None,
        }
    }

    #[must_use]
    pub fn is_stopped(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }
}
