//! The API's documentation for people: one page, rendered from the document, that loads nothing from anywhere.

use std::fmt::Write;
use std::sync::LazyLock;

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::auth::Anybody;
use super::endpoint::{Endpoint, Method};
use super::error::Name;
use super::openapi::document;

const STYLE: &str = include_str!("docs.css");
/// Nothing is loaded, run, framed or sent from this page; its own style is all it has.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// The documentation's own endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new(Method::Get, "/openapi.json", json)
            .summary("Get this API's document (OpenAPI 3.1).")
            .answers_other(200, "application/json"),
        Endpoint::new(Method::Get, "/docs", page)
            .summary("Read this API's documentation.")
            .answers_other(200, "text/html"),
    ]
}

async fn json(_who: Anybody) -> Json<&'static Value> {
    Json(document())
}

async fn page(_who: Anybody) -> Response {
    static PAGE: LazyLock<String> = LazyLock::new(|| render(document()));
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, PAGE.as_str()).into_response()
}

fn render(document: &Value) -> String {
    let mut out = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Postrider API</title><style>{STYLE}</style></head><body><main><h1>Postrider API</h1>"
    );
    push(&mut out, format_args!("<p>{}</p>", escaped(text(&document["info"]["description"]))));
    out.push_str("<p>The same as a document for programs: <a href=\"/openapi.json\">openapi.json</a>.</p>");
    let paths = document["paths"].as_object().into_iter().flatten();
    for (path, operations) in paths {
        for (method, operation) in operations.as_object().into_iter().flatten() {
            render_operation(&mut out, document, (method, path), operation);
        }
    }
    out.push_str("<h2>Errors</h2><p>Every refusal has one shape; <code>name</code> never changes.</p>");
    out.push_str("<table><tr><th>name<th>status<th>meaning</tr>");
    for name in Name::ALL {
        let (word, status) = (name.as_str(), name.status().as_u16());
        push(
            &mut out,
            format_args!("<tr id=\"{word}\"><td><code>{word}</code><td>{status}<td>{}</tr>", name.title()),
        );
    }
    out.push_str("</table></main></body></html>");
    out
}

fn render_operation(out: &mut String, document: &Value, (method, path): (&str, &str), operation: &Value) {
    let id = escaped(text(&operation["operationId"]));
    push(
        out,
        format_args!(
            "<section id=\"{id}\"><h2><a href=\"#{id}\"><b>{}</b> {}</a></h2><p>{} {}</p>",
            method.to_ascii_uppercase(),
            escaped(path),
            escaped(text(&operation["summary"])),
            escaped(text(&operation["description"])),
        ),
    );
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let rows: Vec<_> = parameters
        .map(|parameter| (text(&parameter["name"]), text(&parameter["in"]), text(&parameter["description"])))
        .collect();
    table(out, "Parameters", &rows);
    let request = &operation["requestBody"]["content"]["application/json"]["schema"];
    fields(out, document, "Request", request);
    for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
        if status != "default" {
            let schema = &answer["content"]["application/json"]["schema"];
            fields(out, document, &format!("Answer {status}"), schema);
        }
    }
    out.push_str("</section>");
}

/// The fields of an object, or of the objects in an array.
fn fields(out: &mut String, document: &Value, title: &str, schema: &Value) {
    let found = resolved(document, schema);
    let item = resolved(document, &found["items"]);
    let (title, object) =
        if item.is_object() { (format!("{title}, an array of"), item) } else { (title.to_owned(), found) };
    let rows: Vec<(&str, String, &str)> = object["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, field)| (name.as_str(), type_of(field), text(&field["description"])))
        .collect();
    let rows: Vec<_> = rows.iter().map(|(name, kind, about)| (*name, kind.as_str(), *about)).collect();
    table(out, &title, &rows);
}

fn resolved<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    match schema["$ref"].as_str().and_then(|place| place.strip_prefix('#')) {
        Some(pointer) => document.pointer(pointer).unwrap_or(&Value::Null),
        None => schema,
    }
}

fn type_of(field: &Value) -> String {
    if let Some(place) = field["$ref"].as_str() {
        return place.rsplit('/').next().unwrap_or_default().to_owned();
    }
    match &field["type"] {
        Value::String(one) if one == "array" => format!("array of {}", type_of(&field["items"])),
        Value::String(one) => one.clone(),
        Value::Array(several) => several.iter().map(text).collect::<Vec<_>>().join(" or "),
        _ => String::new(),
    }
}

fn table(out: &mut String, title: &str, rows: &[(&str, &str, &str)]) {
    if rows.is_empty() {
        return;
    }
    push(out, format_args!("<h3>{}</h3><table>", escaped(title)));
    for (name, kind, about) in rows {
        push(
            out,
            format_args!(
                "<tr><td><code>{}</code><td>{}<td>{}</tr>",
                escaped(name),
                escaped(kind),
                escaped(about)
            ),
        );
    }
    out.push_str("</table>");
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn push(out: &mut String, words: std::fmt::Arguments<'_>) {
    out.write_fmt(words).expect("invariant: a String takes everything");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
