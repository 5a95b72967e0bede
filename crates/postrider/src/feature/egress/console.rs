//! Queue: what waits in a workspace, why and until when; holding, releasing, trying now.
//!
//! Guarantee: what is held, released or tried is the workspace's own mail, whatever a form says.

use std::sync::Arc;

use ::console::Page as Frame;
use ::console::format::{number, time};
use ::console::screen::overview::Status;
use ::console::screen::queue::{Figure, Hold as ShownHold, Queue, Row};
use ::console::words::{Word, Words};
use axum::extract::State;
use axum::response::Response;
use mail::{At, Domain};
use queue::{Lane, QueueView, Suspension, Waiting};
use serde::Deserialize;
use store::StoreError;

use super::admin::{self, Hold, Scope, hold_list};
use super::api::{Look, look, reason, waits_for};
use super::{console_bulk, inspect};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::change::Change;
use crate::console::guard::Posted;
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Member, Named, Screen, Section, show, show_again};
use crate::feature::access::Workspace;
use crate::feature::audit::Action;
use crate::feature::person::permission::Permission;
use crate::feature::person::permission::need::{SeeFigures, SteerQueue};
use crate::id::Noun;

/// Destinations that are shown. Reason: each may cost a look at what was said last.
const ROWS_MAX: usize = 50;
/// Holds of a workspace at most. Reason: each is compared with every queue.
const HOLDS_MAX: usize = 100;
/// Letters of a hold's reason at most. Reason: it stands in lists and events.
const REASON_MAX: usize = 200;

/// This slice's screens.
#[must_use]
pub fn screens() -> Vec<Screen> {
    vec![
        Screen::page("/w/{workspace}/queue", queue).at(Section::First, "layers", Word("queue")),
        Screen::form("/w/{workspace}/queue/hold", hold_sent),
        Screen::form("/w/{workspace}/queue/holds/{id}/release", release_sent),
        Screen::form("/w/{workspace}/queue/retry", retry_sent),
        Screen::form("/w/{workspace}/queue/chosen", console_bulk::chosen_sent),
        Screen::page("/w/{workspace}/queue/cancel", console_bulk::ask),
        Screen::form("/w/{workspace}/queue/cancel", console_bulk::cancel_sent),
        Screen::page("/w/{workspace}/queue.csv", console_bulk::csv),
    ]
}

pub(super) fn path(workspace: &Workspace) -> String {
    format!("/w/{}/queue", workspace.name)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    /// How many deliveries the last click made due.
    retried: Option<usize>,
    /// How many it cancelled.
    cancelled: Option<usize>,
    /// Whether that may not be all.
    more: String,
}

async fn queue(
    who: Member<SeeFigures>,
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    let words = who.page.words;
    let retried = asked.retried.map(|n| words.t1("queue-retried", "n", n));
    let done = retried.or_else(|| asked.cancelled.map(|n| words.t1("queue-cancelled", "n", n)));
    let notice = done.map(|done| match &*asked.more {
        "yes" => format!("{done} {}", words.t("chosen-done-more")),
        _ => done,
    });
    let shown = page(who, &app).await?;
    show(&Queue { notice, ..shown })
}

async fn page<P>(who: Member<P>, app: &App) -> Result<Queue, StoreError> {
    let Look { complete, mut queues, .. } = look(app, who.workspace.id);
    let words = who.page.words;
    let figures = figures(&who, &queues);
    let more = queues.len().saturating_sub(ROWS_MAX);
    queues.truncate(ROWS_MAX);
    let mut rows = Vec::with_capacity(queues.len());
    for queue in &queues {
        rows.push(row(&who, app, queue).await?);
    }
    let holds = hold_list(&app.store).await?;
    let holds = holds.iter().filter(|hold| hold.scope.workspace.is_none_or(|id| id == who.workspace.id));
    let path = path(&who.workspace);
    Ok(Queue {
        notice: None,
        complete,
        figures,
        rows,
        more: if more == 0 { String::new() } else { words.t1("queue-more", "n", more) },
        holds: holds.map(|hold| shown_hold(&who, app.now(), hold)).collect(),
        may_steer: who.role.may(Permission::SteerQueue),
        domain: String::new(),
        reason: String::new(),
        domain_mistake: None,
        reason_mistake: None,
        page: Frame { here: path.clone(), ..who.page },
        path,
    })
}

