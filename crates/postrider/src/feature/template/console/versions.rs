//! Versions: which there are, what differs between two, and publishing the next.

use std::sync::Arc;

use ::console::Page as Frame;
use ::console::format::time;
use ::console::screen::key::Choice;
use ::console::screen::template::{Advice, Publish, Version as Row, Versions};
use ::console::words::{Word, Words};
use axum::extract::State;
use axum::response::Response;
use content::Source;
use content::lint::Severity;
use mail::date::rfc3339;
use serde::Deserialize;
use serde_json::json;

use super::super::admin::{Template, change_rows, version_list, version_rows, version_source};
use super::super::api::lint::{Language, Looking, languages, locales};
use super::super::api::preview::loaded;
use super::super::api::version::judged;
use super::draft::shown;
use super::editor::changed;
use super::look::Seeing;
use super::{diff, existing, language_name, list_path, notice, path};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::change::Change;
use crate::console::guard::Posted;
use crate::console::paging::{Edge, Paged};
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Member, Named, show, show_again};
use crate::feature::audit::{self, Action};
use crate::feature::person;
use crate::feature::person::permission::Permission;
use crate::feature::person::permission::need::{ChangeTemplates, SeeTemplates};
use crate::feature::template::admin::Version;
use crate::id::Noun;

/// The draft, where a version is asked for.
const DRAFT: &str = "draft";

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    from: Option<String>,
    to: Option<String>,
    after: Option<String>,
    before: Option<String>,
    told: String,
}

pub(super) async fn versions(
    who: Member<SeeTemplates>,
    State(app): State<Arc<App>>,
    named: Named,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    let template = existing(&app, who.workspace.id, &named).await?;
    show(&page(who, &app, &template, asked).await?)
}

async fn page<P>(who: Member<P>, app: &App, template: &Template, asked: Asked) -> Result<Versions, Refused> {
    let (words, here, workspace) = (who.page.words, path(&who.workspace, template.id), who.workspace.id);
    let edge = Edge { after: asked.after, before: asked.before }.page(Noun::TemplateVersion);
    let rows = version_list(&app.store, (workspace, template.id), edge).await?;
    let paged = Paged::of(edge, rows, &format!("{here}/versions?"), |one| Noun::TemplateVersion.show(one.id));
    let live = template.version.map_or_else(String::new, |number| number.to_string());
    let from = asked.from.unwrap_or(live);
    let to = asked.to.unwrap_or_else(|| DRAFT.to_owned());
    let (old, new) =
        (side(app, workspace, template, &from).await?, side(app, workspace, template, &to).await?);
    let parts = app.programs.rendering.run(workspace, move || diff::parts(words, &old, &new));
    let parts = parts.await.map_err(|_| Refused::Fault)?;
    let publish = publishing(&who, app, template).await?;
    let people = people(app, workspace, template, &paged.rows).await?;
    let row = |one: &Version| Row {
        number: one.number,
        live: template.version == Some(one.number),
        at: time::moment(words.locale, &who.zone, one.created),
        datetime: rfc3339(one.created),
        who: people
            .iter()
            .find(|(number, _)| *number == one.number)
            .map(|(_, name)| name.clone())
            .unwrap_or_default(),
        compare: format!("{here}/versions?from={}&to={DRAFT}#diff", one.number),
    };
    Ok(Versions {
        list: list_path(&who.workspace),
        name: template.name.clone(),
        key: template.key.clone(),
        notice: notice(words, &asked.told),
        may_change: who.role.may(Permission::ChangeTemplates),
        publish,
        from: choices(words, &paged.rows, &from),
        to: choices(words, &paged.rows, &to),
        compared: words.t2(
            "template-compared",
            ("from", side_name(words, &from)),
            ("to", side_name(words, &to)),
        ),
        rows: paged.rows.iter().map(row).collect(),
        before: paged.before,
        after: paged.after,
        parts,
        page: Frame { here: format!("{here}/versions"), ..who.page },
        path: here,
    })
}

/// One side of a comparison: the draft, a version, or nothing at all.
async fn side(app: &App, workspace: i64, template: &Template, asked: &str) -> Result<Source, Refused> {
    match asked {
        DRAFT => Ok(template.draft.clone()),
        "" => Ok(Source::default()),
        number => {
            let number = number.parse().map_err(|_| Refused::NotFound)?;
            let found = version_source(&app.store, (workspace, template.id), number).await?;
            found.ok_or(Refused::NotFound)
        }
    }
}

fn side_name(words: Words, side: &str) -> String {
    match side {
        DRAFT => words.t("template-draft"),
        "" => words.t("template-nothing"),
        number => words.t1("template-version-number", "number", number),
    }
}

fn choices(words: Words, rows: &[Version], chosen: &str) -> Vec<Choice> {
    let numbers = rows.iter().map(|one| one.number.to_string());
    let mut sides: Vec<String> = std::iter::once(DRAFT.to_owned()).chain(numbers).collect();
    if !sides.iter().any(|side| side == chosen) {
        sides.push(chosen.to_owned());
    }
    let choice =
        |side: String| Choice { label: side_name(words, &side), chosen: side == chosen, value: side };
    sides.into_iter().map(choice).collect()
}

