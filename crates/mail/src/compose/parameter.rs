//! Content types, content ids and file names: checked, and written as parameters (RFC 2045 §5.1, RFC 2231, RFC 2392).
//!
//! Not here: which part gets which (`part`).

use super::{
    Attachment, CONTENT_ID_MAX_BYTES, CONTENT_TYPE_MAX_BYTES, FILENAME_MAX_BYTES, Mistake, Mistakes,
};
use crate::header::push_quoted;

/// Types that mail clients open by name; anything else is octets.
const BY_ENDING: &[(&str, &str)] = &[
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain; charset=utf-8"),
    ("csv", "text/csv; charset=utf-8"),
    ("html", "text/html; charset=utf-8"),
    ("ics", "text/calendar; charset=utf-8"),
    ("json", "application/json"),
    ("xml", "application/xml"),
    ("zip", "application/zip"),
    ("eml", "message/rfc822"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
];

const OCTETS: &str = "application/octet-stream";

/// Longest value that stands in quotes on the line of its parameter.
const QUOTED_MAX: usize = 60;

pub(super) fn check_attachments(attachments: &[Attachment<'_>], mistakes: &mut Mistakes) {
    for (index, attachment) in attachments.iter().enumerate() {
        let mut check = |field: &str, ok: bool, mistake: Mistake| {
            if !ok {
                mistakes.add(format!("/attachments/{index}/{field}"), mistake);
            }
        };
        check("filename", attachment.filename.is_none_or(is_filename), Mistake::Filename);
        check("content_type", attachment.content_type.is_none_or(is_content_type), Mistake::ContentType);
        check(
            "content_id",
            attachment.content_id.is_none_or(|id| is_content_id(bare_id(id))),
            Mistake::ContentId,
        );
    }
}

/// The declared type, otherwise the one that the file name suggests.
pub(super) fn content_type<'a>(attachment: &Attachment<'a>) -> &'a str {
    attachment.content_type.unwrap_or_else(|| content_type_of(attachment.filename.unwrap_or_default()))
}

/// The type that a file name's ending suggests; `application/octet-stream` when it suggests none.
#[must_use]
pub fn content_type_of(filename: &str) -> &'static str {
    let ending = filename.rsplit_once('.').map_or("", |(_, ending)| ending);
    let known = BY_ENDING.iter().find(|(known, _)| known.eq_ignore_ascii_case(ending));
    known.map_or(OCTETS, |(_, found)| found)
}

/// Whether a type is that of a calendar object that asks for something: `text/calendar; method=REQUEST` (RFC 6047 §2.4).
pub(super) fn is_invitation(content_type: &str) -> bool {
    let mut pieces = content_type.split(';').map(str::trim);
    pieces.next().is_some_and(|main| main.eq_ignore_ascii_case("text/calendar"))
        && pieces.any(|piece| names(piece, "method"))
}

/// Whether a parameter has this name.
pub(super) fn names(parameter: &str, name: &str) -> bool {
    parameter.trim().split_once('=').is_some_and(|(own, _)| own.eq_ignore_ascii_case(name))
}

/// A content id without the angle brackets that people may write.
pub(super) fn bare_id(id: &str) -> &str {
    id.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(id)
}

/// Appends `; filename=…` on a line of its own: in quotes when it is short ASCII, otherwise as RFC 2231 has it, in as many pieces as needed.
pub(super) fn write_filename(out: &mut Vec<u8>, name: &str) {
    if name.is_ascii() && name.len() <= QUOTED_MAX {
        out.extend_from_slice(b";\r\n filename=");
        push_quoted(out, name);
        return;
    }
    let pieces = percent_pieces(name);
    for (index, piece) in pieces.iter().enumerate() {
        let charset = if index == 0 { "UTF-8''" } else { "" };
        let counter = if pieces.len() == 1 { String::new() } else { format!("*{index}") };
        out.extend_from_slice(format!(";\r\n filename{counter}*={charset}{piece}").as_bytes());
    }
}

