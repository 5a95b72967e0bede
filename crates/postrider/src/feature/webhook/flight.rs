//! One request to one endpoint, and what came of it.
//!
//! Guarantees
//! 1. `webhook-id` is that of the first event whenever the same events are told.
//! 2. Only 2xx is success. What a peer says is cut to [`ANSWER_BYTES_MAX`].

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, USER_AGENT};
use mail::At;
use net::clock::Stopwatch;
use net::web::{Answer, Bounds, Connection, Method, Request, WebError, WebUrl};
use store::StoreError;
use tokio::sync::OwnedSemaphorePermit;

use super::Endpoint;
use super::order::Load;
use super::ready::{Ready, message_headers, ready};
use super::sign::seconds;
use crate::app::App;
use crate::feature::event::merged::events_by_id;
use crate::id::Noun;

/// Octets of an answer that are kept. Reason: an error's text, not the page around it.
pub const ANSWER_BYTES_MAX: usize = 1_024;
/// How long a connection is used before the name is looked up anew.
const CONNECTION_AGE_MAX: Duration = Duration::from_secs(60);

/// What the endpoint made of a request.
#[derive(Clone, Debug)]
pub enum Outcome {
    Answered {
        status: u16,
        body: Bytes,
        retry_after: Option<Duration>,
    },
    /// There was no answer; why, for people.
    Unanswered(String),
    /// The events are not kept any more: there was nothing to tell.
    Vanished,
    /// They could not be read: nothing was tried.
    NotRead(StoreError),
}

impl Outcome {
    #[must_use]
    pub fn is_success(&self) -> bool {
        matches!(self, Outcome::Answered { status: 200..=299, .. })
    }
}

/// A load that is back.
pub struct Flown {
    pub load: Load,
    pub outcome: Outcome,
    pub at: At,
    pub took: Duration,
    /// What was told: ids and names.
    pub told: Vec<(i64, String)>,
}

/// Connections to one endpoint that are not in use.
#[derive(Clone, Default)]
pub struct Idle(Arc<Mutex<Vec<(WebUrl, Open)>>>);

/// A connection, and since when.
struct Open {
    connection: Connection,
    since: Stopwatch,
    /// The place among all that are kept while nobody uses them.
    _place: Option<OwnedSemaphorePermit>,
}

impl Idle {
    fn take(&self, url: &WebUrl) -> Option<Open> {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((known, open)) = idle.pop() {
            if known == *url && open.connection.is_open() && open.since.elapsed() < CONNECTION_AGE_MAX {
                return Some(Open { _place: None, ..open });
            }
        }
        None
    }

    /// Keeps a connection for the next request, if another may be kept.
    fn keep(&self, app: &App, url: &WebUrl, open: Open) {
        let place = app.webhooks.kept.clone().try_acquire_owned();
        if let (true, Ok(place)) = (open.connection.is_open(), place) {
            let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            idle.push((url.clone(), Open { _place: Some(place), ..open }));
        }
    }

