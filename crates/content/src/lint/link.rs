//! Links: where they lead, and what they say of it.

use std::ops::Range;

use super::finding::{Field, Findings};
use super::rules::Rule;
use super::tag::Tag;
use crate::track::UNSUBSCRIBE;

/// Octets of a link's words that are kept.
const WORDS_MAX_BYTES: usize = 400;

/// Hosts that only hide where a link leads.
const SHORTENERS: &[&str] = &[
    "bit.ly",
    "tinyurl.com",
    "goo.gl",
    "ow.ly",
    "is.gd",
    "buff.ly",
    "rebrand.ly",
    "cutt.ly",
    "rb.gy",
    "t.ly",
    "tiny.cc",
    "shorturl.at",
    "t.co",
    "v.gd",
    "bl.ink",
    "t.cn",
    "dwz.cn",
    "url.cn",
    "encurtador.com.br",
    "acortar.link",
];

/// Ends of names of hosts: a word with another end, such as `Node.js`, is taken for no host.
const ENDS: &[&str] = &[
    "com", "net", "org", "io", "co", "info", "biz", "app", "dev", "shop", "store", "online", "site", "bank",
    "gov", "edu", "eu", "us", "uk", "de", "fr", "es", "it", "nl", "pt", "br", "mx", "ar", "cl", "cn", "hk",
    "tw", "jp", "in", "ru", "ch", "at", "au", "ca", "example",
];

/// What says how to leave, in the four languages of the gallery.
const LEAVING: &[&str] = &[
    "unsubscribe",
    "opt out",
    "opt-out",
    "optout",
    "email preferences",
    "darse de baja",
    "darme de baja",
    "date de baja",
    "cancelar suscripción",
    "cancelar la suscripción",
    "descadastr",
    "cancelar inscrição",
    "cancelar assinatura",
    "sair da lista",
    "退订",
    "取消订阅",
];

/// Whether words or an address are about leaving.
pub(super) fn is_leaving(text: &str) -> bool {
    let text = text.to_lowercase();
    LEAVING.iter().any(|words| text.contains(words))
}

/// What was seen of a mail's links.
#[derive(Default)]
pub(super) struct Links {
    /// One says how to leave.
    pub leaving: bool,
    /// One is to be replaced by the recipient's own page to leave.
    pub placeholder: bool,
}

/// A link that is open.
pub(super) struct Leading {
    /// Of an address on the web.
    host: Option<String>,
    words: String,
}

impl Leading {
    pub(super) fn say(&mut self, words: &str) {
        let room = WORDS_MAX_BYTES.saturating_sub(self.words.len());
        self.words.push_str(&words[..words.floor_char_boundary(room)]);
    }
}

impl Links {
    /// Looks at where a tag leads; a link is open until [`Links::close`].
    pub(super) fn open(&mut self, tag: &Tag, findings: &mut Findings) -> Option<Leading> {
        for name in ["src", "action", "formaction", "background"] {
            if let Some(value) = tag.attribute(name)
                && is_script(&cleaned(value), name != "src")
            {
                findings.add(Rule::ScriptLink, Field::Html, tag.at.clone(), value);
            }
        }
        let href = tag.attribute("href").filter(|_| tag.is(&["a", "area"]))?;
        let href = cleaned(href);
        self.placeholder |= href.eq_ignore_ascii_case(UNSUBSCRIBE);
        self.leaving |= is_leaving(&href);
        // What was not filled in is told of elsewhere.
        let left = ["{{", "{%", "*|"].iter().any(|sign| href.contains(sign));
        if let Some(rule) = judged(&href).filter(|_| !left) {
            findings.add(rule, Field::Html, tag.at.clone(), &href);
        }
        let host = web(&href).map(|rest| host(rest).0.to_ascii_lowercase());
        (tag.name == "a").then(|| Leading { host, words: String::new() })
    }

    pub(super) fn close(&mut self, link: Leading, at: Range<usize>, findings: &mut Findings) {
        let words = link.words.trim();
        self.leaving |= is_leaving(words);
        if words.is_empty() {
            findings.add(Rule::LinkWordless, Field::Html, at, "");
        } else if let (Some(host), Some(shown)) = (link.host, shown_host(words))
            && !same(&shown, &host)
        {
            findings.add(Rule::LinkDeceptive, Field::Html, at, &format!("{shown}, not {host}"));
        }
    }
}

