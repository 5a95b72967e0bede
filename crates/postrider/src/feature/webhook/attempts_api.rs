//! What an endpoint was told and what it said, telling it again, and telling it a sample.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use bytes::Bytes;
use mail::At;
use mail::date::rfc3339;
use net::clock::Stopwatch;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{StoreError, WRITER_SHIFT, Write};
use utoipa::ToSchema;

use super::api::{named, read_events};
use super::flight::{Flown, Idle, body_of, call, framed, outcome};
use super::kept::{Kept, Verdict, attempt, attempts, attempts_of_event, keep};
use super::order::Load;
use super::ready::ready;
use super::replay::{Replay, admits, replay_add};
use super::{Endpoint as Webhook, sign};
use crate::app::App;
use crate::feature::event::Name;
use crate::feature::event::api::{BODY_VERSION, EventBody};
use crate::feature::event::merged::{cursor_before, events_by_id, heads};
use crate::feature::event::read::Cursor;
use crate::http::auth::FullKey;
use crate::http::endpoint::{Endpoint, Method, Shown, ShownIn};
use crate::http::error::{ApiError, Code, Mistakes};
use crate::http::json::{Json, Params};
use crate::http::page::{List, PageParams};
use crate::id::{self, Noun};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new(Method::Get, "/webhooks/{id}/attempts", list)
            .summary("List the attempts to tell an endpoint something, newest first.")
            .query::<PageParams>()
            .answers::<List<WebhookAttemptBody>>(200),
        Endpoint::new(Method::Get, "/webhooks/{id}/attempts/{attempt}", one)
            .summary("Show an attempt with its request and its answer.")
            .answers::<WebhookAttemptWhole>(200),
        Endpoint::new(Method::Get, "/webhooks/{id}/events/{event}/attempts", of_event)
            .summary("List the attempts to tell an endpoint one event, oldest first.")
            .query::<PageParams>()
            .answers::<List<WebhookAttemptBody>>(200),
        Endpoint::new(Method::Post, "/webhooks/{id}/events/{event}/replay", replay_event)
            .summary("Tell an endpoint one event again.")
            .answers::<ReplayedEvent>(200),
        Endpoint::new(Method::Post, "/webhooks/{id}/replay", replay)
            .summary("Tell an endpoint again what happened in a time, or one event.")
            .takes::<ReplayBody>()
            .answers::<ReplayAccepted>(202),
        Endpoint::new(Method::Post, "/webhooks/{id}/test", test)
            .summary("Send a sample event now and show what the endpoint says.")
            .takes::<TestBody>()
            .answers::<WebhookAttemptWhole>(200),
    ]
}

/// An attempt to tell an endpoint one or several events.
#[derive(Serialize, ToSchema)]
struct WebhookAttemptBody {
    object: &'static str,
    id: String,
    /// `webhook-id` of the request: the same for every attempt to tell the same.
    webhook_id: String,
    /// Ids and types of the events.
    events: Vec<EventNamed>,
    /// 1 for the first.
    number: u32,
    /// `delivered`, `failed` (to be tried again at `next_attempt_at`) or `given_up`.
    status: Verdict,
    /// Null when there was no answer.
    http_status_code: Option<u16>,
    /// What the endpoint said, or why there was no answer; at most 1,024 octets, 128 of a success.
    response: String,
    sent_at: String,
    duration_ms: f64,
    next_attempt_at: Option<String>,
    /// It was the test button's.
    sample: bool,
}

/// An event of an attempt.
#[derive(Serialize, ToSchema)]
struct EventNamed {
    id: String,
    r#type: String,
}

