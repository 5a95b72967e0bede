//! `/captured`: the mailbox in which mail ends that must not leave the machine.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use mail::date::rfc3339;
use mail_parser::{MessageParser, MessagePart, MimeHeaders};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::read::{Listed, captured_clear, captured_find, captured_list, captured_raw};
use crate::app::App;
use crate::http::auth::FullKey;
use crate::http::endpoint::{Endpoint, Method, Shown};
use crate::http::error::ApiError;
use crate::http::json::Params;
use crate::http::page::{List, PageParams};
use crate::id::Noun;

#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new(Method::Get, "/captured", list)
            .summary("List the captured messages, newest first.")
            .query::<ListParams>()
            .answers::<List<CapturedEntry>>(200),
        Endpoint::new(Method::Get, "/captured/{id}", one)
            .summary("Show a captured message: its header fields, texts and attachments.")
            .answers::<CapturedBody>(200),
        Endpoint::new(Method::Get, "/captured/{id}/raw", raw)
            .summary("Give a captured message as the wire would have carried it.")
            .answers_other(200, "message/rfc822"),
        Endpoint::new(Method::Delete, "/captured", clear)
            .summary("Empty the capture mailbox.")
            .answers::<Cleared>(200),
    ]
}

/// Which captured messages to list.
#[derive(Deserialize, IntoParams, Default)]
#[serde(default)]
struct ListParams {
    /// Entries of the page, 1 to 1,000; 20 when nothing is said.
    limit: Option<String>,
    /// Entries that come after the one with this id.
    after: Option<String>,
    /// Entries that come before the one with this id.
    before: Option<String>,
    /// Only those with this in the recipient's address or the subject.
    q: Option<String>,
}

/// A captured message as a list shows it.
#[derive(Serialize, ToSchema)]
struct CapturedEntry {
    id: String,
    email_id: String,
    delivery_id: String,
    /// The address in From.
    from: String,
    /// The one recipient whose delivery this is.
    to: String,
    /// What MAIL FROM would have said.
    reverse_path: String,
    subject: String,
    created_at: String,
}

impl CapturedEntry {
    fn of(listed: Listed) -> CapturedEntry {
        CapturedEntry {
            id: Noun::Captured.show(listed.id),
            email_id: Noun::Message.show(listed.message),
            delivery_id: Noun::Delivery.show(listed.delivery),
            from: listed.author,
            to: listed.forward_path,
            reverse_path: listed.reverse_path,
            subject: listed.subject,
            created_at: rfc3339(listed.at),
        }
    }
}

async fn list(
    holder: FullKey,
    State(app): State<Arc<App>>,
    Params(params): Params<ListParams>,
) -> Result<axum::Json<List<CapturedEntry>>, ApiError> {
    let ListParams { limit, after, before, q } = params;
    let page = PageParams { limit, after, before }.read(Noun::Captured)?;
    let part = q.unwrap_or_default();
    let _turn = app.list_turns.take(holder.workspace).await;
    let (mut rows, looked) = captured_list(&app.store, holder.workspace, &part, page).await?;
    let next = page.cut(&mut rows, |one| one.id, looked).map(|id| Noun::Captured.show(id));
    Ok(axum::Json(List::until(page, rows, next, CapturedEntry::of)))
}

/// A captured message, read.
#[derive(Serialize, ToSchema)]
struct CapturedBody {
    #[serde(flatten)]
    entry: CapturedEntry,
    /// In the order of the message.
    headers: Vec<HeaderField>,
    text: Option<String>,
    html: Option<String>,
    attachments: Vec<Attachment>,
    /// Octets of the whole message.
    size: usize,
}

/// A header field, unfolded but not decoded.
#[derive(Serialize, ToSchema)]
struct HeaderField {
    name: String,
    value: String,
}

/// An attachment, without its octets: those are in the raw message.
#[derive(Serialize, ToSchema)]
struct Attachment {
    filename: Option<String>,
    content_type: String,
    content_id: Option<String>,
    /// Octets after decoding.
    size: usize,
}

impl Attachment {
    fn of(part: &MessagePart<'_>) -> Attachment {
        let content_type = part.content_type().map_or_else(
            || "application/octet-stream".to_owned(),
            |kind| match kind.subtype() {
                Some(subtype) => format!("{}/{subtype}", kind.ctype()),
                None => kind.ctype().to_owned(),
            },
        );
        Attachment {
            filename: part.attachment_name().map(str::to_owned),
            content_type,
            content_id: part.content_id().map(str::to_owned),
            size: part.len(),
        }
    }
}

async fn one(
    holder: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
) -> Result<axum::Json<CapturedBody>, ApiError> {
    let id = shown.id(Noun::Captured, "captured message")?;
    let listed = captured_find(&app.store, holder.workspace, id).await?;
    let bytes = captured_raw(&app.store, holder.workspace, id).await?;
    let (Some(listed), Some(bytes)) = (listed, bytes) else {
        return Err(ApiError::not_found("captured message"));
    };
    let entry = CapturedEntry::of(listed);
    Ok(axum::Json(read(entry, &bytes)))
}

fn read(entry: CapturedEntry, bytes: &[u8]) -> CapturedBody {
    let Some(message) = MessageParser::default().parse(bytes) else {
        let nothing = (Vec::new(), None, None, Vec::new());
        let (headers, text, html, attachments) = nothing;
        return CapturedBody { entry, headers, text, html, attachments, size: bytes.len() };
    };
    let field = |(name, value): (&str, &str)| HeaderField {
        name: name.to_owned(),
        value: value.split("\r\n").collect::<String>().trim().to_owned(),
    };
    CapturedBody {
        entry,
        headers: message.headers_raw().map(field).collect(),
        // The parser makes the one from the other when only one is there: what is not in the message is not shown.
        text: message
            .text_bodies()
            .any(MessagePart::is_text)
            .then(|| message.body_text(0))
            .flatten()
            .map(Into::into),
        html: message
            .html_bodies()
            .any(MessagePart::is_text_html)
            .then(|| message.body_html(0))
            .flatten()
            .map(Into::into),
        attachments: message.attachments().map(Attachment::of).collect(),
        size: bytes.len(),
    }
}

async fn raw(holder: FullKey, State(app): State<Arc<App>>, shown: Shown) -> Result<Response, ApiError> {
    let id = shown.id(Noun::Captured, "captured message")?;
    let bytes = captured_raw(&app.store, holder.workspace, id).await?;
    let bytes = bytes.ok_or_else(|| ApiError::not_found("captured message"))?;
    let bytes = app
        .on_its_way(holder.workspace, bytes)
        .map_err(|full| full.refusal("octets of mail on their way"))?;
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("message/rfc822"));
    // A browser must not make a page of what a tenant wrote.
    let plain = (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(([kind, plain], bytes).into_response())
}

/// How many messages were deleted.
#[derive(Serialize, ToSchema)]
struct Cleared {
    object: &'static str,
    deleted: usize,
}

async fn clear(holder: FullKey, State(app): State<Arc<App>>) -> Result<axum::Json<Cleared>, ApiError> {
    let deleted = captured_clear(&app.store, holder.workspace).await?;
    Ok(axum::Json(Cleared { object: "captured", deleted }))
}
