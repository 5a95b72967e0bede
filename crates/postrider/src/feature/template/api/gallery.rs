//! Templates from elsewhere: exports of other workspaces, and the gallery that is compiled in.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use content::{Source, gallery};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::draft::{TemplateRequest, check_size, naming};
use super::template::{TemplateBody, existing, made};
use super::version;
use crate::app::App;
use crate::feature::template::admin::{self, Named, Template};
use crate::http::auth::FullKey;
use crate::http::endpoint::Shown;
use crate::http::error::{ApiError, Mistakes};
use crate::http::json::{Json, Octets};

/// A template as a file; read by `POST /templates/import`.
#[derive(Serialize)]
pub struct Exported {
    name: String,
    key: String,
    #[serde(flatten)]
    source: Source,
}

impl Exported {
    #[must_use]
    pub fn of(template: Template) -> Exported {
        Exported { name: template.name, key: template.key, source: template.draft }
    }
}

pub(super) async fn export(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
) -> Result<Answer<Exported>, ApiError> {
    let template = existing(&app, &who, &shown).await?;
    Ok(Answer(Exported::of(template)))
}

pub(super) async fn import(
    who: FullKey,
    State(app): State<Arc<App>>,
    Octets(body): Octets,
) -> Result<Answer<TemplateBody>, ApiError> {
    let mut request = TemplateRequest::read(&body)?;
    let mut mistakes = Mistakes::default();
    let (name, key) = naming((request.name.as_deref(), request.key.as_deref()), &mut mistakes);
    mistakes.none_or(())?;
    let publish = request.publish.unwrap_or(false);
    let mut draft = Source::default();
    request.lay(&mut draft);
    let named = Named { id: 0, key: key.clone() };
    let Some(mut template) = admin::template_one(&app.store, who.workspace, &named).await? else {
        return Ok(TemplateBody::of(made(&app, &who, (&name, &key), (&draft, publish)).await?));
    };
    check_size(&draft)?;
    (template.name, template.draft) = (name, draft);
    admin::template_change(&app.store, app.now(), who.workspace, &template).await?;
    if publish {
        version::published(&app, &who, &template).await?;
    }
    Ok(TemplateBody::of(existing(&app, &who, &Shown(key)).await?))
}

/// A ready template.
#[derive(Serialize, ToSchema)]
#[schema(as = GalleryTemplate)]
pub struct GalleryEntry {
    object: &'static str,
    /// For `POST /templates/gallery/NAME/use`.
    name: String,
    title: String,
    description: String,
    category: String,
    /// The stream that fits.
    stream: String,
    locales: Vec<&'static str>,
    /// JSON Schema of its variables.
    #[schema(value_type = Object)]
    schema: Value,
    #[schema(value_type = Object)]
    sample: Map<String, Value>,
}

/// Every ready template: they are few, and come in one piece.
#[derive(Serialize, ToSchema)]
pub struct Gallery {
    /// Always `gallery`.
    object: &'static str,
    data: Vec<GalleryEntry>,
}

pub(super) async fn list(_who: FullKey) -> Answer<Gallery> {
    let entry = |entry: &gallery::Entry| {
        let gallery::About { name, title, description, category, stream, schema, sample } = entry.about();
        let locales = entry.locales().collect();
        let object = "gallery_template";
        GalleryEntry { object, name, title, description, category, stream, locales, schema, sample }
    };
    let data = gallery::ENTRIES.iter().map(entry).collect();
    Answer(Gallery { object: "gallery", data })
}

/// How the template is called that is made of one of the gallery.
#[derive(Deserialize, ToSchema, Default)]
#[schema(as = UseGalleryTemplate)]
#[serde(default)]
pub struct UseRequest {
    /// The gallery's title when nothing is said.
    name: Option<String>,
    /// The gallery's name when nothing is said.
    #[serde(alias = "alias")]
    key: Option<String>,
    /// Publish at once.
    publish: Option<bool>,
}

pub(super) async fn make(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
    Json(request, _): Json<UseRequest>,
) -> Result<(StatusCode, Answer<TemplateBody>), ApiError> {
    let entry = gallery::find(&shown.0).ok_or_else(|| ApiError::not_found("template of the gallery"))?;
    let about = entry.about();
    let mut mistakes = Mistakes::default();
    let (name, key) = (request.name.unwrap_or(about.title), request.key.unwrap_or(about.name));
    let (name, key) = naming((Some(&name), Some(&key)), &mut mistakes);
    mistakes.none_or(())?;
    let publish = request.publish.unwrap_or(false);
    let template = made(&app, &who, (&name, &key), (&entry.source(), publish)).await?;
    Ok((StatusCode::CREATED, TemplateBody::of(template)))
}
