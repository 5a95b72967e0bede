//! The expressions, statements and comments of a template's text, found without understanding them.

/// One stretch of a template.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Piece<'a> {
    pub kind: Kind,
    /// All of it, with its brackets.
    pub whole: &'a str,
    /// What is between the brackets, trimmed; for text, the text.
    pub inner: &'a str,
    pub offset: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Text,
    Expression,
    Statement,
    Comment,
    /// `{% raw %}` to `{% endraw %}`: text that only looks like a template.
    Raw,
}

impl<'a> Piece<'a> {
    /// A statement's first word and what follows it.
    pub(crate) fn statement(&self) -> Option<(&'a str, &'a str)> {
        (self.kind == Kind::Statement).then(|| split_word(self.inner))
    }
}

fn split_word(inner: &str) -> (&str, &str) {
    let end = inner.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(inner.len());
    (&inner[..end], inner[end..].trim())
}

/// A bracket that is not closed, at this offset.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Unclosed(pub usize);

/// Cuts a template into its pieces; one pass.
pub(crate) fn pieces(source: &str) -> Result<Vec<Piece<'_>>, Unclosed> {
    let mut out = Vec::new();
    let (mut text_from, mut at) = (0, 0);
    let bytes = source.as_bytes();
    while let Some(found) = source[at..].find('{') {
        let start = at + found;
        let kind = match bytes.get(start + 1) {
            Some(b'{') => Kind::Expression,
            Some(b'%') => Kind::Statement,
            Some(b'#') => Kind::Comment,
            _ => {
                at = start + 1;
                continue;
            }
        };
        let end = close(source, start, kind).ok_or(Unclosed(start))?;
        if text_from < start {
            out.push(text(source, text_from, start));
        }
        let whole = &source[start..end];
        let inner = whole[2..whole.len() - 2].trim_start_matches(['-', '+']);
        let inner = inner.trim_end_matches(['-', '+']).trim();
        let mut piece = Piece { kind, whole, inner, offset: start };
        at = end;
        if piece.statement().is_some_and(|(word, _)| word == "raw") {
            at = end_of_raw(source, end).ok_or(Unclosed(start))?;
            piece = Piece { kind: Kind::Raw, whole: &source[start..at], inner: "", offset: start };
        }
        out.push(piece);
        text_from = at;
    }
    if text_from < source.len() {
        out.push(text(source, text_from, source.len()));
    }
    Ok(out)
}

fn text(source: &str, from: usize, to: usize) -> Piece<'_> {
    Piece { kind: Kind::Text, whole: &source[from..to], inner: &source[from..to], offset: from }
}

/// The offset behind the closing bracket; brackets in quoted texts do not close.
fn close(source: &str, start: usize, kind: Kind) -> Option<usize> {
    let bytes = source.as_bytes();
    let (last, quotes) = match kind {
        Kind::Expression => (b'}', true),
        Kind::Statement => (b'%', true),
        Kind::Comment | Kind::Text | Kind::Raw => (b'#', false),
    };
    let mut at = start + 2;
    // A map in an expression has braces of its own.
    let mut braces = 0_usize;
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'"' | b'\'') if quotes => {
                at += 1;
                while *bytes.get(at)? != quote {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
            }
            b'{' if quotes => braces += 1,
            b'}' if quotes && braces > 0 => braces -= 1,
            byte if byte == last && bytes.get(at + 1) == Some(&b'}') => return Some(at + 2),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The offset behind the next `{% endraw %}`.
fn end_of_raw(source: &str, mut at: usize) -> Option<usize> {
    loop {
        let rest = &source[at + source[at..].find("{%")? + 2..];
        at = source.len() - rest.len();
        let word = rest.trim_start_matches(['-', '+']).trim_start();
        if let Some(tail) = word.strip_prefix("endraw")
            && let Some(tail) = tail.trim_start().trim_start_matches(['-', '+']).strip_prefix("%}")
        {
            return Some(source.len() - tail.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_falls_into_its_pieces() {
        use Kind::{Comment, Expression, Raw, Statement, Text};
        let cases: &[(&str, &[(Kind, &str)])] = &[
            ("", &[]),
            ("a{b}", &[(Text, "a{b}")]),
            ("a{{ b }}c", &[(Text, "a"), (Expression, "b"), (Text, "c")]),
            ("{{ '}}' }}", &[(Expression, "'}}'")]),
            ("{{ \"\\\"}}\" }}", &[(Expression, "\"\\\"}}\"")]),
            ("{{ {'a': {}} }}", &[(Expression, "{'a': {}}")]),
            ("{%- if x -%}", &[(Statement, "if x")]),
            ("{# {{ ' #}x", &[(Comment, "{{ '"), (Text, "x")]),
            ("{% raw %}{{ {% x %}{%- endraw %}!", &[(Raw, ""), (Text, "!")]),
            ("é{{é}}", &[(Text, "é"), (Expression, "é")]),
        ];
        for (source, expected) in cases {
            let got = pieces(source).unwrap();
            let got: Vec<_> = got.iter().map(|piece| (piece.kind, piece.inner)).collect();
            assert_eq!(got, *expected, "{source}");
        }
        for (source, offset) in
            [("a{{ b", 1), ("{% raw %}{{ x }}", 0), ("{{ 'x }}", 0), ("{#", 0), ("{{ '\\", 0)]
        {
            assert_eq!(pieces(source), Err(Unclosed(offset)), "{source}");
        }
    }
}
