//! The header section of a raw message, scanned without copying (RFC 5322 §2.2).
//!
//! Guarantees
//! 1. Fields come in the order and the bytes of the message: a field is a name and a raw value, folding included.
//! 2. Only CRLF ends a line. A bare CR or LF or a NUL in the header section is an error and never a line end, so that
//!    no reader after us finds other fields than we did; [`canonical_lines`](crate::canonical_lines) mends such bytes.
//! 3. One pass, one allocation; of a message from outside at most the given number of octets and [`HEADER_LINES_MAX`] lines.
//!
//! A line that is neither a field nor a continuation ends the section as the empty line does, and is body (Postfix does the
//! same). Then [`Headers::is_separated`] is false, and [`edited_prefix`](crate::edited_prefix) puts the missing empty line in.
//!
//! Not here: MIME structure, the meaning of fields other than addresses and text.

mod encode;
mod mailbox;
mod word;

use std::borrow::Cow;
use std::ops::Range;

pub(crate) use encode::push_quoted;
pub use encode::{HeaderNameError, HeaderValueError, check_name, check_value, write_mailboxes, write_text};
pub use mailbox::{MAILBOXES_MAX, Mailbox, MailboxError, parse_mailboxes};
pub use word::{TEXT_MAX_BYTES, decode_text};

/// Longest header section that [`Headers::scan`] reads: 256 KiB. The largest seen in ordinary mail are some 60 KiB of
/// `Received`, `ARC-…` and `References`; Postfix stops at 100 KiB.
pub const HEADER_MAX_BYTES: usize = 256 * 1024;

/// Most lines of a header section, continuations included.
pub const HEADER_LINES_MAX: usize = 5_000;

/// Longest field name: it must leave room for a value in a line of 76.
pub const HEADER_NAME_MAX: usize = 72;

/// The fields of a message, and where its body starts.
#[derive(Clone, Debug)]
pub struct Headers<'m> {
    raw: &'m [u8],
    spans: Vec<Span>,
    fields_end: usize,
    body_start: usize,
}

/// Offsets into the message. Bounded by [`HEADER_MAX_BYTES`] or the caller's limit, which is cut to `u32::MAX`.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    name_end: u32,
    value_start: u32,
    end: u32,
}

/// One header field as it stands in the message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field<'m> {
    /// Printable ASCII, in the message's case.
    pub name: &'m str,
    /// What follows the colon, folding included, the final CRLF not.
    pub value: &'m [u8],
    /// Where the whole field lies in the message, final CRLF included.
    pub range: Range<usize>,
}

/// Why a header section cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum HeaderError {
    #[error("the header section is longer than {max} octets")]
    TooLong { max: usize },
    #[error("the header section has more than {HEADER_LINES_MAX} lines")]
    TooManyLines,
    #[error("line {line} of the header section holds a CR or LF that is not part of a line end")]
    BareLineEnd { line: usize },
    #[error("the header section holds a NUL")]
    Nul,
}

/// Why a message has no single author address (RFC 5322 §3.6.2, RFC 9989 §4.5).
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FromError {
    #[error("the message has no From field")]
    Missing,
    #[error("the message has {count} From fields; exactly one is allowed")]
    SeveralFields { count: usize },
    #[error("the From field holds no address")]
    NoAddress,
    #[error("the From field holds {count} addresses; exactly one is allowed")]
    SeveralAddresses { count: usize },
    #[error("the From field cannot be read: {0}")]
    Malformed(MailboxError),
}

