//! Where the texts and the files of a raw message lie (RFC 2045, RFC 2046).
//!
//! Guarantees
//! 1. One pass over the message: every line is compared with the open boundaries once.
//! 2. No text is found inside attachments, enclosed messages, and what is signed or encrypted.
//! 3. A message that can be read in two ways has no parts: two Content-Type fields, a header section that cannot be read.

use std::ops::Range;

use mail::Headers;
use memchr::memmem;

use super::name::names;
use super::transfer::Encoding;

/// Nested multiparts. Reason: as Postfix (`mime_nesting_limit` is 100) but smaller; real mail has five.
const DEPTH_MAX: usize = 30;
/// Parts in all.
const PARTS_MAX: usize = 1_000;

/// Of what a text part is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TextKind {
    Html,
    Plain,
}

/// A text that people see.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct TextPart {
    pub kind: TextKind,
    pub charset: Option<String>,
    pub encoding: Encoding,
    /// The field that names the encoding, CRLF included; empty where one would be inserted.
    pub encoding_field: Range<usize>,
    pub body: Range<usize>,
}

/// What is neither a text that people see nor made of parts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct FilePart {
    /// Every name that some reader may take for its own.
    pub names: Vec<String>,
    /// Without its parameters, in small letters.
    pub content_type: String,
    /// None for one that the RFC does not know.
    pub encoding: Option<Encoding>,
    pub body: Range<usize>,
}

/// The text parts in the order of the message; `None` when it is too deep, too finely cut or ambiguous.
pub(super) fn text_parts(raw: &[u8]) -> Option<Vec<TextPart>> {
    walked(raw).map(|walk| walk.texts)
}

/// The files in the order of the message, those in signed parts too; `None` as for the texts.
pub(crate) fn files(raw: &[u8]) -> Option<Vec<FilePart>> {
    walked(raw).map(|walk| walk.files)
}

fn walked(raw: &[u8]) -> Option<Walk<'_>> {
    let delimiter = memmem::Finder::new(b"\n--");
    let mut walk = Walk { raw, open: Vec::new(), seen: 0, texts: Vec::new(), files: Vec::new(), delimiter };
    walk.entity(0, Concern::Ours)?;
    Some(walk)
}

/// Whether texts below here may be changed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Concern {
    Ours,
    /// Signed, encrypted, or part of such.
    Sealed,
}

struct Walk<'m> {
    raw: &'m [u8],
    /// Boundaries of the multiparts that are open, outermost first.
    open: Vec<Vec<u8>>,
    seen: usize,
    texts: Vec<TextPart>,
    files: Vec<FilePart>,
    delimiter: memmem::Finder<'static>,
}

/// A line that ends a part.
struct Delimiter {
    /// Where the part before it ends: before the line end that belongs to the delimiter.
    end: usize,
    /// Where the next line starts.
    next: usize,
    /// Which of the open boundaries.
    depth: usize,
    closes: bool,
}

/// What an entity's header says.
struct Declared {
    kind: Kind,
    charset: Option<String>,
    encoding: Option<Encoding>,
    encoding_field: Range<usize>,
    body: usize,
}

enum Kind {
    Text(TextKind),
    Multipart { boundary: Vec<u8>, sealed: bool },
    File { content_type: String, names: Vec<String> },
}

