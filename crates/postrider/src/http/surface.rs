//! What is the same for every answer: its id, the body of a refusal, the aliases under `/v1`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};

use super::Api;
use super::endpoint::Endpoint;
use super::error::{ApiError, Name};
use crate::console;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The content type that RFC 9457 wants, for those who ask for it: some SDKs read errors only as `application/json`.
const PROBLEM: &str = "application/problem+json";

/// The id of a request, for whoever answers it.
#[derive(Clone)]
pub(crate) struct RequestId(pub String);

/// The endpoints, and beside them `pages`.
pub(super) fn router(endpoints: Vec<Endpoint>, pages: Router<Api>, api: Api) -> Router {
    let mut router = pages;
    for endpoint in endpoints {
        router = router
            .route(&format!("/v1{}", endpoint.path), endpoint.handler.clone())
            .route(endpoint.path, endpoint.handler);
    }
    router
        .fallback(async |State(api): State<Api>, request: Request| {
            if console::is_for(&request) {
                return console::nothing(&api, &request);
            }
            let why = format!("there is nothing at {}", request.uri().path());
            ApiError::new(Name::NotFound, why).into_response()
        })
        .method_not_allowed_fallback(async |State(api): State<Api>, request: Request| {
            if let Some(page) = console::not_taken(&api, &request) {
                return page;
            }
            let (method, path) = (request.method(), request.uri().path());
            ApiError::new(Name::MethodNotAllowed, format!("{path} does not take {method}")).into_response()
        })
        .layer(from_fn(finish))
        .with_state(api)
}

/// Gives the request its id, and a refusal its body.
async fn finish(mut request: Request, next: Next) -> Response {
    let id = request_id();
    request.extensions_mut().insert(RequestId(id.clone()));
    let problem = wants_problem(request.headers());
    let mut response = to_its_end(next, request).await;
    if let Some(error) = response.extensions_mut().remove::<Arc<ApiError>>() {
        write_error(&mut response, &error, &id, problem);
    }
    if let Ok(value) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// Answers what may change something on a task of its own. A client that goes away ends the connection's task, and with it what it waits for: a
/// change would be committed, but memory would not follow it.
async fn to_its_end(next: Next, request: Request) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    match tokio::spawn(next.run(request)).await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!(%error, "a request ended without an answer");
            ApiError::new(Name::InternalServerError, "the request failed; the log says why").into_response()
        }
    }
}

fn write_error(response: &mut Response, error: &ApiError, id: &str, problem: bool) {
    let body = serde_json::to_vec(&error.body(id)).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    let content_type = if problem { PROBLEM } else { "application/json" };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    *response.body_mut() = Body::from(body);
}

fn wants_problem(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT);
    values.iter().any(|value| value.to_str().is_ok_and(|text| text.contains(PROBLEM)))
}

/// Ids of one process follow each other from a random start, so that ids of two starts are not confused.
fn request_id() -> String {
    static NEXT: LazyLock<AtomicU64> = LazyLock::new(|| AtomicU64::new(net::clock::random_u64()));
    format!("req_{:016x}", NEXT.fetch_add(1, Ordering::Relaxed))
}
