//! An event with everything that is told about it, made once for all endpoints that hear of it.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use mail::At;
use mail::header::Headers;
use serde_json::{Map, Value};
use store::StoreError;

use super::order::Place;
use crate::app::App;
use crate::feature::event::api::EventBody;
use crate::feature::event::read::Event;
use crate::feature::sending::told::{Told, told};

/// The longest value of a mail's header field that is told, in characters.
const MESSAGE_HEADER_MAX: usize = 1_000;

/// An event of the log, ready to be told.
#[derive(Debug)]
pub struct Ready {
    pub event: Event,
    told: Option<Told>,
    stream: Option<Arc<str>>,
    body: OnceLock<Bytes>,
}

impl Ready {
    pub fn new(event: Event, told: Option<Told>, stream: Option<Arc<str>>) -> Ready {
        Ready { event, told, stream, body: OnceLock::new() }
    }

    /// Its place among the events of its message.
    #[must_use]
    pub fn place(&self) -> Place {
        (self.event.at, self.event.id)
    }

    /// The stream of its mail.
    #[must_use]
    pub fn stream(&self) -> Option<i64> {
        self.told.as_ref().map(|told| told.stream)
    }

    /// Whether header fields of its mail may be told.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.told.as_ref().is_none_or(|told| !told.concealed)
    }

    #[must_use]
    pub fn at(&self) -> At {
        self.event.at
    }

    /// The JSON object, without what a single endpoint asked for.
    pub fn body(&self) -> Bytes {
        self.body.get_or_init(|| json(&self.shown())).clone()
    }

    /// The same with header fields of the mail.
    pub fn body_with(&self, headers: Map<String, Value>) -> Bytes {
        let mut shown = self.shown();
        shown.data.insert("headers".to_owned(), headers.into());
        json(&shown)
    }

    fn shown(&self) -> EventBody {
        EventBody::of(&self.event, self.told.as_ref(), self.stream.as_deref())
    }
}

fn json(body: &EventBody) -> Bytes {
    serde_json::to_vec(body).expect("invariant: names are texts and values are JSON").into()
}

/// What there is to know of events of one workspace, in their order.
///
/// # Errors
/// As [`store::Store::read`].
pub async fn ready(app: &App, workspace: i64, events: Vec<Event>) -> Result<Vec<Arc<Ready>>, StoreError> {
    let deliveries: Vec<i64> = events.iter().filter_map(|event| event.delivery).collect();
    let known = told(&app.store, workspace, &deliveries).await?;
    let snapshot = app.directory.snapshot();
    let one = |event: Event| {
        let told = event.delivery.and_then(|delivery| known.get(&delivery)).cloned();
        let stream = told.as_ref().and_then(|told| snapshot.stream_by_id(workspace, told.stream));
        let stream = stream.map(|stream| stream.name.clone());
        Arc::new(Ready::new(event, told, stream))
    };
    Ok(events.into_iter().map(one).collect())
}

/// The header fields of an event's mail that an endpoint asked for; empty when the content is gone.
///
/// # Errors
/// As [`store::Store::read`].
pub async fn message_headers(
    app: &App,
    message: i64,
    names: &[Box<str>],
) -> Result<Map<String, Value>, StoreError> {
    let mut found = Map::new();
    let Some(parcel) = app.parcels.fetch(&app.store, message).await? else { return Ok(found) };
    let Ok(headers) = Headers::scan(&parcel.content) else { return Ok(found) };
    for name in names {
        if let Some(text) = headers.text(name) {
            found.insert(name.to_string(), text.chars().take(MESSAGE_HEADER_MAX).collect::<String>().into());
        }
    }
    Ok(found)
}