/// Who published which version, as far as the audit log knows.
async fn people(
    app: &App,
    workspace: i64,
    template: &Template,
    rows: &[Version],
) -> Result<Vec<(i64, String)>, Refused> {
    let Some(since) = rows.iter().map(|row| row.created).min() else { return Ok(Vec::new()) };
    let object = Noun::Template.show(template.id);
    let about = (Action::TemplatePublished, &*object);
    let mut names: Vec<(i64, String)> = Vec::new();
    let mut people = Vec::new();
    for done in audit::done_to(&app.store, workspace, about, since).await? {
        let Some(number) = done.after["version"].as_i64() else { continue };
        let known = names.iter().find(|(id, _)| *id == done.person).map(|(_, name)| name.clone());
        let name = match known {
            Some(name) => name,
            None => {
                let name = person::name_of(&app.store, done.person).await?.unwrap_or_default();
                names.push((done.person, name.clone()));
                name
            }
        };
        people.push((number, name));
    }
    Ok(people)
}

/// What publishing would do; none for who may not, or when the draft is what is live.
async fn publishing<P>(who: &Member<P>, app: &App, template: &Template) -> Result<Option<Publish>, Refused> {
    let (words, workspace) = (who.page.words, who.workspace.id);
    if !who.role.may(Permission::ChangeTemplates) || !super::editor::differs(app, workspace, template).await?
    {
        return Ok(None);
    }
    let seeing = Seeing { words, source: &template.draft, variant: "" };
    let (blocked, advice) = match judged(app, workspace, &template.draft).await? {
        Err(problems) => {
            let advice = seeing.problems(&problems).into_iter().map(|one| Advice { place: None, ..one });
            (true, advice.collect())
        }
        Ok(compiled) => {
            let program = loaded((app, workspace), compiled).await?;
            let variables = template.draft.sample.clone();
            let looking = Looking { program, variables, marketing: None, score: false };
            let told = languages((app, workspace), &looking, locales(&template.draft)).await?;
            (false, told.languages.iter().map(|one| language(words, template, one)).collect())
        }
    };
    let about = match template.version {
        None => words.t1("template-publish-first", "key", &template.key),
        Some(live) => words.t2("template-publish-next", ("key", &template.key), ("live", live)),
    };
    let number = template.version.unwrap_or(0) + 1;
    Ok(Some(Publish { seen: shown(template.updated), number, about, blocked, advice }))
}

/// How one language of a draft does.
fn language(words: Words, template: &Template, told: &Language) -> Advice {
    let tag = if told.locale.is_empty() { &template.draft.locale } else { &told.locale };
    let title = match &*language_name(tag) {
        "" => words.t("template-default"),
        name => name.to_owned(),
    };
    let of = |class, icon, grade, text, foreign| Advice {
        class,
        icon,
        grade,
        title: title.clone(),
        text,
        foreign,
        place: None,
    };
    let Some(advice) = &told.advice else {
        let why = told.failed.clone().unwrap_or_default();
        return of("def", "triangle-alert", Word("template-look-at"), why, true);
    };
    let count =
        |wanted: &[Severity]| advice.findings.iter().filter(|one| wanted.contains(&one.severity)).count();
    match (count(&[Severity::Error]), count(&[Severity::Warning, Severity::Hint])) {
        (0, 0) => of("ok", "circle-check", Word("template-passes"), words.t("template-summary-fine"), false),
        (0, n) => of(
            "ok",
            "circle-check",
            Word("template-passes"),
            words.t1("template-summary-look", "n", n),
            false,
        ),
        (stop, n) => {
            let text = words.t2("template-summary-stop", ("stop", stop), ("n", n));
            of("bou", "circle-x", Word("template-should-not"), text, false)
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Publishing {
    seen: String,
}

/// Makes the draft the next version, if it is the one that was seen.
pub(super) async fn publish_sent(
    who: Member<ChangeTemplates>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(asked): Posted<Publishing>,
) -> Result<Response, Refused> {
    let workspace = who.workspace.id;
    let template = existing(&app, workspace, &named).await?;
    let here = format!("{}/versions", path(&who.workspace, template.id));
    if asked.seen != shown(template.updated) {
        return Ok(redirect(&format!("{here}?told=changed")));
    }
    let Ok(compiled) = judged(&app, workspace, &template.draft).await? else {
        return show_again(&page(who, &app, &template, Asked::default()).await?);
    };
    let (number, write) = version_rows((&app.mint, app.now()), (workspace, &template), &compiled);
    let change = Change {
        action: Action::TemplatePublished,
        object: Noun::Template.show(template.id),
        before: template.version.map(|live| json!({ "version": live })),
        after: Some(json!({ "version": number, "key": template.key })),
    };
    let told = if who.commit(&app, write, change).await?.is_some() { "published" } else { "changed" };
    Ok(redirect(&format!("{here}?told={told}")))
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Restored {
    version: String,
}

/// Makes a version the draft again. What is live stays until somebody publishes.
pub(super) async fn restore_sent(
    who: Member<ChangeTemplates>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(asked): Posted<Restored>,
) -> Result<Response, Refused> {
    let workspace = who.workspace.id;
    let before = existing(&app, workspace, &named).await?;
    let here = path(&who.workspace, before.id);
    let Ok(number) = asked.version.parse::<i64>() else { return Ok(redirect(&format!("{here}/versions"))) };
    let found = version_source(&app.store, (workspace, before.id), number).await?;
    let after = Template { draft: found.ok_or(Refused::NotFound)?, ..before.clone() };
    let mut change = changed(&before, &after, "");
    change.after = Some(json!({ "restored": number }));
    let write = change_rows(app.now(), workspace, &after);
    let told = if who.commit(&app, write, change).await?.is_some() { "restored" } else { "changed" };
    Ok(redirect(&format!("{here}?told={told}")))
}
