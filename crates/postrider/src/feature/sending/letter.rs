//! Mail that a person writes in the console: composed, examined and taken as the API's is.
//!
//! Guarantee: the message and what `write` holds (who asked for it) are stored together, or not at all.

use std::sync::Arc;

use mail::compose::{Draft, compose};
use mail::{Address, At, Body, Envelope, ForwardPath, Mailbox, ReversePath};
use store::Write;

use super::examine::{Examined, examine, scan};
use super::idempotency::accept_once;
use super::{Options, Origin, Recipient, RecipientField, RecipientPath, Refusal, Sender, Submission};
use crate::app::App;
use crate::feature::access::Class;
use crate::id::Noun;

/// What somebody wrote.
pub struct Letter {
    pub from: Address,
    pub to: Address,
    pub subject: String,
    pub text: String,
    /// When its form was made: what is sent twice from it is one message.
    pub once: String,
}

/// Sends a letter on the workspace's transactional stream. `note` adds to its transaction, given the message's id, which comes
/// back; that of the first one, when the same form was sent before.
///
/// # Errors
/// A [`Refusal`]: nothing was stored.
pub async fn send(
    app: &Arc<App>,
    now: At,
    (workspace, letter): (i64, Letter),
    note: impl FnOnce(&mut Write, i64),
) -> Result<i64, Refusal> {
    let message = app.mint.message(now, 1);
    let key = format!("letter\n{workspace}\n{}\n{}\n{}", letter.from, letter.to, letter.once);
    let examined = examined(app, now, (workspace, letter), message)?;
    let mut write = Write::default();
    note(&mut write, message);
    accept_once(app, now, write, examined, &key).await
}

fn examined(
    app: &App,
    now: At,
    (workspace, letter): (i64, Letter),
    message: i64,
) -> Result<Examined, Refusal> {
    let snapshot = app.directory.snapshot();
    let stream = snapshot.stream(workspace, Class::Transactional.as_str()).cloned();
    let stream = stream.ok_or_else(|| Refusal::Option {
        field: "stream",
        reason: "the workspace has no stream transactional".into(),
    })?;
    let content = content(now, &letter, message)?;
    let submission = Submission {
        message,
        sender: Sender { workspace, origin: Origin::Api, key: None },
        stream,
        envelope: Envelope {
            reverse_path: ReversePath::Mailbox(letter.from),
            forward_paths: Vec::new(),
            body: Body::SevenBit,
            smtputf8: !content.is_ascii(),
            ret: None,
            envid: None,
        },
        recipients: vec![Recipient {
            field: RecipientField::To,
            path: RecipientPath::Valid(ForwardPath::plain(letter.to)),
        }],
        content: content.into(),
        trace: None,
        options: Options::default(),
    };
    let octets = submission.content.clone();
    let headers = scan(app, &octets)?;
    examine(app, &snapshot, now, submission, &headers)
}

fn content(now: At, letter: &Letter, message: i64) -> Result<Vec<u8>, Refusal> {
    let from: Mailbox = letter.from.clone().into();
    let draft = Draft {
        from: &from,
        reply_to: &[],
        to: &[letter.to.clone().into()],
        cc: &[],
        subject: &letter.subject,
        date: now,
        message_id: &format!("{}@{}", Noun::Message.show(message), letter.from.domain_str()),
        text: Some(&letter.text),
        html: None,
        attachments: &[],
        headers: &[],
        seed: message.cast_unsigned(),
    };
    compose(&draft).map_err(|wrong| {
        let first = wrong.first().map(|one| format!("{}: {}", one.pointer, one.mistake));
        Refusal::Header(first.unwrap_or_default())
    })
}