/// As a browser takes it: ends trimmed, tabs and line ends gone (WHATWG URL §4.4).
pub(super) fn cleaned(value: &str) -> String {
    value.trim_matches(|c: char| c <= ' ').chars().filter(|c| !matches!(c, '\t' | '\r' | '\n')).collect()
}

fn scheme(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once(':')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    (scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(plain))
        .then_some((scheme, rest))
}

fn is_script(url: &str, data: bool) -> bool {
    let scheme = scheme(url).map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        Some("javascript" | "vbscript") => true,
        Some("data") => data,
        Some(_) | None => false,
    }
}

/// What follows `http://` or `https://`.
pub(super) fn web(url: &str) -> Option<&str> {
    let (scheme, rest) = scheme(url)?;
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    rest.strip_prefix("//").filter(|_| web)
}

/// The host of what follows `//`, and whether a user name stands before it.
fn host(rest: &str) -> (&str, bool) {
    let authority = &rest[..rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len())];
    let (user, place) = authority.rsplit_once('@').map_or((false, authority), |(_, place)| (true, place));
    let end = if place.starts_with('[') { place.find(']').map(|end| end + 1) } else { place.find(':') };
    (place[..end.unwrap_or(place.len())].trim_end_matches('.'), user)
}

/// What is wrong with an address.
fn judged(url: &str) -> Option<Rule> {
    if url.is_empty() || url == "#" {
        return Some(Rule::LinkEmpty);
    }
    if url.starts_with('#') || url.eq_ignore_ascii_case(UNSUBSCRIBE) {
        return None;
    }
    if is_script(url, true) {
        return Some(Rule::ScriptLink);
    }
    let Some((scheme, _)) = scheme(url) else { return Some(Rule::LinkRelative) };
    let Some(rest) = web(url) else {
        return match scheme.to_ascii_lowercase().as_str() {
            "mailto" | "tel" | "sms" | "webcal" => None,
            "http" | "https" => Some(Rule::LinkBroken),
            "file" => Some(Rule::LinkPrivate),
            // `host:port` or `localhost:3000`: the scheme was forgotten.
            name if name.contains('.') || name == "localhost" => Some(Rule::LinkRelative),
            _ => Some(Rule::LinkScheme),
        };
    };
    let (host, user) = host(rest);
    let address = host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
    let lower = host.to_ascii_lowercase();
    match () {
        () if user => Some(Rule::LinkDeceptive),
        () if is_private(&lower) => Some(Rule::LinkPrivate),
        () if address => Some(Rule::LinkByAddress),
        () if !is_name(&lower) => Some(Rule::LinkBroken),
        () if SHORTENERS.contains(&lower.trim_start_matches("www.")) => Some(Rule::LinkShortener),
        () if scheme.eq_ignore_ascii_case("http") => Some(Rule::LinkInsecure),
        () => None,
    }
}

fn is_name(host: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_' || c == '%')
    };
    host.contains('.') && host.split('.').all(label)
}

/// Whether only one machine or network knows a host.
fn is_private(host: &str) -> bool {
    if let Ok(address) = host.parse::<std::net::Ipv4Addr>() {
        return address.is_loopback()
            || address.is_private()
            || address.is_link_local()
            || address.is_unspecified();
    }
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        let address = address.parse::<std::net::Ipv6Addr>();
        return address.is_ok_and(|ip| {
            ip.is_loopback() || ip.is_unicast_link_local() || ip.is_unique_local() || ip.is_unspecified()
        });
    }
    let ends = [".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test", ".invalid"];
    let plain = !host.contains('.') && host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (!host.is_empty() && plain) || ends.iter().any(|end| host.ends_with(end))
}

/// The host that words show, when they are nothing but an address.
fn shown_host(words: &str) -> Option<String> {
    let word =
        words.trim_matches(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | '.' | ','));
    if word.contains(char::is_whitespace) || word.contains('@') {
        return None;
    }
    let (rest, certain) = match web(word) {
        Some(rest) => (rest, true),
        None => (word, word.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www."))),
    };
    let host = host(rest).0.to_lowercase();
    let known = host.rsplit('.').next().is_some_and(|end| ENDS.contains(&end));
    (is_name(&host) && (certain || known)).then_some(host)
}

/// Whether one host is the other, or lies in it.
fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.trim_start_matches("www."), other.trim_start_matches("www."));
    let within = |inner: &str, outer: &str| {
        inner.strip_suffix(outer).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    within(one, other) || within(other, one)
}
