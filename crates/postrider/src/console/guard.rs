//! That a change comes from our own page: where the request comes from, and the token in its form.
//!
//! Guarantees
//! 1. A POST from another site's page is refused before any handler hears of it, whatever it carries.
//! 2. A form is read only with the token of its session (or, for visitors, of their form cookie): [`Posted`], and [`Uploaded`] for
//!    one with a file, are the ways to a form, and [`super::screen::Screen::form`] takes no handler without it.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use console::Hidden;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::refusal::Refused;
use super::screen::Authority;
use super::visit::Visit;
use crate::feature::access::digest_of;
use crate::http::error::Name;
use crate::http::multipart::{self, Part};
use crate::http::{Api, json};
use crate::settings::BaseUrl;

/// Octets of a form at most. Reason: what people type; files come another way.
const FORM_OCTETS_MAX: usize = 256 * 1024;

/// Whether a request was sent by a page of this very origin, as the browser tells. A program that tells neither is none of
/// ours. `console` is where browsers reach us, if that is set: a proxy may have changed the Host that they asked for.
#[must_use]
pub fn same_origin(headers: &HeaderMap, console: Option<&BaseUrl>) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let Some(origin) = text("origin") else { return false };
    let as_asked = match (origin.split_once("://"), text(header::HOST.as_str())) {
        (Some((_, origin)), Some(host)) => origin.eq_ignore_ascii_case(host),
        (None, _) | (_, None) => false,
    };
    as_asked || console.is_some_and(|console| origin.eq_ignore_ascii_case(console.origin()))
}

