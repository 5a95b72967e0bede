//! The header section: scanned, edited, its texts and mailboxes read and written.
//!
//! Properties
//! 1. A scan keeps every octet: fields and body, one behind the other, are the message; a reader of lines that was
//!    written apart from it finds the same fields.
//! 2. A text that was written reads back, in one field of that name and no other, whatever it holds.
//! 3. An edit removes what it is to remove, adds what is missing, and changes nothing else.
//! 4. Mailboxes that were read can be written and read again, the same.

use mail::header::{
    TEXT_MAX_BYTES, check_name, decode_text, parse_mailboxes, unfold, write_mailboxes, write_text,
};
use mail::{At, Edit, Headers, Mailbox, edited_prefix};

use crate::{Target, kind, target};

const TOKENS: &[&str] = &[
    "\r\n",
    "\r\n\r\n",
    "\r\n ",
    "\r\n\t",
    "From: Ann <a@x.org>\r\n",
    "To: b@x.org, \"C, D\" <c@x.org>\r\n",
    "Subject: hi\r\n",
    "Date: d\r\n",
    "Message-ID: <m@x>\r\n",
    "X-Postrider-Tags: a\r\n",
    "x-postrider-",
    "Bcc: x@y.z\r\n",
    " : ",
    ":",
    "=?utf-8?Q?a=0D=0AB?=",
    "=?utf-8?B?w7Y=?=",
    "=?iso-8859-1?q?=f6?=",
    "=?windows-1252*de?Q?=80?=",
    "=?utf-8?Q?",
    "?=",
    "=?",
    "\u{f6}",
    "\u{85}",
    "\u{1f600}",
    "friends: a@x.org;",
    "<@r.org:a@x.org>",
    "\"a \\\" b\"@x.org",
    "(c (d) \\) e)",
    ", ",
    "\x1f",
];

pub(super) const SCAN: Target =
    Target { name: "header_scan", check: scan, tokens: TOKENS, input_max: target::INPUT_MAX, rounds: 1_500 };

pub(super) const TEXT: Target =
    Target { name: "header_text", check: text, tokens: TOKENS, input_max: target::INPUT_MAX, rounds: 1_500 };

pub(super) const EDIT: Target =
    Target { name: "header_edit", check: edit, tokens: TOKENS, input_max: target::INPUT_MAX, rounds: 1_500 };

pub(super) const MAILBOXES: Target =
    Target { name: "mailboxes", check: mailboxes, tokens: TOKENS, input_max: 2_000, rounds: 800 };

fn scan(input: &[u8]) -> u64 {
    let headers = match Headers::scan(input) {
        Ok(headers) => headers,
        Err(why) => {
            let (section, _) = slowly_scanned(input);
            let length: usize = section.iter().map(|field| field.len()).sum();
            let spoiled = input[..length].contains(&0) || !target::only_crlf(&input[..length]);
            assert!(spoiled, "refused without reason: {why}");
            return kind(std::mem::discriminant(&why));
        }
    };
    let (slow, body) = slowly_scanned(input);
    let fields: Vec<_> = headers.fields().collect();
    let raw: Vec<&[u8]> = fields.iter().map(|field| &input[field.range.clone()]).collect();
    assert_eq!((raw, headers.body()), (slow, body));
    let separator: &[u8] = if headers.is_separated() { b"\r\n" } else { b"" };
    let again = [&input[..headers.fields_end()], separator, headers.body()].concat();
    assert_eq!(again, input, "an octet is gone");
    for field in &fields {
        let raw = &input[field.range.clone()];
        assert!(raw.starts_with(field.name.as_bytes()) && raw.ends_with(b"\r\n"), "{field:?}");
        assert!(field.name.bytes().all(|b| b.is_ascii_graphic() && b != b':'), "{field:?}");
        let shown = decode_text(&unfold(field.value));
        assert!(!shown.chars().any(char::is_control) && shown.len() <= TEXT_MAX_BYTES, "{shown:?}");
        assert_eq!(headers.count(&field.name.to_ascii_uppercase()), headers.all(field.name).count());
        // Whatever stands in it: an answer.
        let _ = parse_mailboxes(&unfold(field.value));
    }
    let author = headers.author();
    if author.is_ok() {
        assert_eq!(headers.count("from"), 1);
    }
    let within = Headers::scan_within(input, headers.body_start()).map(|headers| headers.fields().count());
    assert_eq!(within.ok(), (headers.is_separated() || headers.body().is_empty()).then_some(fields.len()));
    kind((fields.len().min(9), headers.is_separated(), author.map_err(|why| why.to_string()).is_ok()))
}

