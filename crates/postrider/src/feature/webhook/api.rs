//! `/webhooks`: Resend's resource and what it lacks. Attempts, replays and the test button: `attempts_api`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use http::{HeaderName, HeaderValue};
use mail::date::rfc3339;
use net::web::WebUrl;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::admin::{self, Wish};
use super::{Endpoint as Webhook, Reason, State as Standing, attempts_api, sign};
use crate::app::App;
use crate::feature::event::Name;
use crate::http::auth::FullKey;
use crate::http::endpoint::{Deleted, Endpoint, Method, Shown};
use crate::http::error::{ApiError, Code, Mistakes};
use crate::http::json::{Json, Params};
use crate::http::page::{List, PageParams};
use crate::id::Noun;

/// Endpoints of one workspace. Reason: each is read into memory and worked for.
pub(super) const WEBHOOKS_MAX: usize = 2_000;
/// Events of one request.
const BATCH_MAX: i64 = 500;
/// Header fields that an endpoint may ask for, of either kind.
const HEADERS_MAX: usize = 20;
/// The longest value of a header field.
const HEADER_VALUE_MAX: usize = 1_024;

#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let mut all = vec![
        Endpoint::new(Method::Get, "/webhooks", list)
            .summary("List the endpoints that are told what happens, newest first.")
            .query::<PageParams>()
            .answers::<List<WebhookBody>>(200),
        Endpoint::new(Method::Post, "/webhooks", add)
            .summary("Have an endpoint told what happens from now on.")
            .takes::<WebhookWishBody>()
            .answers::<WebhookBody>(201),
        Endpoint::new(Method::Get, "/webhooks/{id}", one)
            .summary("Show an endpoint with its signing secret.")
            .answers::<WebhookBody>(200),
        Endpoint::new(Method::Patch, "/webhooks/{id}", change)
            .summary("Change an endpoint; one that is enabled again goes on where it stopped.")
            .takes::<WebhookWishBody>()
            .answers::<WebhookBody>(200),
        Endpoint::new(Method::Delete, "/webhooks/{id}", remove)
            .summary("Remove an endpoint and what waits for it.")
            .answers::<Deleted>(200),
        Endpoint::new(Method::Post, "/webhooks/{id}/signing-secret/rotate", rotate)
            .summary("Make another signing secret; both sign for 24 hours.")
            .answers::<WebhookBody>(200),
    ];
    all.extend(attempts_api::endpoints());
    all
}

/// An endpoint.
#[derive(Serialize, ToSchema)]
struct WebhookBody {
    object: &'static str,
    id: String,
    created_at: String,
    /// `enabled` or `disabled`.
    status: &'static str,
    /// Why it is disabled: `asked`, `gone` (it answered 410) or `dead` (every attempt failed for days).
    reason: Option<&'static str>,
    /// Since when every attempt has failed.
    failing_since: Option<String>,
    endpoint: String,
    /// Names of events, or `*`.
    events: Vec<String>,
    /// Names of the streams whose mail it is told of; null: all.
    streams: Option<Vec<String>>,
    /// Header fields sent with each request.
    headers: BTreeMap<String, String>,
    /// Header fields of the mail that are told in `data.headers`.
    message_headers: Vec<String>,
    /// Events of one request at most; 1: an object, more: always an array.
    batch: i64,
    /// `whsec_…`; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    signing_secret: Option<String>,
    /// `whpk_…`, to verify `v1a` signatures with, when they were asked for.
    signing_public_key: Option<String>,
}

impl WebhookBody {
    fn of(app: &App, webhook: &Webhook) -> WebhookBody {
        let (wish, snapshot) = (Wish::of(webhook), app.directory.snapshot());
        let stream = |id: &i64| match snapshot.stream_by_id(webhook.workspace, *id) {
            Some(stream) => stream.name.to_string(),
            None => Noun::Stream.show(*id),
        };
        WebhookBody {
            object: "webhook",
            id: Noun::Webhook.show(webhook.id),
            created_at: rfc3339(webhook.created),
            status: if wish.enabled { "enabled" } else { "disabled" },
            reason: match webhook.state {
                Standing::Enabled => None,
                Standing::Disabled(reason) => Some(Reason::as_str(reason)),
            },
            failing_since: webhook.failing_since.map(rfc3339),
            endpoint: wish.url,
            events: wish.events,
            streams: wish.streams.map(|ids| ids.iter().map(stream).collect()),
            headers: wish.headers.into_iter().collect(),
            message_headers: wish.message_headers,
            batch: wish.batch,
            signing_secret: None,
            signing_public_key: webhook.signer.public_key(),
        }
    }

    fn with_secret(app: &App, webhook: &Webhook) -> WebhookBody {
        WebhookBody { signing_secret: Some(sign::shown(&webhook.secret)), ..WebhookBody::of(app, webhook) }
    }
}

