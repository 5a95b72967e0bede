//! What a refused request is told: one shape, RFC 9457's members and Resend's in one body.
//!
//! Guarantees
//! 1. `name` is one of [`Name`]; a name and its status never change. The sentences may.
//! 2. Every wrong field of a request is in `errors`, each with an RFC 6901 pointer.
//! 3. Nothing of the inside (SQL, paths, addresses of servers) is in an answer: that goes to the log.
//!
//! An [`ApiError`] travels in the answer's extensions; `surface` writes the body, because only there the request's
//! id and `Accept` are known.

use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;

use crate::feature::sending::Refusal;

/// Seconds after which a caller should try again when the service cannot take a request now.
const RETRY_AFTER_S: u32 = 5;
/// Wrong fields that one answer tells of. Reason: people read a few, and each takes some hundred octets of memory where it
/// took three of the request.
const MISTAKES_MAX: usize = 100;
/// Where the errors are explained.
const DOCUMENTATION: &str = "/docs#";

/// Why a request was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Name {
    ValidationError,
    MissingRequiredField,
    InvalidFromAddress,
    InvalidAttachment,
    InvalidIdempotencyKey,
    InvalidIdempotentRequest,
    NotAvailableYet,
    MissingApiKey,
    InvalidApiKey,
    RestrictedApiKey,
    DomainNotVerified,
    NotFound,
    MethodNotAllowed,
    Conflict,
    LimitReached,
    RateLimitExceeded,
    MonthlyQuotaExceeded,
    WorkspaceSuspended,
    PayloadTooLarge,
    InternalServerError,
    ServiceUnavailable,
}

impl Name {
    pub const ALL: [Name; 21] = [
        Name::ValidationError,
        Name::MissingRequiredField,
        Name::InvalidFromAddress,
        Name::InvalidAttachment,
        Name::InvalidIdempotencyKey,
        Name::InvalidIdempotentRequest,
        Name::NotAvailableYet,
        Name::MissingApiKey,
        Name::InvalidApiKey,
        Name::RestrictedApiKey,
        Name::DomainNotVerified,
        Name::NotFound,
        Name::MethodNotAllowed,
        Name::Conflict,
        Name::LimitReached,
        Name::RateLimitExceeded,
        Name::MonthlyQuotaExceeded,
        Name::WorkspaceSuspended,
        Name::PayloadTooLarge,
        Name::InternalServerError,
        Name::ServiceUnavailable,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.facts().0
    }

    #[must_use]
    pub fn status(self) -> StatusCode {
        self.facts().1
    }

    /// What it means, for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.facts().2
    }

    fn facts(self) -> (&'static str, StatusCode, &'static str) {
        use StatusCode as S;
        match self {
            Name::ValidationError => {
                ("validation_error", S::UNPROCESSABLE_ENTITY, "A field of the request is wrong")
            }
            Name::MissingRequiredField => {
                ("missing_required_field", S::UNPROCESSABLE_ENTITY, "A field is missing")
            }
            Name::InvalidFromAddress => {
                ("invalid_from_address", S::UNPROCESSABLE_ENTITY, "The sender is no address")
            }
            Name::InvalidAttachment => {
                ("invalid_attachment", S::UNPROCESSABLE_ENTITY, "An attachment is wrong")
            }
            Name::InvalidIdempotencyKey => {
                ("invalid_idempotency_key", S::BAD_REQUEST, "The idempotency key is too long or empty")
            }
            Name::InvalidIdempotentRequest => (
                "invalid_idempotent_request",
                S::CONFLICT,
                "The idempotency key was used for another request",
            ),
            Name::NotAvailableYet => {
                ("not_available_yet", S::UNPROCESSABLE_ENTITY, "The request asks for what does not exist yet")
            }
            Name::MissingApiKey => ("missing_api_key", S::UNAUTHORIZED, "The request carries no API key"),
            Name::InvalidApiKey => ("invalid_api_key", S::FORBIDDEN, "The API key opens nothing"),
            Name::RestrictedApiKey => ("restricted_api_key", S::UNAUTHORIZED, "The API key may not do this"),
            Name::DomainNotVerified => {
                ("domain_not_verified", S::FORBIDDEN, "The sender's domain is not verified")
            }
            Name::NotFound => ("not_found", S::NOT_FOUND, "There is no such thing"),
            Name::MethodNotAllowed => {
                ("method_not_allowed", S::METHOD_NOT_ALLOWED, "This path has no such method")
            }
            Name::Conflict => ("conflict", S::CONFLICT, "The request does not fit what is stored"),
            Name::LimitReached => (
                "limit_reached",
                StatusCode::UNPROCESSABLE_ENTITY,
                "The workspace has as many of these as it may",
            ),
            Name::RateLimitExceeded => {
                ("rate_limit_exceeded", S::TOO_MANY_REQUESTS, "Too much was asked for; trying later helps")
            }
            Name::MonthlyQuotaExceeded => (
                "monthly_quota_exceeded",
                S::TOO_MANY_REQUESTS,
                "The workspace's quota of the month is used up",
            ),
            Name::WorkspaceSuspended => {
                ("workspace_suspended", S::FORBIDDEN, "Sending from the workspace is suspended")
            }
            Name::PayloadTooLarge => ("payload_too_large", S::PAYLOAD_TOO_LARGE, "The request is too large"),
            Name::InternalServerError => {
                ("internal_server_error", S::INTERNAL_SERVER_ERROR, "Something is wrong on our side")
            }
            Name::ServiceUnavailable => {
                ("service_unavailable", S::SERVICE_UNAVAILABLE, "The service cannot take this now")
            }
        }
    }
}

