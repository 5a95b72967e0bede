//! Activity by the list: mail taken back or sent again, by rows or by what the filter finds.
//!
//! Guarantees
//! 1. Nothing happens before somebody saw how many messages it is and what the first are; what happens then is to those.
//! 2. Each message is a transaction of its own with its line in the audit log, as on its page; a call a bounded number of them.
//! 3. A form that is sent twice sends nothing twice: the question and the message are the key under which it happens once.

use std::collections::HashSet;
use std::sync::Arc;

use ::console::words::{Word, Words};
use axum::extract::State;
use axum::response::Response;
use futures_util::future::join_all;
use mail::Address;
use serde::Deserialize;
use store::Write;

use super::act::cancelled;
use super::activity::{Narrowed, recipients};
use super::again::resent;
use crate::app::App;
use crate::console::chosen::{CHOSEN_MAX, Chosen, Question, ask_rows};
use crate::console::guard::Posted;
use crate::console::refusal::Refused;
use crate::console::screen::Member;
use crate::feature::access::digest_of;
use crate::feature::person::permission::need::{SendMail, SteerQueue};
use crate::feature::sending::api::listed::{EmailFilter, find};
use crate::feature::sending::idempotency::{Once, claim, fingerprint};
use crate::feature::sending::list::{Filter, Found, Listed, these};
use crate::feature::sending::read::{Status, email_one};
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
            Act::Again => !waits && email.people.count == 1 && status != Status::Suppressed,
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
                Word("activity-cancel"),
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
    let (meant, more) = meant(&who, &app, &sent, Act::Cancel).await?;
    if !sent.chosen.is_sure() {
        return asked(who, &app, sent, (meant, more, Act::Cancel));
    }
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
    let (meant, more) = meant(&who, &app, &sent, Act::Again).await?;
    if !sent.chosen.is_sure() {
        return asked(who, &app, sent, (meant, more, Act::Again));
    }
    let mut done = 0;
    for email in &meant {
        let stored = email_one(&app.store, who.workspace.id, email.id).await?;
        let to = email.people.first.first().and_then(|(_, address)| Address::parse(address).ok());
        let (Some(stored), Some(to)) = (stored, to) else { continue };
        let mut write = Write::default();
        let key = format!("again\n{}\n{}\n{}", who.workspace.id, email.id, sent.once);
        let once = Once {
            digest: digest_of(&key),
            fingerprint: fingerprint(key.as_bytes()),
            status: 303,
            answer: Arc::new(|_| String::new()),
        };
        claim(&mut write, app.now(), &once, "it was sent again already");
        done += usize::from(resent(&who, &app, (&stored, &to), write).await?.is_ok());
    }
    Ok(sent.chosen.done(&sent.narrowed.first().href(&who.workspace), done, more))
}

fn asked<P>(
    who: Member<P>,
    app: &App,
    sent: Sent,
    (meant, more, act): (Vec<Listed>, bool, Act),
) -> Result<Response, Refused> {
    let Sent { narrowed, chosen, .. } = sent;
    let (words, list) = (who.page.words, narrowed.first().href(&who.workspace));
    let rows = meant.iter().map(|email| (Noun::Message.show(email.id), named(words, email))).collect();
    let mut fields = narrowed.first().into_fields();
    fields.push(("once", app.now().0.to_string()));
    ask_rows(who, (chosen, fields), (rows, more), act.question(&list))
}

/// A message in a question's list.
fn named(words: Words, email: &Listed) -> String {
    let subject = match &*email.subject {
        "" => words.t("activity-no-subject"),
        subject => subject.to_owned(),
    };
    format!("{} · {subject}", recipients(words, &email.people))
}

/// Those of the workspace's messages that are meant and that it concerns, newest first, and whether there may be more.
async fn meant<P>(
    who: &Member<P>,
    app: &Arc<App>,
    sent: &Sent,
    act: Act,
) -> Result<(Vec<Listed>, bool), Refused> {
    let (workspace, mut meant) = (who.workspace.id, Vec::new());
    if sent.chosen.is_all() && !sent.chosen.is_sure() {
        return all(who, app, &sent.narrowed, act).await;
    }
    let mut ids = sent.chosen.ids(Noun::Message);
    ids.reverse();
    let (none, _turn) = (Filter::default(), app.list_turns.take(workspace).await);
    for some in ids.chunks(READ_MAX) {
        meant.extend(these(&app.store, app.now(), workspace, &none, some).await?);
    }
    meant.retain(|email| act.concerns(email));
    let more = meant.len() > act.max();
    meant.truncate(act.max());
    Ok((meant, more))
}

/// Everything that the filter finds, as far as one question looks.
async fn all<P>(
    who: &Member<P>,
    app: &Arc<App>,
    narrowed: &Narrowed,
    act: Act,
) -> Result<(Vec<Listed>, bool), Refused> {
    let filter = narrowed.first().filter(app.now(), &who.zone);
    let statuses = if narrowed.status.is_empty() { act.statuses() } else { &[&*narrowed.status] };
    let (mut found, mut known, mut looks) = (Vec::new(), HashSet::new(), 0);
    for status in statuses {
        let mut after = None;
        loop {
            let status = Some((*status).to_owned()).filter(|status| !status.is_empty());
            let filter = EmailFilter { status, after, limit: Some(PAGE.to_owned()), ..filter.clone() };
            let Found { emails, next } = match find(app, who.workspace.id, filter).await {
                Ok((_, found)) => found,
                // What cannot be read finds nothing.
                Err(error) if !error.errors.is_empty() => return Ok((Vec::new(), false)),
                Err(error) => return Err(error.into()),
            };
            found.extend(emails.into_iter().filter(|one| act.concerns(one) && known.insert(one.id)));
            looks += 1;
            if found.len() > act.max() || looks == LOOKS_MAX && next.is_some() {
                found.truncate(act.max());
                return Ok((found, true));
            }
            let Some(next) = next else { break };
            after = Some(Noun::Message.show(next));
        }
    }
    Ok((found, false))
}
