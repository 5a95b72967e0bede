//! Advice on a template, in each of its languages.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use content::{Program, Source};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::preview::{program, rendered};
use super::template::existing;
use crate::app::App;
use crate::feature::lint::api::marketing;
use crate::feature::lint::filter::Asked;
use crate::feature::lint::{Advice, Look, advice};
use crate::feature::sending::api::metadata::Variables;
use crate::http::auth::FullKey;
use crate::http::endpoint::Shown;
use crate::http::error::ApiError;
use crate::http::json::Json;

/// Languages that are looked at; the others are named. Reason: each is rendered, and may take all that the limits allow.
const LANGUAGES_MAX: usize = 20;

/// How to look at a template.
#[derive(Deserialize, ToSchema, Default)]
#[schema(as = LintTemplate)]
#[serde(default)]
pub(super) struct LintRequest {
    /// The template's sample when nothing is said.
    #[serde(alias = "data")]
    #[schema(value_type = Object)]
    variables: Option<Variables>,
    /// One of its languages; all of them when nothing is said.
    locale: Option<String>,
    /// The number of a published version; the draft when nothing is said.
    version: Option<i64>,
    /// The stream that it would go to; when nothing is said, how to leave is not looked for.
    stream: Option<String>,
    /// Ask the spam filters that are set for its score.
    score: bool,
}

/// Advice on a template.
#[derive(Serialize, ToSchema)]
#[schema(as = TemplateAdvice)]
pub(in super::super) struct TemplateAdvice {
    object: &'static str,
    pub languages: Vec<Language>,
    /// Languages that were not looked at, since there are so many.
    pub not_looked_at: Vec<String>,
}

/// Advice on one language.
#[derive(Serialize, ToSchema)]
#[schema(as = LanguageAdvice)]
pub(in super::super) struct Language {
    /// Empty for a template whose default has no locale.
    pub locale: String,
    /// Why it could not be rendered; then there is no advice.
    pub failed: Option<String>,
    pub advice: Option<Advice>,
}

/// What to look at, with what.
pub(in super::super) struct Looking {
    pub program: Arc<Program>,
    pub variables: Map<String, Value>,
    pub marketing: Option<bool>,
    pub score: bool,
}

pub(super) async fn lint(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
    Json(request, _): Json<LintRequest>,
) -> Result<Answer<TemplateAdvice>, ApiError> {
    let template = existing(&app, &who, &shown).await?;
    let marketing = marketing(&app, who.workspace, request.stream.as_deref())?;
    let program = program(&app, &who, &template, request.version).await?;
    let locales = request.locale.map_or_else(|| locales(&template.draft), |locale| vec![locale]);
    let variables = request.variables.map_or(template.draft.sample, |variables| variables.0);
    let looking = Looking { program, variables, marketing, score: request.score };
    Ok(Answer(languages((&app, who.workspace), &looking, locales).await?))
}

/// The default's locale, then the others.
pub(in super::super) fn locales(source: &Source) -> Vec<String> {
    std::iter::once(&source.locale).chain(source.locales.keys()).cloned().collect()
}

pub(in super::super) async fn languages(
    (app, workspace): (&App, i64),
    looking: &Looking,
    mut locales: Vec<String>,
) -> Result<TemplateAdvice, ApiError> {
    let not_looked_at = locales.split_off(locales.len().min(LANGUAGES_MAX));
    let mut languages = Vec::with_capacity(locales.len());
    for locale in locales {
        let language =
            match rendered((app, workspace), &looking.program, &locale, looking.variables.clone()).await? {
                Ok(mail) => {
                    let look = Look {
                        subject: mail.subject.unwrap_or_default(),
                        preheader: mail.preheader,
                        html: mail.html,
                        text: mail.text,
                        marketing: looking.marketing,
                    };
                    let asked = looking.score.then(|| Asked::of(None));
                    Language {
                        locale,
                        failed: None,
                        advice: Some(advice((app, workspace), || look, asked).await?),
                    }
                }
                Err(failure) => Language { locale, failed: Some(failure.to_string()), advice: None },
            };
        languages.push(language);
    }
    Ok(TemplateAdvice { object: "template_lint", languages, not_looked_at })
}
