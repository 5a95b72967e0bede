//! The queue by the list: tried, released and cancelled by domain and lane, and as CSV.
//!
//! Guarantees
//! 1. Nothing is tried, released or cancelled before somebody saw how many deliveries it is.
//! 2. A transaction cancels a bounded number, with a line in the audit log; a call a bounded number of transactions. What is under way
//!    is left to end.

use std::sync::Arc;

use ::console::format::number;
use ::console::screen::sure::Sure;
use ::console::words::Word;
use axum::extract::State;
use axum::response::Response;
use mail::date::rfc3339;
use mail::{At, Domain};
use queue::{Lane, QueueView};
use serde_json::json;

use super::admin::{Hold, Scope};
use super::api::{look, waits_for};
use super::cancel::{self, cancel_next};
use super::console::{Sent, about, path, retry};
use super::inspect::{self, Those};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::change::Change;
use crate::console::chosen::{Chosen, Question, ask as ask_of};
use crate::console::guard::Posted;
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Member, show};
use crate::feature::audit::Action;
use crate::feature::person::permission::need::{SeeFigures, SteerQueue};
use crate::http::csv::{download, line};
use crate::id::Noun;

/// Queues that one call looks at: those with most waiting.
const QUEUES_MAX: i64 = 200;
/// Destinations of a choice: as many as the screen shows.
const CHOSEN_MAX: usize = 50;
/// Transactions of one call. Reason: it answers within seconds.
const STEPS_MAX: usize = 20;

/// What is about to be cancelled, and how much it is.
pub(super) async fn ask(
    who: Member<SteerQueue>,
    State(app): State<Arc<App>>,
    Query(sent): Query<Sent>,
) -> Result<Response, Refused> {
    let (words, back) = (who.page.words, path(&who.workspace));
    let Some(scope) = sent.scope(who.workspace.id) else { return Ok(redirect(&back)) };
    let queues = inspect::queues(&app.store, app.now(), &scope, QUEUES_MAX).await?;
    let n: i64 = queues.iter().map(|queue| queue.deliveries).sum();
    let counted = number::whole(words.locale, n);
    let text = match &scope.domain {
        Some(domain) => words.t2("queue-cancel-about", ("n", n), ("domain", domain)),
        None => words.t1("queue-cancel-about-all", "n", n),
    };
    show(&Sure {
        title: words.t1("queue-cancel-title", "n", counted),
        text,
        action: format!("{back}/cancel"),
        fields: vec![("domain", sent.domain), ("lane", sent.lane)],
        label: words.t("queue-cancel"),
        possible: n > 0,
        back,
        page: who.page,
    })
}

