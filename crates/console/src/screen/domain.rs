//! Domains: the list, and one with the records that its DNS must hold.

use askama::Template;

use super::overview::Status;
use crate::page::Page;
use crate::words::Word;

#[derive(Template)]
#[template(path = "screen/domains.html")]
pub struct Domains {
    pub page: Page,
    /// The path of the list.
    pub path: String,
    pub rows: Vec<Row>,
    pub before: Option<String>,
    pub after: Option<String>,
    pub may_change: bool,
    /// What was typed, and what is wrong with it.
    pub name: String,
    pub mistake: Option<Word>,
}

/// A line of the list.
pub struct Row {
    pub id: String,
    pub href: String,
    pub name: String,
    pub status: Status,
    pub checked: String,
    /// The host in its links; empty for the server's own.
    pub host: String,
    pub added: String,
}

#[derive(Template)]
#[template(path = "screen/domain.html")]
pub struct Domain {
    pub page: Page,
    /// The paths of the list and of this domain.
    pub list: String,
    pub path: String,
    pub name: String,
    pub status: Status,
    /// What it means for mail.
    pub verdict: Word,
    pub checked: String,
    pub records: Vec<Record>,
    /// All of them as lines of a zone.
    pub zone: String,
    pub may_change: bool,
    pub host: String,
    pub host_mistake: Option<Word>,
    pub remove_mistake: Option<Word>,
}

/// A record to publish.
pub struct Record {
    /// `DKIM`.
    pub title: &'static str,
    /// `TXT`.
    pub kind: &'static str,
    pub needed: bool,
    pub why: Word,
    pub name: String,
    pub value: String,
    pub status: Status,
    /// What stands there instead.
    pub instead: Option<String>,
}
