//! The HTTP surface: one list of endpoints, served on `/` and `/v1`.
//!
//! Guarantees
//! 1. Every answer has an `X-Request-Id`; every refusal, also of an unknown path or method, has the shape of `error`.
//! 2. Router, documentation and the test of workspaces' isolation come from [`endpoints`].
//! 3. A request that may change something is carried to its end, also when its client goes away.
//! 4. Connections are bounded, in all and by address; each is bounded in time and memory (`connection`).
//! 5. No other site's page may read an answer in a browser: there is no CORS header.
//!
//! Not here: what the endpoints do (each slice's `api`).

pub mod auth;
pub mod connection;
pub(crate) mod csv;
mod docs;
pub mod endpoint;
pub mod error;
#[cfg(test)]
mod isolation;
pub mod json;
#[cfg(test)]
mod lists;
pub mod multipart;
mod openapi;
pub mod page;
pub(crate) mod surface;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use net::listen::{Listener, Stop};

use crate::app::App;
use crate::console;
use crate::feature::{
    access, attachment, capture, code, domain, egress, event, image, lint, monitor, sending, stats,
    suppression, template, tracking, webhook,
};
use endpoint::Endpoint;

/// What handlers may take by `State`: the app, and the end.
#[derive(Clone)]
pub struct Api {
    pub app: Arc<App>,
    /// An answer without an end watches it; the end of the server waits for whoever keeps it.
    pub stop: Stop,
}

impl FromRef<Api> for Arc<App> {
    fn from_ref(api: &Api) -> Arc<App> {
        api.app.clone()
    }
}

impl FromRef<Api> for Stop {
    fn from_ref(api: &Api) -> Stop {
        api.stop.clone()
    }
}

/// Everything that can be asked: one line a slice.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let slices = [
        sending::api::endpoints(),
        code::api::endpoints(),
        access::api::endpoints(),
        domain::api::endpoints(),
        suppression::api::endpoints(),
        template::api::endpoints(),
        lint::api::endpoints(),
        attachment::api::endpoints(),
        attachment::download::endpoints(),
        image::api::endpoints(),
        image::serve::endpoints(),
        capture::api::endpoints(),
        egress::api::endpoints(),
        event::api::endpoints(),
        webhook::api::endpoints(),
        stats::api::endpoints(),
        monitor::api::endpoints(),
        tracking::api::endpoints(),
        docs::endpoints(),
    ];
    slices.into_iter().flatten().collect()
}

/// What a listener serves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Paths {
    All,
    /// What recipients ask for: for a listener that is open to the world while the API's is not.
    Tracking,
}

impl fmt::Display for Paths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Paths::All => "HTTP",
            Paths::Tracking => "tracking",
        })
    }
}

/// How a listener speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HttpTls {
    Clear,
    /// TLS from the first octet (RFC 9110 §4.2.2).
    Https,
}

/// Answers what `paths` holds.
pub fn router(app: Arc<App>, paths: Paths, stop: Stop) -> Router {
    let api = Api { app, stop };
    match paths {
        Paths::All => surface::router(endpoints(), console::router(&api), api),
        Paths::Tracking => {
            let open =
                [tracking::api::endpoints(), attachment::download::endpoints(), image::serve::endpoints()];
            let endpoints = open.concat();
            surface::router(endpoints, Router::new(), api)
        }
    }
}

/// Serves until `stop`; requests under way are answered.
pub async fn serve(app: Arc<App>, router: Router, (listener, tls): (Listener, HttpTls), mut stop: Stop) {
    while let Some(arrival) = listener.accept(&mut stop).await {
        let (app, router, stop) = (app.clone(), router.clone(), stop.clone());
        tokio::spawn(async move {
            let secure = match tls {
                HttpTls::Clear => None,
                HttpTls::Https => Some(&app.server_tls),
            };
            connection::serve(&app.settings.http, (router, secure), arrival, stop).await;
        });
    }
}