pub(super) async fn cancel_sent(
    who: Member<SteerQueue>,
    State(app): State<Arc<App>>,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Refused> {
    let back = path(&who.workspace);
    let scope = sent.scope(who.workspace.id).filter(|_| sent.sure == "yes");
    let Some(scope) = scope else { return Ok(redirect(&back)) };
    let cancelled = cancel_all(&who, &app, &scope).await?;
    Ok(redirect(&format!("{back}?cancelled={cancelled}")))
}

/// A question with the number of deliveries that it is about; `text` is told what they are, as `what`.
fn question<P>(
    who: Member<P>,
    (scope, n): (&Scope, i64),
    (title, text, label): (Word, Word, Word),
    (action, fields): (String, Vec<(&'static str, String)>),
) -> Result<Response, Refused> {
    let (words, back) = (who.page.words, path(&who.workspace));
    show(&Sure {
        title: words.word1(title, "n", number::whole(words.locale, n)),
        text: words.t2(text.0, ("n", n), ("what", about(words, scope))),
        action,
        fields,
        label: words.word(label),
        possible: true,
        back,
        page: who.page,
    })
}

/// What is about to be tried at once, and how much it is.
pub(super) async fn ask_retry<P>(
    who: Member<P>,
    app: &App,
    (sent, scope): (Sent, &Scope),
) -> Result<Response, Refused> {
    let n = inspect::waiting_count(&app.store, app.now(), scope, Those::PutOff).await?;
    let said = (Word("queue-retry-title"), Word("queue-retry-about"), Word("queue-retry"));
    let fields = vec![("domain", sent.domain), ("lane", sent.lane)];
    let action = format!("{}/retry", path(&who.workspace));
    question(who, (scope, n), said, (action, fields))
}

/// What leaves when a hold ends, and how much it is.
pub(super) async fn ask_release<P>(who: Member<P>, app: &App, hold: &Hold) -> Result<Response, Refused> {
    let n = inspect::waiting_count(&app.store, app.now(), &hold.scope, Those::All).await?;
    let said = (Word("queue-release-title"), Word("queue-release-about"), Word("queue-release"));
    let action = format!("{}/holds/{}/release", path(&who.workspace), Noun::Hold.show(hold.id));
    question(who, (&hold.scope, n), said, (action, Vec::new()))
}

/// What is to become of the chosen destinations.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Retry,
    Cancel,
}

impl Act {
    fn parse(text: &str) -> Option<Act> {
        match text {
            "retry" => Some(Act::Retry),
            "cancel" => Some(Act::Cancel),
            _ => None,
        }
    }

    fn those(self) -> Those {
        match self {
            Act::Retry => Those::PutOff,
            Act::Cancel => Those::All,
        }
    }

    fn question(self, back: String) -> Question {
        let (title, text, label) = match self {
            Act::Retry => (Word("queue-retry-title"), Word("queue-retry-chosen"), Word("queue-retry")),
            Act::Cancel => (Word("queue-cancel-title"), Word("queue-cancel-about-all"), Word("queue-cancel")),
        };
        Question { title, text, label, action: format!("{back}/chosen"), back }
    }
}

/// The workspace's mail that is meant, by lane and domain as the rows say it.
fn scopes(chosen: &Chosen, workspace: i64) -> Vec<Scope> {
    let all = Scope { workspace: Some(workspace), domain: None, lane: None };
    if chosen.is_all() {
        return vec![all];
    }
    let read = |text: &str| {
        let (lane, domain) = text.split_once(':')?;
        let domain = Domain::parse(domain).ok()?.as_str().to_owned();
        Some(Scope { domain: Some(domain), lane: Some(Lane::parse(lane)?), ..all.clone() })
    };
    chosen.texts().filter_map(read).take(CHOSEN_MAX).collect()
}

pub(super) async fn chosen_sent(
    who: Member<SteerQueue>,
    State(app): State<Arc<App>>,
    Posted(chosen): Posted<Chosen>,
) -> Result<Response, Refused> {
    let back = path(&who.workspace);
    let Some(act) = Act::parse(chosen.act()) else { return Ok(redirect(&back)) };
    let scopes = scopes(&chosen, who.workspace.id);
    let mut done = 0;
    for scope in &scopes {
        done += match (chosen.is_sure(), act) {
            (false, _) => {
                let n = inspect::waiting_count(&app.store, app.now(), scope, act.those()).await?;
                usize::try_from(n).unwrap_or(0)
            }
            (true, Act::Retry) => retry(&who, &app, scope).await?,
            (true, Act::Cancel) => cancel_all(&who, &app, scope).await?,
        };
    }
    if !chosen.is_sure() {
        return ask_of(who, (chosen, Vec::new()), done, act.question(back));
    }
    let told = match act {
        Act::Retry => "retried",
        Act::Cancel => "cancelled",
    };
    Ok(redirect(&format!("{back}?{told}={done}")))
}

async fn cancel_all<P>(who: &Member<P>, app: &Arc<App>, scope: &Scope) -> Result<usize, Refused> {
    let (mut cancelled, mut steps) = (0, 0);
    for queue in inspect::queues(&app.store, app.now(), scope, QUEUES_MAX).await? {
        let mut from = Some((At(i64::MIN), i64::MIN));
        while let Some(place) = from.filter(|_| steps < STEPS_MAX) {
            steps += 1;
            let key = &queue.key;
            let note = |write: &mut store::Write, n: usize| {
                let after = json!({ "domain": &*key.domain, "lane": key.lane.as_str(), "deliveries": n });
                let object = key.domain.to_string();
                let change =
                    Change { action: Action::QueueCancelled, object, before: None, after: Some(after) };
                who.note(app, write, change);
            };
            match cancel_next(app, key, place, note).await {
                Ok(step) => {
                    cancelled += step.cancelled;
                    from = step.next;
                }
                // Some of them ended just then: whoever asked sees the rest, and can ask again.
                Err(cancel::Refused::UnderWay | cancel::Refused::NothingWaits) => from = None,
                Err(cancel::Refused::TooMany) => return Err(Refused::Busy),
                Err(cancel::Refused::Store(error)) => return Err(error.into()),
                Err(cancel::Refused::Attempted | cancel::Refused::Code) => return Err(Refused::Fault),
            }
        }
    }
    Ok(cancelled)
}

/// What waits, as the scheduler has it: its list is bounded.
pub(super) async fn csv(who: Member<SeeFigures>, State(app): State<Arc<App>>) -> Response {
    let head = line(&["domain", "lane", "waiting", "under_way", "more", "why", "until"]);
    let of = |queue: &QueueView| {
        let (why, until) = waits_for(queue.why);
        vec![
            queue.key.domain.to_string(),
            queue.key.lane.as_str().to_owned(),
            queue.waiting.to_string(),
            queue.leased.to_string(),
            queue.spilled.to_string(),
            why.to_owned(),
            until.map(rfc3339).unwrap_or_default(),
        ]
    };
    let queues = look(&app, who.workspace.id).queues;
    download("queue", std::iter::once(head).chain(queues.iter().map(of)).collect())
}
