//! Domains: which names the workspace sends from, and what their DNS must hold.

use std::sync::Arc;

use ::console::Page as Frame;
use ::console::format::time;
use ::console::screen::domain::{Domain as Shown, Domains, Record, Row};
use ::console::screen::overview::Status as Sign;
use ::console::words::Word;
use axum::extract::State;
use axum::response::Response;
use mail::Domain;
use serde::Deserialize;
use serde_json::json;
use store::{Committed, StoreError};

use super::Status;
use super::admin::{self, DomainAddError, ListedDomain, domain_find};
use super::api::DOMAINS_MAX;
use super::check::{self, FindingState};
use super::chosen;
use super::records::{self, HostMistake, Purpose, records};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::change::Change;
use crate::console::guard::{Nothing, Posted};
use crate::console::paging::{Edge, Paged};
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Member, Named, Screen, Section, show, show_again};
use crate::feature::access::Workspace;
use crate::feature::audit::Action;
use crate::feature::person::permission::Permission;
use crate::feature::person::permission::need::{ChangeDomains, SeeDomains};
use crate::id::Noun;

/// This slice's screens.
#[must_use]
pub fn screens() -> Vec<Screen> {
    vec![
        Screen::page("/w/{workspace}/domains", list).at(Section::Delivery, "globe", Word("domains")),
        Screen::form("/w/{workspace}/domains", add_sent),
        Screen::page("/w/{workspace}/domains.csv", chosen::csv),
        Screen::form("/w/{workspace}/domains/chosen", chosen::sent),
        Screen::page("/w/{workspace}/domains/{id}", one),
        Screen::form("/w/{workspace}/domains/{id}/check", check_sent),
        Screen::form("/w/{workspace}/domains/{id}/tracking", tracking_sent),
        Screen::form("/w/{workspace}/domains/{id}/remove", remove_sent),
    ]
}

pub(super) fn list_path(workspace: &Workspace) -> String {
    format!("/w/{}/domains", workspace.name)
}

pub(crate) fn path(workspace: &Workspace, id: i64) -> String {
    format!("{}/{}", list_path(workspace), Noun::Domain.show(id))
}

async fn list(
    who: Member<SeeDomains>,
    State(app): State<Arc<App>>,
    Query(edge): Query<Edge>,
) -> Result<Response, Refused> {
    show(&list_page(who, &app, &edge, Typed::default()).await?)
}

/// What somebody typed, and what is wrong with it.
#[derive(Default)]
struct Typed {
    name: String,
    mistake: Option<Word>,
}

async fn list_page<P>(who: Member<P>, app: &App, edge: &Edge, typed: Typed) -> Result<Domains, StoreError> {
    let (page, path) = (edge.page(Noun::Domain), list_path(&who.workspace));
    let rows = admin::domain_list(&app.store, who.workspace.id, page).await?;
    let paged = Paged::of(page, rows, &format!("{path}?"), |domain| Noun::Domain.show(domain.id));
    let row = |domain: ListedDomain| Row {
        id: Noun::Domain.show(domain.id),
        href: self::path(&who.workspace, domain.id),
        status: sign(&domain),
        checked: checked(&who, app, &domain),
        host: domain.tracking_host.clone().unwrap_or_default(),
        added: time::date(who.page.words.locale, &who.zone, domain.created),
        name: domain.name,
    };
    Ok(Domains {
        rows: paged.rows.into_iter().map(row).collect(),
        before: paged.before,
        after: paged.after,
        may_change: who.role.may(Permission::ChangeDomains),
        name: typed.name,
        mistake: typed.mistake,
        page: Frame { here: path.clone(), ..who.page },
        path,
    })
}

fn checked<P>(who: &Member<P>, app: &App, domain: &ListedDomain) -> String {
    let words = who.page.words;
    match domain.checked {
        Some(at) => words.t1("domain-checked", "ago", time::ago(words, &who.zone, app.now(), at)),
        None => words.t("domain-unchecked"),
    }
}

fn status(domain: &ListedDomain) -> Status {
    Status::parse(&domain.status).unwrap_or(Status::Pending)
}

pub(crate) fn sign(domain: &ListedDomain) -> Sign {
    let (class, icon, word) = match status(domain) {
        Status::Pending => ("def", "clock", Word("domain-status-pending")),
        Status::Verified => ("ok", "check", Word("domain-status-verified")),
        Status::Vouched => ("ok", "shield-check", Word("domain-status-vouched")),
    };
    Sign { class, icon, word }
}

