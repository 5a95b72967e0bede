//! Rendering without sending, and how a rendering's failures are told.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use content::{Compiled, Failure, Limits, Program, Rendered};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::draft::refused;
use super::template::existing;
use super::version::compiled;
use crate::app::App;
use crate::feature::sending::api::metadata::Variables;
use crate::feature::template::admin::{Named, Template};
use crate::http::auth::FullKey;
use crate::http::endpoint::Shown;
use crate::http::error::{ApiError, Code, FieldError};
use crate::http::json::Json;

/// What to render a template with.
#[derive(Deserialize, ToSchema, Default)]
#[schema(as = RenderTemplate)]
#[serde(default)]
pub struct RenderRequest {
    /// The template's sample when nothing is said.
    #[serde(alias = "data")]
    #[schema(value_type = Object)]
    variables: Option<Variables>,
    /// Such as `pt-BR`; the template's own when nothing is said.
    locale: Option<String>,
    /// The number of a published version; the draft when nothing is said.
    version: Option<i64>,
}

/// A template, rendered.
#[derive(Serialize, ToSchema)]
#[schema(as = RenderedTemplate)]
pub struct RenderedBody {
    object: &'static str,
    subject: Option<String>,
    preheader: Option<String>,
    html: Option<String>,
    text: Option<String>,
}

pub(super) async fn render(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
    Json(request, _): Json<RenderRequest>,
) -> Result<Answer<RenderedBody>, ApiError> {
    let template = existing(&app, &who, &shown).await?;
    let program = program(&app, &who, &template, request.version).await?;
    let locale = request.locale.unwrap_or_default();
    let variables = request.variables.map_or(template.draft.sample, |variables| variables.0);
    let rendered = rendered((&app, who.workspace), &program, &locale, variables).await?;
    let Rendered { subject, preheader, html, text } =
        rendered.map_err(|failure| ApiError::invalid(told(&failure, "/variables", "")))?;
    Ok(Answer(RenderedBody { object: "rendered_template", subject, preheader, html, text }))
}

/// A published version of a template, or its draft, ready to be rendered.
pub(super) async fn program(
    app: &App,
    who: &FullKey,
    template: &Template,
    version: Option<i64>,
) -> Result<Arc<Program>, ApiError> {
    let Some(number) = version else {
        let compiled = compiled(app, who.workspace, &template.draft).await?;
        return loaded((app, who.workspace), compiled).await;
    };
    let named = Named { id: template.id, key: String::new() };
    let found = app.programs.fetch(&app.store, who.workspace, (&named, Some(number))).await?;
    Ok(found.ok_or_else(|| ApiError::not_found("version"))?.program)
}

pub(in super::super) async fn loaded(
    (app, workspace): (&App, i64),
    compiled: Compiled,
) -> Result<Arc<Program>, ApiError> {
    let load = move || Program::load(&compiled, &Limits::default());
    let program = app.programs.rendering.run(workspace, load).await?;
    Ok(Arc::new(program.map_err(|problem| refused(vec![problem]))?))
}

/// Renders without sending.
pub(in super::super) async fn rendered(
    (app, workspace): (&App, i64),
    program: &Arc<Program>,
    locale: &str,
    variables: Map<String, Value>,
) -> Result<Result<Rendered, Failure>, ApiError> {
    let (program, locale) = (program.clone(), locale.to_owned());
    Ok(app.programs.rendering.run(workspace, move || program.render(&locale, &variables)).await?)
}

/// What a failure says about a request: pointers to variables begin with `data`, what is about the template with `template`.
#[must_use]
pub fn told(failure: &Failure, data: &str, template: &str) -> Vec<FieldError> {
    match failure {
        Failure::Data(wrong) => wrong
            .iter()
            .map(|wrong| FieldError {
                pointer: format!("{data}{}", wrong.pointer),
                code: if wrong.missing { Code::MissingRequiredField } else { Code::InvalidValue },
                message: wrong.reason.clone(),
            })
            .collect(),
        Failure::Limit(_) | Failure::Template(_) => vec![FieldError {
            pointer: template.to_owned(),
            code: Code::InvalidValue,
            message: failure.to_string(),
        }],
    }
}
