//! The text part that is made of HTML.
//!
//! Guarantees
//! 1. One pass, whatever the HTML: time and memory grow with its length only.
//! 2. The expressions of a template stay what they are, in their order; statements also where their surroundings are
//!    left out, so that what was balanced stays balanced.
//!
//! What is hidden from people (`display:none`, comments, styles) is left out, a link shows its address after its words.

mod entity;
mod writer;

use std::borrow::Cow;
use std::collections::HashMap;

pub(crate) use entity::decoded;
use memchr::memchr;

use crate::tags::{Kind, pieces};
use writer::{HIDDEN_END, HIDDEN_START, Writer};

/// Makes the text part of HTML that holds no expressions.
#[must_use]
pub fn text_of(html: &str) -> String {
    let mut writer = Writer::new(false);
    read(html, &mut writer);
    tidy(&writer.out)
}

/// Makes the text template of an HTML template.
#[must_use]
pub(crate) fn text_template_of(html: &str) -> String {
    let clean = html.replace([HIDDEN_START, HIDDEN_END], "");
    let cut = pieces(&clean).unwrap_or_default();
    let mut hidden = String::with_capacity(clean.len());
    // What is written alike gets the same sign, so that a link whose words are its address is known as one.
    let mut known = HashMap::new();
    for (n, piece) in cut.iter().enumerate() {
        let n = *known.entry(piece.whole).or_insert(n);
        let sign = match (piece.kind, piece.statement()) {
            (Kind::Text, _) => {
                hidden.push_str(piece.whole);
                continue;
            }
            (Kind::Comment, _) => continue,
            (_, Some(("if" | "with" | "set", _))) => 'i',
            (_, Some(("for", _))) => 'f',
            (_, Some(_)) => 's',
            (Kind::Expression | Kind::Raw | Kind::Statement, None) => 'e',
        };
        hidden.push_str(&format!("{HIDDEN_START}{sign}{n}{HIDDEN_END}"));
    }
    let mut writer = Writer::new(true);
    read(&hidden, &mut writer);
    let text = tidy(&writer.out);
    let mut out = String::with_capacity(text.len() + 256);
    for (n, part) in text.split(HIDDEN_START).enumerate() {
        let shown = (n > 0).then(|| part.split_once(HIDDEN_END)).flatten();
        let piece = shown.and_then(|(sign, _)| cut.get(sign.get(1..)?.parse::<usize>().ok()?));
        out.push_str(piece.map_or("", |piece| piece.whole));
        out.push_str(shown.map_or(part, |(_, rest)| rest));
    }
    out
}

/// No space at the end of a line, at most one empty line in a row, none at the ends.
#[must_use]
pub(crate) fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() {
            empty += 1;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if empty > 0 { "\n\n" } else { "\n" });
        }
        empty = 0;
        out.push_str(line);
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// Writes a text into HTML.
pub(crate) fn escape_into(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

/// Goes through HTML and tells the writer of its texts and tags.
fn read(html: &str, writer: &mut Writer) {
    let mut rest = html;
    // Whether quotes hide a `>`: not any more once one tag had no end because of them.
    let mut quotes = true;
    while let Some(at) = memchr(b'<', rest.as_bytes()) {
        writer.text(&rest[..at]);
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            let end = comment.find("-->");
            writer.left_out(&comment[..end.unwrap_or(comment.len())]);
            rest = end.map_or("", |end| &comment[end + 3..]);
        } else if rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            let end = match quotes.then(|| end_of_tag(rest)).flatten() {
                Some(end) => end,
                None => {
                    quotes = false;
                    memchr(b'>', rest.as_bytes()).unwrap_or(rest.len())
                }
            };
            let tag = &rest[1..end];
            rest = rest.get(end + 1..).unwrap_or_default();
            rest = one_tag(tag, rest, writer);
        } else {
            writer.text("<");
            rest = &rest[1..];
        }
    }
    writer.text(rest);
}

/// Handles a tag; gives what follows it, behind content that is no markup.
fn one_tag<'t>(tag: &str, rest: &'t str, writer: &mut Writer) -> &'t str {
    let end = tag.find(|c: char| c.is_whitespace()).unwrap_or(tag.len());
    let name = in_lower_case(tag[..end].trim_matches('/'));
    if tag.starts_with('/') {
        writer.close(&name);
        return rest;
    }
    if matches!(&*name, "style" | "script" | "title") {
        let end = find_close(rest, &name);
        writer.left_out(&rest[..end]);
        return &rest[end..];
    }
    writer.open(&name, &tag[end..]);
    rest
}

fn in_lower_case(name: &str) -> Cow<'_, str> {
    let capital = name.bytes().any(|b| b.is_ascii_uppercase());
    if capital { name.to_ascii_lowercase().into() } else { name.into() }
}

/// Where `</name` stands, or the end.
fn find_close(text: &str, name: &str) -> usize {
    let mut from = 0;
    while let Some(at) = text[from..].find("</") {
        let start = from + at;
        if text.get(start + 2..start + 2 + name.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(name)) {
            return start;
        }
        from = start + 2;
    }
    text.len()
}

/// Where the tag's `>` stands; one in a quoted value does not count.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            (None, b'>') => return Some(at),
            _ => {}
        }
    }
    None
}

/// Where the content of a document's body begins; 0 when it has none.
pub(crate) fn start_of_body(html: &str) -> usize {
    let mut from = 0;
    while let Some(at) = html[from..].find('<') {
        let start = from + at;
        if html.get(start + 1..start + 5).is_some_and(|name| name.eq_ignore_ascii_case("body")) {
            return end_of_tag(&html[start..]).map_or(html.len(), |end| start + end + 1);
        }
        from = start + 1;
    }
    0
}

