//! A message for who has no account: what became of it.

use askama::Template;

use super::message::{Recipient, Timeline, Verdict};
use crate::page::Page;

#[derive(Template)]
#[template(path = "screen/shared.html")]
pub struct Shared {
    pub page: Page,
    pub subject: String,
    pub verdict: Verdict,
    pub recipients: Vec<Recipient>,
    pub timeline: Timeline,
    /// When the page ends.
    pub until: String,
    pub zone: String,
}
