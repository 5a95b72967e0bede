//! Message: what came of one, why, what to do about it, and everything that is known of it.

use askama::Template;

use super::overview::{Range, Status};
use crate::page::Page;
use crate::words::Word;

#[derive(Template)]
#[template(path = "screen/message.html")]
pub struct Message {
    pub page: Page,
    /// The list that it stands in.
    pub list: String,
    pub id: String,
    pub subject: String,
    /// What came of a form that was sent.
    pub notice: Option<Word>,
    pub verdict: Verdict,
    pub actions: Vec<Action>,
    /// To whom it would be sent again; none where it cannot or may not.
    pub again: Option<Again>,
    /// Whether a link for support may be made, and those that are open.
    pub share: bool,
    pub links: Vec<Link>,
    /// The page itself.
    pub path: String,
    pub recipients: Vec<Recipient>,
    /// The first page of them, and the next.
    pub first: Option<String>,
    pub next: Option<String>,
    pub tabs: Vec<Range>,
    pub body: Body,
    pub zone: String,
    pub facts: Vec<Fact>,
    /// Names and values that came with it.
    pub tags: Vec<(String, String)>,
}

/// A form to send it again.
pub struct Again {
    pub to: String,
    /// When the form was made: what is sent twice from it is one message.
    pub once: String,
}

/// A link for support that is open.
pub struct Link {
    pub href: String,
    /// When it ends, in words and as a form says it.
    pub ends: String,
    pub until: String,
    /// It was made just now.
    pub made: bool,
}

/// What became of it, in words.
pub struct Verdict {
    pub status: Status,
    pub when: String,
    pub title: String,
    pub why: String,
    /// As the server said it, in its language.
    pub reply: Option<String>,
    pub next: String,
    /// How many of its recipients stand so, when it has several.
    pub share: Option<String>,
    pub day: String,
    pub clock: String,
}

/// A form with one button.
pub struct Action {
    pub path: String,
    pub icon: &'static str,
    pub label: String,
    /// What it is about: name and value of a hidden field.
    pub field: Option<(&'static str, String)>,
}

/// One of its recipients.
pub struct Recipient {
    pub address: String,
    pub field: String,
    pub status: Status,
    pub reply: String,
    pub attempts: String,
    pub at: String,
}

/// Something known of it.
pub struct Fact {
    pub label: Word,
    pub value: String,
    pub mono: bool,
}

/// What the chosen tab shows.
pub enum Body {
    Timeline(Timeline),
    Preview(Preview),
    /// None: it has no such part.
    Text(Option<String>),
    /// Names and values.
    Headers(Vec<(String, String)>),
    Source(Source),
    Request(Request),
    Webhooks(Told),
    /// The content is not there: why.
    Gone(Word),
}

/// How it was handed over.
pub struct Request {
    pub facts: Vec<Fact>,
    /// What the text below is.
    pub about: Word,
    /// A request or a session that asks for the same; empty where nobody asked.
    pub code: String,
    /// Only the beginning is shown.
    pub cut: bool,
}

/// Whom its events were told.
pub struct Told {
    pub endpoints: Vec<ToldEndpoint>,
    /// There may be more than is shown.
    pub more: bool,
}

/// An endpoint that asked for them.
pub struct ToldEndpoint {
    pub href: String,
    pub url: String,
    pub status: Status,
    pub attempts: Vec<ToldAttempt>,
}

/// An attempt to tell it.
pub struct ToldAttempt {
    pub href: String,
    pub events: String,
    pub status: Status,
    pub http: String,
    pub took: String,
    pub at: String,
    pub datetime: String,
}

/// What happened, and what was said to servers.
pub struct Timeline {
    pub stops: Vec<Stop>,
    /// There were more stops than are shown.
    pub more: bool,
    pub attempts: Vec<Attempt>,
    pub more_attempts: bool,
}

/// A stop on its way.
pub struct Stop {
    pub class: &'static str,
    pub icon: &'static str,
    pub title: String,
    /// What a server, a program or a link said.
    pub quotes: Vec<String>,
    pub notes: Vec<String>,
    pub at: String,
    pub datetime: String,
}

/// One try at one recipient.
pub struct Attempt {
    pub title: String,
    pub status: Status,
    pub at: String,
    pub notes: Vec<String>,
    pub lines: Vec<Line>,
}

/// A line of a conversation.
pub struct Line {
    /// Class of its look: our word, the server's, the server's no.
    pub class: &'static str,
    pub at: String,
    pub side: &'static str,
    pub text: String,
}

/// The mail as a reader shows it.
pub struct Preview {
    /// Where the HTML is served, under a policy of its own; none when it has none.
    pub src: Option<String>,
    pub phone: bool,
    pub widths: Vec<Range>,
}

/// The octets.
pub struct Source {
    pub text: String,
    /// Only the beginning is shown.
    pub cut: bool,
    pub size: String,
    pub download: String,
}
