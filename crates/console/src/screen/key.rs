//! API keys and SMTP: the keys, a new one's secret, and how programs connect.

use askama::Template;

use crate::page::Page;
use crate::snippet::Snippet;
use crate::words::Word;

#[derive(Template)]
#[template(path = "screen/keys.html")]
pub struct Keys {
    pub page: Page,
    /// The path of the list.
    pub path: String,
    pub rows: Vec<Row>,
    pub before: Option<String>,
    pub after: Option<String>,
    /// The key that was just made; shown this once.
    pub made: Option<Made>,
    /// What was typed, and what is wrong with it.
    pub name: String,
    pub mistake: Option<Word>,
    pub scopes: Vec<Choice>,
    pub domains: Vec<Choice>,
    pub smtp: Smtp,
    /// The API's address.
    pub http: String,
    pub snippets: Vec<Snippet>,
}

/// A key that was just made.
pub struct Made {
    pub name: String,
    pub secret: String,
}

/// A line of the list.
pub struct Row {
    pub id: String,
    pub name: String,
    pub prefix: String,
    pub scope: Word,
    /// Empty for every domain.
    pub domain: String,
    pub used: String,
}

/// One of a list to choose from.
pub struct Choice {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

/// Where programs hand over mail by SMTP.
pub struct Smtp {
    pub host: String,
    /// Each with how TLS begins there.
    pub ports: Vec<(u16, Word)>,
}
