//! `/events`: everything that happened, by cursor and as a stream.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event as Sent, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use mail::date::rfc3339;
use net::listen::Stop;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};

use super::Name;
use super::read::{Cursor, Event, events_of_workspace, events_of_workspace_before};
use super::tail::{Next, Tail};
use crate::app::App;
use crate::feature::sending::told::{Told, told};
use crate::http::auth::FullKey;
use crate::http::endpoint::{Endpoint, Method};
use crate::http::error::{ApiError, Code, Mistakes};
use crate::http::json::Params;
use crate::id::Noun;

/// Events of a page when nothing was said, and at most.
const LIMIT_DEFAULT: usize = 100;
const LIMIT_MAX: usize = 1_000;

#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new(Method::Get, "/events", list)
            .summary("Read what happened after or before a cursor, oldest first.")
            .query::<ListParams>()
            .answers::<EventList>(200),
        Endpoint::new(Method::Get, "/events/stream", follow)
            .summary("Follow what happens as Server-Sent Events; the id of each is the cursor to go on from.")
            .query::<FollowParams>()
            .answers_other(200, "text/event-stream"),
    ]
}

/// Which events to read.
#[derive(Deserialize, IntoParams, Default)]
#[serde(default)]
struct ListParams {
    /// The `next` or `cursor` of an earlier answer; from the oldest event on when nothing is said.
    after: Option<String>,
    /// The `next` or `cursor` of an earlier answer, to read backwards from there; from the newest event on when empty.
    before: Option<String>,
    /// 1 to 1,000; 100 when nothing is said.
    limit: Option<String>,
}

/// Where to follow from.
#[derive(Deserialize, IntoParams, Default)]
#[serde(default)]
struct FollowParams {
    /// A cursor; the header `Last-Event-ID` wins. Only what happens from now on when neither is given.
    after: Option<String>,
}

/// Events in the order in which each writer committed them.
#[derive(Serialize, ToSchema)]
struct EventList {
    object: &'static str,
    data: Vec<EventBody>,
    /// There is more to read now; `data` may be empty all the same.
    has_more: bool,
    /// What to give as `after` (or as `before`, if that was asked for) for the next page; or null.
    next: Option<String>,
    /// What to give as `after`, now or later, to go on behind this page (when read backwards: to read it again).
    cursor: String,
}

/// The version of [`EventBody`]: it grows when a member changes its meaning or goes, not when one is added.
pub const BODY_VERSION: u32 = 1;

/// One fact, as lists, streams and webhooks tell it.
#[derive(Serialize, ToSchema)]
pub struct EventBody {
    /// The same wherever and however often the event is told.
    pub id: String,
    /// One of the names of events, as `email.delivered`.
    pub r#type: String,
    /// The version of this shape.
    pub version: u32,
    /// When it happened.
    pub timestamp: String,
    /// The same as `timestamp`.
    pub created_at: String,
    /// `email_id`, `delivery_id`, `message_id`, `to`, `from`, `subject`, `stream`, `tags`, `metadata`, and what the type has of
    /// its own: `reply`, `class`, `reason`, `attempt`, `next_attempt_at`, `bounce`, `failed`. Absent what the event does not
    /// know; a webhook adds `headers` when it asked for some.
    #[schema(value_type = Object)]
    pub data: Map<String, Value>,
}

impl EventBody {
    /// `stream` is the name of the message's stream.
    pub fn of(event: &Event, told: Option<&Told>, stream: Option<&str>) -> EventBody {
        let mut data = Map::new();
        let mut set = |name: &str, value: Value| drop(data.insert(name.to_owned(), value));
        if let Some(message) = event.message {
            set("email_id", Noun::Message.show(message).into());
        }
        if let Some(delivery) = event.delivery {
            set("delivery_id", Noun::Delivery.show(delivery).into());
        }
        if let Some(told) = told {
            set("to", vec![told.to.as_str()].into());
            set("from", told.from.as_str().into());
            set("subject", told.subject.as_str().into());
            set("message_id", told.message_id.as_str().into());
            for (name, json) in [("tags", &told.tags), ("metadata", &told.metadata)] {
                if let Some(value) = json.as_deref().and_then(|json| serde_json::from_str(json).ok()) {
                    set(name, value);
                }
            }
        }
        if let Some(stream) = stream {
            set("stream", stream.into());
        }
        if let Some(Ok(Value::Object(own))) = event.data.as_deref().map(serde_json::from_str) {
            data.extend(own);
        }
        add_resends_words(&event.name, &mut data);
        let created_at = rfc3339(event.at);
        EventBody {
            id: Noun::Event.show(event.id),
            r#type: event.name.clone(),
            version: BODY_VERSION,
            timestamp: created_at.clone(),
            created_at,
            data,
        }
    }
}

