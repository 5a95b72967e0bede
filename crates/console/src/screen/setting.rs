//! Settings of a workspace, and those of the installation that hold for it.

use askama::Template;

use crate::page::Page;
use crate::words::Word;

#[derive(Template)]
#[template(path = "screen/settings.html")]
pub struct Settings {
    pub page: Page,
    pub path: String,
    /// The name in addresses and keys, which does not change.
    pub name: String,
    /// What people call it.
    pub called: String,
    pub mistake: Option<Word>,
    /// Whom mail is from; empty: what people call the workspace.
    pub sender: String,
    pub sender_mistake: Option<Word>,
    /// Where the logo is loaded from, if there is one.
    pub logo: Option<String>,
    pub logo_mistake: Option<String>,
    pub initials: String,
    pub saved: bool,
    /// Where else something is set.
    pub elsewhere: Vec<(String, Word, Word)>,
    /// Of the installation: what it is, how it is, and its name in `postrider.toml`.
    pub fixed: Vec<(Word, String, &'static str)>,
}
