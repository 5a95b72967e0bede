//! A message for who has no account: what became of it.

use askama::Template;

use super::message::{Recipient, Timeline, Verdict};
use crate::page::{Brand, Page};

#[derive(Template)]
#[template(path = "screen/shared.html")]
pub struct Shared {
    pub page: Page,
    /// Whose mail it is.
    pub brand: Brand,
    pub subject: String,
    pub verdict: Verdict,
    pub recipients: Vec<Recipient>,
    pub timeline: Timeline,
    /// When the page ends.
    pub until: String,
    pub zone: String,
}
