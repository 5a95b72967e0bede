//! The tree of parts, and how it is written.
//!
//! Guarantees: at most three layers (mixed, alternative, related); a part's fields are those of RFC 2045 and 2183 only.

use std::borrow::Cow;

use super::encoding::{Encoding, is_seven_bit};
use super::parameter::{bare_id, content_type, is_invitation, names, write_filename};
use super::{Attachment, Draft, Place};
use crate::canonical_lines;

enum Part<'a> {
    Text {
        kind: &'static str,
        body: Cow<'a, [u8]>,
    },
    /// What calendars act upon, in their own type.
    Invitation {
        kind: &'a str,
        body: Cow<'a, [u8]>,
    },
    File {
        attachment: &'a Attachment<'a>,
        is_inline: bool,
    },
    Several {
        kind: Layer,
        parts: Vec<Part<'a>>,
    },
}

#[derive(Clone, Copy)]
enum Layer {
    Mixed,
    Alternative,
    Related,
}

/// Appends the fields that describe the body, the empty line, and the body.
pub(super) fn write_body(draft: &Draft<'_>, out: &mut Vec<u8>) {
    let mut boundaries = Boundaries { seed: draft.seed, made: 0 };
    write_part(out, &tree(draft), &mut boundaries);
}

fn tree<'a>(draft: &'a Draft<'a>) -> Part<'a> {
    let text = |kind, body: &'a str| Part::Text { kind, body: canonical_lines(body.as_bytes()) };
    // Without html nothing refers to an inline attachment, so it is an ordinary one.
    let is_inline = |attachment: &Attachment<'_>| {
        draft.html.is_some() && attachment.content_id.is_some() && attachment.place == Place::Suggested
    };
    let html = draft.html.map(|html| {
        let inline = draft
            .attachments
            .iter()
            .filter(|attachment| is_inline(attachment))
            .map(|attachment| Part::File { attachment, is_inline: true });
        layer(Layer::Related, std::iter::once(text("text/html", html)).chain(inline).collect())
    });
    let plain = draft.text.or(draft.html.is_none().then_some("")).map(|plain| text("text/plain", plain));
    // The richest form comes last (RFC 2046 §5.1.4).
    let invited = invitation(draft).map(|attachment| Part::Invitation {
        kind: content_type(attachment),
        body: canonical_lines(attachment.content),
    });
    let content = layer(Layer::Alternative, [plain, html, invited].into_iter().flatten().collect());
    let is_invited =
        |attachment: &Attachment<'_>| invitation(draft).is_some_and(|one| std::ptr::eq(one, attachment));
    let files =
        draft.attachments.iter().filter(|attachment| !is_inline(attachment) && !is_invited(attachment));
    let files = files.map(|attachment| Part::File { attachment, is_inline: false });
    layer(Layer::Mixed, std::iter::once(content).chain(files).collect())
}

/// The first attachment that is an invitation; calendars act upon no more than one.
fn invitation<'a>(draft: &'a Draft<'a>) -> Option<&'a Attachment<'a>> {
    let is_one = |attachment: &&Attachment<'_>| {
        attachment.place == Place::Suggested
            && attachment.content_id.is_none()
            && is_invitation(content_type(attachment))
    };
    draft.attachments.iter().find(is_one)
}

fn layer(kind: Layer, mut parts: Vec<Part<'_>>) -> Part<'_> {
    match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            parts.extend(last);
            Part::Several { kind, parts }
        }
    }
}

fn write_part(out: &mut Vec<u8>, part: &Part<'_>, boundaries: &mut Boundaries) {
    match part {
        Part::Text { kind, body } => {
            let encoding = Encoding::for_text(body);
            push(out, &["Content-Type: ", kind, "; charset=utf-8\r\n"]);
            push(out, &["Content-Transfer-Encoding: ", encoding.name(), "\r\n\r\n"]);
            encoding.write(out, body);
        }
        Part::Invitation { kind, body } => {
            let encoding = Encoding::for_text(body);
            let charset =
                if kind.split(';').any(|piece| names(piece, "charset")) { "" } else { "; charset=utf-8" };
            push(out, &["Content-Type: ", kind, charset, "\r\n"]);
            push(out, &["Content-Transfer-Encoding: ", encoding.name(), "\r\n\r\n"]);
            encoding.write(out, body);
        }
        Part::File { attachment, is_inline } => write_file(out, attachment, *is_inline),
        Part::Several { kind, parts } => {
            let boundary = boundaries.next();
            push(out, &["Content-Type: ", kind.name(), ";\r\n boundary=\"", &boundary, "\"\r\n\r\n"]);
            for part in parts {
                push(out, &["--", &boundary, "\r\n"]);
                write_part(out, part, boundaries);
                // This line end belongs to the boundary (RFC 2046 §5.1.1); the part's own stands before it.
                push(out, &["\r\n"]);
            }
            push(out, &["--", &boundary, "--\r\n"]);
        }
    }
}

fn write_file(out: &mut Vec<u8>, attachment: &Attachment<'_>, is_inline: bool) {
    let mut kind = content_type(attachment);
    let mut encoding = Encoding::Base64;
    if kind.get(..8).is_some_and(|main| main.eq_ignore_ascii_case("message/")) {
        // RFC 2046 §5.2.1: a message within a message is not encoded. One that would have to be travels as octets.
        match is_seven_bit(attachment.content) {
            true => encoding = Encoding::SevenBit,
            false => kind = "application/octet-stream",
        }
    }
    push(out, &["Content-Type: ", kind, "\r\n"]);
    push(out, &["Content-Transfer-Encoding: ", encoding.name(), "\r\n"]);
    if let Some(id) = attachment.content_id {
        push(out, &["Content-ID: <", bare_id(id), ">\r\n"]);
    }
    push(out, &["Content-Disposition: ", if is_inline { "inline" } else { "attachment" }]);
    if let Some(name) = attachment.filename {
        write_filename(out, name);
    }
    push(out, &["\r\n\r\n"]);
    encoding.write(out, attachment.content);
}

fn push(out: &mut Vec<u8>, pieces: &[&str]) {
    pieces.iter().for_each(|piece| out.extend_from_slice(piece.as_bytes()));
}

impl Layer {
    fn name(self) -> &'static str {
        match self {
            Layer::Mixed => "multipart/mixed",
            Layer::Alternative => "multipart/alternative",
            Layer::Related => "multipart/related",
        }
    }
}

/// Numbers the layers of one message.
struct Boundaries {
    seed: u64,
    made: u64,
}

impl Boundaries {
    /// `=_` occurs in no encoded body (RFC 2045 §6.7 suggests it), and 7bit bodies that hold it are encoded.
    fn next(&mut self) -> String {
        self.made += 1;
        format!("=_{}_{:016x}", self.made, mixed(self.seed.wrapping_add(self.made)))
    }
}

/// The finaliser of SplitMix64: seeds that follow each other give boundaries that look unlike.
fn mixed(seed: u64) -> u64 {
    let seed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let seed = (seed ^ (seed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    seed ^ (seed >> 31)
}
