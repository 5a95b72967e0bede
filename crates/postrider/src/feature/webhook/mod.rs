//! Webhooks: customers' endpoints are told what happens, by signed requests.
//!
//! Guarantees
//! 1. Every event of the log that an endpoint asked for is told to it at least once while the endpoint is enabled and the
//!    event is kept, whatever is killed; its id is the same each time. Only what is given up after `webhooks.retry_waits` is
//!    not, and that can be replayed.
//! 2. Mail never waits for an endpoint: a webhook is a reader of the log. An endpoint never waits for another, except for a
//!    place among `webhooks.requests_max`, of which one that does not answer holds one, and a workspace half at most.
//! 3. Events of one message come in their order, also over retries (`order`).
//! 4. Memory is bounded at any backlog: what waits is a cursor and rows (`docs/webhooks-on-disk.md`).
//! 5. A request goes only where `net::guard` allows, and follows no redirect.
//!
//! Not here: the log (`event`), connections (`net::web`).

pub mod admin;
pub mod api;
pub(crate) mod attempts_api;
pub mod console;
mod feed;
mod flight;
mod kept;
#[cfg(test)]
mod kept_story;
mod order;
mod pace;
mod ready;
mod replay;
mod runner;
mod sign;
mod stored;
#[cfg(test)]
mod story;
pub mod work;

pub(crate) use kept::{Kept, Verdict, keep};
pub(crate) use stored::endpoints;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use http::header::{HeaderName, HeaderValue};
use mail::At;
use net::web::WebUrl;
use store::{Form, Kind, Migration, Special, Statement, Store, StoreError, query};
use tokio::sync::{Semaphore, watch};

use crate::retention::{Aged, edge};
use crate::turns::Turns;
use feed::Feed;
use sign::Signer;

query!(ATTEMPT_AGE, "queries/attempt_age.sql");
edge!(ATTEMPT_EDGE, "webhook_attempt");

pub const MIGRATIONS: &[Migration] = &[Migration {
    number: 15,
    name: "webhook: endpoints, cursors, what waits, attempts",
    sql: include_str!("migrations/0015_webhook.sql"),
    postgres: None,
}];

pub static ATTEMPT_AGED: Aged = Aged { edge: &ATTEMPT_EDGE, delete: &ATTEMPT_AGE, page: 100 };

/// Moves the cursor of an endpoint that is still there.
pub static CURSOR: Statement = Statement {
    name: "webhook_cursor",
    columns: &[("webhook_id", Kind::Int), ("cursor", Kind::Text)],
    form: Form::Words {
        sqlite: "UPDATE webhook_cursor SET cursor = ?2 WHERE webhook_id = ?1",
        postgres: "UPDATE webhook_cursor SET cursor = r.cursor FROM :rows WHERE webhook_cursor.webhook_id = r.webhook_id",
    },
    special: Special::None,
};

/// The attempts of one commit.
pub static ATTEMPT: Statement = Statement::insert(
    "webhook_attempt",
    &[("id", Kind::Int), ("workspace_id", Kind::Int), ("webhook_id", Kind::Int), ("data", Kind::Text)],
);

/// Whether an endpoint is told anything, and why not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    Enabled,
    Disabled(Reason),
}

/// Why an endpoint is disabled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// Somebody wanted it so.
    Asked,
    /// It answered 410.
    Gone,
    /// Every attempt failed for `webhooks.pause_after_s`.
    Dead,
}

impl Reason {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Asked => "asked",
            Reason::Gone => "gone",
            Reason::Dead => "dead",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Reason> {
        [Reason::Asked, Reason::Gone, Reason::Dead].into_iter().find(|reason| reason.as_str() == text)
    }
}

/// A customer's endpoint.
pub struct Endpoint {
    pub id: i64,
    pub workspace: i64,
    pub url: WebUrl,
    /// Names of events; none: all.
    pub events: Option<Vec<Box<str>>>,
    /// Streams whose mail it is told of; none: all, and what concerns no mail is told in any case.
    pub streams: Option<Vec<i64>>,
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Header fields of the mail that it is told.
    pub message_headers: Vec<Box<str>>,
    /// Events of one request at most; 1: an object, more: an array.
    pub batch: usize,
    pub secret: Vec<u8>,
    pub signer: Signer,
    /// Of the Ed25519 key.
    pub seed: Option<Vec<u8>>,
    pub state: State,
    pub failing_since: Option<At>,
    pub created: At,
}

impl Endpoint {
    /// Whether it asked for events of this name.
    #[must_use]
    pub fn wants(&self, name: &str) -> bool {
        self.events.as_ref().is_none_or(|names| names.iter().any(|wanted| **wanted == *name))
    }

    /// Whether it asked for mail of this stream; none: what concerns no mail.
    #[must_use]
    pub fn hears(&self, stream: Option<i64>) -> bool {
        match (&self.streams, stream) {
            (Some(streams), Some(stream)) => streams.contains(&stream),
            (None, _) | (_, None) => true,
        }
    }
}

/// All endpoints of the process, and what they share.
pub struct Webhooks {
    endpoints: RwLock<HashMap<i64, Arc<Endpoint>>>,
    reading: tokio::sync::Mutex<()>,
    /// Counts changes of the endpoints, and replays that were asked for.
    changed: watch::Sender<u64>,
    /// Places of all requests under way, half of them for one workspace.
    places: Turns,
    /// Places of connections that are kept without a request: half as many again.
    kept: Arc<Semaphore>,
    feed: Feed,
    /// Endpoints that somebody works for.
    working: AtomicUsize,
}

impl Webhooks {
    /// # Errors
    /// As [`Store::read`].
    pub async fn open(store: &Store, requests_max: usize) -> Result<Webhooks, StoreError> {
        let webhooks = Webhooks {
            endpoints: RwLock::default(),
            reading: tokio::sync::Mutex::default(),
            changed: watch::Sender::new(0),
            places: Turns::new(requests_max),
            kept: Arc::new(Semaphore::new(requests_max / 2)),
            feed: Feed::default(),
            working: AtomicUsize::new(0),
        };
        webhooks.reload(store).await?;
        Ok(webhooks)
    }

    /// Reads the endpoints anew, and tells those who work for them.
    ///
    /// # Errors
    /// As [`Store::read`]; the old ones then stay.
    pub async fn reload(&self, store: &Store) -> Result<(), StoreError> {
        let _reading = self.reading.lock().await;
        let all = stored::endpoints(store).await?.into_iter().map(|one| (one.id, Arc::new(one))).collect();
        *self.endpoints.write().unwrap_or_else(PoisonError::into_inner) = all;
        self.poke();
        Ok(())
    }

    /// Endpoints for which something is still under way after the end.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.working.load(Ordering::Relaxed)
    }

    /// Has every endpoint look whether there is something to do.
    pub fn poke(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    #[must_use]
    pub fn endpoint(&self, id: i64) -> Option<Arc<Endpoint>> {
        self.endpoints.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    /// The endpoints of a workspace, newest first.
    #[must_use]
    pub fn of_workspace(&self, workspace: i64) -> Vec<Arc<Endpoint>> {
        let mut all = self.all();
        all.retain(|endpoint| endpoint.workspace == workspace);
        all.sort_by_key(|endpoint| std::cmp::Reverse(endpoint.id));
        all
    }

    fn is_empty(&self) -> bool {
        self.endpoints.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    fn all(&self) -> Vec<Arc<Endpoint>> {
        self.endpoints.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}
