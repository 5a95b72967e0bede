//! The editor of a part: what is typed is seen in a sample, saved without overwriting anybody, deleted while nothing names it.

use std::sync::Arc;

use ::console::Page as Frame;
use ::console::screen::part::Editor;
use ::console::screen::template::{Advice, Look, Place, Seen, State as Saved};
use ::console::words::{Word, Words};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use content::{Part, PartKind, Problem};
use serde::Deserialize;
use serde_json::json;
use store::StoreError;

use super::super::super::parts::{Stored, library, part_change_rows, part_one, part_remove_rows};
use super::super::super::uses::{Uses, uses};
use super::super::draft::{lines, shown};
use super::super::look::Unmade;
use super::super::preview::frame;
use super::super::saving::{Outcome, saved, unsaved};
use super::super::{FORM_OCTETS_MAX, list_path};
use super::{about, mistakes, notice, parts_path, path, sample, used, user, word};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::change::Change;
use crate::console::guard::Posted;
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Member, Named, show};
use crate::console::visit::Editing;
use crate::feature::audit::Action;
use crate::feature::person::permission::Permission;
use crate::feature::person::permission::need::{ChangeTemplates, SeeTemplates};
use crate::id::Noun;

/// Users that are named on a part's page.
const USERS_SHOWN: usize = 50;

/// The editor's form.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Edited {
    /// When what it began with was stored, and what it is saved over all the same.
    seen: String,
    over: String,
    /// What a script asks for: `save` or `look`; empty: a page.
    part: String,
    dark: String,
    images: String,
    name: String,
    body: String,
}

