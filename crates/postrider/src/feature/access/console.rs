//! API keys and SMTP: the keys of the workspace, a new one's secret once, and how programs connect.
//!
//! Guarantee: a key's text is on the page that answers its making, and on no other.

use std::sync::Arc;

use ::console::Page as Frame;
use ::console::format::time;
use ::console::screen::key::{Choice, Keys, Made, Row, Smtp};
use ::console::snippet::{Snippet, Target, snippets};
use ::console::words::{Word, Words};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use store::{Committed, StoreError};

use super::api::{KEY_NAME_MAX, KEYS_MAX};
use super::keys::{Grant, ListedKey, NewKey, key_find, key_list, key_made, revoke_rows};
use super::{Scope, console_bulk};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::change::Change;
use crate::console::guard::Posted;
use crate::console::paging::{Edge, Paged};
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Member, Named, Screen, Section, show, show_again};
use crate::feature::access::Workspace;
use crate::feature::audit::Action;
use crate::feature::domain::SendingDomain;
use crate::feature::person::permission::Role;
use crate::feature::person::permission::need::SteerKeys;
use crate::id::Noun;
use crate::intake::smtp::PortTls;

/// This slice's screens.
#[must_use]
pub fn screens() -> Vec<Screen> {
    vec![
        Screen::page("/w/{workspace}/keys", list).at(Section::Workspace, "key-round", Word("keys")),
        Screen::form("/w/{workspace}/keys", make_sent),
        Screen::form("/w/{workspace}/keys/{id}/revoke", revoke_sent),
        Screen::form("/w/{workspace}/keys/chosen", console_bulk::sent),
        Screen::page("/w/{workspace}/keys.csv", console_bulk::csv),
    ]
}

pub(super) fn path(workspace: &Workspace) -> String {
    format!("/w/{}/keys", workspace.name)
}

/// What somebody typed, and what came of it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Typed {
    pub name: String,
    pub scope: String,
    pub domain: String,
}

async fn list(
    who: Member<SteerKeys>,
    State(app): State<Arc<App>>,
    Query(edge): Query<Edge>,
) -> Result<Response, Refused> {
    show(&page(who, &app, &edge, (&Typed::default(), None)).await?)
}

async fn page(
    who: Member<SteerKeys>,
    app: &App,
    edge: &Edge,
    (typed, mistake): (&Typed, Option<Word>),
) -> Result<Keys, Refused> {
    let (path, page, words) = (path(&who.workspace), edge.page(Noun::Key), who.page.words);
    let rows = key_list(&app.store, who.workspace.id, page).await?;
    let paged = Paged::of(page, rows, &format!("{path}?"), |key| Noun::Key.show(key.id));
    let domains = domains(app, who.workspace.id);
    let row = |key: ListedKey| Row {
        id: Noun::Key.show(key.id),
        scope: scope_word(Scope::parse(&key.scope).unwrap_or(Scope::Sending), key.role),
        domain: domain_text(words, &domains, key.domain),
        used: key
            .last_used
            .map_or_else(|| words.t("key-used-never"), |at| time::ago(words, &who.zone, app.now(), at)),
        name: key.name,
        prefix: key.shown,
    };
    let Connecting { smtp, http, snippets } = connecting(&who, app);
    Ok(Keys {
        rows: paged.rows.into_iter().map(row).collect(),
        before: paged.before,
        after: paged.after,
        made: None,
        name: typed.name.clone(),
        mistake,
        scopes: scope_choices(words, who.role, &typed.scope),
        domains: domain_choices(words, &domains, &typed.domain),
        snippets,
        smtp,
        http,
        page: Frame { here: path.clone(), ..who.page },
        path,
    })
}

/// What programs need to hand over mail.
pub(crate) struct Connecting {
    pub smtp: Smtp,
    /// The API's address.
    pub http: String,
    pub snippets: Vec<Snippet>,
}

/// How programs connect, as this browser found us.
pub(crate) fn connecting<P>(who: &Member<P>, app: &App) -> Connecting {
    let smtp = smtp(app);
    let http = who
        .visit
        .origin()
        .map(str::to_owned)
        .unwrap_or_else(|| format!("http://{}", app.settings.http.listen));
    let domains = domains(app, who.workspace.id);
    let sender = domains.iter().find(|(_, _, sends)| *sends).map_or("mail.example.com", |(_, name, _)| name);
    let from = format!("hello@{sender}");
    let target = Target {
        http: &http,
        smtp_host: &smtp.host,
        smtp_port: smtp.ports.first().map_or(0, |(port, _)| *port),
        from: &from,
    };
    let snippets = snippets(&target);
    Connecting { smtp, http, snippets }
}

/// What a key may whose maker had this role.
fn scope_word(scope: Scope, role: Option<Role>) -> Word {
    match scope {
        Scope::Full if role.is_some_and(|role| !role.holds(scope)) => Word("key-scope-role"),
        Scope::Full => Word("key-scope-full"),
        Scope::Sending => Word("key-scope-sending"),
    }
}

/// A workspace's domains by name: id, name, and whether mail may leave under it.
fn domains(app: &App, workspace: i64) -> Vec<(i64, String, bool)> {
    let snapshot = app.directory.snapshot();
    let entry = |domain: &Arc<SendingDomain>| (domain.id, domain.name.to_string(), domain.status.may_send());
    let mut all: Vec<_> = snapshot.domains_of(workspace).map(entry).collect();
    all.sort_by(|one, other| one.1.cmp(&other.1));
    all
}

