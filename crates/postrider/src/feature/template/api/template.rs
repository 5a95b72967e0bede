//! Making, showing, changing, copying and deleting templates.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use content::Source;
use mail::date::rfc3339;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::draft::{SourceBody, TemplateRequest, check_size, naming};
use super::version;
use crate::app::App;
use crate::feature::template::admin::{self, Listed, Named, New, Template};
use crate::http::auth::FullKey;
use crate::http::endpoint::{Deleted, Shown};
use crate::http::error::{ApiError, Code, Mistakes};
use crate::http::json::{Json, Octets, Params};
use crate::http::page::{List, PageParams};
use crate::id::Noun;

/// A template with its source.
#[derive(Serialize, ToSchema)]
#[schema(as = Template)]
pub struct TemplateBody {
    /// Always `template`.
    pub object: &'static str,
    #[schema(example = "tpl_0123456789abc")]
    pub id: String,
    pub key: String,
    pub name: String,
    /// The newest published version, which sends use; null: none yet.
    pub version: Option<i64>,
    pub created_at: String,
    pub updated_at: String,
    #[serde(flatten)]
    source: SourceBody,
}

impl TemplateBody {
    pub(super) fn of(template: Template) -> Answer<TemplateBody> {
        Answer(TemplateBody {
            object: "template",
            id: Noun::Template.show(template.id),
            key: template.key,
            name: template.name,
            version: template.version,
            created_at: rfc3339(template.created),
            updated_at: rfc3339(template.updated),
            source: SourceBody::of(template.draft),
        })
    }
}

/// A template as a list shows it.
#[derive(Serialize, ToSchema)]
pub struct TemplateEntry {
    object: &'static str,
    id: String,
    key: String,
    name: String,
    version: Option<i64>,
    created_at: String,
    updated_at: String,
}

impl TemplateEntry {
    fn of(listed: Listed) -> TemplateEntry {
        TemplateEntry {
            object: "template",
            id: Noun::Template.show(listed.id),
            key: listed.key,
            name: listed.name,
            version: listed.version,
            created_at: rfc3339(listed.created),
            updated_at: rfc3339(listed.updated),
        }
    }
}

/// The template that a path names.
pub(super) async fn existing(app: &App, who: &FullKey, shown: &Shown) -> Result<Template, ApiError> {
    let found = admin::template_one(&app.store, who.workspace, &Named::read(&shown.0)).await?;
    found.ok_or_else(|| ApiError::not_found("template"))
}

/// Stores a new template, and publishes it if that was asked for.
pub(super) async fn made(
    app: &Arc<App>,
    who: &FullKey,
    (name, key): (&str, &str),
    (draft, publish): (&Source, bool),
) -> Result<Template, ApiError> {
    check_size(draft)?;
    // What cannot be published is not made either.
    let compiled = match publish {
        true => Some(version::compiled(app, who.workspace, draft).await?),
        false => None,
    };
    let new = New { workspace: who.workspace, key, name, draft };
    let at = (&*app.mint, app.now());
    let id = admin::template_add(&app.store, at, new).await?;
    let named = Named { id, key: String::new() };
    let gone = || ApiError::conflict("the template was deleted at the same moment");
    let mut template = admin::template_one(&app.store, who.workspace, &named).await?.ok_or_else(gone)?;
    if let Some(compiled) = compiled {
        let number = admin::version_add(&app.store, at, (who.workspace, &template), &compiled).await?;
        template.version = Some(number);
    }
    Ok(template)
}

pub(super) async fn create(
    who: FullKey,
    State(app): State<Arc<App>>,
    Octets(body): Octets,
) -> Result<(StatusCode, Answer<TemplateBody>), ApiError> {
    let mut request = TemplateRequest::read(&body)?;
    let mut mistakes = Mistakes::default();
    let (name, key) = naming((request.name.as_deref(), request.key.as_deref()), &mut mistakes);
    mistakes.none_or(())?;
    let mut draft = Source::default();
    request.lay(&mut draft);
    let publish = request.publish.unwrap_or(false);
    let template = made(&app, &who, (&name, &key), (&draft, publish)).await?;
    Ok((StatusCode::CREATED, TemplateBody::of(template)))
}

