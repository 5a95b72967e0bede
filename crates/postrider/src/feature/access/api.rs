//! `/api-keys` and `/streams`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use mail::At;
use mail::date::rfc3339;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::admin::{NAME_MAX, name_ok, stream_add, stream_track};
use super::keys::{Grant, ListedKey, key_add, key_list, key_revoke};
use super::{Class, Scope, Stream};
use crate::app::App;
use crate::feature::domain::admin::domain_find;
use crate::feature::event::By;
use crate::feature::tracking::switches::{Switches, SwitchesBody};
use crate::http::auth::FullKey;
use crate::http::endpoint::{Deleted, Endpoint, Method, Shown};
use crate::http::error::{ApiError, Code, Mistakes};
use crate::http::json::{Json, Params};
use crate::http::page::{List, PageParams};
use crate::id::Noun;

/// Letters of a key's name at most. Reason: it stands in lists.
pub const KEY_NAME_MAX: usize = 100;
/// Streams of a workspace at most. Reason: all of all workspaces are held in memory.
pub const STREAMS_MAX: usize = 1_000;
/// Keys in force of a workspace at most. Reason: all of all workspaces are held in memory, and read at each change of one.
pub const KEYS_MAX: usize = 1_000;

#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new(Method::Post, "/api-keys", create_key)
            .summary("Make a key; its text is shown this once.")
            .takes::<NewKeyBody>()
            .answers::<CreatedKey>(201),
        Endpoint::new(Method::Get, "/api-keys", list_keys)
            .summary("List the keys in force, newest first, without their texts.")
            .query::<PageParams>()
            .answers::<List<ShownKey>>(200),
        Endpoint::new(Method::Delete, "/api-keys/{id}", revoke_key)
            .summary("Revoke a key: it opens nothing from the answer on.")
            .answers::<Deleted>(200),
        Endpoint::new(Method::Post, "/streams", create_stream)
            .summary("Make a stream.")
            .takes::<NewStreamBody>()
            .answers::<ShownStream>(201),
        Endpoint::new(Method::Get, "/streams", list_streams)
            .summary("List the workspace's streams, oldest first.")
            .query::<PageParams>()
            .answers::<List<ShownStream>>(200),
        Endpoint::new(Method::Get, "/streams/{id}", one_stream)
            .summary("Show a stream.")
            .answers::<ShownStream>(200),
        Endpoint::new(Method::Patch, "/streams/{id}", change_stream)
            .summary("Change what a stream tracks, for messages accepted from now on.")
            .takes::<StreamChangeBody>()
            .answers::<ShownStream>(200),
    ]
}

/// What the API calls a scope: Resend's words.
fn permission(scope: Scope) -> &'static str {
    match scope {
        Scope::Full => "full_access",
        Scope::Sending => "sending_access",
    }
}

/// A new key.
#[derive(Deserialize, ToSchema, Default)]
#[serde(default)]
struct NewKeyBody {
    /// For people, 1 to 100 letters.
    name: Option<String>,
    /// `full_access` (the default) or `sending_access`.
    permission: Option<String>,
    /// The key may only send from this domain and the names below it, as author and, by SMTP, as envelope sender (which
    /// may also be empty).
    domain_id: Option<String>,
}

/// A key that was just made.
#[derive(Serialize, ToSchema)]
struct CreatedKey {
    object: &'static str,
    id: String,
    /// The key itself; it is not stored and cannot be shown again.
    token: String,
}

