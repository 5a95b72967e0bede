//! A page that says why there is none: what happened, and what to do.

use askama::Template;

use crate::page::Page;
use crate::words::Word;

/// What stands on it.
#[derive(Template)]
#[template(path = "screen/refusal.html")]
pub struct Refusal {
    pub page: Page,
    pub title: Word,
    pub text: String,
    /// Who can help: the names of those who may.
    pub helpers: Vec<String>,
    /// For the log; none where nothing failed.
    pub request_id: Option<String>,
    /// Where to go on.
    pub onward: String,
}