impl WebhookAttemptBody {
    fn of(kept: &Kept) -> WebhookAttemptBody {
        let event =
            |(id, name): &(i64, String)| EventNamed { id: Noun::Event.show(*id), r#type: name.clone() };
        WebhookAttemptBody {
            object: "webhook_attempt",
            id: Noun::WebhookAttempt.show(kept.id),
            webhook_id: Noun::Event.show(request_id(kept)),
            events: kept.events.iter().map(event).collect(),
            number: kept.number,
            status: kept.verdict,
            http_status_code: kept.status,
            response: kept.words.clone(),
            sent_at: rfc3339(At(kept.at_us)),
            duration_ms: kept.took_us as f64 / 1_000.0,
            next_attempt_at: kept.next_us.map(|at| rfc3339(At(at))),
            sample: kept.sample,
        }
    }
}

pub(super) fn request_id(kept: &Kept) -> i64 {
    kept.batch.or(kept.events.first().map(|(id, _)| *id)).unwrap_or_default()
}

/// An attempt with its request.
#[derive(Serialize, ToSchema)]
struct WebhookAttemptWhole {
    #[serde(flatten)]
    attempt: WebhookAttemptBody,
    request: WebhookRequestBody,
}

/// What was asked of the endpoint.
#[derive(Serialize, ToSchema)]
struct WebhookRequestBody {
    method: &'static str,
    url: String,
    /// Those that differ from request to request; signatures are not kept.
    #[schema(value_type = Object)]
    headers: Value,
    /// Made anew from the log, as the endpoint is told today; null when that is not kept any more.
    #[schema(value_type = Object)]
    body: Value,
}

async fn list(
    holder: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
    Params(params): Params<PageParams>,
) -> Result<axum::Json<List<WebhookAttemptBody>>, ApiError> {
    let webhook = named(&app, &holder, &shown)?;
    let page = params.read(Noun::WebhookAttempt)?;
    let rows = attempts(&app.store, (holder.workspace, webhook.id), page).await?;
    let shown = |(_, kept): (String, Kept)| WebhookAttemptBody::of(&kept);
    Ok(axum::Json(List::of(page, rows, |(_, kept)| Noun::WebhookAttempt.show(kept.id), shown)))
}

async fn one(
    holder: FullKey,
    State(app): State<Arc<App>>,
    ShownIn(shown, inner): ShownIn,
) -> Result<axum::Json<WebhookAttemptWhole>, ApiError> {
    let webhook = named(&app, &holder, &shown)?;
    let id = inner.id(Noun::WebhookAttempt, "attempt")?;
    let found = attempt(&app.store, (holder.workspace, webhook.id), id).await?;
    let (url, kept) = found.ok_or_else(|| ApiError::not_found("attempt"))?;
    let body = request_body(&app, &webhook, &kept).await?;
    Ok(axum::Json(whole(&kept, url, body)))
}

/// What an endpoint was told in an attempt, as it is told today; none when that is not kept any more.
///
/// # Errors
/// As [`store::Store::read`].
pub(super) async fn request_body(
    app: &App,
    webhook: &Webhook,
    kept: &Kept,
) -> Result<Option<Bytes>, StoreError> {
    if kept.sample { Ok(Some(sample_body(webhook, kept))) } else { told_body(app, webhook, kept).await }
}

fn whole(kept: &Kept, url: String, body: Option<Bytes>) -> WebhookAttemptWhole {
    let attempt = WebhookAttemptBody::of(kept);
    let headers = json!({
        "webhook-id": attempt.webhook_id, "webhook-timestamp": sign::seconds(At(kept.at_us)).to_string(),
        "content-type": "application/json",
    });
    let body = body.and_then(|body| serde_json::from_slice(&body).ok()).unwrap_or_default();
    WebhookAttemptWhole { attempt, request: WebhookRequestBody { method: "POST", url, headers, body } }
}

async fn told_body(app: &App, webhook: &Webhook, kept: &Kept) -> Result<Option<Bytes>, StoreError> {
    let ids: Vec<i64> = kept.events.iter().map(|(id, _)| *id).collect();
    let mut events = events_by_id(&app.store, webhook.workspace, &ids).await?;
    if events.len() < ids.len() {
        return Ok(None);
    }
    events.sort_by_key(|event| (event.at, event.id));
    let events = ready(app, webhook.workspace, events).await?;
    Ok(Some(body_of(app, webhook, &events).await?))
}

/// The event that a path names, if the workspace has it.
async fn event_named(
    app: &App,
    holder: &FullKey,
    inner: &Shown,
) -> Result<crate::feature::event::read::Event, ApiError> {
    let id = inner.id(Noun::Event, "event")?;
    let found = events_by_id(&app.store, holder.workspace, &[id]).await?;
    found.into_iter().next().ok_or_else(|| ApiError::not_found("event"))
}

async fn of_event(
    holder: FullKey,
    State(app): State<Arc<App>>,
    ShownIn(shown, inner): ShownIn,
    Params(params): Params<PageParams>,
) -> Result<axum::Json<List<WebhookAttemptBody>>, ApiError> {
    let webhook = named(&app, &holder, &shown)?;
    let page = params.read(Noun::WebhookAttempt)?;
    let event = event_named(&app, &holder, &inner).await?;
    let from = (id::floor(event.at), event.id);
    let rows = attempts_of_event(&app.store, (holder.workspace, webhook.id), from).await?;
    let rows = page.of_ascending(rows.into_iter(), |(_, kept)| kept.id);
    let shown = |(_, kept): (String, Kept)| WebhookAttemptBody::of(&kept);
    Ok(axum::Json(List::of(page, rows, |(_, kept)| Noun::WebhookAttempt.show(kept.id), shown)))
}

/// An event that will be told again.
#[derive(Serialize, ToSchema)]
struct ReplayedEvent {
    object: &'static str,
    id: String,
}

async fn replay_event(
    holder: FullKey,
    State(app): State<Arc<App>>,
    ShownIn(shown, inner): ShownIn,
) -> Result<axum::Json<ReplayedEvent>, ApiError> {
    let webhook = named(&app, &holder, &shown)?;
    let event = event_named(&app, &holder, &inner).await?;
    begin(&app, &webhook, one_event(&app, event.id, event.name)).await?;
    Ok(axum::Json(ReplayedEvent { object: "webhook_event", id: inner.0 }))
}

/// A walk over a single event, whatever the endpoint asked for.
pub(super) fn one_event(app: &App, event: i64, name: String) -> Replay {
    let writer = event >> WRITER_SHIFT;
    Replay {
        id: app.mint.next(app.now()),
        cursor: Cursor([(writer, event - 1)].into()),
        upto: Cursor([(writer, event)].into()),
        from: At(i64::MIN),
        until: At(i64::MAX),
        events: Some(vec![name]),
    }
}

async fn begin(app: &App, webhook: &Webhook, walk: Replay) -> Result<String, ApiError> {
    if !admits(&app.store, webhook.id).await? {
        return Err(ApiError::conflict(
            "too many replays of this webhook wait: try again when they are done",
        ));
    }
    replay_add(&app.store, webhook.id, &walk).await?;
    app.webhooks.poke();
    Ok(Noun::WebhookReplay.show(walk.id))
}

/// What to tell again: one event, or a time.
#[derive(Deserialize, ToSchema, Default)]
#[serde(default)]
struct ReplayBody {
    /// An event's id; then nothing else is needed.
    event_id: Option<String>,
    /// From this moment on, RFC 3339.
    since: Option<String>,
    /// Before this moment; now when nothing is said.
    until: Option<String>,
    /// Names of events; those that the endpoint asked for when nothing is said.
    events: Option<Vec<String>>,
}

/// A replay that was begun.
#[derive(Serialize, ToSchema)]
struct ReplayAccepted {
    object: &'static str,
    id: String,
}

async fn replay(
    holder: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
    Json(body, _): Json<ReplayBody>,
) -> Result<(StatusCode, axum::Json<ReplayAccepted>), ApiError> {
    let webhook = named(&app, &holder, &shown)?;
    let walk = match body.event_id {
        Some(shown) => {
            let event = event_named(&app, &holder, &Shown(shown)).await?;
            one_event(&app, event.id, event.name)
        }
        None => walk_over_time(&app, body).await?,
    };
    let id = begin(&app, &webhook, walk).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(ReplayAccepted { object: "webhook_replay", id })))
}

