//! One email: what it is, and what became of it.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use mail::{Headers, Mailbox, date};
use mail_parser::MessageParser;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::app::App;
use crate::directory::Snapshot;
use crate::feature::attachment::link::{self, Link};
use crate::feature::egress::attempts::{self, attempt_list};
use crate::feature::event::read::{Event, events_of_message};
use crate::feature::sending::read::{Status, Stored, StoredRecipient, email_one, recipient_list};
use crate::http::auth::FullKey;
use crate::http::endpoint::Shown;
use crate::http::error::ApiError;
use crate::http::json::Params;
use crate::http::page::{List, Page, PageParams};
use crate::id::Noun;

/// Recipients that an email is shown with; all of them are at `/emails/{id}/recipients`.
const RECIPIENTS_SHOWN: i64 = 1_000;

/// An email with its content.
#[derive(Serialize, ToSchema)]
pub struct ShownEmail {
    pub id: String,
    /// Always `email`.
    pub object: &'static str,
    pub from: String,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub bcc: Vec<String>,
    pub reply_to: Vec<String>,
    pub subject: String,
    pub html: Option<String>,
    pub text: Option<String>,
    pub created_at: String,
    /// How it stands: what is still open first, then what went wrong.
    pub last_event: &'static str,
    pub scheduled_at: Option<String>,
    pub expires_at: String,
    pub stream: String,
    /// What made it: `api`, `smtp`, or `notification` when it tells a sender what became of a delivery.
    pub origin: String,
    /// The delivery that a notification tells of, the first of several.
    pub notification_of: Option<String>,
    pub message_id: String,
    pub size_bytes: i64,
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub tags: Value,
    #[schema(value_type = Object)]
    pub metadata: Value,
    /// Whether its content is still stored; if not, names, html and text are missing.
    pub content_stored: bool,
    /// The first 1,000 recipients.
    pub recipients: Vec<ShownRecipient>,
}

/// One recipient and what became of it.
#[derive(Serialize, ToSchema)]
pub struct ShownRecipient {
    pub id: String,
    pub email: String,
    /// `to`, `cc`, `bcc`, or `envelope` for mail that came by SMTP.
    pub field: String,
    pub status: &'static str,
    /// Why it was not sent or not delivered.
    pub reason: Option<String>,
    /// The last reply of the recipient's server.
    pub reply: Option<String>,
    pub attempts: i64,
    pub next_attempt_at: Option<String>,
    pub finished_at: Option<String>,
}

impl ShownRecipient {
    fn of(recipient: StoredRecipient) -> ShownRecipient {
        let next = recipient.finished.is_none().then(|| date::rfc3339(recipient.due));
        ShownRecipient {
            id: Noun::Delivery.show(recipient.id),
            email: recipient.address,
            field: recipient.field,
            status: recipient.status.as_str(),
            reason: recipient.reason,
            reply: recipient.reply,
            attempts: recipient.attempts,
            next_attempt_at: next,
            finished_at: recipient.finished.map(date::rfc3339),
        }
    }
}

/// What the content says of an email.
#[derive(Default)]
pub(in crate::feature::sending) struct Content {
    from: Option<String>,
    to: Vec<String>,
    cc: Vec<String>,
    reply_to: Vec<String>,
    pub html: Option<String>,
    pub text: Option<String>,
}

impl Content {
    pub fn of(octets: &[u8]) -> Content {
        let Ok(headers) = Headers::scan_again(octets) else { return Content::default() };
        let list = |name: &str| {
            headers.mailboxes(name).unwrap_or_default().iter().map(shown_mailbox).collect::<Vec<_>>()
        };
        let mut content = Content {
            from: list("From").into_iter().next(),
            to: list("To"),
            cc: list("Cc"),
            reply_to: list("Reply-To"),
            ..Content::default()
        };
        if let Some(message) = MessageParser::default().parse(octets) {
            // Only what is there: a text that the parser would make of the html was never sent.
            let html = message.html_part(0).filter(|part| part.is_text_html());
            let text = message.text_part(0).filter(|part| part.is_text() && !part.is_text_html());
            content.html = html.and_then(|part| part.text_contents()).map(as_written);
            content.text = text.and_then(|part| part.text_contents()).map(as_written);
        }
        content
    }
}

