//! The links of a message, and what tracking puts in their place.
//!
//! Guarantees
//! 1. A link is numbered by its place in the document: the same message gives the same numbers at every attempt.
//! 2. Rewriting changes the links it was told to change, adds what it was told to add before `</body>`, and nothing else: every
//!    other octet of the message stays, decoded parts keep their charset, and each part its transfer encoding unless a line
//!    became too long for it.
//! 3. What is signed, encrypted, attached or cannot be read with certainty is left as it is: mail goes out untracked sooner than
//!    broken.
//! 4. Time and memory are linear in the message; nesting, parts and links are bounded.
//!
//! Not here: what the new URLs say (tokens), whether a message is tracked.

mod charset;
mod field;
mod html;
mod message;
pub(crate) mod mime;
mod name;
#[cfg(test)]
mod tests;
mod text;
pub(crate) mod transfer;

pub use html::{HtmlError, links, rewrite_html};
pub use message::rewrite_message;
pub use text::rewrite_text;

/// Links of a message that are rewritten; those beyond stay as they are. Reason: a link's number has 16 bits in a token, and no
/// mail for people has so many.
pub const LINKS_MAX: usize = 2_000;
/// Octets of a URL that is rewritten. Reason: it travels inside another one, and servers refuse long request lines.
pub const URL_MAX_BYTES: usize = 4_096;
/// Octets of a link's id and label; the rest is cut.
pub const LABEL_MAX_BYTES: usize = 100;

/// In `href`, or in a plain text, stands for the recipient's own page to unsubscribe.
pub const UNSUBSCRIBE: &str = "postrider:unsubscribe";

/// A link that leads to the web.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// From 0, in the order of the document.
    pub number: u16,
    /// `data-track-id`, else `id`, else the number.
    pub id: String,
    /// Absolute, `http` or `https`, character references resolved.
    pub url: String,
    /// The text between the tags, else an image's `alt`. Only [`links`] fills it.
    pub label: String,
}

/// What to change.
pub struct Changes<'a> {
    /// The URL to put in a link's place; `None` leaves the link.
    pub link: &'a dyn Fn(&Link) -> Option<String>,
    /// What replaces [`UNSUBSCRIBE`]; `None` leaves it.
    pub unsubscribe: Option<&'a str>,
    /// HTML to add at the end of the first HTML part: see [`pixel`] and [`honeypot`].
    pub closing: &'a str,
    /// Whether links of `text/plain` parts are changed too.
    pub text: bool,
}

/// An image that nobody sees.
#[must_use]
pub fn pixel(url: &str) -> String {
    format!(
        r#"<img src="{}" alt="" width="1" height="1" border="0" style="display:block;width:1px;height:1px;border:0">"#,
        attribute(url)
    )
}

/// A link that no person can see or reach: who follows it is a program.
#[must_use]
pub fn honeypot(url: &str) -> String {
    format!(r#"<a href="{}" style="display:none" tabindex="-1" aria-hidden="true"></a>"#, attribute(url))
}

/// A text as the value of a double-quoted attribute.
fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Whether a URL may be rewritten: `http` or `https`, with a host, not too long, without control characters (a NUL fits in no
/// text of a database, and in no `Location`).
fn is_web(url: &str) -> bool {
    let rest = ["https://", "http://"].iter().find_map(|scheme| {
        let head = url.get(..scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then(|| &url[scheme.len()..])
    });
    rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '['))
        && url.len() <= URL_MAX_BYTES
        && !url.contains(char::is_control)
}

/// At most `max` octets of `text`, cut between characters.
fn cut(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}