async fn walk_over_time(app: &App, body: ReplayBody) -> Result<Replay, ApiError> {
    let mut mistakes = Mistakes::default();
    let mut moment = |text: Option<String>, pointer: &str| {
        let parsed = text.map(|text| text.parse::<jiff::Timestamp>());
        if matches!(parsed, Some(Err(_))) {
            mistakes.add(pointer, Code::InvalidValue, "not a moment such as 2026-12-01T09:00:00Z");
        }
        parsed.and_then(Result::ok).map(|at| At(at.as_microsecond()))
    };
    let (since, until) = (moment(body.since.clone(), "/since"), moment(body.until, "/until"));
    if body.since.is_none() {
        mistakes.add("/since", Code::MissingRequiredField, "give event_id or since");
    }
    let events = body.events.map(|names| read_events(names, "/events", &mut mistakes));
    mistakes.none_or(())?;
    let events = events.filter(|names| !names.iter().any(|name| name == "*"));
    Ok(walk(app, (since.unwrap_or(At(0)), until.unwrap_or(At(i64::MAX))), events).await?)
}

/// A walk over what happened from a moment on and before another, and is in the log by now.
///
/// # Errors
/// As [`store::Store::read`].
pub(super) async fn walk(
    app: &App,
    (from, until): (At, At),
    events: Option<Vec<String>>,
) -> Result<Replay, StoreError> {
    let (cursor, upto) = (cursor_before(&app.store, from).await?, heads(&app.store).await?);
    Ok(Replay { id: app.mint.next(app.now()), cursor, upto, from, until, events })
}