/// A body with the line ends of those who write JSON, without the one that every body on the wire ends with.
fn as_written(body: &str) -> String {
    let text = body.replace("\r\n", "\n");
    text.strip_suffix('\n').map(str::to_owned).unwrap_or(text)
}

fn shown_mailbox(mailbox: &Mailbox) -> String {
    match &mailbox.name {
        Some(name) => format!("{name} <{}>", mailbox.address),
        None => mailbox.address.to_string(),
    }
}

pub(super) async fn one(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
) -> Result<Answer<ShownEmail>, ApiError> {
    let email = existing(&app, &who, &shown).await?;
    let page = Page::first(RECIPIENTS_SHOWN);
    let recipients = recipient_list(&app.store, app.now(), (who.workspace, email.id), page).await?;
    let snapshot = app.directory.snapshot();
    let content = email.content.as_deref().map(Content::of).unwrap_or_default();
    let in_field = |wanted: &str| -> Vec<String> {
        let fields = recipients.iter().filter(|recipient| recipient.field == wanted);
        fields.map(|recipient| recipient.address.clone()).collect()
    };
    let written =
        |written: Vec<String>, field: &str| if written.is_empty() { in_field(field) } else { written };
    Ok(Answer(ShownEmail {
        id: Noun::Message.show(email.id),
        object: "email",
        from: content.from.unwrap_or(email.author),
        to: written(content.to, "to"),
        cc: written(content.cc, "cc"),
        bcc: in_field("bcc"),
        reply_to: content.reply_to,
        subject: email.subject,
        html: content.html,
        text: content.text,
        created_at: date::rfc3339(email.created),
        last_event: Status::overall(recipients.iter().map(|recipient| recipient.status)).as_str(),
        scheduled_at: email.scheduled.map(date::rfc3339),
        expires_at: date::rfc3339(email.expires),
        stream: stream_name(&snapshot, who.workspace, email.stream),
        origin: email.origin,
        notification_of: email.notification_of.map(|id| Noun::Delivery.show(id)),
        message_id: email.message_id,
        size_bytes: email.size,
        tags: object(email.tags.as_deref()),
        metadata: object(email.metadata.as_deref()),
        content_stored: email.content.is_some(),
        recipients: recipients.into_iter().map(ShownRecipient::of).collect(),
    }))
}

async fn existing(app: &App, who: &FullKey, shown: &Shown) -> Result<Stored, ApiError> {
    let message = shown.id(Noun::Message, "email")?;
    let email = email_one(&app.store, who.workspace, message).await?;
    email.ok_or_else(|| ApiError::not_found("email"))
}

pub(super) async fn recipients(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
    Params(page): Params<PageParams>,
) -> Result<Answer<List<ShownRecipient>>, ApiError> {
    let page = page.read(Noun::Delivery)?;
    let message = existing(&app, &who, &shown).await?.id;
    let rows = recipient_list(&app.store, app.now(), (who.workspace, message), page).await?;
    let id = |recipient: &StoredRecipient| Noun::Delivery.show(recipient.id);
    Ok(Answer(List::of(page, rows, id, ShownRecipient::of)))
}

/// A file that an email leads to.
#[derive(Serialize, ToSchema)]
#[schema(as = EmailLink)]
pub struct ShownLink {
    #[schema(example = "lnk_0123456789abc")]
    pub id: String,
    pub filename: String,
    /// Octets.
    pub size: usize,
    /// From then on it leads to a page that says so.
    pub expires_at: String,
    pub downloads: i64,
    pub last_downloaded_at: Option<String>,
}

impl ShownLink {
    fn of(link: Link) -> ShownLink {
        ShownLink {
            id: Noun::AttachmentLink.show(link.id),
            filename: link.filename,
            size: link.size,
            expires_at: date::rfc3339(link.expires),
            downloads: link.downloads,
            last_downloaded_at: link.last.map(date::rfc3339),
        }
    }
}

pub(super) async fn links(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
    Params(page): Params<PageParams>,
) -> Result<Answer<List<ShownLink>>, ApiError> {
    let page = page.read(Noun::AttachmentLink)?;
    let message = existing(&app, &who, &shown).await?.id;
    let rows = link::list(&app.store, (who.workspace, message), page).await?;
    Ok(Answer(List::of(page, rows, |link| Noun::AttachmentLink.show(link.id), ShownLink::of)))
}

