//! Usage: figures of a time, by what they are made of, with what to do about them.

use askama::Template;

use super::chart::{Chart, Consumption};
use super::overview::{Need, Range, Tile};
use crate::page::Page;
use crate::words::Word;

#[derive(Template)]
#[template(path = "screen/usage.html")]
pub struct Usage {
    pub page: Page,
    pub path: String,
    pub range: String,
    pub zone: String,
    /// Until when everything is counted.
    pub counted: String,
    pub ranges: Vec<Range>,
    pub groups: Vec<Range>,
    /// The one group that is shown, and the address of all.
    pub narrowed: Option<(String, String)>,
    /// What came of a form that was sent.
    pub notice: Option<String>,
    pub advice: Vec<Need>,
    /// What the form of list hygiene is about: the time, and whether it goes on. None where it is not advised or not allowed.
    pub hygiene: Option<Hygiene>,
    pub tiles: Vec<Tile>,
    pub chart: Chart,
    /// None when nothing is grouped.
    pub table: Option<Table>,
    pub causes: Vec<Causes>,
    pub consumption: Consumption,
    pub keys: Vec<KeyMonth>,
    /// The same as CSV.
    pub csv: String,
    pub csv_months: String,
    pub kept: String,
}

/// The addresses that do not exist, to be suppressed at once.
pub struct Hygiene {
    pub range: String,
    pub after: String,
}

/// Figures by group.
pub struct Table {
    pub label: Word,
    pub rows: Vec<Row>,
    /// Said when not all of it is shown.
    pub note: String,
}

/// The figures of a group.
pub struct Row {
    pub name: String,
    pub href: String,
    pub sent: String,
    pub delivered: String,
    pub bounced: String,
    pub opened: String,
    /// By people and by machines.
    pub opened_all: String,
    pub clicked: String,
    pub unsubscribed: String,
}

/// Why mail did not arrive.
pub struct Causes {
    pub id: &'static str,
    pub title: Word,
    pub total: String,
    /// Where the rows are, if a filter finds just these.
    pub href: Option<String>,
    pub rows: Vec<Cause>,
}

/// A cause with its figure.
pub struct Cause {
    pub label: String,
    /// As the API names it.
    pub code: String,
    pub n: String,
    pub share: String,
    /// Of the widest bar, in hundredths.
    pub width: i64,
}

/// What was sent with a key in a month.
pub struct KeyMonth {
    pub month: String,
    pub key: String,
    pub sent: String,
    pub delivered: String,
}
