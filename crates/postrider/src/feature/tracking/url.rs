//! The URLs that a tracked message holds, and what a request says by them.
//!
//! `BASE/t/o/TOKEN` pixel · `BASE/t/c/TOKEN?l=ID&u=URL` click · `BASE/t/u/TOKEN` unsubscribe · `BASE/t/h/TOKEN` trap ·
//! `BASE/t/r/TOKEN` reading time · `BASE/a/TOKEN` a file. A click's token is signed with id and URL.

use super::token::{Bearer, Purpose, Secrets};

/// Octets of a click's query that are read. Reason: `content::track::URL_MAX_BYTES`, each escaped, with an id.
const QUERY_MAX_BYTES: usize = 16 << 10;

/// What a click's query asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    pub id: Option<String>,
    pub url: String,
}

impl Target {
    /// What is signed of it: no id holds a line end, so the two cannot be cut elsewhere.
    fn signed(&self) -> String {
        format!("{}\n{}", self.id.as_deref().unwrap_or_default(), self.url)
    }
}

/// The URL to a purpose that has no target.
#[must_use]
pub fn plain(base: &str, secrets: &Secrets, purpose: Purpose, bearer: Bearer) -> String {
    let path = match purpose {
        Purpose::Open => "t/o",
        Purpose::Click => "t/c",
        Purpose::Unsubscribe => "t/u",
        Purpose::Trap => "t/h",
        Purpose::Reading => "t/r",
        Purpose::File => "a",
        Purpose::Support => "support",
    };
    format!("{base}/{path}/{}", secrets.seal(purpose, bearer, ""))
}

/// The URL that leads through us to `url`; an id that is only the link's number is left out.
#[must_use]
pub fn click(base: &str, secrets: &Secrets, bearer: Bearer, (id, url): (&str, &str)) -> String {
    let id = (id != bearer.link.to_string()).then(|| id.replace(char::is_control, " "));
    let target = Target { id, url: url.to_owned() };
    let token = secrets.seal(Purpose::Click, bearer, &target.signed());
    let mut out = format!("{base}/t/c/{token}?");
    if let Some(id) = &target.id {
        out.push_str("l=");
        escape(&mut out, id);
        out.push('&');
    }
    out.push_str("u=");
    escape(&mut out, url);
    out
}

/// Who followed which link, if we wrote it.
#[must_use]
pub fn clicked(secrets: &Secrets, token: &str, query: &str) -> Option<(Bearer, Target)> {
    if query.len() > QUERY_MAX_BYTES {
        return None;
    }
    let mut target = Target { id: None, url: String::new() };
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some(("l", id)) if target.id.is_none() => target.id = Some(unescaped(id)?),
            Some(("u", url)) if target.url.is_empty() => target.url = unescaped(url)?,
            // Some programs add parameters of their own to every link.
            Some(_) | None => {}
        }
    }
    let bearer = secrets.open(Purpose::Click, token, &target.signed())?;
    Some((bearer, target))
}

/// A URL as a `Location` may hold it: what is not visible ASCII is escaped.
#[must_use]
pub fn location(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for byte in url.bytes() {
        match byte {
            b'!'..=b'~' => out.push(char::from(byte)),
            byte => push_escaped(&mut out, byte),
        }
    }
    out
}

fn escape(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            // RFC 3986 §2.3, and what a query may hold that says nothing to us: shorter, and people can read it.
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b':' => {
                out.push(char::from(byte));
            }
            byte => push_escaped(out, byte),
        }
    }
}

fn push_escaped(out: &mut String, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    out.push('%');
    out.push(char::from(HEX[usize::from(byte >> 4)]));
    out.push(char::from(HEX[usize::from(byte & 15)]));
}

fn unescaped(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                u8::try_from(digit()? << 4 | digit()?).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::access::Class;

    const BASE: &str = "https://t.example";

    fn secrets() -> Secrets {
        Secrets::new(&[(1, vec![1; 32])]).expect("a secret")
    }

    fn bearer(link: u16) -> Bearer {
        Bearer { workspace: 1, delivery: 2, link, class: Class::Marketing }
    }

    fn parts(link: &str) -> (&str, &str) {
        let rest = link.strip_prefix("https://t.example/t/c/").expect("a click");
        rest.split_once('?').expect("a query")
    }

    #[test]
    fn a_click_brings_back_the_url_that_was_written() {
        let cases = [
            ("3", "https://x.example/?a=b&c=%20+d#e", None),
            ("buy now", "http://ü.example/€?\"<>'", Some("buy now")),
            ("a\r\nb", "https://x.example", Some("a  b")),
        ];
        for (id, url, kept) in cases {
            let link = click(BASE, &secrets(), bearer(3), (id, url));
            assert!(link.bytes().all(|byte| byte.is_ascii_graphic()), "{link}");
            let (token, query) = parts(&link);
            let (who, target) = clicked(&secrets(), token, query).expect("ours");
            assert_eq!((who, target.id.as_deref(), target.url.as_str()), (bearer(3), kept, url));
            let more = format!("{query}&utm_source=x");
            assert!(clicked(&secrets(), token, &more).is_some(), "a parameter that a program added");
        }
    }

    #[test]
    fn no_other_url_is_taken() {
        let link = click(BASE, &secrets(), bearer(3), ("a", "https://x.example/1"));
        let (token, query) = parts(&link);
        let evil = [
            "u=https://evil.example",
            "",
            "u=",
            "l=a",
            "l=a%0Ahttps://x.example/1&u=",
            "l=a&u=https://x.example/2",
            "l=a&u=https://x.example/1%00",
            "u=https://evil.example&l=a&u=https://x.example/1",
            "l=b&u=https://x.example/1",
            "l=a&u=https://x.example/%G1",
        ];
        for query in evil {
            assert_eq!(clicked(&secrets(), token, query), None, "{query}");
        }
        let long = format!("{query}&x={}", "y".repeat(QUERY_MAX_BYTES));
        assert_eq!(clicked(&secrets(), token, &long), None);
    }

    #[test]
    fn no_location_can_begin_another_header() {
        assert_eq!(
            location("https://x.example/a b\r\nSet-Cookie: c\u{e9}"),
            "https://x.example/a%20b%0D%0ASet-Cookie:%20c%C3%A9"
        );
    }
}