pub(super) async fn list(
    who: FullKey,
    State(app): State<Arc<App>>,
    Params(params): Params<PageParams>,
) -> Result<Answer<List<TemplateEntry>>, ApiError> {
    let page = params.read(Noun::Template)?;
    let rows = admin::template_list(&app.store, who.workspace, page).await?;
    Ok(Answer(List::of(page, rows, |one| Noun::Template.show(one.id), TemplateEntry::of)))
}

/// Which source is shown.
#[derive(Deserialize, IntoParams, Default)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct VersionParam {
    /// The number of a published version; the draft when nothing is said.
    version: Option<String>,
}

pub(super) async fn one(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
    Params(params): Params<VersionParam>,
) -> Result<Answer<TemplateBody>, ApiError> {
    let mut template = existing(&app, &who, &shown).await?;
    if let Some(version) = params.version {
        let number =
            version.parse().map_err(|_| ApiError::field("version", Code::InvalidValue, "a number"))?;
        let of = (who.workspace, template.id);
        let source = admin::version_source(&app.store, of, number).await?;
        template.draft = source.ok_or_else(|| ApiError::not_found("version"))?;
        template.version = Some(number);
    }
    Ok(TemplateBody::of(template))
}

pub(super) async fn change(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
    Octets(body): Octets,
) -> Result<Answer<TemplateBody>, ApiError> {
    let mut request = TemplateRequest::read(&body)?;
    let mut template = existing(&app, &who, &shown).await?;
    let mut mistakes = Mistakes::default();
    let name = request.name.as_deref().unwrap_or(&template.name);
    let key = request.key.as_deref().unwrap_or(&template.key);
    let (name, key) = naming((Some(name), Some(key)), &mut mistakes);
    mistakes.none_or(())?;
    if key != template.key {
        let taken =
            admin::template_one(&app.store, who.workspace, &Named { id: 0, key: key.clone() }).await?;
        if taken.is_some() {
            return Err(ApiError::conflict("the workspace has a template with this key already"));
        }
    }
    request.lay(&mut template.draft);
    check_size(&template.draft)?;
    (template.name, template.key) = (name, key);
    admin::template_change(&app.store, app.now(), who.workspace, &template).await?;
    if request.publish == Some(true) {
        version::published(&app, &who, &template).await?;
    }
    Ok(TemplateBody::of(existing(&app, &who, &Shown(Noun::Template.show(template.id))).await?))
}

pub(super) async fn delete(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
) -> Result<Answer<Deleted>, ApiError> {
    let template = existing(&app, &who, &shown).await?;
    admin::template_remove(&app.store, who.workspace, template.id).await?;
    Ok(Deleted::of("template", Noun::Template.show(template.id)))
}

/// How a copy is called.
#[derive(Deserialize, ToSchema, Default)]
#[schema(as = DuplicateTemplate)]
#[serde(default)]
pub struct DuplicateRequest {
    /// `NAME (copy)` when nothing is said.
    name: Option<String>,
    /// `KEY-copy` when nothing is said.
    #[serde(alias = "alias")]
    key: Option<String>,
}

pub(super) async fn duplicate(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
    Json(request, _): Json<DuplicateRequest>,
) -> Result<(StatusCode, Answer<TemplateBody>), ApiError> {
    let template = existing(&app, &who, &shown).await?;
    let name = request.name.unwrap_or_else(|| format!("{} (copy)", template.name));
    let key = request.key.unwrap_or_else(|| format!("{}-copy", template.key));
    let mut mistakes = Mistakes::default();
    let (name, key) = naming((Some(&name), Some(&key)), &mut mistakes);
    mistakes.none_or(())?;
    let copy = made(&app, &who, (&name, &key), (&template.draft, false)).await?;
    Ok((StatusCode::CREATED, TemplateBody::of(copy)))
}
