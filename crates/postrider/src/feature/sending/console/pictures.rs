//! A mail's own pictures in its preview: `cid:` becomes the octets of the part that it names.
//!
//! Guarantees
//! 1. Only parts of this very mail, and only of kinds that are pixels alone: what could hold a script (SVG) stays away.
//! 2. The page grows by [`INLINED_MAX`] octets at most, however often a picture is named; each octet is looked at once.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_parser::{MessageParser, MimeHeaders};

/// Octets of pictures as text in a page at most.
const INLINED_MAX: usize = 24 * 1024 * 1024;
/// Octets of a part's name at most.
const NAME_MAX: usize = 1_000;
const KINDS: [&str; 5] = ["png", "jpeg", "gif", "webp", "bmp"];

/// `html` of the mail `octets` with its pictures in it.
#[must_use]
pub(super) fn with_pictures(html: &str, octets: &[u8]) -> String {
    if !html.contains("cid:") {
        return html.to_owned();
    }
    let pictures = pictures(octets);
    let (mut out, mut rest, mut room) = (String::with_capacity(html.len()), html, INLINED_MAX);
    while let Some(at) = rest.find("cid:") {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let name = &from[4..];
        let end = name.find(|c: char| c.is_whitespace() || "\"'<>()&".contains(c)).unwrap_or(name.len());
        let (name, behind) = name.split_at(end);
        match picture(&pictures, name).filter(|(_, octets)| octets.len() / 3 * 4 + 4 <= room) {
            Some((kind, octets)) => {
                let text = STANDARD.encode(octets);
                room -= text.len();
                out.push_str("data:image/");
                out.push_str(kind);
                out.push_str(";base64,");
                out.push_str(&text);
            }
            None => {
                out.push_str("cid:");
                out.push_str(name);
            }
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

type Pictures = HashMap<String, (&'static str, Vec<u8>)>;

fn picture<'p>(pictures: &'p Pictures, name: &str) -> Option<(&'static str, &'p [u8])> {
    if name.len() > NAME_MAX {
        return None;
    }
    let name = percent_decoded(name);
    pictures.get(&name).map(|(kind, octets)| (*kind, octets.as_slice()))
}

/// RFC 2392: a Content-ID in a URL has its odd letters escaped.
fn percent_decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = |at: usize| tail.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        match (first, hex(0), hex(1)) {
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                rest = &tail[2..];
            }
            _ => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn pictures(octets: &[u8]) -> Pictures {
    let Some(message) = MessageParser::default().parse(octets) else { return Pictures::new() };
    let parts = message.parts.iter().filter_map(|part| {
        let kind = part.content_type().filter(|kind| kind.ctype().eq_ignore_ascii_case("image"))?;
        let kind = kind.subtype()?.to_ascii_lowercase();
        let kind = KINDS.into_iter().find(|known| *known == kind)?;
        let name = part.content_id()?.trim_matches(['<', '>']).to_owned();
        Some((name, (kind, part.contents().to_vec())))
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>x</p>\r\n\
        --b\r\nContent-Type: image/png\r\nContent-ID: <logo@a b>\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n\
        --b\r\nContent-Type: image/svg+xml\r\nContent-ID: <svg>\r\n\r\n<svg onload=alert(1)>\r\n\
        --b\r\nContent-Type: text/html\r\nContent-ID: <page>\r\n\r\n<script>\r\n--b--\r\n";

    #[test]
    fn only_pictures_of_the_mail_itself_are_put_in() {
        let table = [
            ("<img src=\"cid:logo@a%20b\">", "<img src=\"data:image/png;base64,AAEC\">"),
            ("<img src=cid:svg>", "<img src=cid:svg>"),
            ("<img src=cid:page>", "<img src=cid:page>"),
            ("<img src='cid:other'>cid:", "<img src='cid:other'>cid:"),
            ("cid:%", "cid:%"),
            ("no picture", "no picture"),
        ];
        for (html, wanted) in table {
            assert_eq!(with_pictures(html, MAIL.as_bytes()), wanted, "{html}");
        }
    }
}