impl<'m> Headers<'m> {
    /// Scans at most [`HEADER_MAX_BYTES`] octets.
    pub fn scan(raw: &'m [u8]) -> Result<Headers<'m>, HeaderError> {
        Headers::scan_within(raw, HEADER_MAX_BYTES)
    }

    /// Scans a header section of at most `max` octets, its empty line included.
    pub fn scan_within(raw: &'m [u8], max: usize) -> Result<Headers<'m>, HeaderError> {
        Headers::scan_bounded(raw, max, HEADER_LINES_MAX)
    }

    /// Scans a message that was scanned within bounds once and has got a field or two since, which may be too many for them.
    pub fn scan_again(raw: &'m [u8]) -> Result<Headers<'m>, HeaderError> {
        Headers::scan_bounded(raw, usize::MAX, usize::MAX)
    }

    fn scan_bounded(raw: &'m [u8], max: usize, lines_max: usize) -> Result<Headers<'m>, HeaderError> {
        let max = max.min(u32::MAX as usize);
        let mut headers = Headers { raw, spans: Vec::with_capacity(24), fields_end: 0, body_start: 0 };
        let window = &raw[..raw.len().min(max)];
        let mut lines = 0;
        loop {
            let start = headers.fields_end;
            let Some(length) = line_length(&window[start..]) else {
                return headers.end_without_line_end(window.len(), max);
            };
            lines += 1;
            match classify(&window[start..start + length]) {
                Line::Empty => {
                    headers.body_start = start + length;
                    return headers.checked();
                }
                Line::Continuation if headers.spans.last_mut().is_some() => {
                    headers.extend(start + length);
                }
                Line::Field { name_end, value_start } => headers.push(start, name_end, value_start, length),
                Line::Continuation | Line::Other => {
                    headers.body_start = start;
                    return headers.checked();
                }
            }
            if lines > lines_max {
                return Err(HeaderError::TooManyLines);
            }
        }
    }

    /// The fields in the message's order.
    pub fn fields(&self) -> impl DoubleEndedIterator<Item = Field<'m>> + ExactSizeIterator + '_ {
        self.spans.iter().map(|span| self.field(span))
    }

    /// The fields of that name, whatever its case, in the message's order.
    pub fn all<'h>(&'h self, name: &'h str) -> impl DoubleEndedIterator<Item = Field<'m>> + 'h {
        self.spans.iter().filter(move |span| self.has_name(span, name)).map(|span| self.field(span))
    }

    /// The first field of that name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Field<'m>> {
        self.all(name).next()
    }

    #[must_use]
    pub fn count(&self, name: &str) -> usize {
        self.spans.iter().filter(|span| self.has_name(span, name)).count()
    }

    /// The first field's value on one line: each CRLF is gone, the white space after it stays, both ends are trimmed.
    #[must_use]
    pub fn field_unfolded(&self, name: &str) -> Option<Cow<'m, [u8]>> {
        self.find(name).map(|field| unfold(field.value))
    }

    /// The first field's value for people: unfolded, encoded words decoded, no control character.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.find(name).map(|field| decode_text(&unfold(field.value)))
    }

    /// The addresses of all fields of that name: To, Cc, Reply-To.
    pub fn mailboxes(&self, name: &str) -> Result<Vec<Mailbox>, MailboxError> {
        let mut all = Vec::new();
        for field in self.all(name) {
            all.append(&mut parse_mailboxes(&unfold(field.value))?);
            if all.len() > MAILBOXES_MAX {
                return Err(MailboxError::TooMany);
            }
        }
        Ok(all)
    }

    /// The author: exactly one From field with exactly one address.
    pub fn author(&self) -> Result<Mailbox, FromError> {
        let mut fields = self.all("From");
        let field = fields.next().ok_or(FromError::Missing)?;
        let others = fields.count();
        if others > 0 {
            return Err(FromError::SeveralFields { count: others + 1 });
        }
        let mut mailboxes = parse_mailboxes(&unfold(field.value)).map_err(FromError::Malformed)?;
        match (mailboxes.len(), mailboxes.pop()) {
            (1, Some(mailbox)) => Ok(mailbox),
            (0, _) | (_, None) => Err(FromError::NoAddress),
            (count, Some(_)) => Err(FromError::SeveralAddresses { count }),
        }
    }