fn domain_text(words: Words, domains: &[(i64, String, bool)], id: Option<i64>) -> String {
    let Some(id) = id else { return String::new() };
    let known = domains.iter().find(|domain| domain.0 == id);
    known.map_or_else(|| words.t("key-domain-gone"), |(_, name, _)| name.clone())
}

fn scope_choices(words: Words, role: Role, chosen: &str) -> Vec<Choice> {
    // The narrower one first: it is what a program needs as a rule.
    let choice = |scope: Scope| Choice {
        value: scope.as_str().to_owned(),
        label: words.word(scope_word(scope, Some(role))),
        chosen: scope.as_str() == chosen,
    };
    [Scope::Sending, Scope::Full].map(choice).into()
}

fn domain_choices(words: Words, domains: &[(i64, String, bool)], chosen: &str) -> Vec<Choice> {
    let every = Choice { value: String::new(), label: words.t("key-domain-any"), chosen: chosen.is_empty() };
    let choice = |(id, name, _): &(i64, String, bool)| {
        let value = Noun::Domain.show(*id);
        Choice { chosen: value == chosen, value, label: name.clone() }
    };
    std::iter::once(every).chain(domains.iter().map(choice)).collect()
}

/// Where programs hand over mail: the listeners, by the name that their certificate has.
fn smtp(app: &App) -> Smtp {
    let settings = &app.settings.smtp;
    let bound = app.smtp_ports.get().map(Vec::as_slice).unwrap_or_default();
    let of = |wanted: PortTls| bound.iter().filter(move |(_, tls)| *tls == wanted).map(|(port, _)| *port);
    // The one for submission first: it is behind the other in the order of listening.
    let ports = of(PortTls::StartTls).rev().map(|port| (port, Word("smtp-starttls")));
    let implicit = of(PortTls::Implicit).map(|port| (port, Word("smtp-implicit")));
    let own = settings.submission_listen.unwrap_or(settings.listen).ip();
    Smtp {
        // Who listens to this machine alone is found by no name.
        host: if own.is_loopback() { own.to_string() } else { app.hostname.to_string() },
        ports: ports.chain(implicit).collect(),
    }
}

async fn make_sent(
    who: Member<SteerKeys>,
    State(app): State<Arc<App>>,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Refused> {
    let start = Edge::default();
    let key = match make(&who, &app, &typed).await? {
        Ok(key) => key,
        Err(mistake) => return show_again(&page(who, &app, &start, (&typed, Some(mistake))).await?),
    };
    let name = typed.name.trim().to_owned();
    let shown = page(who, &app, &start, (&Typed::default(), None)).await?;
    show(&Keys { made: Some(Made { name, secret: key.text }), ..shown })
}

/// Makes a key of what somebody typed, or says what is wrong.
pub(crate) async fn make(
    who: &Member<SteerKeys>,
    app: &App,
    typed: &Typed,
) -> Result<Result<NewKey, Word>, Refused> {
    let name = typed.name.trim();
    let domain = match &*typed.domain {
        "" => Some(None),
        text => {
            let known = domains(app, who.workspace.id);
            let id = Noun::Domain.read(text).filter(|id| known.iter().any(|domain| domain.0 == *id));
            id.map(Some)
        }
    };
    let mistake = if name.is_empty() || name.chars().count() > KEY_NAME_MAX {
        Some(Word("key-mistake-name"))
    } else if domain.is_none() {
        Some(Word("key-mistake-domain"))
    } else if app.directory.snapshot().key_count(who.workspace.id) >= KEYS_MAX {
        Some(Word("key-mistake-many"))
    } else {
        None
    };
    if let Some(mistake) = mistake {
        return Ok(Err(mistake));
    }
    let scope = Scope::parse(&typed.scope).unwrap_or(Scope::Sending);
    let (domain, role) = (domain.flatten(), Some(who.role));
    let grant = Grant { workspace: who.workspace.id, name, scope, domain, role, by: who.by() };
    let (key, write) = key_made(&app.mint, app.now(), grant);
    let change = Change {
        action: Action::KeyMade,
        object: Noun::Key.show(key.id),
        before: None,
        after: Some(json!({ "name": name, "scope": scope.as_str(), "domain_id": typed.domain })),
    };
    who.commit(app, write, change).await?;
    app.directory.reload(&app.store).await?;
    Ok(Ok(key))
}

#[derive(Deserialize)]
struct Sure {
    #[serde(default)]
    sure: String,
}

/// Revokes a key; none when it is revoked already. Whoever commits the last of several loads the keys anew.
pub(super) async fn revoked(
    who: &Member<SteerKeys>,
    app: &App,
    key: &ListedKey,
) -> Result<Option<Committed>, StoreError> {
    let change = Change {
        action: Action::KeyRevoked,
        object: Noun::Key.show(key.id),
        before: Some(json!({ "name": key.name, "scope": key.scope })),
        after: None,
    };
    who.commit(app, revoke_rows((app.now(), who.by()), who.workspace.id, key), change).await
}

async fn revoke_sent(
    who: Member<SteerKeys>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(sure): Posted<Sure>,
) -> Result<Response, Refused> {
    let found = key_find(&app.store, who.workspace.id, named.id(Noun::Key)?).await?;
    let key = found.ok_or(Refused::NotFound)?;
    if sure.sure == "yes" {
        let committed = revoked(&who, &app, &key).await;
        // Whatever the answer: a revocation whose answer was lost is stored.
        app.directory.reload(&app.store).await?;
        committed?.ok_or(Refused::NotFound)?;
    }
    Ok(redirect(&path(&who.workspace)))
}
