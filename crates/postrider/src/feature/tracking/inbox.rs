//! Requests that wait to be written.
//!
//! Guarantee: putting one in takes a lock for nanoseconds and never waits; beyond the bound it is counted as lost.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use mail::At;
use tokio::sync::Notify;

use super::judge::{Asked, Kind};
use super::reading::Quality;
use super::token::Bearer;

/// Requests in memory while the database is away. Reason: some 50 MB, and minutes of a busy campaign.
const WAITING_MAX: usize = 100_000;

/// One request, as it was answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hit {
    pub bearer: Bearer,
    pub kind: Kind,
    pub at: At,
    pub link_id: Option<String>,
    pub url: Option<String>,
    pub client: Client,
    /// Of a reading.
    pub read: Option<(u64, Quality)>,
}

/// Who asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Client {
    pub asked: Asked,
    pub agent: String,
    pub address: Option<IpAddr>,
}

/// What waits.
#[derive(Default)]
pub struct Inbox {
    waiting: Mutex<Vec<Hit>>,
    bell: Notify,
}

impl Inbox {
    /// False when there is no room.
    #[must_use]
    pub fn put(&self, hit: Hit) -> bool {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= WAITING_MAX {
            return false;
        }
        waiting.push(hit);
        let first = waiting.len() == 1;
        drop(waiting);
        if first {
            self.bell.notify_one();
        }
        true
    }

    /// Returns when something waits.
    pub(super) async fn rings(&self) {
        while self.waiting.lock().unwrap_or_else(PoisonError::into_inner).is_empty() {
            self.bell.notified().await;
        }
    }

    /// The oldest `max`.
    pub(super) fn take(&self, max: usize) -> Vec<Hit> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let count = waiting.len().min(max);
        waiting.drain(..count).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::access::Class;

    #[test]
    fn what_has_no_room_is_refused_at_once() {
        let hit = Hit {
            bearer: Bearer { workspace: 1, delivery: 1, link: 0, class: Class::Marketing },
            kind: Kind::Open,
            at: At(0),
            link_id: None,
            url: None,
            client: Client { asked: Asked::Get, agent: String::new(), address: None },
            read: None,
        };
        let inbox = Inbox::default();
        for _ in 0..WAITING_MAX {
            assert!(inbox.put(hit.clone()));
        }
        assert!(!inbox.put(hit.clone()));
        assert_eq!(inbox.take(10).len(), 10);
        assert!(inbox.put(hit));
    }
}