/// What a handler written for Resend looks for.
fn add_resends_words(name: &str, data: &mut Map<String, Value>) {
    let own = |name: &str| data.get(name).cloned().unwrap_or_default();
    if name == Name::EmailBounced.as_str() {
        let bounce = json!({ "type": "Permanent", "subType": own("class"), "message": own("reply") });
        data.insert("bounce".to_owned(), bounce);
    } else if name == Name::EmailFailed.as_str() {
        let failed = json!({ "reason": own("reason") });
        data.insert("failed".to_owned(), failed);
    }
}

/// The name of the stream that an event's message belongs to.
fn stream_name(app: &App, workspace: i64, told: Option<&Told>) -> Option<Arc<str>> {
    let snapshot = app.directory.snapshot();
    told.and_then(|told| snapshot.stream_by_id(workspace, told.stream)).map(|stream| stream.name.clone())
}

fn cursor(text: &str, name: &str, mistakes: &mut Mistakes) -> Cursor {
    Cursor::parse(text).unwrap_or_else(|| {
        mistakes.add(name, Code::InvalidValue, "not a cursor of an earlier answer");
        Cursor::default()
    })
}

async fn list(
    holder: FullKey,
    State(app): State<Arc<App>>,
    Params(params): Params<ListParams>,
) -> Result<axum::Json<EventList>, ApiError> {
    let mut mistakes = Mistakes::default();
    let (mut place, back) = match (&params.after, params.before.as_deref()) {
        (None, Some("")) => (super::read::newest(&app.store).await?, true),
        (None, Some(before)) => (cursor(before, "before", &mut mistakes), true),
        (after, None) => (cursor(after.as_deref().unwrap_or_default(), "after", &mut mistakes), false),
        (Some(_), Some(_)) => {
            mistakes.add("before", Code::InvalidValue, "give after or before, not both");
            (Cursor::default(), false)
        }
    };
    let limit = match params.limit.as_deref().map(str::parse) {
        None => LIMIT_DEFAULT,
        Some(Ok(limit)) if (1..=LIMIT_MAX).contains(&limit) => limit,
        Some(_) => {
            mistakes.add("limit", Code::InvalidValue, format!("not a number from 1 to {LIMIT_MAX}"));
            LIMIT_DEFAULT
        }
    };
    mistakes.none_or(())?;
    let page = match back {
        false => events_of_workspace(&app.store, &mut place, holder.workspace, limit).await?,
        true => events_of_workspace_before(&app.store, &mut place, holder.workspace, limit).await?,
    };
    let deliveries: Vec<i64> = page.events.iter().filter_map(|event| event.delivery).collect();
    let known = told(&app.store, holder.workspace, &deliveries).await?;
    let body = |event: Event| {
        let told = event.delivery.and_then(|delivery| known.get(&delivery));
        EventBody::of(&event, told, stream_name(&app, holder.workspace, told).as_deref())
    };
    let mut data: Vec<EventBody> = page.events.into_iter().map(body).collect();
    if back {
        data.reverse();
    }
    let cursor = place.show();
    let next = page.more.then(|| cursor.clone());
    Ok(axum::Json(EventList { object: "list", data, has_more: page.more, next, cursor }))
}

async fn follow(
    holder: FullKey,
    State(app): State<Arc<App>>,
    State(stop): State<Stop>,
    headers: HeaderMap,
    Params(params): Params<FollowParams>,
) -> Result<Response, ApiError> {
    let mut mistakes = Mistakes::default();
    let last = headers.get("last-event-id").map(|value| value.to_str().unwrap_or("not ASCII"));
    let from = match (last, &params.after) {
        (Some(last), _) => cursor(last, "Last-Event-ID", &mut mistakes),
        (None, Some(after)) => cursor(after, "after", &mut mistakes),
        (None, None) => super::read::newest(&app.store).await?,
    };
    mistakes.none_or(())?;
    let mut place = app.followers.place(holder.workspace);
    place.grow(1).map_err(|full| full.refusal("followers of events"))?;
    let tail = Tail::new(app.clone(), stop, holder.key, from);
    // The place is given back when the client goes.
    let events = stream::unfold((tail, place), |(mut tail, place)| async move {
        match tail.next().await {
            Ok(Some(next)) => Some((Ok::<_, Infallible>(sent(&tail.app, next)), (tail, place))),
            Ok(None) => None,
            Err(error) => {
                tracing::warn!(%error, "a stream of events ends because the database does not answer");
                None
            }
        }
    });
    Ok(Sse::new(events).into_response())
}

fn sent(app: &App, next: Next) -> Sent {
    match next {
        Next::Event(event, told, cursor) => {
            let stream = stream_name(app, event.workspace, told.as_deref());
            let body = EventBody::of(&event, told.as_deref(), stream.as_deref());
            let name = body.r#type.clone();
            let data = serde_json::to_string(&body).expect("invariant: names are texts and values are JSON");
            Sent::default().id(cursor.show()).event(name).data(data)
        }
        Next::Quiet(cursor) => Sent::default().id(cursor.show()).comment("nothing happened"),
    }
}
