//! What can be asked: method, path, authority, types and handler in one value, from which router, documentation and the
//! test of workspaces' isolation are made.

use axum::extract::FromRequestParts;
use axum::handler::Handler;
use axum::http::request::Parts;
use axum::routing::{MethodFilter, MethodRouter, on};
use serde::Serialize;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, ToSchema};

use super::Api;
use super::auth::{Authority, Grants};
use super::error::ApiError;
use crate::id::Noun;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }

    fn filter(self) -> MethodFilter {
        match self {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
            Method::Put => MethodFilter::PUT,
            Method::Patch => MethodFilter::PATCH,
            Method::Delete => MethodFilter::DELETE,
        }
    }
}

/// The shape of a body.
#[derive(Clone)]
pub enum Shape {
    /// A type's name and schema, with those of the types in it.
    Json { schema: Box<RefOr<Schema>>, named: Vec<(String, RefOr<Schema>)> },
    /// Any other content type.
    Other(&'static str),
}

/// One thing that can be asked.
#[derive(Clone)]
pub struct Endpoint {
    pub method: Method,
    /// As in OpenAPI and in axum: `/emails/{id}`.
    pub path: &'static str,
    pub authority: Authority,
    /// One sentence.
    pub summary: &'static str,
    pub query: Vec<Parameter>,
    pub request: Option<Shape>,
    /// Status and body of the usual answer.
    pub answer: (u16, Option<Shape>),
    pub(super) handler: MethodRouter<Api>,
}

/// Handlers whose first argument is an authority.
pub trait Authorized {
    const AUTHORITY: Authority;
}

macro_rules! authorized {
    ($($argument:ident)*) => {
        impl<M, A: Grants, $($argument),*> Authorized for (M, A, $($argument,)*) {
            const AUTHORITY: Authority = A::AUTHORITY;
        }
    };
}
authorized!();
authorized!(B);
authorized!(B C);
authorized!(B C D);
authorized!(B C D E);

impl Endpoint {
    /// `handler`'s first argument is [`super::auth::Anybody`], `SendingKey` or `FullKey`.
    pub fn new<H, T>(method: Method, path: &'static str, handler: H) -> Endpoint
    where
        H: Handler<T, Api>,
        T: Authorized + 'static,
    {
        Endpoint {
            method,
            path,
            authority: T::AUTHORITY,
            summary: "",
            query: Vec::new(),
            request: None,
            answer: (200, None),
            handler: on(method.filter(), handler),
        }
    }

    #[must_use]
    pub fn summary(mut self, summary: &'static str) -> Endpoint {
        self.summary = summary;
        self
    }

    /// The body is a `T` in JSON.
    #[must_use]
    pub fn takes<T: ToSchema>(mut self) -> Endpoint {
        self.request = Some(json::<T>());
        self
    }

    /// The parameters after the `?`; may be called several times.
    #[must_use]
    pub fn query<P: IntoParams>(mut self) -> Endpoint {
        self.query.extend(P::into_params(|| Some(ParameterIn::Query)));
        self
    }

    /// The answer is a `T` in JSON.
    #[must_use]
    pub fn answers<T: ToSchema>(mut self, status: u16) -> Endpoint {
        self.answer = (status, Some(json::<T>()));
        self
    }

    /// The answer is of another content type.
    #[must_use]
    pub fn answers_other(mut self, status: u16, content_type: &'static str) -> Endpoint {
        self.answer = (status, Some(Shape::Other(content_type)));
        self
    }
}

fn json<T: ToSchema>() -> Shape {
    let mut named = Vec::new();
    T::schemas(&mut named);
    Shape::Json { schema: T::schema().into(), named }
}

/// Something that is gone.
#[derive(Serialize, ToSchema)]
pub struct Deleted {
    object: &'static str,
    id: String,
    deleted: bool,
}

impl Deleted {
    /// The answer that an object of this kind is.
    pub fn of(object: &'static str, id: String) -> axum::Json<Deleted> {
        axum::Json(Deleted { object, id, deleted: true })
    }
}

/// The last variable segment of the path, as the client wrote it.
pub struct Shown(pub String);

impl FromRequestParts<Api> for Shown {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Shown, ApiError> {
        let path = axum::extract::Path::<String>::from_request_parts(parts, api).await;
        path.map(|axum::extract::Path(text)| Shown(text)).map_err(|_| ApiError::not_found("path"))
    }
}

/// Both variable segments of a path, the outer one first.
pub struct ShownIn(pub Shown, pub Shown);

impl FromRequestParts<Api> for ShownIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<ShownIn, ApiError> {
        let path = axum::extract::Path::<(String, String)>::from_request_parts(parts, api).await;
        let path = path.map(|axum::extract::Path((outer, inner))| ShownIn(Shown(outer), Shown(inner)));
        path.map_err(|_| ApiError::not_found("path"))
    }
}

impl Shown {
    /// The id that it is.
    ///
    /// # Errors
    /// `not_found` when it is none, or another noun's; `what` names the noun for people.
    pub fn id(&self, noun: Noun, what: &str) -> Result<i64, ApiError> {
        noun.read(&self.0).ok_or_else(|| ApiError::not_found(what))
    }
}
