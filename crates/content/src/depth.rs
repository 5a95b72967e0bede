//! How deep elements stand within each other, and how many there are, before a reader goes down by calling itself.
//!
//! Guarantees
//! 1. One pass. What is counted is never less than what a reader of HTML or MJML nests, but for the few elements that HTML
//!    adds by itself: only an end that surely ends something counts as one.
//! 2. What such readers could take differently, as a comment that ends twice, is refused.

use crate::source::BodyKind;

/// Elements within elements. Reason: the readers of MJML and HTML go down by calling themselves.
pub(crate) const DEPTH_MAX: usize = 200;
/// Elements in `<title>` or `<style>`, which hold none. Reason: within `<svg>` they are read as elements.
const WITHIN_TEXT_MAX: usize = 20;

/// Elements whose content is text in HTML.
const TEXT_ONLY: [&str; 8] = ["style", "script", "title", "textarea", "xmp", "iframe", "noembed", "noframes"];
const VOID: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];
/// Elements that end with what they stand in (HTML §13.1.2.4), or where the next of their kind begins.
const ENDS_BY_ITSELF: [&str; 12] =
    ["p", "li", "td", "th", "tr", "tbody", "thead", "tfoot", "dt", "dd", "option", "caption"];

/// The elements of a document, or where one stands too deep.
pub(crate) fn elements(markup: &str, kind: BodyKind) -> Result<usize, usize> {
    let mut walk = Walk { markup, kind, open: Vec::new(), count: 0 };
    let mut at = 0;
    while let Some(found) = markup[at..].find('<') {
        let start = at + found;
        at = walk.one(start).ok_or(start)?;
        if walk.open.len() > DEPTH_MAX {
            return Err(start);
        }
    }
    Ok(walk.count)
}

struct Walk<'m> {
    markup: &'m str,
    kind: BodyKind,
    /// Names of the elements that are open.
    open: Vec<&'m str>,
    count: usize,
}

impl<'m> Walk<'m> {
    /// Takes in what begins with a `<`; gives where it ends, none when that is in doubt.
    fn one(&mut self, start: usize) -> Option<usize> {
        let rest = &self.markup[start + 1..];
        match rest.bytes().next() {
            Some(b'!' | b'?') => self.aside(start),
            Some(b'/') if rest[1..].starts_with(|c: char| c.is_ascii_alphabetic()) => {
                let (name, end, _) = tag(self.markup, start + 2);
                self.close(name);
                Some(end)
            }
            Some(byte) if byte.is_ascii_alphabetic() => {
                let (name, end, closed) = tag(self.markup, start + 1);
                self.count += 1;
                self.open(name, closed);
                let text = self.kind == BodyKind::Html && is_one_of(&TEXT_ONLY, name);
                if text { self.text_of(name, end) } else { Some(end) }
            }
            _ => Some(start + 1),
        }
    }

    /// Comments, and what is treated as one.
    fn aside(&self, start: usize) -> Option<usize> {
        let rest = &self.markup[start..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            let Some(end) = comment.find("-->") else { return Some(self.markup.len()) };
            // HTML ends it there already.
            let twice = comment.starts_with(['>', '-']) && !comment.starts_with("--")
                || comment[..end].contains("--!>");
            return (!twice).then_some(start + 4 + end + 3);
        }
        let end = rest.find('>').unwrap_or(rest.len() - 1);
        let doubtful = rest.starts_with("<![CDATA[")
            || self.kind == BodyKind::Mjml && (rest.starts_with("<?") || rest[..end].contains('['));
        (!doubtful).then_some(start + end + 1)
    }

    fn open(&mut self, name: &'m str, closed: bool) {
        let ended = match self.kind {
            BodyKind::Mjml => closed || is_one_of(&VOID, name),
            BodyKind::Html => is_one_of(&VOID, name),
        };
        let again = self.open.last().is_some_and(|last| last.eq_ignore_ascii_case(name));
        let replaces = again && self.kind == BodyKind::Html && is_one_of(&ENDS_BY_ITSELF, name);
        if !ended && !replaces {
            self.open.push(name);
        }
    }

    /// Ends the innermost element, if it has this name, or those that end with it.
    fn close(&mut self, name: &str) {
        let ends = |open: &&&str| self.kind == BodyKind::Html && is_one_of(&ENDS_BY_ITSELF, open);
        let is_it = |open: &&str| open.eq_ignore_ascii_case(name);
        let passed = self.open.iter().rev().take_while(|open| !is_it(open) && ends(open)).count();
        let place = self.open.len().checked_sub(passed + 1);
        if let Some(place) = place.filter(|place| is_it(&self.open[*place])) {
            self.open.truncate(place);
        }
    }

