//! What a mail says: as HTML, as text, as fields, as octets.
//!
//! Guarantees
//! 1. Whoever gets here may see what mail says: the handlers' authority, or [`allowed`], says so.
//! 2. HTML leaves only by [`preview`], as [`Sandboxed`]: no script runs, no form is sent, nothing is loaded from anywhere, and
//!    the page has no origin. All else is text, which the template escapes.

use std::sync::Arc;

use ::console::format::number;
use ::console::screen::message::{Body, Preview, Source};
use ::console::screen::overview::Range;
use ::console::words::{Word, Words};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use bytes::Bytes;
use mail::Headers;
use mail::header::{decode_text, unfold};

use super::existing;
use super::pictures::with_pictures;
use crate::app::App;
use crate::console::refusal::Refused;
use crate::console::screen::Member;
use crate::console::visit::Sandboxed;
use crate::feature::person;
use crate::feature::person::permission::Permission;
use crate::feature::person::permission::need::{SeeContent, SeeFigures};
use crate::feature::sending::Origin;
use crate::feature::sending::api::shown::Content;
use crate::feature::sending::read::Stored;
use crate::id::Noun;

/// Octets of a source that are shown. Reason: a browser lays out so much at once; the file has all of it.
const SOURCE_SHOWN_MAX: usize = 128 * 1024;

/// The HTML alone, for a frame.
pub(super) async fn preview(
    who: Member<SeeContent>,
    State(app): State<Arc<App>>,
    Path((_, shown)): Path<(String, String)>,
) -> Result<Response, Refused> {
    let octets = existing(&app, who.workspace.id, &shown).await?.content.ok_or(Refused::NotFound)?;
    let _turn = app.list_turns.take(who.workspace.id).await;
    let made = tokio::task::spawn_blocking(move || {
        with_pictures(&Content::of(&octets).html.unwrap_or_default(), &octets)
    });
    let html = made.await.map_err(|_| Refused::Fault)?;
    let mut response = Html(html).into_response();
    response.extensions_mut().insert(Sandboxed);
    Ok(response)
}

/// The octets, as a file.
pub(super) async fn source(
    who: Member<SeeContent>,
    State(app): State<Arc<App>>,
    Path((_, shown)): Path<(String, String)>,
) -> Result<Response, Refused> {
    let email = existing(&app, who.workspace.id, &shown).await?;
    let octets = email.content.ok_or(Refused::NotFound)?;
    let octets = app.on_its_way(who.workspace.id, octets).map_err(|_| Refused::Busy)?;
    let name = format!("attachment; filename=\"{}.eml\"", Noun::Message.show(email.id));
    let headers = [(header::CONTENT_TYPE, "message/rfc822".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, octets).into_response())
}

/// Refuses whose role has not what a tab needs, as a page of its own would.
pub(super) async fn allowed(
    app: &App,
    who: &Member<SeeFigures>,
    permission: Permission,
) -> Result<(), Refused> {
    if who.role.may(permission) {
        return Ok(());
    }
    let helpers = person::helpers(&app.store, who.workspace.id, permission).await?;
    Err(Refused::Forbidden { role: who.role, helpers })
}

/// A view of a message's content.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum View {
    Preview { phone: bool },
    Text,
    Headers,
    Source,
}

/// What a tab shows. `path` is the message's page.
pub(super) async fn body(words: Words, email: &Stored, view: View, path: &str) -> Result<Body, Refused> {
    let Some(octets) = &email.content else {
        let code = email.origin == Origin::Code.as_str();
        return Ok(Body::Gone(if code { Word("message-gone-code") } else { Word("message-gone-aged") }));
    };
    Ok(match view {
        View::Preview { phone } => Body::Preview(framed(&parts(octets).await?, path, phone)),
        View::Text => Body::Text(parts(octets).await?.text),
        View::Headers => Body::Headers(fields(octets)),
        View::Source => {
            let shown = &octets[..octets.len().min(SOURCE_SHOWN_MAX)];
            Body::Source(Source {
                text: String::from_utf8_lossy(shown).replace("\r\n", "\n"),
                cut: shown.len() < octets.len(),
                size: number::octets(words.locale, octets.len() as u64),
                download: format!("{path}/source"),
            })
        }
    })
}

/// What a mail says, read where nothing waits for it: a large one takes long.
pub(super) async fn parts(octets: &Bytes) -> Result<Content, Refused> {
    let octets = octets.clone();
    tokio::task::spawn_blocking(move || Content::of(&octets)).await.map_err(|_| Refused::Fault)
}

fn framed(parts: &Content, path: &str, phone: bool) -> Preview {
    let width = |href: &str, label, here| Range { href: format!("{path}?tab={href}"), label, here };
    Preview {
        src: parts.html.is_some().then(|| format!("{path}/preview")),
        phone,
        widths: vec![
            width("preview", Word("message-desktop"), !phone),
            width("phone", Word("message-phone"), phone),
        ],
    }
}

fn fields(octets: &[u8]) -> Vec<(String, String)> {
    let Ok(headers) = Headers::scan_again(octets) else { return Vec::new() };
    headers.fields().map(|field| (field.name.to_owned(), decode_text(&unfold(field.value)))).collect()
}
