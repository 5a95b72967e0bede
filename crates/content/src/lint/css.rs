//! Just enough of CSS: declarations, at-rules and selectors, cut apart in one pass. What makes no sense is skipped.

/// A piece of a style sheet, with its offset.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Piece<'a> {
    /// The name of an at-rule, without `@`, and what follows it.
    At(&'a str, &'a str),
    Selector(&'a str),
    /// Property and value.
    Declaration(&'a str, &'a str),
}

/// The declarations of a `style` attribute: properties in lower case, values trimmed.
pub(super) fn declarations(style: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    cut(style, |end, _, text| {
        if end != Some('{')
            && let Some((property, value)) = declaration(text)
        {
            out.push((property.to_ascii_lowercase(), value.to_owned()));
        }
    });
    out
}

/// Tells `each` of every piece of a style sheet and its offset.
pub(super) fn sheet<'a>(css: &'a str, mut each: impl FnMut(usize, Piece<'a>)) {
    cut(css, |end, offset, text| {
        if let Some(rule) = text.strip_prefix('@') {
            let name = rule.find(|c: char| !(c.is_alphanumeric() || c == '-')).unwrap_or(rule.len());
            each(offset, Piece::At(&rule[..name], rule[name..].trim()));
        } else if end == Some('{') {
            each(offset, Piece::Selector(text));
        } else if let Some((property, value)) = declaration(text) {
            each(offset, Piece::Declaration(property, value));
        }
    });
}

fn declaration(text: &str) -> Option<(&str, &str)> {
    let (property, value) = text.split_once(':')?;
    let (property, value) = (property.trim(), value.trim());
    (!property.is_empty() && !value.is_empty()).then_some((property, value))
}

/// Cuts at `;`, `{` and `}` outside of texts, brackets and comments; tells what ended a piece, its offset, and itself, trimmed.
fn cut<'a>(css: &'a str, mut each: impl FnMut(Option<char>, usize, &'a str)) {
    let bytes = css.as_bytes();
    let (mut from, mut at, mut brackets) = (0, 0, 0_usize);
    // Nothing of the piece was seen yet: it begins later.
    let mut blank = true;
    let mut tell = |end: Option<char>, from: usize, to: usize| {
        let text = &css[from..to];
        let trimmed = text.trim_start();
        if !trimmed.trim().is_empty() {
            each(end, from + text.len() - trimmed.len(), trimmed.trim_end());
        }
    };
    while at < bytes.len() {
        match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                let end = css[at + 2..].find("*/").map_or(bytes.len(), |end| at + 2 + end + 2);
                // A comment before a piece is no part of it.
                if blank {
                    from = end;
                }
                at = end;
                continue;
            }
            space if blank && space.is_ascii_whitespace() => from = at + 1,
            quote @ (b'"' | b'\'') => {
                blank = false;
                at += 1;
                while at < bytes.len() && bytes[at] != quote && bytes[at] != b'\n' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
            }
            b'(' => (brackets, blank) = (brackets + 1, false),
            b')' => (brackets, blank) = (brackets.saturating_sub(1), false),
            // A brace ends what a bracket that was never closed began.
            end @ (b'{' | b'}') => {
                tell(Some(char::from(end)), from, at);
                (from, brackets, blank) = (at + 1, 0, true);
            }
            b';' if brackets == 0 => {
                tell(Some(';'), from, at);
                (from, blank) = (at + 1, true);
            }
            _ => blank = false,
        }
        at += 1;
    }
    tell(None, from.min(css.len()), css.len());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_falls_into_its_declarations() {
        for (style, expected) in [
            ("", vec![]),
            ("Color: red", vec![("color", "red")]),
            ("a:url(data:x;y);b:'c;d'", vec![("a", "url(data:x;y)"), ("b", "'c;d'")]),
            ("a;b:;:c;d:e!important;", vec![("d", "e!important")]),
            ("a:'\\", vec![("a", "'\\")]),
            ("/* a:b */c:d", vec![("c", "d")]),
            ("é:(", vec![("é", "(")]),
        ] {
            let got = declarations(style);
            let got: Vec<_> = got.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(got, expected, "{style}");
        }
    }

    #[test]
    fn a_sheet_falls_into_rules_selectors_and_declarations() {
        use Piece::{At, Declaration, Selector};
        let css = "@import url(x;y);/* @no */@media (a:b){ p:hover{color:red;} } q{b:url(}c:d";
        let mut got = Vec::new();
        sheet(css, |offset, piece| got.push((css[offset..].chars().next().unwrap_or(' '), piece)));
        let expected = [
            ('@', At("import", "url(x;y)")),
            ('@', At("media", "(a:b)")),
            ('p', Selector("p:hover")),
            ('c', Declaration("color", "red")),
            ('q', Selector("q")),
            ('b', Declaration("b", "url(")),
            ('c', Declaration("c", "d")),
        ];
        assert_eq!(got, expected);
    }
}