/// The text percent-encoded (RFC 5987 §3.2.1) in pieces of at most 52, cut between characters: Python's parser wants each piece decodable.
fn percent_pieces(text: &str) -> Vec<String> {
    const PIECE_MAX: usize = 52;
    let mut pieces = Vec::new();
    let mut piece = String::new();
    for c in text.chars() {
        let literal = c.is_ascii_alphanumeric() || "!#$&+-.^_`|~".contains(c);
        let cost = if literal { 1 } else { 3 * c.len_utf8() };
        if piece.len() + cost > PIECE_MAX {
            pieces.push(std::mem::take(&mut piece));
        }
        if literal {
            piece.push(c);
        } else {
            c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| piece.push_str(&format!("%{byte:02X}")));
        }
    }
    pieces.push(piece);
    pieces
}

/// Whether a file name may stand in a message: 1 to [`FILENAME_MAX_BYTES`] octets, no control character.
#[must_use]
pub fn is_filename(name: &str) -> bool {
    (1..=FILENAME_MAX_BYTES).contains(&name.len()) && !name.chars().any(char::is_control)
}

fn is_content_id(id: &str) -> bool {
    (1..=CONTENT_ID_MAX_BYTES).contains(&id.len())
        && id.bytes().all(|b| (b'!'..=b'~').contains(&b) && !matches!(b, b'<' | b'>'))
}

/// Whether a content type may stand in a message: `type/subtype`, then parameters `; name=value` with a token or a quoted string
/// (RFC 2045 §5.1).
#[must_use]
pub fn is_content_type(text: &str) -> bool {
    if text.len() > CONTENT_TYPE_MAX_BYTES || !text.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        return false;
    }
    let (kind, mut rest) = text.split_at(text.find(';').unwrap_or(text.len()));
    let Some((main, sub)) = kind.trim_end().split_once('/') else {
        return false;
    };
    if !is_token(main) || !is_token(sub) || main.eq_ignore_ascii_case("multipart") {
        return false;
    }
    while let Some(parameter) = rest.strip_prefix(';') {
        match parameter_end(parameter.trim_start()) {
            Some(after) => rest = after.trim_start(),
            None => return false,
        }
    }
    rest.is_empty()
}

/// What follows `name=value`.
fn parameter_end(text: &str) -> Option<&str> {
    let (name, value) = text.split_once('=')?;
    if !is_token(name) {
        return None;
    }
    if let Some(quoted) = value.strip_prefix('"') {
        let mut escaped = false;
        let end = quoted.find(|c| {
            let closes = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            closes
        })?;
        return Some(&quoted[end + 1..]);
    }
    let end = value.find([';', ' ']).unwrap_or(value.len());
    is_token(&value[..end]).then_some(&value[end..])
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`{|}~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_types_that_can_be_written_as_they_are() {
        let good = [
            "application/pdf",
            "text/plain; charset=utf-8",
            "text/x;a=\"b; \\\"c\";d=e",
            "image/svg+xml ; x=y",
        ];
        let bad = [
            "",
            "pdf",
            "a/b/c",
            "a/",
            "/b",
            "a b/c",
            "multipart/mixed",
            "a/b;",
            "a/b; c",
            "a/b; c=\"d",
            "a/b\r\nX: y",
            "a/b; ü=1",
        ];
        assert_eq!(good.iter().find(|text| !is_content_type(text)), None);
        assert_eq!(bad.iter().find(|text| is_content_type(text)), None);
    }

    #[test]
    fn file_names_as_parameters() {
        let cases: &[(&str, &str)] = &[
            ("a.pdf", "filename=\"a.pdf\""),
            ("a \"b\".pdf", "filename=\"a \\\"b\\\".pdf\""),
            ("Übersicht 1.pdf", "filename*=UTF-8''%C3%9Cbersicht%201.pdf"),
            (
                "äääääääääää",
                "filename*0*=UTF-8''%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4;\r\n filename*1*=%C3%A4%C3%A4%C3%A4",
            ),
        ];
        for (name, expected) in cases {
            let mut out = Vec::new();
            write_filename(&mut out, name);
            assert_eq!(String::from_utf8_lossy(&out), format!(";\r\n {expected}"), "{name:?}");
        }
    }
}
