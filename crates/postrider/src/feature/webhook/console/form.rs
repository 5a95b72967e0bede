//! Making and changing an endpoint: the API's body, filled in by a form.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::console::Page as Frame;
use ::console::screen::webhook::{Form, Group, Tick, Wrong};
use ::console::words::Word;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::super::admin::{self, Wish};
use super::super::api::{WEBHOOKS_MAX, WebhookWishBody};
use super::super::sign;
use super::{endpoint, existing, list_path, path};
use crate::app::App;
use crate::console::change::Change;
use crate::console::guard::Posted;
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Member, Named, show, show_again};
use crate::feature::audit::Action;
use crate::feature::event::Name;
use crate::feature::person::permission::need::SteerWebhooks;
use crate::http::error::Mistakes;
use crate::id::Noun;

/// What somebody typed and ticked.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Typed {
    url: String,
    headers: String,
    message_headers: String,
    batch: String,
    all: Option<String>,
    ed25519: Option<String>,
    /// `event:NAME` and `stream:NAME`.
    #[serde(flatten)]
    ticked: BTreeMap<String, String>,
}

impl Typed {
    /// As an endpoint is now.
    fn of(app: &App, workspace: i64, wish: &Wish) -> Typed {
        let snapshot = app.directory.snapshot();
        let events = wish.events.iter().map(|name| format!("event:{name}"));
        let names = wish.streams.iter().flatten().filter_map(|id| snapshot.stream_by_id(workspace, *id));
        let streams = names.map(|stream| format!("stream:{}", stream.name));
        let ticked = events.chain(streams).map(|name| (name, "on".to_owned())).collect();
        let line = |(name, value): &(String, String)| format!("{name}: {value}");
        let on = |is: bool| is.then(|| "on".to_owned());
        Typed {
            url: wish.url.clone(),
            headers: wish.headers.iter().map(line).collect::<Vec<_>>().join("\n"),
            message_headers: wish.message_headers.join(", "),
            batch: wish.batch.to_string(),
            all: on(wish.events.iter().any(|name| name == "*")),
            ed25519: on(wish.ed25519),
            ticked,
        }
    }

    fn ticked(&self, kind: &str) -> Vec<String> {
        let names = self.ticked.keys().filter_map(|name| name.strip_prefix(kind)?.strip_prefix(':'));
        names.map(str::to_owned).collect()
    }

    /// What the API would be given.
    fn read_into(&self, app: &App, workspace: i64, wish: &mut Wish) -> Wrong {
        let mut wrong = Wrong::default();
        let mut headers = BTreeMap::new();
        for line in self.headers.lines().map(str::trim).filter(|line| !line.is_empty()) {
            match line.split_once(':') {
                Some((name, value)) => drop(headers.insert(name.trim().to_owned(), value.trim().to_owned())),
                None => wrong.headers = Some(Word("webhook-mistake-headers")),
            }
        }
        let names =
            self.message_headers.split([',', ' ', '\n']).map(str::trim).filter(|name| !name.is_empty());
        let body = WebhookWishBody {
            endpoint: Some(self.url.trim().to_owned()),
            events: Some(if self.all.is_some() { vec!["*".into()] } else { self.ticked("event") }),
            streams: Some(self.ticked("stream")),
            headers: Some(headers),
            message_headers: Some(names.map(str::to_owned).collect()),
            batch: Some(self.batch.trim().parse().unwrap_or(0)),
            ed25519: Some(self.ed25519.is_some()),
            ..WebhookWishBody::default()
        };
        let mut mistakes = Mistakes::default();
        body.read_into(app, workspace, wish, &mut mistakes);
        for mistake in &mistakes.0 {
            match mistake.pointer.split('/').nth(1).unwrap_or_default() {
                "endpoint" => wrong.url = Some(Word("webhook-mistake-url")),
                "events" => wrong.events = Some(Word("webhook-mistake-events")),
                "streams" => wrong.streams = Some(Word("webhook-mistake-streams")),
                "message_headers" => wrong.message_headers = Some(Word("webhook-mistake-names")),
                "batch" => wrong.batch = Some(Word("webhook-mistake-batch")),
                _ => wrong.headers = Some(Word("webhook-mistake-headers")),
            }
        }
        wrong
    }
}

/// Under which heading an event stands.
fn heading(name: Name) -> Word {
    match name {
        Name::EmailScheduled
        | Name::EmailQueued
        | Name::EmailDeferred
        | Name::EmailDelivered
        | Name::EmailBounced
        | Name::EmailFailed
        | Name::EmailSuppressed
        | Name::EmailRejected
        | Name::EmailCanceled
        | Name::EmailRescheduled => Word("webhook-group-mail"),
        Name::EmailOpened
        | Name::EmailClicked
        | Name::EmailRead
        | Name::EmailUnsubscribed
        | Name::EmailReclassified => Word("webhook-group-people"),
        Name::DomainCreated
        | Name::DomainVerified
        | Name::DomainChanged
        | Name::DomainDeleted
        | Name::SuppressionAdded
        | Name::SuppressionRemoved
        | Name::WorkspaceCreated
        | Name::WorkspaceChanged
        | Name::StreamCreated
        | Name::StreamChanged
        | Name::KeyCreated
        | Name::KeyRevoked
        | Name::QueueHeld
        | Name::QueueReleased
        | Name::QueueRetried
        | Name::DatabaseRestored
        | Name::TrackingSecretAdded
        | Name::WebhookDisabled => Word("webhook-group-other"),
    }
}

