//! Request bodies and query strings, read into types; every wrong field is told at once.
//!
//! Every field of a request type is an `Option`: which fields are needed is the handler's to say, so that a missing one
//! is told together with the wrong ones. Unknown fields are ignored, because clients send
//! fields of their own; a field that a client may expect to work and does not is declared and refused by name.

use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use futures_util::StreamExt;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Error, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::{Deserialize, Deserializer};
use serde_path_to_error::Segment;

use super::Api;
use super::auth::Asking;
use super::error::{ApiError, Code, Mistakes, Name};
use crate::room::{NOBODY, Place};

/// How long a client may take to send its body.
const BODY_WAIT: Duration = Duration::from_secs(120);

/// Wrong fields of which one answer tells. Reason: a body is read once more for each.
const FIELDS_TOLD_MAX: usize = 20;

/// Octets of what is told of one wrong field. Reason: the reader repeats the value that it did not expect, and the answer
/// would be several times as long as the request.
const MESSAGE_MAX: usize = 300;

/// A request's body as octets, within `http.body_max_bytes`. They count towards `http.bodies_max_bytes` from their arrival until
/// the last part of them is dropped.
pub struct Octets(pub Bytes);

impl FromRequest<Api> for Octets {
    type Rejection = ApiError;

    async fn from_request(request: Request, api: &Api) -> Result<Octets, ApiError> {
        let max = usize::try_from(api.app.settings.http.body_max_bytes).unwrap_or(usize::MAX);
        octets(request, api, max).await.map(Octets)
    }
}

/// A body of at most `max` octets, counted and timed as [`Octets`].
///
/// # Errors
/// It is longer, late, broken off, or has no room.
pub async fn octets(request: Request, api: &Api, max: usize) -> Result<Bytes, ApiError> {
    let (bytes, place) = body_of(request, api, max).await?;
    Ok(place.hold(bytes))
}

/// A body, and the room that it takes.
async fn body_of(request: Request, api: &Api, max: usize) -> Result<(Bytes, Place), ApiError> {
    let workspace = request.extensions().get::<Asking>().map_or(NOBODY, |asking| asking.0);
    let place = api.app.bodies.place(workspace);
    read(request.into_body(), max, api.app.settings.http.idle_timeout, place).await
}

async fn read(body: Body, max: usize, idle: Duration, place: Place) -> Result<(Bytes, Place), ApiError> {
    match tokio::time::timeout(BODY_WAIT, gather(body, max, idle, place)).await {
        Ok(gathered) => gathered,
        Err(_) => Err(late(BODY_WAIT)),
    }
}

fn late(wait: Duration) -> ApiError {
    let why = format!("the request's body did not arrive: the wait of {} s is over", wait.as_secs());
    ApiError::new(Name::ValidationError, why)
}

async fn gather(
    body: Body,
    max: usize,
    idle: Duration,
    mut place: Place,
) -> Result<(Bytes, Place), ApiError> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > max {
        return Err(ApiError::too_large(max));
    }
    let mut stream = body.into_data_stream();
    // A small body comes in one piece and is not copied. Further pieces are joined as they come: a tiny one takes more memory
    // than its octets.
    let (mut only, mut joined) = (Bytes::new(), Vec::new());
    let mut length = 0;
    while let Some(piece) = tokio::time::timeout(idle, stream.next()).await.map_err(|_| late(idle))? {
        let piece =
            piece.map_err(|_| ApiError::new(Name::ValidationError, "the request's body broke off"))?;
        length += piece.len();
        if length > max {
            return Err(ApiError::too_large(max));
        }
        place.grow(piece.len()).map_err(|full| full.refusal("octets of requests' bodies"))?;
        if only.is_empty() && joined.is_empty() {
            only = piece;
            continue;
        }
        if joined.is_empty() {
            joined = std::mem::take(&mut only).into();
        }
        joined.extend_from_slice(&piece);
    }
    Ok((if joined.is_empty() { only } else { joined.into() }, place))
}

