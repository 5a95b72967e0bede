//! A new template: blank, of the gallery, or of an export.

use std::sync::Arc;

use ::console::screen::template::{New, Ready};
use ::console::words::{Word, Words};
use axum::extract::State;
use axum::response::Response;
use content::{Source, Variant, gallery};
use serde::Deserialize;
use serde_json::json;

use super::super::admin::{self, New as NewTemplate};
use super::super::api::draft::{TemplateRequest, check_size, naming};
use super::{FORM_OCTETS_MAX, list_path, path};
use crate::app::App;
use crate::console::change::Change;
use crate::console::guard::Posted;
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Member, show, show_again};
use crate::feature::audit::Action;
use crate::feature::person::permission::need::ChangeTemplates;
use crate::http::error::Mistakes;
use crate::id::Noun;

/// Keys that are tried when the first is taken and nobody asked for it.
const KEYS_TRIED: usize = 9;
/// Characters of a key to which a number is added.
const KEY_STEM: usize = 56;
/// What a blank template begins with; its one text is in the words of who makes it.
const BLANK: &str = include_str!("blank.mjml");

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Typed {
    name: String,
    key: String,
    from: String,
}

/// What is wrong with a form.
#[derive(Default)]
struct Wrong {
    new: Option<String>,
    import: Option<String>,
}

pub(super) async fn new(who: Member<ChangeTemplates>) -> Result<Response, Refused> {
    show(&page(who, Typed::default(), String::new(), Wrong::default()))
}

fn page<P>(who: Member<P>, typed: Typed, import: String, wrong: Wrong) -> New {
    let list = list_path(&who.workspace);
    let locale = who.page.words.locale.tag();
    let ready = |entry: &gallery::Entry| {
        let (title, about) = words_of(entry.name);
        Ready {
            name: entry.name,
            title,
            about,
            marketing: entry.about().stream == "marketing",
            languages: entry.locales().collect(),
            preview: format!("{list}/gallery?name={}&locale={locale}", entry.name),
        }
    };
    New {
        ready: gallery::ENTRIES.iter().map(ready).collect(),
        page: who.page,
        list,
        name: typed.name,
        key: typed.key,
        from: typed.from,
        mistake: wrong.new,
        import,
        import_mistake: wrong.import,
    }
}

