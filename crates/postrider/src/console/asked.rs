//! What an address asks for behind its path, as a page's handler takes it.
//!
//! Guarantee: what cannot be read is refused with a page in the visitor's language, as everything else is.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::refusal::Refused;
use crate::http::Api;

/// The query of an address.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Api> for Query<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Query<T>, Refused> {
        let read = axum::extract::Query::try_from_uri(&parts.uri);
        read.map(|axum::extract::Query(asked)| Query(asked)).map_err(|_| Refused::Wrong)
    }
}
