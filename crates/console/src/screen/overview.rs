//! Overview: what needs somebody, the figures, mail by time, what happened last.

use askama::Template;

use super::chart::{Chart, Consumption};
use crate::draw::Frank;
use crate::page::Page;
use crate::words::Word;

#[derive(Template)]
#[template(path = "screen/overview.html")]
pub struct Overview {
    pub page: Page,
    /// The time that is shown, and its zone.
    pub range: String,
    pub zone: String,
    pub ranges: Vec<Range>,
    /// Figures of more kinds.
    pub usage: String,
    /// None while there was never any mail.
    pub body: Option<Body>,
    pub steps: Vec<Step>,
    /// The set-up, for who may set up.
    pub setup: Option<String>,
    /// A line to paste into a shell.
    pub curl: String,
}

/// A choice of time.
pub struct Range {
    pub href: String,
    pub label: Word,
    pub here: bool,
}

/// What is shown of a workspace that has mail.
pub struct Body {
    pub needs: Vec<Need>,
    pub tiles: Vec<Tile>,
    pub chart: Chart,
    pub consumption: Consumption,
    pub providers: Vec<Provider>,
    pub recent: Vec<Recent>,
    /// What tells of news.
    pub live: String,
}

/// Something that somebody should do something about.
pub struct Need {
    pub bad: bool,
    pub title: String,
    pub text: String,
    /// How much of what.
    pub measure: String,
    /// Where it is seen, or something can be done about it.
    pub href: Option<String>,
    /// What is done there; none: the measure leads there.
    pub act: Option<Word>,
}

/// A figure.
pub struct Tile {
    pub label: Word,
    /// The mail that it counts, where Activity can show it.
    pub href: Option<String>,
    pub digits: String,
    pub unit: String,
    pub note: String,
    pub frank: Frank,
}

/// Where mail goes.
pub struct Provider {
    pub name: String,
    /// The figures of this one alone.
    pub href: String,
    pub sent: String,
    pub delivered: String,
    pub deferred: String,
    pub bounced: String,
    pub opened: String,
}

/// A message that was sent lately.
pub struct Recent {
    pub id: String,
    pub href: String,
    pub at: String,
    /// The same for programs.
    pub datetime: String,
    pub status: Status,
    pub recipient: String,
    pub subject: String,
    pub stream: String,
}

/// A step of setting up.
pub struct Step {
    pub label: Word,
    pub done: bool,
    /// Its page in the set-up, for who may set up.
    pub href: Option<String>,
}

/// How mail stands: a class of colour, a glyph and a word, everywhere the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Status {
    pub class: &'static str,
    pub icon: &'static str,
    pub word: Word,
}

impl Status {
    /// Of a status of the API.
    #[must_use]
    pub fn of(name: &str) -> Status {
        let (class, icon, word) = match name {
            "delivered" => ("ok", "check", Word("status-delivered")),
            "delivery_delayed" => ("def", "clock", Word("status-deferred")),
            "bounced" => ("bou", "undo-2", Word("status-bounced")),
            "failed" => ("bou", "x", Word("status-failed")),
            "suppressed" | "rejected" => ("non", "ban", Word("status-not-sent")),
            "canceled" => ("non", "x", Word("status-cancelled")),
            "scheduled" => ("non", "timer", Word("status-scheduled")),
            _ => ("non", "circle-dashed", Word("status-queued")),
        };
        Status { class, icon, word }
    }
}