/// A JSON body, and the room for requests' bodies that it takes: given back when the handler ends that was given it, although
/// what was read may wait for a turn meanwhile.
pub struct Json<T>(pub T, pub Place);

impl<T: DeserializeOwned> FromRequest<Api> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, api: &Api) -> Result<Json<T>, ApiError> {
        let max = usize::try_from(api.app.settings.http.body_max_bytes).unwrap_or(usize::MAX);
        let (bytes, place) = body_of(request, api, max).await?;
        Ok(Json(parse(&bytes)?, place))
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

/// Reads a body that does not fit again and again, each time without the fields that are known to be wrong: a reader stops at
/// its first mistake. Nothing is kept of a field but what its type keeps, so a hostile body takes no more memory than a good
/// one.
fn parse_again<T: DeserializeOwned>(bytes: &[u8], pointer: &str) -> Result<T, ApiError> {
    let whole = |why: String| ApiError::field(pointer, Code::InvalidValue, why);
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(match serde_json::from_slice::<IgnoredAny>(bytes) {
            Ok(_) => whole("a JSON object is expected".into()),
            Err(error) => whole(format!("this is no JSON: {error}")),
        });
    }
    let (mut mistakes, mut wrong) = (Mistakes::default(), HashSet::new());
    while wrong.len() < FIELDS_TOLD_MAX {
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let read = serde_path_to_error::deserialize::<_, T>(Without { reader: &mut reader, names: &wrong });
        let error = match (read, reader.end()) {
            (Ok(_), Ok(())) => break,
            (Ok(_), Err(error)) => return Err(whole(format!("this is no JSON: {error}"))),
            (Err(error), _) => error,
        };
        if !error.inner().is_data() {
            return Err(whole(format!("this is no JSON: {}", error.inner())));
        }
        let Some(Segment::Map { key }) = error.path().iter().next() else { break };
        let place = format!("{pointer}{}", json_pointer(error.path()));
        mistakes.add(place, Code::InvalidValue, shortened(error.inner().to_string()));
        wrong.insert(key.clone());
    }
    if mistakes.0.is_empty() {
        mistakes.add(pointer, Code::InvalidValue, "a field is given twice");
    }
    Err(ApiError::invalid(mistakes.0))
}

fn shortened(mut message: String) -> String {
    if message.len() > MESSAGE_MAX {
        message.truncate(message.floor_char_boundary(MESSAGE_MAX - '…'.len_utf8()));
        message.push('…');
    }
    message
}

/// A JSON object without the fields of some names.
struct Without<'n, D> {
    reader: D,
    names: &'n HashSet<String>,
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Without<'_, D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.reader.deserialize_map(Without { reader: visitor, names: self.names })
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Without<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reader.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.reader.visit_map(Without { reader: map, names: self.names })
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Without<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(name) = self.reader.next_key::<String>()? {
            if !self.names.contains(&name) {
                return seed.deserialize(name.into_deserializer()).map(Some);
            }
            self.reader.next_value::<IgnoredAny>()?;
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.reader.next_value_seed(seed)
    }
}

/// The elements of a JSON array as their octets, the first `max` of them, and how many there are.
///
/// # Errors
/// That the text is no JSON array.
pub fn elements(bytes: &[u8], max: usize) -> Result<(Vec<&[u8]>, usize), ApiError> {
    let wrong = |why: String| ApiError::field("", Code::InvalidValue, why);
    // From here on only the elements' ends are looked for.
    serde_json::from_slice::<IgnoredAny>(bytes)
        .map_err(|error| wrong(format!("this is no JSON: {error}")))?;
    let inner = bytes.trim_ascii_start().strip_prefix(b"[");
    let mut rest = inner.ok_or_else(|| wrong("an array is expected".into()))?.trim_ascii_start();
    let (mut elements, mut count) = (Vec::new(), 0);
    while rest.first().is_some_and(|octet| *octet != b']') {
        let mut values = serde_json::Deserializer::from_slice(rest).into_iter::<IgnoredAny>();
        values.next();
        let (element, behind) = rest.split_at(values.byte_offset().max(1));
        if count < max {
            elements.push(element);
        }
        count += 1;
        rest = behind.trim_ascii_start();
        rest = rest.strip_prefix(b",").unwrap_or(rest).trim_ascii_start();
    }
    Ok((elements, count))
}

