//! `/template-parts`: layouts, partials and themes.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use content::{Part, PartKind};
use mail::date::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::feature::template::key_ok;
use crate::feature::template::parts::{self, PART_BYTES_MAX, Stored};
use crate::http::auth::FullKey;
use crate::http::endpoint::{Deleted, Shown};
use crate::http::error::{ApiError, Code, Mistakes};
use crate::http::json::{Json, Params};
use crate::http::page::{List, PageParams};
use crate::id::Noun;

const KINDS: &str = "one of layout, partial, theme";

/// A layout, a partial or a theme.
#[derive(Deserialize, ToSchema, Default)]
#[schema(as = NewTemplatePart)]
#[serde(default)]
pub struct PartRequest {
    /// `layout`: what templates extend. `partial`: what they include. `theme`: colours, fonts and the like, a JSON object.
    kind: Option<String>,
    /// By this name templates ask for it.
    name: Option<String>,
    /// HTML or MJML, as the templates that name it; of a theme the JSON object, as text.
    body: Option<String>,
}

/// A layout, a partial or a theme, as it is shown.
#[derive(Serialize, ToSchema)]
#[schema(as = TemplatePart)]
pub struct PartBody {
    object: &'static str,
    id: String,
    kind: &'static str,
    name: String,
    body: String,
    created_at: String,
    updated_at: String,
}

impl PartBody {
    fn of(stored: Stored) -> PartBody {
        PartBody {
            object: "template_part",
            id: Noun::TemplatePart.show(stored.id),
            kind: stored.part.kind.as_str(),
            name: stored.part.name,
            body: stored.part.text,
            created_at: rfc3339(stored.created),
            updated_at: rfc3339(stored.updated),
        }
    }
}

/// What is wrong with a part.
pub(in super::super) fn check(part: &Part, mistakes: &mut Mistakes) {
    if !key_ok(&part.name) {
        let why = "a name is 1 to 64 letters, digits, dots, hyphens and underscores";
        mistakes.add("/name", Code::InvalidValue, why);
    }
    if part.text.len() > PART_BYTES_MAX {
        mistakes.add("/body", Code::InvalidValue, format!("at most {PART_BYTES_MAX} octets"));
    }
    if part.kind == PartKind::Theme && serde_json::from_str::<Map<String, Value>>(&part.text).is_err() {
        mistakes.add("/body", Code::InvalidValue, "a theme is a JSON object, as text");
    }
}

pub(super) async fn create(
    who: FullKey,
    State(app): State<Arc<App>>,
    Json(request, _): Json<PartRequest>,
) -> Result<(StatusCode, Answer<PartBody>), ApiError> {
    let mut mistakes = Mistakes::default();
    let kind = request.kind.as_deref().and_then(PartKind::parse);
    if kind.is_none() {
        mistakes.add("/kind", Code::InvalidValue, KINDS);
    }
    let (name, text) = (request.name.unwrap_or_default(), request.body.unwrap_or_default());
    let part = Part { kind: kind.unwrap_or(PartKind::Partial), name, text };
    check(&part, &mut mistakes);
    mistakes.none_or(())?;
    let id = parts::part_add(&app.store, (&app.mint, app.now()), who.workspace, &part).await?;
    Ok((StatusCode::CREATED, Answer(PartBody::of(existing(&app, &who, id).await?))))
}

async fn existing(app: &App, who: &FullKey, id: i64) -> Result<Stored, ApiError> {
    parts::part_one(&app.store, who.workspace, id).await?.ok_or_else(|| ApiError::not_found("template part"))
}

/// Which parts are listed.
#[derive(Deserialize, IntoParams, Default)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct PartFilter {
    /// Only `layout`, `partial` or `theme`.
    kind: Option<String>,
    /// Entries of the page, 1 to 1,000; 20 when nothing is said.
    limit: Option<String>,
    /// Entries older than the one with this id.
    after: Option<String>,
    /// Entries newer than the one with this id.
    before: Option<String>,
}

pub(super) async fn list(
    who: FullKey,
    State(app): State<Arc<App>>,
    Params(filter): Params<PartFilter>,
) -> Result<Answer<List<PartBody>>, ApiError> {
    let mut mistakes = Mistakes::default();
    let kind = filter.kind.as_deref().map(PartKind::parse);
    if kind == Some(None) {
        mistakes.add("kind", Code::InvalidValue, KINDS);
    }
    let page = PageParams { limit: filter.limit, after: filter.after, before: filter.before }
        .read_into(Noun::TemplatePart, &mut mistakes);
    mistakes.none_or(())?;
    let rows = parts::part_list(&app.store, who.workspace, kind.flatten(), page).await?;
    Ok(Answer(List::of(page, rows, |one| Noun::TemplatePart.show(one.id), PartBody::of)))
}

pub(super) async fn one(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
) -> Result<Answer<PartBody>, ApiError> {
    let id = shown.id(Noun::TemplatePart, "template part")?;
    Ok(Answer(PartBody::of(existing(&app, &who, id).await?)))
}

pub(super) async fn change(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
    Json(request, _): Json<PartRequest>,
) -> Result<Answer<PartBody>, ApiError> {
    let id = shown.id(Noun::TemplatePart, "template part")?;
    let mut stored = existing(&app, &who, id).await?;
    let mut mistakes = Mistakes::default();
    if request.kind.is_some_and(|kind| kind != stored.part.kind.as_str()) {
        mistakes.add("/kind", Code::InvalidValue, "what it is does not change: make another");
    }
    if let Some(name) = request.name.filter(|name| *name != stored.part.name) {
        stored.part.name = name;
        let others = parts::library(&app.store, who.workspace).await?;
        if others.find(stored.part.kind, &stored.part.name).is_some() {
            return Err(ApiError::conflict("the workspace has a part of this kind and name already"));
        }
    }
    if let Some(body) = request.body {
        stored.part.text = body;
    }
    check(&stored.part, &mut mistakes);
    mistakes.none_or(())?;
    parts::part_change(&app.store, app.now(), who.workspace, &stored).await?;
    Ok(Answer(PartBody::of(existing(&app, &who, id).await?)))
}

pub(super) async fn delete(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
) -> Result<Answer<Deleted>, ApiError> {
    let id = shown.id(Noun::TemplatePart, "template part")?;
    existing(&app, &who, id).await?;
    parts::part_remove(&app.store, who.workspace, id).await?;
    Ok(Deleted::of("template_part", shown.0))
}
