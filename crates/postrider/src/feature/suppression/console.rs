//! Suppressions: who may not be mailed and why; adding and lifting.

use std::sync::Arc;

use ::console::Page as Frame;
use ::console::format::time;
use ::console::screen::key::Choice;
use ::console::screen::overview::Status;
use ::console::screen::suppression::{Row, Suppressions};
use ::console::words::Word;
use axum::extract::State;
use axum::response::Response;
use mail::Address;
use mail::date::rfc3339;
use serde::Deserialize;
use serde_json::json;
use store::{StoreError, Write};

use super::admin::{self, Listed, Suppress, lift_rows, suppress, suppression_by_id};
use super::api::BATCH_MAX;
use super::{ALL_MARKETING, Reason, console_bulk};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::change::Change;
use crate::console::guard::Posted;
use crate::console::paging::{Edge, Paged};
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Member, Named, Screen, Section, show, show_again};
use crate::console::shell::escaped;
use crate::feature::access::Workspace;
use crate::feature::audit::Action;
use crate::feature::person;
use crate::feature::person::permission::Permission;
use crate::feature::person::permission::need::{ChangeSuppressions, SeeSuppressions};
use crate::id::Noun;

/// The choice that stands for every marketing stream; no stream's id looks like it.
const MARKETING: &str = "marketing";

/// This slice's screens.
#[must_use]
pub fn screens() -> Vec<Screen> {
    vec![
        Screen::page("/w/{workspace}/suppressions", list).at(Section::People, "ban", Word("suppressions")),
        Screen::form("/w/{workspace}/suppressions", add_sent),
        Screen::form("/w/{workspace}/suppressions/{id}/lift", lift_sent),
        Screen::form("/w/{workspace}/suppressions/lift", console_bulk::lift_sent),
        Screen::page("/w/{workspace}/suppressions.csv", console_bulk::csv),
    ]
}

pub(super) fn path(workspace: &Workspace) -> String {
    format!("/w/{}/suppressions", workspace.name)
}

/// Which part of the list is wanted.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    q: String,
    reason: String,
    after: Option<String>,
    before: Option<String>,
}

async fn list(
    who: Member<SeeSuppressions>,
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    show(&page(who, &app, asked, (&New::default(), None)).await?)
}

/// The suppressions that were asked for: of one address all there are, else a page of the list.
async fn found<P>(who: &Member<P>, app: &App, asked: &Asked) -> Result<Paged<Listed>, StoreError> {
    let (store, workspace, reason) = (&app.store, who.workspace.id, Reason::parse(&asked.reason));
    let wanted = asked.q.trim();
    if !wanted.is_empty() {
        let mut rows = match Address::parse(wanted) {
            Ok(address) => admin::suppression_find(store, workspace, &address).await?,
            Err(_) => Vec::new(),
        };
        rows.retain(|one| reason.is_none_or(|reason| one.reason == reason.as_str()));
        return Ok(Paged { rows, before: None, after: None });
    }
    let edge = Edge { after: asked.after.clone(), before: asked.before.clone() };
    let page = edge.page(Noun::Suppression);
    let _turn = app.list_turns.take(workspace).await;
    let rows = admin::suppression_list(store, workspace, reason, page).await?;
    let here = match reason {
        Some(reason) => format!("{}?reason={}&", path(&who.workspace), reason.as_str()),
        None => format!("{}?", path(&who.workspace)),
    };
    Ok(Paged::of(page, rows, &here, |one| Noun::Suppression.show(one.id)))
}

async fn page<P>(
    who: Member<P>,
    app: &App,
    asked: Asked,
    (new, mistake): (&New, Option<String>),
) -> Result<Suppressions, StoreError> {
    let paged = found(&who, app, &asked).await?;
    let (path, words) = (path(&who.workspace), who.page.words);
    let row = |one: Listed| Row {
        id: Noun::Suppression.show(one.id),
        may_lift: one.lifts_for(who.role),
        reason: sign(Reason::parse(&one.reason).unwrap_or(Reason::Manual)),
        scope: scope(&who, app, one.stream),
        since: time::date(words.locale, &who.zone, one.created),
        datetime: rfc3339(one.created),
        address: one.address,
        evidence: one.evidence.unwrap_or_default(),
    };
    let every = Choice { value: String::new(), label: words.t("suppression-reason-any"), chosen: false };
    let reason = |reason: Reason| Choice {
        value: reason.as_str().to_owned(),
        label: words.word(sign(reason).word),
        chosen: reason.as_str() == asked.reason,
    };
    Ok(Suppressions {
        rows: paged.rows.into_iter().map(row).collect(),
        before: paged.before,
        after: paged.after,
        reasons: std::iter::once(every).chain(Reason::ALL.map(reason)).collect(),
        csv: format!("{path}.csv?reason={}", Reason::parse(&asked.reason).map_or("", Reason::as_str)),
        filter: vec![("q", asked.q.trim().to_owned()), ("reason", asked.reason.clone())],
        narrowed: !asked.q.trim().is_empty() || Reason::parse(&asked.reason).is_some(),
        may_change: who.role.may(Permission::ChangeSuppressions),
        emails: new.emails.clone(),
        mistake,
        scopes: scopes(&who, app, &new.scope),
        page: Frame { here: here(&path, &asked), ..who.page },
        query: asked.q,
        path,
    })
}