impl Walk<'_> {
    /// Reads the entity whose header starts at `at`; gives the delimiter that ends it, if one does.
    fn entity(&mut self, at: usize, concern: Concern) -> Option<Option<Delimiter>> {
        self.seen += 1;
        if self.seen > PARTS_MAX || self.open.len() > DEPTH_MAX {
            return None;
        }
        let declared = self.declared(at)?;
        match declared.kind {
            Kind::Multipart { boundary, sealed } => {
                let inner = if sealed { Concern::Sealed } else { concern };
                self.multipart(boundary, declared.body, inner)
            }
            Kind::Text(kind) => {
                let ended = self.next_delimiter(declared.body);
                let end = ended.as_ref().map_or(self.raw.len(), |delimiter| delimiter.end);
                if let (Some(encoding), Concern::Ours) = (declared.encoding, concern) {
                    let (charset, encoding_field) = (declared.charset, declared.encoding_field);
                    let body = declared.body..end.max(declared.body);
                    self.texts.push(TextPart { kind, charset, encoding, encoding_field, body });
                }
                Some(ended)
            }
            Kind::File { content_type, names } => {
                let ended = self.next_delimiter(declared.body);
                let end = ended.as_ref().map_or(self.raw.len(), |delimiter| delimiter.end);
                let body = declared.body..end.max(declared.body);
                self.files.push(FilePart { names, content_type, encoding: declared.encoding, body });
                Some(ended)
            }
        }
    }

    fn multipart(&mut self, boundary: Vec<u8>, body: usize, concern: Concern) -> Option<Option<Delimiter>> {
        let depth = self.open.len();
        self.open.push(boundary);
        let mut ended = self.next_delimiter(body);
        while let Some(delimiter) = &ended {
            if delimiter.depth < depth || delimiter.closes {
                break;
            }
            ended = self.entity(delimiter.next, concern)?;
        }
        self.open.truncate(depth);
        match ended {
            // The epilogue ends where the next part of an outer multipart begins.
            Some(Delimiter { depth: own, next, .. }) if own == depth => Some(self.next_delimiter(next)),
            other => Some(other),
        }
    }

    /// The first line from `from` on that is a delimiter of an open multipart.
    fn next_delimiter(&self, from: usize) -> Option<Delimiter> {
        if self.open.is_empty() {
            return None;
        }
        if let Some(found) = self.delimiter_at(from) {
            return Some(found);
        }
        let rest = &self.raw[from..];
        self.delimiter.find_iter(rest).find_map(|at| self.delimiter_at(from + at + 1))
    }

    fn delimiter_at(&self, line: usize) -> Option<Delimiter> {
        let words = self.raw[line..].strip_prefix(b"--")?;
        let length = memchr::memchr(b'\n', words).map_or(words.len(), |end| end + 1);
        let words = words[..length].trim_ascii_end();
        let (depth, closes) = (0..self.open.len()).rev().find_map(|depth| {
            match words.strip_prefix(self.open[depth].as_slice())? {
                b"" => Some((depth, false)),
                b"--" => Some((depth, true)),
                _ => None,
            }
        })?;
        let before = &self.raw[..line];
        let end =
            before.strip_suffix(b"\r\n").or_else(|| before.strip_suffix(b"\n")).map_or(line, <[u8]>::len);
        Some(Delimiter { end, next: line + 2 + length, depth, closes })
    }

    fn declared(&self, at: usize) -> Option<Declared> {
        let headers = Headers::scan(&self.raw[at..]).ok()?;
        let one = |name: &str| match headers.count(name) {
            0 => Some(String::new()),
            1 => headers.field_unfolded(name).map(|value| String::from_utf8_lossy(&value).into_owned()),
            _ => None,
        };
        let (content_type, disposition) = (one("Content-Type")?, one("Content-Disposition")?);
        let encoding = one("Content-Transfer-Encoding")?;
        let encoding_field = headers.find("Content-Transfer-Encoding").map(|field| field.range);
        let encoding_field = encoding_field.unwrap_or(headers.fields_end()..headers.fields_end());
        let (content_type, disposition) = (without_comments(&content_type), without_comments(&disposition));
        let names = || [names(&disposition, "filename"), names(&content_type, "name")].concat();
        let (content_type, disposition) = (Parameters::read(&content_type), Parameters::read(&disposition));
        let charset = content_type.value("charset").map(str::to_owned);
        Some(Declared {
            kind: kind(content_type, &disposition, names),
            charset,
            encoding: Encoding::named(encoding.split(';').next().unwrap_or_default().trim()),
            encoding_field: at + encoding_field.start..at + encoding_field.end,
            body: at + headers.body_start(),
        })
    }
}

fn kind(content_type: Parameters, disposition: &Parameters, names: impl Fn() -> Vec<String>) -> Kind {
    let attached = disposition.main == "attachment"
        || disposition.value("filename").is_some()
        || content_type.value("name").is_some();
    match content_type.main.as_str() {
        "text/html" if !attached => Kind::Text(TextKind::Html),
        // RFC 2045 §5.2: what says nothing is plain text.
        "text/plain" | "" if !attached => Kind::Text(TextKind::Plain),
        multipart if multipart.starts_with("multipart/") => match content_type.value("boundary") {
            Some(boundary) if !boundary.is_empty() => Kind::Multipart {
                boundary: boundary.as_bytes().to_vec(),
                sealed: matches!(multipart, "multipart/signed" | "multipart/encrypted"),
            },
            Some(_) | None => Kind::File { content_type: content_type.main, names: names() },
        },
        _ => Kind::File { content_type: content_type.main, names: names() },
    }
}

/// A field with parameters: `text/html; charset="utf-8"` (RFC 2045 §5.1).
struct Parameters {
    /// What stands before the first semicolon, in lower case.
    main: String,
    list: Vec<(String, String)>,
}

impl Parameters {
    /// Reads a field without comments.
    fn read(field: &str) -> Parameters {
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

    fn value(&self, name: &str) -> Option<&str> {
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
fn without_comments(field: &str) -> String {
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
