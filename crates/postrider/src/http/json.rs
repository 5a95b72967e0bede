//! Request bodies and query strings, read into types; every wrong field is told at once.
//!
//! Every field of a request type is an `Option`: which fields are needed is the handler's to say, so that a missing one
//! is told together with the wrong ones. Unknown fields are ignored, because clients send
//! fields of their own; a field that a client may expect to work and does not is declared and refused by name.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use serde_path_to_error::Segment;

use super::Api;
use super::error::{ApiError, Code, Mistakes, Name};

/// How long a client may take to send its body.
const BODY_WAIT: Duration = Duration::from_secs(120);

/// A request's body as octets, within `http.body_max_bytes`.
pub struct Octets(pub Bytes);

impl FromRequest<Api> for Octets {
    type Rejection = ApiError;

    async fn from_request(request: Request, api: &Api) -> Result<Octets, ApiError> {
        let max = usize::try_from(api.app.settings.http.body_max_bytes).unwrap_or(usize::MAX);
        read(request.into_body(), max).await.map(Octets)
    }
}

async fn read(body: Body, max: usize) -> Result<Bytes, ApiError> {
    match tokio::time::timeout(BODY_WAIT, gather(body, max)).await {
        Ok(gathered) => gathered,
        Err(_) => Err(ApiError::new(
            Name::ValidationError,
            format!("the request's body did not arrive within {} s", BODY_WAIT.as_secs()),
        )),
    }
}

async fn gather(body: Body, max: usize) -> Result<Bytes, ApiError> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > max {
        return Err(ApiError::too_large(max));
    }
    let mut stream = body.into_data_stream();
    let mut pieces = Vec::new();
    let mut length = 0;
    while let Some(piece) = stream.next().await {
        let piece =
            piece.map_err(|_| ApiError::new(Name::ValidationError, "the request's body broke off"))?;
        length += piece.len();
        if length > max {
            return Err(ApiError::too_large(max));
        }
        pieces.push(piece);
    }
    // A small body comes in one piece and is not copied.
    Ok(if pieces.len() == 1 { pieces.swap_remove(0) } else { pieces.concat().into() })
}

/// A JSON body.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Api> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, api: &Api) -> Result<Json<T>, ApiError> {
        let Octets(bytes) = Octets::from_request(request, api).await?;
        parse(&bytes).map(Json)
    }
}

/// Reads a JSON object. An empty body counts as an empty object.
///
/// # Errors
/// Every field that has another type than it should, or that the text is no JSON object.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    parse_at(if bytes.is_empty() { b"{}" } else { bytes }, "")
}

/// As [`parse`], for an object at `pointer` of the request.
///
/// # Errors
/// As [`parse`].
pub fn parse_at<T: DeserializeOwned>(bytes: &[u8], pointer: &str) -> Result<T, ApiError> {
    // A type with fields would take an array of their values, too.
    if bytes.trim_ascii_start().first() == Some(&b'{')
        && let Ok(value) = serde_json::from_slice(bytes)
    {
        return Ok(value);
    }
    // The usual case costs one pass; only a body that does not fit is read again to find all that is wrong.
    parse_again(bytes, pointer)
}

fn parse_again<T: DeserializeOwned>(bytes: &[u8], pointer: &str) -> Result<T, ApiError> {
    let object: Map<String, Value> = match serde_json::from_slice(bytes) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return Err(ApiError::field(pointer, Code::InvalidValue, "a JSON object is expected")),
        Err(error) => {
            return Err(ApiError::field(pointer, Code::InvalidValue, format!("this is no JSON: {error}")));
        }
    };
    let mut mistakes = Mistakes::default();
    // Field by field, because a reader stops at its first mistake.
    for (name, value) in object {
        let alone = Value::Object(Map::from_iter([(name, value)]));
        if let Err(error) = serde_path_to_error::deserialize::<_, T>(alone) {
            let place = format!("{pointer}{}", json_pointer(error.path()));
            mistakes.add(place, Code::InvalidValue, error.inner().to_string());
        }
    }
    if mistakes.0.is_empty() {
        mistakes.add(pointer, Code::InvalidValue, "a field is given twice");
    }
    Err(ApiError::invalid(mistakes.0))
}

fn json_pointer(path: &serde_path_to_error::Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => pointer.push_str(&format!("/{}", escaped(key))),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

/// A name as a segment of a JSON pointer (RFC 6901 §3).
#[must_use]
pub fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The parameters after the `?`. Declare them as texts: numbers and times are read by the handler, which can then name
/// the parameter that is wrong.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Api> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _api: &Api) -> Result<Params<T>, ApiError> {
        match Query::<T>::try_from_uri(&parts.uri) {
            Ok(Query(params)) => Ok(Params(params)),
            Err(error) => Err(ApiError::field("?", Code::InvalidValue, error.body_text())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize, Debug, PartialEq, Default)]
    #[serde(default)]
    struct Request {
        name: Option<String>,
        numbers: Vec<u8>,
    }

    #[test]
    fn every_field_of_the_wrong_type_is_told_with_its_pointer() {
        let good = br#"{"name":"x","numbers":[1],"unknown":{}}"#;
        assert_eq!(parse::<Request>(good).unwrap().numbers, [1]);
        assert_eq!(parse::<Request>(b"").unwrap(), Request::default());
        let cases: &[(&str, &[&str])] = &[
            (r#"{"name":1,"numbers":[1,"x"]}"#, &["/name", "/numbers/1"]),
            (r#"{"numbers":7}"#, &["/numbers"]),
            ("[]", &[""]),
            ("{", &[""]),
            (r#"{"name":"a","name":"b"}"#, &[""]),
        ];
        for (text, pointers) in cases {
            let error = parse::<Request>(text.as_bytes()).unwrap_err();
            let got: Vec<_> = error.errors.iter().map(|error| error.pointer.as_str()).collect();
            assert_eq!(got, *pointers, "{text}");
        }
    }

    #[test]
    fn a_name_in_a_pointer_is_escaped() {
        assert_eq!(escaped("a/b~c"), "a~1b~0c");
    }
}