#[derive(Deserialize)]
struct New {
    #[serde(default)]
    name: String,
}

async fn add_sent(
    who: Member<ChangeDomains>,
    State(app): State<Arc<App>>,
    Posted(new): Posted<New>,
) -> Result<Response, Refused> {
    let mistake = match add(&who, &app, &new.name).await? {
        Ok(id) => return Ok(redirect(&path(&who.workspace, id))),
        Err(mistake) => mistake,
    };
    let typed = Typed { name: new.name, mistake: Some(mistake) };
    show_again(&list_page(who, &app, &Edge::default(), typed).await?)
}

/// Makes a domain of what somebody typed; gives its id, or what is wrong.
pub(crate) async fn add(
    who: &Member<ChangeDomains>,
    app: &App,
    typed: &str,
) -> Result<Result<i64, Word>, Refused> {
    let Ok(name) = Domain::parse(typed.trim()) else { return Ok(Err(Word("domain-mistake-name"))) };
    if app.directory.snapshot().domain_count(who.workspace.id) >= DOMAINS_MAX {
        return Ok(Err(Word("domain-mistake-many")));
    }
    let made = (&app.mint, app.now(), who.by());
    let made = admin::domain_made(made, who.workspace.id, &name, Status::Pending).await;
    let (id, write) = made.map_err(|error| match error {
        DomainAddError::Store(error) => Refused::from(error),
        DomainAddError::Key(error) => {
            tracing::error!(%error, "no DKIM keys could be made");
            Refused::Fault
        }
    })?;
    let change = Change {
        action: Action::DomainAdded,
        object: Noun::Domain.show(id),
        before: None,
        after: Some(json!({ "name": name.as_str() })),
    };
    let committed = who.commit(app, write, change).await?;
    app.directory.reload(&app.store).await?;
    Ok(committed.map(|_| id).ok_or(Word("domain-mistake-taken")))
}

async fn one(
    who: Member<SeeDomains>,
    State(app): State<Arc<App>>,
    named: Named,
) -> Result<Response, Refused> {
    let domain = find(&who, &app, &named).await?;
    show(&one_page(who, &app, domain).await?)
}

async fn find<P>(who: &Member<P>, app: &App, named: &Named) -> Result<ListedDomain, Refused> {
    let id = named.id(Noun::Domain)?;
    domain_find(&app.store, who.workspace.id, id).await?.ok_or(Refused::NotFound)
}

async fn one_page<P>(who: Member<P>, app: &App, domain: ListedDomain) -> Result<Shown, StoreError> {
    let path = path(&who.workspace, domain.id);
    let verdict = match status(&domain) {
        Status::Pending => Word("domain-verdict-pending"),
        Status::Verified => Word("domain-verdict-verified"),
        Status::Vouched => Word("domain-verdict-vouched"),
    };
    let records = records(app, who.workspace.id, &domain).await?;
    Ok(Shown {
        list: list_path(&who.workspace),
        status: sign(&domain),
        verdict,
        checked: checked(&who, app, &domain),
        zone: records::zone_lines(&records),
        records: records.into_iter().map(record).collect(),
        may_change: who.role.may(Permission::ChangeDomains),
        host: domain.tracking_host.unwrap_or_default(),
        host_mistake: None,
        remove_mistake: None,
        name: domain.name,
        page: Frame { here: path.clone(), ..who.page },
        path,
    })
}

pub(crate) fn record(record: records::Record) -> Record {
    let why = match record.purpose {
        Purpose::Dkim => Word("domain-why-dkim"),
        Purpose::Spf => Word("domain-why-spf"),
        Purpose::Dmarc => Word("domain-why-dmarc"),
        Purpose::Tracking => Word("domain-why-tracking"),
    };
    let state = record.finding.as_ref().map(|finding| finding.state);
    let (class, icon, word) = match state {
        None if record.purpose.needed() => ("non", "circle-dashed", Word("domain-unchecked")),
        None => ("non", "info", Word("domain-state-advice")),
        Some(FindingState::Found) => ("ok", "check", Word("domain-state-found")),
        Some(FindingState::Missing) => ("def", "circle-dashed", Word("domain-state-missing")),
        Some(FindingState::Different) => ("bou", "triangle-alert", Word("domain-state-different")),
        Some(FindingState::Unknown) => ("def", "clock", Word("domain-state-unknown")),
    };
    Record {
        title: record.purpose.as_str(),
        kind: record.purpose.kind(),
        needed: record.purpose.needed(),
        why,
        name: record.name,
        value: record.value,
        status: Sign { class, icon, word },
        instead: record.finding.and_then(|finding| finding.instead),
    }
}

