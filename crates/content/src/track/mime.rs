//! Where the texts and the files of a raw message lie (RFC 2045, RFC 2046).
//!
//! Guarantees
//! 1. One pass over the message: every line is compared with the open boundaries once.
//! 2. No text is found inside attachments, enclosed messages, and what is signed or encrypted.
//! 3. A message that can be read in two ways has no parts: two Content-Type fields, a header section that cannot be read, a boundary
//!    that readers would take differently or that stands nowhere.

use std::ops::Range;

use mail::Headers;
use memchr::memmem;

use super::field::{Parameters, boundary, without_comments};
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
        if ended.as_ref().is_none_or(|delimiter| delimiter.depth < depth) {
            // Whoever read another boundary would find other parts.
            return None;
        }
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
        let fields = Fields { content_type, disposition };
        let stripped = fields.without_comments();
        let charset = Parameters::read(&stripped.content_type).value("charset").map(str::to_owned);
        Some(Declared {
            kind: kind(&fields, &stripped)?,
            charset,
            encoding: Encoding::named(encoding.split(';').next().unwrap_or_default().trim()),
            encoding_field: at + encoding_field.start..at + encoding_field.end,
            body: at + headers.body_start(),
        })
    }
}

/// The two fields that say what a part is.
#[derive(PartialEq, Eq)]
struct Fields {
    content_type: String,
    disposition: String,
}

impl Fields {
    fn without_comments(&self) -> Fields {
        Fields {
            content_type: without_comments(&self.content_type),
            disposition: without_comments(&self.disposition),
        }
    }

    fn names(&self) -> Vec<String> {
        [names(&self.disposition, "filename"), names(&self.content_type, "name")].concat()
    }

    fn has_name(&self) -> bool {
        Parameters::read(&self.disposition).value("filename").is_some()
            || Parameters::read(&self.content_type).value("name").is_some()
    }
}

/// What a part is; not every reader knows comments, so its names are those with and without them. `None` for a multipart of which
/// two readers would find different parts.
fn kind(raw: &Fields, stripped: &Fields) -> Option<Kind> {
    let readings = if raw == stripped { &[stripped][..] } else { &[raw, stripped] };
    let main = Parameters::read(&stripped.content_type).main;
    let attached = Parameters::read(&stripped.disposition).main == "attachment"
        || readings.iter().any(|fields| fields.has_name());
    Some(match main.as_str() {
        "text/html" if !attached => Kind::Text(TextKind::Html),
        // RFC 2045 §5.2: what says nothing is plain text.
        "text/plain" | "" if !attached => Kind::Text(TextKind::Plain),
        multipart if multipart.starts_with("multipart/") => Kind::Multipart {
            boundary: boundary(&raw.content_type, &stripped.content_type)?,
            sealed: matches!(multipart, "multipart/signed" | "multipart/encrypted"),
        },
        _ => Kind::File {
            content_type: main,
            names: readings.iter().flat_map(|fields| fields.names()).collect(),
        },
    })
}
