//! Links of an HTML body.
//!
//! Not here: charsets whose octets below 128 are not ASCII (`charset` turns them into UTF-8 first).

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use encoding_rs::Encoding;
use lol_html::html_content::{ContentType, Element};
use lol_html::{
    AsciiCompatibleEncoding, HtmlRewriter, MemorySettings, Settings, element, end, end_tag, text,
};

use super::{Changes, LABEL_MAX_BYTES, LINKS_MAX, Link, UNSUBSCRIBE, attribute, cut, is_web};

/// What the parser may hold at once. Reason: one tag can be as long as the message; a tag beyond this is no mail for people.
const MEMORY_MAX: usize = 4 << 20;
/// Octets of a character reference, `&` and `;` included.
const REFERENCE_MAX: usize = 12;
/// The elements whose `href` somebody may follow.
const LINKING: &str = "a[href], area[href]";

/// Why an HTML body cannot be rewritten.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum HtmlError {
    #[error("the HTML cannot be parsed within its bounds")]
    Unparsable,
}

/// The links of an HTML document that tracking would rewrite, with their labels.
///
/// # Errors
/// `Unparsable`, when the parser gave up.
pub fn links(html: &str) -> Result<Vec<Link>, HtmlError> {
    let found: Rc<RefCell<Vec<Link>>> = Rc::default();
    // The link that is open, if one is.
    let open: Rc<Cell<Option<usize>>> = Rc::default();
    let label = |words: &str| {
        let mut found = found.borrow_mut();
        if let Some(link) =
            open.get().and_then(|at| found.get_mut(at)).filter(|link| link.label.len() < LABEL_MAX_BYTES)
        {
            link.label.push_str(cut(words, LABEL_MAX_BYTES));
        }
    };
    let handlers = Settings::new()
        .append_element_content_handler(element!(LINKING, |element| {
            let number = found.borrow().len();
            let Some(link) = link_of(element, number) else { return Ok(()) };
            found.borrow_mut().push(link);
            open.set(Some(number));
            let open = open.clone();
            // An area has no end tag.
            if element.can_have_content() {
                element.on_end_tag(end_tag!(move |_| {
                    open.set(None);
                    Ok(())
                }))?;
            }
            Ok(())
        }))
        .append_element_content_handler(element!("a img[alt]", |image| {
            label(&image.get_attribute("alt").unwrap_or_default());
            Ok(())
        }))
        .append_element_content_handler(text!("a", |chunk| {
            label(chunk.as_str());
            Ok(())
        }));
    run(handlers, html.as_bytes(), encoding_rs::UTF_8)?;
    let mut links = found.take();
    for link in &mut links {
        let words: Vec<_> = link.label.split_whitespace().collect();
        link.label = cut(&resolved(&words.join(" ")), LABEL_MAX_BYTES).to_owned();
    }
    Ok(links)
}

/// The document with its links changed, numbered from `first`; and how many links there were.
///
/// # Errors
/// `Unparsable`: the document should go out as it is.
pub fn rewrite_html(html: &str, first: usize, changes: &Changes<'_>) -> Result<(String, usize), HtmlError> {
    let (octets, count) = rewrite(html.as_bytes(), encoding_rs::UTF_8, first, changes)?;
    String::from_utf8(octets).map(|text| (text, count)).map_err(|_| HtmlError::Unparsable)
}

