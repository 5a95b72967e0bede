//! Serves styles and scripts: for a year, because their names follow their content.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use console::asset::assets;

use super::refusal::Refused;
use crate::http::Api;

/// Nothing else is under this path.
pub(super) fn router() -> Router<Api> {
    Router::new().route("/console/asset/{name}", get(asset))
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = assets().all().into_iter().find(|asset| asset.name == name) else {
        return Refused::NotFound.into_response();
    };
    let accept = headers.get(header::ACCEPT_ENCODING).and_then(|accept| accept.to_str().ok());
    let own = [
        (header::CONTENT_TYPE, asset.content_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::VARY, "Accept-Encoding"),
    ];
    if accept.is_some_and(|accept| accept.contains("gzip")) {
        return (own, [(header::CONTENT_ENCODING, "gzip")], asset.packed.as_slice()).into_response();
    }
    (own, asset.octets).into_response()
}