/// Fields with their line ends, and the body, by lines alone.
fn slowly_scanned(input: &[u8]) -> (Vec<&[u8]>, &[u8]) {
    let mut starts = Vec::new();
    let mut at = 0;
    let slices = |starts: &[usize], end: usize| {
        let ends = starts.iter().skip(1).copied().chain([end]);
        starts.iter().zip(ends).map(|(start, end)| &input[*start..end]).collect::<Vec<_>>()
    };
    while let Some(length) = target::position(&input[at..], b"\r\n") {
        let line = &input[at..at + length];
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(0);
        let blanks = line[..colon].iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let name = &line[..colon - blanks];
        if line.is_empty() {
            return (slices(&starts, at), &input[at + 2..]);
        } else if !matches!(line[0], b' ' | b'\t')
            && !name.is_empty()
            && name.iter().all(u8::is_ascii_graphic)
        {
            starts.push(at);
        } else if !matches!(line[0], b' ' | b'\t') || starts.is_empty() {
            break;
        }
        at += length + 2;
    }
    (slices(&starts, at), &input[at..])
}

fn text(input: &[u8]) -> u64 {
    let [name, value] = target::fields(input).map(target::text);
    let decoded = decode_text(value.as_bytes());
    assert!(!decoded.chars().any(char::is_control) && decoded.len() <= TEXT_MAX_BYTES, "{decoded:?}");
    if value.len() <= TEXT_MAX_BYTES && !value.contains("=?") && !value.chars().any(char::is_control) {
        assert_eq!(decoded, value, "a plain text is shown as it is");
    }
    let mut out = Vec::new();
    let written = write_text(&mut out, if check_name(&name).is_ok() { &name } else { "X" }, &value);
    assert_eq!(written.is_err(), value.chars().any(char::is_control));
    if written.is_err() {
        assert!(out.is_empty(), "a refused value leaves nothing behind");
        return kind("refused");
    }
    out.extend_from_slice(b"\r\nbody");
    let headers = Headers::scan(&out).expect("what was written can be scanned");
    assert_eq!((headers.fields().count(), headers.body()), (1, &b"body"[..]), "{}", out.escape_ascii());
    let field = headers.fields().next().expect("there is one");
    assert!(out.split(|byte| *byte == b'\n').all(|line| line.len() <= 999 && line.is_ascii()));
    let plain = unfold(field.value);
    assert!(
        value.len() > TEXT_MAX_BYTES
            || plain.len() > 4 * TEXT_MAX_BYTES
            || decode_text(&plain) == value.trim(),
        "{}",
        out.escape_ascii()
    );
    let lines = out.iter().filter(|byte| **byte == b'\n').count();
    kind((
        lines.min(20),
        target::position(&out, b"=?UTF-8?Q").is_some(),
        target::position(&out, b"=?UTF-8?B").is_some(),
    ))
}

fn edit(input: &[u8]) -> u64 {
    let Ok(headers) = Headers::scan(input) else { return kind("unread") };
    let edit = Edit { remove: &["X-Postrider-*", "Bcc"], now: At(0), message_id: "m1@x.org" };
    let removed = |name: &str| {
        let name = name.to_ascii_lowercase();
        name.starts_with("x-postrider-") || name == "bcc"
    };
    let Some(prefix) = edited_prefix(&headers, &edit) else {
        assert!(headers.is_separated() && !headers.fields().any(|field| removed(field.name)));
        assert!(headers.count("date") > 0 && headers.count("message-id") > 0);
        return kind("as it stands");
    };
    let edited = [&prefix, headers.body()].concat();
    let after = Headers::scan(&edited).expect("an edited message can be scanned");
    assert!(after.is_separated());
    assert_eq!(after.body(), headers.body());
    let mut expected: Vec<Vec<u8>> = headers
        .fields()
        .filter(|field| !removed(field.name))
        .map(|field| input[field.range].to_vec())
        .collect();
    if headers.count("date") == 0 {
        expected.push(b"Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n".to_vec());
    }
    if headers.count("message-id") == 0 {
        expected.push(b"Message-ID: <m1@x.org>\r\n".to_vec());
    }
    let found: Vec<Vec<u8>> = after.fields().map(|field| edited[field.range].to_vec()).collect();
    assert_eq!(found, expected);
    assert_eq!(edited_prefix(&after, &edit), None, "a second edit has nothing to do");
    kind((headers.fields().count().min(9), found.len().min(9), headers.is_separated()))
}

fn mailboxes(input: &[u8]) -> u64 {
    let alone = Mailbox::parse(&target::text(input));
    let list = match parse_mailboxes(input) {
        Ok(list) => list,
        Err(why) => {
            assert!(alone.is_err());
            return kind(why.to_string());
        }
    };
    if let Ok(alone) = &alone {
        assert_eq!(std::slice::from_ref(alone), &list[..]);
    }
    let mut out = Vec::new();
    write_mailboxes(&mut out, "Reply-To", &list).expect("names that were read hold no control character");
    out.extend_from_slice(b"\r\n");
    let headers = Headers::scan(&out).expect("what was written can be scanned");
    assert_eq!((headers.fields().count(), headers.body()), (1, &b""[..]), "{}", out.escape_ascii());
    assert_eq!(headers.mailboxes("reply-to").as_ref(), Ok(&list), "{}", out.escape_ascii());
    assert!(out.split(|byte| *byte == b'\n').all(|line| line.len() <= 999), "{}", out.escape_ascii());
    let names = list.iter().filter(|mailbox| mailbox.name.is_some()).count();
    kind((list.len().min(9), names.min(9), alone.is_ok(), out.len() / 64))
}