async fn create_key(
    holder: FullKey,
    State(app): State<Arc<App>>,
    Json(body, _): Json<NewKeyBody>,
) -> Result<(StatusCode, axum::Json<CreatedKey>), ApiError> {
    let mut mistakes = Mistakes::default();
    let name = body.name.as_deref().map(str::trim).unwrap_or_default();
    if name.is_empty() {
        mistakes.add(
            "/name",
            Code::MissingRequiredField,
            "give the key a name, so that people know it again",
        );
    } else if name.chars().count() > KEY_NAME_MAX {
        mistakes.add("/name", Code::InvalidValue, format!("at most {KEY_NAME_MAX} letters"));
    }
    let scope = match body.permission.as_deref() {
        None | Some("full_access") => Scope::Full,
        Some("sending_access") => Scope::Sending,
        Some(_) => {
            mistakes.add("/permission", Code::InvalidValue, "either full_access or sending_access");
            Scope::Sending
        }
    };
    let domain = match &body.domain_id {
        None => None,
        Some(text) => {
            let known = match Noun::Domain.read(text) {
                Some(id) => domain_find(&app.store, holder.workspace, id).await?.map(|domain| domain.id),
                None => None,
            };
            if known.is_none() {
                mistakes.add("/domain_id", Code::InvalidValue, "no domain of this workspace has this id");
            }
            known
        }
    };
    // A key cannot make one that may do more than itself.
    if let Some(only) = holder.key.domain
        && domain != Some(only)
    {
        mistakes.add(
            "/domain_id",
            Code::InvalidValue,
            "this key is restricted to a domain: give that domain's id",
        );
    }
    mistakes.none_or(())?;
    if app.directory.snapshot().key_count(holder.workspace) >= KEYS_MAX {
        return Err(ApiError::limit_reached(KEYS_MAX, "keys"));
    }
    let (role, by) = (holder.key.role, By::Key(holder.key.id));
    let grant = Grant { workspace: holder.workspace, name, scope, domain, role, by };
    let key = key_add(&app.store, &app.mint, app.now(), grant).await?;
    app.directory.reload(&app.store).await?;
    let created = CreatedKey { object: "api_key", id: Noun::Key.show(key.id), token: key.text };
    Ok((StatusCode::CREATED, axum::Json(created)))
}

/// A key in force.
#[derive(Serialize, ToSchema)]
struct ShownKey {
    id: String,
    name: String,
    /// How the key's text begins.
    prefix: String,
    permission: &'static str,
    domain_id: Option<String>,
    created_at: String,
    /// To the minute.
    last_used_at: Option<String>,
}

async fn list_keys(
    holder: FullKey,
    State(app): State<Arc<App>>,
    Params(params): Params<PageParams>,
) -> Result<axum::Json<List<ShownKey>>, ApiError> {
    let page = params.read(Noun::Key)?;
    let rows = key_list(&app.store, holder.workspace, page).await?;
    let show = |key: ListedKey| ShownKey {
        id: Noun::Key.show(key.id),
        name: key.name,
        prefix: key.shown,
        permission: Scope::parse(&key.scope).map_or("sending_access", permission),
        domain_id: key.domain.map(|id| Noun::Domain.show(id)),
        created_at: rfc3339(key.created),
        last_used_at: key.last_used.map(rfc3339),
    };
    Ok(axum::Json(List::of(page, rows, |key| Noun::Key.show(key.id), show)))
}

async fn revoke_key(
    holder: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
) -> Result<axum::Json<Deleted>, ApiError> {
    let id = shown.id(Noun::Key, "API key")?;
    let revoked = key_revoke(&app.store, (app.now(), By::Key(holder.key.id)), holder.workspace, id).await;
    // Whatever the answer: a revocation whose answer was lost is stored, and asking again finds no such key.
    app.directory.reload(&app.store).await?;
    if !revoked? {
        return Err(ApiError::not_found("API key"));
    }
    Ok(Deleted::of("api_key", shown.0))
}

/// A new stream.
#[derive(Deserialize, ToSchema, Default)]
#[serde(default)]
struct NewStreamBody {
    /// Lowercase letters, digits, `-` and `_`, 1 to 64 of them.
    name: Option<String>,
    /// `transactional` or `marketing`.
    class: Option<String>,
    /// Opens and clicks for marketing, nothing for transactional when nothing is said.
    tracking: Option<SwitchesBody>,
}

