//! `/i/TOKEN`: what mailboxes and browsers get that show an image.
//!
//! Guarantees
//! 1. An image is served as what it is, and as nothing else: its type is not guessed, and nothing in it runs.
//! 2. Whoever has it keeps it: what a token shows never changes.
//!
//! Not here: how many octets are on their way (`under_way`).

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::kept;
use crate::app::App;
use crate::http::auth::Anybody;
use crate::http::endpoint::{Endpoint, Method, Shown};
use crate::http::error::ApiError;

/// The endpoint that recipients reach.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new(Method::Get, "/i/{token}", shown)
            .summary("An image that a mail shows.")
            .answers_other(200, "image/*"),
    ]
}

async fn shown(
    _: Anybody,
    State(app): State<Arc<App>>,
    token: Shown,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let nothing = || ApiError::not_found("path");
    if !kept::is_token(&token.0) {
        return Err(nothing());
    }
    let (workspace, _, size) = kept::of_token(&app.store, &token.0).await?.ok_or_else(nothing)?;
    let tag = format!("\"{}\"", token.0);
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes());
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let (format, octets) = app.images.read(&app.store, (workspace, &token.0), size).await?;
        ([(header::CONTENT_TYPE, format.content_type())], octets).into_response()
    };
    if let Ok(tag) = HeaderValue::try_from(tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    inert(&mut response);
    Ok(response)
}

fn inert(response: &mut Response) {
    for (name, value) in [
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox; frame-ancestors 'none'"),
        // Webmail that isolates itself shows nothing of others without it.
        (header::HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
        (header::HeaderName::from_static("x-robots-tag"), "noindex"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
}
