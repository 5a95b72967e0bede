//! Streams: the list with what each sent lately, and one with its switches.

use askama::Template;

use super::key::Choice;
use crate::page::Page;
use crate::words::Word;

#[derive(Template)]
#[template(path = "screen/streams.html")]
pub struct Streams {
    pub page: Page,
    /// The path of the list.
    pub path: String,
    pub rows: Vec<Row>,
    pub before: Option<String>,
    pub after: Option<String>,
    pub may_change: bool,
    /// What was typed, and what is wrong with it.
    pub name: String,
    pub mistake: Option<Word>,
    pub classes: Vec<Choice>,
}

/// A line of the list.
pub struct Row {
    pub href: String,
    pub name: String,
    pub class: Word,
    /// What is tracked, in a line.
    pub tracks: String,
    pub counts: Vec<Count>,
}

/// A number with the mail that it counts.
pub struct Count {
    pub label: Word,
    pub digits: String,
    pub href: String,
}

#[derive(Template)]
#[template(path = "screen/stream.html")]
pub struct Stream {
    pub page: Page,
    pub list: String,
    pub path: String,
    pub name: String,
    pub class: Word,
    /// What its class means for its mail.
    pub about: Word,
    pub saved: bool,
    pub counts: Vec<Count>,
    pub switches: Vec<Switch>,
    pub facts: Vec<(Word, String)>,
    pub may_change: bool,
}

/// Something that is tracked, or not.
pub struct Switch {
    pub name: &'static str,
    pub label: Word,
    pub about: Word,
    pub on: bool,
}
