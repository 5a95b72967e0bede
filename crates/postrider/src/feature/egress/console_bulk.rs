//! The queue by the list: tried, released and cancelled by domain and lane, and as CSV.
//!
//! Guarantees
//! 1. Nothing is tried, released or cancelled before somebody saw how many deliveries it is, and nothing is cancelled then that came
//!    later.
//! 2. A transaction cancels a bounded number, with a line in the audit log; a call a bounded number of transactions. What is under way
//!    is left to end.

use std::sync::Arc;
use std::time::Duration;

use ::console::screen::sure::Sure;
use ::console::words::Word;
use axum::extract::State;
use axum::response::Response;
use mail::date::rfc3339;
use mail::{At, Domain};
use queue::{Lane, QueueView};
use serde_json::json;
use store::StoreError;

use super::admin::{Hold, Scope};
use super::api::{look, waits_for};
use super::cancel::{self, cancel_next};
use super::console::{Sent, about, path, retry};
use super::inspect::{self, Those};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::change::Change;
use crate::console::chosen::{Chosen, Found, Question, ask as ask_of};
use crate::console::guard::Posted;
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Member, show};
use crate::feature::audit::Action;
use crate::feature::person::permission::need::{SeeFigures, SteerQueue};
use crate::http::csv::{download, line};
use crate::id::{self, Noun};

/// Queues that one call looks at: those with most waiting.
const QUEUES_MAX: i64 = 200;
/// Destinations of a choice: as many as the screen shows.
const CHOSEN_MAX: usize = 50;
/// Deliveries that one call cancels. Reason: it answers within seconds.
const CANCELLED_MAX: usize = 10_000;
/// Transactions in which it does, at least one for each queue.
const STEPS_MAX: usize = 100;
/// Ids tell the millisecond in which they were given out.
const ID_STEP: Duration = Duration::from_millis(1);

/// What is about to be cancelled, and how much it is.
pub(super) async fn ask(
    who: Member<SteerQueue>,
    State(app): State<Arc<App>>,
    Query(sent): Query<Sent>,
) -> Result<Response, Refused> {
    let (words, back) = (who.page.words, path(&who.workspace));
    let Some(scope) = sent.scope(who.workspace.id) else { return Ok(redirect(&back)) };
    let at = app.now();
    let queues = inspect::queues(&app.store, at, &scope, QUEUES_MAX);
    let queues = app.list_turns.within(who.workspace.id, queues).await?;
    let n: i64 = queues.iter().map(|queue| queue.deliveries).sum();
    let cut = i64::try_from(CANCELLED_MAX).unwrap_or(i64::MAX);
    let text = match &scope.domain {
        Some(domain) => words.t2("queue-cancel-about", ("n", n), ("domain", domain)),
        None => words.t1("queue-cancel-about-all", "n", n),
    };
    show(&Sure {
        title: words.t1("queue-cancel-title", "n", n.min(cut)),
        text,
        names: Vec::new(),
        notes: (n > cut).then(|| words.t1("chosen-more", "n", cut)).into_iter().collect(),
        typed: None,
        action: format!("{back}/cancel"),
        fields: vec![("domain", sent.domain), ("lane", sent.lane), ("asked", at.0.to_string())],
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
    let below = id::floor(sent.before(app.now()).after(ID_STEP));
    let mut budget = Budget::default();
    let cancelled = cancel_all(&who, &app, (&scope, below), &mut budget).await?;
    let more = if budget.is_spent() { "&more=yes" } else { "" };
    Ok(redirect(&format!("{back}?cancelled={cancelled}{more}")))
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
        title: words.word1(title, "n", n),
        text: words.t2(text.0, ("n", n), ("what", about(words, scope))),
        names: Vec::new(),
        notes: Vec::new(),
        typed: None,
        action,
        fields,
        label: words.word(label),
        possible: true,
        back,
        page: who.page,
    })
}

/// How many of the workspace's deliveries wait, counted in its turn.
async fn waiting<P>(who: &Member<P>, app: &App, (scope, those): (&Scope, Those)) -> Result<i64, StoreError> {
    let workspace = who.workspace.id;
    let counted = inspect::waiting_count(&app.store, app.now(), workspace, (scope, those));
    app.list_turns.within(workspace, counted).await
}

/// What is about to be tried at once, and how much it is.
pub(super) async fn ask_retry<P>(
    who: Member<P>,
    app: &App,
    (sent, scope): (Sent, &Scope),
) -> Result<Response, Refused> {
    let n = waiting(&who, app, (scope, Those::PutOff)).await?;
    let said = (Word("queue-retry-title"), Word("queue-retry-about"), Word("queue-retry"));
    let fields = vec![("domain", sent.domain), ("lane", sent.lane)];
    let action = format!("{}/retry", path(&who.workspace));
    question(who, (scope, n), said, (action, fields))
}

/// What leaves when a hold ends, and how much it is.
pub(super) async fn ask_release<P>(who: Member<P>, app: &App, hold: &Hold) -> Result<Response, Refused> {
    let n = waiting(&who, app, (&hold.scope, Those::All)).await?;
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
    let (scopes, mut more) = scopes(&chosen, who.workspace.id);
    let below = id::floor(chosen.before(at).after(ID_STEP));
    let (mut done, mut budget) = (0, Budget::default());
    for scope in &scopes {
        done += match (chosen.is_sure(), act) {
            (false, _) => {
                let n = waiting(&who, &app, (scope, act.those())).await?;
                usize::try_from(n).unwrap_or(0)
            }
            (true, Act::Retry) => retry(&who, &app, scope).await?,
            (true, Act::Cancel) => cancel_all(&who, &app, (scope, below), &mut budget).await?,
        };
    }
    if chosen.is_sure() {
        return Ok(chosen.done(&back, done, more || budget.is_spent()));
    }
    if act == Act::Cancel && done > CANCELLED_MAX {
        (done, more) = (CANCELLED_MAX, true);
    }
    ask_of(who, (chosen, Vec::new()), Found { at, n: done, more }, act.question(back))
}

/// What one call may still do.
struct Budget {
    steps: usize,
    deliveries: usize,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { steps: STEPS_MAX, deliveries: CANCELLED_MAX }
    }
}

impl Budget {
    fn is_spent(&self) -> bool {
        self.steps == 0 || self.deliveries == 0
    }
}

/// Cancels what waits with an id below this one, which was there when it was asked, as far as `budget` goes.
async fn cancel_all<P>(
    who: &Member<P>,
    app: &Arc<App>,
    (scope, below): (&Scope, i64),
    budget: &mut Budget,
) -> Result<usize, Refused> {
    let mut cancelled = 0;
    let queues = inspect::queues(&app.store, app.now(), scope, QUEUES_MAX);
    for queue in app.list_turns.within(who.workspace.id, queues).await? {
        let mut from = Some((At(i64::MIN), i64::MIN));
        while let Some(place) = from.filter(|_| !budget.is_spent()) {
            budget.steps -= 1;
            let key = &queue.key;
            let note = |write: &mut store::Write, n: usize| {
                let after = json!({ "domain": &*key.domain, "lane": key.lane.as_str(), "deliveries": n });
                let object = key.domain.to_string();
                let change =
                    Change { action: Action::QueueCancelled, object, before: None, after: Some(after) };
                who.note(app, write, change);
            };
            match cancel_next(app, key, (place, below), note).await {
                Ok(step) => {
                    cancelled += step.cancelled;
                    budget.deliveries = budget.deliveries.saturating_sub(step.cancelled);
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
