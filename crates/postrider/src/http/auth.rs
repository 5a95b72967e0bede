//! Who asks: extractors that return the authority which a handler must have.
//!
//! Guarantee: a handler takes its authority as its first argument, so none can be forgotten, and
//! [`crate::http::endpoint`] reads from that argument what the list of endpoints says.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use super::Api;
use super::error::{ApiError, Name};
use crate::feature::access::Key;
use crate::feature::person::permission::Permission;

/// What a request must show before a handler hears of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Authority {
    /// Nothing.
    Open,
    /// A key of any scope.
    Sending,
    /// A key with the scope `full`.
    Full,
}

/// A handler's first argument.
pub trait Grants {
    const AUTHORITY: Authority;
}

/// Anybody at all.
pub struct Anybody;

/// The holder of a key of any scope: may hand over mail.
#[derive(Clone)]
pub struct SendingKey {
    pub workspace: i64,
    pub key: Arc<Key>,
}

/// The holder of a key with the scope `full`: may see and change everything in its workspace.
pub struct FullKey {
    pub workspace: i64,
    pub key: Arc<Key>,
}

impl Grants for Anybody {
    const AUTHORITY: Authority = Authority::Open;
}

impl Grants for SendingKey {
    const AUTHORITY: Authority = Authority::Sending;
}

impl Grants for FullKey {
    const AUTHORITY: Authority = Authority::Full;
}

impl FromRequestParts<Api> for Anybody {
    type Rejection = ApiError;

    async fn from_request_parts(_parts: &mut Parts, _api: &Api) -> Result<Anybody, ApiError> {
        Ok(Anybody)
    }
}

impl FromRequestParts<Api> for SendingKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<SendingKey, ApiError> {
        let key = key(parts, api)?;
        if !key.may(Permission::SendMail) {
            return Err(restricted("this key may not hand over mail"));
        }
        Ok(SendingKey { workspace: key.workspace, key })
    }
}

impl FromRequestParts<Api> for FullKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<FullKey, ApiError> {
        let key = key(parts, api)?;
        if !EVERYTHING.iter().all(|permission| key.may(*permission)) {
            return Err(restricted("this key may only hand over mail: use one with the scope full"));
        }
        Ok(FullKey { workspace: key.workspace, key })
    }
}

/// What the API lets the holder of a full key do; it asks for more where more is needed. People and their workspaces' settings are
/// the console's.
const EVERYTHING: [Permission; 12] = [
    Permission::SeeFigures,
    Permission::SeeContent,
    Permission::SendMail,
    Permission::SteerQueue,
    Permission::SeeSuppressions,
    Permission::ChangeSuppressions,
    Permission::SeeTemplates,
    Permission::ChangeTemplates,
    Permission::SeeDomains,
    Permission::ChangeDomains,
    Permission::SteerWebhooks,
    Permission::SteerKeys,
];

pub(crate) fn restricted(why: &'static str) -> ApiError {
    ApiError::new(Name::RestrictedApiKey, why)
}

/// The workspace whose key a request carries, for extractors that come after the authority.
#[derive(Clone, Copy)]
pub(crate) struct Asking(pub i64);

/// The key of `Authorization: Bearer …`. It is found by its SHA-256, so how long the search takes tells nothing about it.
fn key(parts: &mut Parts, api: &Api) -> Result<Arc<Key>, ApiError> {
    let missing =
        || ApiError::new(Name::MissingApiKey, "send the key in the header `Authorization: Bearer pr_…`");
    let value = parts.headers.get(header::AUTHORIZATION).ok_or_else(missing)?;
    let value = value.to_str().map_err(|_| missing())?;
    let (scheme, text) = value.split_once(' ').ok_or_else(missing)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(missing());
    }
    let snapshot = api.app.directory.snapshot();
    let Some(key) = snapshot.key(text.trim()) else {
        return Err(ApiError::new(Name::InvalidApiKey, "there is no such key, or it was revoked"));
    };
    api.app.key_use.note(key.id, net::clock::now());
    parts.extensions.insert(Asking(key.workspace));
    Ok(key.clone())
}
