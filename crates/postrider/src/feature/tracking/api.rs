//! What recipients' programs ask for: `/t/…`. No answer here reads the database, but the one that unsubscribes.
//!
//! Guarantees
//! 1. A token that we did not make gets a 404; nobody is led anywhere that we did not sign.
//! 2. GET and HEAD change no consent.
//! 3. An answer does not wait for what is written about it.

use std::sync::Arc;
use std::time::Duration;

use ::console::page::Brand;
use axum::body::Body;
use axum::extract::{FromRequest, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::client::Caller;
use super::inbox::{Client, Hit};
use super::judge::Kind;
use super::page::{Say, page};
use super::reading::{Answer, Quality, STEP};
use super::token::{Bearer, Purpose};
use super::unsubscribe::{Manner, Scope, unsubscribe};
use super::url;
use crate::app::App;
use crate::http::Api;
use crate::http::auth::Anybody;
use crate::http::endpoint::{Endpoint, Method, Shown};
use crate::http::error::ApiError;

/// A transparent image of one pixel: the least that is a GIF.
const PIXEL: &[u8; 43] =
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\
                           \x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";
/// Octets of a form that unsubscribes.
const FORM_MAX_BYTES: usize = 16 << 10;
/// How long a client may take to send it.
const FORM_WAIT: Duration = Duration::from_secs(20);
/// The page loads nothing but the workspace's logo, runs nothing, and sends its form nowhere else.
const POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'";
const NO_STORE: &str = "no-store, no-cache, max-age=0, private";

/// This slice's endpoints.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new(Method::Get, "/t/o/{token}", open)
            .summary("Show the pixel of a tracked email.")
            .answers_other(200, "image/gif"),
        Endpoint::new(Method::Get, "/t/c/{token}", click)
            .summary("Follow a tracked link: leads to the URL that was signed with it.")
            .answers_other(302, "text/plain"),
        Endpoint::new(Method::Get, "/t/h/{token}", trap)
            .summary("Follow the link that only programs see.")
            .answers_other(200, "text/plain"),
        Endpoint::new(Method::Get, "/t/r/{token}", read)
            .summary("Show the image that measures for how long an email is read.")
            .answers_other(200, "image/gif"),
        Endpoint::new(Method::Get, "/t/u/{token}", ask)
            .summary("Read the page on which a recipient unsubscribes; changes nothing.")
            .answers_other(200, "text/html"),
        Endpoint::new(Method::Post, "/t/u/{token}", leave)
            .summary("Unsubscribe the recipient, by one click (RFC 8058) or from the page.")
            .answers_other(200, "text/html"),
    ]
}

/// Who bears the path's token.
fn bearer(app: &App, purpose: Purpose, token: &str) -> Result<Bearer, ApiError> {
    app.tracking.secrets().open(purpose, token, "").ok_or_else(|| ApiError::not_found("path"))
}

fn note(app: &App, bearer: Bearer, kind: Kind, client: Client) {
    app.tracking.note(app, Hit { bearer, kind, at: app.now(), link_id: None, url: None, client, read: None });
}

fn pixel() -> Response {
    ([(header::CONTENT_TYPE, "image/gif"), (header::CACHE_CONTROL, NO_STORE)], PIXEL.as_slice())
        .into_response()
}

fn lead_to(place: String) -> Response {
    let headers = [(header::LOCATION, place), (header::CACHE_CONTROL, NO_STORE.to_owned())];
    (StatusCode::FOUND, headers).into_response()
}

async fn open(
    _: Anybody,
    State(app): State<Arc<App>>,
    token: Shown,
    caller: Caller,
) -> Result<Response, ApiError> {
    let bearer = bearer(&app, Purpose::Open, &token.0)?;
    note(&app, bearer, Kind::Open, caller.client);
    Ok(pixel())
}

async fn click(
    _: Anybody,
    State(app): State<Arc<App>>,
    token: Shown,
    caller: Caller,
) -> Result<Response, ApiError> {
    let found = url::clicked(&app.tracking.secrets(), &token.0, &caller.query);
    let (bearer, target) = found.ok_or_else(|| ApiError::not_found("path"))?;
    let place = url::location(&target.url);
    let (link_id, url) = (target.id, Some(target.url));
    let hit =
        Hit { bearer, kind: Kind::Click, at: app.now(), link_id, url, client: caller.client, read: None };
    app.tracking.note(&app, hit);
    Ok(lead_to(place))
}

async fn trap(
    _: Anybody,
    State(app): State<Arc<App>>,
    token: Shown,
    caller: Caller,
) -> Result<Response, ApiError> {
    let bearer = bearer(&app, Purpose::Trap, &token.0)?;
    note(&app, bearer, Kind::Trap, caller.client);
    Ok(([(header::CONTENT_TYPE, "text/plain"), (header::CACHE_CONTROL, NO_STORE)], "").into_response())
}