/// What to change of a stream.
#[derive(Deserialize, ToSchema, Default)]
#[serde(default)]
struct StreamChangeBody {
    /// Switches that are not named stay as they are.
    tracking: Option<SwitchesBody>,
}

/// A named lane of mail.
#[derive(Serialize, ToSchema)]
struct ShownStream {
    object: &'static str,
    id: String,
    name: String,
    class: &'static str,
    tracking: SwitchesBody,
    created_at: String,
}

impl ShownStream {
    fn of(stream: &Stream) -> ShownStream {
        ShownStream {
            object: "stream",
            id: Noun::Stream.show(stream.id),
            name: stream.name.to_string(),
            class: stream.class.as_str(),
            tracking: stream.tracking.into(),
            created_at: rfc3339(At(stream.created_us)),
        }
    }
}

async fn create_stream(
    holder: FullKey,
    State(app): State<Arc<App>>,
    Json(body, _): Json<NewStreamBody>,
) -> Result<(StatusCode, axum::Json<ShownStream>), ApiError> {
    let mut mistakes = Mistakes::default();
    let name = body.name.unwrap_or_default();
    if !name_ok(&name) {
        let words = format!("1 to {NAME_MAX} lowercase letters, digits, - or _");
        mistakes.add("/name", Code::InvalidValue, words);
    }
    let class = body.class.as_deref().and_then(Class::parse);
    if class.is_none() {
        mistakes.add("/class", Code::InvalidValue, "either transactional or marketing");
    }
    let class = mistakes.none_or(class)?.unwrap_or(Class::Transactional);
    if app.directory.snapshot().streams(holder.workspace).len() >= STREAMS_MAX {
        return Err(ApiError::limit_reached(STREAMS_MAX, "streams"));
    }
    let tracking = switches(body.tracking, class.tracking());
    let new = (name.as_str(), class, tracking);
    let id = stream_add(&app.store, (&app.mint, app.now()), holder.workspace, new).await?;
    app.directory.reload(&app.store).await?;
    Ok((StatusCode::CREATED, axum::Json(find_stream(&app, holder.workspace, id)?)))
}

/// What a body makes of switches that were there.
fn switches(body: Option<SwitchesBody>, before: Switches) -> Switches {
    body.map_or(before, |body| body.over(before))
}

async fn change_stream(
    holder: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
    Json(body, _): Json<StreamChangeBody>,
) -> Result<axum::Json<ShownStream>, ApiError> {
    let id = shown.id(Noun::Stream, "stream")?;
    let snapshot = app.directory.snapshot();
    let stream = snapshot.stream_by_id(holder.workspace, id).ok_or_else(|| ApiError::not_found("stream"))?;
    let tracking = switches(body.tracking, stream.tracking);
    stream_track(&app.store, app.now(), (holder.workspace, id), tracking).await?;
    app.directory.reload(&app.store).await?;
    find_stream(&app, holder.workspace, id).map(axum::Json)
}

async fn list_streams(
    holder: FullKey,
    State(app): State<Arc<App>>,
    Params(params): Params<PageParams>,
) -> Result<axum::Json<List<ShownStream>>, ApiError> {
    let page = params.read(Noun::Stream)?;
    let snapshot = app.directory.snapshot();
    let rows = page.of_ascending(snapshot.streams(holder.workspace).iter(), |stream| stream.id);
    let id = |stream: &&Arc<Stream>| Noun::Stream.show(stream.id);
    Ok(axum::Json(List::of(page, rows, id, |stream| ShownStream::of(stream))))
}

async fn one_stream(
    holder: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
) -> Result<axum::Json<ShownStream>, ApiError> {
    find_stream(&app, holder.workspace, shown.id(Noun::Stream, "stream")?).map(axum::Json)
}

fn find_stream(app: &App, workspace: i64, id: i64) -> Result<ShownStream, ApiError> {
    let snapshot = app.directory.snapshot();
    let stream = snapshot.stream_by_id(workspace, id).ok_or_else(|| ApiError::not_found("stream"))?;
    Ok(ShownStream::of(stream))
}
