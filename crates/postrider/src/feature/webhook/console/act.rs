//! What is done to an endpoint: paused, resumed, tried, told again, given another secret, removed.

use std::sync::Arc;

use ::console::words::Word;
use axum::extract::State;
use axum::response::Response;
use mail::At;
use serde::Deserialize;
use serde_json::json;
use store::{Committed, StoreError, Write};

use super::super::admin;
use super::super::attempts_api::{one_event, tried, walk};
use super::super::replay::{Replay, admits, replay_rows};
use super::super::{Endpoint, State as Standing, sign};
use super::{endpoint, existing, list_path, path};
use crate::app::App;
use crate::console::change::Change;
use crate::console::guard::Posted;
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Member, Named};
use crate::feature::audit::Action;
use crate::feature::event::Name;
use crate::feature::event::merged::events_by_id;
use crate::feature::person::permission::need::SteerWebhooks;
use crate::id::Noun;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct To {
    to: String,
}

pub(super) async fn state(
    who: Member<SteerWebhooks>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(sent): Posted<To>,
) -> Result<Response, Refused> {
    let webhook = existing(&who, &app, &named)?;
    let path = path(&who.workspace, webhook.id);
    let enabled = match &*sent.to {
        "enabled" => true,
        "paused" => false,
        _ => return Ok(redirect(&path)),
    };
    let committed = switched(&who, &app, &webhook, enabled).await?;
    app.webhooks.reload(&app.store).await?;
    // What stood so already does: only what is gone is not there.
    if committed.is_none() && app.webhooks.endpoint(webhook.id).is_none() {
        return Err(Refused::NotFound);
    }
    Ok(redirect(&format!("{path}?told={}", if enabled { "resumed" } else { "paused" })))
}

/// Resumes or pauses one, whatever else of it is changed meanwhile; none when it is gone, or stands so already. Whoever commits the last of several loads them anew.
pub(super) async fn switched(
    who: &Member<SteerWebhooks>,
    app: &App,
    webhook: &Endpoint,
    enabled: bool,
) -> Result<Option<Committed>, StoreError> {
    let change = Change {
        action: Action::WebhookChanged,
        object: Noun::Webhook.show(webhook.id),
        before: Some(json!({ "enabled": webhook.state == Standing::Enabled })),
        after: Some(json!({ "enabled": enabled })),
    };
    who.commit(app, admin::switch_rows(webhook, enabled), change).await
}

/// Removes one; none when it is gone. Whoever commits the last of several loads them anew.
pub(super) async fn removed(
    who: &Member<SteerWebhooks>,
    app: &App,
    webhook: &Endpoint,
) -> Result<Option<Committed>, StoreError> {
    let change = Change {
        action: Action::WebhookRemoved,
        object: Noun::Webhook.show(webhook.id),
        before: Some(json!({ "endpoint": webhook.url.as_str() })),
        after: None,
    };
    who.commit(app, admin::remove_rows(webhook), change).await
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Sure {
    sure: String,
}

pub(super) async fn rotate(
    who: Member<SteerWebhooks>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(sure): Posted<Sure>,
) -> Result<Response, Refused> {
    let webhook = existing(&who, &app, &named)?;
    if sure.sure != "yes" {
        return Ok(redirect(&path(&who.workspace, webhook.id)));
    }
    let object = Noun::Webhook.show(webhook.id);
    let change = Change { action: Action::WebhookRotated, object, before: None, after: None };
    let committed = who.commit(&app, admin::rotate_rows(app.now(), &webhook), change).await?;
    app.webhooks.reload(&app.store).await?;
    committed.ok_or(Refused::NotFound)?;
    let changed = app.webhooks.endpoint(webhook.id).ok_or(Refused::NotFound)?;
    let secret = sign::shown(&changed.secret);
    endpoint::with_secret(who, &app, &changed, secret).await
}

pub(super) async fn remove(
    who: Member<SteerWebhooks>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(sure): Posted<Sure>,
) -> Result<Response, Refused> {
    let webhook = existing(&who, &app, &named)?;
    if sure.sure != "yes" {
        return Ok(redirect(&path(&who.workspace, webhook.id)));
    }
    let committed = removed(&who, &app, &webhook).await?;
    app.webhooks.reload(&app.store).await?;
    committed.ok_or(Refused::NotFound)?;
    Ok(redirect(&list_path(&who.workspace)))
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Sample {
    event: String,
}

pub(super) async fn test(
    who: Member<SteerWebhooks>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(sample): Posted<Sample>,
) -> Result<Response, Refused> {
    let webhook = existing(&who, &app, &named)?;
    let name = Name::parse(&sample.event).unwrap_or(Name::EmailDelivered).as_str().to_owned();
    let mut write = Write::default();
    let (kept, _) = tried(&app, &webhook, name.clone(), &mut write).await;
    let change = Change {
        action: Action::WebhookTested,
        object: Noun::Webhook.show(webhook.id),
        before: None,
        after: Some(json!({ "event": name })),
    };
    who.commit(&app, write, change).await?;
    let path = path(&who.workspace, webhook.id);
    Ok(redirect(&format!("{path}/attempts/{}", Noun::WebhookAttempt.show(kept.id))))
}

/// One event by its id, or a time in the person's zone.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Again {
    id: String,
    pub(super) since: String,
    pub(super) until: String,
    event: String,
}

pub(super) async fn replay(
    who: Member<SteerWebhooks>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(again): Posted<Again>,
) -> Result<Response, Refused> {
    let webhook = existing(&who, &app, &named)?;
    let walk = if again.id.is_empty() {
        match time(&who, &app, &again).await? {
            Some(walk) => walk,
            None => {
                let mistake = Word("webhook-mistake-since");
                return endpoint::again(who, &app, &webhook, (again, mistake)).await;
            }
        }
    } else {
        let id = Noun::Event.read(&again.id).ok_or(Refused::NotFound)?;
        let found = events_by_id(&app.store, who.workspace.id, &[id]).await?;
        let event = found.into_iter().next().ok_or(Refused::NotFound)?;
        one_event(&app, event.id, event.name)
    };
    let path = path(&who.workspace, webhook.id);
    let told = if begin(&who, &app, &webhook, (walk, &again)).await? { "replayed" } else { "too-many" };
    Ok(redirect(&format!("{path}?told={told}")))
}

/// The walk over a time; none when it has no beginning, or ends before it.
async fn time(who: &Member<SteerWebhooks>, app: &App, again: &Again) -> Result<Option<Replay>, Refused> {
    let since = who.zone.moment_of(&again.since);
    let until = if again.until.is_empty() { Some(At(i64::MAX)) } else { who.zone.moment_of(&again.until) };
    let (Some(since), Some(until)) = (since, until) else { return Ok(None) };
    if until <= since {
        return Ok(None);
    }
    let events = Name::parse(&again.event).map(|name| vec![name.as_str().to_owned()]);
    Ok(Some(walk(app, (since, until), events).await?))
}

/// Writes the replay down; false when too many wait.
async fn begin(
    who: &Member<SteerWebhooks>,
    app: &App,
    webhook: &Endpoint,
    (walk, again): (Replay, &Again),
) -> Result<bool, Refused> {
    if !admits(&app.store, webhook.id).await? {
        return Ok(false);
    }
    let change = Change {
        action: Action::WebhookReplayed,
        object: Noun::Webhook.show(webhook.id),
        before: None,
        after: Some(
            json!({ "id": again.id, "since": again.since, "until": again.until, "event": again.event }),
        ),
    };
    who.commit(app, replay_rows(webhook.id, &walk), change).await?;
    app.webhooks.poke();
    Ok(true)
}
