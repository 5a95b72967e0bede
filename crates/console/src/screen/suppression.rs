//! Suppressions: who may not be mailed, why, and who may be again.

use askama::Template;

use super::key::Choice;
use super::overview::Status;
use crate::page::Page;

#[derive(Template)]
#[template(path = "screen/suppressions.html")]
pub struct Suppressions {
    pub page: Page,
    /// The path of the list.
    pub path: String,
    /// What is looked for, and for which reason only.
    pub query: String,
    pub reasons: Vec<Choice>,
    /// Whether anything is looked for.
    pub narrowed: bool,
    pub rows: Vec<Row>,
    pub before: Option<String>,
    pub after: Option<String>,
    /// The same as a file.
    pub csv: String,
    /// The same of what is looked for, as a form's fields.
    pub filter: Vec<(&'static str, String)>,
    pub may_change: bool,
    /// What was typed, and what is wrong with it.
    pub emails: String,
    pub mistake: Option<String>,
    pub scopes: Vec<Choice>,
}

/// A line of the list.
pub struct Row {
    pub id: String,
    pub address: String,
    pub reason: Status,
    pub scope: String,
    /// What the recipient's server said.
    pub evidence: String,
    pub since: String,
    pub datetime: String,
    /// Whether the one who looks may.
    pub may_lift: bool,
}
