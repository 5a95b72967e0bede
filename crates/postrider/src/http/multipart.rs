//! `multipart/form-data` (RFC 7578): a form with a file, read from one piece of octets.
//!
//! Guarantees
//! 1. Time is linear in the body; a part's content is a view of it, never a copy.
//! 2. A body that is not wholly of this form gives nothing.
//!
//! Not here: how large a body may be (`http::json::octets`), whether the form is ours (`console::guard`).

use bytes::Bytes;
use memchr::memmem;

/// Parts of one body. Reason: a form of ours has a token, a file and a few fields.
const PARTS_MAX: usize = 20;
/// Octets of a part's header section. Reason: two fields, one with a file's name.
const HEAD_OCTETS_MAX: usize = 4_096;
/// Octets of a boundary (RFC 2046 §5.1.1).
const BOUNDARY_MAX: usize = 70;

/// One field of a form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    pub name: String,
    /// As the browser told it: empty where no file was chosen, none where the field is no file.
    pub filename: Option<String>,
    pub content: Bytes,
}

/// The parts of a body of this content type, in their order.
#[must_use]
pub fn parts(content_type: &str, body: &Bytes) -> Option<Vec<Part>> {
    let boundary = boundary(content_type)?;
    let delimiter = format!("\r\n--{boundary}");
    let finder = memmem::Finder::new(&delimiter);
    let mut at = 0;
    // The first delimiter needs no line end before it.
    if !body.starts_with(&delimiter.as_bytes()[2..]) {
        return None;
    }
    at += delimiter.len() - 2;
    let mut parts = Vec::new();
    loop {
        let rest = &body[at..];
        if rest.starts_with(b"--") {
            return Some(parts);
        }
        let head = rest.strip_prefix(b"\r\n")?;
        // The empty line may follow at once: then the part has no field.
        let window = &rest[..rest.len().min(HEAD_OCTETS_MAX)];
        let end = memmem::find(window, b"\r\n\r\n")?;
        let fields = head.get(..end.saturating_sub(2)).unwrap_or_default();
        let (name, filename) = disposition(&String::from_utf8_lossy(fields))?;
        let from = at + end + 4;
        let length = finder.find(body.get(from..)?)?;
        if parts.len() == PARTS_MAX {
            return None;
        }
        parts.push(Part { name, filename, content: body.slice(from..from + length) });
        at = from + length + delimiter.len();
    }
}

fn boundary(content_type: &str) -> Option<&str> {
    let (kind, params) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let named = |param: &'_ str| -> bool {
        param.trim().get(..9).is_some_and(|name| name.eq_ignore_ascii_case("boundary="))
    };
    let text = params.split(';').find(|param| named(param))?.trim();
    let text = text[9..].trim_matches('"');
    let letter = |b: u8| b.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&b);
    ((1..=BOUNDARY_MAX).contains(&text.len()) && text.bytes().all(letter)).then_some(text)
}

/// A field's name and its file's name (RFC 7578 §4.2), as browsers write them: quotes and line ends escaped by `%`.
fn disposition(fields: &str) -> Option<(String, Option<String>)> {
    const NAME: &str = "content-disposition:";
    let is = |line: &&str| line.get(..NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME));
    let line = fields.split("\r\n").find(is)?;
    let mut rest = line[NAME.len()..].trim().strip_prefix("form-data")?;
    let (mut name, mut filename) = (None, None);
    while let Some(param) = rest.trim_start().strip_prefix(';') {
        let (key, value) = param.trim_start().split_once("=\"")?;
        let (value, after) = value.split_once('"')?;
        let value = || value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n");
        match key {
            "name" => name = Some(value()),
            "filename" => filename = Some(value()),
            _ => {}
        }
        rest = after;
    }
    Some((name?, filename))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=----X";

    fn read(content_type: &str, body: &str) -> Option<Vec<(String, Option<String>, String)>> {
        let text =
            |part: Part| (part.name, part.filename, String::from_utf8_lossy(&part.content).into_owned());
        Some(parts(content_type, &Bytes::from(body.to_owned()))?.into_iter().map(text).collect())
    }

    #[test]
    fn a_form_as_browsers_send_it_is_read() {
        let body = "------X\r\nContent-Disposition: form-data; name=\"form_token\"\r\n\r\nabc\r\n\
            ------X\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a %22b%22 \u{fc}.png\"\r\n\
            Content-Type: image/png\r\n\r\n\u{1}\r\n--\r\n----\r\n\r\n------X--\r\n";
        let wanted = vec![
            ("form_token".to_owned(), None, "abc".to_owned()),
            ("file".to_owned(), Some("a \"b\" \u{fc}.png".to_owned()), "\u{1}\r\n--\r\n----\r\n".to_owned()),
        ];
        assert_eq!(read(TYPE, body), Some(wanted.clone()));
        assert_eq!(read("Multipart/Form-Data; charset=utf-8; Boundary=\"----X\"", body), Some(wanted));
        assert_eq!(read(TYPE, "------X--"), Some(vec![]), "a form without a field");
    }

    #[test]
    fn what_is_no_such_form_gives_nothing() {
        let head = "------X\r\nContent-Disposition: form-data; name=\"a\"";
        let long = "x".repeat(HEAD_OCTETS_MAX);
        let many = format!("{head}\r\n\r\nb\r\n").repeat(PARTS_MAX + 1) + "------X--";
        let table = [
            (TYPE, String::new()),
            (TYPE, "a=b".to_owned()),
            (TYPE, format!("{head}\r\n\r\nwithout an end")),
            (TYPE, format!("{head}\r\nno empty line\r\n------X--")),
            (TYPE, format!("{head}\r\n{long}\r\n\r\nb\r\n------X--")),
            (TYPE, "------X\r\n\r\nwithout a name\r\n------X--".to_owned()),
            (TYPE, "------X\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nb\r\n------X--".to_owned()),
            (TYPE, many),
            ("application/x-www-form-urlencoded", format!("{head}\r\n\r\nb\r\n------X--")),
            ("multipart/form-data", format!("{head}\r\n\r\nb\r\n------X--")),
            ("multipart/form-data; boundary=", format!("{head}\r\n\r\nb\r\n------X--")),
        ];
        for (content_type, body) in table {
            assert_eq!(read(content_type, &body), None, "{content_type}: {body:.80}");
        }
    }
}
