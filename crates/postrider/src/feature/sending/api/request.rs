//! The body of `POST /emails`, as clients write it.
//!
//! Fields that may take several forms (an address as a text or an object, tags as a map or as pairs, content as base64 or
//! as numbers) are read into one form here. Nothing is judged yet but the form, and how many elements a list has: so a body
//! takes memory in proportion to its size.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::metadata::{Asks, Metadata, Variables};
use crate::feature::attachment::octets::Octets;
use crate::feature::attachment::referred::ATTACHMENTS_MAX;
use crate::feature::tracking::switches::SwitchesBody;
use crate::http::json::{UpTo, up_to};

/// Addresses of one field that are read. Reason: `smtp.recipients_max` may be set so high; a list of a million empty
/// texts must not become twenty times its size.
const ADDRESSES_MAX: usize = 10_000;
/// Tags, or header fields. Reason: as many as `mail::compose` takes of header fields.
const PAIRS_MAX: usize = mail::compose::CUSTOM_HEADERS_MAX;

/// An email to be sent.
#[derive(Deserialize, ToSchema, Default)]
#[schema(as = SendEmail)]
pub struct EmailRequest {
    /// `Name <address>`, or an object; its domain must be verified.
    #[schema(value_type = String, required, example = "Acme <hello@app.example>")]
    pub from: Option<Addresses>,
    #[schema(value_type = Vec<String>, required, example = json!(["ann@example.org"]))]
    pub to: Option<Addresses>,
    #[schema(value_type = Vec<String>)]
    pub cc: Option<Addresses>,
    /// Recipients that no other recipient sees.
    #[schema(value_type = Vec<String>)]
    pub bcc: Option<Addresses>,
    #[serde(alias = "replyTo")]
    #[schema(value_type = Vec<String>)]
    pub reply_to: Option<Addresses>,
    #[schema(required)]
    pub subject: Option<String>,
    /// At least one of html and text is needed, or a template.
    pub html: Option<String>,
    /// Made of the html when nothing is said; an empty one leaves it out.
    pub text: Option<String>,
    /// A published template instead of html and text; the subject is the template's when nothing is said.
    pub template: Option<TemplateRequest>,
    #[schema(value_type = Vec<AttachmentRequest>)]
    pub attachments: Option<UpTo<AttachmentRequest, ATTACHMENTS_MAX>>,
    /// Further header fields.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub headers: Option<Pairs>,
    /// Names with values of letters, digits, `_` and `-`; Resend's array of `{name, value}` is taken too.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub tags: Option<Pairs>,
    /// Any JSON object; it comes back with the email.
    #[schema(value_type = Object)]
    pub metadata: Option<Metadata>,
    /// `transactional` when nothing is said.
    pub stream: Option<String>,
    /// RFC 3339, or `in 1 hour`.
    #[serde(alias = "scheduledAt")]
    pub scheduled_at: Option<String>,
    /// After this time nothing is attempted any more.
    #[serde(alias = "expiresAt")]
    pub expires_at: Option<String>,
    /// What is tracked; a switch that is not named is as the stream has it.
    pub tracking: Option<SwitchesBody>,
    /// Refuse the email when the lint finds an error in it.
    pub lint: Option<bool>,
    // What a client may ask for and does not exist yet: refused, so that nobody believes it worked.
    #[schema(ignore)]
    amp: Option<Asks>,
    #[schema(ignore)]
    topic_id: Option<Asks>,
    #[schema(ignore)]
    ip_pool: Option<Asks>,
    #[schema(ignore)]
    test_mode: Option<Asks>,
    #[schema(ignore)]
    bypass_suppression: Option<Asks>,
    #[schema(ignore)]
    recipients: Option<Asks>,
}

impl EmailRequest {
    /// One without content, from and to one address each.
    #[must_use]
    pub fn between(from: &str, to: &str) -> EmailRequest {
        let one = |text: &str| Some(Addresses { list: vec![Written::Text(text.to_owned())], array: false });
        EmailRequest { from: one(from), to: one(to), ..EmailRequest::default() }
    }

    /// The fields that do not exist yet and were asked for; `false` and `null` ask for nothing.
    pub fn not_available(&self) -> impl Iterator<Item = &'static str> {
        let fields = [
            ("amp", &self.amp),
            ("topic_id", &self.topic_id),
            ("ip_pool", &self.ip_pool),
            ("test_mode", &self.test_mode),
            ("bypass_suppression", &self.bypass_suppression),
            ("recipients", &self.recipients),
        ];
        let asks = |value: &Option<Asks>| value.as_ref().is_some_and(|asks| asks.0);
        fields.map(|(name, value)| asks(value).then_some(name)).into_iter().flatten()
    }
}

