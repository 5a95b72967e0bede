//! Images that mail shows: the list, and what the editor offers to insert.

use askama::Template;

use super::template::Notice;
use crate::page::Page;
use crate::words::Words;

/// The list.
#[derive(Template)]
#[template(path = "screen/images.html")]
pub struct Images {
    pub page: Page,
    /// The path of the list.
    pub path: String,
    /// The path of the templates.
    pub templates: String,
    pub notice: Option<Notice>,
    pub mistake: Option<String>,
    pub may_change: bool,
    /// What may be uploaded.
    pub limits: String,
    pub rows: Vec<Row>,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// An image of the list.
pub struct Row {
    /// Its own path, for what is done with it.
    pub path: String,
    pub name: String,
    /// Where this page loads it from.
    pub src: String,
    /// Where mail loads it from.
    pub url: String,
    /// Pixels.
    pub width: i64,
    pub height: i64,
    pub size: String,
    pub added: String,
    pub datetime: String,
    /// How many use it, in words.
    pub used: String,
    /// Who uses it: address and name.
    pub users: Vec<(String, String)>,
    /// What deleting it does.
    pub warning: String,
    /// Whether it can be deleted at all.
    pub fixed: bool,
}

/// As a part of the editor's page: images to insert.
#[derive(Template)]
#[template(path = "screen/image_picks.html")]
pub struct Picks {
    pub words: Words,
    /// The path of the list.
    pub path: String,
    pub mistake: Option<String>,
    /// The one that was just uploaded.
    pub made: Option<Pick>,
    pub picks: Vec<Pick>,
    /// Whether there are more than are shown.
    pub more: bool,
}

/// An image to insert.
pub struct Pick {
    pub name: String,
    pub src: String,
    pub url: String,
    pub width: i64,
    pub height: i64,
    pub size: String,
}
