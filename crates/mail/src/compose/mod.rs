//! A MIME message from typed parts (RFC 5322, RFC 2045 to 2047, RFC 2387, RFC 2231).
//!
//! Guarantees
//! 1. Lines end with CRLF and have at most 998 octets, 76 inside encoded bodies; the result is ASCII unless an address is not.
//! 2. The fields are those of the draft and no other: no value can start a field, and there is no Bcc.
//! 3. The same draft gives the same octets; boundaries come from its seed and occur in no body.
//! 4. All mistakes are reported at once, each with a pointer to its field (RFC 6901).
//! 5. What was composed, [`Headers::scan`] reads.
//!
//! The shape: text, html and an invitation are `multipart/alternative`; html with inline attachments is `multipart/related`; other
//! attachments make it `multipart/mixed`. A layer of one part is left out.
//!
//! Not here: templates, links, list headers (the caller's), signatures (`dkim`).

pub(crate) mod encoding;
mod parameter;
mod part;

pub use parameter::{content_type_of, is_content_type, is_filename};

use std::fmt;

use crate::header::{self, HeaderNameError, HeaderValueError, write_mailboxes, write_text};
use crate::{At, Headers, Mailbox, date};

/// Most custom headers of a message.
pub const CUSTOM_HEADERS_MAX: usize = 100;
/// Longest file name, in octets: what file systems allow.
pub const FILENAME_MAX_BYTES: usize = 255;
/// Longest content type with its parameters, in octets.
pub const CONTENT_TYPE_MAX_BYTES: usize = 200;
/// Longest content id, in octets.
pub const CONTENT_ID_MAX_BYTES: usize = 128;

/// What a message is made of. The envelope's hidden recipients have no place here.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    pub from: &'a Mailbox,
    pub reply_to: &'a [Mailbox],
    /// With `cc` empty too, the field says `undisclosed-recipients:;`.
    pub to: &'a [Mailbox],
    pub cc: &'a [Mailbox],
    pub subject: &'a str,
    pub date: At,
    /// `left@right`, without angle brackets.
    pub message_id: &'a str,
    pub text: Option<&'a str>,
    pub html: Option<&'a str>,
    pub attachments: &'a [Attachment<'a>],
    /// Names and values, written in this order.
    pub headers: &'a [(&'a str, &'a str)],
    /// Where boundaries come from: any number, the message's id for one.
    pub seed: u64,
}

/// A file that goes with the message. It arrives with exactly these octets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Attachment<'a> {
    pub filename: Option<&'a str>,
    /// `None`: by the file name's ending, otherwise `application/octet-stream`.
    pub content_type: Option<&'a str>,
    /// For `cid:` in the html, with or without angle brackets: such an attachment is inline.
    pub content_id: Option<&'a str>,
    pub content: &'a [u8],
    pub place: Place,
}

/// Where an attachment goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Place {
    /// Where its other fields suggest: beside the html that names its content id; as an invitation, which calendars act upon, when
    /// its type is `text/calendar` with a method (RFC 6047 §2.4); else among the files.
    #[default]
    Suggested,
    /// Among the files, in any case.
    Files,
}

/// What is wrong with one field of a draft.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ComposeError {
    /// `/headers/X-Foo`, `/attachments/0/filename`; empty for the message as a whole.
    pub pointer: String,
    pub mistake: Mistake,
}

/// The sentence may be shown to whoever wrote the draft.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Mistake {
    #[error("{0}")]
    Name(#[from] HeaderNameError),
    #[error("{0}")]
    Value(#[from] HeaderValueError),
    #[error("this header is written from other fields of the request and cannot be set")]
    ReservedHeader,
    #[error("more than {CUSTOM_HEADERS_MAX} headers")]
    TooManyHeaders,
    #[error("a message id looks like left@right, in printable ASCII")]
    MessageId,
    #[error("a file name needs 1 to {FILENAME_MAX_BYTES} octets and no control character")]
    Filename,
    #[error("a content type looks like application/pdf; multipart types are not allowed")]
    ContentType,
    #[error(
        "a content id needs 1 to {CONTENT_ID_MAX_BYTES} printable ASCII characters without angle brackets"
    )]
    ContentId,
    #[error("the header section would be longer than a message may have")]
    HeaderTooLong,
}

impl fmt::Display for ComposeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.pointer, self.mistake)
    }
}

impl std::error::Error for ComposeError {}

/// The whole message, header section first.
pub fn compose(draft: &Draft<'_>) -> Result<Vec<u8>, Vec<ComposeError>> {
    let mut mistakes = Mistakes::default();
    let mut out = Vec::with_capacity(size_estimate(draft));
    write_fields(draft, &mut out, &mut mistakes);
    check_headers(draft, &mut mistakes);
    parameter::check_attachments(draft.attachments, &mut mistakes);
    if !mistakes.0.is_empty() {
        return Err(mistakes.0);
    }
    part::write_body(draft, &mut out);
    if Headers::scan(&out).is_err() {
        mistakes.add(String::new(), Mistake::HeaderTooLong);
        return Err(mistakes.0);
    }
    Ok(out)
}

