//! Templates: the list, a new one, the editor with what it sees, versions and what differs between them.

use askama::Template;

use super::key::Choice;
use super::overview::Status;
use crate::page::Page;
use crate::words::{Word, Words};

/// The list.
#[derive(Template)]
#[template(path = "screen/templates.html")]
pub struct Templates {
    pub page: Page,
    /// The path of the list.
    pub path: String,
    pub notice: Option<Notice>,
    pub rows: Vec<Row>,
    pub before: Option<String>,
    pub after: Option<String>,
    pub may_change: bool,
}

/// A line of the list.
pub struct Row {
    pub id: String,
    pub href: String,
    pub name: String,
    /// By this name programs ask for it.
    pub key: String,
    pub status: Status,
    /// Which version is live, and since when.
    pub live: String,
    pub languages: Vec<Language>,
    pub changed: String,
    pub datetime: String,
}

/// A language of a template.
pub struct Language {
    pub tag: String,
    /// Its name, where it is known.
    pub name: String,
    /// Whether it has every text that the default language has.
    pub complete: bool,
    pub href: String,
    pub here: bool,
}

/// What came of something, with a way on.
pub struct Notice {
    pub status: Status,
    pub text: String,
    pub link: Option<(String, String)>,
}

/// A new template.
#[derive(Template)]
#[template(path = "screen/template_new.html")]
pub struct New {
    pub page: Page,
    pub list: String,
    pub name: String,
    pub key: String,
    /// The ready template that was chosen; empty: none.
    pub from: String,
    pub mistake: Option<String>,
    pub import: String,
    pub import_mistake: Option<String>,
    pub ready: Vec<Ready>,
}

/// A template of the gallery.
pub struct Ready {
    pub name: &'static str,
    pub title: Word,
    pub about: Word,
    pub marketing: bool,
    pub languages: Vec<&'static str>,
    /// Where its looks are served.
    pub preview: String,
}

/// The editor of a template's draft in one language.
#[derive(Template)]
#[template(path = "screen/template.html")]
pub struct Editor {
    pub page: Page,
    pub list: String,
    pub path: String,
    pub name: String,
    pub status: Status,
    pub notice: Option<Notice>,
    pub may_change: bool,
    pub may_send: bool,
    pub languages: Vec<Language>,
    pub draft: Draft,
    pub state: State,
    pub look: Look,
    pub test: Test,
    pub danger: Danger,
}

/// What the form holds.
pub struct Draft {
    /// When the draft that it began with was stored.
    pub seen: String,
    /// The variant: a locale, or empty for the default.
    pub variant: String,
    /// A name for it, for headings.
    pub variant_name: String,
    pub is_default: bool,
    pub name: String,
    pub key: String,
    /// The default's locale.
    pub locale: String,
    pub subject: String,
    pub preheader: String,
    pub mjml: bool,
    pub body: String,
    pub text: String,
    /// What is taken where this language has nothing of its own.
    pub subject_else: String,
    pub preheader_else: String,
    pub strings: Vec<Text>,
    pub sample: String,
    pub schema: String,
    pub theme: String,
}

/// A text that bodies name.
pub struct Text {
    pub name: String,
    pub value: String,
    /// In the default language; empty in it.
    pub original: String,
}

/// What was seen of a draft; as a fragment, the parts of the page that follow what is typed.
#[derive(Template)]
#[template(path = "screen/template_look.html")]
pub struct Seen {
    pub page: Page,
    pub look: Look,
    pub state: State,
}

/// What became of saving: the line beside the button.
pub struct State {
    pub status: Status,
    pub text: String,
    /// The new moment of the draft; empty where nothing was stored.
    pub seen: String,
    /// What would be saved over, after a conflict.
    pub over: Option<String>,
    pub mistakes: Vec<String>,
}

/// A mail made of a draft, and what is to be said of it.
pub struct Look {
    /// Whether there is a mail.
    pub made: bool,
    pub subject: String,
    pub preheader: String,
    pub from: String,
    pub initials: String,
    /// The plain text; none when the mail has none.
    pub text: Option<String>,
    pub summary: String,
    pub advice: Vec<Advice>,
}

/// One thing to be said.
pub struct Advice {
    pub class: &'static str,
    pub icon: &'static str,
    /// Its grade, for who does not see the icon.
    pub grade: Word,
    pub title: String,
    pub text: String,
    /// In English, as the engine said it.
    pub foreign: bool,
    pub place: Option<Place>,
}

/// Where something stands in the form.
pub struct Place {
    /// The field's name.
    pub field: &'static str,
    /// From 1; 0: the whole field.
    pub line: usize,
    pub label: String,
}

/// To whom and as whom a test is sent.
pub struct Test {
    pub to: String,
    pub from: String,
    /// When the form was made: what is sent twice from it is one message.
    pub once: String,
    pub locales: Vec<Choice>,
    pub streams: Vec<Choice>,
    pub mistakes: Vec<String>,
}

/// What cannot be undone.
pub struct Danger {
    pub key: String,
    pub mistake: Option<Word>,
}

/// Versions, what differs between two of them, and publishing.
#[derive(Template)]
#[template(path = "screen/template_versions.html")]
pub struct Versions {
    pub page: Page,
    pub list: String,
    pub path: String,
    pub name: String,
    pub key: String,
    pub notice: Option<Notice>,
    pub may_change: bool,
    pub publish: Option<Publish>,
    pub rows: Vec<Version>,
    pub before: Option<String>,
    pub after: Option<String>,
    pub from: Vec<Choice>,
    pub to: Vec<Choice>,
    /// What is compared, in words.
    pub compared: String,
    pub parts: Vec<Part>,
}

/// What publishing will do, or why it cannot.
pub struct Publish {
    pub seen: String,
    pub number: i64,
    pub about: String,
    pub blocked: bool,
    pub advice: Vec<Advice>,
}

/// A published version.
pub struct Version {
    pub number: i64,
    pub live: bool,
    pub at: String,
    pub datetime: String,
    /// Empty where that is not known.
    pub who: String,
    pub compare: String,
}

/// A part in which two versions differ.
pub struct Part {
    pub title: String,
    /// Whether it is short enough to be read at once.
    pub open: bool,
    pub hunks: Vec<Vec<Line>>,
}

/// A line of a difference.
pub struct Line {
    /// `gone`, `new` or nothing.
    pub class: &'static str,
    pub sign: &'static str,
    pub old: String,
    pub new: String,
    pub text: String,
}

/// In a frame, where there is no HTML: why, or the text.
#[derive(Template)]
#[template(path = "screen/template_unseen.html")]
pub struct Unseen {
    pub words: Words,
    pub lines: Vec<String>,
    pub text: String,
}