    /// The message that was scanned.
    #[must_use]
    pub fn raw(&self) -> &'m [u8] {
        self.raw
    }

    /// Where the last field ends.
    #[must_use]
    pub fn fields_end(&self) -> usize {
        self.fields_end
    }

    /// Where the body starts: after the empty line, or at the first line that is no field.
    #[must_use]
    pub fn body_start(&self) -> usize {
        self.body_start
    }

    #[must_use]
    pub fn body(&self) -> &'m [u8] {
        &self.raw[self.body_start..]
    }

    /// Whether an empty line stands between the fields and the body.
    #[must_use]
    pub fn is_separated(&self) -> bool {
        self.body_start > self.fields_end
    }

    fn field(&self, span: &Span) -> Field<'m> {
        let range = span.start as usize..span.end as usize;
        let name = &self.raw[range.start..span.name_end as usize];
        Field {
            name: std::str::from_utf8(name)
                .expect("invariant: `classify` took only printable ASCII as a name"),
            value: &self.raw[span.value_start as usize..range.end - 2],
            range,
        }
    }

    fn has_name(&self, span: &Span, name: &str) -> bool {
        let own = &self.raw[span.start as usize..span.name_end as usize];
        own.eq_ignore_ascii_case(name.as_bytes())
    }

    fn push(&mut self, start: usize, name_end: usize, value_start: usize, length: usize) {
        // Every offset is below the limit, which was cut to `u32::MAX`.
        let at = |offset: usize| (start + offset) as u32;
        self.spans.push(Span {
            start: at(0),
            name_end: at(name_end),
            value_start: at(value_start),
            end: at(length),
        });
        self.fields_end = start + length;
    }

    fn extend(&mut self, end: usize) {
        if let Some(span) = self.spans.last_mut() {
            span.end = end as u32;
        }
        self.fields_end = end;
    }

    /// No line end in the rest of the window: either the limit cut the section, or the rest is a body of one open line.
    fn end_without_line_end(mut self, seen: usize, max: usize) -> Result<Headers<'m>, HeaderError> {
        if seen < self.raw.len() {
            return Err(HeaderError::TooLong { max });
        }
        self.body_start = self.fields_end;
        self.checked()
    }

    /// What no line of the section may hold, looked for once: the lines were split at CRLF only.
    fn checked(self) -> Result<Headers<'m>, HeaderError> {
        let section = &self.raw[..self.fields_end];
        if memchr::memchr(0, section).is_some() {
            return Err(HeaderError::Nul);
        }
        match bare_line_end(section) {
            Some(line) => Err(HeaderError::BareLineEnd { line }),
            None => Ok(self),
        }
    }
}

enum Line {
    Empty,
    Continuation,
    Field { name_end: usize, value_start: usize },
    Other,
}

/// `line` includes its CRLF.
fn classify(line: &[u8]) -> Line {
    match line[0] {
        b'\r' if line.len() == 2 => return Line::Empty,
        b' ' | b'\t' => return Line::Continuation,
        _ => {}
    }
    let Some(colon) = memchr::memchr(b':', line) else {
        return Line::Other;
    };
    let mut name_end = colon;
    // RFC 5322 §4.5: obsolete syntax has white space before the colon.
    while name_end > 0 && matches!(line[name_end - 1], b' ' | b'\t') {
        name_end -= 1;
    }
    let printable = line[..name_end].iter().all(|b| (b'!'..=b'~').contains(b));
    if printable && name_end > 0 { Line::Field { name_end, value_start: colon + 1 } } else { Line::Other }
}

/// The length of the first line, CRLF included.
fn line_length(bytes: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'\n', bytes).find(|&at| at > 0 && bytes[at - 1] == b'\r').map(|at| at + 1)
}

/// The number of the line with the first CR or LF that is not part of CRLF. `section` ends with CRLF or is empty.
fn bare_line_end(section: &[u8]) -> Option<usize> {
    let mut lines = 0;
    let mut after_pair = 0;
    for at in memchr::memchr2_iter(b'\r', b'\n', section) {
        if at < after_pair {
            continue;
        }
        if section[at] != b'\r' || section.get(at + 1) != Some(&b'\n') {
            return Some(lines + 1);
        }
        lines += 1;
        after_pair = at + 2;
    }
    None
}

/// RFC 5322 §2.2.3. Borrows when the value stands on one line.
#[must_use]
pub fn unfold(value: &[u8]) -> Cow<'_, [u8]> {
    let value = value.trim_ascii();
    if memchr::memchr2(b'\r', b'\n', value).is_none() {
        return Cow::Borrowed(value);
    }
    Cow::Owned(value.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect())
}

#[cfg(test)]
mod tests;
