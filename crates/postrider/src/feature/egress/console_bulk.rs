//! The whole queue at once: cancelled by domain and lane, and as CSV.
//!
//! Guarantees
//! 1. Nothing is cancelled before somebody saw how many deliveries it is.
//! 2. A transaction cancels a bounded number, with a line in the audit log; a call a bounded number of transactions. What is under way
//!    is left to end.

use std::sync::Arc;

use ::console::format::number;
use ::console::screen::sure::Sure;
use axum::extract::{Query, State};
use axum::response::Response;
use mail::At;
use mail::date::rfc3339;
use queue::QueueView;
use serde_json::json;

use super::admin::Scope;
use super::api::{look, waits_for};
use super::cancel::{self, cancel_next};
use super::console::{Sent, path};
use super::inspect;
use crate::app::App;
use crate::console::change::Change;
use crate::console::guard::Posted;
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Member, show};
use crate::feature::audit::Action;
use crate::feature::person::permission::need::{SeeFigures, SteerQueue};
use crate::http::csv::{download, line};

/// Queues that one call looks at: those with most waiting.
const QUEUES_MAX: i64 = 200;
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
