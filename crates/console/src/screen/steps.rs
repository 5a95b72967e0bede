//! The set-up of a workspace: five steps from nothing to a first message, and the two parts of it that renew themselves.

use askama::Template;

use super::domain::Record;
use super::key::Smtp;
use super::overview::Status;
use crate::page::Page;
use crate::snippet::Snippet;
use crate::words::Word;

#[derive(Template)]
#[template(path = "screen/steps.html")]
pub struct Steps {
    pub page: Page,
    /// The path of the set-up, and of what comes after it.
    pub path: String,
    pub overview: String,
    pub steps: Vec<Step>,
    /// The number of the one that is shown, from 1.
    pub here: usize,
    /// The addresses of the steps to both sides.
    pub back: Option<String>,
    pub later: Option<String>,
    /// Whether to go on leaves this step undone.
    pub skips: bool,
    pub body: Body,
}

/// A step in the list of all.
pub struct Step {
    pub number: usize,
    pub label: Word,
    pub note: String,
    pub done: bool,
    /// None for what cannot be done again.
    pub href: Option<String>,
}

/// What the step that is shown holds.
pub enum Body {
    /// Asks for a domain: what was typed, and what is wrong with it.
    AskDomain {
        name: String,
        mistake: Option<Word>,
    },
    Domain(Box<Domain>),
    Key(Box<Key>),
    Message(Message),
    Arrival(Box<Arrival>),
}

/// A domain with the records that prove it.
pub struct Domain {
    pub id: String,
    pub name: String,
    pub status: Status,
    pub sends: bool,
    pub checked: String,
    pub records: Vec<Record>,
    pub zone: String,
    /// The part that renews itself, and the step that comes after.
    pub part: String,
    pub next: String,
}

/// A key, and how programs use it.
pub struct Key {
    /// The new key's name and text, this once.
    pub made: Option<(String, String)>,
    /// How many there are already.
    pub have: usize,
    pub name: String,
    pub mistake: Option<Word>,
    pub smtp: Smtp,
    pub http: String,
    pub snippets: Vec<Snippet>,
    pub next: String,
}

/// A first message, to be sent.
pub struct Message {
    pub from: String,
    pub to: String,
    /// When the form was made: what is sent twice from it is one message.
    pub once: String,
    pub from_mistake: Option<Word>,
    pub to_mistake: Option<Word>,
    /// What else came in between.
    pub refused: Option<Word>,
    pub way: Way,
    pub domain: String,
}

/// Where the first message would go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// To the recipient's server.
    Out,
    /// Into the capture mailbox.
    Captured,
    /// Nowhere: no domain is proven.
    Closed,
}

/// What became of the first message.
pub struct Arrival {
    pub status: Status,
    /// Whether nothing more will happen.
    pub over: bool,
    pub delivered: bool,
    pub captured: bool,
    /// The page of the capture mailbox.
    pub mailbox: String,
    pub title: String,
    pub why: String,
    /// What the server said.
    pub reply: Option<String>,
    pub at: String,
    pub from: String,
    pub to: String,
    pub subject: String,
    /// The part that renews itself, and the message's page.
    pub part: String,
    pub href: String,
}

#[derive(Template)]
#[template(path = "screen/steps_domain.html")]
pub struct DomainPart {
    pub page: Page,
    pub path: String,
    pub domain: Domain,
}

#[derive(Template)]
#[template(path = "screen/steps_arrival.html")]
pub struct ArrivalPart {
    pub page: Page,
    pub arrival: Arrival,
}
