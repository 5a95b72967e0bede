//! Links of plain text: what begins with `http://` or `https://`, as far as mail programs make a link of it.

use std::cell::Cell;

use super::{Changes, LINKS_MAX, Link, UNSUBSCRIBE, is_web};

/// What ends a URL in a text.
const ENDS: [char; 5] = ['<', '>', '"', '`', '|'];
/// What is taken for the sentence's, not the URL's, when it stands at the end.
const TRAILING: [char; 10] = ['.', ',', ';', ':', '!', '?', '\'', ')', ']', '}'];

/// The text with its links changed, numbered from `first`; and how many there were. Where links of texts stay, only the page to
/// unsubscribe is put in.
#[must_use]
pub fn rewrite_text(text: &str, first: usize, changes: &Changes<'_>) -> (String, usize) {
    let number = Cell::new(first);
    let mut out = String::with_capacity(text.len() + text.len() / 2);
    let mut rest = text;
    while let Some(start) = next_start(rest) {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        let url = url_at(from);
        rest = &from[url.len()..];
        // Letters before it make it part of another word, as in `xhttp://`.
        let stands_alone = !before.ends_with(|c: char| c.is_alphanumeric());
        match stands_alone.then(|| replacement(url, &number, changes)).flatten() {
            Some(new) => out.push_str(&new),
            None => out.push_str(url),
        }
    }
    out.push_str(rest);
    (out, number.get() - first)
}

fn replacement(url: &str, number: &Cell<usize>, changes: &Changes<'_>) -> Option<String> {
    if url == UNSUBSCRIBE {
        return changes.unsubscribe.map(str::to_owned);
    }
    if !changes.text || number.get() >= LINKS_MAX || !is_web(url) {
        return None;
    }
    let place = number.replace(number.get() + 1);
    let link = Link {
        number: u16::try_from(place).ok()?,
        id: place.to_string(),
        url: url.to_owned(),
        label: String::new(),
    };
    (changes.link)(&link)
}

/// Where the next word begins that may be a link.
fn next_start(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b':', bytes).find_map(|colon| {
        let begins = |scheme: &str| {
            colon
                .checked_sub(scheme.len())
                .filter(|at| bytes[*at..colon].eq_ignore_ascii_case(scheme.as_bytes()))
        };
        if bytes[colon..].starts_with(b"://") {
            return begins("https").or_else(|| begins("http"));
        }
        begins("postrider").filter(|at| bytes[*at..].starts_with(UNSUBSCRIBE.as_bytes()))
    })
}

/// The URL at the start of `text`; at least one character.
fn url_at(text: &str) -> &str {
    if text.starts_with(UNSUBSCRIBE) {
        return &text[..UNSUBSCRIBE.len()];
    }
    let end =
        text.find(|c: char| c.is_whitespace() || c.is_control() || ENDS.contains(&c)).unwrap_or(text.len());
    let mut url = &text[..end];
    while let Some(shorter) = url.strip_suffix(TRAILING) {
        // A bracket that the URL itself opened belongs to it.
        let closes_own = url.ends_with(')') && url.matches('(').count() >= url.matches(')').count();
        if closes_own || shorter.len() < "http://".len() {
            break;
        }
        url = shorter;
    }
    url
}
