//! Search and jump: pages, mail, domains and templates by what they are called, and what can be done with what was typed.
//!
//! Guarantee: only what the role may open is told; everything is of the workspace.

use std::sync::Arc;

use ::console::rank::rank;
use ::console::screen::palette::{Entry, Found, Group, Palette};
use ::console::words::Word;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use mail::Address;
use serde::Deserialize;

use super::asked::Query;
use super::refusal::Refused;
use super::screen::{Member, Screen, show};
use super::shell::{escaped, home};
use crate::app::App;
use crate::feature::person::permission::Permission;
use crate::feature::person::permission::need::SeeFigures;
use crate::feature::sending::api::listed::{EmailFilter, find};
use crate::feature::sending::console::recipients;
use crate::feature::template::admin::template_list;
use crate::http::endpoint::Method;
use crate::http::page::{From, LIMIT_MAX, Page};
use crate::id::Noun;

/// Entries of a group.
const ENTRIES_MAX: usize = 6;
/// Letters that are looked for at most.
const QUERY_MAX: usize = 200;
/// Letters from which on mail is searched.
const MAIL_FROM: usize = 2;
/// The page of a template, once there is one.
const TEMPLATE: &str = "/w/{workspace}/templates/{id}";

pub(super) fn screens() -> Vec<Screen> {
    vec![Screen::page("/w/{workspace}/find", find_all)]
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    q: String,
}

async fn find_all(
    who: Member<SeeFigures>,
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    let q: String = asked.q.trim().chars().take(QUERY_MAX).collect();
    let screens = super::screens();
    let groups = [
        (Word("palette-pages"), pages(&who, &q)),
        (Word("palette-messages"), messages(&who, &app, &q).await?),
        (Word("palette-domains"), domains(&who, &app, &q)),
        (Word("palette-templates"), templates(&who, &app, (&screens, &q)).await?),
        (Word("palette-do"), commands(&who, &q)),
    ];
    let groups = numbered(groups);
    let words = who.page.words;
    if headers.contains_key("hx-request") {
        return show(&Found { words, groups });
    }
    show(&Palette { path: format!("{}find", home(&who.workspace)), q, groups, page: who.page })
}

/// Without groups that have nothing; entries know their places.
fn numbered(groups: [(Word, Vec<Entry>); 5]) -> Vec<Group> {
    let mut n = 0;
    let mut place = |entry: Entry| {
        n += 1;
        Entry { n, ..entry }
    };
    let groups = groups.into_iter().filter(|(_, entries)| !entries.is_empty());
    groups
        .map(|(label, entries)| Group { label, entries: entries.into_iter().map(&mut place).collect() })
        .collect()
}

fn entry(icon: &'static str, label: String, href: String) -> Entry {
    Entry { n: 0, icon, label, about: String::new(), href }
}

/// Those that fit, the best first.
fn best(q: &str, entries: impl Iterator<Item = Entry>, max: usize) -> Vec<Entry> {
    let mut fit: Vec<_> = entries.filter_map(|entry| Some((rank(q, &entry.label)?, entry))).collect();
    fit.sort_by_key(|(rank, _)| *rank);
    fit.into_iter().take(max).map(|(_, entry)| entry).collect()
}

/// What the navigation has: it knows what may be opened.
fn pages<P>(who: &Member<P>, q: &str) -> Vec<Entry> {
    let sections = who.page.inside.iter().flat_map(|inside| &inside.sections);
    let entries = sections
        .flat_map(|section| &section.entries)
        .map(|one| entry(one.icon, who.page.words.word(one.label), one.href.clone()));
    // With nothing typed, all of them: where one could go.
    best(q, entries, if q.is_empty() { usize::MAX } else { ENTRIES_MAX })
}

/// By id, or by what the index knows.
async fn messages<P>(who: &Member<P>, app: &App, q: &str) -> Result<Vec<Entry>, Refused> {
    if q.chars().count() < MAIL_FROM || !who.role.may(Permission::SeeFigures) {
        return Ok(Vec::new());
    }
    let words = who.page.words;
    let href = |id: i64| format!("{}activity/{}", home(&who.workspace), Noun::Message.show(id));
    if let Some(id) = Noun::Message.read(q) {
        let found = crate::feature::sending::read::email_one(&app.store, who.workspace.id, id).await?;
        return Ok(found.map(|email| entry("activity", q.to_owned(), href(email.id))).into_iter().collect());
    }
    let filter =
        EmailFilter { q: Some(q.to_owned()), limit: Some(ENTRIES_MAX.to_string()), ..EmailFilter::default() };
    // What cannot be searched for is no mail; the other groups may have it.
    let found = match find(app, who.workspace.id, filter).await {
        Ok((_, found)) => found.emails,
        Err(error) if !error.errors.is_empty() => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let shown = |email: &crate::feature::sending::list::Listed| Entry {
        n: 0,
        icon: "mail-open",
        label: match email.subject.is_empty() {
            true => words.t("activity-no-subject"),
            false => email.subject.clone(),
        },
        about: recipients(words, &email.people),
        href: href(email.id),
    };
    Ok(found.iter().map(shown).collect())
}

fn domains<P>(who: &Member<P>, app: &App, q: &str) -> Vec<Entry> {
    if q.is_empty() || !who.role.may(Permission::SeeDomains) {
        return Vec::new();
    }
    let snapshot = app.directory.snapshot();
    let entries = snapshot.domains_of(who.workspace.id).map(|domain| {
        let href = format!("{}domains/{}", home(&who.workspace), Noun::Domain.show(domain.id));
        entry("globe", domain.name.to_string(), href)
    });
    best(q, entries, ENTRIES_MAX)
}

async fn templates<P>(
    who: &Member<P>,
    app: &App,
    (screens, q): (&[Screen], &str),
) -> Result<Vec<Entry>, Refused> {
    let known = screens.iter().any(|screen| screen.path == TEMPLATE && screen.method == Method::Get);
    if q.is_empty() || !known || !who.role.may(Permission::SeeTemplates) {
        return Ok(Vec::new());
    }
    let page = Page { limit: LIMIT_MAX, from: From::Start };
    let all = template_list(&app.store, who.workspace.id, page).await?;
    let entries = all.into_iter().map(|one| {
        let href = TEMPLATE.replace("{workspace}", &who.workspace.name);
        entry("file-code", one.name, href.replace("{id}", &Noun::Template.show(one.id)))
    });
    Ok(best(q, entries, ENTRIES_MAX))
}

/// What can be done with what was typed.
fn commands<P>(who: &Member<P>, q: &str) -> Vec<Entry> {
    if q.is_empty() {
        return Vec::new();
    }
    let (words, home) = (who.page.words, home(&who.workspace));
    let mut all = vec![entry(
        "activity",
        words.t1("palette-search-activity", "q", q),
        format!("{home}activity?q={}", escaped(q)),
    )];
    if Address::parse(q).is_ok() && who.role.may(Permission::SeeSuppressions) {
        let label = words.t1("palette-search-suppressions", "q", q);
        all.push(entry("ban", label, format!("{home}suppressions?q={}", escaped(q))));
    }
    all
}
