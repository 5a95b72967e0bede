//! What people do to a message: take it back, try its domain again, let its recipient be mailed again.
//!
//! Guarantee: the change and who made it are one transaction. A change that is not possible any more changes nothing, and the
//! page says so.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use mail::Domain;
use serde::Deserialize;
use serde_json::json;
use store::Write;

use super::{existing, path_of};
use crate::app::App;
use crate::console::change::Change;
use crate::console::guard::{Nothing, Posted};
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::Member;
use crate::feature::audit::Action;
use crate::feature::egress::admin::Scope;
use crate::feature::egress::bulk::{Budget, retry_all, retry_some};
use crate::feature::egress::cancel;
use crate::feature::person::permission::need::{ChangeSuppressions, SteerQueue};
use crate::feature::sending::read::recipient_list;
use crate::feature::suppression::admin::{lift_rows, suppression_by_id};
use crate::http::page::{From, Page};
use crate::id::Noun;

pub(super) async fn cancel(
    who: Member<SteerQueue>,
    State(app): State<Arc<App>>,
    Path((_, shown)): Path<(String, String)>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Refused> {
    let email = existing(&app, who.workspace.id, &shown).await?;
    let told = cancelled(&who, &app, email.id).await?.err().unwrap_or("cancelled");
    Ok(redirect(&format!("{}?told={told}", path_of(&who.workspace, email.id))))
}

/// Takes back what of a message still waits; else why nothing was.
pub(super) async fn cancelled(
    who: &Member<SteerQueue>,
    app: &Arc<App>,
    message: i64,
) -> Result<Result<(), &'static str>, Refused> {
    let object = Noun::Message.show(message);
    let change = Change { action: Action::EmailCancelled, object, before: None, after: None };
    let mut write = Write::default();
    who.note(app, &mut write, change);
    match cancel::cancel(app, who.workspace.id, message, write).await {
        Ok(_) => Ok(Ok(())),
        Err(cancel::Refused::NothingWaits) => Ok(Err("nothing-waits")),
        Err(cancel::Refused::UnderWay) => Ok(Err("under-way")),
        Err(cancel::Refused::TooMany) => Err(Refused::Busy),
        Err(cancel::Refused::Store(error)) => Err(error.into()),
        Err(cancel::Refused::Attempted | cancel::Refused::Code) => Err(Refused::Fault),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Lifted {
    suppression: String,
}

pub(super) async fn lift(
    who: Member<ChangeSuppressions>,
    State(app): State<Arc<App>>,
    Path((_, shown)): Path<(String, String)>,
    Posted(sent): Posted<Lifted>,
) -> Result<Response, Refused> {
    let workspace = who.workspace.id;
    let email = existing(&app, workspace, &shown).await?;
    let found = match Noun::Suppression.read(&sent.suppression) {
        Some(id) => suppression_by_id(&app.store, workspace, id).await?,
        None => None,
    };
    let done = match found.filter(|one| one.lifts_for(who.role)) {
        Some(one) => {
            let change = Change {
                action: Action::SuppressionLifted,
                object: Noun::Suppression.show(one.id),
                before: Some(json!({ "email": one.address, "reason": one.reason })),
                after: None,
            };
            let write = lift_rows((app.now(), who.by()), workspace, &one);
            who.commit(&app, write, change).await?.is_some()
        }
        None => false,
    };
    let told = if done { "lifted" } else { "not-lifted" };
    Ok(redirect(&format!("{}?told={told}", path_of(&who.workspace, email.id))))
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Retried {
    delivery: String,
}

/// Tries what waits for a recipient's domain at once: one message alone would meet the same closed door.
pub(super) async fn retry(
    who: Member<SteerQueue>,
    State(app): State<Arc<App>>,
    Path((_, shown)): Path<(String, String)>,
    Posted(sent): Posted<Retried>,
) -> Result<Response, Refused> {
    let (now, workspace) = (app.now(), who.workspace.id);
    let email = existing(&app, workspace, &shown).await?;
    let path = path_of(&who.workspace, email.id);
    let delivery = Noun::Delivery.read(&sent.delivery);
    let page = Page { limit: 0, from: From::After(delivery.unwrap_or_default().saturating_sub(1)) };
    let found = recipient_list(&app.store, now, (workspace, email.id), page).await?;
    let address = found.first().filter(|one| Some(one.id) == delivery).map(|one| one.address.clone());
    let domain = address.as_deref().and_then(|address| address.rsplit_once('@'));
    let Some(domain) = domain.and_then(|(_, domain)| Domain::parse(domain).ok()) else {
        return Ok(redirect(&format!("{path}?told=nothing-waits")));
    };
    let scope = Scope { workspace: Some(workspace), domain: Some(domain.as_str().to_owned()), lane: None };
    let (object, mut budget) = (Noun::Message.show(email.id), Budget::default());
    // This one before all others, which may be more than a call does.
    retry_some(&who, &app, (&scope, delivery.as_slice()), &object).await?;
    retry_all(&who, &app, (&scope, i64::MAX, &object), &mut budget).await?;
    let told = if budget.is_spent() { "retried-part" } else { "retried" };
    Ok(redirect(&format!("{path}?told={told}")))
}
