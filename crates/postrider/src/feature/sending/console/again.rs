//! A message sent again: a new one with the same content, on the ordinary path, to one recipient.
//!
//! Guarantees
//! 1. It is accepted as any other is: verified domains, suppressions, limits and quotas hold for it.
//! 2. It has an id, a date and a Message-ID of its own; who sent it is in the audit log, in the same transaction.
//! 3. A form that is sent twice sends once, and both are answered the same.
//! 4. It is tracked as the first was, whatever its stream says by now; the files that it leads to stay as long as a new message's.
//! 5. Codes and notifications are not sent again: their content is nobody's here, or is about another message.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use mail::{Address, Body, Edit, Envelope, ForwardPath, ReversePath, edited_prefix};
use serde::Deserialize;
use serde_json::json;
use store::Write;

use super::{existing, path_of};
use crate::app::App;
use crate::console::change::Change;
use crate::console::guard::Posted;
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::Member;
use crate::feature::attachment::link;
use crate::feature::audit::Action;
use crate::feature::person::permission::need::SendMail;
use crate::feature::sending::examine::{Examined, examine, scan};
use crate::feature::sending::idempotency::accept_once;
use crate::feature::sending::read::Stored;
use crate::feature::sending::{
    Options, Origin, Recipient, RecipientField, RecipientPath, Refusal, Sender, Submission, policy,
};
use crate::id::Noun;

/// Fields that the new message has of its own.
const OWN: [&str; 3] = ["Date", "Message-ID", "Received"];

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Sent {
    to: String,
    /// When its page was made.
    once: String,
}

pub(super) async fn send(
    who: Member<SendMail>,
    State(app): State<Arc<App>>,
    Path((_, shown)): Path<(String, String)>,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Refused> {
    let email = existing(&app, who.workspace.id, &shown).await?;
    let back = |told: &str| redirect(&format!("{}?told={told}", path_of(&who.workspace, email.id)));
    let Ok(to) = Address::parse(sent.to.trim()) else { return Ok(back("no-address")) };
    match resent(&who, &app, (&email, &to), &sent.once).await? {
        Ok(message) => Ok(redirect(&format!("{}?told=again", path_of(&who.workspace, message)))),
        Err(told) => Ok(back(told)),
    }
}

/// Sends a message again to an address, under what its form says `once`; gives the new one's id, or why there is none.
pub(super) async fn resent(
    who: &Member<SendMail>,
    app: &Arc<App>,
    (email, to): (&Stored, &Address),
    once: &str,
) -> Result<Result<i64, &'static str>, Refused> {
    let Some(content) = email.content.clone().filter(|_| is_sendable(email)) else {
        return Ok(Err("gone"));
    };
    let message = app.mint.message(app.now(), 1);
    let examined = match submission(app, who.workspace.id, (email, &content), (message, to)) {
        Ok(examined) => examined,
        Err(refusal) => return told(&refusal).map(Err),
    };
    let change = Change {
        action: Action::EmailSentAgain,
        object: Noun::Message.show(email.id),
        before: None,
        after: Some(json!({ "email_id": Noun::Message.show(message), "to": to.folded() })),
    };
    let mut write = Write::default();
    who.note(app, &mut write, change);
    let days = app.settings.attachments.link_days;
    link::moved(&mut write, (who.workspace.id, email.id), examined.links_last(days));
    // The same page may send it to several, one after the other.
    let key = format!("again\n{}\n{}\n{}\n{once}", who.workspace.id, email.id, to.folded());
    match accept_once(app, app.now(), write, examined, &key).await {
        Ok(message) => Ok(Ok(message)),
        Err(refusal) => told(&refusal).map(Err),
    }
}

/// Why it was not sent again, in the page's words.
fn told(refusal: &Refusal) -> Result<&'static str, Refused> {
    match refusal {
        Refusal::QuotaUsed { .. } => Ok("quota-used"),
        Refusal::Suspended => Ok("suspended"),
        Refusal::Unavailable(_) => Err(Refused::Busy),
        Refusal::Author(_)
        | Refusal::Header(_)
        | Refusal::HeaderTooLarge { .. }
        | Refusal::DomainNotVerified(_)
        | Refusal::KeyRestricted(_)
        | Refusal::NoRecipients
        | Refusal::TooManyRecipients { .. }
        | Refusal::TooLarge { .. }
        | Refusal::Attachment(_)
        | Refusal::Option { .. }
        | Refusal::IdempotencyMismatch => Ok("not-sent"),
    }
}

/// Whether it is an application's mail.
pub(super) fn is_sendable(email: &Stored) -> bool {
    email.content.is_some() && [Origin::Api, Origin::Smtp].map(Origin::as_str).contains(&&*email.origin)
}

fn submission(
    app: &App,
    workspace: i64,
    (email, content): (&Stored, &Bytes),
    (message, to): (i64, &Address),
) -> Result<Examined, Refusal> {
    let (now, snapshot) = (app.now(), app.directory.snapshot());
    let headers = scan(app, content)?;
    let edit = Edit { remove: &OWN, now, message_id: "" };
    let content: Bytes = match edited_prefix(&headers, &edit) {
        Some(prefix) => [&prefix, headers.body()].concat().into(),
        None => content.clone(),
    };
    let author = policy::facts(&headers)?.author;
    let stream = snapshot.stream_by_id(workspace, email.stream).cloned();
    let stream = stream.ok_or_else(|| Refusal::Unavailable("its stream is not known here yet".into()))?;
    let headers = scan(app, &content)?;
    let submission = Submission {
        message,
        sender: Sender { workspace, origin: Origin::Api, key: None },
        stream,
        envelope: Envelope {
            reverse_path: ReversePath::Mailbox(author),
            forward_paths: Vec::new(),
            body: if content.is_ascii() { Body::SevenBit } else { Body::EightBitMime },
            smtputf8: !headers.raw()[..headers.fields_end()].is_ascii(),
            ret: None,
            envid: None,
        },
        recipients: vec![Recipient {
            field: RecipientField::Envelope,
            path: RecipientPath::Valid(ForwardPath::plain(to.clone())),
        }],
        content: content.clone(),
        trace: None,
        options: Options {
            tags: email.tags.as_deref().map(Into::into),
            metadata: email.metadata.as_deref().map(Into::into),
            // The sender may have asked for less, or more, than the stream does.
            track: Some(email.track),
            ..Options::default()
        },
    };
    examine(app, &snapshot, now, submission, &headers)
}
