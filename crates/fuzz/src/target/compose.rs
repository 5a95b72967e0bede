//! Messages that we compose, read by a reader of MIME that was written apart from the writer.
//!
//! Fields: subject, names of author and recipient, header's name and value, text, html, file name, content type, content
//! id, message id, the file.
//!
//! Properties
//! 1. No injection: the header section has the fields of the draft in their order, and no other, whatever they hold.
//! 2. Text, html and file arrive as they were given: text with its lines ended by CRLF, the file octet for octet.
//! 3. Lines keep the limit of RFC 5322, and are ended by CRLF only.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail::compose::{Attachment, Draft, Place, compose};
use mail::{Address, At, Headers, Mailbox, canonical_lines};

use crate::{Target, kind, target};

pub(super) const TARGET: Target = Target {
    name: "compose",
    check,
    tokens: &[
        "Subject",
        "X-Tag",
        "Bcc",
        "a.pdf",
        "a.eml",
        "gr\u{fc}n.txt",
        "text/plain; charset=utf-8",
        "message/rfc822",
        "text/html; name=\"a;b\"",
        "application/pdf",
        "logo@x",
        "<logo>",
        "m1@x.org",
        "\r\n",
        "\r\nBcc: x@y.z",
        "\n.\n",
        "\r",
        "=_1_",
        "--=_1_",
        "=?utf-8?Q?a?=",
        "=",
        " \r\n",
        "\u{85}",
        "\u{1f600}",
        "\x1f",
        "From: a@b.test\r\n\r\nhi\r\n",
    ],
    input_max: 6_000,
    rounds: 1_500,
};

fn check(input: &[u8]) -> u64 {
    let [subject, names, name, value, plain, html, rest] = target::fields(input);
    let [filename, content_type, content_id, message_id, file] = target::fields(rest);
    let [subject, names, name, value, plain, html, filename, content_type, content_id, message_id] =
        [subject, names, name, value, plain, html, filename, content_type, content_id, message_id]
            .map(target::text);
    let from = mailbox(&names, "ann@example.org");
    let to = [mailbox(&names, "bob@example.org")];
    let given = |text: &str| !text.is_empty();
    let header = [(name.as_str(), value.as_str())];
    let attachment = Attachment {
        filename: Some(filename.as_str()).filter(|text| given(text)),
        content_type: Some(content_type.as_str()).filter(|text| given(text)),
        content_id: Some(content_id.as_str()).filter(|text| given(text)),
        content: file,
        place: Place::Suggested,
    };
    let attachments = [attachment];
    let draft = Draft {
        from: &from,
        reply_to: &[],
        to: &to,
        cc: &[],
        subject: &subject,
        date: At(0),
        message_id: if given(&message_id) { &message_id } else { "m1@example.org" },
        text: Some(plain.as_str()).filter(|text| given(text)),
        html: Some(html.as_str()).filter(|text| given(text)),
        attachments: if file.is_empty() { &[] } else { &attachments },
        headers: if given(&name) { &header } else { &[] },
        seed: 7,
    };
    match compose(&draft) {
        Ok(message) => holds(&draft, &message),
        Err(mistakes) => {
            assert!(mistakes.iter().all(|mistake| mistake.pointer.starts_with('/')), "{mistakes:?}");
            kind(mistakes.iter().map(|mistake| mistake.mistake.to_string()).collect::<Vec<_>>())
        }
    }
}

/// What a part of several may say of itself.
const PART_FIELDS: [&str; 4] =
    ["Content-Type", "Content-Transfer-Encoding", "Content-ID", "Content-Disposition"];

fn mailbox(name: &str, address: &str) -> Mailbox {
    let name = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
    Mailbox { name, address: Address::parse(address).expect("an address") }
}

fn holds(draft: &Draft<'_>, message: &[u8]) -> u64 {
    assert!(target::only_crlf(message));
    assert!(message.split(|byte| *byte == b'\n').all(|line| line.len() <= 999));
    let headers = Headers::scan(message).expect("what was composed can be scanned");
    let several =
        draft.attachments.len() + usize::from(draft.text.is_some()) + usize::from(draft.html.is_some());
    let files_alone = draft.text.is_none() && draft.html.is_none() && !draft.attachments.is_empty();
    let mut expected = vec!["From", "To", "Subject", "Date", "Message-ID"];
    expected.extend(draft.headers.iter().map(|(name, _)| *name));
    expected.extend(["MIME-Version", "Content-Type"]);
    if several <= 1 && !files_alone {
        expected.push("Content-Transfer-Encoding");
    }
    let found: Vec<&str> = headers.fields().map(|field| field.name).collect();
    assert_eq!(found, expected, "{}", message.escape_ascii());
    assert_eq!(headers.text("subject").as_deref(), Some(draft.subject.trim()));
    assert_eq!(headers.author().as_ref(), Ok(draft.from));
    assert_eq!(headers.mailboxes("to").as_deref(), Ok(draft.to));
    for (name, value) in draft.headers {
        assert_eq!(headers.text(name).as_deref(), Some(value.trim()));
    }
    let mut parts = Vec::new();
    leaves(message, &mut parts);
    let as_lines = |text: &str| canonical_lines(text.as_bytes()).into_owned();
    let mut wanted: Vec<Vec<u8>> = draft.text.into_iter().chain(draft.html).map(as_lines).collect();
    if wanted.is_empty() {
        wanted.push(b"\r\n".to_vec());
    }
    wanted.extend(draft.attachments.iter().map(arrives));
    for part in parts.iter().filter(|_| parts.len() > 1) {
        let known = |name: &String| PART_FIELDS.contains(&name.as_str());
        assert!(part.names.iter().all(known), "{:?}", part.names);
    }
    let bodies: Vec<&Vec<u8>> = parts.iter().map(|part| &part.content).collect();
    assert_eq!(bodies, wanted.iter().collect::<Vec<_>>(), "{}", message.escape_ascii());
    kind(parts.iter().map(|part| (part.encoding.clone(), part.names.len())).collect::<Vec<_>>())
}

