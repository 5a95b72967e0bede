//! What a live page is told: parts of itself, to be put in their places.

use askama::Template;

use super::activity::Row;
use super::overview::{Recent, Tile};
use crate::words::Words;

/// For Overview.
#[derive(Template)]
#[template(path = "screen/live_overview.html")]
pub struct OfOverview {
    pub words: Words,
    /// Empty when they are as they were.
    pub tiles: Vec<Tile>,
    pub rows: Vec<Recent>,
    pub note: String,
}

/// For Activity.
#[derive(Template)]
#[template(path = "screen/live_activity.html")]
pub struct OfActivity {
    pub words: Words,
    pub rows: Vec<Row>,
    pub note: String,
}

/// Only a sentence.
#[derive(Template)]
#[template(path = "screen/live_note.html")]
pub struct Note {
    pub note: String,
}
