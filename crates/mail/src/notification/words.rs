//! The part for people: what happened, and what the sender can do.

use super::status::DIAGNOSTIC_MAX_BYTES;
use super::{About, Cause, Diagnostic, Notification, Outcome};
use crate::date;

/// Recipients that the words name; the fields name all. Reason: one screen.
pub const NAMED_MAX: usize = 20;

/// What the Subject field says.
#[must_use]
pub fn subject(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Failed(_) => "Your message was not delivered",
        Outcome::Delayed { .. } => "Your message is delayed",
        Outcome::Relayed => "Your message was passed on",
        Outcome::Delivered => "Your message was delivered",
    }
}

pub(super) fn people(notification: &Notification<'_>) -> String {
    let Notification { host, about, .. } = notification;
    let arrived = date::rfc5322(notification.arrival);
    let mut text = format!("This is the mail system at {host}.\n\nYour message of {arrived} to\n\n");
    about.iter().take(NAMED_MAX).for_each(|one| text.push_str(&format!("    {}\n", one.recipient)));
    if let Some(more) = about.len().checked_sub(NAMED_MAX).filter(|more| *more > 0) {
        text.push_str(&format!("    and {more} more, who are named in the second part of this report\n"));
    }
    text.push('\n');
    text.push_str(&what_happened(notification.outcome));
    // What was said of several is in their fields.
    if let [one] = about
        && let Some(said) = said(one)
    {
        text.push_str(&said);
    }
    text.push_str("\n\n");
    text.push_str(what_to_do(notification.outcome));
    text.push('\n');
    text
}

fn what_happened(outcome: Outcome) -> String {
    match outcome {
        Outcome::Failed(Cause::Refused) => "was refused, and will not be tried again.".into(),
        Outcome::Failed(Cause::NoServer) => {
            "was not delivered: the domain of the address does not exist or takes no mail.".into()
        }
        Outcome::Failed(Cause::Expired) => {
            "could not be delivered in the time that it had, and will not be tried again.".into()
        }
        Outcome::Failed(Cause::NotSent) => {
            "was not sent, because mail to this address failed or was declined before.".into()
        }
        Outcome::Failed(Cause::Ours) => "was given up for a reason on our side.".into(),
        Outcome::Delayed { until } => {
            format!("could not be delivered yet. It is tried until {}.", date::rfc5322(until))
        }
        Outcome::Relayed => "was taken by the next server, which does not report what becomes of it.".into(),
        Outcome::Delivered => "was delivered.".into(),
    }
}

/// The diagnostic, set apart.
fn said(about: &About<'_>) -> Option<String> {
    let (lead, words) = match (about.diagnostic?, about.remote) {
        (Diagnostic::Replied(words), Some(remote)) => (format!("The server {remote} said:"), words),
        (Diagnostic::Replied(words), None) => ("The server said:".to_owned(), words),
        (Diagnostic::Found(words), _) => ("What was found:".to_owned(), words),
    };
    let end = words.floor_char_boundary(DIAGNOSTIC_MAX_BYTES);
    Some(format!(" {}\n\n    {}", one_line(&lead), one_line(&words[..end])))
}

fn one_line(text: &str) -> String {
    let shown: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    shown.trim().to_owned()
}

fn what_to_do(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Failed(Cause::Refused) => {
            "Check the address for mistakes. If it is right, reach the recipient by other means, and\n\
             pass this report on: those who run the receiving server can tell from it why it refused."
        }
        Outcome::Failed(Cause::NoServer) => {
            "Check the part of the address behind the @ for mistakes, and send the message again."
        }
        Outcome::Failed(Cause::Expired) => {
            "Send the message again later if it still matters, or reach the recipient by other means."
        }
        Outcome::Failed(Cause::NotSent) => {
            "If you know that the address works and is wanted, have it removed from the suppressions of\n\
             this mail system, and send the message again."
        }
        Outcome::Failed(Cause::Ours) => {
            "Show this report to those who run this mail system, and send the message again."
        }
        Outcome::Delayed { .. } => "You need not do anything: it is not necessary to send the message again.",
        Outcome::Relayed => "You need not do anything, and will hear no more of it if all goes well.",
        Outcome::Delivered => "You need not do anything.",
    }
}