#[derive(Default)]
struct Mistakes(Vec<ComposeError>);

impl Mistakes {
    fn add(&mut self, pointer: String, mistake: impl Into<Mistake>) {
        self.0.push(ComposeError { pointer, mistake: mistake.into() });
    }

    fn check(&mut self, pointer: impl FnOnce() -> String, result: Result<(), impl Into<Mistake>>) {
        if let Err(mistake) = result {
            self.add(pointer(), mistake);
        }
    }
}

fn size_estimate(draft: &Draft<'_>) -> usize {
    let files: usize = draft.attachments.iter().map(|a| a.content.len() / 57 * 78 + 512).sum();
    let bodies = draft.text.map_or(0, str::len) + draft.html.map_or(0, str::len);
    2_048 + bodies + bodies / 8 + files
}

/// All fields but those of the body. What stands in `out` after a mistake is thrown away.
fn write_fields(draft: &Draft<'_>, out: &mut Vec<u8>, mistakes: &mut Mistakes) {
    check_names(draft, mistakes);
    let mut list = |name: &str, mailboxes: &[Mailbox]| {
        if !mailboxes.is_empty() {
            // A refused name was reported by `check_names`, which knows its pointer.
            let _ = write_mailboxes(out, name, mailboxes);
        }
    };
    list("From", std::slice::from_ref(draft.from));
    list("To", draft.to);
    list("Cc", draft.cc);
    list("Reply-To", draft.reply_to);
    if draft.to.is_empty() && draft.cc.is_empty() {
        out.extend_from_slice(b"To: undisclosed-recipients:;\r\n");
    }
    mistakes.check(|| "/subject".into(), write_text(out, "Subject", draft.subject));
    out.extend_from_slice(b"Date: ");
    date::write_rfc5322(out, draft.date);
    out.extend_from_slice(b"\r\n");
    if is_message_id(draft.message_id) {
        out.extend_from_slice(b"Message-ID: <");
        out.extend_from_slice(draft.message_id.as_bytes());
        out.extend_from_slice(b">\r\n");
    } else {
        mistakes.add("/message_id".into(), Mistake::MessageId);
    }
    for (name, value) in draft.headers {
        mistakes.check(|| header_pointer(name), write_text(out, name, value));
    }
    out.extend_from_slice(b"MIME-Version: 1.0\r\n");
}

/// Display names: the addresses themselves were parsed.
fn check_names(draft: &Draft<'_>, mistakes: &mut Mistakes) {
    let mut check = |pointer: &dyn Fn() -> String, mailbox: &Mailbox| {
        mistakes.check(pointer, header::check_value(mailbox.name.as_deref().unwrap_or("")));
    };
    check(&|| "/from".into(), draft.from);
    for (field, list) in [("reply_to", draft.reply_to), ("to", draft.to), ("cc", draft.cc)] {
        for (index, mailbox) in list.iter().enumerate() {
            check(&|| format!("/{field}/{index}"), mailbox);
        }
    }
}

fn check_headers(draft: &Draft<'_>, mistakes: &mut Mistakes) {
    if draft.headers.len() > CUSTOM_HEADERS_MAX {
        mistakes.add("/headers".into(), Mistake::TooManyHeaders);
    }
    for (name, _) in draft.headers {
        mistakes.check(|| header_pointer(name), header::check_name(name));
        if is_reserved(name) {
            mistakes.add(header_pointer(name), Mistake::ReservedHeader);
        }
    }
}

/// RFC 6901 §3.
fn header_pointer(name: &str) -> String {
    format!("/headers/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Fields that other parts of the draft decide, that only a mail system writes, or that would reveal hidden recipients.
fn is_reserved(name: &str) -> bool {
    const NAMES: [&str; 13] = [
        "from",
        "to",
        "cc",
        "bcc",
        "subject",
        "date",
        "message-id",
        "reply-to",
        "mime-version",
        "return-path",
        "received",
        "dkim-signature",
        "authentication-results",
    ];
    const STARTS: [&str; 3] = ["content-", "arc-", "resent-"];
    let name = name.to_ascii_lowercase();
    NAMES.contains(&name.as_str()) || STARTS.iter().any(|start| name.starts_with(start))
}

/// RFC 5322 §3.6.4, less its quoted forms.
fn is_message_id(text: &str) -> bool {
    const LENGTH_MAX: usize = 250;
    let ok = |b: u8| (b'!'..=b'~').contains(&b) && !matches!(b, b'<' | b'>');
    let halves = text.split_once('@').is_some_and(|(left, right)| !left.is_empty() && !right.is_empty());
    halves && text.len() <= LENGTH_MAX && text.bytes().all(ok)
}

#[cfg(test)]
mod tests;
