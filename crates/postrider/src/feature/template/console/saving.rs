//! What became of saving what an editor shows, and the line beside its button that says so: of a template, and of a part.

use ::console::format::time;
use ::console::screen::overview::Status;
use ::console::screen::template::State;
use ::console::words::{Word, Words};
use axum::http::StatusCode;
use mail::At;

use super::draft::shown;
use crate::app::App;
use crate::console::screen::Member;

/// What became of saving.
pub(super) enum Outcome<T> {
    Stored(T),
    /// Nothing was stored: what is wrong.
    Mistaken(Vec<String>),
    /// Nothing was stored: somebody, whose name may be known, changed it meanwhile.
    Conflict(T, Option<String>),
}

impl<T> Outcome<T> {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Outcome::Stored(_) => StatusCode::OK,
            Outcome::Mistaken(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Outcome::Conflict(..) => StatusCode::CONFLICT,
        }
    }

    /// The line that tells; `updated` is when what is stored was changed.
    pub(super) fn state<P>(&self, who: &Member<P>, app: &App, updated: impl Fn(&T) -> At) -> State {
        let words = who.page.words;
        let refused = Word("template-not-saved");
        match self {
            Outcome::Stored(now) => saved(who, app, updated(now)),
            Outcome::Mistaken(mistakes) => {
                State { mistakes: mistakes.clone(), ..line("bou", "circle-x", refused, words.word(refused)) }
            }
            Outcome::Conflict(now, name) => {
                let when = time::ago(words, &who.zone, app.now(), updated(now));
                let text = match name {
                    Some(name) => words.t2("template-conflict-by", ("name", name), ("when", when)),
                    None => words.t1("template-conflict", "when", when),
                };
                State { over: Some(shown(updated(now))), ..line("def", "triangle-alert", refused, text) }
            }
        }
    }
}

/// What is stored since then.
pub(super) fn saved<P>(who: &Member<P>, app: &App, updated: At) -> State {
    let when = time::ago(who.page.words, &who.zone, app.now(), updated);
    let text = who.page.words.t1("template-saved", "when", when);
    State { seen: shown(updated), ..line("ok", "check", Word("template-saved"), text) }
}

/// What is being typed, and what could not be read of it.
pub(super) fn unsaved(words: Words, mistakes: Vec<String>) -> State {
    let word = Word("template-unsaved");
    State { mistakes, ..line("def", "pencil", word, words.word(word)) }
}

fn line(class: &'static str, icon: &'static str, word: Word, text: String) -> State {
    let status = Status { class, icon, word };
    State { status, text, seen: String::new(), over: None, mistakes: Vec::new() }
}