/// An endpoint as it should be; what is left out stays, or is as said here.
#[derive(Deserialize, ToSchema, Default)]
#[serde(default)]
pub(super) struct WebhookWishBody {
    /// `https://…`; in development also `http://` and private addresses.
    pub(super) endpoint: Option<String>,
    /// Names of events; `*` for all.
    pub(super) events: Option<Vec<String>>,
    /// Names of streams; all when nothing is said.
    pub(super) streams: Option<Vec<String>>,
    /// Header fields to send with each request, at most 20.
    pub(super) headers: Option<BTreeMap<String, String>>,
    /// Header fields of the mail to tell in `data.headers`, at most 20.
    pub(super) message_headers: Option<Vec<String>>,
    /// Events of one request at most, 1 to 500; 1 when nothing is said.
    pub(super) batch: Option<i64>,
    /// Whether to sign with Ed25519, too.
    pub(super) ed25519: Option<bool>,
    pub(super) enabled: Option<bool>,
    /// Resend's word for `enabled`: `enabled` or `disabled`.
    pub(super) status: Option<String>,
}

impl WebhookWishBody {
    /// Puts what was said in the place of what was.
    pub(super) fn read_into(self, app: &App, workspace: i64, wish: &mut Wish, mistakes: &mut Mistakes) {
        if let Some(url) = self.endpoint {
            match WebUrl::parse(app.web.reach(), &url) {
                Ok(url) => wish.url = url.as_str().to_owned(),
                Err(error) => mistakes.add("/endpoint", Code::InvalidValue, error.to_string()),
            }
        }
        if let Some(names) = self.events {
            wish.events = read_events(names, "/events", mistakes);
        }
        if let Some(names) = self.streams {
            wish.streams = read_streams(app, workspace, &names, mistakes);
        }
        if let Some(headers) = self.headers {
            wish.headers = read_headers(headers, mistakes);
        }
        if let Some(names) = self.message_headers {
            wish.message_headers = read_message_headers(names, mistakes);
        }
        match self.batch {
            Some(batch @ 1..=BATCH_MAX) => wish.batch = batch,
            Some(_) => {
                mistakes.add("/batch", Code::InvalidValue, format!("not a number from 1 to {BATCH_MAX}"))
            }
            None => {}
        }
        wish.ed25519 = self.ed25519.unwrap_or(wish.ed25519);
        match (self.enabled, self.status.as_deref()) {
            (Some(enabled), _) => wish.enabled = enabled,
            (None, Some("enabled")) => wish.enabled = true,
            (None, Some("disabled")) => wish.enabled = false,
            (None, Some(_)) => mistakes.add("/status", Code::InvalidValue, "enabled or disabled"),
            (None, None) => {}
        }
    }
}

/// Names of events, ours or Resend's word for one.
pub(super) fn read_events(names: Vec<String>, pointer: &str, mistakes: &mut Mistakes) -> Vec<String> {
    if names.is_empty() {
        mistakes.add(pointer, Code::MissingRequiredField, "name events, or \"*\" for all");
    }
    let mut known = Vec::with_capacity(names.len().min(Name::ALL.len()));
    for (n, name) in names.into_iter().enumerate() {
        let name = if name == "email.delivery_delayed" { "email.deferred".to_owned() } else { name };
        if name != "*" && Name::parse(&name).is_none() {
            let place = format!("{pointer}/{n}");
            mistakes.add(
                place,
                Code::InvalidValue,
                "no event has this name: see the list in the documentation",
            );
        } else if !known.contains(&name) {
            known.push(name);
        }
    }
    known
}

fn read_streams(app: &App, workspace: i64, names: &[String], mistakes: &mut Mistakes) -> Option<Vec<i64>> {
    let snapshot = app.directory.snapshot();
    let mut ids = Vec::new();
    for (n, name) in names.iter().enumerate() {
        match snapshot.stream(workspace, name) {
            Some(stream) if ids.contains(&stream.id) => {}
            Some(stream) => ids.push(stream.id),
            None => {
                mistakes.add(format!("/streams/{n}"), Code::InvalidValue, "there is no stream with this name")
            }
        }
    }
    (!names.is_empty()).then_some(ids)
}

/// Names that are ours or the connection's.
fn is_reserved(name: &HeaderName) -> bool {
    let name = name.as_str();
    let ours = ["webhook-", "svix-"].iter().any(|prefix| name.starts_with(prefix));
    let connections = [
        "host",
        "content-length",
        "content-type",
        "transfer-encoding",
        "connection",
        "te",
        "trailer",
        "upgrade",
        "keep-alive",
        "expect",
        "proxy-authorization",
        "proxy-connection",
    ];
    ours || connections.contains(&name)
}

fn read_headers(headers: BTreeMap<String, String>, mistakes: &mut Mistakes) -> Vec<(String, String)> {
    if headers.len() > HEADERS_MAX {
        mistakes.add("/headers", Code::InvalidValue, format!("more than {HEADERS_MAX} header fields"));
    }
    for (name, value) in &headers {
        let pointer = || format!("/headers/{}", name.replace('~', "~0").replace('/', "~1"));
        match name.parse::<HeaderName>() {
            Err(_) => mistakes.add(pointer(), Code::InvalidValue, "this is no name of a header field"),
            Ok(parsed) if is_reserved(&parsed) => {
                mistakes.add(pointer(), Code::InvalidValue, "this header field is not yours to set");
            }
            Ok(_) => {}
        }
        let visible =
            value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && value.len() <= HEADER_VALUE_MAX;
        if !visible || HeaderValue::from_str(value).is_err() {
            let rule = format!("a value is at most {HEADER_VALUE_MAX} visible ASCII characters");
            mistakes.add(pointer(), Code::InvalidValue, rule);
        }
    }
    headers.into_iter().collect()
}