    /// Closes them all.
    pub fn close(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Tells the load to the endpoint, once there is a place among all requests.
pub async fn fly(app: Arc<App>, endpoint: Arc<Endpoint>, idle: Idle, load: Load) -> Flown {
    let flown = |outcome, at, took, told| Flown { load: load.clone(), outcome, at, took, told };
    let nothing = (app.now(), Duration::ZERO, Vec::new());
    let events = match events_of(&app, &endpoint, &load).await {
        Ok(events) if events.is_empty() => return flown(Outcome::Vanished, nothing.0, nothing.1, nothing.2),
        Ok(events) => events,
        Err(error) => return flown(Outcome::NotRead(error), nothing.0, nothing.1, nothing.2),
    };
    let body = match body_of(&app, &endpoint, &events).await {
        Ok(body) => body,
        Err(error) => return flown(Outcome::NotRead(error), nothing.0, nothing.1, nothing.2),
    };
    let told = events.iter().map(|ready| (ready.event.id, ready.event.name.clone())).collect();
    let _place = app.webhooks.places.take(endpoint.workspace).await;
    let (at, clock) = (app.now(), Stopwatch::start());
    let answer = call(&app, &endpoint, &idle, at, (&Noun::Event.show(load.first()), body)).await;
    flown(outcome(at, answer), at, clock.elapsed(), told)
}

/// Makes something of an answer, or of its absence.
pub fn outcome(now: At, answer: Result<Answer, WebError>) -> Outcome {
    match answer {
        Ok(answer) => Outcome::Answered {
            status: answer.status,
            retry_after: retry_after(now, &answer.headers),
            body: answer.body,
        },
        Err(error) => Outcome::Unanswered(error.to_string()),
    }
}

/// What an endpoint asks for, in seconds or as a date (RFC 9110 §10.2.3).
fn retry_after(now: At, headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let then = jiff::fmt::rfc2822::parse(text).ok()?.timestamp().as_microsecond();
    u64::try_from(then - now.0).ok().map(Duration::from_micros)
}

async fn events_of(app: &App, endpoint: &Endpoint, load: &Load) -> Result<Vec<Arc<Ready>>, StoreError> {
    match load {
        Load::New(events) => Ok(events.clone()),
        Load::Again(waiting) => {
            let ids: Vec<i64> = waiting.iter().map(|one| one.place.1).collect();
            let mut events = events_by_id(&app.store, endpoint.workspace, &ids).await?;
            events.sort_by_key(|event| (event.at, event.id));
            ready(app, endpoint.workspace, events).await
        }
    }
}

/// The body as this endpoint wants it.
pub async fn body_of(app: &App, endpoint: &Endpoint, events: &[Arc<Ready>]) -> Result<Bytes, StoreError> {
    let mut bodies = Vec::with_capacity(events.len());
    for one in events {
        let body = match one.event.message {
            Some(message) if !endpoint.message_headers.is_empty() && one.is_open() => {
                one.body_with(message_headers(app, message, &endpoint.message_headers).await?)
            }
            Some(_) | None => one.body(),
        };
        bodies.push(body);
    }
    Ok(framed(endpoint, &bodies))
}

/// One object, or an array of them for an endpoint that takes several.
pub fn framed(endpoint: &Endpoint, bodies: &[Bytes]) -> Bytes {
    match bodies {
        [only] if endpoint.batch <= 1 => only.clone(),
        several => [b"[".as_slice(), &several.join(b",".as_slice()), b"]".as_slice()].concat().into(),
    }
}

/// Sends a body under an id, over a connection that is kept or a new one.
///
/// # Errors
/// There was no answer.
pub async fn call(
    app: &App,
    endpoint: &Endpoint,
    idle: &Idle,
    now: At,
    (id, body): (&str, Bytes),
) -> Result<Answer, WebError> {
    let settings = &app.settings.webhooks;
    let bounds = Bounds {
        connect: settings.connect_timeout,
        answer: settings.answer_timeout,
        body_max: ANSWER_BYTES_MAX,
    };
    let url = &endpoint.url;
    let request = Request { method: Method::POST, headers: headers(endpoint, now, id, &body), body };
    if let Some(mut open) = idle.take(url) {
        match open.connection.send(url, request.clone(), bounds).await {
            // The peer closed it while nobody looked: not its last word.
            Err(WebError::Broken(_)) => {}
            Ok(answer) => {
                idle.keep(app, url, open);
                return Ok(answer);
            }
            Err(error) => return Err(error),
        }
    }
    let connection = app.web.connect(url, bounds).await?;
    let mut open = Open { connection, since: Stopwatch::start(), _place: None };
    let answer = open.connection.send(url, request, bounds).await?;
    idle.keep(app, url, open);
    Ok(answer)
}

fn headers(endpoint: &Endpoint, now: At, id: &str, body: &[u8]) -> Vec<(HeaderName, HeaderValue)> {
    let value = |text: &str| {
        HeaderValue::from_str(text).expect("invariant: ids, numbers and base 64 are visible ASCII")
    };
    let signature = endpoint.signer.signature(now, id, body);
    let mut all = Vec::with_capacity(8 + endpoint.headers.len());
    all.push((CONTENT_TYPE, HeaderValue::from_static("application/json")));
    all.push((USER_AGENT, HeaderValue::from_static(concat!("Postrider/", env!("CARGO_PKG_VERSION")))));
    // Standard Webhooks' names, and those of the libraries that came before it.
    for names in [
        ["webhook-id", "webhook-timestamp", "webhook-signature"],
        ["svix-id", "svix-timestamp", "svix-signature"],
    ] {
        let [of_id, of_timestamp, of_signature] = names.map(HeaderName::from_static);
        all.push((of_id, value(id)));
        all.push((of_timestamp, HeaderValue::from(seconds(now))));
        all.push((of_signature, value(&signature)));
    }
    all.extend(endpoint.headers.iter().cloned());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_to_be_left_alone_is_read_in_both_forms() {
        let now = At(784_111_777_000_000);
        for (text, expected) in [
            ("120", Some(120)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sun, 06 Nov 1994 08:48:37 GMT", None),
            ("soon", None),
            ("-5", None),
        ] {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(text))]);
            assert_eq!(retry_after(now, &headers), expected.map(Duration::from_secs), "{text}");
        }
    }
}