fn groups(typed: &Typed) -> Vec<Group> {
    let of = |wanted: Word| {
        let own = Name::ALL.into_iter().filter(|name| heading(*name) == wanted);
        let tick = |name: Name| tick(typed, "event", name.as_str());
        Group { heading: wanted, events: own.map(tick).collect() }
    };
    [Word("webhook-group-mail"), Word("webhook-group-people"), Word("webhook-group-other")].map(of).into()
}

fn tick(typed: &Typed, kind: &str, label: &str) -> Tick {
    let name = format!("{kind}:{label}");
    Tick { on: typed.ticked.contains_key(&name), name, label: label.to_owned() }
}

/// The form; `path` is where it is sent to.
fn shown<P>(who: Member<P>, app: &App, (typed, wrong): (Typed, Wrong), of: Option<i64>) -> Form {
    let list = list_path(&who.workspace);
    let back = of.map_or_else(|| list.clone(), |id| path(&who.workspace, id));
    let snapshot = app.directory.snapshot();
    let here = of.map_or_else(|| format!("{list}/new"), |_| format!("{back}/edit"));
    Form {
        path: if of.is_some() { here.clone() } else { list },
        back,
        is_change: of.is_some(),
        all: typed.all.is_some(),
        groups: groups(&typed),
        streams: snapshot
            .streams(who.workspace.id)
            .iter()
            .map(|stream| tick(&typed, "stream", &stream.name))
            .collect(),
        ed25519: typed.ed25519.is_some(),
        url: typed.url,
        headers: typed.headers,
        message_headers: typed.message_headers,
        batch: typed.batch,
        wrong,
        page: Frame { here, ..who.page },
    }
}

pub(super) async fn add(
    who: Member<SteerWebhooks>,
    State(app): State<Arc<App>>,
) -> Result<Response, Refused> {
    let mail = [Name::EmailDelivered, Name::EmailBounced, Name::EmailFailed, Name::EmailSuppressed];
    let wish = Wish { events: mail.map(|name| name.as_str().to_owned()).into(), ..Wish::default() };
    let typed = Typed::of(&app, who.workspace.id, &wish);
    show(&shown(who, &app, (typed, Wrong::default()), None))
}

pub(super) async fn add_sent(
    who: Member<SteerWebhooks>,
    State(app): State<Arc<App>>,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Refused> {
    let (workspace, mut wish) = (who.workspace.id, Wish::default());
    let mut wrong = typed.read_into(&app, workspace, &mut wish);
    if app.webhooks.of_workspace(workspace).len() >= WEBHOOKS_MAX {
        wrong.many = Some(Word("webhook-mistake-many"));
    }
    if wrong != Wrong::default() {
        return show_again(&shown(who, &app, (typed, wrong), None));
    }
    let (id, write) = admin::add_rows(&app.store, (&app.mint, app.now()), workspace, &wish).await?;
    let change = Change {
        action: Action::WebhookAdded,
        object: Noun::Webhook.show(id),
        before: None,
        after: Some(told(&wish)),
    };
    who.commit(&app, write, change).await?;
    app.webhooks.reload(&app.store).await?;
    let made = app.webhooks.endpoint(id).ok_or(Refused::NotFound)?;
    let secret = sign::shown(&made.secret);
    endpoint::with_secret(who, &app, &made, secret).await
}

/// A wish as the audit log has it: names of header fields, for their values may open doors.
pub(super) fn told(wish: &Wish) -> serde_json::Value {
    let names: Vec<_> = wish.headers.iter().map(|(name, _)| name).collect();
    json!({ "endpoint": wish.url, "events": wish.events, "streams": wish.streams, "headers": names, "batch": wish.batch })
}

pub(super) async fn change(
    who: Member<SteerWebhooks>,
    State(app): State<Arc<App>>,
    named: Named,
) -> Result<Response, Refused> {
    let webhook = existing(&who, &app, &named)?;
    let typed = Typed::of(&app, who.workspace.id, &Wish::of(&webhook));
    show(&shown(who, &app, (typed, Wrong::default()), Some(webhook.id)))
}

pub(super) async fn change_sent(
    who: Member<SteerWebhooks>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Refused> {
    let webhook = existing(&who, &app, &named)?;
    let mut wish = Wish::of(&webhook);
    let wrong = typed.read_into(&app, who.workspace.id, &mut wish);
    if wrong != Wrong::default() {
        return show_again(&shown(who, &app, (typed, wrong), Some(webhook.id)));
    }
    let change = Change {
        action: Action::WebhookChanged,
        object: Noun::Webhook.show(webhook.id),
        before: Some(told(&Wish::of(&webhook))),
        after: Some(told(&wish)),
    };
    let committed = who.commit(&app, admin::change_rows(&webhook, &wish), change).await?;
    app.webhooks.reload(&app.store).await?;
    committed.ok_or(Refused::NotFound)?;
    Ok(redirect(&format!("{}?told=changed", path(&who.workspace, webhook.id))))
}
