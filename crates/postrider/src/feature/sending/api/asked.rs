//! What must happen once: an `Idempotency-Key`, and the answers that are given again under it.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::app::App;
use crate::feature::access::digest_of;
use crate::feature::sending::control::IDEMPOTENCY_KEY_MAX;
use crate::feature::sending::idempotency::{answered, fingerprint};
use crate::http::auth::SendingKey;
use crate::http::error::{ApiError, Name};

const REPLAYED: &str = "idempotent-replayed";

/// What identifies a request that must happen once; nothing when it carries no key.
pub struct Asked {
    /// Digest of the key, fingerprint of the request.
    pub once: Option<([u8; 32], [u8; 32])>,
}

impl Asked {
    /// `mode` is what changes the meaning of the body.
    ///
    /// # Errors
    /// The key is empty, too long, or no printable ASCII.
    pub fn read(
        who: &SendingKey,
        (route, mode): (&str, &str),
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Asked, ApiError> {
        let Some(value) = headers.get("idempotency-key") else { return Ok(Asked { once: None }) };
        let key = value.to_str().ok().filter(|key| (1..=IDEMPOTENCY_KEY_MAX).contains(&key.len()));
        let Some(key) = key else {
            let why = format!("an Idempotency-Key has 1 to {IDEMPOTENCY_KEY_MAX} printable ASCII characters");
            return Err(ApiError::new(Name::InvalidIdempotencyKey, why));
        };
        let digest = digest_of(&format!("http {route}\n{}\n{key}", who.workspace));
        let fingerprint = match mode {
            "" => fingerprint(body),
            mode => fingerprint(&[mode.as_bytes(), b"\n", body].concat()),
        };
        Ok(Asked { once: Some((digest, fingerprint)) })
    }

    /// A request that cannot be taken any more (its expiry has passed, its domain is gone) may have been taken before.
    ///
    /// # Errors
    /// `error`, if it was not; as [`answered`].
    pub async fn replay_or(self, app: &App, error: ApiError) -> Result<Response, ApiError> {
        let Some((digest, fingerprint)) = self.once else { return Err(error) };
        match answered(app, digest, fingerprint).await? {
            Some((status, body)) => Ok(replayed(status, body)),
            None => Err(error),
        }
    }
}

/// An answer that was given before.
#[must_use]
pub fn replayed(status: u16, body: String) -> Response {
    answer(StatusCode::from_u16(status).unwrap_or(StatusCode::OK), body, true)
}

/// An answer's body.
pub fn rendered(body: &impl Serialize) -> String {
    serde_json::to_string(body).expect("invariant: these types hold only texts and numbers")
}

/// An answer; `replayed`: it was given before.
#[must_use]
pub fn answer(status: StatusCode, body: String, replayed: bool) -> Response {
    let mut response = (status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
    if replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}
