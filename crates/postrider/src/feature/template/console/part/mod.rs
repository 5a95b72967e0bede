//! Layouts, partials and themes: listed with who uses them, made, written, deleted.
//!
//! Guarantees
//! 1. What may be stored is what the API takes, and no more.
//! 2. Nothing that a template or another part names is deleted or renamed here.

mod edit;
mod sample;

use std::sync::Arc;

use ::console::Page as Frame;
use ::console::format::{number, time};
use ::console::screen::overview::Status;
use ::console::screen::part::{Kind, Parts, Row};
use ::console::screen::template::Notice;
use ::console::words::{Word, Words};
use axum::extract::State;
use axum::response::Response;
use content::{Part, PartKind, theme_default};
use mail::date::rfc3339;
use serde::Deserialize;
use serde_json::json;

use super::super::api::part::check;
use super::super::parts::{PART_BYTES_MAX, PARTS_MAX, Stored, library, part_list, part_rows};
use super::super::uses::{User, Uses, uses};
use super::list_path;
use crate::app::App;
use crate::console::asked::Query;
use crate::console::change::Change;
use crate::console::guard::Posted;
use crate::console::paging::{Edge, Paged};
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Member, Screen, show, show_again};
use crate::feature::access::Workspace;
use crate::feature::audit::Action;
use crate::feature::person::permission::Permission;
use crate::feature::person::permission::need::{ChangeTemplates, SeeTemplates};
use crate::http::error::Mistakes;
use crate::id::Noun;

const LAYOUT: &str = include_str!("layout.mjml");
const PARTIAL: &str = include_str!("partial.mjml");
/// Users that are named beside a part of the list.
const USERS_SHOWN: usize = 5;

/// These screens.
pub(super) fn screens() -> Vec<Screen> {
    vec![
        Screen::page("/w/{workspace}/templates/parts", list),
        Screen::form("/w/{workspace}/templates/parts", make_sent),
        Screen::page("/w/{workspace}/templates/parts/{id}", edit::editor),
        Screen::form("/w/{workspace}/templates/parts/{id}", edit::save_sent),
        Screen::form("/w/{workspace}/templates/parts/{id}/look", edit::look_sent),
        Screen::page("/w/{workspace}/templates/parts/{id}/preview", edit::stored),
        Screen::form("/w/{workspace}/templates/parts/{id}/preview", edit::typed),
        Screen::form("/w/{workspace}/templates/parts/{id}/remove", edit::remove_sent),
    ]
}

fn parts_path(workspace: &Workspace) -> String {
    format!("{}/parts", list_path(workspace))
}

fn path(workspace: &Workspace, id: i64) -> String {
    format!("{}/{}", parts_path(workspace), Noun::TemplatePart.show(id))
}

fn word(kind: PartKind) -> Word {
    match kind {
        PartKind::Layout => Word("part-layout"),
        PartKind::Partial => Word("part-partial"),
        PartKind::Theme => Word("part-theme"),
    }
}

/// What a kind is for, and how a template names one.
fn about(words: Words, kind: PartKind, name: &str) -> String {
    match kind {
        PartKind::Layout => words.t1("part-layout-about", "how", format!("{{% extends \"{name}\" %}}")),
        PartKind::Partial => words.t1("part-partial-about", "how", format!("{{% include \"{name}\" %}}")),
        PartKind::Theme => words.t1("part-theme-about", "how", format!("\"{name}\"")),
    }
}

/// How many use a part, in words.
fn used(words: Words, users: usize, whole: bool) -> String {
    match users {
        0 if whole => words.t("part-used-nobody"),
        0 => words.t("part-used-unknown"),
        n => words.t1("part-used-by", "n", n),
    }
}

/// Where somebody who names a part is written, and their name.
fn user(workspace: &Workspace, user: &User) -> (String, String) {
    let href = match user.noun {
        Noun::TemplatePart => path(workspace, user.id),
        _ => super::path(workspace, user.id),
    };
    (href, user.name.clone())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    after: Option<String>,
    before: Option<String>,
    told: String,
}

/// A new one, as it was typed.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Typed {
    kind: String,
    name: String,
}

async fn list(
    who: Member<SeeTemplates>,
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    show(&page(who, &app, asked, (Typed::default(), None)).await?)
}

