//! Activity by the list: mail taken back or sent again, by rows or by what the filter finds.
//!
//! Guarantees
//! 1. Nothing happens before somebody saw how many messages it is and what the first are; what happens then is to those.
//! 2. Each message is a transaction of its own with its line in the audit log, as on its page; a call a bounded number of them.
//! 3. Sent again is what would be mailed: neither to who is suppressed by now, nor what has no content to send. How much of what was
//!    chosen is left out for that is said.
//! 4. A form that is sent twice sends nothing twice, and both are answered the same: what went at the first is done at the second.

use std::collections::HashSet;
use std::sync::Arc;

use ::console::words::{Word, Words};
use axum::extract::State;
use axum::response::Response;
use futures_util::future::join_all;
use mail::Address;
use serde::Deserialize;
use store::StoreError;

use super::act::cancelled;
use super::activity::{Narrowed, recipients};
use super::again::resent;
use crate::app::App;
use crate::console::chosen::{CHOSEN_MAX, Chosen, Question, ask_rows_without};
use crate::console::guard::Posted;
use crate::console::refusal::Refused;
use crate::console::screen::Member;
use crate::feature::person::permission::need::{SendMail, SteerQueue};
use crate::feature::sending::api::listed::{EmailFilter, find};
use crate::feature::sending::list::{Filter, Found, Listed, sendable, these};
use crate::feature::sending::read::{Status, email_one};
use crate::feature::suppression::suppressed;
use crate::id::Noun;

/// Messages that are sent again in one call. Reason: it answers within seconds.
const AGAIN_MAX: usize = 200;
/// Cancellations at once. Reason: those that wait at the same time are flushed together.
const AT_ONCE: usize = 16;
/// Pages of the list that a question reads. Reason: each looks at three thousand messages at most.
const LOOKS_MAX: usize = 12;
/// Messages of such a page.
const PAGE: &str = "500";
/// Messages that are read by their ids at a time.
const READ_MAX: usize = 50;

/// Which mail is meant: rows, or what the list's filter finds.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Sent {
    /// When it was asked: what is sent twice under it is sent once.
    once: String,
    #[serde(flatten)]
    narrowed: Narrowed,
    #[serde(flatten)]
    chosen: Chosen,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Cancel,
    Again,
}

impl Act {
    /// Whether it may change anything about this message. One to several recipients is sent again from its page, where one says
    /// to whom.
    fn concerns(self, email: &Listed) -> bool {
        let status = Status::overall(email.people.standing.iter().copied());
        let waits = matches!(status, Status::Scheduled | Status::Queued | Status::DeliveryDelayed);
        match self {
            Act::Cancel => waits,
            Act::Again => !waits && email.people.count == 1,
        }
    }

    fn max(self) -> usize {
        match self {
            Act::Cancel => CHOSEN_MAX,
            Act::Again => AGAIN_MAX,
        }
    }

    /// The statuses by which it is looked for, where the filter says none.
    fn statuses(self) -> &'static [&'static str] {
        match self {
            Act::Cancel => &["scheduled", "queued", "delivery_delayed"],
            Act::Again => &[""],
        }
    }

    fn question(self, list: &str) -> Question {
        let (title, text, label, step) = match self {
            Act::Cancel => (
                Word("activity-cancel-title"),
                Word("activity-cancel-text"),
                Word("queue-cancel-sure"),
                "cancel",
            ),
            Act::Again => {
                (Word("activity-again-title"), Word("activity-again-text"), Word("activity-again"), "again")
            }
        };
        let (path, _) = list.split_once('?').unwrap_or((list, ""));
        Question { title, text, label, action: format!("{path}/{step}"), back: list.to_owned() }
    }
}

