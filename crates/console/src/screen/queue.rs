//! Queue: what waits, for where, why and until when; what is held, and what may be done about it.

use askama::Template;

use super::overview::Status;
use crate::page::Page;
use crate::words::Word;

#[derive(Template)]
#[template(path = "screen/queue.html")]
pub struct Queue {
    pub page: Page,
    /// The path of the screen.
    pub path: String,
    /// What was just made due.
    pub notice: Option<String>,
    /// False for a while after a start.
    pub complete: bool,
    pub figures: Vec<Figure>,
    pub rows: Vec<Row>,
    /// How many destinations there are beyond those shown; empty for none.
    pub more: String,
    pub holds: Vec<Hold>,
    pub may_steer: bool,
    /// What was typed, and what is wrong with it.
    pub domain: String,
    pub reason: String,
    pub domain_mistake: Option<Word>,
    pub reason_mistake: Option<Word>,
}

/// A figure.
pub struct Figure {
    pub label: Word,
    pub digits: String,
}

/// Mail of one lane to one domain.
pub struct Row {
    /// How a form calls it.
    pub chosen: String,
    pub domain: String,
    pub lane: &'static str,
    pub lane_word: Word,
    pub status: Status,
    pub waiting: String,
    pub under_way: String,
    /// What was heard last.
    pub reply: String,
    /// When it goes on; empty where that is not a matter of time.
    pub until: String,
    /// Whether trying now is of use.
    pub may_retry: bool,
    pub held: bool,
}

/// A hold in force.
pub struct Hold {
    /// None for one that only the operator may end.
    pub id: Option<String>,
    pub about: String,
    pub reason: String,
    pub since: String,
}