async fn page<P>(
    who: Member<P>,
    app: &App,
    asked: Asked,
    (typed, mistake): (Typed, Option<String>),
) -> Result<Parts, Refused> {
    let (words, workspace, here) = (who.page.words, &who.workspace, parts_path(&who.workspace));
    let page = Edge { after: asked.after, before: asked.before }.page(Noun::TemplatePart);
    let _turn = app.list_turns.take(workspace.id).await;
    let rows = part_list(&app.store, workspace.id, None, page).await?;
    let uses = if rows.is_empty() { Uses::default() } else { uses(&app.store, workspace.id).await? };
    let paged = Paged::of(page, rows, &format!("{here}?"), |one| Noun::TemplatePart.show(one.id));
    let row = |Stored { id, part, updated, .. }: Stored| {
        let users = uses.of_part(part.kind, &part.name);
        Row {
            href: path(workspace, id),
            kind: word(part.kind),
            used: used(words, users.len(), uses.whole),
            users: users.into_iter().take(USERS_SHOWN).map(|one| user(workspace, one)).collect(),
            changed: time::ago(words, &who.zone, app.now(), updated),
            datetime: rfc3339(updated),
            name: part.name,
        }
    };
    let wanted = PartKind::parse(&typed.kind).unwrap_or(PartKind::Layout);
    let kind = |kind: PartKind| Kind {
        value: kind.as_str(),
        label: word(kind),
        about: about(words, kind, "…"),
        chosen: kind == wanted,
    };
    Ok(Parts {
        rows: paged.rows.into_iter().map(row).collect(),
        before: paged.before,
        after: paged.after,
        notice: notice(words, &asked.told),
        may_change: who.role.may(Permission::ChangeTemplates),
        name: typed.name,
        mistake,
        kinds: PartKind::ALL.map(kind).into(),
        templates: list_path(workspace),
        page: Frame { here: here.clone(), ..who.page },
        path: here,
    })
}

/// What came of a form, as the address says.
fn notice(words: Words, told: &str) -> Option<Notice> {
    let (good, word) = match told {
        "saved" => (true, Word("part-told-saved")),
        "made" => (true, Word("part-told-made")),
        "removed" => (true, Word("part-told-removed")),
        "used" => (false, Word("part-told-used")),
        _ => return None,
    };
    let (class, icon) = if good { ("ok", "circle-check") } else { ("def", "triangle-alert") };
    Some(Notice { status: Status { class, icon, word }, text: words.word(word), link: None })
}

/// What is wrong with a part, by the API's rules.
fn mistakes(words: Words, part: &Part) -> Vec<String> {
    let mut found = Mistakes::default();
    check(part, &mut found);
    let size = || number::octets(words.locale, PART_BYTES_MAX as u64);
    let told = |pointer: &str| match pointer {
        "/name" => words.t("part-mistake-name"),
        _ if part.text.len() > PART_BYTES_MAX => words.t1("part-mistake-long", "size", size()),
        _ => words.t("part-mistake-theme"),
    };
    found.0.iter().map(|one| told(&one.pointer)).collect()
}

async fn make_sent(
    who: Member<ChangeTemplates>,
    State(app): State<Arc<App>>,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Refused> {
    let words = who.page.words;
    let kind = PartKind::parse(&typed.kind).ok_or(Refused::Forged)?;
    let text = match kind {
        PartKind::Layout => LAYOUT.to_owned(),
        PartKind::Partial => PARTIAL.replace("TEXT", &words.t("part-starter-text")),
        PartKind::Theme => serde_json::to_string_pretty(&theme_default()).map_err(|_| Refused::Fault)?,
    };
    let part = Part { kind, name: typed.name.trim().to_owned(), text };
    let wrong = match mistakes(words, &part).into_iter().next() {
        Some(wrong) => wrong,
        None => match made(&who, &app, &part).await? {
            Ok(id) => return Ok(redirect(&format!("{}?told=made", path(&who.workspace, id)))),
            Err(wrong) => wrong,
        },
    };
    show_again(&page(who, &app, Asked::default(), (typed, Some(wrong))).await?)
}

/// Makes a part; gives its id, or why there is none.
async fn made(who: &Member<ChangeTemplates>, app: &App, part: &Part) -> Result<Result<i64, String>, Refused> {
    let (id, write) = part_rows((&app.mint, app.now()), who.workspace.id, part);
    let change = Change {
        action: Action::PartMade,
        object: Noun::TemplatePart.show(id),
        before: None,
        after: Some(json!({ "kind": part.kind.as_str(), "name": part.name })),
    };
    if who.commit(app, write, change).await?.is_some() {
        return Ok(Ok(id));
    }
    let taken = library(&app.store, who.workspace.id).await?.find(part.kind, &part.name).is_some();
    let words = who.page.words;
    Ok(Err(match taken {
        true => words.t1("part-mistake-taken", "name", &part.name),
        false => words.t1("part-mistake-full", "n", PARTS_MAX),
    }))
}