async fn read(
    _: Anybody,
    State(app): State<Arc<App>>,
    token: Shown,
    caller: Caller,
) -> Result<Response, ApiError> {
    let bearer = bearer(&app, Purpose::Reading, &token.0)?;
    let number = |name: &str| {
        let pairs = caller.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(own, _)| *own == name).and_then(|(_, value)| value.parse::<u32>().ok())
    };
    let (key, step) = (number("k"), number("s").and_then(|step| u8::try_from(step).ok()));
    let (answer, key, step) = match (key, step) {
        (Some(key), Some(step)) => (app.tracking.step(app.now(), bearer.delivery, key, step), key, step),
        _ => {
            let (answer, key) = app.tracking.begin(&app, bearer, caller.client);
            (answer, key, 0)
        }
    };
    match answer {
        Answer::Image => Ok(pixel()),
        Answer::LeadOn => {
            tokio::time::sleep(STEP).await;
            // Relative to the request's own URL: whatever stands before us keeps its name.
            Ok(lead_to(format!("?k={key}&s={}", step + 1)))
        }
    }
}

fn html(status: StatusCode, (languages, brand): (&str, &Brand), say: Say) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, NO_STORE),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::HeaderName::from_static("x-robots-tag"), "noindex"),
    ];
    (status, headers, page(languages, brand, say)).into_response()
}

/// Whose mail it was, as its readers know it: nothing where nobody gave the workspace a name or a logo.
fn brand(app: &App, workspace: i64) -> Brand {
    let snapshot = app.directory.snapshot();
    let Some(workspace) = snapshot.workspaces.get(&workspace) else { return Brand::default() };
    let named = !workspace.title.is_empty() || !workspace.sender.is_empty();
    Brand { title: if named { workspace.sender().to_owned() } else { String::new() }, ..workspace.brand() }
}

async fn ask(
    _: Anybody,
    State(app): State<Arc<App>>,
    token: Shown,
    caller: Caller,
) -> Result<Response, ApiError> {
    let bearer = bearer(&app, Purpose::Unsubscribe, &token.0)?;
    let brand = brand(&app, bearer.workspace);
    Ok(html(StatusCode::OK, (&caller.languages, &brand), Say::Ask(bearer.class)))
}

async fn leave(
    _: Anybody,
    State(app): State<Arc<App>>,
    token: Shown,
    caller: Caller,
    form: Form,
) -> Result<Response, ApiError> {
    let bearer = bearer(&app, Purpose::Unsubscribe, &token.0)?;
    let (scope, manner) = form.read();
    let brand = brand(&app, bearer.workspace);
    let whose = (&*caller.languages, &brand);
    match unsubscribe(&app, bearer, scope, manner).await {
        Ok(true) if scope == Scope::Marketing => Ok(html(StatusCode::OK, whose, Say::DoneAll)),
        Ok(true) => Ok(html(StatusCode::OK, whose, Say::Done)),
        Ok(false) => Err(ApiError::not_found("path")),
        Err(error) => {
            tracing::warn!(%error, "somebody could not be unsubscribed and was asked to try again");
            Ok(html(StatusCode::SERVICE_UNAVAILABLE, whose, Say::Later))
        }
    }
}

/// The body of a request to unsubscribe: a form of either encoding, or nothing.
struct Form(axum::body::Bytes);

impl FromRequest<Api> for Form {
    type Rejection = ApiError;

    async fn from_request(request: Request, _api: &Api) -> Result<Form, ApiError> {
        let body: Body = request.into_body();
        match tokio::time::timeout(FORM_WAIT, axum::body::to_bytes(body, FORM_MAX_BYTES)).await {
            Ok(Ok(bytes)) => Ok(Form(bytes)),
            Ok(Err(_)) | Err(_) => Err(ApiError::too_large(FORM_MAX_BYTES)),
        }
    }
}

impl Form {
    /// Whatever stands in the form, its sender wants to leave: at least this stream.
    fn read(&self) -> (Scope, Manner) {
        let holds = |words: &str| memchr::memmem::find(&self.0, words.as_bytes()).is_some();
        let scope = if holds("scope=marketing") { Scope::Marketing } else { Scope::Stream };
        let manner = if holds("List-Unsubscribe") { Manner::OneClick } else { Manner::Page };
        (scope, manner)
    }
}

/// What is noted of a reading that was not begun.
pub(super) const UNMEASURED: Option<(u64, Quality)> = Some((0, Quality::NotMeasurable));
