//! What a visitor is told instead of a page.
//!
//! Guarantee: nothing of the inside is on it; a fault has the request's id, and the log has the rest.

use std::sync::Arc;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use console::Page;
use console::screen::refusal::Refusal;
use console::words::Word;
use store::StoreError;

use super::shell;
use crate::feature::person::permission::Role;
use crate::http::error::{ApiError, Name};

/// Why there is no page.
#[derive(Clone, Debug)]
pub enum Refused {
    /// Nobody is signed in; then back to this path.
    SignIn { next: String },
    /// The workspace of this name wants a second factor that was not shown.
    SecondFactor { workspace: String },
    /// It is not there, or not for this person to know of.
    NotFound,
    /// The role does not include it; these people's roles do.
    Forbidden { role: Role, helpers: Vec<String> },
    /// What the address asks for behind its path makes no sense.
    Wrong,
    /// The path takes other methods.
    NotTaken,
    /// The form is not ours, or no longer.
    Forged,
    /// The code of the set-up is not the one.
    SetUp,
    /// The database is away, or too many ask at once.
    Busy,
    /// Ours.
    Fault,
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Refused {
        if error.is_transient() {
            tracing::warn!(%error, "a request was refused because the database does not answer");
            Refused::Busy
        } else {
            tracing::error!(%error, "a request failed");
            Refused::Fault
        }
    }
}

impl From<ApiError> for Refused {
    /// Of what the API would answer to a request that is ours, and right.
    fn from(error: ApiError) -> Refused {
        match error.name {
            Name::NotFound => Refused::NotFound,
            Name::ServiceUnavailable => Refused::Busy,
            _ => Refused::Fault,
        }
    }
}

impl From<askama::Error> for Refused {
    fn from(error: askama::Error) -> Refused {
        tracing::error!(%error, "a request failed");
        Refused::Fault
    }
}

impl IntoResponse for Refused {
    /// Travels in the extensions: the page is written where the visit is known.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

impl Refused {
    fn status(&self) -> StatusCode {
        match self {
            Refused::SignIn { .. } | Refused::SecondFactor { .. } => StatusCode::SEE_OTHER,
            Refused::NotFound => StatusCode::NOT_FOUND,
            Refused::Wrong => StatusCode::BAD_REQUEST,
            Refused::NotTaken => StatusCode::METHOD_NOT_ALLOWED,
            Refused::Forbidden { .. } | Refused::Forged | Refused::SetUp => StatusCode::FORBIDDEN,
            Refused::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Refused::Fault => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn words(&self) -> (Word, Word) {
        match self {
            Refused::NotFound | Refused::SignIn { .. } | Refused::SecondFactor { .. } => {
                (Word("refusal-not-found"), Word("refusal-not-found-text"))
            }
            Refused::Forbidden { .. } => (Word("refusal-forbidden"), Word("refusal-forbidden-text")),
            Refused::Wrong => (Word("refusal-wrong"), Word("refusal-wrong-text")),
            Refused::NotTaken => (Word("refusal-not-taken"), Word("refusal-not-taken-text")),
            Refused::Forged => (Word("refusal-forged"), Word("refusal-forged-text")),
            Refused::SetUp => (Word("refusal-setup"), Word("refusal-setup-text")),
            Refused::Busy => (Word("refusal-busy"), Word("refusal-busy-text")),
            Refused::Fault => (Word("refusal-fault"), Word("refusal-fault-text")),
        }
    }
}

/// The page of a refusal; the way to sign in, or to a second factor, for who has to.
pub(super) fn page(refused: &Refused, page: Page, request_id: &str) -> Response {
    if let Refused::SignIn { next } = refused {
        return redirect(&format!("/login?next={}", shell::escaped(next)));
    }
    if let Refused::SecondFactor { workspace } = refused {
        return redirect(&format!("/me/second-factor?at={workspace}"));
    }
    let (title, text) = refused.words();
    let (text, helpers) = match refused {
        Refused::Forbidden { role, helpers } => {
            (page.words.word1(text, "role", page.words.word(shell::role_word(*role))), helpers.clone())
        }
        _ => (page.words.word(text), Vec::new()),
    };
    let request_id = matches!(refused, Refused::Fault | Refused::Busy).then(|| request_id.to_owned());
    let shown = Refusal { page, title, text, helpers, request_id, onward: "/".to_owned() };
    match shown.render() {
        Ok(text) => (refused.status(), Html(text)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a request failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The browser asks for this path next.
#[must_use]
pub fn redirect(path: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(value) = HeaderValue::try_from(path) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}