/// Which sample to send.
#[derive(Deserialize, ToSchema, Default)]
#[serde(default)]
struct TestBody {
    /// The type of the event; `email.delivered` when nothing is said.
    event: Option<String>,
}

async fn test(
    holder: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
    Json(body, _): Json<TestBody>,
) -> Result<axum::Json<WebhookAttemptWhole>, ApiError> {
    let webhook = named(&app, &holder, &shown)?;
    let name = body.event.unwrap_or_else(|| Name::EmailDelivered.as_str().to_owned());
    if Name::parse(&name).is_none() {
        return Err(ApiError::field("/event", Code::InvalidValue, "no event has this name"));
    }
    let mut write = Write::default();
    let (kept, body) = tried(&app, &webhook, name, &mut write).await;
    app.store.write(write).await?;
    Ok(axum::Json(whole(&kept, webhook.url.as_str().to_owned(), Some(body))))
}

/// Sends a sample of the event `name`; `write` gets the attempt's row.
pub(crate) async fn tried(app: &App, webhook: &Webhook, name: String, write: &mut Write) -> (Kept, Bytes) {
    // A test waits among what is told, so that a hundred of them are not a hundred connections.
    let _turn = app.webhooks.places.take(webhook.workspace).await;
    let (at, clock) = (app.now(), Stopwatch::start());
    // Above every writer's numbers, so that no event of the log has its id.
    let event = app.mint.next(at);
    let load = Load::New(Vec::new());
    let mut flown = Flown {
        load,
        outcome: super::flight::Outcome::Vanished,
        at,
        took: clock.elapsed(),
        told: vec![(event, name)],
    };
    let mut kept = Kept { sample: true, batch: None, ..Kept::of(&flown, Verdict::Failed, None) };
    let body = sample_body(webhook, &kept);
    let answer = call(app, webhook, &Idle::default(), at, (&Noun::Event.show(event), body.clone())).await;
    flown.outcome = outcome(at, answer);
    flown.took = clock.elapsed();
    let verdict = if flown.outcome.is_success() { Verdict::Delivered } else { Verdict::GivenUp };
    kept = Kept { sample: true, batch: None, ..Kept::of(&flown, verdict, None) };
    keep(write, &app.mint, app.now(), webhook, std::slice::from_mut(&mut kept));
    (kept, body)
}

/// An event that never happened.
fn sample_body(webhook: &Webhook, kept: &Kept) -> Bytes {
    let (event, name) = kept.events.first().cloned().unwrap_or_default();
    let at = rfc3339(At(kept.at_us));
    let data = json!({
        "email_id": Noun::Message.show(0), "delivery_id": Noun::Delivery.show(0), "to": ["ann@example.org"],
        "from": "you@example.com", "subject": "A sample", "stream": "transactional", "tags": {}, "sample": true,
        "reply": "250 2.0.0 OK",
    });
    let Value::Object(data) = data else { return Bytes::new() };
    let body = EventBody {
        id: Noun::Event.show(event),
        r#type: name,
        version: BODY_VERSION,
        timestamp: at.clone(),
        created_at: at,
        data,
    };
    framed(webhook, &[serde_json::to_vec(&body).expect("invariant: texts are JSON").into()])
}
