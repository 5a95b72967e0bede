//! `/a/TOKEN`: what recipients get who follow a link to a file.
//!
//! Guarantees
//! 1. Only a token that we signed leads to a file, and to no other; nobody is led elsewhere.
//! 2. No browser shows the file as a page of ours: it is saved, its type is not guessed, nothing in it runs.
//! 3. Of a file on its way no more than [`PIECE_BYTES`] are in memory, and no more files are on their way than [`STREAMS_MAX`]:
//!    half of them from one workspace, a quarter of one link.
//!
//! Not here: a client that takes its file too slowly (`http::connection`).

use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, Method as Verb, StatusCode, header};
use axum::response::{IntoResponse, Response};

use futures_util::{StreamExt, stream};
use store::StoreError;

use super::{kept, link};
use crate::app::App;
use crate::http::auth::Anybody;
use crate::http::endpoint::{Endpoint, Method, Shown};
use crate::http::error::ApiError;
use crate::room::Place;

/// Octets of a file that are read at once. Reason: each read takes its time whatever it brings, and this is what a file takes of
/// memory until its client has taken it.
pub const PIECE_BYTES: usize = 2 << 20;
/// Files on their way at once. Reason: 256 MB.
pub const STREAMS_MAX: usize = 128;
/// Those from one workspace.
pub const STREAMS_OF_WORKSPACE_MAX: usize = 64;
/// Those of one link: whoever has it cannot keep the workspace's others away.
pub const STREAMS_OF_LINK_MAX: usize = 32;

const GONE: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
    content=\"width=device-width, initial-scale=1\"><title>410</title></head><body><main>\
    <p>This file is no longer available.</p><p lang=\"es\">Este archivo ya no está disponible.</p>\
    <p lang=\"pt-BR\">Este arquivo não está mais disponível.</p><p lang=\"zh-CN\">该文件已不再提供。</p></main></body></html>";

/// The endpoint that recipients reach.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new(Method::Get, "/a/{token}", download)
            .summary("Download a file that an email leads to; 410 when its time is over.")
            .answers_other(200, "application/octet-stream"),
    ]
}

async fn download(
    _: Anybody,
    State(app): State<Arc<App>>,
    token: Shown,
    verb: Verb,
) -> Result<Response, ApiError> {
    let found = app.tracking.file_of(&token.0);
    let (workspace, id) = found.ok_or_else(|| ApiError::not_found("path"))?;
    let now = app.now();
    let link = link::one(&app.store, workspace, id).await?.filter(|link| link.expires > now);
    let Some(link) = link else { return Ok(gone()) };
    if verb == Verb::HEAD {
        return Ok(file(&link, Body::empty()));
    }
    let mut places = [app.downloads_of_links.place(id), app.downloads.place(workspace)];
    for place in &mut places {
        let busy =
            |_| ApiError::unavailable("too many are getting this file, or files like it, at once: try again");
        place.grow(1).map_err(busy)?;
    }
    let rest = Rest {
        app: app.clone(),
        workspace,
        sha256: link.sha256.clone(),
        at: 0,
        size: link.size,
        _places: places,
    };
    let Some((first, rest)) = rest.next().await? else { return Ok(gone()) };
    link::followed(&app.store, now, workspace, id);
    Ok(file(&link, rest.body_behind(first)))
}

/// What of a file is still to be sent.
struct Rest {
    app: Arc<App>,
    workspace: i64,
    sha256: Bytes,
    at: usize,
    size: usize,
    /// Among the files on their way.
    _places: [Place; 2],
}

impl Rest {
    /// The next piece, and what is behind it; none when the octets went.
    async fn next(mut self) -> Result<Option<(Bytes, Rest)>, StoreError> {
        let count = PIECE_BYTES.min(self.size - self.at);
        let piece = kept::piece(&self.app.store, (self.workspace, &self.sha256), (self.at, count)).await?;
        self.at += count;
        Ok(piece.map(|piece| (piece, self)))
    }

    /// The body that begins with `first`. It breaks when the database does not answer, or the link's time is over meanwhile.
    fn body_behind(self, first: Bytes) -> Body {
        let behind = stream::try_unfold(self, |rest| async {
            if rest.at == rest.size {
                return Ok(None);
            }
            match rest.next().await {
                Ok(None) => Err(io::Error::other("the file is gone")),
                next => next.map_err(io::Error::other),
            }
        });
        Body::from_stream(stream::once(async { Ok(first) }).chain(behind))
    }
}

fn file(link: &link::Link, body: Body) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CONTENT_DISPOSITION, disposition(&link.filename)),
        (header::CONTENT_LENGTH, HeaderValue::from(link.size)),
    ];
    let mut response = (headers, body).into_response();
    harmless(&mut response);
    response
}

fn gone() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    let mut response = (StatusCode::GONE, headers, GONE).into_response();
    harmless(&mut response);
    response
}

fn harmless(response: &mut Response) {
    for (name, value) in [
        (header::CACHE_CONTROL, "private, no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox; frame-ancestors 'none'"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::HeaderName::from_static("x-robots-tag"), "noindex"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
}

/// The name twice: for those who read RFC 6266, and for the others its ASCII.
fn disposition(filename: &str) -> HeaderValue {
    let plain: String =
        filename
            .chars()
            .map(|c| {
                if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '/' | '%') || c == ' ' { c } else { '_' }
            })
            .collect();
    let mut text = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''");
    for byte in filename.bytes() {
        match byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            true => text.push(char::from(byte)),
            false => text.push_str(&format!("%{byte:02X}")),
        }
    }
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_ends_the_field_that_it_stands_in() {
        let cases = [
            ("a.pdf", "attachment; filename=\"a.pdf\"; filename*=UTF-8''a.pdf"),
            (
                "a\"; x=\\b.pdf",
                "attachment; filename=\"a_; x=_b.pdf\"; filename*=UTF-8''a%22%3B%20x%3D%5Cb.pdf",
            ),
            ("../ü\r\n", "attachment; filename=\"..____\"; filename*=UTF-8''..%2F%C3%BC%0D%0A"),
        ];
        for (name, expected) in cases {
            assert_eq!(disposition(name).to_str().ok(), Some(expected));
        }
    }
}
