//! The one action of advice: the addresses of a time that do not exist are suppressed at once.
//!
//! Guarantee: each thousand is a transaction with its line in the audit log; a call looks at a bounded number of messages, and says
//! whether there are more.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use mail::Address;
use serde::Deserialize;
use serde_json::json;
use store::{StoreError, Write};

use super::View;
use crate::app::App;
use crate::console::change::Change;
use crate::console::guard::Posted;
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::Member;
use crate::feature::audit::Action;
use crate::feature::person::permission::need::ChangeSuppressions;
use crate::feature::stats::hygiene::{Extent, PAGES_MAX, WRITE_ADDRESSES};
use crate::feature::stats::span::Span;
use crate::feature::suppression::Reason;
use crate::feature::suppression::admin::{Suppress, suppress};
use crate::id::Noun;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Sent {
    range: String,
    after: String,
    sure: String,
}

pub(super) async fn suppress_invalid(
    who: Member<ChangeSuppressions>,
    State(app): State<Arc<App>>,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Refused> {
    let span = Span::parse(&sent.range).unwrap_or(Span::Month);
    let view = View::of(&who, app.now(), span);
    let here = view.figures_by("");
    if sent.sure != "yes" {
        return Ok(redirect(&here));
    }
    let mut extent = Extent::of(&view.period(), Noun::Message.read(&sent.after), 0);
    let _turn = app.list_turns.take(who.workspace.id).await;
    let mut done = 0;
    for _page in 0..PAGES_MAX {
        let Some(addresses) = extent.page(&app, who.workspace.id).await? else {
            return Ok(redirect(&format!("{here}&told={done}")));
        };
        for some in addresses.chunks(WRITE_ADDRESSES) {
            add(&who, &app, some).await?;
            done += some.len();
        }
    }
    Ok(redirect(&format!("{here}&told={done}&after={}", Noun::Message.show(extent.after()))))
}

async fn add<P>(who: &Member<P>, app: &App, addresses: &[Address]) -> Result<(), StoreError> {
    let (mut write, now) = (Write::default(), app.now());
    for address in addresses {
        app.suppressions.add(who.workspace.id, &address.folded());
        let new = Suppress {
            workspace: who.workspace.id,
            stream: 0,
            address,
            reason: Reason::HardBounce,
            by: who.by(),
            evidence: None,
        };
        suppress(&mut write, &app.mint, now, new);
    }
    let shown: Vec<String> = addresses.iter().map(Address::folded).collect();
    let change = Change {
        action: Action::AddressSuppressed,
        object: shown.first().cloned().unwrap_or_default(),
        before: None,
        after: Some(json!({ "emails": shown, "scope": "" })),
    };
    who.commit(app, write, change).await.map(drop)
}
