//! The capture mailbox: mail that was kept here instead of leaving.

use askama::Template;

use crate::page::Page;

#[derive(Template)]
#[template(path = "screen/capture.html")]
pub struct Capture {
    pub page: Page,
    /// The path of the list.
    pub path: String,
    pub query: String,
    /// Whether mail of this installation is captured by its settings.
    pub captures: bool,
    pub rows: Vec<Row>,
    pub before: Option<String>,
    pub after: Option<String>,
    pub may_empty: bool,
    /// How many were deleted just now.
    pub emptied: Option<String>,
}

/// A captured message.
pub struct Row {
    pub at: String,
    pub datetime: String,
    pub to: String,
    pub from: String,
    pub subject: String,
    /// The message's page, its preview, and the octets that the wire would have carried.
    pub href: String,
    pub preview: String,
    pub source: String,
}