pub(super) async fn cancel(
    who: Member<SteerQueue>,
    State(app): State<Arc<App>>,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Refused> {
    let Meant { emails: meant, more, .. } = match meant(&who, &app, &sent, Act::Cancel).await? {
        meant if sent.chosen.is_sure() => meant,
        meant => return asked(who, &app, sent, (meant, Act::Cancel)),
    };
    let mut done = 0;
    for some in meant.chunks(AT_ONCE) {
        for outcome in join_all(some.iter().map(|email| cancelled(&who, &app, email.id))).await {
            done += usize::from(outcome?.is_ok());
        }
    }
    Ok(sent.chosen.done(&sent.narrowed.first().href(&who.workspace), done, more))
}

pub(super) async fn again(
    who: Member<SendMail>,
    State(app): State<Arc<App>>,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Refused> {
    let Meant { emails: meant, more, .. } = match meant(&who, &app, &sent, Act::Again).await? {
        meant if sent.chosen.is_sure() => meant,
        meant => return asked(who, &app, sent, (meant, Act::Again)),
    };
    let mut done = 0;
    for email in &meant {
        // Of those before it, one may just have been refused for good by the same recipient.
        let Some(to) = mailable(&app, who.workspace.id, email).await? else { continue };
        let Some(stored) = email_one(&app.store, who.workspace.id, email.id).await? else { continue };
        // What was sent at the form's first coming counts: who sent the form twice sees this answer alone.
        done += usize::from(resent(&who, &app, (&stored, &to), &sent.once).await?.is_ok());
    }
    Ok(sent.chosen.done(&sent.narrowed.first().href(&who.workspace), done, more))
}

fn asked<P>(
    who: Member<P>,
    app: &App,
    sent: Sent,
    (Meant { emails, left, more }, act): (Meant, Act),
) -> Result<Response, Refused> {
    let Sent { narrowed, chosen, .. } = sent;
    let (words, list) = (who.page.words, narrowed.first().href(&who.workspace));
    let rows = emails.iter().map(|email| (Noun::Message.show(email.id), named(words, email))).collect();
    let mut fields = narrowed.first().into_fields();
    fields.push(("once", app.now().0.to_string()));
    let left = i64::try_from(left).unwrap_or(i64::MAX);
    let left = (act == Act::Again && left > 0).then(|| words.t1("activity-again-left", "n", left));
    ask_rows_without(who, (chosen, fields), (rows, more), left, act.question(&list))
}

/// Messages that are meant.
#[derive(Default)]
struct Meant {
    emails: Vec<Listed>,
    /// How many were chosen, or found, about which nothing can be done.
    left: usize,
    /// Whether there may be more.
    more: bool,
}

impl Meant {
    /// Takes up those that it concerns, as far as one call goes.
    async fn take(
        &mut self,
        app: &App,
        workspace: i64,
        emails: Vec<Listed>,
        act: Act,
    ) -> Result<(), StoreError> {
        let ids: Vec<i64> = emails.iter().filter(|email| act.concerns(email)).map(|email| email.id).collect();
        let sendable = match act {
            Act::Cancel => ids.into_iter().collect(),
            Act::Again => sendable(&app.store, workspace, &ids).await?,
        };
        for email in emails {
            if self.more {
                return Ok(());
            }
            let fits = sendable.contains(&email.id)
                && (act == Act::Cancel || mailable(app, workspace, &email).await?.is_some());
            if !fits {
                self.left += 1;
            } else if self.emails.len() == act.max() {
                self.more = true;
            } else {
                self.emails.push(email);
            }
        }
        Ok(())
    }
}

/// The recipient of a message to one; none when it is suppressed by now, or no address.
async fn mailable(app: &App, workspace: i64, email: &Listed) -> Result<Option<Address>, StoreError> {
    let to = email.people.first.first().and_then(|(_, address)| Address::parse(address).ok());
    let Some(to) = to else { return Ok(None) };
    let why = suppressed(&app.store, &app.suppressions, (workspace, email.stream), &to).await?;
    Ok(why.is_none().then_some(to))
}

/// A message in a question's list.
fn named(words: Words, email: &Listed) -> String {
    let subject = match &*email.subject {
        "" => words.t("activity-no-subject"),
        subject => subject.to_owned(),
    };
    format!("{} · {subject}", recipients(words, &email.people))
}

/// Those of the workspace's messages that are meant and that it concerns, newest first.
async fn meant<P>(who: &Member<P>, app: &Arc<App>, sent: &Sent, act: Act) -> Result<Meant, Refused> {
    let (workspace, mut meant) = (who.workspace.id, Meant::default());
    if sent.chosen.is_all() && !sent.chosen.is_sure() {
        return all(who, app, &sent.narrowed, act).await;
    }
    let mut ids = sent.chosen.ids(Noun::Message);
    ids.reverse();
    let (none, _turn) = (Filter::default(), app.list_turns.take(workspace).await);
    for some in ids.chunks(READ_MAX) {
        let emails = these(&app.store, app.now(), workspace, &none, some).await?;
        meant.take(app, workspace, emails, act).await?;
    }
    Ok(meant)
}

/// Everything that the filter finds, as far as one question looks.
async fn all<P>(who: &Member<P>, app: &Arc<App>, narrowed: &Narrowed, act: Act) -> Result<Meant, Refused> {
    let workspace = who.workspace.id;
    let filter = narrowed.first().filter(app.now(), &who.zone);
    let statuses = if narrowed.status.is_empty() { act.statuses() } else { &[&*narrowed.status] };
    let (mut meant, mut known, mut looks) = (Meant::default(), HashSet::new(), 0);
    for status in statuses {
        let mut after = None;
        loop {
            let status = Some((*status).to_owned()).filter(|status| !status.is_empty());
            let filter = EmailFilter { status, after, limit: Some(PAGE.to_owned()), ..filter.clone() };
            let Found { emails, next } = match find(app, workspace, filter).await {
                Ok((_, found)) => found,
                // What cannot be read finds nothing.
                Err(error) if !error.errors.is_empty() => return Ok(Meant::default()),
                Err(error) => return Err(error.into()),
            };
            let emails = emails.into_iter().filter(|one| known.insert(one.id)).collect();
            let turn = app.list_turns.take(workspace).await;
            meant.take(app, workspace, emails, act).await?;
            drop(turn);
            looks += 1;
            meant.more |= looks == LOOKS_MAX && next.is_some();
            if meant.more {
                return Ok(meant);
            }
            let Some(next) = next else { break };
            after = Some(Noun::Message.show(next));
        }
    }
    Ok(meant)
}
