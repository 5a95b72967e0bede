//! Layouts, partials and themes: the list with a form for a new one, and the editor.

use askama::Template;

use super::template::{Look, Notice, State};
use crate::page::Page;
use crate::words::Word;

/// The list.
#[derive(Template)]
#[template(path = "screen/parts.html")]
pub struct Parts {
    pub page: Page,
    /// The path of the list.
    pub path: String,
    /// The path of the templates.
    pub templates: String,
    pub notice: Option<Notice>,
    pub may_change: bool,
    pub rows: Vec<Row>,
    pub before: Option<String>,
    pub after: Option<String>,
    /// The form of a new one, as it was typed.
    pub name: String,
    pub mistake: Option<String>,
    pub kinds: Vec<Kind>,
}

/// A part of the list.
pub struct Row {
    pub href: String,
    pub name: String,
    pub kind: Word,
    /// How many use it, in words.
    pub used: String,
    /// Who uses it: address and name.
    pub users: Vec<(String, String)>,
    pub changed: String,
    pub datetime: String,
}

/// What a new one may be.
pub struct Kind {
    pub value: &'static str,
    pub label: Word,
    pub about: String,
    pub chosen: bool,
}

/// The editor.
#[derive(Template)]
#[template(path = "screen/part.html")]
pub struct Editor {
    pub page: Page,
    /// The path of the list.
    pub list: String,
    pub templates: String,
    pub path: String,
    pub kind: Word,
    /// What it is for, and how a template names it.
    pub about: String,
    pub notice: Option<Notice>,
    pub may_change: bool,
    pub used: String,
    pub users: Vec<(String, String)>,
    /// Whether nothing names it, for certain.
    pub free: bool,
    /// When what the form began with was stored.
    pub seen: String,
    pub name: String,
    pub body: String,
    /// Whether it is JSON.
    pub json: bool,
    pub state: State,
    pub look: Look,
}
