//! A template's source in requests and answers.

use std::collections::BTreeMap;

use content::{Problem, Source, ThemeChoice, Variant};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::feature::template::key_ok;
use crate::http::error::{ApiError, Code, Mistakes};
use crate::http::json;

/// Characters of a name at most.
const NAME_MAX: usize = 200;
/// Octets of a source, as JSON. Reason: five languages of the longest bodies fit.
const SOURCE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What a template is made of. Bodies, subject and preheader are Jinja templates; `GET /docs` has no room for their language:
/// the README has.
#[derive(Deserialize, ToSchema, Default)]
#[schema(as = TemplateSource)]
#[serde(default)]
pub struct TemplateRequest {
    /// For people.
    pub name: Option<String>,
    /// For programs: letters, digits, `.`, `_` and `-`. Made of the name when nothing is said.
    #[serde(alias = "alias")]
    pub key: Option<String>,
    /// The locale of the fields that follow, such as `en`.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    locale: Given<String>,
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    subject: Given<String>,
    /// One line that mailboxes show after the subject.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    preheader: Given<String>,
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    html: Given<String>,
    /// Instead of `html`.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    mjml: Given<String>,
    /// Made of the HTML when nothing is said.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    text: Given<String>,
    /// Texts that bodies name as `t.NAME`.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = BTreeMap<String, String>)]
    strings: Given<BTreeMap<String, String>>,
    /// What differs by locale: `subject`, `preheader`, `html`, `mjml`, `text`, `strings`.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Object)]
    locales: Given<BTreeMap<String, Variant>>,
    /// The name of a theme, or an object of colours, fonts and the like.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Object)]
    theme: Given<ThemeChoice>,
    /// JSON Schema (2020-12) of the variables; its defaults are filled in.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Object)]
    schema: Given<Value>,
    /// Variables for previews.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Object)]
    sample: Given<Map<String, Value>>,
    /// Publish at once.
    pub publish: Option<bool>,
}

/// A field that is absent, or null, or has a value.
type Given<T> = Option<Option<T>>;

fn given<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<Given<T>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

impl TemplateRequest {
    /// Reads a body, if it is not longer than a source may be.
    pub(in super::super) fn read(body: &[u8]) -> Result<TemplateRequest, ApiError> {
        if body.len() > SOURCE_BYTES_MAX {
            return Err(ApiError::too_large(SOURCE_BYTES_MAX));
        }
        json::parse(body)
    }

    /// Puts what is given into a source.
    pub(in super::super) fn lay(&mut self, source: &mut Source) {
        fn set<T>(field: &mut Option<T>, given: &mut Given<T>) {
            if let Some(value) = given.take() {
                *field = value;
            }
        }
        fn reset<T: Default>(field: &mut T, given: &mut Given<T>) {
            if let Some(value) = given.take() {
                *field = value.unwrap_or_default();
            }
        }
        reset(&mut source.locale, &mut self.locale);
        set(&mut source.main.subject, &mut self.subject);
        set(&mut source.main.preheader, &mut self.preheader);
        set(&mut source.main.html, &mut self.html);
        set(&mut source.main.mjml, &mut self.mjml);
        set(&mut source.main.text, &mut self.text);
        reset(&mut source.main.strings, &mut self.strings);
        reset(&mut source.locales, &mut self.locales);
        reset(&mut source.theme, &mut self.theme);
        set(&mut source.schema, &mut self.schema);
        reset(&mut source.sample, &mut self.sample);
    }
}

/// The name and the key of a template; the key is made of the name when there is none.
pub(in super::super) fn naming(
    (name, key): (Option<&str>, Option<&str>),
    mistakes: &mut Mistakes,
) -> (String, String) {
    let name = name.unwrap_or_default().trim();
    if name.is_empty() {
        mistakes.add("/name", Code::MissingRequiredField, "a template needs a name");
    } else if name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
        mistakes.add(
            "/name",
            Code::InvalidValue,
            format!("a name is one line of at most {NAME_MAX} characters"),
        );
    }
    let key = key.map_or_else(|| slug(name), str::to_owned);
    if !name.is_empty() && !key_ok(&key) {
        mistakes.add(
            "/key",
            Code::InvalidValue,
            "a key is 1 to 64 letters, digits, dots, hyphens and underscores",
        );
    }
    (name.to_owned(), key)
}

fn slug(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut slug = words.collect::<Vec<_>>().join("-").to_ascii_lowercase();
    slug.truncate(super::super::KEY_MAX);
    slug
}

pub(in super::super) fn check_size(source: &Source) -> Result<(), ApiError> {
    let size = serde_json::to_string(source).map_or(0, |text| text.len());
    if size > SOURCE_BYTES_MAX { Err(ApiError::too_large(SOURCE_BYTES_MAX)) } else { Ok(()) }
}

/// Everything that is wrong with a source, with pointers to its fields.
pub(super) fn refused(problems: Vec<Problem>) -> ApiError {
    let mut mistakes = Mistakes::default();
    for Problem { place, reason } in problems {
        let pointer = match &*place.locale {
            "" => format!("/{}", place.field),
            locale => format!("/locales/{locale}/{}", place.field),
        };
        let line = (place.line > 0).then(|| format!("line {}", place.line));
        let part = (!place.part.is_empty()).then_some(place.part);
        let spot = [part, line].into_iter().flatten().collect::<Vec<_>>().join(", ");
        let message = if spot.is_empty() { reason } else { format!("{spot}: {reason}") };
        mistakes.add(pointer, Code::InvalidValue, message);
    }
    ApiError::invalid(mistakes.0)
}

/// A source as it is shown.
#[derive(Serialize, ToSchema)]
pub struct SourceBody {
    locale: String,
    subject: Option<String>,
    preheader: Option<String>,
    html: Option<String>,
    mjml: Option<String>,
    text: Option<String>,
    strings: BTreeMap<String, String>,
    #[schema(value_type = Object)]
    locales: BTreeMap<String, Variant>,
    #[schema(value_type = Object)]
    theme: ThemeChoice,
    #[schema(value_type = Object)]
    schema: Option<Value>,
    #[schema(value_type = Object)]
    sample: Map<String, Value>,
}

impl SourceBody {
    pub(super) fn of(source: Source) -> SourceBody {
        let Source { locale, main, locales, theme, schema, sample } = source;
        let Variant { subject, preheader, html, mjml, text, strings } = main;
        SourceBody { locale, subject, preheader, html, mjml, text, strings, locales, theme, schema, sample }
    }
}
