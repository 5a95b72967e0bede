//! The API's document (OpenAPI 3.1), made from the list of endpoints and the types in it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};
use utoipa::{PartialSchema, ToSchema};

use super::auth::Authority;
use super::endpoint::{Endpoint, Shape};
use super::error::{ErrorBody, Name};
use crate::feature::event::{self, api::EventBody};

/// The document of this program.
pub fn document() -> &'static Value {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(|| document_of(&super::endpoints()));
    &DOCUMENT
}

fn document_of(endpoints: &[Endpoint]) -> Value {
    let mut schemas = BTreeMap::new();
    let mut errors = Vec::new();
    ErrorBody::schemas(&mut errors);
    errors.push((ErrorBody::name().into_owned(), ErrorBody::schema()));
    schemas.extend(errors);
    schemas.insert(EventBody::name().into_owned(), EventBody::schema());
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for endpoint in endpoints {
        let shapes = endpoint.request.iter().chain(&endpoint.answer.1);
        for shape in shapes {
            match shape {
                Shape::Json { named, .. } => schemas.extend(named.iter().cloned()),
                Shape::Other(_) => {}
            }
        }
        let method = endpoint.method.as_str().to_ascii_lowercase();
        paths.entry(endpoint.path).or_default().insert(method, operation(endpoint));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Postrider",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Every path is served under /v1, too. A superset of Resend's wire format: its SDKs work when \
                            they are given this server's address.",
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "webhooks": webhooks(),
        "components": {
            "schemas": schemas,
            "securitySchemes": { "key": { "type": "http", "scheme": "bearer" } },
            "responses": { "Error": {
                "description": format!("Refused. `name` is one of: {}.", Name::ALL.map(Name::as_str).join(", ")),
                "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } },
            } },
        },
    })
}

/// What endpoints of customers are asked, by the event's name.
fn webhooks() -> Map<String, Value> {
    let schema = json!({ "$ref": format!("#/components/schemas/{}", EventBody::name()) });
    let one = |name: event::Name| {
        let post = json!({
            "summary": format!("Tells of `{}`.", name.as_str()),
            "description": "Signed as Standard Webhooks 1.0 says; `webhook-id` is the same whenever it is told. An endpoint \
                            with a batch of more than 1 gets an array of these. Any 2xx is success, 410 disables.",
            "requestBody": { "required": true, "content": { "application/json": { "schema": schema } } },
            "responses": { "2XX": { "description": "Taken." } },
        });
        (name.as_str().to_owned(), json!({ "post": post }))
    };
    event::Name::ALL.into_iter().map(one).collect()
}

fn operation(endpoint: &Endpoint) -> Value {
    let mut operation = Map::new();
    operation.insert("operationId".into(), operation_id(endpoint).into());
    operation.insert("summary".into(), endpoint.summary.into());
    let needs = match endpoint.authority {
        Authority::Open => "Needs no key.",
        Authority::Sending => "Needs a key of any scope.",
        Authority::Full => "Needs a key with the scope `full`.",
    };
    operation.insert("description".into(), needs.into());
    if endpoint.authority != Authority::Open {
        operation.insert("security".into(), json!([{ "key": [] }]));
    }
    let mut parameters: Vec<Value> = variables(endpoint.path).map(path_parameter).collect();
    parameters.extend(endpoint.query.iter().filter_map(|parameter| serde_json::to_value(parameter).ok()));
    if !parameters.is_empty() {
        operation.insert("parameters".into(), parameters.into());
    }
    if let Some(shape) = &endpoint.request {
        operation.insert("requestBody".into(), json!({ "required": true, "content": content(shape) }));
    }
    let (status, shape) = &endpoint.answer;
    let mut answer = json!({ "description": "Done." });
    if let Some(shape) = shape {
        answer["content"] = content(shape);
    }
    let refused = json!({ "$ref": "#/components/responses/Error" });
    let responses = Map::from_iter([(status.to_string(), answer), ("default".to_owned(), refused)]);
    operation.insert("responses".into(), responses.into());
    operation.into()
}

/// `get_emails_id_events`: stable, because SDKs name functions after it.
fn operation_id(endpoint: &Endpoint) -> String {
    let path = endpoint.path.replace(['{', '}'], "").replace(['/', '-', '.'], "_");
    format!("{}{path}", endpoint.method.as_str().to_ascii_lowercase())
}

fn variables(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

fn path_parameter(name: &str) -> Value {
    json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
}

fn content(shape: &Shape) -> Value {
    match shape {
        Shape::Json { schema, .. } => json!({ "application/json": { "schema": schema } }),
        Shape::Other(content_type) => json!({ *content_type: {} }),
    }
}
