//! The few edits that an accepted message gets: control headers out, a missing Date and Message-ID in (RFC 6409 §8).
//!
//! Guarantees
//! 1. No other octet changes: the other fields keep order, case and folding, the body is not looked at.
//! 2. A message that needs no edit is not copied.
//! 3. The edited header section ends with an empty line, also when the message had none.

use crate::date::write_rfc5322;
use crate::{At, Headers};

/// What to remove, and what to add where it is missing.
#[derive(Clone, Copy, Debug)]
pub struct Edit<'a> {
    /// Field names to remove, in any case; a name that ends with `*` stands for all that begin so: `X-Postrider-*`.
    pub remove: &'a [&'a str],
    /// For a missing Date.
    pub now: At,
    /// For a missing Message-ID: `left@right`, without angle brackets.
    pub message_id: &'a str,
}

/// The new header section, its empty line included, to stand before [`Headers::body`]; `None` when the message stands as it is.
#[must_use]
pub fn edited_prefix(headers: &Headers<'_>, edit: &Edit<'_>) -> Option<Vec<u8>> {
    let removes = |name: &str| edit.remove.iter().any(|pattern| matches_name(pattern, name));
    let (mut has_date, mut has_message_id, mut removes_any) = (false, false, false);
    for field in headers.fields() {
        has_date |= field.name.eq_ignore_ascii_case("Date");
        has_message_id |= field.name.eq_ignore_ascii_case("Message-ID");
        removes_any |= removes(field.name);
    }
    if has_date && has_message_id && !removes_any && headers.is_separated() {
        return None;
    }
    let mut out = Vec::with_capacity(headers.fields_end() + edit.message_id.len() + 64);
    if removes_any {
        let kept = headers.fields().filter(|field| !removes(field.name));
        kept.for_each(|field| out.extend_from_slice(&headers.raw()[field.range]));
    } else {
        out.extend_from_slice(&headers.raw()[..headers.fields_end()]);
    }
    if !has_date {
        out.extend_from_slice(b"Date: ");
        write_rfc5322(&mut out, edit.now);
        out.extend_from_slice(b"\r\n");
    }
    if !has_message_id {
        out.extend_from_slice(b"Message-ID: <");
        out.extend_from_slice(edit.message_id.as_bytes());
        out.extend_from_slice(b">\r\n");
    }
    out.extend_from_slice(b"\r\n");
    Some(out)
}

fn matches_name(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start)),
        None => pattern.eq_ignore_ascii_case(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_headers_go_and_what_is_missing_comes() {
        let added = "Date: Thu, 01 Jan 1970 00:00:00 +0000\r\nMessage-ID: <m1@x.org>\r\n\r\n";
        let cases: &[(&str, Option<String>)] = &[
            ("Date: d\r\nMessage-Id: m\r\n\r\nbody", None),
            ("DATE: d\r\nMESSAGE-ID: m\r\nBcc: b\r\n\r\nbody", None),
            ("Subject:  s\r\n\t2\r\n\r\nbody", Some(format!("Subject:  s\r\n\t2\r\n{added}"))),
            (
                "Date: d\r\nx-postrider-tags: a,\r\n b\r\nX-Other: x\r\nMessage-ID: m\r\nBcc: b\r\n\r\nbody",
                Some("Date: d\r\nX-Other: x\r\nMessage-ID: m\r\nBcc: b\r\n\r\n".into()),
            ),
            ("Date: d\r\nMessage-ID: m\r\nno field\r\n", Some("Date: d\r\nMessage-ID: m\r\n\r\n".into())),
            ("hello", Some(added.into())),
        ];
        let edit = Edit { remove: &["X-Postrider-*"], now: At(0), message_id: "m1@x.org" };
        for (message, expected) in cases {
            let headers = Headers::scan(message.as_bytes()).unwrap();
            let prefix = edited_prefix(&headers, &edit).map(|p| String::from_utf8(p).unwrap());
            assert_eq!(prefix, *expected, "{message:?}");
        }
    }
}