/// As [`rewrite_html`], of octets in an encoding in which ASCII is ASCII; octets that are none of its characters stay.
pub(super) fn rewrite(
    html: &[u8],
    encoding: &'static Encoding,
    first: usize,
    changes: &Changes<'_>,
) -> Result<(Vec<u8>, usize), HtmlError> {
    let number = Cell::new(first);
    let closed = Rc::new(Cell::new(changes.closing.is_empty()));
    let at_end = closed.clone();
    let handlers = Settings::new()
        .append_element_content_handler(element!(LINKING, |element| {
            if let Some(page) = changes.unsubscribe.filter(|_| asks_to_unsubscribe(element)) {
                element.set_attribute("href", &attribute(page))?;
            }
            let Some(link) = link_of(element, number.get()) else { return Ok(()) };
            number.set(number.get() + 1);
            if let Some(url) = (changes.link)(&link) {
                element.set_attribute("href", &attribute(&url))?;
            }
            Ok(())
        }))
        .append_element_content_handler(element!("body", |body| {
            let (closing, closed) = (changes.closing.to_owned(), closed.clone());
            body.on_end_tag(end_tag!(move |tag| {
                if !closed.replace(true) {
                    tag.before(&closing, ContentType::Html);
                }
                Ok(())
            }))
        }))
        .append_document_content_handler(end!(|end| {
            if !at_end.get() {
                end.append(changes.closing, ContentType::Html);
            }
            Ok(())
        }));
    let out = run(handlers, html, encoding)?;
    Ok((out, number.get() - first))
}

fn run(settings: Settings<'_, '_>, html: &[u8], encoding: &'static Encoding) -> Result<Vec<u8>, HtmlError> {
    let encoding = AsciiCompatibleEncoding::new(encoding).ok_or(HtmlError::Unparsable)?;
    let memory = MemorySettings::new().with_max_allowed_memory_usage(MEMORY_MAX);
    // Strictness refuses documents that browsers read; mail has many.
    let settings = settings.with_encoding(encoding).with_memory_settings(memory).with_strict(false);
    let mut out = Vec::with_capacity(html.len() + html.len() / 2 + 1_024);
    let mut rewriter = HtmlRewriter::new(settings, |piece: &[u8]| out.extend_from_slice(piece));
    rewriter.write(html).and_then(|()| rewriter.end()).map_err(|_| HtmlError::Unparsable)?;
    Ok(out)
}

/// The link that an element is, if it leads to the web and its author did not take it out.
fn link_of(element: &Element<'_, '_>, number: usize) -> Option<Link> {
    if number >= LINKS_MAX
        || element.get_attribute("data-track").is_some_and(|value| value.eq_ignore_ascii_case("off"))
    {
        return None;
    }
    let url = address(element)?;
    if !is_web(&url) {
        return None;
    }
    let named = ["data-track-id", "id"]
        .iter()
        .find_map(|name| element.get_attribute(name).filter(|id| !id.trim().is_empty()));
    let id = named.map_or_else(
        || number.to_string(),
        |id| cut(resolved(id.trim()).as_ref(), LABEL_MAX_BYTES).to_owned(),
    );
    Some(Link { number: u16::try_from(number).ok()?, id, url, label: String::new() })
}

fn asks_to_unsubscribe(element: &Element<'_, '_>) -> bool {
    address(element).is_some_and(|url| url.eq_ignore_ascii_case(UNSUBSCRIBE))
}

/// The `href` as a browser takes it: references resolved, ends trimmed, tabs and line ends gone (WHATWG URL §4.4).
fn address(element: &Element<'_, '_>) -> Option<String> {
    let value = element.get_attribute("href")?;
    let value = resolved(&value);
    let value = value.trim_matches(|c: char| c <= ' ');
    Some(value.chars().filter(|c| !matches!(c, '\t' | '\r' | '\n')).collect())
}

/// A text with its character references resolved: those by number, and the five that a URL needs. Others stand in no URL.
fn resolved(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.bytes().take(REFERENCE_MAX).position(|byte| byte == b';');
        match end.and_then(|end| Some((reference(&rest[1..end])?, end))) {
            Some((character, end)) => {
                out.push(character);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn reference(name: &str) -> Option<char> {
    let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let digits = name.strip_prefix('#')?;
            match digits.strip_prefix(['x', 'X']) {
                Some(digits) => number(digits, 16),
                None => number(digits, 10),
            }
        }
    }
}
