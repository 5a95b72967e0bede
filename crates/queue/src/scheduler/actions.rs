//! What the scheduler asks of its driver.

use std::sync::Arc;

use crate::entry::{Entry, Position, QueueKey};
use crate::path::PathId;
use crate::reads::Ticket;
use crate::scheduler::ConnectionId;

/// One thing to do. The order does not matter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Action {
    /// Find the site of a domain; answer with `resolved`.
    Resolve { domain: Arc<str> },
    /// Open a connection from `source` to `site`; answer with `connected` or `connect_failed`.
    Connect { connection: ConnectionId, path: PathId, source: u16, site: Arc<str> },
    /// There is work for a connection that was told [`crate::Lease::Idle`]: it asks for a lease again.
    WakeIdle { connection: ConnectionId },
    /// Read the live deliveries of `key` at `from` and after, by due and delivery, `limit` at most; answer with
    /// `refilled`.
    Refill { ticket: Ticket, key: QueueKey, from: Position, limit: u32 },
    /// Read the live deliveries of the queues after `after` in key order, by due and delivery in each queue, `limit`
    /// in all; answer with `swept`. The last queue may be cut short.
    Sweep { ticket: Ticket, after: Option<QueueKey>, limit: u32 },
    /// These deliveries are over: write it, then settle each as [`crate::Settled::Ended`]. They are leased.
    Fail { key: QueueKey, entries: Vec<Entry>, why: Why },
}

/// Why deliveries end without an attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    Expired,
    /// The domain does not exist.
    NoSuchDomain,
    /// The domain says that it takes no mail (RFC 7505).
    NullMx,
}
