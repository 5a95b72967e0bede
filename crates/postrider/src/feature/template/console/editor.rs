//! The editor: a draft in one language, seen while it is written, saved without overwriting anybody.

use std::sync::Arc;

use ::console::Page as Frame;
use ::console::screen::key::Choice;
use ::console::screen::overview::Status;
use ::console::screen::template::{Danger, Editor, Notice, Seen, State as Saved, Test};
use ::console::words::Word;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::super::admin::{self, Template, change_rows, template_one, version_source};
use super::super::api::draft::check_size;
use super::draft::{Edited, form};
use super::saving::{Outcome, saved, unsaved};
use super::{FORM_OCTETS_MAX, existing, language_name, languages, list_path, look, notice, path, standing};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::change::Change;
use crate::console::guard::Posted;
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Member, Named, show};
use crate::console::shell::home;
use crate::console::visit::Editing;
use crate::feature::audit::{self, Action};
use crate::feature::person;
use crate::feature::person::permission::Permission;
use crate::feature::person::permission::need::{ChangeTemplates, SeeTemplates};
use crate::id::Noun;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    locale: String,
    told: String,
    email: String,
}

/// What is shown above and beside what is stored.
#[derive(Default)]
pub(super) struct Extra {
    pub notice: Option<Notice>,
    pub state: Option<Saved>,
    /// The form as it was typed.
    pub typed: Option<Edited>,
    /// The test's form.
    pub test: Option<(String, String, Vec<String>)>,
    pub remove: Option<Word>,
}

pub(super) async fn editor(
    who: Member<SeeTemplates>,
    State(app): State<Arc<App>>,
    named: Named,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    let template = existing(&app, who.workspace.id, &named).await?;
    let mut told = notice(who.page.words, &asked.told);
    if let (Some(told), Some(email)) = (&mut told, Noun::Message.read(&asked.email)) {
        let href = format!("{}activity/{}", home(&who.workspace), Noun::Message.show(email));
        told.link = Some((href, who.page.words.t("template-told-message")));
    }
    page(who, &app, (&template, &asked.locale), Extra { notice: told, ..Extra::default() }).await
}

/// The editor's page.
pub(super) async fn page<P>(
    who: Member<P>,
    app: &App,
    (template, variant): (&Template, &str),
    extra: Extra,
) -> Result<Response, Refused> {
    let (words, path) = (who.page.words, path(&who.workspace, template.id));
    let mut draft = form(template, variant);
    let look = look::look((app, &who.workspace), words, &template.draft, &draft.variant).await?;
    if let Some(typed) = extra.typed {
        typed.restore(&mut draft);
    }
    let at_rest = Saved { seen: String::new(), ..saved(&who, app, template.updated) };
    let at_rest = Saved { status: Status { class: "non", ..at_rest.status }, ..at_rest };
    let here = match &*draft.variant {
        "" => path.clone(),
        variant => format!("{path}?locale={variant}"),
    };
    let page = Editor {
        list: list_path(&who.workspace),
        name: template.name.clone(),
        status: standing(template.version, differs(app, who.workspace.id, template).await?),
        notice: extra.notice,
        may_change: who.role.may(Permission::ChangeTemplates),
        may_send: who.role.may(Permission::SendMail),
        languages: languages(&template.draft, &path, Some(&draft.variant)),
        state: extra.state.unwrap_or(at_rest),
        look,
        test: test(&who, app, template, &draft.variant, extra.test),
        danger: Danger { key: template.key.clone(), mistake: extra.remove },
        draft,
        page: Frame { here, ..who.page },
        path,
    };
    let mut response = show(&page)?;
    response.extensions_mut().insert(Editing);
    Ok(response)
}

/// Whether the draft is not what is live.
pub(super) async fn differs(app: &App, workspace: i64, template: &Template) -> Result<bool, Refused> {
    let Some(number) = template.version else { return Ok(true) };
    let live = version_source(&app.store, (workspace, template.id), number).await?;
    Ok(live.as_ref() != Some(&template.draft))
}

/// What the test's form holds: as it was sent, or the member's own address and the workspace's first domain that may send.
fn test<P>(
    who: &Member<P>,
    app: &App,
    template: &Template,
    variant: &str,
    typed: Option<(String, String, Vec<String>)>,
) -> Test {
    let snapshot = app.directory.snapshot();
    let domain = snapshot.domains_of(who.workspace.id).find(|domain| domain.status.may_send());
    let (to, from, mistakes) = typed.unwrap_or_else(|| {
        let from = domain.map_or_else(|| who.person.email.clone(), |domain| format!("hello@{}", domain.name));
        let from = match &*who.workspace.sender {
            "" => from,
            sender => format!("\"{sender}\" <{from}>"),
        };
        (who.person.email.clone(), from, Vec::new())
    });
    let locales = std::iter::once(("", &template.draft.locale));
    let others = template.draft.locales.keys().map(|locale| (locale.as_str(), locale));
    let locale = |(value, tag): (&str, &String)| Choice {
        value: value.to_owned(),
        label: match &*language_name(tag) {
            "" => who.page.words.t("template-default"),
            name => name.to_owned(),
        },
        chosen: value == variant,
    };
    let streams = snapshot.streams(who.workspace.id).iter();
    let stream = |name: &str| Choice {
        value: name.to_owned(),
        label: name.to_owned(),
        chosen: name == "transactional",
    };
    Test {
        to,
        from,
        once: app.now().0.to_string(),
        mistakes,
        locales: locales.chain(others).map(locale).collect(),
        streams: streams.map(|one| stream(&one.name)).collect(),
    }
}

