//! Cookies: the session's, the visitor's form key, and how a visitor wants pages.
//!
//! Guarantee: what opens something is HttpOnly, and over https Secure and this very host's.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

/// The token of a session.
pub const SESSION: &str = "pr_session";
/// The token of somebody whose password was right and whose second factor is awaited.
pub const AWAITED: &str = "pr_awaited";
/// The token of a sign-in by an issuer that was begun.
pub const OIDC: &str = "pr_oidc";
/// Where to after it: a path of ours, as base64url.
pub const ONWARD: &str = "pr_onward";
/// What the forms of somebody who is not signed in are bound to.
pub const FORM: &str = "pr_form";
pub const LANGUAGE: &str = "pr_language";
pub const THEME: &str = "pr_theme";
/// Characters of a token.
const TOKEN_CHARS: usize = 64;
/// Seconds that a browser keeps a cookie: as long as a session lasts at most.
const KEPT_S: u64 = crate::feature::person::SESSION_MAX.as_secs();

/// A cookie's value.
#[must_use]
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(key, _)| *key == name).map(|(_, value)| value).next()
}

/// What a cookie is called that opens something: from a name that begins so a browser takes it only over https, from this very
/// host, so that no neighbouring host can put another in its place.
fn of_host(name: &str) -> String {
    format!("__Host-{name}")
}

/// Whether a cookie opens something.
fn opens(name: &str) -> bool {
    [SESSION, AWAITED, OIDC, FORM].contains(&name)
}

/// A cookie's value if it can be a token. Where it is certain that the browser came over https, only that of [`of_host`] is one.
#[must_use]
pub fn token(headers: &HeaderMap, certain: bool, name: &str) -> Option<String> {
    let own = cookie(headers, &of_host(name));
    let value = if certain { own } else { own.or_else(|| cookie(headers, name)) };
    value.filter(|value| is_token(value)).map(str::to_owned)
}

/// Whether a text can be a token.
#[must_use]
pub fn is_token(text: &str) -> bool {
    text.len() == TOKEN_CHARS && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Sets a cookie for as long as a session lasts.
pub fn set(response: &mut Response, secure: bool, pair: (&str, &str)) {
    set_for(response, secure, pair, KEPT_S);
}

/// Sets a cookie for so many seconds.
pub fn set_for(response: &mut Response, secure: bool, (name, value): (&str, &str), seconds: u64) {
    let name = if secure && opens(name) { of_host(name) } else { name.to_owned() };
    append(response, format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax"), secure);
}

/// Takes a cookie back, under both names that it may have.
pub fn forget(response: &mut Response, secure: bool, name: &str) {
    if secure && opens(name) {
        let own = of_host(name);
        append(response, format!("{own}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"), secure);
    }
    append(response, format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"), secure);
}

fn append(response: &mut Response, mut text: String, secure: bool) {
    if secure {
        text.push_str("; Secure");
    }
    if let Ok(value) = HeaderValue::try_from(text) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_https_only_this_very_hosts_cookie_is_one() {
        let (own, other) = ("a".repeat(64), "b".repeat(64));
        let (of_host, plain) = (format!("__Host-{SESSION}={own}"), format!("{SESSION}={other}"));
        for (cookies, certain, wanted) in [
            (plain.clone(), false, Some(&other)),
            (plain.clone(), true, None),
            (of_host.clone(), false, Some(&own)),
            (format!("{plain}; {of_host}"), false, Some(&own)),
            (format!("{plain}; {of_host}"), true, Some(&own)),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, cookies.parse().expect("a value"));
            assert_eq!(token(&headers, certain, SESSION).as_ref(), wanted, "{cookies} {certain}");
        }
    }
}
