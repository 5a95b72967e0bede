//! Header fields, written: folded, encoded where needed, never injected into.
//!
//! Guarantees
//! 1. A value with any control character (CR, LF, NUL, tab, …) is refused, so no value can start a field or end the header.
//! 2. Lines are at most 76 octets where the text has a place to break, and always below 998 (RFC 5322 §2.1.1): what has no such place is
//!    written as encoded words (RFC 2047, UTF-8, B or Q, whichever is shorter).
//! 3. `decode_text` of what was written gives the value back, white space at its ends trimmed.
//!
//! Not here: which fields a message has (`compose`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{HEADER_NAME_MAX, Mailbox};

/// Where lines are folded: RFC 2047 §2 allows 76 for a line with an encoded word.
const LINE_MAX: usize = 76;
/// An encoded word, its frame included (RFC 2047 §2).
const WORD_MAX: usize = 75;
/// `=?UTF-8?B?` and `?=`.
const WORD_FRAME: usize = 12;

/// Why a text is no field name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum HeaderNameError {
    #[error("a header name needs 1 to {HEADER_NAME_MAX} characters")]
    Length,
    #[error("a header name holds only printable ASCII without colon and space")]
    Character,
}

/// Why a text cannot be a field's value.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum HeaderValueError {
    #[error("a header value holds no control character: no line break, tab or NUL")]
    Control,
}

/// RFC 5322 §3.6.8 `ftext`.
pub fn check_name(name: &str) -> Result<(), HeaderNameError> {
    if !(1..=HEADER_NAME_MAX).contains(&name.len()) {
        return Err(HeaderNameError::Length);
    }
    let ok = name.bytes().all(|b| (b'!'..=b'~').contains(&b) && b != b':');
    if ok { Ok(()) } else { Err(HeaderNameError::Character) }
}

pub fn check_value(value: &str) -> Result<(), HeaderValueError> {
    if value.chars().any(char::is_control) { Err(HeaderValueError::Control) } else { Ok(()) }
}

/// Appends `name: value CRLF`, the value being unstructured text: Subject, Comments, custom fields.
pub fn write_text(out: &mut Vec<u8>, name: &str, value: &str) -> Result<(), HeaderValueError> {
    check_value(value)?;
    let value = value.trim();
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    if is_plain(value) {
        fold_plain(out, name.len() + 2, value);
    } else {
        write_words(out, name.len() + 2, value);
    }
    out.extend_from_slice(b"\r\n");
    Ok(())
}

/// Appends `name: mailbox, mailbox CRLF`, a new line where the next mailbox would pass the limit.
pub fn write_mailboxes(out: &mut Vec<u8>, name: &str, mailboxes: &[Mailbox]) -> Result<(), HeaderValueError> {
    out.extend_from_slice(name.as_bytes());
    out.push(b':');
    let mut column = name.len() + 1;
    for (index, mailbox) in mailboxes.iter().enumerate() {
        let text = mailbox_text(mailbox)?;
        if index > 0 {
            out.push(b',');
            column += 1;
            let first_line = memchr::memchr(b'\r', &text).unwrap_or(text.len());
            if column + 1 + first_line >= LINE_MAX {
                out.extend_from_slice(b"\r\n");
                column = 0;
            }
        }
        out.push(b' ');
        out.extend_from_slice(&text);
        column = match memchr::memrchr(b'\n', &text) {
            Some(at) => text.len() - at - 1,
            None => column + 1 + text.len(),
        };
    }
    out.extend_from_slice(b"\r\n");
    Ok(())
}

/// Whether the text can stand as it is: nothing to encode, nothing that looks encoded, a place to break at least every 900 octets.
fn is_plain(value: &str) -> bool {
    const UNBROKEN_MAX: usize = 900;
    value.is_ascii() && !value.contains("=?") && pieces(value).all(|piece| piece.len() <= UNBROKEN_MAX)
}