/// What comes of a file: an invitation is a text, everything else its octets.
fn arrives(attachment: &Attachment<'_>) -> Vec<u8> {
    let kind = attachment.content_type.unwrap_or_default().to_ascii_lowercase();
    let mut pieces = kind.split(';').map(str::trim);
    let calendar = pieces.next() == Some("text/calendar");
    match calendar && attachment.content_id.is_none() && pieces.any(|piece| piece.starts_with("method=")) {
        true => canonical_lines(attachment.content).into_owned(),
        false => attachment.content.to_vec(),
    }
}

/// A part without parts.
struct Leaf {
    encoding: String,
    /// Its fields.
    names: Vec<String>,
    content: Vec<u8>,
}

/// RFC 2046 §5.1.1, slowly: boundaries are looked for line by line.
fn leaves(entity: &[u8], out: &mut Vec<Leaf>) {
    let headers = Headers::scan(entity).expect("a part has a header section");
    assert!(headers.is_separated());
    let value =
        |name: &str| headers.field_unfolded(name).map(|value| target::text(&value)).unwrap_or_default();
    let kind = value("Content-Type");
    if !kind.to_ascii_lowercase().starts_with("multipart/") {
        let encoding = value("Content-Transfer-Encoding");
        let content = match encoding.as_str() {
            "base64" => base64(headers.body()),
            "quoted-printable" => quoted_printable(headers.body()),
            _ => headers.body().to_vec(),
        };
        let names = headers.fields().map(|field| field.name.to_owned()).collect();
        return out.push(Leaf { encoding, names, content });
    }
    let boundary = kind.split('"').nth(1).expect("a boundary in quotes");
    let (mark, end) = (format!("--{boundary}\r\n"), format!("--{boundary}--\r\n"));
    let body = headers.body();
    assert!(body.starts_with(mark.as_bytes()), "nothing stands before the first part");
    let mut rest = &body[mark.len()..];
    loop {
        let next = target::position(rest, format!("\r\n--{boundary}").as_bytes()).expect("a part has an end");
        leaves(&rest[..next], out);
        let after = &rest[next + 2..];
        if after.starts_with(end.as_bytes()) {
            assert_eq!(after.len(), end.len(), "nothing stands behind the last part");
            return;
        }
        assert!(after.starts_with(mark.as_bytes()), "{}", after.escape_ascii());
        rest = &after[mark.len()..];
    }
}

fn base64(body: &[u8]) -> Vec<u8> {
    assert!(body.split(|byte| *byte == b'\n').all(|line| line.len() <= 77));
    let text: Vec<u8> = body.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    STANDARD.decode(text).expect("base64")
}

/// RFC 2045 §6.7.
fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = body;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'=', [b'\r', b'\n', after @ ..]) => rest = after,
            (b'=', [high, low, after @ ..]) => {
                let digits = [*high, *low];
                let digits = std::str::from_utf8(&digits).expect("digits");
                out.push(u8::from_str_radix(digits, 16).expect("two hexadecimal digits"));
                rest = after;
            }
            (b'\r' | b'\n' | b'\t' | b' '..=b'~', _) => out.push(*byte),
            _ => panic!("an octet that must be encoded: {byte}"),
        }
    }
    assert!(body.split(|byte| *byte == b'\n').all(|line| line.len() <= 77));
    let spaces_end_a_line = body.windows(3).any(|w| matches!(w[0], b' ' | b'\t') && &w[1..] == b"\r\n");
    assert!(!spaces_end_a_line, "blanks at the end of a line get lost on the way");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "left == right")]
    fn a_field_that_slipped_in_is_seen() {
        let (from, to) = (mailbox("", "ann@example.org"), [mailbox("", "bob@example.org")]);
        let draft = Draft {
            from: &from,
            reply_to: &[],
            to: &to,
            cc: &[],
            subject: "hi",
            date: At(0),
            message_id: "m1@example.org",
            text: Some("hello"),
            html: None,
            attachments: &[],
            headers: &[],
            seed: 7,
        };
        let message = compose(&draft).expect("a good draft");
        holds(&draft, &message);
        holds(&draft, &[b"Bcc: x@y.z\r\n", &message[..]].concat());
    }
}