pub(super) async fn new_sent(
    who: Member<ChangeTemplates>,
    State(app): State<Arc<App>>,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Refused> {
    let words = who.page.words;
    let entry = gallery::find(&typed.from);
    let title = entry.map(|entry| words.word(words_of(entry.name).0)).unwrap_or_default();
    let name = if typed.name.trim().is_empty() { title } else { typed.name.trim().to_owned() };
    let asked = Some(typed.key.trim()).filter(|key| !key.is_empty());
    // Of a name in another script no key can be made.
    let nameless = !name.chars().any(|c| c.is_ascii_alphanumeric());
    let key = asked.or(entry.map(|entry| entry.name)).or(nameless.then_some("template"));
    let source = entry.map_or_else(|| blank(words, &name), gallery::Entry::source);
    let wrong = match named(words, &name, key) {
        Ok((name, key)) => match made(&who, &app, (&name, &key, asked.is_some()), &source).await? {
            Some(id) => return Ok(redirect(&format!("{}?told=made", path(&who.workspace, id)))),
            None => words.t1("template-mistake-taken", "key", key),
        },
        Err(wrong) => wrong,
    };
    show_again(&page(who, typed, String::new(), Wrong { new: Some(wrong), import: None }))
}

/// A name and a key as the API takes them, or what is wrong with them.
pub(super) fn named(words: Words, name: &str, key: Option<&str>) -> Result<(String, String), String> {
    let mut mistakes = Mistakes::default();
    let named = naming((Some(name), key), &mut mistakes);
    match mistakes.0.first() {
        None => Ok(named),
        Some(first) if first.pointer == "/name" => Err(words.t("template-mistake-name")),
        Some(_) => Err(words.t("template-mistake-key")),
    }
}

/// Makes a template; gives its id. None: the key is taken. A key that nobody asked for gets a number then.
pub(super) async fn made<P>(
    who: &Member<P>,
    app: &App,
    (name, key, asked): (&str, &str, bool),
    draft: &Source,
) -> Result<Option<i64>, Refused> {
    check_size(draft)?;
    for attempt in 1..=KEYS_TRIED {
        let stem = &key[..key.len().min(KEY_STEM)];
        let key = if attempt == 1 { key.to_owned() } else { format!("{stem}-{attempt}") };
        let new = NewTemplate { workspace: who.workspace.id, key: &key, name, draft };
        let (id, write) = admin::add_rows((&app.mint, app.now()), &new);
        let change = Change {
            action: Action::TemplateMade,
            object: Noun::Template.show(id),
            before: None,
            after: Some(json!({ "name": name, "key": key })),
        };
        if who.commit(app, write, change).await?.is_some() {
            return Ok(Some(id));
        }
        if asked {
            break;
        }
    }
    Ok(None)
}

fn blank(words: Words, name: &str) -> Source {
    let body = BLANK.replace("TEXT", &words.t("template-blank-text"));
    let main = Variant { subject: Some(name.to_owned()), mjml: Some(body), ..Variant::default() };
    Source { locale: words.locale.tag().to_owned(), main, ..Source::default() }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Import {
    text: String,
}

/// Makes a template of an export. Unlike the API's, it replaces none.
pub(super) async fn import_sent(
    who: Member<ChangeTemplates>,
    State(app): State<Arc<App>>,
    Posted(typed): Posted<Import, FORM_OCTETS_MAX>,
) -> Result<Response, Refused> {
    let words = who.page.words;
    let wrong = match TemplateRequest::read(typed.text.as_bytes()) {
        Err(error) => words.t1("template-import-mistake", "why", error.detail),
        Ok(mut request) => {
            let mut draft = Source::default();
            request.lay(&mut draft);
            match named(words, request.name.as_deref().unwrap_or_default(), request.key.as_deref()) {
                Err(wrong) => wrong,
                Ok((name, key)) => match made(&who, &app, (&name, &key, true), &draft).await? {
                    Some(id) => return Ok(redirect(&format!("{}?told=made", path(&who.workspace, id)))),
                    None => words.t1("template-mistake-taken", "key", key),
                },
            }
        }
    };
    show_again(&page(who, Typed::default(), typed.text, Wrong { new: None, import: Some(wrong) }))
}

/// Title and description of one of the gallery.
fn words_of(name: &str) -> (Word, Word) {
    match name {
        "abandoned-cart" => (Word("gallery-abandoned-cart"), Word("gallery-abandoned-cart-about")),
        "account-created" => (Word("gallery-account-created"), Word("gallery-account-created-about")),
        "activity-digest" => (Word("gallery-activity-digest"), Word("gallery-activity-digest-about")),
        "application-error" => (Word("gallery-application-error"), Word("gallery-application-error-about")),
        "holiday" => (Word("gallery-holiday"), Word("gallery-holiday-about")),
        "invoice" => (Word("gallery-invoice"), Word("gallery-invoice-about")),
        "legal-notice" => (Word("gallery-legal-notice"), Word("gallery-legal-notice-about")),
        "order-confirmation" => {
            (Word("gallery-order-confirmation"), Word("gallery-order-confirmation-about"))
        }
        "order-review" => (Word("gallery-order-review"), Word("gallery-order-review-about")),
        "password-reset" => (Word("gallery-password-reset"), Word("gallery-password-reset-about")),
        "payslip" => (Word("gallery-payslip"), Word("gallery-payslip-about")),
        "price-drop" => (Word("gallery-price-drop"), Word("gallery-price-drop-about")),
        "profile-completion" => {
            (Word("gallery-profile-completion"), Word("gallery-profile-completion-about"))
        }
        "receipt" => (Word("gallery-receipt"), Word("gallery-receipt-about")),
        "shipping" => (Word("gallery-shipping"), Word("gallery-shipping-about")),
        "sign-in-code" => (Word("gallery-sign-in-code"), Word("gallery-sign-in-code-about")),
        "statement" => (Word("gallery-statement"), Word("gallery-statement-about")),
        "suspicious-login" => (Word("gallery-suspicious-login"), Word("gallery-suspicious-login-about")),
        "welcome" => (Word("gallery-welcome"), Word("gallery-welcome-about")),
        "win-back" => (Word("gallery-win-back"), Word("gallery-win-back-about")),
        // A test sees that there is none.
        _ => (Word("gallery-other"), Word("gallery-other-about")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_of_the_gallery_has_words() {
        for entry in gallery::ENTRIES {
            assert_ne!(words_of(entry.name).0, Word("gallery-other"), "{}", entry.name);
        }
    }
}
