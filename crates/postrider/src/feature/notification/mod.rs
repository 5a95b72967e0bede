//! Telling senders what became of their mail: delivery status notifications (RFC 3461, RFC 3464).
//!
//! Guarantees
//! 1. A notification is accepted in the transaction that makes true what it tells: once, whatever crashes in between.
//! 2. Nobody is told who did not ask, unless a setting says so; nobody is told about a notification, nor with NOTIFY=NEVER.
//! 3. It is mail like any other: queued, signed if its domain has keys, counted, shown, in the sender's own workspace. Of what
//!    must not leave, nobody is told but within the workspace's verified domains.
//! 4. Recipients of a message who fail when it is accepted share a notification, [`TOLD_TOGETHER_MAX`] at most: what one
//!    message brings forth grows with what its sender gave, not with its size times its recipients.
//! 5. A message without wishes costs a look at what is in memory anyway.
//!
//! Not here: how a notification is written (`mail::notification`), what an outcome is (`egress::settle`).

pub mod delay;
#[cfg(test)]
mod story;
mod tell;

use std::sync::Arc;

use mail::notification::{About, Cause, Diagnostic, Notification, Outcome, Returned, compose};
use mail::{Address, At, Body, EnhancedStatus, Envelope, ForwardPath, Notify, ReversePath};
use store::Migration;

use crate::app::App;
use crate::feature::sending::accept::Handed;
use crate::feature::sending::examine::{Examined, own};
use crate::feature::sending::parcel::Parcel;
use crate::feature::sending::policy::Facts;
use crate::feature::sending::{
    Options, Origin, Reach, Recipient, RecipientField, RecipientPath, Sender, Submission,
};
use crate::id::{self, Noun};
use crate::settings::{Notifications, Settings};

pub(crate) use tell::{may_concern, of_settlement};

pub const MIGRATIONS: &[Migration] = &[Migration {
    number: 9,
    name: "notification: senders who want to hear of delays",
    sql: include_str!("migrations/0009_notification.sql"),
    postgres: None,
}];

/// What a sender is told about one recipient.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Wish {
    pub success: bool,
    pub failure: bool,
    pub delay: bool,
}

impl Wish {
    /// What the sender asked for, as far as the settings follow.
    #[must_use]
    pub fn of(settings: &Settings, envelope: &Envelope, path: &ForwardPath) -> Wish {
        let policy = settings.delivery.notifications;
        if policy == Notifications::Never || envelope.reverse_path == ReversePath::Null {
            return Wish::default();
        }
        match path.notify {
            Some(Notify::On { success, failure, delay }) => Wish { success, failure, delay },
            Some(Notify::Never) => Wish::default(),
            // RFC 3461 §4.1: who says nothing may be told of failures.
            None => Wish { failure: policy == Notifications::Always, ..Wish::default() },
        }
    }
}

/// Recipients that one notification tells of. Reason: it stays small enough for every server, some 200 KB, and so many
/// are what a transaction has if nobody raises `smtp.recipients_max`.
const TOLD_TOGETHER_MAX: usize = 1_000;

/// What there is to tell.
struct Report<'a> {
    /// The delivery it is about, the first of several.
    delivery: i64,
    outcome: Outcome,
    about: &'a [About<'a>],
}

