//! Mail of our own to one person: an invitation, what needs somebody.
//!
//! Guarantee: it goes the way of one-time codes: first in line, untracked, shown to nobody but its recipient, and nobody is told
//! of its fate.

use std::time::Duration;

use mail::compose::{Draft, compose};
use mail::{Address, At, Body, Envelope, ForwardPath, Mailbox, Notify, ReversePath};

use crate::app::App;
use crate::feature::access::Workspace;
use crate::feature::sending::examine::{Examined, examine, scan};
use crate::feature::sending::{
    Options, Origin, Recipient, RecipientField, RecipientPath, Refusal, Sender, Submission,
};
use crate::id::Noun;

/// The stream of its mail.
const STREAM: &str = "transactional";

/// A letter.
pub struct Post<'p> {
    pub workspace: &'p Workspace,
    pub from: Mailbox,
    /// Whoever answers writes to them.
    pub reply_to: Option<Mailbox>,
    pub to: Address,
    pub subject: String,
    /// HTML and text.
    pub parts: (String, String),
    /// How long it is tried.
    pub life: Duration,
}

/// The workspace as an author, under the first of its domains that may send; none when none may.
#[must_use]
pub fn author_of(app: &App, workspace: &Workspace, local_part: &str) -> Option<Mailbox> {
    let snapshot = app.directory.snapshot();
    let sending = snapshot.domains_of(workspace.id).filter(|domain| domain.status.may_send());
    let first = sending.min_by_key(|domain| domain.id)?;
    let address = Address::parse(&format!("{local_part}@{}", first.name)).ok()?;
    Some(Mailbox { name: Some(workspace.shown().to_owned()), address })
}

/// As a message that is to be accepted.
///
/// # Errors
/// As [`examine`]; it cannot be composed.
pub fn examined(app: &App, now: At, post: Post<'_>) -> Result<Examined, Refusal> {
    let snapshot = app.directory.snapshot();
    let unfit = |why: &str| Refusal::Unavailable(why.to_owned());
    let stream = snapshot.stream(post.workspace.id, STREAM).cloned();
    let stream = stream.ok_or_else(|| unfit("there is no transactional stream"))?;
    let message = app.mint.message(now, 1);
    let draft = Draft {
        from: &post.from,
        reply_to: post.reply_to.as_slice(),
        to: &[Mailbox::from(post.to.clone())],
        cc: &[],
        subject: &post.subject,
        date: now,
        message_id: &format!("{}@{}", Noun::Message.show(message), post.from.address.domain_str()),
        text: Some(&post.parts.1),
        html: Some(&post.parts.0),
        attachments: &[],
        headers: &[("Auto-Submitted", "auto-generated")],
        seed: message.cast_unsigned(),
    };
    let content = compose(&draft).map_err(|_| unfit("the letter cannot be composed"))?;
    let submission = Submission {
        message,
        sender: Sender { workspace: post.workspace.id, origin: Origin::Code, key: None },
        stream,
        envelope: Envelope {
            smtputf8: !content.is_ascii(),
            reverse_path: ReversePath::Mailbox(post.from.address),
            forward_paths: Vec::new(),
            body: Body::SevenBit,
            ret: None,
            envid: None,
        },
        recipients: vec![Recipient {
            field: RecipientField::To,
            // A notification about it would be one more copy.
            path: RecipientPath::Valid(ForwardPath {
                notify: Some(Notify::Never),
                ..ForwardPath::plain(post.to)
            }),
        }],
        content: content.into(),
        trace: None,
        options: Options { expires: Some(now.after(post.life)), ..Options::default() },
    };
    let octets = submission.content.clone();
    examine(app, &snapshot, now, submission, &scan(app, &octets)?)
}
