//! The names that a part gives its file: RFC 2183, RFC 2231, RFC 2047, and how people break them.
//!
//! Guarantee: whatever any common reader would take for the name is among those that are told. Linear in the field.

use mail::header::decode_text;

use super::field::{split_quoted, unquoted};

/// Pieces of one name (RFC 2231 §3). Reason: a name has 255 octets, and a piece some 50 of them.
const PIECES_MAX: usize = 100;

/// The names that a field without comments gives by `parameter`: `filename` of Content-Disposition, `name` of Content-Type.
pub(super) fn names(field: &str, parameter: &str) -> Vec<String> {
    let (mut names, mut pieces) = (Vec::new(), Vec::new());
    for piece in split_quoted(field).into_iter().skip(1) {
        let Some((key, value)) = piece.split_once('=') else { continue };
        let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
        let Some(suffix) = key.strip_prefix(parameter) else { continue };
        let plain = unquoted(value);
        match suffix.strip_prefix('*') {
            None if suffix.is_empty() => {
                names.push(decode_text(plain.as_bytes()));
                // Some take all that stands there, quoted or not.
                names.push(value.trim_matches('"').to_owned());
                names.push(plain);
            }
            None => {}
            Some("") => names.push(unescaped(without_charset(&plain))),
            Some(place) if pieces.len() < PIECES_MAX => {
                let (place, extended) = place.strip_suffix('*').map_or((place, false), |place| (place, true));
                let plain = if place == "0" && extended { without_charset(&plain) } else { &plain };
                let text = if extended { unescaped(plain) } else { plain.to_owned() };
                pieces.extend(place.parse::<u16>().ok().map(|place| (place, text)));
            }
            Some(_) => {}
        }
    }
    pieces.sort_by_key(|(place, _)| *place);
    if !pieces.is_empty() {
        names.push(pieces.into_iter().map(|(_, text)| text).collect());
    }
    names
}

/// What follows `charset'language'`.
fn without_charset(value: &str) -> &str {
    value.splitn(3, '\'').nth(2).unwrap_or(value)
}

fn unescaped(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        let digit = |at: usize| behind.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match (byte, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high << 4 | low).unwrap_or(b'?'));
                rest = &behind[2..];
            }
            _ => {
                out.push(byte);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
