//! Webhooks: the endpoints, one with its attempts, what is asked to make or change one, and an attempt with both bodies.

use askama::Template;

use super::activity::Choice;
use super::overview::Status;
use crate::draw::Frank;
use crate::page::Page;
use crate::words::Word;

#[derive(Template)]
#[template(path = "screen/webhooks.html")]
pub struct Webhooks {
    pub page: Page,
    /// The path of the list.
    pub path: String,
    pub rows: Vec<Row>,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// A line of the list.
pub struct Row {
    pub id: String,
    pub href: String,
    pub url: String,
    pub status: Status,
    /// What it is told.
    pub events: String,
    pub health: Health,
}

/// How an endpoint has answered lately.
pub struct Health {
    /// Taken above the line, not taken below, by the hour.
    pub frank: Frank,
    pub sentence: String,
    /// Of the slowest twentieth.
    pub slow: String,
    pub waiting: String,
}

#[derive(Template)]
#[template(path = "screen/webhook_form.html")]
pub struct Form {
    pub page: Page,
    /// Where the form is sent to, and where it leads back to.
    pub path: String,
    pub back: String,
    /// Of an endpoint that is there.
    pub is_change: bool,
    pub url: String,
    pub all: bool,
    pub groups: Vec<Group>,
    pub streams: Vec<Tick>,
    pub headers: String,
    pub message_headers: String,
    pub batch: String,
    pub ed25519: bool,
    pub wrong: Wrong,
}

/// What is wrong with each field.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Wrong {
    pub url: Option<Word>,
    pub events: Option<Word>,
    pub streams: Option<Word>,
    pub headers: Option<Word>,
    pub message_headers: Option<Word>,
    pub batch: Option<Word>,
    /// No more endpoints.
    pub many: Option<Word>,
}

/// Events of one kind.
pub struct Group {
    pub heading: Word,
    pub events: Vec<Tick>,
}

/// Something to tick.
pub struct Tick {
    /// Of the form's field.
    pub name: String,
    pub label: String,
    pub on: bool,
}

#[derive(Template)]
#[template(path = "screen/webhook.html")]
pub struct Webhook {
    pub page: Page,
    pub list: String,
    pub path: String,
    pub url: String,
    pub status: Status,
    /// What its state means.
    pub why: String,
    pub enabled: bool,
    pub notice: Option<Word>,
    /// A secret that was just made, this once.
    pub secret: Option<String>,
    pub health: Health,
    pub facts: Vec<(Word, String)>,
    pub attempts: Vec<Attempt>,
    pub none: Nothing,
    pub newer: Option<String>,
    pub older: Option<String>,
    pub verdicts: Vec<Choice>,
    pub events: Vec<Choice>,
    /// Samples to send.
    pub samples: Vec<Choice>,
    /// What was typed of a time to replay.
    pub since: String,
    pub until: String,
    pub zone: String,
    pub since_mistake: Option<Word>,
}

/// Why no attempts are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Nothing {
    Yet,
    Left,
    /// Among those that were looked at; there are more.
    SoFar,
}

/// A line of the attempts.
pub struct Attempt {
    pub href: String,
    pub at: String,
    pub datetime: String,
    pub event: String,
    pub status: Status,
    pub number: String,
    /// `200`; a dash where there was no answer.
    pub http: String,
    pub took: String,
    /// How the answer begins.
    pub answer: String,
    pub sample: bool,
}

#[derive(Template)]
#[template(path = "screen/webhook_attempt.html")]
pub struct WholeAttempt {
    pub page: Page,
    pub list: String,
    /// The endpoint's page.
    pub path: String,
    pub url: String,
    pub attempt: Attempt,
    pub next: Option<String>,
    /// Each with its id as the endpoint is told it.
    pub events: Vec<(String, String)>,
    pub fields: Vec<(&'static str, String)>,
    /// None when the log has it no more.
    pub request: Option<String>,
    pub answer: String,
}
