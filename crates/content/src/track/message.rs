//! A raw message with its links changed.

use super::mime::{TextKind, TextPart, text_parts};
use super::transfer::Encoding;
use super::{Changes, charset};

/// What begins a text that is signed or encrypted without MIME's help (RFC 9580 §6.2).
const PGP: &[u8] = b"-----BEGIN PGP ";

/// The message with its links changed; `None` when it must or can go out as it is.
#[must_use]
pub fn rewrite_message(raw: &[u8], changes: &Changes<'_>) -> Option<Vec<u8>> {
    let parts = text_parts(raw)?;
    let mut splices = Vec::new();
    let mut number = 0;
    let mut closed = false;
    for part in &parts {
        let closing = if closed { "" } else { changes.closing };
        let Some((body, count)) = rewrite_part(raw, part, number, &Changes { closing, ..*changes }) else {
            continue;
        };
        number += count;
        closed |= part.kind == TextKind::Html;
        splices.push((part, body));
    }
    if splices.is_empty() {
        return None;
    }
    let grown: usize = splices.iter().map(|(_, body)| body.len()).sum();
    let mut out = Vec::with_capacity(raw.len() + grown);
    let mut done = 0;
    for (part, body) in splices {
        splice(&mut out, raw, &mut done, (part, &body));
    }
    out.extend_from_slice(&raw[done..]);
    Some(out)
}

/// The new body, decoded, and its number of links; `None` when it stays.
fn rewrite_part(raw: &[u8], part: &TextPart, first: usize, changes: &Changes<'_>) -> charset::Rewritten {
    let rewrite = match part.kind {
        TextKind::Html => charset::html,
        TextKind::Plain if changes.text || changes.unsubscribe.is_some() => charset::text,
        TextKind::Plain => return None,
    };
    let old = part.encoding.decode(&raw[part.body.clone()])?;
    if memchr::memmem::find(&old, PGP).is_some() {
        return None;
    }
    let (new, count) = rewrite(&old, part.charset.as_deref(), first, changes)?;
    (new != old).then_some((new, count))
}

fn splice(out: &mut Vec<u8>, raw: &[u8], done: &mut usize, (part, body): (&TextPart, &[u8])) {
    let encoding = part.encoding.fit_for(body);
    if encoding != part.encoding {
        out.extend_from_slice(&raw[*done..part.encoding_field.start]);
        out.extend_from_slice(b"Content-Transfer-Encoding: quoted-printable\r\n");
        *done = part.encoding_field.end;
    }
    out.extend_from_slice(&raw[*done..part.body.start]);
    out.extend_from_slice(&encoding.encode(body));
    // The line end after the last line of base64 is not part of what it encodes.
    if encoding == Encoding::Base64 && raw[part.body.clone()].ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    *done = part.body.end;
}
