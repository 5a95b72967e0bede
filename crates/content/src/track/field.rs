//! Fields with parameters: Content-Type, Content-Disposition (RFC 2045 §5.1).
//!
//! Guarantee: linear in the field.
//!
//! Not here: the names of files, which people break in more ways (`name`).

/// The boundary that every reader finds; `None` when there is none, or readers would find different ones: where there are several or
/// one in pieces (RFC 2231), where comments count, where quotes or blanks are cut otherwise than RFC 2046 §5.1.1 has it.
pub(super) fn boundary(raw: &str, stripped: &str) -> Option<Vec<u8>> {
    let only = |field: &str| {
        let mut found = split_quoted(field).into_iter().skip(1).filter_map(|piece| {
            let (name, value) = piece.split_once('=')?;
            let name = name.trim().to_ascii_lowercase();
            name.strip_prefix("boundary")
                .is_some_and(|end| end.is_empty() || end.starts_with('*'))
                .then(|| (name, value.trim().to_owned()))
        });
        let (name, value) = found.next()?;
        (name == "boundary" && found.next().is_none()).then_some(value)
    };
    let value = only(stripped)?;
    // Behind a quote that was closed a comment is one to everybody.
    let same = |raw: &String| *raw == value || value.starts_with('"') && raw.starts_with(&value);
    only(raw).filter(same)?;
    let (inner, quoted) = match value.strip_prefix('"') {
        Some(rest) => (rest.strip_suffix('"')?, true),
        None => (value.as_str(), false),
    };
    let doubtful = |c: char| {
        c.is_control() || matches!(c, '"' | '\\') || !quoted && (c.is_whitespace() || matches!(c, '(' | ')'))
    };
    let certain = !inner.is_empty() && inner.trim() == inner && !inner.contains(doubtful);
    certain.then(|| inner.as_bytes().to_vec())
}

/// A field with parameters: `text/html; charset="utf-8"` (RFC 2045 §5.1).
pub(super) struct Parameters {
    /// What stands before the first semicolon, in lower case.
    pub main: String,
    list: Vec<(String, String)>,
}

impl Parameters {
    /// Reads a field without comments.
    pub fn read(field: &str) -> Parameters {
        let mut pieces = split_quoted(field).into_iter();
        let main = pieces.next().unwrap_or_default().trim().to_ascii_lowercase();
        let list = pieces.filter_map(|piece| {
            let (name, value) = piece.split_once('=')?;
            // RFC 2231 §4: `filename*=` tells the same thing in another alphabet.
            let name = name.trim().trim_end_matches('*').trim_end_matches("*0").to_ascii_lowercase();
            Some((name, unquoted(value.trim())))
        });
        Parameters { main, list: list.collect() }
    }

    pub fn value(&self, name: &str) -> Option<&str> {
        self.list.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// Splits at semicolons that stand in no quotes.
pub(super) fn split_quoted(field: &str) -> Vec<&str> {
    let (mut pieces, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, byte) in field.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b';' if !quoted => {
                pieces.push(&field[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(&field[start..]);
    pieces
}

/// Comments stand for a space (RFC 5322 §3.2.2).
pub(super) fn without_comments(field: &str) -> String {
    let (mut out, mut depth, mut quoted, mut escaped) =
        (String::with_capacity(field.len()), 0_u32, false, false);
    for c in field.chars() {
        let was_escaped = std::mem::take(&mut escaped);
        match c {
            '\\' if !was_escaped && (quoted || depth > 0) => escaped = true,
            '"' if !was_escaped && depth == 0 => quoted = !quoted,
            '(' if !was_escaped && !quoted => depth += 1,
            ')' if !was_escaped && !quoted && depth > 0 => {
                depth -= 1;
                out.push(' ');
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            out.push(c);
        }
    }
    out
}

/// A value without its quotes; without quotes what stands before white space.
pub(super) fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"') else {
        return value.split_ascii_whitespace().next().unwrap_or_default().to_owned();
    };
    let mut out = String::with_capacity(inner.len());
    let mut escaped = false;
    for c in inner.chars() {
        match c {
            _ if escaped => {
                out.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => break,
            c => out.push(c),
        }
    }
    out
}
