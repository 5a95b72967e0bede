//! Letters of the console itself: invitations, links for new passwords.
//!
//! Guarantees
//! 1. A letter is kept as a one-time code is: shown to nobody but its recipient, not tracked, no sender told of it.
//! 2. None goes where mail is captured: whoever reads captured mail would come in with its link.

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
use crate::settings::NextHop;

/// The stream of letters.
const STREAM: &str = "transactional";

/// A letter before it is examined.
pub struct Post {
    pub workspace: i64,
    pub from: Mailbox,
    pub reply_to: Option<Mailbox>,
    pub to: Address,
    pub subject: String,
    pub html: String,
    pub text: String,
    /// How long its link opens: so long it is tried.
    pub life: Duration,
}

/// Who writes for a workspace: `local` at the first of its domains that may send.
pub fn author(app: &App, workspace: &Workspace, local: &str) -> Option<Mailbox> {
    let snapshot = app.directory.snapshot();
    let sending = snapshot.domains_of(workspace.id).filter(|domain| domain.status.may_send());
    let first = sending.min_by_key(|domain| domain.id)?;
    let address = Address::parse(&format!("{local}@{}", first.name)).ok()?;
    Some(Mailbox { name: Some(workspace.shown().to_owned()), address })
}

/// A letter as what can be accepted.
///
/// # Errors
/// It would be captured, or may not be sent.
pub fn examined(app: &App, now: At, post: Post) -> Result<Examined, Refusal> {
    let unfit = |why: &str| Refusal::Unavailable(why.to_owned());
    if matches!(app.settings.route_for(&post.to.domain()).next_hop, NextHop::Capture) {
        return Err(unfit("the letter would be captured"));
    }
    let snapshot = app.directory.snapshot();
    let stream = snapshot.stream(post.workspace, STREAM).cloned();
    let stream = stream.ok_or_else(|| unfit("there is no transactional stream"))?;
    let message = app.mint.message(now, 1);
    let Post { from, to, .. } = post;
    let draft = Draft {
        from: &from,
        reply_to: post.reply_to.as_slice(),
        to: &[Mailbox::from(to.clone())],
        cc: &[],
        subject: &post.subject,
        date: now,
        message_id: &format!("{}@{}", Noun::Message.show(message), from.address.domain_str()),
        text: Some(&post.text),
        html: Some(&post.html),
        attachments: &[],
        headers: &[("Auto-Submitted", "auto-generated")],
        seed: message.cast_unsigned(),
    };
    let content = compose(&draft).map_err(|_| unfit("the letter cannot be composed"))?;
    let submission = Submission {
        message,
        sender: Sender { workspace: post.workspace, origin: Origin::Code, key: None },
        stream,
        envelope: Envelope {
            smtputf8: !content.is_ascii(),
            reverse_path: ReversePath::Mailbox(from.address),
            forward_paths: Vec::new(),
            body: Body::SevenBit,
            ret: None,
            envid: None,
        },
        recipients: vec![Recipient {
            field: RecipientField::To,
            // A notification about it would be one more copy of the link.
            path: RecipientPath::Valid(ForwardPath { notify: Some(Notify::Never), ..ForwardPath::plain(to) }),
        }],
        content: content.into(),
        trace: None,
        options: Options { expires: Some(now.after(post.life)), ..Options::default() },
    };
    let octets = submission.content.clone();
    examine(app, &snapshot, now, submission, &scan(app, &octets)?)
}
