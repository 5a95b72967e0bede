//! Webhooks: the endpoints of a workspace, what they are told and what they say, seen and steered.
//!
//! Guarantees
//! 1. An endpoint's secret is on the page that answers its making or changing, and on no other.
//! 2. What an endpoint says is a stranger's: it is shown as text.

mod act;
mod attempt;
mod chosen;
mod endpoint;
mod form;
mod list;
#[cfg(test)]
mod story;
mod told;

use std::sync::Arc;

pub use told::of_message;

use ::console::screen::overview::{Need, Status as Sign};
use ::console::words::Word;

use super::kept::Verdict;
use super::{Endpoint, Reason, State as Standing};
use crate::app::App;
use crate::console::refusal::Refused;
use crate::console::screen::{Member, Named, Screen, Section};
use crate::feature::access::Workspace;
use crate::feature::person::permission::Permission;
use crate::id::Noun;

/// This slice's screens.
#[must_use]
pub fn screens() -> Vec<Screen> {
    vec![
        Screen::page("/w/{workspace}/webhooks", list::list).at(
            Section::Delivery,
            "webhook",
            Word("webhooks"),
        ),
        Screen::form("/w/{workspace}/webhooks", form::add_sent),
        Screen::page("/w/{workspace}/webhooks.csv", chosen::csv),
        Screen::form("/w/{workspace}/webhooks/chosen", chosen::sent),
        Screen::page("/w/{workspace}/webhooks/new", form::add),
        Screen::page("/w/{workspace}/webhooks/{id}", endpoint::one),
        Screen::page("/w/{workspace}/webhooks/{id}/edit", form::change),
        Screen::form("/w/{workspace}/webhooks/{id}/edit", form::change_sent),
        Screen::form("/w/{workspace}/webhooks/{id}/state", act::state),
        Screen::form("/w/{workspace}/webhooks/{id}/rotate", act::rotate),
        Screen::form("/w/{workspace}/webhooks/{id}/test", act::test),
        Screen::form("/w/{workspace}/webhooks/{id}/replay", act::replay),
        Screen::form("/w/{workspace}/webhooks/{id}/remove", act::remove),
        Screen::page("/w/{workspace}/webhooks/{id}/attempts/{attempt}", attempt::one),
    ]
}

fn list_path(workspace: &Workspace) -> String {
    format!("/w/{}/webhooks", workspace.name)
}

/// The page of an endpoint.
pub fn path(workspace: &Workspace, id: i64) -> String {
    format!("{}/{}", list_path(workspace), Noun::Webhook.show(id))
}

/// A path's endpoint, if it is the workspace's.
fn existing<P>(who: &Member<P>, app: &App, named: &Named) -> Result<Arc<Endpoint>, Refused> {
    let found = app.webhooks.endpoint(named.id(Noun::Webhook)?);
    found.filter(|endpoint| endpoint.workspace == who.workspace.id).ok_or(Refused::NotFound)
}

/// How an endpoint stands.
fn sign(endpoint: &Endpoint) -> Sign {
    let (class, icon, word) = match (endpoint.state, endpoint.failing_since) {
        (Standing::Enabled, None) => ("ok", "check", Word("webhook-enabled")),
        (Standing::Enabled, Some(_)) => ("def", "triangle-alert", Word("webhook-failing")),
        (Standing::Disabled(Reason::Asked), _) => ("non", "pause", Word("webhook-paused")),
        (Standing::Disabled(Reason::Gone), _) => ("bou", "x", Word("webhook-gone")),
        (Standing::Disabled(Reason::Dead), _) => ("bou", "x", Word("webhook-dead")),
    };
    Sign { class, icon, word }
}

/// What came of an attempt.
fn verdict_sign(verdict: Verdict) -> Sign {
    let (class, icon, word) = match verdict {
        Verdict::Delivered => ("ok", "check", Word("webhook-taken")),
        Verdict::Failed => ("def", "clock", Word("webhook-failed")),
        Verdict::GivenUp => ("bou", "x", Word("webhook-given-up")),
    };
    Sign { class, icon, word }
}

/// The endpoints of a workspace that were switched off because they did not answer.
#[must_use]
pub fn off(app: &App, workspace: i64) -> Vec<Arc<Endpoint>> {
    let is_off = |endpoint: &Arc<Endpoint>| match endpoint.state {
        Standing::Enabled | Standing::Disabled(Reason::Asked) => false,
        Standing::Disabled(Reason::Gone | Reason::Dead) => true,
    };
    app.webhooks.of_workspace(workspace).into_iter().filter(is_off).collect()
}

/// The same, as what needs somebody.
#[must_use]
pub fn switched_off<P>(who: &Member<P>, app: &App) -> Vec<Need> {
    if !who.role.may(Permission::SteerWebhooks) {
        return Vec::new();
    }
    let words = who.page.words;
    let need = |endpoint: Arc<Endpoint>| Need {
        bad: true,
        title: words.t("overview-webhook-off"),
        text: endpoint.url.as_str().to_owned(),
        measure: String::new(),
        href: Some(path(&who.workspace, endpoint.id)),
        act: Some(Word("overview-webhook-act")),
    };
    off(app, who.workspace.id).into_iter().map(need).take(NEEDS_MAX).collect()
}

/// Endpoints that Overview names at most. Reason: whoever has more of them opens the list.
const NEEDS_MAX: usize = 3;