/// The address of what is shown, without the place in the list.
fn here(path: &str, asked: &Asked) -> String {
    format!("{path}?q={}&reason={}", escaped(&asked.q), escaped(&asked.reason))
}

fn sign(reason: Reason) -> Status {
    let (class, icon, word) = match reason {
        Reason::HardBounce => ("bou", "undo-2", Word("suppression-bounce")),
        Reason::Complaint => ("spam", "flag", Word("suppression-complaint")),
        Reason::Unsubscribed => ("non", "x", Word("suppression-unsubscribed")),
        Reason::Manual => ("non", "pencil", Word("suppression-manual")),
    };
    Status { class, icon, word }
}

fn scope<P>(who: &Member<P>, app: &App, stream: i64) -> String {
    let (words, snapshot) = (who.page.words, app.directory.snapshot());
    match stream {
        0 => words.t("suppression-scope-workspace"),
        ALL_MARKETING => words.t("suppression-scope-marketing"),
        id => {
            let known = snapshot.stream_by_id(who.workspace.id, id);
            words.t1("suppression-scope-stream", "name", known.map_or("", |stream| &*stream.name))
        }
    }
}

/// What a new suppression may hold for.
fn scopes<P>(who: &Member<P>, app: &App, chosen: &str) -> Vec<Choice> {
    let choice = |value: String, stream: i64| Choice {
        label: scope(who, app, stream),
        chosen: value == chosen,
        value,
    };
    let snapshot = app.directory.snapshot();
    let streams = snapshot.streams(who.workspace.id).iter();
    let streams = streams.map(|stream| choice(Noun::Stream.show(stream.id), stream.id));
    [choice(String::new(), 0), choice(MARKETING.to_owned(), ALL_MARKETING)]
        .into_iter()
        .chain(streams)
        .collect()
}

/// What somebody wants suppressed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct New {
    emails: String,
    scope: String,
}

impl New {
    pub(super) fn of(emails: String) -> New {
        New { emails, scope: String::new() }
    }

    /// The addresses, or what is wrong with them.
    pub(super) fn addresses<P>(&self, who: &Member<P>) -> Result<Vec<Address>, String> {
        let words = who.page.words;
        let parts = self.emails.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
        let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        if parts.is_empty() {
            return Err(words.t("suppression-mistake-none"));
        }
        if parts.len() > BATCH_MAX {
            return Err(words.t("suppression-mistake-many"));
        }
        let read = |part: &&str| {
            Address::parse(part).map_err(|_| words.t1("suppression-mistake-address", "text", *part))
        };
        parts.iter().map(read).collect()
    }

    /// What a suppression's stream is; all mail when it is none of the workspace's.
    fn stream(&self, app: &App, workspace: i64) -> i64 {
        if self.scope == MARKETING {
            return ALL_MARKETING;
        }
        let id = Noun::Stream.read(&self.scope);
        id.filter(|id| app.directory.snapshot().stream_by_id(workspace, *id).is_some()).unwrap_or(0)
    }
}

async fn add_sent(
    who: Member<ChangeSuppressions>,
    State(app): State<Arc<App>>,
    Posted(new): Posted<New>,
) -> Result<Response, Refused> {
    let addresses = match new.addresses(&who) {
        Ok(addresses) => addresses,
        Err(mistake) => return show_again(&page(who, &app, Asked::default(), (&new, Some(mistake))).await?),
    };
    let (workspace, stream, now) = (who.workspace.id, new.stream(&app, who.workspace.id), app.now());
    let mut write = Write::default();
    for address in &addresses {
        // Before the write, as the API does: one whose answer is lost may be stored all the same.
        app.suppressions.add(workspace, &address.folded());
        let one =
            Suppress { workspace, stream, address, reason: Reason::Manual, by: who.by(), evidence: None };
        suppress(&mut write, &app.mint, now, one);
    }
    let shown: Vec<String> = addresses.iter().map(Address::folded).collect();
    let change = Change {
        action: Action::AddressSuppressed,
        object: shown.first().cloned().unwrap_or_default(),
        before: None,
        after: Some(json!({ "emails": shown, "scope": new.scope })),
    };
    who.commit(&app, write, change).await?;
    Ok(redirect(&path(&who.workspace)))
}

#[derive(Deserialize)]
struct Sure {
    #[serde(default)]
    sure: String,
}

async fn lift_sent(
    who: Member<ChangeSuppressions>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(sure): Posted<Sure>,
) -> Result<Response, Refused> {
    let found = suppression_by_id(&app.store, who.workspace.id, named.id(Noun::Suppression)?).await?;
    let listed = found.ok_or(Refused::NotFound)?;
    if !listed.lifts_for(who.role) {
        let helpers = person::helpers(&app.store, who.workspace.id, Permission::LiftComplaints).await?;
        return Err(Refused::Forbidden { role: who.role, helpers });
    }
    if sure.sure == "yes" {
        let write = lift_rows((app.now(), who.by()), who.workspace.id, &listed);
        let change = Change {
            action: Action::SuppressionLifted,
            object: listed.address.clone(),
            before: Some(json!({ "reason": listed.reason, "evidence": listed.evidence })),
            after: None,
        };
        who.commit(&app, write, change).await?.ok_or(Refused::NotFound)?;
    }
    Ok(redirect(&path(&who.workspace)))
}
