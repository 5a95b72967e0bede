//! What cannot be undone, asked once more, with how much of it there is.

use askama::Template;

use crate::page::Page;

#[derive(Template)]
#[template(path = "screen/sure.html")]
pub struct Sure {
    pub page: Page,
    pub title: String,
    pub text: String,
    /// What the first of them are called, and what is said of all the others.
    pub names: Vec<String>,
    pub note: Option<String>,
    /// Where it is sent, with these names and values beside `sure`.
    pub action: String,
    pub fields: Vec<(&'static str, String)>,
    pub label: String,
    /// Whether there is anything to do it to.
    pub possible: bool,
    pub back: String,
}
