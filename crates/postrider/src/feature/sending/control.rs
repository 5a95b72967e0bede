//! Control headers of a submitted message: `X-Postrider-Stream`, `-Tags`, `-Metadata`, `-Schedule`, `-Expires`,
//! `-Idempotency-Key`, `-Track`. They are read, then removed: no recipient sees them.

use mail::{At, Headers, date};
use serde_json::{Map, Value};

use super::{Options, Refusal};
use crate::feature::tracking::switches::Switches;

/// What is removed from every message that an application hands over.
pub const REMOVED: &[&str] = &["X-Postrider-*"];

/// Octets of tags or metadata at most. Reason: they travel with every event of the message.
pub const JSON_MAX: usize = 10_000;
/// Letters of an idempotency key at most, as in the API.
pub const IDEMPOTENCY_KEY_MAX: usize = 256;

/// What the control headers said.
#[derive(Debug, Default, PartialEq)]
pub struct Control {
    pub stream: Option<String>,
    pub options: Options,
    pub idempotency_key: Option<String>,
}

/// Reads the control headers.
///
/// # Errors
/// `Refusal::Option` for a value that cannot be understood: mail must not go out otherwise than asked for.
pub fn read(headers: &Headers<'_>) -> Result<Control, Refusal> {
    let mut control = Control::default();
    for field in headers.fields() {
        let Some(name) = strip_prefix(field.name, "X-Postrider-") else { continue };
        let value = String::from_utf8_lossy(&mail::header::unfold(field.value)).trim().to_owned();
        match name.to_ascii_lowercase().as_str() {
            "stream" => control.stream = Some(value),
            "tags" => control.options.tags = Some(tags(&value)?),
            "metadata" => control.options.metadata = Some(metadata(&value)?),
            "schedule" => control.options.scheduled = Some(moment("X-Postrider-Schedule", &value)?),
            "expires" => control.options.expires = Some(moment("X-Postrider-Expires", &value)?),
            "track" => control.options.track = Some(track(&value)?),
            "idempotency-key" => control.idempotency_key = Some(idempotency_key(value)?),
            _ => return Err(refuse("X-Postrider-*", format!("{} is not a control header", field.name))),
        }
    }
    Ok(control)
}

fn strip_prefix<'n>(name: &'n str, prefix: &str) -> Option<&'n str> {
    let head = name.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &name[prefix.len()..])
}

fn refuse(field: &'static str, reason: impl Into<String>) -> Refusal {
    Refusal::Option { field, reason: reason.into() }
}

/// `name=value, name=value`, or a lone `name`, which stands for `name=true`.
fn tags(text: &str) -> Result<Box<str>, Refusal> {
    let mut map = Map::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, "true"));
        let (name, value) = (name.trim(), value.trim());
        if !tag_ok(name) || !tag_ok(value) {
            return Err(refuse(
                "X-Postrider-Tags",
                format!("`{part}` is not name=value of letters, digits, _ and -"),
            ));
        }
        map.insert(name.to_owned(), Value::String(value.to_owned()));
    }
    let text = Value::Object(map).to_string();
    if text.len() > JSON_MAX {
        return Err(refuse("X-Postrider-Tags", format!("longer than {JSON_MAX} octets")));
    }
    Ok(text.into())
}

/// Whether a tag's name or value may stand: ASCII letters, digits, `_`, `-`; 1 to 256 of them.
#[must_use]
pub fn tag_ok(text: &str) -> bool {
    (1..=256).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

fn metadata(text: &str) -> Result<Box<str>, Refusal> {
    if text.len() > JSON_MAX {
        return Err(refuse("X-Postrider-Metadata", format!("longer than {JSON_MAX} octets")));
    }
    match serde_json::from_str::<Value>(text) {
        Ok(value @ Value::Object(_)) => Ok(value.to_string().into()),
        Ok(_) => Err(refuse("X-Postrider-Metadata", "not a JSON object")),
        Err(error) => Err(refuse("X-Postrider-Metadata", error.to_string())),
    }
}

fn moment(field: &'static str, text: &str) -> Result<At, Refusal> {
    date::parse_rfc3339(text).map_err(|_| refuse(field, "not a time such as 2026-12-01T09:00:00Z"))
}

fn track(text: &str) -> Result<Switches, Refusal> {
    Switches::parse(text).map_err(|why| refuse("X-Postrider-Track", why))
}

fn idempotency_key(text: String) -> Result<String, Refusal> {
    if (1..=IDEMPOTENCY_KEY_MAX).contains(&text.len()) {
        Ok(text)
    } else {
        Err(refuse("X-Postrider-Idempotency-Key", format!("not 1 to {IDEMPOTENCY_KEY_MAX} octets long")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn control(text: &str) -> Result<Control, Refusal> {
        let raw = format!("From: a@b.example\r\n{text}\r\n\r\nbody\r\n");
        read(&Headers::scan(raw.as_bytes()).unwrap())
    }

    #[test]
    fn control_headers_say_what_to_do_with_the_message() {
        let text = "x-postrider-stream: news\r\nX-Postrider-Tags: kind=welcome,\r\n vip\r\n\
                    X-Postrider-Metadata: {\"user\": 7}\r\nX-Postrider-Schedule: 2026-12-01T09:00:00Z\r\n\
                    X-Postrider-Idempotency-Key: order-7\r\nX-Postrider-Track: opens, clicks";
        let got = control(text).unwrap();
        assert_eq!(got.stream.as_deref(), Some("news"));
        assert_eq!(got.options.tags.as_deref(), Some(r#"{"kind":"welcome","vip":"true"}"#));
        assert_eq!(got.options.metadata.as_deref(), Some(r#"{"user":7}"#));
        assert_eq!(got.options.scheduled, date::parse_rfc3339("2026-12-01T09:00:00Z").ok());
        assert_eq!(got.idempotency_key.as_deref(), Some("order-7"));
        assert_eq!(got.options.track, Some(Switches::MARKETING));
        assert_eq!(control("Subject: none").unwrap(), Control::default());
    }

    #[test]
    fn a_control_header_that_cannot_be_understood_refuses_the_message() {
        let tags: Vec<_> = (0..1_000).map(|n| format!("tag{n}")).collect();
        let many = format!("X-Postrider-Tags: {}", tags.join(",\r\n "));
        for wrong in [
            "X-Postrider-Tags: bad value!",
            &many,
            "X-Postrider-Metadata: [1]",
            "X-Postrider-Metadata: {",
            "X-Postrider-Schedule: tomorrow",
            "X-Postrider-Idempotency-Key:",
            "X-Postrider-Track: all",
            "X-Postrider-Stream-Name: typo",
        ] {
            assert!(matches!(control(wrong), Err(Refusal::Option { .. })), "{wrong}");
        }
    }
}
