//! Letters of the console itself: invitations, links for new passwords, what needs somebody.
//!
//! Guarantees
//! 1. A letter goes the way of one-time codes: first in line, untracked, shown to nobody but its recipient, and nobody is told of
//!    its fate.
//! 2. None goes where mail is captured: whoever reads captured mail would come in with its link.
//! 3. None is taken that would not be sent: whoever waits for it is told by another workspace, or otherwise.
//! 4. Its return path is null, as an automatic message's may be (RFC 3834 §3.3): what bounces later quotes it to nobody. The mailbox
//!    of a workspace's domain may be open to people who must not come in with its link.

use std::time::Duration;

use ::console::screen::invitation::Letter;
use bytes::Bytes;
use content::image::Format;
use mail::compose::{Attachment, Draft, Place, compose};
use mail::{Address, At, Body, Envelope, ForwardPath, Mailbox, Notify, ReversePath};

use crate::app::App;
use crate::feature::access::Workspace;
use crate::feature::sending::examine::{Examined, examine, scan};
use crate::feature::sending::{
    Options, Origin, Recipient, RecipientField, RecipientPath, Refusal, Sender, Submission,
};
use crate::feature::suppression::suppressed;
use crate::id::Noun;
use crate::settings::NextHop;

/// The stream of letters.
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
    /// The workspace's, where the HTML shows it.
    pub logo: Option<&'p (Format, Bytes)>,
    /// How long it is tried: as long as its link opens.
    pub life: Duration,
}

/// The workspace as an author, under the first of its domains that may send; none when none may.
#[must_use]
pub fn author(app: &App, workspace: &Workspace, local: &str) -> Option<Mailbox> {
    let snapshot = app.directory.snapshot();
    let sending = snapshot.domains_of(workspace.id).filter(|domain| domain.status.may_send());
    let first = sending.min_by_key(|domain| domain.id)?;
    let address = Address::parse(&format!("{local}@{}", first.name)).ok()?;
    Some(Mailbox { name: Some(workspace.sender().to_owned()), address })
}

/// As a message that is to be accepted.
///
/// # Errors
/// As [`examine`]; it cannot be composed, would be captured, or its recipient is suppressed.
pub async fn examined(app: &App, now: At, post: Post<'_>) -> Result<Examined, Refusal> {
    let unfit = |why: &str| Refusal::Unavailable(why.to_owned());
    if matches!(app.settings.route_for(&post.to.domain()).next_hop, NextHop::Capture) {
        return Err(unfit("the letter would be captured"));
    }
    let snapshot = app.directory.snapshot();
    let stream = snapshot.stream(post.workspace.id, STREAM).cloned();
    let stream = stream.ok_or_else(|| unfit("there is no transactional stream"))?;
    let place = (post.workspace.id, stream.id);
    match suppressed(&app.store, &app.suppressions, place, &post.to).await {
        Ok(None) => {}
        Ok(Some(_)) => return Err(unfit("the workspace sends nothing to this address")),
        Err(error) => return Err(Refusal::Unavailable(error.to_string())),
    }
    let message = app.mint.message(now, 1);
    let filename = post.logo.map(|(format, _)| format!("logo.{}", format.as_str()));
    let logo = post.logo.map(|(format, content)| Attachment {
        filename: filename.as_deref(),
        content_type: Some(format.content_type()),
        content_id: Some(Letter::LOGO),
        content,
        place: Place::Suggested,
    });
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
        attachments: logo.as_slice(),
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
            reverse_path: ReversePath::Null,
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