/// Cuts before each run of spaces.
fn pieces(value: &str) -> impl Iterator<Item = &str> {
    let mut rest = value;
    std::iter::from_fn(move || {
        let word = rest.find(|c| c != ' ')?;
        let end = rest[word..].find(' ').map_or(rest.len(), |at| word + at);
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

fn fold_plain(out: &mut Vec<u8>, mut column: usize, value: &str) {
    for (index, piece) in pieces(value).enumerate() {
        if index > 0 && column + piece.len() > LINE_MAX {
            out.extend_from_slice(b"\r\n");
            column = 0;
        }
        out.extend_from_slice(piece.as_bytes());
        column += piece.len();
    }
}

/// Writes all of `value` as encoded words; the first begins at `column`.
fn write_words(out: &mut Vec<u8>, mut column: usize, value: &str) {
    let q_length: usize = value.bytes().map(q_cost).sum();
    let is_base64 = value.len().div_ceil(3) * 4 < q_length;
    let mut rest = value;
    while !rest.is_empty() {
        // The longest character costs 12 octets in Q.
        if column + WORD_FRAME + 12 > LINE_MAX {
            out.extend_from_slice(b"\r\n ");
            column = 1;
        }
        let room = WORD_MAX.min(LINE_MAX - column) - WORD_FRAME;
        let (word, after) = rest.split_at(if is_base64 { fit_base64(rest, room) } else { fit_q(rest, room) });
        rest = after;
        out.extend_from_slice(if is_base64 { b"=?UTF-8?B?" } else { b"=?UTF-8?Q?" });
        if is_base64 {
            out.extend_from_slice(STANDARD.encode(word).as_bytes());
        } else {
            word.bytes().for_each(|byte| push_q(out, byte));
        }
        out.extend_from_slice(b"?=");
        column = LINE_MAX;
    }
}

/// The octets of the longest prefix, of whole characters, whose base64 is at most `room` long.
fn fit_base64(text: &str, room: usize) -> usize {
    let mut end = text.len().min(room / 4 * 3);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}

fn fit_q(text: &str, room: usize) -> usize {
    let mut cost = 0;
    for (at, c) in text.char_indices() {
        cost += text[at..at + c.len_utf8()].bytes().map(q_cost).sum::<usize>();
        if cost > room {
            return at;
        }
    }
    text.len()
}

/// RFC 2047 §5 (3): what a word in a phrase may hold unencoded; the same words then serve unstructured text too.
fn is_q_literal(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'!' | b'*' | b'+' | b'-' | b'/')
}

fn q_cost(byte: u8) -> usize {
    if is_q_literal(byte) || byte == b' ' { 1 } else { 3 }
}

fn push_q(out: &mut Vec<u8>, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    match byte {
        b' ' => out.push(b'_'),
        byte if is_q_literal(byte) => out.push(byte),
        byte => out.extend_from_slice(&[b'=', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]),
    }
}

/// `address`, or `phrase <address>`, folded inside as if it began at column 12: no name of an address field is longer.
fn mailbox_text(mailbox: &Mailbox) -> Result<Vec<u8>, HeaderValueError> {
    const START: usize = 12;
    const QUOTED_MAX: usize = 60;
    let address = mailbox.address.as_str();
    let Some(name) = &mailbox.name else {
        return Ok(address.as_bytes().to_vec());
    };
    check_value(name)?;
    let name = name.trim();
    let mut out = Vec::with_capacity(name.len() * 2 + address.len() + 8);
    if !name.is_ascii() || name.contains("=?") || name.len() > QUOTED_MAX {
        write_words(&mut out, START, name);
    } else if is_phrase(name) {
        out.extend_from_slice(name.as_bytes());
    } else {
        push_quoted(&mut out, name);
    }
    let column = memchr::memrchr(b'\n', &out).map_or(START + out.len(), |at| out.len() - at - 1);
    out.extend_from_slice(if column + address.len() + 3 > LINE_MAX { b"\r\n <" } else { b" <" });
    out.extend_from_slice(address.as_bytes());
    out.push(b'>');
    Ok(out)
}

/// Atoms with single spaces between (RFC 5322 §3.2.5), which need no quotes.
fn is_phrase(name: &str) -> bool {
    let is_atext = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
    name.split(' ').all(|word| !word.is_empty() && word.bytes().all(is_atext))
}

/// RFC 5322 §3.2.4.
pub(crate) fn push_quoted(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    for byte in text.bytes() {
        if matches!(byte, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out.push(b'"');
}
