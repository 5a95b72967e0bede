//! `/attachments`: files that are uploaded once, to be named by emails.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use mail::compose::{content_type_of, is_content_type, is_filename};
use mail::date::rfc3339;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::kept::{self, CONTENTS_MAX, FILES_MAX, KeepError, Kept, New};
use super::octets::{Octets, RawParams};
use crate::app::App;
use crate::http::auth::{FullKey, SendingKey};
use crate::http::endpoint::{Deleted, Endpoint, Method, Shown};
use crate::http::error::{ApiError, Code, Mistakes, Name};
use crate::http::json::{self, Params};
use crate::http::page::{List, PageParams};
use crate::id::Noun;

const NOUN: &str = "attachment";

/// This slice's endpoints.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new(Method::Post, "/attachments", create)
            .summary(
                "Upload a file that emails name by its id: as JSON, or as it is with its name in `?filename=` and its \
                 type in `Content-Type`.",
            )
            .query::<RawParams>()
            .takes::<AttachmentUpload>()
            .answers::<AttachmentBody>(201),
        Endpoint::new(Method::Get, "/attachments", list)
            .summary("List uploaded files, newest first.")
            .query::<PageParams>()
            .answers::<List<AttachmentBody>>(200),
        Endpoint::new(Method::Get, "/attachments/{id}", one)
            .summary("Show an uploaded file, without its octets.")
            .answers::<AttachmentBody>(200),
        Endpoint::new(Method::Delete, "/attachments/{id}", delete)
            .summary("Delete an uploaded file; emails that were accepted with it keep it.")
            .answers::<Deleted>(200),
    ]
}

/// A file to be kept.
#[derive(Deserialize, ToSchema, Default)]
#[schema(as = NewAttachment)]
pub struct AttachmentUpload {
    #[schema(required, example = "terms.pdf")]
    filename: Option<String>,
    /// Base64, or an array of numbers.
    #[schema(value_type = String, required)]
    content: Option<Octets>,
    /// By the name's ending when nothing is said.
    #[serde(alias = "contentType")]
    content_type: Option<String>,
}

/// An uploaded file.
#[derive(Serialize, ToSchema)]
#[schema(as = UploadedAttachment)]
pub struct AttachmentBody {
    object: &'static str,
    #[schema(example = "fil_0123456789abc")]
    id: String,
    filename: String,
    content_type: String,
    /// Octets.
    size: usize,
    /// In hexadecimal digits.
    sha256: String,
    created_at: String,
    /// When an email last named it, to the hour.
    last_used_at: String,
}

impl AttachmentBody {
    fn of(kept: Kept) -> AttachmentBody {
        AttachmentBody {
            object: NOUN,
            id: Noun::Attachment.show(kept.id),
            filename: kept.filename,
            content_type: kept.content_type,
            size: kept.size,
            sha256: kept.sha256.iter().map(|octet| format!("{octet:02x}")).collect(),
            created_at: rfc3339(kept.created),
            last_used_at: rfc3339(kept.used),
        }
    }
}

/// A raw body's content type; that of a program that names none is no statement about the file.
fn declared(headers: &HeaderMap) -> Option<String> {
    const BY_HABIT: [&str; 2] = ["application/x-www-form-urlencoded", "application/octet-stream"];
    let text = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    (!BY_HABIT.contains(&text)).then(|| text.to_owned())
}

fn read_upload(headers: &HeaderMap, raw: RawParams, body: &Bytes) -> Result<AttachmentUpload, ApiError> {
    match raw.filename {
        Some(filename) => Ok(AttachmentUpload {
            filename: Some(filename),
            content: Some(Octets(body.clone())),
            content_type: declared(headers),
        }),
        None => json::parse(body),
    }
}

async fn create(
    who: SendingKey,
    State(app): State<Arc<App>>,
    Params(raw): Params<RawParams>,
    headers: HeaderMap,
    json::Octets(body): json::Octets,
) -> Result<(StatusCode, Answer<AttachmentBody>), ApiError> {
    let new = judged(&app, who.workspace, read_upload(&headers, raw, &body)?)?;
    let now = app.now();
    let quota = app.settings.attachments.quota_bytes;
    let id = match kept::keep(&app.store, (&app.mint, now), new, quota).await {
        Ok(id) => id,
        Err(KeepError::Quota) => return Err(full(quota)),
        Err(KeepError::Number) => return Err(ApiError::limit_reached(FILES_MAX, "attachments")),
        Err(KeepError::Store(error)) => return Err(error.into()),
    };
    let kept = existing(&app, who.workspace, id).await?;
    Ok((StatusCode::CREATED, Answer(AttachmentBody::of(kept))))
}

/// The refusal of what would exceed a workspace's quota.
pub(super) fn full(quota: u64) -> ApiError {
    let why = format!(
        "the attachments of a workspace take at most {quota} octets and are at most {CONTENTS_MAX} different ones: delete \
         some that are not needed"
    );
    ApiError::new(Name::LimitReached, why)
}

fn judged(app: &App, workspace: i64, upload: AttachmentUpload) -> Result<New, ApiError> {
    let mut mistakes = Mistakes::default();
    let filename = upload.filename.unwrap_or_default();
    if !is_filename(&filename) {
        let why = mail::compose::Mistake::Filename.to_string();
        mistakes.add("/filename", Code::InvalidAttachment, why);
    }
    let content_type = upload.content_type.unwrap_or_else(|| content_type_of(&filename).to_owned());
    if !is_content_type(&content_type) {
        let why = mail::compose::Mistake::ContentType.to_string();
        mistakes.add("/content_type", Code::InvalidAttachment, why);
    }
    if upload.content.is_none() {
        mistakes.add("/content", Code::MissingRequiredField, "the file's octets, in base64");
    }
    let content = upload.content.unwrap_or_default().0;
    for (field, why) in super::refusals(app, Some(&filename), Some(&content_type), &content) {
        mistakes.add(format!("/{field}"), Code::InvalidAttachment, why);
    }
    mistakes.none_or(New { workspace, filename, content_type, content })
}

async fn existing(app: &App, workspace: i64, id: i64) -> Result<Kept, ApiError> {
    kept::one(&app.store, workspace, id).await?.ok_or_else(|| ApiError::not_found(NOUN))
}

async fn list(
    who: FullKey,
    State(app): State<Arc<App>>,
    Params(params): Params<PageParams>,
) -> Result<Answer<List<AttachmentBody>>, ApiError> {
    let page = params.read(Noun::Attachment)?;
    let rows = kept::list(&app.store, who.workspace, page).await?;
    Ok(Answer(List::of(page, rows, |one| Noun::Attachment.show(one.id), AttachmentBody::of)))
}

async fn one(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
) -> Result<Answer<AttachmentBody>, ApiError> {
    let id = shown.id(Noun::Attachment, NOUN)?;
    Ok(Answer(AttachmentBody::of(existing(&app, who.workspace, id).await?)))
}

async fn delete(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
) -> Result<Answer<Deleted>, ApiError> {
    let id = shown.id(Noun::Attachment, NOUN)?;
    existing(&app, who.workspace, id).await?;
    kept::remove(&app.store, who.workspace, id).await?;
    Ok(Deleted::of(NOUN, shown.0))
}
