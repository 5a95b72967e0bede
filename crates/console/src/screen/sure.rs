//! What cannot be undone, asked once more, with how much of it there is.

use askama::Template;

use crate::page::Page;
use crate::words::Word;

#[derive(Template)]
#[template(path = "screen/sure.html")]
pub struct Sure {
    pub page: Page,
    pub title: String,
    pub text: String,
    /// What the first of them are called, and what is said of all the others.
    pub names: Vec<String>,
    pub notes: Vec<String>,
    /// What must be typed before it is done.
    pub typed: Option<Typed>,
    /// Where it is sent, with these names and values beside `sure`.
    pub action: String,
    pub fields: Vec<(&'static str, String)>,
    pub label: String,
    /// Whether there is anything to do it to.
    pub possible: bool,
    pub back: String,
}

/// A field into which the number is typed.
pub struct Typed {
    pub label: String,
    pub mistake: Option<Word>,
}