fn read_message_headers(names: Vec<String>, mistakes: &mut Mistakes) -> Vec<String> {
    let fits = |name: &String| name.len() <= 77 && name.parse::<HeaderName>().is_ok();
    if names.len() > HEADERS_MAX || !names.iter().all(fits) {
        let rule = format!("at most {HEADERS_MAX} names of header fields");
        mistakes.add("/message_headers", Code::InvalidValue, rule);
    }
    names
}

async fn list(
    holder: FullKey,
    State(app): State<Arc<App>>,
    Params(params): Params<PageParams>,
) -> Result<axum::Json<List<WebhookBody>>, ApiError> {
    let page = params.read(Noun::Webhook)?;
    let all = app.webhooks.of_workspace(holder.workspace);
    let all = page.of_descending(all.into_iter(), |webhook| webhook.id);
    let id = |webhook: &Arc<Webhook>| Noun::Webhook.show(webhook.id);
    Ok(axum::Json(List::of(page, all, id, |webhook| WebhookBody::of(&app, &webhook))))
}

async fn add(
    holder: FullKey,
    State(app): State<Arc<App>>,
    Json(body, _): Json<WebhookWishBody>,
) -> Result<(StatusCode, axum::Json<WebhookBody>), ApiError> {
    let mut mistakes = Mistakes::default();
    for (missing, pointer) in [(body.endpoint.is_none(), "/endpoint"), (body.events.is_none(), "/events")] {
        if missing {
            mistakes.add(pointer, Code::MissingRequiredField, "this field is needed");
        }
    }
    let mut wish = Wish::default();
    body.read_into(&app, holder.workspace, &mut wish, &mut mistakes);
    mistakes.none_or(())?;
    if app.webhooks.of_workspace(holder.workspace).len() >= WEBHOOKS_MAX {
        return Err(ApiError::conflict("this workspace has as many webhooks as it may have: remove one"));
    }
    let id = admin::webhook_add(&app.store, (&app.mint, app.now()), holder.workspace, &wish).await?;
    app.webhooks.reload(&app.store).await?;
    let made = app.webhooks.endpoint(id).ok_or_else(gone)?;
    Ok((StatusCode::CREATED, axum::Json(WebhookBody::with_secret(&app, &made))))
}

fn gone() -> ApiError {
    ApiError::conflict("the webhook was removed at the same moment")
}

/// The endpoint that a path names, if it is the asking workspace's.
pub(super) fn named(app: &App, holder: &FullKey, shown: &Shown) -> Result<Arc<Webhook>, ApiError> {
    let id = shown.id(Noun::Webhook, "webhook")?;
    let found = app.webhooks.endpoint(id).filter(|webhook| webhook.workspace == holder.workspace);
    found.ok_or_else(|| ApiError::not_found("webhook"))
}

async fn one(
    holder: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
) -> Result<axum::Json<WebhookBody>, ApiError> {
    let webhook = named(&app, &holder, &shown)?;
    Ok(axum::Json(WebhookBody::with_secret(&app, &webhook)))
}

async fn change(
    holder: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
    Json(body, _): Json<WebhookWishBody>,
) -> Result<axum::Json<WebhookBody>, ApiError> {
    let webhook = named(&app, &holder, &shown)?;
    let (mut wish, mut mistakes) = (Wish::of(&webhook), Mistakes::default());
    body.read_into(&app, holder.workspace, &mut wish, &mut mistakes);
    mistakes.none_or(())?;
    admin::webhook_change(&app.store, &webhook, &wish).await?;
    app.webhooks.reload(&app.store).await?;
    let changed = app.webhooks.endpoint(webhook.id).ok_or_else(gone)?;
    Ok(axum::Json(WebhookBody::with_secret(&app, &changed)))
}

async fn rotate(
    holder: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
) -> Result<axum::Json<WebhookBody>, ApiError> {
    let webhook = named(&app, &holder, &shown)?;
    admin::webhook_rotate(&app.store, app.now(), &webhook).await?;
    app.webhooks.reload(&app.store).await?;
    let changed = app.webhooks.endpoint(webhook.id).ok_or_else(gone)?;
    Ok(axum::Json(WebhookBody::with_secret(&app, &changed)))
}

async fn remove(
    holder: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
) -> Result<axum::Json<Deleted>, ApiError> {
    let webhook = named(&app, &holder, &shown)?;
    admin::webhook_remove(&app.store, &webhook).await?;
    app.webhooks.reload(&app.store).await?;
    Ok(Deleted::of("webhook", Noun::Webhook.show(webhook.id)))
}