/// A list of `MAX` elements at most: one more is a mistake, found before it takes memory.
#[derive(Debug, PartialEq)]
pub struct UpTo<T, const MAX: usize>(pub Vec<T>);

impl<T, const MAX: usize> Default for UpTo<T, MAX> {
    fn default() -> UpTo<T, MAX> {
        UpTo(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for UpTo<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<UpTo<T, MAX>, D::Error> {
        struct Elements<T, const MAX: usize>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for Elements<T, MAX> {
            type Value = UpTo<T, MAX>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "an array of at most {MAX} elements")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<UpTo<T, MAX>, A::Error> {
                up_to(MAX, seq).map(UpTo)
            }
        }
        deserializer.deserialize_seq(Elements(PhantomData))
    }
}

/// The elements of an array, `max` of them at most.
///
/// # Errors
/// That there are more.
pub fn up_to<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(
    max: usize,
    mut seq: A,
) -> Result<Vec<T>, A::Error> {
    let mut list = Vec::new();
    while list.len() < max {
        match seq.next_element()? {
            Some(one) => list.push(one),
            None => return Ok(list),
        }
    }
    match seq.next_element::<IgnoredAny>()? {
        Some(_) => Err(A::Error::custom(format!("more than {max} elements"))),
        None => Ok(list),
    }
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
    fn a_list_that_is_too_long_is_refused_before_it_takes_memory() {
        #[derive(serde::Deserialize, Debug, Default)]
        #[serde(default)]
        struct Few {
            few: Option<UpTo<String, 3>>,
        }
        assert_eq!(parse::<Few>(br#"{"few":["a","b","c"]}"#).unwrap().few.unwrap().0.len(), 3);
        let many = format!(r#"{{"few":[{}7],"x":1}}"#, "\"a\",".repeat(100_000));
        let errors = parse::<Few>(many.as_bytes()).unwrap_err().errors;
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].pointer, "/few");
        assert!(errors[0].message.starts_with("more than 3 elements"), "{}", errors[0].message);
    }

    #[test]
    fn a_mistake_does_not_repeat_all_that_was_sent() {
        let text = format!(r#"{{"name":7,"numbers":"{}"}}"#, "\u{200b}".repeat(100_000));
        let errors = parse::<Request>(text.as_bytes()).unwrap_err().errors;
        let lengths: Vec<_> = errors.iter().map(|error| error.message.len()).collect();
        assert_eq!(lengths.len(), 2);
        assert!(lengths.iter().all(|length| *length <= MESSAGE_MAX), "{lengths:?}");
        assert!(errors[0].message.starts_with("invalid type: integer `7`"), "{}", errors[0].message);
    }

    #[test]
    fn an_array_is_cut_where_its_elements_end() {
        let cut = |text: &'static str| {
            let (elements, count) = elements(text.as_bytes(), 3).map_err(|error| error.detail)?;
            Ok::<_, String>((elements.iter().map(|e| String::from_utf8_lossy(e)).collect::<Vec<_>>(), count))
        };
        let texts = |texts: &[&'static str]| texts.iter().map(|text| (*text).into()).collect::<Vec<_>>();
        assert_eq!(
            cut(r#" [ {"a":[1,2]} , "x,]" ,12]"#),
            Ok((texts(&[r#"{"a":[1,2]}"#, r#""x,]""#, "12"]), 3))
        );
        assert_eq!(cut("[1,2,3,4,5]"), Ok((texts(&["1", "2", "3"]), 5)));
        assert_eq!(cut("[ ]"), Ok((Vec::new(), 0)));
        for wrong in ["{}", "[1,]", "[1 2]", "", "[1] x"] {
            assert!(cut(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_name_in_a_pointer_is_escaped() {
        assert_eq!(escaped("a/b~c"), "a~1b~0c");
    }
}
