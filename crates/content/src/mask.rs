//! Hides a template's expressions from the readers of MJML, HTML and CSS, and brings them back.
//!
//! Guarantee: what was hidden is there again afterwards, as it was, or a problem says which one was lost.

use crate::problem::Problem;
use crate::tags::{Kind, pieces};

/// Elements whose content is text and nothing else.
const TEXT_ONLY: [&str; 7] = ["style", "title", "textarea", "script", "mj-style", "mj-title", "mj-preview"];

/// A text without expressions, and what they were.
pub(crate) struct Masked<'a> {
    pub text: String,
    hidden: Vec<(&'a str, usize)>,
    /// Where each sign's stand-in ends in the text, and where what it hides ends in the source.
    ends: Vec<(usize, usize)>,
    prefix: String,
}

/// What surrounds an expression in markup.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Around {
    Content,
    /// Between the name of a tag and its end, outside of values.
    Tag,
    Value(u8),
    Comment,
    TextOnly(&'static str),
}

pub(crate) const BARE: &str = "an expression in a tag must stand within an attribute's value, in quotes";

/// The first expression that stands in a tag without quotes around it: there a value's space would begin another attribute.
pub(crate) fn bare_expression(source: &str) -> Option<usize> {
    let mut scan = Scan { around: Around::Content, tag: String::new(), closes: false, in_bare_table: false };
    pieces(source).unwrap_or_default().into_iter().find_map(|piece| {
        if piece.kind == Kind::Text {
            scan.through(piece.whole);
        }
        (scan.around == Around::Tag && piece.kind == Kind::Expression).then_some(piece.offset)
    })
}

/// Hides every expression and statement.
///
/// `problem` is told the offset of one that stands where none can.
pub(crate) fn mask<'a>(source: &'a str, mut problem: impl FnMut(usize, &str)) -> Masked<'a> {
    let mut masked = Masked {
        text: String::with_capacity(source.len()),
        hidden: Vec::new(),
        ends: Vec::new(),
        prefix: prefix(source),
    };
    let mut scan = Scan { around: Around::Content, tag: String::new(), closes: false, in_bare_table: false };
    for piece in pieces(source).unwrap_or_default() {
        if piece.kind == Kind::Text {
            scan.through(piece.whole);
            masked.text.push_str(piece.whole);
            continue;
        }
        let sign = format!("{}{}x", masked.prefix, masked.hidden.len());
        match scan.around {
            Around::Tag => problem(piece.offset, BARE),
            Around::Content => {
                // A reader of HTML would begin the rows' body within the first loop or condition.
                if scan.in_bare_table && piece.kind == Kind::Statement {
                    masked.text.push_str("<tbody>");
                    scan.in_bare_table = false;
                }
                masked.text.push_str(&format!("<!--{sign}-->"));
            }
            Around::Value(_) | Around::Comment | Around::TextOnly(_) => masked.text.push_str(&sign),
        }
        masked.hidden.push((piece.whole, piece.offset));
        masked.ends.push((masked.text.len(), piece.offset + piece.whole.len()));
    }
    masked
}

/// A word that the source does not hold.
fn prefix(source: &str) -> String {
    let mut prefix = "jq".to_owned();
    while source.contains(&prefix) {
        prefix.push('q');
    }
    prefix
}

impl Masked<'_> {
    /// The offset in the source of an offset in the text.
    pub(crate) fn origin(&self, offset: usize) -> usize {
        let before = self.ends.partition_point(|(end, _)| *end <= offset).checked_sub(1);
        let (end, source) = before.map_or((0, 0), |index| self.ends[index]);
        source + (offset - end)
    }

    /// Brings everything back.
    pub(crate) fn unmask(&self, text: &str, lost: impl Fn(usize) -> Problem) -> Result<String, Vec<Problem>> {
        let mut found = vec![false; self.hidden.len()];
        let mut out = String::with_capacity(text.len() + self.hidden.len() * 16);
        let mut rest = text;
        while let Some(at) = rest.find(&self.prefix) {
            let digits = &rest[at + self.prefix.len()..];
            let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
            let number = digits[..end].parse::<usize>().ok();
            let hidden = number.and_then(|number| self.hidden.get(number).map(|hidden| (number, hidden)));
            let Some(((number, (whole, _)), after)) = hidden.zip(digits[end..].strip_prefix('x')) else {
                out.push_str(&rest[..at + self.prefix.len()]);
                rest = digits;
                continue;
            };
            found[number] = true;
            let before = &rest[..at];
            let comment = before.strip_suffix("<!--").zip(after.strip_prefix("-->"));
            let (before, after) = comment.unwrap_or((before, after));
            out.push_str(before);
            out.push_str(whole);
            rest = after;
        }
        out.push_str(rest);
        let missing: Vec<_> = found
            .iter()
            .zip(&self.hidden)
            .filter(|(found, _)| !**found)
            .map(|(_, hidden)| lost(hidden.1))
            .collect();
        if missing.is_empty() { Ok(out) } else { Err(missing) }
    }
}

