//! The part for programs: `message/delivery-status` (RFC 3464 §2), always ASCII.

use super::{About, Diagnostic, Notification, Outcome, push};
use crate::{Address, date, xtext};

/// What a notification repeats of a reply, in octets. Reason: two pages; the whole conversation is kept with the attempt.
pub const DIAGNOSTIC_MAX_BYTES: usize = 2_000;
/// Where long values are folded.
const LINE_MAX: usize = 76;
/// A word that is longer is cut: RFC 5322 §2.1.1 allows 998 octets a line.
const WORD_MAX: usize = 900;

pub(super) fn write(notification: &Notification<'_>, out: &mut Vec<u8>) {
    push(out, &["Content-Type: message/delivery-status\r\n\r\n"]);
    line(out, "Reporting-MTA", &format!("dns; {}", notification.host));
    if let Some(envid) = notification.envid {
        line(out, "Original-Envelope-Id", envid);
    }
    line(out, "Arrival-Date", &date::rfc5322(notification.arrival));
    for about in notification.about {
        push(out, &["\r\n"]);
        recipient(notification, about, out);
    }
}

/// The fields of one recipient (RFC 3464 §2.3).
fn recipient(notification: &Notification<'_>, about: &About<'_>, out: &mut Vec<u8>) {
    if let Some(orcpt) = about.orcpt {
        line(out, "Original-Recipient", &original(orcpt));
    }
    line(out, "Final-Recipient", &typed(about.recipient));
    line(out, "Action", action(notification.outcome));
    line(out, "Status", &about.status.to_string());
    if let Some(remote) = about.remote {
        line(out, "Remote-MTA", &format!("dns; {remote}"));
    }
    match about.diagnostic {
        Some(Diagnostic::Replied(words)) => folded(out, "Diagnostic-Code", &format!("smtp; {words}")),
        Some(Diagnostic::Found(words)) => folded(out, "Diagnostic-Code", &format!("X-Postrider; {words}")),
        None => {}
    }
    line(out, "Last-Attempt-Date", &date::rfc5322(notification.date));
    if let Outcome::Delayed { until } = notification.outcome {
        line(out, "Will-Retry-Until", &date::rfc5322(until));
    }
}

fn action(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Failed(_) => "failed",
        Outcome::Delayed { .. } => "delayed",
        Outcome::Relayed => "relayed",
        Outcome::Delivered => "delivered",
    }
}

/// A field whose value is kept as it is, but for what could end it.
fn line(out: &mut Vec<u8>, name: &str, value: &str) {
    push(out, &[name, ": ", &visible(value), "\r\n"]);
}

/// A field of free text, a new line where a word would pass the limit.
fn folded(out: &mut Vec<u8>, name: &str, value: &str) {
    push(out, &[name, ":"]);
    let mut column = name.len() + 1;
    let value = visible(value);
    let value = &value[..value.len().min(DIAGNOSTIC_MAX_BYTES)];
    for word in value.split_ascii_whitespace().flat_map(|word| word.as_bytes().chunks(WORD_MAX)) {
        if column + 1 + word.len() > LINE_MAX && column > name.len() + 1 {
            push(out, &["\r\n"]);
            column = 0;
        }
        out.push(b' ');
        out.extend_from_slice(word);
        column += 1 + word.len();
    }
    push(out, &["\r\n"]);
}

/// Printable ASCII: controls become blanks, what is not ASCII a question mark.
fn visible(text: &str) -> String {
    let shown = |c: char| match c {
        ' '..='~' => c,
        c if c.is_control() => ' ',
        _ => '?',
    };
    text.chars().map(shown).collect()
}

/// An address with its type. RFC 6533 §3: one beyond ASCII is written so that every server carries it.
fn typed(address: &Address) -> String {
    if !address.needs_smtputf8() {
        return format!("rfc822; {address}");
    }
    let mut text = "utf-8; ".to_owned();
    address.as_str().chars().for_each(|c| push_unicode(&mut text, c, matches!(c, '+' | '=' | '\\' | ' ')));
    text
}

/// `addr-type;xtext` as it came becomes what it stands for (RFC 3461 §6.3).
fn original(orcpt: &str) -> String {
    let (kind, text) = orcpt.split_once(';').unwrap_or(("rfc822", orcpt));
    if !kind.eq_ignore_ascii_case("utf-8") {
        return format!("{kind}; {}", xtext::decode(text).unwrap_or_else(|| text.to_owned()));
    }
    let mut shown = "utf-8; ".to_owned();
    // What is ASCII in it is encoded already.
    text.chars().for_each(|c| push_unicode(&mut shown, c, false));
    shown
}

fn push_unicode(text: &mut String, c: char, encoded: bool) {
    if encoded || !c.is_ascii() {
        text.push_str(&format!("\\x{{{:02X}}}", u32::from(c)));
    } else {
        text.push(c);
    }
}
