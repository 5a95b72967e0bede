//! `/images`: images that mail shows, each at a URL of its own.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use mail::date::rfc3339;
use serde::{Deserialize, Serialize};
use store::StoreError;
use utoipa::ToSchema;

use super::kept::{self, Kept};
use super::{IMAGES_MAX, New, OCTETS_OF_WORKSPACE_MAX};
use crate::app::App;
use crate::feature::attachment::octets::{Octets, RawParams};
use crate::http::auth::FullKey;
use crate::http::endpoint::{Deleted, Endpoint, Method, Shown};
use crate::http::error::{ApiError, Code, Name};
use crate::http::json::{self, Params};
use crate::http::page::{List, PageParams};
use crate::id::Noun;

const NOUN: &str = "image";

/// This slice's endpoints.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new(Method::Post, "/images", create)
            .summary(
                "Keep an image that mail shows, and get its URL: as JSON, or as it is with its name in `?filename=`. The same \
                 octets have one URL.",
            )
            .query::<RawParams>()
            .takes::<ImageUpload>()
            .answers::<ImageBody>(201),
        Endpoint::new(Method::Get, "/images", list)
            .summary("List images, newest first.")
            .query::<PageParams>()
            .answers::<List<ImageBody>>(200),
        Endpoint::new(Method::Get, "/images/{id}", one)
            .summary("Show an image, without its octets.")
            .answers::<ImageBody>(200),
        Endpoint::new(Method::Delete, "/images/{id}", delete)
            .summary("Delete an image; mail that was sent shows it no more.")
            .answers::<Deleted>(200),
    ]
}

/// An image to be kept.
#[derive(Deserialize, ToSchema, Default)]
#[schema(as = NewImage)]
pub struct ImageUpload {
    /// For people; what the image is, its octets say.
    #[schema(example = "banner.png")]
    filename: Option<String>,
    /// A PNG, JPEG, GIF or WebP: base64, or an array of numbers.
    #[schema(value_type = String, required)]
    content: Option<Octets>,
}

/// An image that is kept.
#[derive(Serialize, ToSchema)]
#[schema(as = Image)]
pub struct ImageBody {
    object: &'static str,
    #[schema(example = "img_0123456789abc")]
    id: String,
    /// For `src`: open to whoever knows it, and the same for ever.
    url: String,
    filename: String,
    content_type: &'static str,
    /// Pixels.
    width: i64,
    /// Pixels.
    height: i64,
    /// Octets.
    size: i64,
    created_at: String,
}

impl ImageBody {
    fn of(app: &App, workspace: i64, kept: Kept) -> ImageBody {
        ImageBody {
            object: NOUN,
            id: Noun::Image.show(kept.id),
            url: url(app, workspace, &kept.token),
            filename: kept.name,
            content_type: kept.format.content_type(),
            width: kept.width,
            height: kept.height,
            size: kept.size,
            created_at: rfc3339(kept.created),
        }
    }
}

/// The URL of a workspace's image.
#[must_use]
pub fn url(app: &App, workspace: i64, token: &str) -> String {
    let base = app.tracking.public_base(&app.directory.snapshot(), &app.settings, workspace);
    format!("{base}{}", super::path(token))
}

async fn create(
    who: FullKey,
    State(app): State<Arc<App>>,
    Params(raw): Params<RawParams>,
    json::Octets(body): json::Octets,
) -> Result<(StatusCode, Answer<ImageBody>), ApiError> {
    let upload = match raw.filename {
        Some(filename) => ImageUpload { filename: Some(filename), content: Some(Octets(body)) },
        None => json::parse(&body)?,
    };
    let new = judged(who.workspace, upload)?;
    if let Some(kept) = kept::same(&app.store, who.workspace, &new.content).await? {
        return Ok((StatusCode::CREATED, Answer(ImageBody::of(&app, who.workspace, kept))));
    }
    let content = new.content.clone();
    let (_, write) = kept::rows((&app.mint, app.now()), &new);
    match app.store.write(write).await {
        Ok(_) | Err(StoreError::Conflict(_)) => {}
        Err(error) => return Err(error.into()),
    }
    // When it conflicts, somebody brought the same at this moment, or there is no room.
    let kept = kept::same(&app.store, who.workspace, &content).await?.ok_or_else(full)?;
    Ok((StatusCode::CREATED, Answer(ImageBody::of(&app, who.workspace, kept))))
}

fn full() -> ApiError {
    let why = format!(
        "the images of a workspace are at most {IMAGES_MAX} and take at most {OCTETS_OF_WORKSPACE_MAX} octets: delete some \
         that are not shown any more"
    );
    ApiError::new(Name::LimitReached, why)
}

fn judged(workspace: i64, upload: ImageUpload) -> Result<New, ApiError> {
    let missing = || ApiError::field("/content", Code::MissingRequiredField, "the image's octets, in base64");
    let Octets(content) = upload.content.ok_or_else(missing)?;
    New::of(workspace, &upload.filename.unwrap_or_default(), content)
        .map_err(|unfit| ApiError::field("/content", Code::InvalidAttachment, unfit.to_string()))
}

async fn existing(app: &App, workspace: i64, id: i64) -> Result<Kept, ApiError> {
    kept::one(&app.store, workspace, id).await?.ok_or_else(|| ApiError::not_found(NOUN))
}

async fn list(
    who: FullKey,
    State(app): State<Arc<App>>,
    Params(params): Params<PageParams>,
) -> Result<Answer<List<ImageBody>>, ApiError> {
    let page = params.read(Noun::Image)?;
    let rows = kept::list(&app.store, who.workspace, page).await?;
    let body = |kept: Kept| ImageBody::of(&app, who.workspace, kept);
    Ok(Answer(List::of(page, rows, |one| Noun::Image.show(one.id), body)))
}

async fn one(who: FullKey, State(app): State<Arc<App>>, shown: Shown) -> Result<Answer<ImageBody>, ApiError> {
    let id = shown.id(Noun::Image, NOUN)?;
    let kept = existing(&app, who.workspace, id).await?;
    Ok(Answer(ImageBody::of(&app, who.workspace, kept)))
}

async fn delete(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
) -> Result<Answer<Deleted>, ApiError> {
    let id = shown.id(Noun::Image, NOUN)?;
    existing(&app, who.workspace, id).await?;
    match app.store.write(kept::remove_rows(who.workspace, id)).await {
        Ok(_) => Ok(Deleted::of(NOUN, shown.0)),
        Err(StoreError::Conflict(_)) => {
            existing(&app, who.workspace, id).await?;
            Err(ApiError::conflict("it is the workspace's logo: give it another one first"))
        }
        Err(error) => Err(error.into()),
    }
}
