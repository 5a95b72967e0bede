//! Activity: which mail there is, narrowed as people ask.

use askama::Template;

use super::overview::Status;
use crate::page::Page;

#[derive(Template)]
#[template(path = "screen/activity.html")]
pub struct Activity {
    pub page: Page,
    /// The list without a filter.
    pub all: String,
    /// The filter as a form's fields, and what may be done to what it finds.
    pub filter: Vec<(&'static str, String)>,
    pub may_cancel: bool,
    pub may_send: bool,
    /// What the filter leaves, as a file.
    pub csv: String,
    pub zone: String,
    pub asked: Asked,
    pub rows: Vec<Row>,
    /// What is said when there are no rows.
    pub none: None,
    /// What tells of news; only the first page is told.
    pub live: Option<String>,
    pub newer: Option<String>,
    pub older: Option<String>,
}

/// The filter as it stands in the form.
pub struct Asked {
    pub q: String,
    /// A tag that came with the address, and the list without it.
    pub tag: Option<(String, String)>,
    /// A time that came with the address.
    pub between: Option<Between>,
    pub statuses: Vec<Choice>,
    pub streams: Vec<Choice>,
    pub ranges: Vec<Choice>,
    /// It cannot be read.
    pub wrong: bool,
}

/// A time that is no choice of the form.
pub struct Between {
    pub label: String,
    pub from: String,
    pub to: String,
    /// The list without it.
    pub without: String,
}

/// One of several values.
pub struct Choice {
    pub value: String,
    pub label: String,
    pub here: bool,
}

/// Why there are no rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum None {
    /// There was never any mail.
    Yet,
    /// The filter leaves none.
    Left,
    /// None of those that were looked at so far.
    SoFar,
}

/// A message.
pub struct Row {
    pub id: String,
    /// What it is called where rows are chosen; empty where nothing may be done to it.
    pub chosen: String,
    pub href: String,
    pub at: String,
    /// The same for programs.
    pub datetime: String,
    pub status: Status,
    pub recipient: String,
    pub subject: String,
    pub author: String,
    pub stream: String,
}
