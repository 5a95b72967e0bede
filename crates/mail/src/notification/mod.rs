//! Delivery status notifications: what a sender is told about recipients of one message (RFC 3461 §6, RFC 3464, RFC 6522, RFC 6533).
//!
//! Guarantees
//! 1. A `multipart/report` of three parts at most: plain words for people, `message/delivery-status` for programs, and
//!    what is returned of the message.
//! 2. Words of peers and senders are data: no control character of theirs gets out, so none begins a field or a part; what
//!    they said is cut at [`DIAGNOSTIC_MAX_BYTES`]. The boundary occurs in nothing that is returned.
//! 3. ASCII throughout, unless the body of a returned message, or the sender's own address, is not.
//! 4. The same notification gives the same octets.
//!
//! Not here: who is to be told, and when (the caller's); the envelope, whose reverse-path is null.

mod returned;
mod status;
mod words;

use crate::compose::encoding::Encoding;
use crate::header::{write_mailboxes, write_text};
use crate::{Address, At, EnhancedStatus, Mailbox, canonical_lines, date};

pub use returned::{RETURNED_FULL_MAX_BYTES, RETURNED_HEADER_MAX_BYTES, Returned};
pub use status::DIAGNOSTIC_MAX_BYTES;
pub use words::{NAMED_MAX, subject};

/// What one sender is told about recipients of one message that fared alike.
#[derive(Clone, Debug)]
pub struct Notification<'a> {
    /// Who says it.
    pub from: &'a Address,
    /// The sender of the message: its reverse-path.
    pub to: &'a Address,
    /// The name of the reporting server.
    pub host: &'a str,
    pub date: At,
    /// `left@right`, without angle brackets.
    pub message_id: &'a str,
    /// Where the boundary comes from: any number, the message's id for one.
    pub seed: u64,
    /// The sender's own name for the transaction.
    pub envid: Option<&'a str>,
    /// When the message came to us.
    pub arrival: At,
    pub outcome: Outcome,
    /// Whom it happened to, at least one.
    pub about: &'a [About<'a>],
    pub returned: Returned<'a>,
}

/// What is told of one recipient.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    pub recipient: &'a Address,
    /// The recipient as it was first named, `addr-type;xtext`.
    pub orcpt: Option<&'a str>,
    pub status: EnhancedStatus,
    /// The server that was spoken to.
    pub remote: Option<&'a str>,
    pub diagnostic: Option<Diagnostic<'a>>,
}

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    Failed(Cause),
    /// It still waits, and is tried until then.
    Delayed {
        until: At,
    },
    /// The next server took it and will not report.
    Relayed,
    /// It is where it was going.
    Delivered,
}

/// Why a message was not delivered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cause {
    /// A server said no.
    Refused,
    /// The domain does not exist or takes no mail.
    NoServer,
    /// It could not be delivered within its time.
    Expired,
    /// It was not tried, because the address may not be mailed.
    NotSent,
    /// Something on our side.
    Ours,
}

/// Why, in somebody's words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Diagnostic<'a> {
    /// An SMTP reply of the remote server.
    Replied(&'a str),
    /// Our own words: nobody replied.
    Found(&'a str),
}

/// The whole message.
#[must_use]
pub fn compose(notification: &Notification<'_>) -> Vec<u8> {
    let boundary = returned::boundary(notification.seed, &notification.returned);
    let mut out = Vec::with_capacity(4_096 + notification.returned.size());
    write_fields(notification, &boundary, &mut out);
    begin_part(&mut out, &boundary);
    write_people(notification, &mut out);
    begin_part(&mut out, &boundary);
    status::write(notification, &mut out);
    if notification.returned != Returned::Nothing {
        begin_part(&mut out, &boundary);
        notification.returned.write(&mut out);
    }
    push(&mut out, &["\r\n--", &boundary, "--\r\n"]);
    out
}

fn write_fields(notification: &Notification<'_>, boundary: &str, out: &mut Vec<u8>) {
    let from = Mailbox { name: Some("Mail Delivery System".into()), address: notification.from.clone() };
    // Neither name nor subject holds a control character, which is all that could be refused.
    let _ = write_mailboxes(out, "From", &[from]);
    let _ = write_mailboxes(out, "To", &[notification.to.clone().into()]);
    let _ = write_text(out, "Subject", words::subject(notification.outcome));
    push(out, &["Date: ", &date::rfc5322(notification.date), "\r\n"]);
    push(out, &["Message-ID: <", notification.message_id, ">\r\n"]);
    push(out, &["Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"]);
    push(out, &["Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"", boundary]);
    push(out, &["\"\r\n"]);
    if notification.returned.is_eight_bit() {
        push(out, &["Content-Transfer-Encoding: 8bit\r\n"]);
    }
    push(out, &["\r\n"]);
}

fn begin_part(out: &mut Vec<u8>, boundary: &str) {
    push(out, &["\r\n--", boundary, "\r\n"]);
}

fn write_people(notification: &Notification<'_>, out: &mut Vec<u8>) {
    let text = words::people(notification);
    let text = canonical_lines(text.as_bytes());
    let encoding = Encoding::for_text(&text);
    push(out, &["Content-Type: text/plain; charset=utf-8\r\n"]);
    push(out, &["Content-Transfer-Encoding: ", encoding.name(), "\r\n\r\n"]);
    encoding.write(out, &text);
}

fn push(out: &mut Vec<u8>, pieces: &[&str]) {
    pieces.iter().for_each(|piece| out.extend_from_slice(piece.as_bytes()));
}

#[cfg(test)]
mod tests;