fn figures<P>(who: &Member<P>, queues: &[QueueView]) -> Vec<Figure> {
    let locale = who.page.words.locale;
    let whole = |n: usize| number::whole(locale, i64::try_from(n).unwrap_or(i64::MAX));
    let waiting = |which: &dyn Fn(&&QueueView) -> bool| {
        let sums = queues.iter().filter(which).map(at_least);
        let (n, more) = sums.fold((0, false), |all, one| (all.0 + one.0, all.1 | one.1));
        if more { whole(n) + "+" } else { whole(n) }
    };
    let leaving = queues.iter().map(|queue| queue.leased as usize).sum();
    vec![
        Figure { label: Word("queue-waiting"), digits: waiting(&|_| true) },
        Figure { label: Word("queue-under-way"), digits: whole(leaving) },
        Figure { label: Word("queue-held"), digits: waiting(&|queue| queue.why == Waiting::Held) },
        Figure { label: Word("queue-destinations"), digits: whole(queues.len()) },
    ]
}

/// How many wait as far as is known, and whether there may be more. A queue of which nothing was read, as nobody reads what is
/// held, has one at least.
fn at_least(queue: &QueueView) -> (usize, bool) {
    (queue.waiting.max(usize::from(queue.spilled)), queue.spilled)
}

async fn row<P>(who: &Member<P>, app: &App, queue: &QueueView) -> Result<Row, StoreError> {
    let (words, now) = (who.page.words, app.now());
    let (_, until) = waits_for(queue.why);
    let heard = match reason(app, queue) {
        Some(heard) => Some(heard),
        None => inspect::reason(&app.store, &queue.key).await?.map(|(_, reply)| reply),
    };
    let (waiting, more) = at_least(queue);
    let waiting = number::whole(words.locale, i64::try_from(waiting).unwrap_or(i64::MAX));
    let leaving = i64::from(queue.leased);
    Ok(Row {
        chosen: format!("{}:{}", queue.key.lane.as_str(), queue.key.domain),
        domain: queue.key.domain.to_string(),
        lane: queue.key.lane.as_str(),
        lane_word: lane_word(queue.key.lane),
        status: sign(queue.why),
        waiting: if more { waiting + "+" } else { waiting },
        under_way: if leaving == 0 { String::new() } else { words.t1("queue-row-leaving", "n", leaving) },
        reply: heard.unwrap_or_default(),
        until: until.map(|at| self::until(who, now, at)).unwrap_or_default(),
        may_retry: matches!(queue.why, Waiting::Due(_)),
        held: queue.why == Waiting::Held,
    })
}

/// The time of today, or the moment.
fn until<P>(who: &Member<P>, now: At, at: At) -> String {
    let (words, zone) = (who.page.words, &who.zone);
    let today = time::date(words.locale, zone, now) == time::date(words.locale, zone, at);
    let when = if today { time::clock(zone, at) } else { time::moment(words.locale, zone, at) };
    words.t1("queue-until", "when", when)
}

fn lane_word(lane: Lane) -> Word {
    match lane {
        Lane::Code => Word("queue-lane-code"),
        Lane::Transactional => Word("queue-lane-transactional"),
        Lane::Automation => Word("queue-lane-automation"),
        Lane::Campaign => Word("queue-lane-campaign"),
    }
}

fn sign(why: Waiting) -> Status {
    let (class, icon, word) = match why {
        Waiting::Nothing | Waiting::Connection | Waiting::Resolving => ("ok", "send", Word("queue-flowing")),
        Waiting::Due(_) => ("def", "clock", Word("queue-due")),
        Waiting::Held => ("def", "pause", Word("queue-row-held")),
        Waiting::Unresolved(_) => ("def", "clock", Word("queue-unresolved")),
        Waiting::Gone(_) => ("bou", "x", Word("queue-undeliverable")),
        Waiting::Path(Suspension::Unreachable, _) => ("bou", "triangle-alert", Word("queue-unreachable")),
        Waiting::Path(Suspension::Slowed, _) => ("def", "gauge", Word("queue-slowed")),
        Waiting::Path(Suspension::Blocked, _) => ("bou", "ban", Word("queue-blocked")),
        Waiting::Path(Suspension::Operator, _) => ("def", "pause", Word("queue-suspended")),
    };
    Status { class, icon, word }
}

/// What a scope matches, in words.
pub(super) fn about(words: Words, scope: &Scope) -> String {
    let what = match &scope.domain {
        Some(domain) => words.t1("queue-hold-domain", "domain", domain),
        None => words.t("queue-hold-all"),
    };
    match scope.lane {
        Some(lane) => words.t2("queue-hold-lane", ("what", what), ("lane", words.word(lane_word(lane)))),
        None => what,
    }
}