/// What is wrong with one field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Code {
    MissingRequiredField,
    InvalidValue,
    InvalidAddress,
    InvalidFromAddress,
    InvalidAttachment,
    NotAvailableYet,
}

impl Code {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Code::MissingRequiredField => "missing_required_field",
            Code::InvalidValue => "invalid_value",
            Code::InvalidAddress => "invalid_address",
            Code::InvalidFromAddress => "invalid_from_address",
            Code::InvalidAttachment => "invalid_attachment",
            Code::NotAvailableYet => "not_available_yet",
        }
    }

    /// The name of an answer in which only such mistakes are.
    fn name(self) -> Name {
        match self {
            Code::MissingRequiredField => Name::MissingRequiredField,
            Code::InvalidFromAddress => Name::InvalidFromAddress,
            Code::InvalidAttachment => Name::InvalidAttachment,
            Code::NotAvailableYet => Name::NotAvailableYet,
            Code::InvalidValue | Code::InvalidAddress => Name::ValidationError,
        }
    }
}

/// One wrong field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldError {
    /// RFC 6901, `/to/0`; for a parameter of the query or a header, its name.
    pub pointer: String,
    pub code: Code,
    pub message: String,
}

/// The mistakes found in one request.
#[derive(Default, Debug)]
pub struct Mistakes(pub Vec<FieldError>);

impl Mistakes {
    /// One more; what is beyond [`MISTAKES_MAX`] is told when these are mended.
    pub fn add(&mut self, pointer: impl Into<String>, code: Code, message: impl Into<String>) {
        if self.0.len() < MISTAKES_MAX {
            self.0.push(FieldError { pointer: pointer.into(), code, message: message.into() });
        }
    }

    /// `value`, unless there were mistakes.
    ///
    /// # Errors
    /// All of them, as one.
    pub fn none_or<T>(self, value: T) -> Result<T, ApiError> {
        if self.0.is_empty() { Ok(value) } else { Err(ApiError::invalid(self.0)) }
    }
}

/// A refused request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApiError {
    pub name: Name,
    pub detail: String,
    pub errors: Vec<FieldError>,
    pub retry_after_s: Option<u32>,
}

impl ApiError {
    #[must_use]
    pub fn new(name: Name, detail: impl Into<String>) -> ApiError {
        ApiError { name, detail: detail.into(), errors: Vec::new(), retry_after_s: None }
    }

    /// `what` is the noun: "email".
    #[must_use]
    pub fn not_found(what: &str) -> ApiError {
        ApiError::new(Name::NotFound, format!("there is no such {what} in this workspace"))
    }

    #[must_use]
    pub fn conflict(detail: impl Into<String>) -> ApiError {
        ApiError::new(Name::Conflict, detail)
    }

    /// `what` is the noun's plural: "keys".
    #[must_use]
    pub fn limit_reached(max: usize, what: &str) -> ApiError {
        ApiError::new(
            Name::LimitReached,
            format!("a workspace has at most {max} {what}: remove one that is not needed"),
        )
    }

    #[must_use]
    pub fn too_many(detail: impl Into<String>, retry_after_s: u32) -> ApiError {
        ApiError { retry_after_s: Some(retry_after_s), ..ApiError::new(Name::RateLimitExceeded, detail) }
    }