async fn check_sent(
    who: Member<ChangeDomains>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Refused> {
    let domain = find(&who, &app, &named).await?;
    look(&who, &app, &domain).await?;
    Ok(redirect(&path(&who.workspace, domain.id)))
}

/// Looks a domain's records up, because somebody asks for it.
pub(crate) async fn look(
    who: &Member<ChangeDomains>,
    app: &App,
    domain: &ListedDomain,
) -> Result<(), Refused> {
    looked(who, app, domain).await?.ok_or(Refused::NotFound)?;
    app.directory.reload(&app.store).await?;
    Ok(())
}

/// The same; none when the domain is gone. Whoever looks the last of several up loads the directory anew.
pub(super) async fn looked(
    who: &Member<ChangeDomains>,
    app: &App,
    domain: &ListedDomain,
) -> Result<Option<Committed>, StoreError> {
    let findings = check::look(&app.store, &app.resolver, (who.workspace.id, domain)).await?;
    let (place, verified) = ((who.workspace.id, domain), check::verifies(&findings));
    let write = admin::checked_rows(app.now(), place, &findings);
    let change = Change {
        action: Action::DomainLookedUp,
        object: Noun::Domain.show(domain.id),
        before: Some(json!({ "status": domain.status })),
        after: Some(json!({ "verified": verified })),
    };
    who.commit(app, write, change).await
}

#[derive(Deserialize)]
struct Host {
    #[serde(default)]
    host: String,
}

async fn tracking_sent(
    who: Member<ChangeDomains>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(wanted): Posted<Host>,
) -> Result<Response, Refused> {
    let domain = find(&who, &app, &named).await?;
    let host = match records::tracking_host(&domain.name, &wanted.host) {
        Ok(host) => host,
        Err(wrong) => {
            let mistake = match wrong {
                HostMistake::NoName(_) => Word("domain-mistake-host"),
                HostMistake::Foreign(_) => Word("domain-mistake-foreign"),
            };
            let shown = one_page(who, &app, domain).await?;
            return show_again(&Shown { host: wanted.host, host_mistake: Some(mistake), ..shown });
        }
    };
    let write = admin::track_rows(app.now(), (who.workspace.id, domain.id), host.as_ref());
    let change = Change {
        action: Action::DomainChanged,
        object: Noun::Domain.show(domain.id),
        before: Some(json!({ "tracking_host": domain.tracking_host })),
        after: Some(json!({ "tracking_host": host.map(|host| host.to_string()) })),
    };
    let committed = who.commit(&app, write, change).await?;
    app.directory.reload(&app.store).await?;
    committed.ok_or(Refused::NotFound)?;
    Ok(redirect(&path(&who.workspace, domain.id)))
}

#[derive(Deserialize)]
struct Sure {
    /// The name once more, typed by whoever means it.
    #[serde(default)]
    typed: String,
}

async fn remove_sent(
    who: Member<ChangeDomains>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(sure): Posted<Sure>,
) -> Result<Response, Refused> {
    let domain = find(&who, &app, &named).await?;
    if !sure.typed.trim().eq_ignore_ascii_case(&domain.name) {
        let shown = one_page(who, &app, domain).await?;
        return show_again(&Shown { remove_mistake: Some(Word("domain-mistake-typed")), ..shown });
    }
    let committed = removed(&who, &app, &domain).await?;
    app.directory.reload(&app.store).await?;
    committed.ok_or(Refused::NotFound)?;
    Ok(redirect(&list_path(&who.workspace)))
}

/// Removes a domain; none when it is gone. Whoever removes the last of several loads the directory anew.
pub(super) async fn removed(
    who: &Member<ChangeDomains>,
    app: &App,
    domain: &ListedDomain,
) -> Result<Option<Committed>, StoreError> {
    let write = admin::delete_rows((app.now(), who.by()), who.workspace.id, domain);
    let change = Change {
        action: Action::DomainRemoved,
        object: Noun::Domain.show(domain.id),
        before: Some(json!({ "name": domain.name, "status": domain.status })),
        after: None,
    };
    who.commit(app, write, change).await
}