    /// Where the text within an element ends.
    fn text_of(&self, name: &str, from: usize) -> Option<usize> {
        let rest = &self.markup[from..];
        let mut within = 0;
        for (at, _) in rest.match_indices('<') {
            let after = &rest[at + 1..];
            let ends = after.strip_prefix('/').and_then(|end| end.get(..name.len()));
            if ends.is_some_and(|end| end.eq_ignore_ascii_case(name)) {
                return Some(from + at);
            }
            within += usize::from(after.starts_with(|c: char| c.is_ascii_alphabetic()));
            if within > WITHIN_TEXT_MAX {
                return None;
            }
        }
        Some(self.markup.len())
    }
}

fn is_one_of(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The name of the tag whose name begins at `from`, where the tag ends, and whether it ends with `/>` (HTML §13.2.5).
fn tag(markup: &str, from: usize) -> (&str, usize, bool) {
    let bytes = markup.as_bytes();
    let until = |mut at: usize, stop: &dyn Fn(u8) -> bool| {
        while at < bytes.len() && !stop(bytes[at]) {
            at += 1;
        }
        at
    };
    let space = |byte: u8| byte.is_ascii_whitespace();
    let mut at = until(from, &|byte| space(byte) || matches!(byte, b'/' | b'>'));
    let name = &markup[from..at];
    loop {
        at = until(at, &|byte| !space(byte) && byte != b'/');
        match bytes.get(at) {
            None => return (name, markup.len(), false),
            Some(b'>') => return (name, at + 1, bytes[at - 1] == b'/'),
            Some(_) => {}
        }
        // An attribute's name may begin with what ends others.
        at = until(at + 1, &|byte| space(byte) || matches!(byte, b'/' | b'>' | b'='));
        let value = until(at, &|byte| !space(byte));
        if bytes.get(value) != Some(&b'=') {
            continue;
        }
        at = until(value + 1, &|byte| !space(byte));
        at = match bytes.get(at) {
            Some(quote @ (b'"' | b'\'')) => until(at + 1, &|byte| byte == *quote) + 1,
            _ => {
                let end = until(at, &|byte| space(byte) || byte == b'>');
                if bytes.get(end) == Some(&b'>') {
                    return (name, end + 1, false);
                }
                end
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_mail_is_made_of_is_not_deep() {
        let cases = [
            ("<table><tr><td><p>a<p>b<br><img src=x>c</table>", 7),
            ("<ul><li>a<li>b</ul><DIV></div>", 4),
            (
                "<!--[if mso]><table><tr><td><![endif]--><div></div><!--[if mso]></td></tr></table><![endif]-->",
                1,
            ),
            ("<!--[if !mso]><!--><b>x</b><!--<![endif]--><![if !mso]><i></i><![endif]>", 2),
            ("<style>a > b { c: '<' }</style><title>1 < 2</title><a title='</a>' b=c>x</a>", 3),
            ("<!doctype html><html><body>x < y <3 </>", 2),
            ("<a b", 1),
            ("<!-- no end <b>", 0),
        ];
        for (markup, count) in cases {
            let many = markup.repeat(300);
            assert_eq!(elements(markup, BodyKind::Html), Ok(count), "{markup}");
            assert!(
                !markup.ends_with('>')
                    || elements(&many, BodyKind::Html).is_ok()
                    || markup.contains("<html>"),
                "{markup}"
            );
        }
        let mjml = "<mj-section><mj-column><mj-text a='/>'><b>x</b><br></mj-text><mj-image /></mj-column></mj-section>";
        assert_eq!(elements(&mjml.repeat(300), BodyKind::Mjml), Ok(6 * 300));
    }

    #[test]
    fn no_disguise_hides_how_deep_something_is() {
        let units = [
            "<div>",
            "<div/>",
            "<div></x>",
            "<div></ div>",
            "<div><!--</div>-->",
            "<div><!--></div>-->",
            "<div><!-- --!></div>-->",
            "<div a='</div>'>",
            "<div a='</div>' \">",
            "<div \"><div \">",
            "<div a=\"></div>\">",
            "<div a=/>",
            "<b><div></b>",
            "<div><![CDATA[</div>]]>",
            "<div><title></div></title>",
            "<div><textarea></div></textarea>",
            "<svg><style><g></style>",
        ];
        for unit in units {
            assert!(elements(&unit.repeat(1_000), BodyKind::Html).is_err(), "{unit}");
        }
        for unit in [
            "<b>",
            "<b><!--</b>-->",
            "<b t='</b>'>",
            "<b><?</b>?>",
            "<b><![CDATA[</b>]]>",
            "<b a=/>",
            "<p>",
            "<style><b>",
        ] {
            assert!(elements(&unit.repeat(1_000), BodyKind::Mjml).is_err(), "{unit}");
        }
        assert!(elements(&format!("<svg><style>{}", "<g>".repeat(100)), BodyKind::Html).is_err());
        for unit in ["<", "<!--", "<a b='", "</", "<![", "é<é"] {
            assert!(elements(&unit.repeat(100_000), BodyKind::Html).is_ok(), "{unit}");
        }
    }
}