impl Edited {
    /// The part as it is typed.
    fn part(&self, stored: &Stored) -> Part {
        Part { kind: stored.part.kind, name: self.name.trim().to_owned(), text: lines(&self.body) }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    told: String,
}

async fn existing(app: &App, workspace: i64, named: &Named) -> Result<Stored, Refused> {
    let id = named.id(Noun::TemplatePart)?;
    part_one(&app.store, workspace, id).await?.ok_or(Refused::NotFound)
}

pub(super) async fn editor(
    who: Member<SeeTemplates>,
    State(app): State<Arc<App>>,
    named: Named,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    let stored = existing(&app, who.workspace.id, &named).await?;
    let part = stored.part.clone();
    let state = saved(&who, &app, stored.updated);
    page(who, &app, (&stored, part), (asked.told, state)).await
}

/// Who uses what, looked up in a turn of the workspace.
async fn in_turn(app: &App, workspace: i64) -> Result<Uses, StoreError> {
    app.list_turns.within(workspace, uses(&app.store, workspace)).await
}

/// The editor's page, with `part` in its form.
async fn page<P>(
    who: Member<P>,
    app: &App,
    (stored, part): (&Stored, Part),
    (told, state): (String, Saved),
) -> Result<Response, Refused> {
    let (words, workspace) = (who.page.words, &who.workspace);
    let uses = in_turn(app, workspace.id).await?;
    let users = uses.of_part(stored.part.kind, &stored.part.name);
    let path = path(workspace, stored.id);
    let page = Editor {
        list: parts_path(workspace),
        templates: list_path(workspace),
        kind: word(stored.part.kind),
        about: about(words, stored.part.kind, &stored.part.name),
        notice: notice(words, &told),
        may_change: who.role.may(Permission::ChangeTemplates),
        used: used(words, users.len(), uses.whole),
        free: users.is_empty() && uses.whole,
        users: users.into_iter().take(USERS_SHOWN).map(|one| user(workspace, one)).collect(),
        seen: shown(stored.updated),
        json: part.kind == PartKind::Theme,
        look: look(app, workspace.id, words, &part).await?,
        state,
        name: part.name,
        body: part.text,
        page: Frame { here: path.clone(), ..who.page },
        path,
    };
    let mut response = show(&page)?;
    response.extensions_mut().insert(Editing);
    Ok(response)
}

/// What is to be said of a part.
async fn look(app: &App, workspace: i64, words: Words, part: &Part) -> Result<Look, Refused> {
    let advice = |class, icon, grade, title: String, text: String| Advice {
        class,
        icon,
        grade,
        title,
        text,
        foreign: true,
        place: None,
    };
    let blocking =
        |title: String, text: String| advice("bou", "circle-x", Word("template-blocks"), title, text);
    let (made, list) = match sample::mail((app, workspace), words, part).await? {
        Ok(_) => {
            let fine = advice(
                "ok",
                "circle-check",
                Word("template-passes"),
                words.t("part-seen"),
                words.t("part-seen-about"),
            );
            (true, vec![Advice { foreign: false, ..fine }])
        }
        Err(Unmade::Source(problems)) => {
            let of = |problem: &Problem| {
                let own = sample::own_line(part, problem);
                let name = own.map_or_else(|| problem.place.part.clone(), |_| part.name.clone());
                let title = match own.unwrap_or(problem.place.line) {
                    0 => name,
                    line => words.t2("template-at", ("part", name), ("line", line)),
                };
                let place = own.map(|line| place(words, line));
                Advice { place, ..blocking(title, problem.reason.clone()) }
            };
            (false, problems.iter().map(of).collect())
        }
        Err(Unmade::Data(failure)) => {
            (false, vec![blocking(words.t("template-cannot"), failure.to_string())])
        }
    };
    let summary = match made {
        true => words.t("template-summary-fine"),
        false => words.t1("template-summary-blocked", "n", list.len()),
    };
    let (subject, preheader, from) = (part.name.clone(), String::new(), String::new());
    Ok(Look { made, subject, preheader, from, initials: String::new(), text: None, summary, advice: list })
}

fn place(words: Words, line: usize) -> Place {
    let label = match line {
        0 => words.t("template-go"),
        line => words.t1("template-go-line", "line", line),
    };
    Place { field: "body", line, label }
}

pub(super) async fn save_sent(
    who: Member<ChangeTemplates>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(edited): Posted<Edited, FORM_OCTETS_MAX>,
) -> Result<Response, Refused> {
    let stored = existing(&app, who.workspace.id, &named).await?;
    let part = edited.part(&stored);
    let outcome = save(&who, &app, &stored, (&edited, &part)).await?;
    let (status, state) = (outcome.status(), outcome.state(&who, &app, |one| one.updated));
    if edited.part == "save" {
        return seen(who, &app, &part, (status, state)).await;
    }
    if let Outcome::Stored(now) = &outcome {
        return Ok(redirect(&format!("{}?told=saved", path(&who.workspace, now.id))));
    }
    Ok((status, page(who, &app, (&stored, part), (String::new(), state)).await?).into_response())
}

async fn save(
    who: &Member<ChangeTemplates>,
    app: &App,
    stored: &Stored,
    (edited, part): (&Edited, &Part),
) -> Result<Outcome<Stored>, Refused> {
    let (words, workspace) = (who.page.words, who.workspace.id);
    let moment = if edited.over.is_empty() { &edited.seen } else { &edited.over };
    if *moment != shown(stored.updated) {
        return Ok(Outcome::Conflict(stored.clone(), None));
    }
    let mut wrong = mistakes(words, part);
    if part.name != stored.part.name && wrong.is_empty() {
        let uses = in_turn(app, workspace).await?;
        if !uses.of_part(part.kind, &stored.part.name).is_empty() || !uses.whole {
            wrong.push(words.t("part-mistake-used"));
        } else if library(&app.store, workspace).await?.find(part.kind, &part.name).is_some() {
            wrong.push(words.t1("part-mistake-taken", "name", &part.name));
        }
    }
    if !wrong.is_empty() {
        return Ok(Outcome::Mistaken(wrong));
    }
    if *part == stored.part {
        return Ok(Outcome::Stored(stored.clone()));
    }
    let changed = Stored { part: part.clone(), ..stored.clone() };
    let change = Change {
        action: Action::PartChanged,
        object: Noun::TemplatePart.show(stored.id),
        before: Some(json!({ "name": stored.part.name })),
        after: Some(json!({ "kind": part.kind.as_str(), "name": part.name })),
    };
    let write = part_change_rows(app.now(), workspace, &changed);
    let committed = who.commit(app, write, change).await?;
    let now = part_one(&app.store, workspace, stored.id).await?.ok_or(Refused::NotFound)?;
    Ok(if committed.is_some() { Outcome::Stored(now) } else { Outcome::Conflict(now, None) })
}

/// What a script asked for: the parts of the page that follow what is typed.
async fn seen(
    who: Member<ChangeTemplates>,
    app: &App,
    part: &Part,
    (status, state): (StatusCode, Saved),
) -> Result<Response, Refused> {
    let look = look(app, who.workspace.id, who.page.words, part).await?;
    Ok((status, show(&Seen { page: who.page, look, state })?).into_response())
}

/// Looks at what is being typed; stores nothing.
pub(super) async fn look_sent(
    who: Member<ChangeTemplates>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(edited): Posted<Edited, FORM_OCTETS_MAX>,
) -> Result<Response, Refused> {
    let stored = existing(&app, who.workspace.id, &named).await?;
    let part = edited.part(&stored);
    let state = unsaved(who.page.words, mistakes(who.page.words, &part));
    seen(who, &app, &part, (StatusCode::OK, state)).await
}

/// As it is stored, in its sample.
pub(super) async fn stored(
    who: Member<SeeTemplates>,
    State(app): State<Arc<App>>,
    named: Named,
) -> Result<Response, Refused> {
    let stored = existing(&app, who.workspace.id, &named).await?;
    let words = who.page.words;
    frame(words, sample::mail((&app, who.workspace.id), words, &stored.part).await?, (false, false))
}

/// As it is typed, in its sample.
pub(super) async fn typed(
    who: Member<ChangeTemplates>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(edited): Posted<Edited, FORM_OCTETS_MAX>,
) -> Result<Response, Refused> {
    let stored = existing(&app, who.workspace.id, &named).await?;
    let (words, part) = (who.page.words, edited.part(&stored));
    let manner = (!edited.dark.is_empty(), !edited.images.is_empty());
    frame(words, sample::mail((&app, who.workspace.id), words, &part).await?, manner)
}

/// A second step: what is deleted does not come back.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Sure {
    sure: String,
}

/// Deletes a part that nothing names.
pub(super) async fn remove_sent(
    who: Member<ChangeTemplates>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(Sure { sure }): Posted<Sure>,
) -> Result<Response, Refused> {
    let stored = existing(&app, who.workspace.id, &named).await?;
    if sure != "yes" {
        return Ok(redirect(&path(&who.workspace, stored.id)));
    }
    let uses = in_turn(&app, who.workspace.id).await?;
    if !uses.of_part(stored.part.kind, &stored.part.name).is_empty() || !uses.whole {
        return Ok(redirect(&format!("{}?told=used", path(&who.workspace, stored.id))));
    }
    let change = Change {
        action: Action::PartRemoved,
        object: Noun::TemplatePart.show(stored.id),
        before: Some(json!({ "kind": stored.part.kind.as_str(), "name": stored.part.name })),
        after: None,
    };
    who.commit(&app, part_remove_rows(who.workspace.id, stored.id), change).await?;
    Ok(redirect(&format!("{}?told=removed", parts_path(&who.workspace))))
}