/// An attribute's value, undecoded; the first of its name.
fn attribute<'t>(attributes: &'t str, wanted: &str) -> Option<&'t str> {
    let mut rest = attributes.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
        let name = &rest[..end];
        rest = rest[end..].trim_start();
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            (value, rest) = match after.chars().next() {
                Some(quote @ ('"' | '\'')) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
                _ => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
            };
        }
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if end == 0 && value.is_empty() {
            rest = rest.get(1..).unwrap_or_default();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_what_a_person_would_read() {
        let cases = [
            ("<p>Hello</p><p>World</p>", "Hello\n\nWorld\n"),
            ("a  \n b<br>c<br/>d", "a b\nc\nd\n"),
            (
                "<a href=\"https://a.example/?x=1&amp;y=2\">Pay</a> now",
                "Pay <https://a.example/?x=1&y=2> now\n",
            ),
            ("<a href='https://a.example'>https://a.example</a>", "https://a.example\n"),
            ("<a href='#top'>Up</a>", "Up\n"),
            ("<a href='postrider:unsubscribe'>Leave</a>", "Leave <postrider:unsubscribe>\n"),
            ("<a href='https://a.example'><img src=x alt='Shop'></a>", "Shop <https://a.example>\n"),
            ("<a href='https://a.example'><img src=x></a>", "<https://a.example>\n"),
            ("<ul><li>a<li>b<ol><li>c</li><li>d</li></ol></li></ul>", "- a\n- b\n  1. c\n  2. d\n"),
            (
                "<table><tr><th>Item</th><th>Price</th></tr><tr><td>Tea</td><td>3 €</td></tr></table>",
                "Item Price\nTea 3 €\n",
            ),
            ("<style>a{}</style><script>x</script><title>t</title>b", "b\n"),
            ("<head><meta x><link></head><body>x</body>", "x\n"),
            ("<div style='display: none'>pre <div>header</div></div>text", "text\n"),
            ("<div style=\"color:red;DISPLAY:none;\">p</div>text", "text\n"),
            ("<!--[if mso]><p>x</p><![endif]-->y<!-- open", "y\n"),
            ("1 &lt; 2 &amp;&nbsp;3 &eacute; &#8364; &#x41; &bogus; &", "1 < 2 &\u{a0}3 é € A &bogus; &\n"),
            ("a<b>b</b> <i> c</i>", "ab c\n"),
            ("a <b>b</b> c <i>d</i>", "a b c d\n"),
            ("<pre>a\n  b</pre>c", "a\n  b\n\nc\n"),
            ("<h1>T</h1><hr>x", "T\n\n---\n\nx\n"),
            ("a < b <3", "a < b <3\n"),
            ("<p title='>'>x", "x\n"),
            ("x<p \"", "x\n"),
            ("", ""),
            ("&#0;&#x110000;&#999999999;x\u{f0000}y", "x\u{f0000}y\n"),
        ];
        for (html, text) in cases {
            assert_eq!(text_of(html), text, "{html}");
        }
    }

    #[test]
    fn a_templates_expressions_stay() {
        let cases = [
            ("<p>Hi {{ name }},</p><p>x</p>", "Hi {{ name }},\n\nx\n"),
            (
                "<a href=\"{{ url }}&amp;a={{ b }}\">{{ label|upper }}</a>",
                "{{ label|upper }} <{{ url }}&a={{ b }}>\n",
            ),
            ("<a href='{{ url }}'>{{ url }}</a>", "{{ url }}\n"),
            (
                "<ul>{% for x in y %}<li>{{ x }}</li>{% endfor %}</ul>",
                "{% for x in y %}\n- {{ x }}{% endfor %}\n",
            ),
            (
                "<p>a</p>{% if x %}<p>b</p>{% else %}<p>c</p>{% endif %}<p>d</p>",
                "a\n\n{% if x %}b{% else %}\n\nc{% endif %}\n\nd\n",
            ),
            (
                "<p>a</p>{% if x %}{% for y in z %}{% if y %}<p>b</p>{% endif %}{% endfor %}{% endif %}",
                "a\n\n{% if x %}{% for y in z %}{% if y %}\n\nb{% endif %}{% endfor %}{% endif %}\n",
            ),
            (
                "<style>{% if x %}a{% endif %}</style>{% set y = 1 %}{{ y }}",
                "{% if x %}{% endif %}{% set y = 1 %}{{ y }}\n",
            ),
            ("{# c #}<b>{% raw %}{{{% endraw %}</b>", "{% raw %}{{{% endraw %}\n"),
            ("<div style='display:none'>{{ pre }}</div>{{ x }}", "{{ x }}\n"),
            ("{{ '<p>' }}", "{{ '<p>' }}\n"),
        ];
        for (html, text) in cases {
            assert_eq!(text_template_of(html), text, "{html}");
        }
    }

    #[test]
    fn what_is_long_and_deep_takes_one_pass() {
        for unit in [
            "<div>",
            "<ul><li>",
            "<a href='http://x'>",
            "<!--",
            "<",
            "&",
            "<p a=\"",
            "<div style='display:none'>",
            "<style>",
            "</style",
            "<table><td>",
            "<a \">\"",
            "<a '>'x",
        ] {
            let html = unit.repeat(1_000_000 / unit.len());
            assert!(text_of(&html).len() <= 4 * html.len(), "{unit}");
        }
    }
}