/// Which template, with what.
#[derive(Deserialize, ToSchema, Default)]
#[schema(as = EmailTemplate)]
pub struct TemplateRequest {
    /// Its id, or its key.
    #[schema(required, example = "password-reset")]
    pub id: Option<String>,
    /// The number of a published version; the newest when nothing is said.
    pub version: Option<i64>,
    /// Such as `pt-BR`; the template's own when nothing is said.
    pub locale: Option<String>,
    /// What its expressions name; checked against its schema.
    #[serde(alias = "data")]
    #[schema(value_type = Object)]
    pub variables: Option<Variables>,
}

/// A file that goes with an email.
#[derive(Deserialize, ToSchema, Default)]
#[schema(as = Attachment)]
pub struct AttachmentRequest {
    /// Of the uploaded or fetched file when nothing is said.
    pub filename: Option<String>,
    /// Base64, or an array of numbers. A file has a content, an id or a path.
    #[schema(value_type = String)]
    pub content: Option<Octets>,
    /// Of an uploaded file, see `/attachments`.
    #[schema(example = "fil_0123456789abc")]
    pub id: Option<String>,
    /// A URL from which the file is fetched before the email is accepted.
    pub path: Option<String>,
    /// By the file's source or its name's ending when nothing is said. `text/calendar; method=REQUEST` makes it an invitation.
    #[serde(alias = "contentType")]
    pub content_type: Option<String>,
    /// Makes it inline: the html names it as `cid:…`.
    #[serde(alias = "contentId", alias = "inline_content_id")]
    pub content_id: Option<String>,
    /// `true`: the file is kept here, and the email has a link to it instead. As the server's settings say for its size when
    /// nothing is said.
    pub link: Option<bool>,
    /// `inline` or `attachment`; as the other fields suggest when nothing is said.
    pub disposition: Option<String>,
}

/// One address as it was written.
#[derive(Debug, PartialEq)]
pub enum Written {
    Text(String),
    Object { email: String, name: Option<String> },
}

/// Addresses as they were written.
#[derive(Default, Debug, PartialEq)]
pub struct Addresses {
    pub list: Vec<Written>,
    /// Whether they stood in an array: decides how a pointer to one looks.
    pub array: bool,
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Written, D::Error> {
        deserializer.deserialize_any(WrittenVisitor)
    }
}

struct WrittenVisitor;

