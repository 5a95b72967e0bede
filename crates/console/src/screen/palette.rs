//! Search and jump: what fits what was typed, in groups.

use askama::Template;

use crate::page::Page;
use crate::words::{Word, Words};

/// As a page of its own.
#[derive(Template)]
#[template(path = "screen/palette.html")]
pub struct Palette {
    pub page: Page,
    pub path: String,
    pub q: String,
    pub groups: Vec<Group>,
}

/// As a part of any page.
#[derive(Template)]
#[template(path = "screen/palette_found.html")]
pub struct Found {
    pub words: Words,
    pub groups: Vec<Group>,
}

/// Entries of a kind.
pub struct Group {
    pub label: Word,
    pub entries: Vec<Entry>,
}

/// Something to go to.
pub struct Entry {
    /// Its place among all, for who moves through them by keys.
    pub n: usize,
    pub icon: &'static str,
    pub label: String,
    pub about: String,
    pub href: String,
}