/// Goes through markup, to know what surrounds the next expression.
struct Scan {
    around: Around,
    /// The name of the tag that is open.
    tag: String,
    /// It is a closing tag.
    closes: bool,
    /// Nothing but space has followed `<table>`.
    in_bare_table: bool,
}

impl Scan {
    fn through(&mut self, text: &str) {
        let mut rest = text;
        while !rest.is_empty() {
            rest = match self.around {
                Around::Content => self.content(rest),
                Around::Tag => self.tag(rest),
                Around::Value(quote) => {
                    let (rest, ended) = behind(rest, char::from(quote).encode_utf8(&mut [0; 4]));
                    if ended {
                        self.around = Around::Tag;
                    }
                    rest
                }
                Around::Comment => {
                    let (rest, ended) = behind(rest, "-->");
                    if ended {
                        self.around = Around::Content;
                    }
                    rest
                }
                Around::TextOnly(name) => self.text_only(rest, name),
            };
        }
    }

    fn content<'t>(&mut self, rest: &'t str) -> &'t str {
        let at = rest.find('<');
        self.in_bare_table &= rest[..at.unwrap_or(rest.len())].trim().is_empty() && at.is_none();
        let Some(at) = at else { return "" };
        let rest = &rest[at + 1..];
        if let Some(rest) = rest.strip_prefix("!--") {
            self.around = Around::Comment;
            return rest;
        }
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            return rest;
        }
        let end = rest.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(rest.len());
        // `<style/>` opens and closes, in MJML.
        self.closes = rest.starts_with('/') || rest[..end].ends_with('/');
        self.tag = rest[..end].trim_matches('/').to_ascii_lowercase();
        self.around = Around::Tag;
        &rest[end..]
    }

    fn tag<'t>(&mut self, rest: &'t str) -> &'t str {
        let Some(at) = rest.find(['"', '\'', '>']) else { return "" };
        match rest.as_bytes()[at] {
            b'>' => {
                let only = TEXT_ONLY.into_iter().find(|name| **name == *self.tag);
                let opens = !self.closes && !rest[..at].ends_with('/');
                self.in_bare_table = opens && self.tag == "table";
                self.around = only.filter(|_| opens).map_or(Around::Content, Around::TextOnly);
            }
            quote => self.around = Around::Value(quote),
        }
        &rest[at + 1..]
    }

    fn text_only<'t>(&mut self, rest: &'t str, name: &str) -> &'t str {
        let Some(at) = rest.find("</") else { return "" };
        let after = &rest[at + 2..];
        if after.get(..name.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(name)) {
            self.closes = true;
            self.tag = name.to_owned();
            self.around = Around::Tag;
            return &after[name.len()..];
        }
        after
    }
}

/// What follows `mark`, and whether it is there.
fn behind<'t>(text: &'t str, mark: &str) -> (&'t str, bool) {
    text.split_once(mark).map_or(("", false), |(_, rest)| (rest, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_hidden_by_what_surrounds_them_and_come_back() {
        let cases = [
            ("a {{ x }} b", "a <!--jq0x--> b"),
            ("<a href=\"{{ u }}?{{ v }}\">{{ w }}</a>", "<a href=\"jq0x?jq1x\"><!--jq2x--></a>"),
            ("<style>a{color:{{ c }}}</style>{{ d }}", "<style>a{color:jq0x}</style><!--jq1x-->"),
            ("<!-- [if mso]> {{ x }} <![endif]-->{{ y }}", "<!-- [if mso]> jq0x <![endif]--><!--jq1x-->"),
            ("<tr>{% for x in y %}</tr>", "<tr><!--jq0x--></tr>"),
            ("<table>\n{% if x %}", "<table>\n<tbody><!--jq0x-->"),
            ("<title>{{ x }}</title >{{ y }}", "<title>jq0x</title ><!--jq1x-->"),
            ("<style/>{{ x }} 1 < 2 {{ y }}", "<style/><!--jq0x--> 1 < 2 <!--jq1x-->"),
            ("jq {{ x }}", "jq <!--jqq0x-->"),
            ("<b title='>\"{{ x }}'>", "<b title='>\"jq0x'>"),
        ];
        for (source, hidden) in cases {
            let masked = mask(source, |_, why| panic!("{source}: {why}"));
            assert_eq!(masked.text, hidden);
            let back = masked.unmask(&masked.text, |_| unreachable!("nothing is lost"));
            assert_eq!(back.map(|back| back.replace("<tbody>", "")).as_deref(), Ok(source));
        }
    }

    #[test]
    fn what_stands_nowhere_or_gets_lost_is_told() {
        let mut told = Vec::new();
        mask("<td {% if x %}class='a'{% endif %}>", |offset, _| told.push(offset));
        assert_eq!(told, [4, 23]);
        let masked = mask("{{ a }}{{ b }}", |_, _| {});
        let lost = |offset: usize| Problem { place: Default::default(), reason: offset.to_string() };
        let problems = masked.unmask("<!--jq0x--> jq9x", lost).unwrap_err();
        assert_eq!(problems.iter().map(|one| one.reason.as_str()).collect::<Vec<_>>(), ["7"]);
    }
}
