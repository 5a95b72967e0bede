//! The console's surface: one list of screens, served beside the API.
//!
//! Guarantees
//! 1. Router, navigation and the tests of who may see what come from [`screens`].
//! 2. A handler's first argument is its authority (`screen`); a POST's last is a form whose token was checked (`guard`).
//! 3. No answer may be framed, cached by others, or run a script that is not ours: [`visit`] sets the policy on all of them.
//! 4. Every refusal is a page in the visitor's language.
//!
//! Not here: what screens show (each slice's `console`), how they look (the crate `console`).

pub mod asked;
mod asset;
pub mod change;
pub mod chosen;
#[cfg(test)]
mod chosen_story;
pub mod guard;
pub mod live;
#[cfg(test)]
mod live_story;
#[cfg(test)]
mod matrix;
pub mod paging;
mod palette;
#[cfg(test)]
mod palette_story;
pub mod refusal;
pub mod screen;
pub mod session;
pub mod shell;
#[cfg(test)]
pub(crate) mod story;
pub mod table;
pub mod visit;
pub mod watch;

use axum::Router;
use axum::extract::Request;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};

use crate::feature::{
    access, audit, capture, domain, egress, image, person, quota, sending, setup, stats, suppression,
    template, webhook,
};
use crate::http::Api;
use refusal::Refused;
use screen::Screen;

/// Everything that can be seen: one line a slice.
#[must_use]
pub fn screens() -> Vec<Screen> {
    let slices = [
        stats::console::screens(),
        sending::console::screens(),
        egress::console::screens(),
        suppression::console::screens(),
        domain::console::screens(),
        access::console::screens(),
        person::console::screens(),
        quota::console::screens(),
        // Search and jump.
        palette::screens(),
        audit::console::screens(),
        // Templates.
        template::console::screens(),
        image::console::screens(),
        // Set-up, webhooks, capture, streams.
        setup::console::screens(),
        webhook::console::screens(),
        capture::console::screens(),
        access::stream_console::screens(),
        access::settings_console::screens(),
    ];
    slices.into_iter().flatten().collect()
}

/// Answers browsers.
pub fn router(api: &Api) -> Router<Api> {
    let mut router = asset::router();
    for screen in screens() {
        router = router.route(screen.path, screen.handler);
    }
    router.layer(from_fn_with_state(api.clone(), visit::receive))
}

/// Whether a request that nothing answers comes from a person, who should be told by a page.
#[must_use]
pub fn is_for(request: &Request) -> bool {
    let accept = request.headers().get(axum::http::header::ACCEPT).and_then(|accept| accept.to_str().ok());
    request.method().is_safe() && accept.is_some_and(|accept| accept.contains("text/html"))
}

/// The page for a path of ours that does not take the request's method; none where the path is not ours.
#[must_use]
pub fn not_taken(api: &Api, request: &Request) -> Option<Response> {
    let path = request.uri().path();
    if !screens().iter().any(|screen| leads_to(screen.path, path)) {
        return None;
    }
    let visit = visit::Visit::of(api, request);
    let mut response = Refused::NotTaken.into_response();
    visit.finish(&mut response);
    Some(response)
}

/// Whether a path is one of a screen's, whose parts in braces stand for any.
fn leads_to(screen: &str, path: &str) -> bool {
    let (mut wanted, mut parts) = (screen.split('/'), path.split('/'));
    loop {
        match (wanted.next(), parts.next()) {
            (None, None) => return true,
            (Some(wanted), Some(part)) if wanted == part || wanted.starts_with('{') && !part.is_empty() => {}
            _ => return false,
        }
    }
}

/// The page for what is not there.
pub fn nothing(api: &Api, request: &Request) -> Response {
    let visit = visit::Visit::of(api, request);
    let mut response = Refused::NotFound.into_response();
    visit.finish(&mut response);
    response
}
