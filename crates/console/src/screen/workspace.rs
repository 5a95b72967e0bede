//! Workspaces: what the installation's operator sees of its tenants, and decides about them.

use askama::Template;

use super::overview::Status;
use crate::page::Page;
use crate::words::Word;

#[derive(Template)]
#[template(path = "screen/workspaces.html")]
pub struct Workspaces {
    pub page: Page,
    pub rows: Vec<Row>,
    pub before: Option<String>,
    pub after: Option<String>,
    /// The end of this page's address, to which its forms lead back.
    pub place: String,
    /// What was typed for a new one, and what is wrong with it.
    pub new_name: String,
    pub new_title: String,
    pub mistake: Option<Word>,
    /// What is wrong with a quota that was sent.
    pub quota_mistake: Option<Word>,
}

/// A workspace.
pub struct Row {
    pub name: String,
    pub title: String,
    pub initials: String,
    /// Where its logo is loaded from, if it has one.
    pub logo: Option<String>,
    /// Where its member may go.
    pub href: Option<String>,
    pub state: Status,
    pub suspended: bool,
    /// Deliveries accepted in this month.
    pub accepted: String,
    pub quota: Option<Quota>,
    /// Shares of this month, ready to be read.
    pub bounced: String,
    pub unsubscribed: String,
}

/// How much of a quota is used.
pub struct Quota {
    /// As people read it, and as a form has it.
    pub monthly: String,
    pub digits: i64,
    /// Used, at most all.
    pub used: i64,
    pub refuses: bool,
}
