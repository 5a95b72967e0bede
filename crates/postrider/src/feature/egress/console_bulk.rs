//! The queue by the list: tried, released and cancelled by domain and lane, and as CSV.
//!
//! Guarantees
//! 1. Nothing is tried, released or cancelled before somebody saw how many deliveries it is, and nothing is tried or cancelled then that
//!    came later.
//! 2. What is named is what one call does ([`bulk`](super::bulk)): the number and whether there is more are of its budget.

use std::slice;
use std::sync::Arc;
use std::time::Duration;

use ::console::screen::sure::Sure;
use ::console::words::Word;
use axum::extract::State;
use axum::response::Response;
use mail::date::rfc3339;
use mail::{At, Domain};
use queue::{Lane, QueueView};

use super::admin::{Hold, Scope};
use super::api::{look, waits_for};
use super::bulk::{Budget, cancel_all, named, retry_all};
use super::console::{Sent, about, path};
use super::pieces::{Meant, Those, count};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::chosen::{Chosen, Found, Question, ask as ask_of};
use crate::console::guard::Posted;
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Member, show};
use crate::feature::person::permission::need::{SeeFigures, SteerQueue};
use crate::http::csv::{download, line};
use crate::id::{self, Noun};

/// Destinations of a choice: as many as the screen shows.
const CHOSEN_MAX: usize = 50;
/// Ids tell the millisecond in which they were given out.
const ID_STEP: Duration = Duration::from_millis(1);

/// The id below which deliveries were there at a moment.
fn below(at: At) -> i64 {
    id::floor(at.after(ID_STEP))
}

/// What is about to be cancelled, and how much it is.
pub(super) async fn ask(
    who: Member<SteerQueue>,
    State(app): State<Arc<App>>,
    Query(sent): Query<Sent>,
) -> Result<Response, Refused> {
    let (words, back, at) = (who.page.words, path(&who.workspace), app.now());
    let Some(scope) = sent.scope(who.workspace.id) else { return Ok(redirect(&back)) };
    let (n, more) = named(&who, &app, (slice::from_ref(&scope), Those::All, below(at))).await?;
    let text = match &scope.domain {
        Some(domain) => words.t2("queue-cancel-about", ("n", whole(n)), ("domain", domain)),
        None => words.t1("queue-cancel-about-all", "n", whole(n)),
    };
    let said = (Word("queue-cancel-title"), text, Word("queue-cancel-sure"));
    let page = question(who, (n, more), said, (format!("{back}/cancel"), sent.fields(at)));
    show(&Sure { possible: n > 0, ..page })
}

pub(super) async fn cancel_sent(
    who: Member<SteerQueue>,
    State(app): State<Arc<App>>,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Refused> {
    let back = path(&who.workspace);
    let scope = sent.scope(who.workspace.id).filter(|_| sent.sure == "yes");
    let Some(scope) = scope else { return Ok(redirect(&back)) };
    let mut budget = Budget::default();
    let cancelled = cancel_all(&who, &app, (&scope, below(sent.before(app.now()))), &mut budget).await?;
    Ok(redirect(&format!("{back}?cancelled={cancelled}{}", told(&budget))))
}

/// What is about to be tried at once, and how much it is.
pub(super) async fn ask_retry<P>(
    who: Member<P>,
    app: &App,
    (sent, scope): (Sent, &Scope),
) -> Result<Response, Refused> {
    let (words, at) = (who.page.words, app.now());
    let (n, more) = named(&who, app, (slice::from_ref(scope), Those::PutOff, below(at))).await?;
    let text = words.t2("queue-retry-about", ("n", whole(n)), ("what", about(words, scope)));
    let said = (Word("queue-retry-title"), text, Word("queue-retry"));
    let action = format!("{}/retry", path(&who.workspace));
    show(&question(who, (n, more), said, (action, sent.fields(at))))
}

pub(super) async fn retry(
    who: &Member<SteerQueue>,
    app: &Arc<App>,
    (sent, scope): (Sent, &Scope),
) -> Result<Response, Refused> {
    let (back, mut budget) = (path(&who.workspace), Budget::default());
    let object = scope.domain.as_deref().unwrap_or_default();
    let retried = retry_all(who, app, (scope, below(sent.before(app.now())), object), &mut budget).await?;
    Ok(redirect(&format!("{back}?retried={retried}{}", told(&budget))))
}

fn told(budget: &Budget) -> &'static str {
    if budget.is_spent() { "&more=yes" } else { "" }
}

