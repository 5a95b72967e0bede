//! The audit log: who changed what, read only.

use askama::Template;

use super::activity::Choice;
use crate::page::Page;

#[derive(Template)]
#[template(path = "screen/audit.html")]
pub struct Audit {
    pub page: Page,
    /// The path of the list.
    pub path: String,
    pub rows: Vec<Row>,
    pub before: Option<String>,
    pub after: Option<String>,
    pub people: Vec<Choice>,
    pub actions: Vec<Choice>,
    /// Whether a filter is set.
    pub narrowed: bool,
    /// The same lines as a table to keep.
    pub csv: String,
}

/// A line of the log.
pub struct Row {
    pub datetime: String,
    pub when: String,
    pub person: String,
    pub action: String,
    pub object: String,
    /// Where the object is seen, if it has a page.
    pub href: Option<String>,
    pub changes: Vec<Change>,
    pub address: String,
}

/// What one field was, and became.
pub struct Change {
    pub field: String,
    pub before: Option<String>,
    pub after: Option<String>,
}
