//! Endpoints by the list: resumed, paused or removed after their number was seen, and as CSV.
//!
//! Guarantee: each endpoint is a transaction with its line in the audit log; a call a bounded number of them. Endpoints are removed, with
//! their secrets and what they were still to be told, only once their number was typed.

use std::sync::Arc;

use ::console::words::Word;
use axum::extract::State;
use axum::response::Response;
use mail::date::rfc3339;

use super::super::{Endpoint, State as Standing};
use super::{act, list_path};
use crate::app::App;
use crate::console::chosen::{Chosen, Question, ask_removal, ask_rows};
use crate::console::guard::Posted;
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::Member;
use crate::feature::person::permission::need::SteerWebhooks;
use crate::http::csv::{download, line};
use crate::id::Noun;

/// What may become of endpoints.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Resume,
    Pause,
    Remove,
}

impl Act {
    fn parse(text: &str) -> Option<Act> {
        Some(match text {
            "resume" => Act::Resume,
            "pause" => Act::Pause,
            "remove" => Act::Remove,
            _ => return None,
        })
    }

    /// Whether it changes anything about this one.
    fn concerns(self, endpoint: &Endpoint) -> bool {
        match self {
            Act::Resume => endpoint.state != Standing::Enabled,
            Act::Pause => endpoint.state == Standing::Enabled,
            Act::Remove => true,
        }
    }

    fn question(self, list: String) -> Question {
        let (title, text, label) = match self {
            Act::Resume => {
                (Word("webhooks-resume-title"), Word("webhooks-resume-text"), Word("webhooks-resume"))
            }
            Act::Pause => (Word("webhooks-pause-title"), Word("webhooks-pause-text"), Word("webhooks-pause")),
            Act::Remove => {
                (Word("webhooks-remove-title"), Word("webhooks-remove-text"), Word("webhooks-remove"))
            }
        };
        Question { title, text, label, action: format!("{list}/chosen"), back: list }
    }
}

pub(super) async fn sent(
    who: Member<SteerWebhooks>,
    State(app): State<Arc<App>>,
    Posted(chosen): Posted<Chosen>,
) -> Result<Response, Refused> {
    let list = list_path(&who.workspace);
    let Some(act) = Act::parse(chosen.act()) else { return Ok(redirect(&list)) };
    let all = app.webhooks.of_workspace(who.workspace.id);
    let mut meant = chosen.of(Noun::Webhook, all, |endpoint| endpoint.id);
    meant.retain(|endpoint| act.concerns(endpoint));
    let sure = match act {
        Act::Resume | Act::Pause => chosen.is_sure(),
        Act::Remove => chosen.is_typed(Noun::Webhook),
    };
    if !sure {
        let row = |one: Arc<Endpoint>| (Noun::Webhook.show(one.id), one.url.as_str().to_owned());
        let rows = meant.into_iter().map(row).collect();
        return match act {
            Act::Resume | Act::Pause => {
                ask_rows(who, (chosen, Vec::new()), (rows, false), act.question(list))
            }
            Act::Remove => ask_removal(who, chosen, (rows, false), act.question(list)),
        };
    }
    let (mut outcome, mut done) = (Ok(()), 0);
    for endpoint in &meant {
        // One that somebody else changed or removed just then is as it is: that is all right.
        let committed = match act {
            Act::Resume => act::switched(&who, &app, endpoint, true).await,
            Act::Pause => act::switched(&who, &app, endpoint, false).await,
            Act::Remove => act::removed(&who, &app, endpoint).await,
        };
        outcome = committed.map(|one| done += usize::from(one.is_some()));
        if outcome.is_err() {
            break;
        }
    }
    // Whatever the answer: what was stored before a failure holds.
    app.webhooks.reload(&app.store).await?;
    outcome?;
    Ok(chosen.done(&list, done, false))
}

pub(super) async fn csv(who: Member<SteerWebhooks>, State(app): State<Arc<App>>) -> Response {
    let head = line(&["id", "endpoint", "state", "reason", "events", "failing_since", "created"]);
    let of = |endpoint: Arc<Endpoint>| {
        let (state, reason) = match endpoint.state {
            Standing::Enabled => ("enabled", ""),
            Standing::Disabled(reason) => ("disabled", reason.as_str()),
        };
        vec![
            Noun::Webhook.show(endpoint.id),
            endpoint.url.as_str().to_owned(),
            state.to_owned(),
            reason.to_owned(),
            endpoint.events.as_ref().map_or_else(|| "*".to_owned(), |names| names.join(" ")),
            endpoint.failing_since.map(rfc3339).unwrap_or_default(),
            rfc3339(endpoint.created),
        ]
    };
    let all = app.webhooks.of_workspace(who.workspace.id);
    download("webhooks", std::iter::once(head).chain(all.into_iter().map(of)).collect())
}