pub(super) async fn save_sent(
    who: Member<ChangeTemplates>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(edited): Posted<Edited, FORM_OCTETS_MAX>,
) -> Result<Response, Refused> {
    let stored = existing(&app, who.workspace.id, &named).await?;
    let mut template = stored.clone();
    let outcome = save(&who, &app, (stored, &mut template), &edited).await?;
    let state = outcome.state(&who, &app, |one| one.updated);
    if edited.part == "save" {
        return seen(who, &app, (&template, &edited), (outcome.status(), state)).await;
    }
    if let Outcome::Stored(stored) = &outcome {
        let path = path(&who.workspace, stored.id);
        return Ok(redirect(&format!("{path}?locale={}&told=saved", edited.variant)));
    }
    let variant = edited.variant.clone();
    let extra = Extra { state: Some(state), typed: Some(edited), ..Extra::default() };
    let page = page(who, &app, (&template, &variant), extra).await?;
    Ok((outcome.status(), page).into_response())
}

async fn save(
    who: &Member<ChangeTemplates>,
    app: &App,
    (stored, template): (Template, &mut Template),
    edited: &Edited,
) -> Result<Outcome<Template>, Refused> {
    let current = edited.is_about(&stored) && edited.is_of(&stored.draft);
    let mistakes = edited.lay(who.page.words, template);
    if !current {
        return conflict(who, app, stored).await;
    }
    if !mistakes.is_empty() {
        return Ok(Outcome::Mistaken(mistakes));
    }
    if check_size(&template.draft).is_err() {
        return Ok(Outcome::Mistaken(vec![who.page.words.t("template-mistake-long")]));
    }
    if template.key != stored.key {
        let wanted = admin::Named { id: 0, key: template.key.clone() };
        if template_one(&app.store, who.workspace.id, &wanted).await?.is_some() {
            let taken = who.page.words.t1("template-mistake-taken", "key", &template.key);
            return Ok(Outcome::Mistaken(vec![taken]));
        }
    }
    if (&template.name, &template.key, &template.draft) == (&stored.name, &stored.key, &stored.draft) {
        return Ok(Outcome::Stored(stored));
    }
    let change = changed(&stored, template, &edited.variant);
    let write = change_rows(app.now(), who.workspace.id, template);
    let again = admin::Named { id: stored.id, key: String::new() };
    let committed = who.commit(app, write, change).await?;
    let now = template_one(&app.store, who.workspace.id, &again).await?.ok_or(Refused::NotFound)?;
    match committed {
        Some(_) => Ok(Outcome::Stored(now)),
        None => conflict(who, app, now).await,
    }
}

async fn conflict(
    who: &Member<ChangeTemplates>,
    app: &App,
    stored: Template,
) -> Result<Outcome<Template>, Refused> {
    let object = Noun::Template.show(stored.id);
    let about = (Action::TemplateChanged, &*object);
    let done = audit::done_to(&app.store, who.workspace.id, about, stored.updated).await?;
    let name = match done.first() {
        Some(done) => person::name_of(&app.store, done.person).await?,
        None => None,
    };
    Ok(Outcome::Conflict(stored, name))
}

/// The line of the audit log for a changed draft.
pub(super) fn changed(before: &Template, after: &Template, variant: &str) -> Change {
    Change {
        action: Action::TemplateChanged,
        object: Noun::Template.show(after.id),
        before: Some(json!({ "name": before.name, "key": before.key })),
        after: Some(json!({ "name": after.name, "key": after.key, "language": variant })),
    }
}

/// What a script asked for: the parts of the page that follow what is typed.
async fn seen(
    who: Member<ChangeTemplates>,
    app: &App,
    (template, edited): (&Template, &Edited),
    (status, state): (StatusCode, Saved),
) -> Result<Response, Refused> {
    let words = who.page.words;
    let look = look::look((app, &who.workspace), words, &template.draft, &edited.variant).await?;
    Ok((status, show(&Seen { page: who.page, look, state })?).into_response())
}

/// Looks at what is being typed; stores nothing.
pub(super) async fn look_sent(
    who: Member<ChangeTemplates>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(edited): Posted<Edited, FORM_OCTETS_MAX>,
) -> Result<Response, Refused> {
    let mut template = existing(&app, who.workspace.id, &named).await?;
    let mistakes = edited.lay(who.page.words, &mut template);
    let state = unsaved(who.page.words, mistakes);
    seen(who, &app, (&template, &edited), (StatusCode::OK, state)).await
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Languages {
    add: String,
    remove: String,
}

/// Adds a language, with nothing of its own yet, or takes one out of the draft.
pub(super) async fn languages_sent(
    who: Member<ChangeTemplates>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(asked): Posted<Languages>,
) -> Result<Response, Refused> {
    let before = existing(&app, who.workspace.id, &named).await?;
    let (mut after, path) = (before.clone(), path(&who.workspace, before.id));
    let add = asked.add.trim().replace('_', "-");
    let group = |group: &str| {
        (1..=8).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let onward = if after.draft.locales.remove(&asked.remove).is_some() {
        path.clone()
    } else if add.len() <= 35 && add.split('-').all(group) && add != after.draft.locale {
        after.draft.locales.entry(add.clone()).or_default();
        format!("{path}?locale={add}")
    } else {
        return Ok(redirect(&format!("{path}?told=language")));
    };
    if after.draft == before.draft {
        return Ok(redirect(&onward));
    }
    let write = change_rows(app.now(), who.workspace.id, &after);
    match who.commit(&app, write, changed(&before, &after, &add)).await? {
        Some(_) => Ok(redirect(&onward)),
        None => Ok(redirect(&format!("{path}?told=changed"))),
    }
}
