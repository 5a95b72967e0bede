//! Rows that somebody chose in a list, or everything that its filter finds.
//!
//! Guarantees
//! 1. A choice does nothing before a page named how much it is: [`ask`].
//! 2. A choice is texts. Who acts looks for them among the workspace's own rows: what is no row of it is not there.

use ::console::format::number;
use ::console::screen::sure::Sure;
use ::console::words::Word;
use axum::response::Response;
use serde::Deserialize;

use super::refusal::Refused;
use super::screen::{Member, show};
use crate::id::Noun;

/// Rows of a choice at most. Reason: a page has fifty; who means more means all.
const CHOSEN_MAX: usize = 1_000;

/// What a list's form says: which rows, and what is to become of them.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Chosen {
    chosen: Vec<String>,
    all: String,
    act: String,
    sure: String,
}

impl Chosen {
    /// What is to be done, by the button's value.
    #[must_use]
    pub fn act(&self) -> &str {
        &self.act
    }

    /// Whether everything is meant that the list's filter finds, on every page.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.all == "yes"
    }

    /// Whether the number was seen.
    #[must_use]
    pub fn is_sure(&self) -> bool {
        self.sure == "yes"
    }

    /// What the chosen rows are called.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.chosen.iter().take(CHOSEN_MAX).map(String::as_str)
    }

    /// The ids of the chosen rows, each once.
    #[must_use]
    pub fn ids(&self, noun: Noun) -> Vec<i64> {
        let mut ids: Vec<i64> = self.texts().filter_map(|text| noun.read(text)).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// Of all rows of a list, those that are meant.
    #[must_use]
    pub fn of<T>(&self, noun: Noun, rows: Vec<T>, id: impl Fn(&T) -> i64) -> Vec<T> {
        let ids = self.ids(noun);
        let meant = |row: &T| self.is_all() || ids.binary_search(&id(row)).is_ok();
        rows.into_iter().filter(meant).collect()
    }

    /// The same as a form's fields.
    fn fields(self) -> Vec<(&'static str, String)> {
        let kept = self.chosen.into_iter().take(CHOSEN_MAX).map(|text| ("chosen", text));
        [("all", self.all), ("act", self.act)].into_iter().chain(kept).collect()
    }
}

/// What is asked before it is done. `title` is told the number as a text, `text` as a number, both as `n`.
pub struct Question {
    pub title: Word,
    pub text: Word,
    pub label: Word,
    /// Where the form is sent to, and the list.
    pub action: String,
    pub back: String,
}

/// Asks how sure one is, with the number; `fields` are the filter's.
///
/// # Errors
/// As [`show`].
pub fn ask<P>(
    who: Member<P>,
    (chosen, mut fields): (Chosen, Vec<(&'static str, String)>),
    n: usize,
    question: Question,
) -> Result<Response, Refused> {
    let (words, n) = (who.page.words, i64::try_from(n).unwrap_or(i64::MAX));
    let (title, text) = match n {
        0 => (words.t("chosen-none-title"), words.t("chosen-none-text")),
        n => (
            words.word1(question.title, "n", number::whole(words.locale, n)),
            words.word1(question.text, "n", n),
        ),
    };
    fields.extend(chosen.fields());
    show(&Sure {
        title,
        text,
        action: question.action,
        fields,
        label: words.word(question.label),
        possible: n > 0,
        back: question.back,
        page: who.page,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_the_rows_that_it_names_or_all_of_them() {
        let rows = || vec![7, 8, 9];
        let named = |all: &str, chosen: &[&str]| Chosen {
            chosen: chosen.iter().map(|text| (*text).to_owned()).collect(),
            all: all.to_owned(),
            ..Chosen::default()
        };
        let (seven, nine) = (Noun::Key.show(7), Noun::Key.show(9));
        for (all, chosen, wanted) in [
            ("", vec![], vec![]),
            ("", vec![&*nine, &*seven, &*seven], vec![7, 9]),
            ("", vec!["key_", "x", "msg_00000000000"], vec![]),
            ("yes", vec![], vec![7, 8, 9]),
            ("no", vec![&*seven], vec![7]),
        ] {
            assert_eq!(named(all, &chosen).of(Noun::Key, rows(), |id| *id), wanted, "{all} {chosen:?}");
        }
    }
}