/// The notifications about recipients of a message that were not sent to, part of the write that accepts it.
pub(crate) fn of_unsent(app: &App, now: At, mail: &Handed) -> Vec<Examined> {
    let together = |unsent: &[(i64, ForwardPath, &'static str)]| {
        let (delivery, ..) = unsent.first()?;
        let about: Vec<_> = unsent.iter().map(|(_, path, reason)| not_sent(path, reason)).collect();
        let outcome = Outcome::Failed(Cause::NotSent);
        notice(app, now, &mail.parcel, &Report { delivery: *delivery, outcome, about: &about })
    };
    mail.unsent.chunks(TOLD_TOGETHER_MAX).filter_map(together).collect()
}

fn not_sent<'a>(path: &'a ForwardPath, reason: &'a str) -> About<'a> {
    About {
        recipient: &path.address,
        orcpt: path.orcpt.as_deref(),
        status: NOT_SENT,
        remote: None,
        diagnostic: Some(Diagnostic::Found(reason)),
    }
}

/// Delivery is not authorized (RFC 3463 §3.8).
const NOT_SENT: EnhancedStatus = EnhancedStatus(5, 7, 1);

/// The notification as a message that is to be accepted; `None` when there is nobody to tell.
fn notice(app: &App, now: At, parcel: &Parcel, report: &Report<'_>) -> Option<Examined> {
    let to = parcel.envelope.reverse_path.address()?;
    let snapshot = app.directory.snapshot();
    let streams = snapshot.streams(parcel.workspace);
    let stream = snapshot.stream_by_id(parcel.workspace, parcel.stream).or(streams.first())?;
    let from = match parcel.reach {
        Reach::Anywhere => postmaster(&app.hostname, to)?,
        // Who speaks decides whether it may leave: here that is whether the domain of whoever is told is verified.
        Reach::CaptureOnly => postmaster(to.domain_str(), to)?,
    };
    let message = app.mint.message(now, 1);
    let message_id = format!("{}@{}", Noun::Message.show(message), from.domain_str());
    let failed = matches!(report.outcome, Outcome::Failed(_));
    let notification = Notification {
        from: &from,
        to,
        host: &app.hostname,
        date: now,
        message_id: &message_id,
        seed: message.cast_unsigned(),
        envid: parcel.envelope.envid.as_deref(),
        arrival: id::moment(parcel.message),
        outcome: report.outcome,
        about: report.about,
        returned: Returned::of(&parcel.content, parcel.envelope.ret, failed),
    };
    let submission = Submission {
        message,
        sender: Sender {
            workspace: parcel.workspace,
            origin: Origin::Notification { of: report.delivery },
            key: None,
        },
        stream: Arc::clone(stream),
        envelope: envelope(),
        recipients: vec![recipient(to)],
        content: compose(&notification).into(),
        trace: None,
        options: Options::default(),
    };
    let subject = mail::notification::subject(report.outcome).to_owned();
    Some(own(app, now, submission, (Facts { author: from, subject, message_id }, parcel.reach)))
}

/// RFC 3461 §6: the reverse-path is null, so that nobody is ever told about it.
fn envelope() -> Envelope {
    Envelope {
        reverse_path: ReversePath::Null,
        forward_paths: Vec::new(),
        body: Body::SevenBit,
        smtputf8: false,
        ret: None,
        envid: None,
    }
}

fn recipient(to: &Address) -> Recipient {
    let path = ForwardPath { address: to.clone(), notify: Some(Notify::Never), orcpt: None };
    Recipient { field: RecipientField::To, path: RecipientPath::Valid(path) }
}

/// Who says it. A system's name need not be a domain: then it is the sender's.
fn postmaster(hostname: &str, to: &Address) -> Option<Address> {
    let at = |domain: &str| Address::parse(&format!("postmaster@{domain}")).ok();
    at(hostname).or_else(|| at(to.domain_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Written;

    #[test]
    fn who_is_told_of_what() {
        let on = |success, failure, delay| Some(Notify::On { success, failure, delay });
        let wish = |success, failure, delay| Wish { success, failure, delay };
        let none = Wish::default();
        let cases = [
            ("asked", "a@b.example", None, none),
            ("asked", "a@b.example", on(true, false, true), wish(true, false, true)),
            ("asked", "a@b.example", on(false, true, false), wish(false, true, false)),
            ("asked", "a@b.example", Some(Notify::Never), none),
            ("asked", "", on(true, true, true), none),
            ("always", "a@b.example", None, wish(false, true, false)),
            ("always", "a@b.example", on(true, false, false), wish(true, false, false)),
            ("always", "a@b.example", Some(Notify::Never), none),
            ("always", "", None, none),
            ("never", "a@b.example", on(true, true, true), none),
        ];
        for (policy, reverse_path, notify, wanted) in cases {
            let mut written = Written::new();
            written.preset("delivery.notifications", policy);
            let settings = written.settings().unwrap_or_else(|mistakes| panic!("{mistakes}"));
            let reverse_path = match reverse_path {
                "" => ReversePath::Null,
                text => ReversePath::Mailbox(Address::parse(text).unwrap()),
            };
            let envelope = Envelope { reverse_path, ..envelope() };
            let path = ForwardPath { notify, ..ForwardPath::plain(Address::parse("x@y.example").unwrap()) };
            assert_eq!(Wish::of(&settings, &envelope, &path), wanted, "{policy} {notify:?}");
        }
    }
}