/// Something that happened.
#[derive(Serialize, ToSchema)]
pub struct ShownEvent {
    pub id: String,
    #[serde(rename = "type")]
    pub name: String,
    pub created_at: String,
    pub delivery_id: Option<String>,
    #[schema(value_type = Object)]
    pub data: Value,
}

impl ShownEvent {
    fn of(event: Event) -> ShownEvent {
        ShownEvent {
            id: Noun::Event.show(event.id),
            name: event.name,
            created_at: date::rfc3339(event.at),
            delivery_id: event.delivery.map(|id| Noun::Delivery.show(id)),
            data: object(event.data.as_deref()),
        }
    }
}

pub(super) async fn events(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
    Params(page): Params<PageParams>,
) -> Result<Answer<List<ShownEvent>>, ApiError> {
    let page = page.read(Noun::Event)?;
    let message = existing(&app, &who, &shown).await?.id;
    let rows = events_of_message(&app.store, (who.workspace, message), page).await?;
    Ok(Answer(List::of(page, rows, |event| Noun::Event.show(event.id), ShownEvent::of)))
}

/// One try at one recipient.
#[derive(Serialize, ToSchema)]
pub struct ShownAttempt {
    pub id: String,
    pub delivery_id: String,
    /// The first is 1.
    pub number: i64,
    pub started_at: String,
    pub duration_ms: f64,
    /// The set of servers that take the recipient's mail.
    pub site: String,
    /// Name and address of the server that was called.
    pub peer: String,
    /// TLS as it was negotiated; null in clear.
    pub tls: Option<String>,
    /// `accepted`, `later` or `refused`.
    pub verdict: String,
    /// Where in the dialogue the answer came.
    pub stage: String,
    pub reply: String,
    /// What the reply was taken for, and by which rule.
    pub class: String,
    pub rule: String,
    /// The connection broke after the final dot: the server may have the email.
    pub ambiguous: bool,
    /// The whole dialogue, a line a line.
    pub conversation: Vec<String>,
}

impl ShownAttempt {
    fn of(attempt: attempts::Listed) -> ShownAttempt {
        ShownAttempt {
            id: Noun::Attempt.show(attempt.id),
            delivery_id: Noun::Delivery.show(attempt.delivery),
            number: attempt.number,
            started_at: date::rfc3339(attempt.started),
            #[expect(clippy::cast_precision_loss, reason = "microseconds of a dialogue fit")]
            duration_ms: attempt.duration_us as f64 / 1_000.0,
            site: attempt.site,
            peer: attempt.peer,
            tls: attempt.tls,
            verdict: attempt.verdict,
            stage: attempt.stage,
            reply: attempt.reply,
            class: attempt.class,
            rule: attempt.rule,
            ambiguous: attempt.ambiguous,
            conversation: attempt.conversation.lines().map(str::to_owned).collect(),
        }
    }
}

pub(super) async fn attempts(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
    Params(page): Params<PageParams>,
) -> Result<Answer<List<ShownAttempt>>, ApiError> {
    let page = page.read(Noun::Attempt)?;
    let message = existing(&app, &who, &shown).await?.id;
    let rows = attempt_list(&app.store, (who.workspace, message), page).await?;
    let id = |attempt: &attempts::Listed| Noun::Attempt.show(attempt.id);
    Ok(Answer(List::of(page, rows, id, ShownAttempt::of)))
}

pub(super) async fn raw(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
) -> Result<Response, ApiError> {
    let email = existing(&app, &who, &shown).await?;
    let content =
        email.content.ok_or_else(|| ApiError::not_found("content: it was removed after its time, as"))?;
    let content =
        app.on_its_way(who.workspace, content).map_err(|full| full.refusal("octets of mail on their way"))?;
    Ok(([(header::CONTENT_TYPE, "message/rfc822")], content).into_response())
}

pub(super) fn stream_name(snapshot: &Snapshot, workspace: i64, stream: i64) -> String {
    snapshot.stream_by_id(workspace, stream).map_or_else(String::new, |stream| stream.name.to_string())
}

pub(super) fn object(text: Option<&str>) -> Value {
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_else(|| Value::Object(Map::new()))
}