fn shown_hold<P>(who: &Member<P>, now: At, hold: &Hold) -> ShownHold {
    let words = who.page.words;
    let own = hold.scope.workspace.is_some();
    ShownHold {
        id: own.then(|| Noun::Hold.show(hold.id)),
        about: about(words, &hold.scope),
        // What the operator notes is for operators: it may name others.
        reason: if own { hold.reason.clone() } else { words.t("queue-hold-operator") },
        since: time::ago(words, &who.zone, now, hold.created),
    }
}

/// What a form is about, and why.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Sent {
    pub(super) domain: String,
    pub(super) lane: String,
    reason: String,
    pub(super) sure: String,
    /// When the number was named: microseconds since 1970.
    pub(super) asked: String,
}

impl Sent {
    /// The moment up to which mail is meant.
    pub(super) fn before(&self, now: At) -> At {
        self.asked.parse().map_or(now, At).min(now)
    }

    /// What a question hands on that was asked at a moment.
    pub(super) fn fields(self, at: At) -> Vec<(&'static str, String)> {
        vec![("domain", self.domain), ("lane", self.lane), ("asked", at.0.to_string())]
    }

    /// Mail of the workspace; none when the domain is none, or the lane.
    pub(super) fn scope(&self, workspace: i64) -> Option<Scope> {
        let domain = match self.domain.trim() {
            "" => None,
            text => Some(Domain::parse(text).ok()?.as_str().to_owned()),
        };
        let lane = match &*self.lane {
            "" => None,
            text => Some(Lane::parse(text)?),
        };
        Some(Scope { workspace: Some(workspace), domain, lane })
    }
}

async fn hold_sent(
    who: Member<SteerQueue>,
    State(app): State<Arc<App>>,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Refused> {
    let (workspace, reason) = (who.workspace.id, sent.reason.trim());
    let scope = sent.scope(workspace);
    let holds = hold_list(&app.store).await?;
    let own = holds.iter().filter(|hold| hold.scope.workspace == Some(workspace)).count();
    let domain_mistake = scope.is_none().then_some(Word("queue-mistake-domain"));
    let reason_mistake = match reason.chars().count() {
        1..=REASON_MAX => (own >= HOLDS_MAX).then_some(Word("queue-mistake-many")),
        _ => Some(Word("queue-mistake-reason")),
    };
    let (Some(scope), None) = (scope, reason_mistake) else {
        let shown = page(who, &app).await?;
        let Sent { domain, reason, .. } = sent;
        return show_again(&Queue { domain, reason, domain_mistake, reason_mistake, ..shown });
    };
    let (id, write) = admin::hold_rows((&app.mint, app.now()), &scope, reason);
    let object = Noun::Hold.show(id);
    let after = Some(scope.told_why(reason));
    who.commit(&app, write, Change { action: Action::QueueHeld, object, before: None, after }).await?;
    admin::reload(&app).await?;
    Ok(redirect(&path(&who.workspace)))
}

#[derive(Deserialize)]
struct Sure {
    #[serde(default)]
    sure: String,
}

async fn release_sent(
    who: Member<SteerQueue>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(sure): Posted<Sure>,
) -> Result<Response, Refused> {
    let id = named.id(Noun::Hold)?;
    let found = hold_list(&app.store).await?.into_iter().find(|hold| hold.id == id);
    let hold =
        found.filter(|hold| hold.scope.workspace == Some(who.workspace.id)).ok_or(Refused::NotFound)?;
    if sure.sure != "yes" {
        return console_bulk::ask_release(who, &app, &hold).await;
    }
    let write = admin::release_rows(app.now(), &hold, &hold.reason);
    let change = Change {
        action: Action::QueueReleased,
        object: Noun::Hold.show(id),
        before: Some(hold.scope.told_why(&hold.reason)),
        after: None,
    };
    who.commit(&app, write, change).await?.ok_or(Refused::NotFound)?;
    admin::reload(&app).await?;
    Ok(redirect(&path(&who.workspace)))
}

async fn retry_sent(
    who: Member<SteerQueue>,
    State(app): State<Arc<App>>,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Refused> {
    let Some(scope) = sent.scope(who.workspace.id) else {
        let shown = page(who, &app).await?;
        let domain_mistake = Some(Word("queue-mistake-domain"));
        return show_again(&Queue { domain: sent.domain, domain_mistake, ..shown });
    };
    if sent.sure != "yes" {
        return console_bulk::ask_retry(who, &app, (sent, &scope)).await;
    }
    console_bulk::retry(&who, &app, (sent, &scope)).await
}