/// The token that belongs to a session's or a visitor's secret.
#[must_use]
pub fn hidden(secret: &str) -> Hidden {
    Hidden(digest_of(&format!("form\n{secret}")).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A form that is ours, of so many octets at most.
pub struct Posted<T, const OCTETS_MAX: usize = FORM_OCTETS_MAX>(pub T);

/// A form with nothing but its token.
#[derive(Deserialize)]
pub struct Nothing {}

impl<T: DeserializeOwned, const OCTETS_MAX: usize> FromRequest<Api> for Posted<T, OCTETS_MAX> {
    type Rejection = Refused;

    async fn from_request(request: Request, api: &Api) -> Result<Posted<T, OCTETS_MAX>, Refused> {
        let visit = Visit::of_request(&request)?;
        let octets = received(request, api, (&visit, OCTETS_MAX)).await?.ok_or(Refused::Forged)?;
        let fields = form_fields(&octets);
        let given = fields.iter().find(|(name, _)| name == Hidden::NAME).map_or("", |(_, value)| value);
        ours(&visit, given.as_bytes())?;
        read(fields).map(Posted)
    }
}

/// A file that somebody chose.
pub enum Upload {
    File {
        name: String,
        content: Bytes,
    },
    /// None was chosen.
    Nothing,
    /// The form was not read: nothing is known of it but that.
    TooLarge,
}

/// A form of ours with a file in its field `file`, of so many octets at most.
pub struct Uploaded<const OCTETS_MAX: usize>(pub Upload);

impl<const OCTETS_MAX: usize> FromRequest<Api> for Uploaded<OCTETS_MAX> {
    type Rejection = Refused;

    async fn from_request(request: Request, api: &Api) -> Result<Uploaded<OCTETS_MAX>, Refused> {
        let visit = Visit::of_request(&request)?;
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let kind = kind.unwrap_or_default().to_owned();
        let Some(octets) = received(request, api, (&visit, OCTETS_MAX)).await? else {
            return Ok(Uploaded(Upload::TooLarge));
        };
        let parts = multipart::parts(&kind, &octets).ok_or(Refused::Forged)?;
        let named = |name: &str| parts.iter().find(|part| part.name == name);
        ours(&visit, named(Hidden::NAME).map_or(&[], |part| &part.content))?;
        Ok(Uploaded(match named("file") {
            Some(Part { filename: Some(name), content, .. }) if !content.is_empty() => {
                Upload::File { name: name.clone(), content: content.clone() }
            }
            _ => Upload::Nothing,
        }))
    }
}

/// A form's octets, from somebody who still is who they were when it began to come; none of one that is too long.
async fn received(
    request: Request,
    api: &Api,
    (visit, max): (&Visit, usize),
) -> Result<Option<Bytes>, Refused> {
    let authority = request.extensions().get::<Authority>().copied();
    let octets = match json::octets(request, api, max).await {
        Ok(octets) => octets,
        Err(error) if error.name == Name::PayloadTooLarge => return Ok(None),
        Err(error) if error.is_unavailable() => return Err(Refused::Busy),
        Err(_) => return Err(Refused::Forged),
    };
    if let Some(authority) = authority
        && !authority.stands(&api.app, visit).await?
    {
        return Err(Refused::SignIn { next: "/".to_owned() });
    }
    Ok(Some(octets))
}

/// Whether a form has the token of this visitor.
fn ours(visit: &Visit, given: &[u8]) -> Result<(), Refused> {
    verify_slices_are_equal(given, visit.hidden().0.as_bytes()).map_err(|_| Refused::Forged)
}

/// Name and value of each field.
fn form_fields(octets: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(octets).into_owned().collect()
}

/// The field that a form has once for each row that was chosen; any other counts once.
const CHOSEN: &str = "chosen";

/// The fields as a type; what a form of ours does not have is not one of ours.
fn read<T: DeserializeOwned>(fields: Vec<(String, String)>) -> Result<T, Refused> {
    // Nobody types one, and PostgreSQL stores none.
    if fields.iter().any(|(_, value)| value.contains('\0')) {
        return Err(Refused::Forged);
    }
    let (chosen, fields): (Vec<_>, Vec<_>) = fields.into_iter().partition(|(name, _)| name == CHOSEN);
    let mut object: serde_json::Map<String, serde_json::Value> =
        fields.into_iter().map(|(name, value)| (name, value.into())).collect();
    if !chosen.is_empty() {
        object.insert(CHOSEN.to_owned(), chosen.into_iter().map(|(_, value)| value).collect());
    }
    serde_json::from_value(object.into()).map_err(|_| Refused::Forged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Written;

    #[test]
    fn a_form_may_be_as_long_as_people_write() {
        let long = "ñ".repeat(40_000);
        let octets = form_urlencoded::Serializer::new(String::new()).append_pair("html", &long).finish();
        assert!(octets.len() < FORM_OCTETS_MAX);
        assert_eq!(form_fields(octets.as_bytes()), [("html".to_owned(), long)]);
        assert_eq!(form_fields(b"a=1+2%263&b"), [("a".into(), "1 2&3".into()), ("b".into(), String::new())]);
    }

    #[test]
    fn only_our_own_pages_may_change_something() {
        let table: [(&[(&str, &str)], bool); 9] = [
            (&[("sec-fetch-site", "same-origin")], true),
            (
                &[("sec-fetch-site", "same-site"), ("origin", "https://m.example"), ("host", "m.example")],
                false,
            ),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("origin", "https://m.example:8025"), ("host", "m.example:8025")], true),
            (&[("origin", "https://m.example"), ("host", "m.example:8025")], false),
            (&[("origin", "null"), ("host", "m.example")], false),
            (&[("host", "m.example")], false),
            (&[], false),
        ];
        for (given, wanted) in table {
            let mut headers = HeaderMap::new();
            for (name, value) in given {
                headers.insert(axum::http::HeaderName::from_static(name), value.parse().expect("a value"));
            }
            assert_eq!(same_origin(&headers, None), wanted, "{given:?}");
        }
    }

    #[test]
    fn behind_a_proxy_the_address_that_is_set_counts_too() {
        let mut written = Written::new();
        written.preset("console.url", "https://mail.example/console");
        let settings = written.settings().unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let console = settings.console.url.as_ref();
        for (origin, wanted) in [
            ("https://mail.example", true),
            ("http://127.0.0.1:8025", true),
            ("http://mail.example", false),
            ("https://mail.example.evil.example", false),
            ("null", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("host", "127.0.0.1:8025".parse().expect("a value"));
            headers.insert("origin", origin.parse().expect("a value"));
            assert_eq!(same_origin(&headers, console), wanted, "{origin}");
            headers.insert("sec-fetch-site", "cross-site".parse().expect("a value"));
            assert!(!same_origin(&headers, console), "{origin}");
        }
    }
}
