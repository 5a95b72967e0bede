//! What is done with a template beside writing it: a test, a copy, an export, its end.
//!
//! Guarantee: a test is an email as any other, through the one accept path, with who asked for it in the same transaction; one, where
//! its form is sent twice.

use std::sync::Arc;

use ::console::words::{Word, Words};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use store::{Committed, StoreError, Write};

use super::super::admin::{Listed, Template, remove_rows};
use super::super::api::gallery::Exported;
use super::editor::{self, Extra};
use super::look::{Unmade, mail};
use super::new::{made, named as naming};
use super::{existing, list_path, path};
use crate::app::App;
use crate::console::change::Change;
use crate::console::guard::{Nothing, Posted};
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Member, Named};
use crate::feature::audit::Action;
use crate::feature::person::permission::need::{ChangeTemplates, SeeTemplates, SendMail};
use crate::feature::sending::api::request::EmailRequest;
use crate::feature::sending::api::send::judged_alone;
use crate::feature::sending::idempotency::accept_once;
use crate::feature::sending::{Origin, Sender};
use crate::http::error::{ApiError, Name};
use crate::id::Noun;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Test {
    to: String,
    from: String,
    locale: String,
    stream: String,
    /// When its page was made.
    once: String,
}

/// Sends the draft as it is stored, made with its test data.
pub(super) async fn test_sent(
    who: Member<SendMail>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(test): Posted<Test>,
) -> Result<Response, Refused> {
    let template = existing(&app, who.workspace.id, &named).await?;
    match send(&who, &app, &template, &test).await? {
        Ok(message) => {
            let (here, email) = (path(&who.workspace, template.id), Noun::Message.show(message));
            Ok(redirect(&format!("{here}?locale={}&told=tested&email={email}", test.locale_of(&template))))
        }
        Err(mistakes) => {
            let extra = Extra { test: Some((test.to, test.from, mistakes)), ..Extra::default() };
            let page = editor::page(who, &app, (&template, &test.locale), extra).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

impl Test {
    /// Under which it is sent once: another draft, recipient or language is another test.
    fn key(&self, workspace: i64, template: &Template) -> String {
        let Test { to, from, locale, stream, once } = self;
        let (id, draft) = (template.id, template.updated.0);
        format!("test\n{workspace}\n{id}\n{draft}\n{locale}\n{stream}\n{from}\n{to}\n{once}")
    }

    /// The language, if the template has it; else the default.
    fn locale_of<'t>(&self, template: &'t Template) -> &'t str {
        template.draft.locales.get_key_value(&self.locale).map_or("", |(locale, _)| locale)
    }
}

/// Hands the test over; gives the message's id, or what is wrong.
async fn send(
    who: &Member<SendMail>,
    app: &Arc<App>,
    template: &Template,
    test: &Test,
) -> Result<Result<i64, Vec<String>>, Refused> {
    let (words, workspace, draft) = (who.page.words, who.workspace.id, &template.draft);
    let locale = test.locale_of(template);
    let made = mail((app, workspace), draft, locale, draft.sample.clone()).await?;
    let rendered = match made {
        Ok(rendered) => rendered,
        Err(Unmade::Source(problems)) => return Ok(Err(problems.iter().map(ToString::to_string).collect())),
        Err(Unmade::Data(failure)) => return Ok(Err(vec![failure.to_string()])),
    };
    let mut request = EmailRequest::between(test.from.trim(), test.to.trim());
    request.subject = Some(rendered.subject.unwrap_or_default());
    request.html = rendered.html;
    // As for a template that is sent: one without a text has none on purpose.
    request.text = Some(rendered.text.unwrap_or_default());
    request.stream = Some(test.stream.clone()).filter(|stream| !stream.is_empty());
    let (now, sender) = (app.now(), Sender { workspace, origin: Origin::Api, key: None });
    let examined = match judged_alone(app, now, &sender, request) {
        Ok(examined) => examined,
        Err(error) => return refused(words, error).map(Err),
    };
    let message = examined.message();
    let change = Change {
        action: Action::TemplateTested,
        object: Noun::Template.show(template.id),
        before: None,
        after: Some(json!({ "email": Noun::Message.show(message), "to": test.to.trim() })),
    };
    let mut write = Write::default();
    who.note(app, &mut write, change);
    match accept_once(app, now, write, examined, &test.key(workspace, template)).await {
        Ok(message) => Ok(Ok(message)),
        Err(refusal) => refused(words, refusal.into()).map(Err),
    }
}

/// What a person can mend, in their words; all else is a refusal.
fn refused(words: Words, error: ApiError) -> Result<Vec<String>, Refused> {
    match error.name {
        Name::ServiceUnavailable | Name::InternalServerError => Err(error.into()),
        Name::DomainNotVerified => Ok(vec![words.t("template-test-domain")]),
        _ if error.errors.is_empty() => Ok(vec![words.t1("template-test-refused", "why", error.detail)]),
        _ => {
            let told = |pointer: &str, message: String| match pointer {
                "/to" => words.t("template-test-to-wrong"),
                "/from" => words.t("template-test-from-wrong"),
                _ => words.t1("template-test-refused", "why", message),
            };
            Ok(error.errors.into_iter().map(|one| told(&one.pointer, one.message)).collect())
        }
    }
}

/// A template with the same draft, not published.
pub(super) async fn duplicate_sent(
    who: Member<ChangeTemplates>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Refused> {
    let template = existing(&app, who.workspace.id, &named).await?;
    let name = who.page.words.t1("template-copy-of", "name", &template.name);
    let key = format!("{}-copy", &template.key[..template.key.len().min(50)]);
    // A name of the greatest length has no room for more.
    let (name, key) = naming(who.page.words, &name, Some(&key)).unwrap_or((template.name.clone(), key));
    match made(&who, &app, (&name, &key, false), &template.draft).await? {
        Some(id) => Ok(redirect(&format!("{}?told=copied", path(&who.workspace, id)))),
        None => Ok(redirect(&path(&who.workspace, template.id))),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Typed {
    typed: String,
}

/// Removes a template with its versions, once its key is typed.
pub(super) async fn remove_sent(
    who: Member<ChangeTemplates>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(sure): Posted<Typed>,
) -> Result<Response, Refused> {
    let template = existing(&app, who.workspace.id, &named).await?;
    if sure.typed.trim() != template.key {
        let extra = Extra { remove: Some(Word("template-mistake-typed")), ..Extra::default() };
        let page = editor::page(who, &app, (&template, ""), extra).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let Template { id, key, name, version, created, updated, .. } = template;
    removed(&who, &app, &Listed { id, key, name, version, created, updated }).await?;
    Ok(redirect(&format!("{}?told=removed", list_path(&who.workspace))))
}

/// Removes a template; none when it is gone already.
pub(super) async fn removed(
    who: &Member<ChangeTemplates>,
    app: &App,
    template: &Listed,
) -> Result<Option<Committed>, StoreError> {
    let change = Change {
        action: Action::TemplateRemoved,
        object: Noun::Template.show(template.id),
        before: Some(json!({ "name": template.name, "key": template.key, "version": template.version })),
        after: None,
    };
    who.commit(app, remove_rows(who.workspace.id, template.id), change).await
}

/// The draft as a file, as the API gives it.
pub(super) async fn export(
    who: Member<SeeTemplates>,
    State(app): State<Arc<App>>,
    named: Named,
) -> Result<Response, Refused> {
    let template = existing(&app, who.workspace.id, &named).await?;
    let name = format!("attachment; filename=\"{}.json\"", template.key);
    let body = serde_json::to_string_pretty(&Exported::of(template)).map_err(|_| Refused::Fault)?;
    let headers =
        [(header::CONTENT_TYPE, "application/json".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, body).into_response())
}