/// What leaves when a hold ends, and how much it is.
pub(super) async fn ask_release<P>(who: Member<P>, app: &App, hold: &Hold) -> Result<Response, Refused> {
    let (words, workspace, scope) = (who.page.words, who.workspace.id, &hold.scope);
    let meant = Meant { workspace, scope, those: Those::All, below: i64::MAX };
    let n = app.list_turns.within(workspace, count(&app.store, app.now(), meant, usize::MAX)).await?;
    let text = words.t2("queue-release-about", ("n", whole(n)), ("what", about(words, scope)));
    let said = (Word("queue-release-title"), text, Word("queue-release"));
    let action = format!("{}/holds/{}/release", path(&who.workspace), Noun::Hold.show(hold.id));
    show(&question(who, (n, false), said, (action, Vec::new())))
}

/// A question with the number of deliveries that it is about, and whether there are more.
fn question<P>(
    who: Member<P>,
    (n, more): (usize, bool),
    (title, text, label): (Word, String, Word),
    (action, fields): (String, Vec<(&'static str, String)>),
) -> Sure {
    let (words, back) = (who.page.words, path(&who.workspace));
    Sure {
        title: words.word1(title, "n", whole(n)),
        text,
        names: Vec::new(),
        notes: more.then(|| words.t1("chosen-more", "n", whole(n))).into_iter().collect(),
        typed: None,
        action,
        fields,
        label: words.word(label),
        possible: true,
        back,
        page: who.page,
    }
}

fn whole(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
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
            Act::Cancel => {
                (Word("queue-cancel-title"), Word("queue-cancel-about-all"), Word("queue-cancel-sure"))
            }
        };
        Question { title, text, label, action: format!("{back}/chosen"), back }
    }
}

/// The workspace's mail that is meant, by lane and domain as the rows say it, each once; and whether more rows were chosen.
fn scopes(chosen: &Chosen, workspace: i64) -> (Vec<Scope>, bool) {
    let all = Scope { workspace: Some(workspace), domain: None, lane: None };
    if chosen.is_all() {
        return (vec![all], false);
    }
    let read = |text: &str| {
        let (lane, domain) = text.split_once(':')?;
        let domain = Domain::parse(domain).ok()?.as_str().to_owned();
        Some(Scope { domain: Some(domain), lane: Some(Lane::parse(lane)?), ..all.clone() })
    };
    let mut scopes: Vec<Scope> = Vec::new();
    for scope in chosen.texts().filter_map(read) {
        if scopes.len() == CHOSEN_MAX {
            return (scopes, true);
        }
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    (scopes, false)
}

pub(super) async fn chosen_sent(
    who: Member<SteerQueue>,
    State(app): State<Arc<App>>,
    Posted(chosen): Posted<Chosen>,
) -> Result<Response, Refused> {
    let (back, at) = (path(&who.workspace), app.now());
    let Some(act) = Act::parse(chosen.act()) else { return Ok(redirect(&back)) };
    let (scopes, cut) = scopes(&chosen, who.workspace.id);
    let below = below(chosen.before(at));
    if !chosen.is_sure() {
        let (n, more) = named(&who, &app, (&scopes, act.those(), below)).await?;
        let found = Found { at, n, more: more || cut };
        return ask_of(who, (chosen, Vec::new()), found, act.question(back));
    }
    let (mut done, mut budget) = (0, Budget::default());
    for scope in &scopes {
        let object = scope.domain.as_deref().unwrap_or_default();
        done += match act {
            Act::Retry => retry_all(&who, &app, (scope, below, object), &mut budget).await?,
            Act::Cancel => cancel_all(&who, &app, (scope, below), &mut budget).await?,
        };
    }
    Ok(chosen.done(&back, done, cut || budget.is_spent()))
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
