//! Publishing, and what was published.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use content::{Compiled, Library, Limits, Problem, Source, publish as publish_source};
use mail::date::rfc3339;
use serde::Serialize;
use utoipa::ToSchema;

use super::draft::refused;
use super::lint::{Looking, TemplateAdvice, languages, locales};
use super::preview::loaded;
use super::template::existing;
use crate::app::App;
use crate::feature::template::admin::{self, Template, Version};
use crate::feature::template::parts;
use crate::http::auth::FullKey;
use crate::http::endpoint::Shown;
use crate::http::error::ApiError;
use crate::http::json::Params;
use crate::http::page::{List, PageParams};
use crate::id::Noun;

/// A published version.
#[derive(Serialize, ToSchema)]
#[schema(as = TemplateVersion)]
pub struct VersionEntry {
    object: &'static str,
    id: String,
    /// Counts from 1.
    version: i64,
    created_at: String,
}

impl VersionEntry {
    fn of(version: Version) -> VersionEntry {
        VersionEntry {
            object: "template_version",
            id: Noun::TemplateVersion.show(version.id),
            version: version.number,
            created_at: rfc3339(version.created),
        }
    }
}

pub(super) async fn list(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
    Params(params): Params<PageParams>,
) -> Result<Answer<List<VersionEntry>>, ApiError> {
    let template = existing(&app, &who, &shown).await?;
    let page = params.read(Noun::TemplateVersion)?;
    let rows = admin::version_list(&app.store, (who.workspace, template.id), page).await?;
    Ok(Answer(List::of(page, rows, |one| Noun::TemplateVersion.show(one.id), VersionEntry::of)))
}

/// A template that was published.
#[derive(Serialize, ToSchema)]
#[schema(as = PublishedTemplate)]
pub struct Published {
    object: &'static str,
    id: String,
    /// The number of the new version.
    version: i64,
    /// Advice on it, rendered with its sample; refuses nothing.
    lint: TemplateAdvice,
}

pub(super) async fn publish(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
) -> Result<Answer<Published>, ApiError> {
    let template = existing(&app, &who, &shown).await?;
    let compiled = compiled(&app, who.workspace, &template.draft).await?;
    let at = (&*app.mint, app.now());
    let version = admin::version_add(&app.store, at, (who.workspace, &template), &compiled).await?;
    let locales = locales(&template.draft);
    let variables = template.draft.sample;
    let program = loaded((&app, who.workspace), compiled).await?;
    let looking = Looking { program, variables, marketing: None, score: false };
    let lint = languages((&app, who.workspace), &looking, locales).await?;
    Ok(Answer(Published { object: "template", id: Noun::Template.show(template.id), version, lint }))
}

/// Publishes a template's draft; gives the version's number.
pub(super) async fn published(app: &Arc<App>, who: &FullKey, template: &Template) -> Result<i64, ApiError> {
    let compiled = compiled(app, who.workspace, &template.draft).await?;
    let at = (&*app.mint, app.now());
    Ok(admin::version_add(&app.store, at, (who.workspace, template), &compiled).await?)
}

/// Compiles a source, on a thread that may take its time.
pub(super) async fn compiled(app: &App, workspace: i64, source: &Source) -> Result<Compiled, ApiError> {
    judged(app, workspace, source).await?.map_err(refused)
}

/// As [`compiled`]; what is wrong with the source is the inner error.
///
/// # Errors
/// The database does not answer; the work broke.
pub(in super::super) async fn judged(
    app: &App,
    workspace: i64,
    source: &Source,
) -> Result<Result<Compiled, Vec<Problem>>, ApiError> {
    let library = parts::library(&app.store, workspace).await?;
    judged_with(app, workspace, source, library).await
}

/// As [`judged`], with other parts than those that are stored.
///
/// # Errors
/// The work broke.
pub(in super::super) async fn judged_with(
    app: &App,
    workspace: i64,
    source: &Source,
    library: Library,
) -> Result<Result<Compiled, Vec<Problem>>, ApiError> {
    let source = source.clone();
    let work = move || publish_source(&source, &library, &Limits::default());
    Ok(app.programs.compiling.run(workspace, work).await?)
}
