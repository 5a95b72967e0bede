//! The first message: who writes to whom, where it would go, and what became of it.

use std::sync::Arc;

use ::console::format::time;
use ::console::screen::overview::Status as Shown;
use ::console::screen::steps::{Arrival, Message, Way};
use ::console::words::Word;
use mail::Address;
use serde_json::json;

use super::standing::Standing;
use crate::app::App;
use crate::console::change::Change;
use crate::console::refusal::Refused;
use crate::console::screen::Member;
use crate::console::shell::home;
use crate::feature::audit::Action;
use crate::feature::person::permission::need::SendMail;
use crate::feature::sending::Refusal;
use crate::feature::sending::console::words_of;
use crate::feature::sending::letter::{self, Letter};
use crate::feature::sending::read::{Status, Stored, recipient_list};
use crate::http::page::Page;
use crate::id::Noun;
use crate::settings::NextHop;

/// What the form says.
#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    from: String,
    to: String,
    /// When its page was made.
    once: String,
}

/// What is wrong with it.
#[derive(Default)]
pub(super) struct Wrong {
    from: Option<Word>,
    to: Option<Word>,
    refused: Option<Word>,
}

/// Whether mail to an address is kept in the capture mailbox.
fn captured(app: &App, to: &str) -> bool {
    let to = Address::parse(to.trim()).ok();
    to.is_some_and(|to| matches!(app.settings.route_for(&to.domain()).next_hop, NextHop::Capture))
}

/// The form: to oneself, from the domain that was just made.
pub(super) fn form<P>(
    who: &Member<P>,
    app: &App,
    standing: &Standing,
    (asked, wrong): (Asked, Wrong),
) -> Message {
    let domain = standing.domain.as_ref().map_or("example.com", |domain| &domain.name);
    let or = |typed: String, otherwise: String| if typed.is_empty() { otherwise } else { typed };
    let from = or(asked.from, format!("hello@{domain}"));
    let to = or(asked.to, who.person.email.clone());
    let way = match (captured(app, &to), standing.sends()) {
        (true, _) => Way::Captured,
        (false, true) => Way::Out,
        (false, false) => Way::Closed,
    };
    Message {
        from,
        to,
        once: app.now().0.to_string(),
        from_mistake: wrong.from,
        to_mistake: wrong.to,
        refused: wrong.refused,
        way,
        domain: format!("{}setup?step=domain", home(&who.workspace)),
    }
}

/// Sends it; gives its id, or what is wrong.
pub(super) async fn send(
    who: &Member<SendMail>,
    app: &Arc<App>,
    asked: &Asked,
) -> Result<Result<i64, Wrong>, Refused> {
    let (from, to) = (Address::parse(asked.from.trim()), Address::parse(asked.to.trim()));
    let mistake = |wrong: bool| wrong.then_some(Word("mistake-email"));
    let wrong = Wrong { from: mistake(from.is_err()), to: mistake(to.is_err()), refused: None };
    let (Ok(from), Ok(to)) = (from, to) else { return Ok(Err(wrong)) };
    let words = who.page.words;
    let (subject, text) = (words.t("steps-letter-subject"), words.t("steps-letter-text"));
    let after = json!({ "from": from.to_string(), "to": to.to_string() });
    let letter = Letter { from, to, subject, text, once: asked.once.clone() };
    let sent = letter::send(app, app.now(), (who.workspace.id, letter), |write, message| {
        let object = Noun::Message.show(message);
        let change = Change { action: Action::EmailSent, object, before: None, after: Some(after) };
        who.note(app, write, change);
    });
    let refused = match sent.await {
        Ok(message) => return Ok(Ok(message)),
        Err(Refusal::DomainNotVerified(_)) => {
            return Ok(Err(Wrong { from: Some(Word("steps-mistake-from")), ..Wrong::default() }));
        }
        Err(Refusal::Unavailable(_)) => return Err(Refused::Busy),
        Err(refusal) => refusal,
    };
    tracing::warn!(%refused, "a first message was refused");
    Ok(Err(Wrong { refused: Some(Word("steps-message-refused")), ..Wrong::default() }))
}

/// What became of a message so far.
pub(super) async fn arrival<P>(who: &Member<P>, app: &App, email: &Stored) -> Result<Arrival, Refused> {
    let (words, now) = (who.page.words, app.now());
    let of = (who.workspace.id, email.id);
    let one = recipient_list(&app.store, now, of, Page::first(1)).await?.into_iter().next();
    let status = one.as_ref().map_or(Status::Queued, |one| one.status);
    let to = one.as_ref().map(|one| one.address.clone()).unwrap_or_default();
    let (title, why) = words_of(status, one.as_ref().and_then(|one| one.reason.as_deref()));
    let finished = one.as_ref().and_then(|one| one.finished);
    let shown = Noun::Message.show(email.id);
    Ok(Arrival {
        status: Shown::of(status.as_str()),
        over: finished.is_some(),
        delivered: status == Status::Delivered,
        mailbox: format!("{}capture", home(&who.workspace)),
        captured: captured(app, &to),
        title: words.word1(title, "to", &to),
        why: words.word1(why, "to", &to),
        reply: one.and_then(|one| one.reply).filter(|reply| !reply.is_empty()),
        at: time::moment(words.locale, &who.zone, finished.unwrap_or(email.created)),
        from: email.author.clone(),
        to,
        subject: email.subject.clone(),
        part: format!("{}setup/messages/{shown}", home(&who.workspace)),
        href: format!("{}activity/{shown}", home(&who.workspace)),
    })
}