impl<'de> Visitor<'de> for WrittenVisitor {
    type Value = Written;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an address such as \"Ann <ann@example.org>\" or {\"email\": …, \"name\": …}")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Written, E> {
        Ok(Written::Text(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Written, A::Error> {
        let (mut email, mut name) = (None, None);
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            match &*key {
                "email" => email = Some(map.next_value()?),
                "name" => name = map.next_value()?,
                _ => drop(map.next_value::<serde::de::IgnoredAny>()?),
            }
        }
        let email = email.ok_or_else(|| A::Error::missing_field("email"))?;
        Ok(Written::Object { email, name })
    }
}

impl<'de> Deserialize<'de> for Addresses {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Addresses, D::Error> {
        struct OneOrSeveral;
        impl<'de> Visitor<'de> for OneOrSeveral {
            type Value = Addresses;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an address or an array of addresses")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Addresses, E> {
                WrittenVisitor.visit_str(text).map(|one| Addresses { list: vec![one], array: false })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Addresses, A::Error> {
                WrittenVisitor.visit_map(map).map(|one| Addresses { list: vec![one], array: false })
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Addresses, A::Error> {
                Ok(Addresses { list: up_to(ADDRESSES_MAX, seq)?, array: true })
            }
        }
        deserializer.deserialize_any(OneOrSeveral)
    }
}

/// Names with values, in the order in which they stood.
#[derive(Default, Debug, PartialEq)]
pub struct Pairs {
    pub list: Vec<(String, String)>,
    /// Whether they stood as an array of `{name, value}`.
    pub array: bool,
}

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Pairs, D::Error> {
        #[derive(Deserialize)]
        struct Pair {
            name: String,
            value: String,
        }
        struct MapOrPairs;
        impl<'de> Visitor<'de> for MapOrPairs {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts, or an array of {\"name\": …, \"value\": …}")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut list = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    if list.len() == PAIRS_MAX {
                        return Err(A::Error::custom(format!("more than {PAIRS_MAX} entries")));
                    }
                    list.push(pair);
                }
                Ok(Pairs { list, array: false })
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Pairs, A::Error> {
                let pairs = up_to::<Pair, A>(PAIRS_MAX, seq)?.into_iter();
                Ok(Pairs { list: pairs.map(|Pair { name, value }| (name, value)).collect(), array: true })
            }
        }
        deserializer.deserialize_any(MapOrPairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> EmailRequest {
        crate::http::json::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error:?}"))
    }

    #[test]
    fn a_field_means_the_same_in_each_of_its_forms() {
        let text = |text: &str| Written::Text(text.into());
        assert_eq!(
            read(r#"{"to":"a@b.example"}"#).to.unwrap(),
            Addresses { list: vec![text("a@b.example")], array: false }
        );
        let request = read(r#"{"to":["A <a@b.example>",{"email":"c@d.example","name":"C"}]}"#);
        let object = Written::Object { email: "c@d.example".into(), name: Some("C".into()) };
        assert_eq!(
            request.to.unwrap(),
            Addresses { list: vec![text("A <a@b.example>"), object], array: true }
        );
        let pair = vec![("kind".to_owned(), "x".to_owned())];
        assert_eq!(read(r#"{"tags":{"kind":"x"}}"#).tags.unwrap().list, pair);
        assert_eq!(read(r#"{"tags":[{"name":"kind","value":"x"}]}"#).tags.unwrap().list, pair);
        for content in [r#""aGk=""#, "[104,105]", r#""aG\r\nk=""#] {
            let request = read(&format!(r#"{{"attachments":[{{"content":{content}}}]}}"#));
            let attachments = request.attachments.unwrap().0;
            assert_eq!(attachments[0].content, Some(Octets(b"hi".as_slice().into())), "{content}");
        }
    }

    #[test]
    fn every_field_of_another_form_is_told() {
        let text = r#"{"to":7,"cc":["a@b.example",{"name":"x"}],"tags":{"a":1},
                       "attachments":[{"content":"aGk="},{"content":"*"}],"subject":[]}"#;
        let error = crate::http::json::parse::<EmailRequest>(text.as_bytes()).err().unwrap();
        let mut pointers: Vec<_> = error.errors.iter().map(|error| error.pointer.as_str()).collect();
        pointers.sort_unstable();
        assert_eq!(pointers, ["/attachments/1/content", "/cc/1", "/subject", "/tags/a", "/to"]);
    }

    #[test]
    fn a_list_without_end_is_refused_at_its_field() {
        let many = |element: &str| vec![element; 200_000].join(",");
        let cases = [
            (format!(r#"{{"to":[{}]}}"#, many("\"\"")), "/to"),
            (format!(r#"{{"subject":"x","cc":[{}]}}"#, many("{\"email\":\"\"}")), "/cc"),
            (format!(r#"{{"reply_to":[{}]}}"#, many("\"\"")), "/reply_to"),
            (format!(r#"{{"tags":[{}]}}"#, many(r#"{"name":"","value":""}"#)), "/tags"),
            (format!(r#"{{"tags":{{{}}}}}"#, many(r#""a":"""#)), "/tags"),
            (format!(r#"{{"headers":{{{}}}}}"#, many(r#""a":"""#)), "/headers"),
            (format!(r#"{{"attachments":[{}]}}"#, many("{}")), "/attachments"),
            (format!(r#"{{"metadata":{{"a":[{}]}}}}"#, many("0")), "/metadata/a"),
            (format!(r#"{{"metadata":{{{}}}}}"#, many(r#""a":{}"#)), "/metadata"),
        ];
        for (text, pointer) in cases {
            let error = crate::http::json::parse::<EmailRequest>(text.as_bytes()).err().unwrap();
            let told =
                error.errors.iter().map(|error| (&*error.pointer, error.message.starts_with("more than ")));
            assert_eq!(told.collect::<Vec<_>>(), [(pointer, true)], "{}", &text[..40]);
        }
        assert!(read(&format!(r#"{{"amp":[{}]}}"#, many("0"))).not_available().eq(["amp"]));
    }

    #[test]
    fn what_does_not_exist_yet_is_noticed() {
        let request = read(r#"{"amp":"x","test_mode":false,"template":null,"topic_id":"t"}"#);
        assert_eq!(request.not_available().collect::<Vec<_>>(), ["amp", "topic_id"]);
    }
}