    /// Whether trying again may help.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        self.name == Name::ServiceUnavailable
    }

    #[must_use]
    pub fn unavailable(detail: impl Into<String>) -> ApiError {
        ApiError { retry_after_s: Some(RETRY_AFTER_S), ..ApiError::new(Name::ServiceUnavailable, detail) }
    }

    #[must_use]
    pub fn too_large(max: usize) -> ApiError {
        ApiError::new(Name::PayloadTooLarge, format!("the request has more than {max} octets"))
    }

    /// One wrong field.
    #[must_use]
    pub fn field(pointer: impl Into<String>, code: Code, message: impl Into<String>) -> ApiError {
        ApiError::invalid(vec![FieldError { pointer: pointer.into(), code, message: message.into() }])
    }

    /// All wrong fields of a request; the first decides the name.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> ApiError {
        let Some(first) = errors.first() else {
            return ApiError::new(Name::ValidationError, "the request is wrong");
        };
        let detail = match errors.len() {
            1 => format!("{}: {}", first.pointer, first.message),
            more => format!("{}: {} (and {} more, see errors)", first.pointer, first.message, more - 1),
        };
        ApiError { name: first.code.name(), detail, errors, retry_after_s: None }
    }

    /// The body that a client gets; `request` is the request's id.
    #[must_use]
    pub fn body(&self, request: &str) -> ErrorBody {
        let status = self.name.status().as_u16();
        let field = |error: &FieldError| FieldErrorBody {
            pointer: error.pointer.clone(),
            code: error.code.as_str(),
            message: error.message.clone(),
        };
        ErrorBody {
            r#type: format!("{DOCUMENTATION}{}", self.name.as_str()),
            title: self.name.title(),
            status,
            detail: self.detail.clone(),
            instance: request.to_owned(),
            status_code: status,
            name: self.name.as_str(),
            message: self.detail.clone(),
            errors: self.errors.iter().map(field).collect(),
            retry_after: self.retry_after_s,
        }
    }
}

/// A refused request, as it is told.
#[derive(Serialize, ToSchema)]
#[schema(as = Error)]
pub struct ErrorBody {
    /// Where the error is explained (RFC 9457).
    pub r#type: String,
    pub title: &'static str,
    pub status: u16,
    pub detail: String,
    /// The request's id, as in `X-Request-Id`.
    pub instance: String,
    #[serde(rename = "statusCode")]
    pub status_code: u16,
    /// For programs: never changes.
    pub name: &'static str,
    /// For people: may change.
    pub message: String,
    /// Every wrong field.
    pub errors: Vec<FieldErrorBody>,
    /// Seconds after which trying again makes sense.
    pub retry_after: Option<u32>,
}

/// One wrong field, as it is told.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = FieldError)]
pub struct FieldErrorBody {
    /// A JSON pointer into the request (RFC 6901), or the name of a parameter.
    pub pointer: String,
    /// For programs: never changes.
    pub code: &'static str,
    pub message: String,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.name.status().into_response();
        if let Some(wait) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> ApiError {
        match &error {
            StoreError::Unavailable(_) | StoreError::Collided(_) | StoreError::Closed => {
                tracing::warn!(%error, "a request was refused because the database does not answer");
                ApiError::unavailable("the database does not answer")
            }
            StoreError::Conflict(_) => {
                tracing::info!(%error, "a request did not fit what is stored");
                ApiError::conflict(
                    "something else has this name, or what the request is about was changed meanwhile",
                )
            }
            StoreError::Broken { .. } | StoreError::Refused(_) | StoreError::Unsupported(_) => {
                tracing::error!(%error, "a request failed");
                ApiError::new(Name::InternalServerError, "the request failed; the log says why")
            }
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> ApiError {
        let text = refusal.to_string();
        match refusal {
            Refusal::Author(_) => ApiError::field("/from", Code::InvalidFromAddress, text),
            Refusal::Header(_) | Refusal::HeaderTooLarge { .. } => {
                ApiError::field("/headers", Code::InvalidValue, text)
            }
            Refusal::DomainNotVerified(_) => ApiError::new(Name::DomainNotVerified, text),
            Refusal::KeyRestricted(_) => ApiError::new(Name::RestrictedApiKey, text),
            Refusal::NoRecipients => ApiError::field("/to", Code::MissingRequiredField, text),
            Refusal::TooManyRecipients { .. } => ApiError::field("/to", Code::InvalidValue, text),
            Refusal::TooLarge { .. } => ApiError::new(Name::PayloadTooLarge, text),
            Refusal::Attachment(_) => ApiError::field("/attachments", Code::InvalidAttachment, text),
            Refusal::Option { field, reason } => {
                ApiError::field(format!("/{field}"), Code::InvalidValue, reason)
            }
            Refusal::IdempotencyMismatch => ApiError::new(Name::InvalidIdempotentRequest, text),
            Refusal::Unavailable(_) => ApiError::unavailable(text),
            Refusal::QuotaUsed { .. } => ApiError::new(Name::MonthlyQuotaExceeded, text),
            Refusal::Suspended => ApiError::new(Name::WorkspaceSuspended, text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_database_is_told() {
        let reason = || "UNIQUE constraint failed: stream.name".to_owned();
        let cases = [
            (StoreError::Conflict(reason()), Name::Conflict),
            (StoreError::Unavailable(reason()), Name::ServiceUnavailable),
            (StoreError::Collided(reason()), Name::ServiceUnavailable),
            (StoreError::Closed, Name::ServiceUnavailable),
            (StoreError::Broken { query: "stream_add".into(), reason: reason() }, Name::InternalServerError),
            (StoreError::Refused(reason()), Name::InternalServerError),
        ];
        for (error, name) in cases {
            let told = ApiError::from(error);
            assert_eq!(told.name, name);
            assert!(!told.detail.contains("stream"), "{}", told.detail);
        }
    }
}
