//! Bodies in any charset: rewritten in place where ASCII is ASCII, through UTF-8 where it is not.

use encoding_rs::{Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::{Changes, html, text};

/// A rewritten body and its number of links; `None` when the body must stay as it is.
pub(super) type Rewritten = Option<(Vec<u8>, usize)>;

/// Rewrites HTML; without a charset it is taken for UTF-8.
pub(super) fn html(body: &[u8], charset: Option<&str>, first: usize, changes: &Changes<'_>) -> Rewritten {
    let encoding = encoding(charset)?;
    if encoding.is_ascii_compatible() {
        return html::rewrite(body, encoding, first, changes).ok();
    }
    through_utf8(body, encoding, |text| html::rewrite_html(text, first, changes).ok())
}

/// Rewrites plain text.
pub(super) fn text(body: &[u8], charset: Option<&str>, first: usize, changes: &Changes<'_>) -> Rewritten {
    let encoding = encoding(charset)?;
    if encoding == UTF_8 {
        // Octets that are no UTF-8 would be lost on the way.
        let (text, count) = text::rewrite_text(std::str::from_utf8(body).ok()?, first, changes);
        return Some((text.into_bytes(), count));
    }
    through_utf8(body, encoding, |text| Some(text::rewrite_text(text, first, changes)))
}

/// A charset nobody knows is read as one in which every octet is a character: what is ASCII is found, what is not stays. Those of
/// which octets below 128 may be anything (HZ, ISO-2022-KR, …) are not touched.
fn encoding(charset: Option<&str>) -> Option<&'static Encoding> {
    let Some(label) = charset else { return Some(UTF_8) };
    let encoding = Encoding::for_label(label.as_bytes()).unwrap_or(WINDOWS_1252);
    (encoding != REPLACEMENT).then_some(encoding)
}

/// Decodes, rewrites and encodes again, when that loses nothing.
fn through_utf8(
    body: &[u8],
    encoding: &'static Encoding,
    rewrite: impl FnOnce(&str) -> Option<(String, usize)>,
) -> Rewritten {
    let (decoded, malformed) = encoding.decode_without_bom_handling(body);
    if malformed {
        return None;
    }
    // The way back must lead to where it came from, or more than links would change.
    if encode(encoding, &decoded)? != body {
        return None;
    }
    let (new, count) = rewrite(&decoded)?;
    Some((encode(encoding, &new)?, count))
}

fn encode(encoding: &'static Encoding, text: &str) -> Option<Vec<u8>> {
    if encoding == UTF_16BE {
        return Some(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
    }
    if encoding == UTF_16LE {
        return Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    }
    let (octets, _, unmappable) = encoding.encode(text);
    (!unmappable).then(|| octets.into_owned())
}
