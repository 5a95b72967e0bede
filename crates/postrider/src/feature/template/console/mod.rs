//! Templates in the console: written, seen, published, sent as a test.
//!
//! Guarantees
//! 1. What is compiled, rendered, advised and published goes through the API's functions: what the editor shows is what is sent.
//! 2. A template's output leaves only as [`Sandboxed`](crate::console::visit::Sandboxed), or as text that the page escapes.
//! 3. Nothing that somebody typed is lost to a mistake or to another's change: it is shown again, and nothing is stored.
//! 4. Only `publish` changes what applications send.

mod act;
mod chosen;
mod diff;
mod draft;
mod editor;
mod lint_words;
mod list;
mod look;
mod new;
mod part;
#[cfg(test)]
mod part_story;
mod preview;
mod saving;
#[cfg(test)]
mod story;
mod versions;

use ::console::screen::overview::Status;
use ::console::screen::template::{Language, Notice};
use ::console::words::{Word, Words};
use content::{Source, Variant};

use super::admin::{Named as Wanted, Template, template_one};
use crate::app::App;
use crate::console::refusal::Refused;
use crate::console::screen::{Named, Screen, Section};
use crate::feature::access::Workspace;
use crate::id::Noun;

/// Octets of a template's form at most. Reason: a language's parts of the longest template, as a form encodes them.
pub(super) const FORM_OCTETS_MAX: usize = 3 << 20;

/// This slice's screens.
#[must_use]
pub fn screens() -> Vec<Screen> {
    let list = Screen::page("/w/{workspace}/templates", list::list);
    let mut screens = vec![
        list.at(Section::Writing, "file-code", Word("templates")),
        Screen::form("/w/{workspace}/templates", new::new_sent),
        Screen::page("/w/{workspace}/templates.csv", list::csv),
        Screen::form("/w/{workspace}/templates/chosen", chosen::sent),
        Screen::page("/w/{workspace}/templates/new", new::new),
        Screen::form("/w/{workspace}/templates/import", new::import_sent),
        Screen::page("/w/{workspace}/templates/gallery", preview::ready),
        Screen::page("/w/{workspace}/templates/{id}", editor::editor),
        Screen::form("/w/{workspace}/templates/{id}", editor::save_sent),
        Screen::form("/w/{workspace}/templates/{id}/look", editor::look_sent),
        Screen::form("/w/{workspace}/templates/{id}/languages", editor::languages_sent),
        Screen::page("/w/{workspace}/templates/{id}/preview", preview::stored),
        Screen::form("/w/{workspace}/templates/{id}/preview", preview::typed),
        Screen::page("/w/{workspace}/templates/{id}/versions", versions::versions),
        Screen::form("/w/{workspace}/templates/{id}/publish", versions::publish_sent),
        Screen::form("/w/{workspace}/templates/{id}/restore", versions::restore_sent),
        Screen::form("/w/{workspace}/templates/{id}/test", act::test_sent),
        Screen::form("/w/{workspace}/templates/{id}/duplicate", act::duplicate_sent),
        Screen::form("/w/{workspace}/templates/{id}/remove", act::remove_sent),
        Screen::page("/w/{workspace}/templates/{id}/export", act::export),
    ];
    screens.extend(part::screens());
    screens
}

fn list_path(workspace: &Workspace) -> String {
    format!("/w/{}/templates", workspace.name)
}

fn path(workspace: &Workspace, id: i64) -> String {
    format!("{}/{}", list_path(workspace), Noun::Template.show(id))
}

/// The template that a path names, if it is the workspace's.
async fn existing(app: &App, workspace: i64, named: &Named) -> Result<Template, Refused> {
    let wanted = Wanted { id: named.id(Noun::Template)?, key: String::new() };
    template_one(&app.store, workspace, &wanted).await?.ok_or(Refused::NotFound)
}

/// A language's name in itself, where it is known.
fn language_name(tag: &str) -> String {
    let known = [
        ("en", "English"),
        ("es", "Español"),
        ("pt-BR", "Português (Brasil)"),
        ("pt", "Português"),
        ("zh-CN", "简体中文"),
        ("zh", "中文"),
        ("fr", "Français"),
        ("de", "Deutsch"),
        ("it", "Italiano"),
        ("ja", "日本語"),
        ("ko", "한국어"),
        ("nl", "Nederlands"),
    ];
    let found = known.iter().find(|(known, _)| known.eq_ignore_ascii_case(tag));
    found.map_or_else(|| tag.to_owned(), |(_, name)| (*name).to_owned())
}

/// Whether a language has its own subject, and its own words wherever the default has some.
fn complete(variant: &Variant, main: &Variant) -> bool {
    let words = variant.body().is_some()
        || variant.text.is_some()
        || !main.strings.is_empty() && main.strings.keys().all(|name| variant.strings.contains_key(name));
    words && (variant.subject.is_some() || main.subject.is_none())
}

/// The default, then the others. `here` is the one that is shown, if one is.
fn languages(source: &Source, path: &str, here: Option<&str>) -> Vec<Language> {
    let language = |variant: &str, tag: &str, complete| Language {
        tag: tag.to_owned(),
        name: language_name(tag),
        complete,
        href: if variant.is_empty() { path.to_owned() } else { format!("{path}?locale={variant}") },
        here: here == Some(variant),
    };
    let others = source.locales.iter();
    let others = others.map(|(tag, variant)| language(tag, tag, complete(variant, &source.main)));
    std::iter::once(language("", &source.locale, true)).chain(others).collect()
}

/// How a template stands: published or not, and whether the draft is what was published.
fn standing(version: Option<i64>, differs: bool) -> Status {
    match (version, differs) {
        (None, _) => Status { class: "non", icon: "circle-dashed", word: Word("template-draft-only") },
        (Some(_), true) => Status { class: "def", icon: "pencil", word: Word("template-draft-differs") },
        (Some(_), false) => Status { class: "ok", icon: "circle-check", word: Word("template-live-same") },
    }
}

/// What came of a form, as the address says.
fn notice(words: Words, told: &str) -> Option<Notice> {
    let (good, word) = match told {
        "saved" => (true, Word("template-told-saved")),
        "made" => (true, Word("template-told-made")),
        "copied" => (true, Word("template-told-copied")),
        "published" => (true, Word("template-told-published")),
        "restored" => (true, Word("template-told-restored")),
        "tested" => (true, Word("template-told-tested")),
        "removed" => (true, Word("template-told-removed")),
        "changed" => (false, Word("template-told-changed")),
        "language" => (false, Word("template-told-language")),
        _ => return None,
    };
    let (class, icon) = if good { ("ok", "circle-check") } else { ("def", "triangle-alert") };
    Some(Notice { status: Status { class, icon, word }, text: words.word(word), link: None })
}
