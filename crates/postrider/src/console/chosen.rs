//! Rows that somebody chose in a list, or everything that its filter finds.
//!
//! Guarantees
//! 1. A choice does nothing before a page named how much it is: [`ask`]. What is done then is what was named: its rows by name
//!    ([`ask_rows`]), or what the filter finds that was there at the moment of the question ([`Chosen::before`]).
//! 2. A choice is texts. Who acts looks for them among the workspace's own rows: what is no row of it is not there.
//! 3. Domains, templates and webhooks, which take with them what nobody brings back, are removed only once their number is typed:
//!    [`ask_removal`]. Keys that are revoked and mail that is cancelled do not come back either; they need the number seen and no more, for
//!    whoever stops them is in a hurry.
//! 4. What one action cannot take is said before, and how much was done afterwards: [`Chosen::done`].

use std::borrow::Cow;

use ::console::screen::sure::{Sure, Typed};
use ::console::words::{Word, Words};
use axum::response::Response;
use mail::At;
use serde::Deserialize;

use super::refusal::{Refused, redirect};
use super::screen::{Member, show, show_again};
use crate::id::Noun;

/// Rows of a choice at most. Reason: a page has fifty, and who means all is named so many at once.
pub const CHOSEN_MAX: usize = 1_000;
/// Names that a question says.
const NAMES_MAX: usize = 10;

/// What a list's form says: which rows, and what is to become of them.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Chosen {
    chosen: Vec<String>,
    all: String,
    act: String,
    sure: String,
    /// How much was named, and when: microseconds since 1970.
    named: String,
    asked: String,
    /// How much it is, typed by whoever means it.
    typed: String,
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

    /// Whether the number was seen. Of a filter it is one only with the moment at which it was true.
    #[must_use]
    pub fn is_sure(&self) -> bool {
        self.sure == "yes" && (!self.is_all() || self.asked.parse::<i64>().is_ok())
    }

    /// Whether the number of the rows was seen, and typed as well: what [`ask_removal`] asks for.
    #[must_use]
    pub fn is_typed(&self, noun: Noun) -> bool {
        // Whoever copies the number copies what stands between its digits.
        let typed: String = self.typed.chars().filter(char::is_ascii_digit).collect();
        self.is_sure() && typed.parse() == Ok(self.ids(noun).len())
    }

    /// The moment of the question, up to which rows are meant; now, while nothing was asked.
    #[must_use]
    pub fn before(&self, now: At) -> At {
        self.asked.parse().map_or(now, At).min(now)
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

    /// Of all rows of a list, those that are meant: once somebody is sure, those that were named.
    #[must_use]
    pub fn of<T>(&self, noun: Noun, rows: Vec<T>, id: impl Fn(&T) -> i64) -> Vec<T> {
        let (ids, all) = (self.ids(noun), self.is_all() && self.sure != "yes");
        let meant = |row: &T| all || ids.binary_search(&id(row)).is_ok();
        rows.into_iter().filter(meant).collect()
    }

    /// The list again, which says how much was done of what was named, and whether more matches.
    #[must_use]
    pub fn done(&self, list: &str, done: usize, more: bool) -> Response {
        let sign = if list.contains('?') { '&' } else { '?' };
        let named = self.named.parse().unwrap_or(done);
        let more = if more { "&more=yes" } else { "" };
        redirect(&format!("{list}{sign}done={done}&of={named}{more}"))
    }

    /// The same as a form's fields.
    fn fields(self, asked: String, n: usize) -> Vec<(&'static str, String)> {
        let kept = self.chosen.into_iter().take(CHOSEN_MAX).map(|text| ("chosen", text));
        let asked = [("asked", asked), ("named", n.to_string())];
        [("all", self.all), ("act", self.act)].into_iter().chain(asked).chain(kept).collect()
    }
}

/// What [`Chosen::done`] put into an address, in words.
pub(super) fn told(here: &str, words: Words) -> Option<String> {
    let query = here.split_once('?')?.1.as_bytes();
    let field = |wanted: &str| {
        let found = form_urlencoded::parse(query).find(|(name, _)| name == wanted);
        found.map_or(Cow::Borrowed(""), |(_, value)| value)
    };
    let n: i64 = field("done").parse().ok()?;
    let mut text = match field("of").parse::<i64>() {
        // Why the others were not is said only when it is known.
        Ok(of) if of > n && field("more") == "yes" => words.t2("chosen-done-part", ("n", n), ("of", of)),
        Ok(of) if of > n => words.t2("chosen-done-of", ("n", n), ("of", of)),
        Ok(of) if of < n => words.t2("chosen-done-grew", ("n", n), ("of", of)),
        Ok(_) | Err(_) => words.t1("chosen-done", "n", n),
    };
    if field("more") == "yes" {
        text.push(' ');
        text.push_str(&words.t("chosen-done-more"));
    }
    Some(text)
}

/// What is asked before it is done. `title` and `text` are told the number as `n`.
pub struct Question {
    pub title: Word,
    pub text: Word,
    pub label: Word,
    /// Where the form is sent to, and the list.
    pub action: String,
    pub back: String,
}

/// How much a choice is.
pub struct Found {
    /// When it was looked up.
    pub at: At,
    /// What is acted upon: at most what one action takes.
    pub n: usize,
    /// Whether there may be more.
    pub more: bool,
}

/// Asks how sure one is, with the number; `fields` are the filter's.
///
/// # Errors
/// As [`show`].
pub fn ask<P>(
    who: Member<P>,
    (chosen, mut fields): (Chosen, Vec<(&'static str, String)>),
    found: Found,
    question: Question,
) -> Result<Response, Refused> {
    let Found { at, n, more } = found;
    fields.extend(chosen.fields(at.0.to_string(), n));
    show(&sure(who, (n, more), (fields, Vec::new()), question))
}

/// Asks how sure one is, about rows by their ids and names: what is answered names these rows, and not the filter. Of more than
/// [`CHOSEN_MAX`] it is about the first so many.
///
/// # Errors
/// As [`show`].
pub fn ask_rows<P>(
    who: Member<P>,
    (chosen, fields): (Chosen, Vec<(&'static str, String)>),
    (rows, more): (Vec<(String, String)>, bool),
    question: Question,
) -> Result<Response, Refused> {
    show(&sure_of_rows(who, (chosen, fields), (rows, more), question))
}

/// As [`ask_rows`], with a sentence about what was chosen and is not meant.
///
/// # Errors
/// As [`show`].
pub fn ask_rows_without<P>(
    who: Member<P>,
    (chosen, fields): (Chosen, Vec<(&'static str, String)>),
    (rows, more): (Vec<(String, String)>, bool),
    left: Option<String>,
    question: Question,
) -> Result<Response, Refused> {
    let mut page = sure_of_rows(who, (chosen, fields), (rows, more), question);
    page.notes.extend(left);
    show(&page)
}

/// As [`ask_rows`], of what nobody brings back: all names are there, and the number must be typed ([`Chosen::is_typed`]). Whoever
/// was sure without it is told.
///
/// # Errors
/// As [`show`].
pub fn ask_removal<P>(
    who: Member<P>,
    chosen: Chosen,
    (rows, more): (Vec<(String, String)>, bool),
    question: Question,
) -> Result<Response, Refused> {
    let (wrong, words) = (chosen.is_sure(), who.page.words);
    let names: Vec<_> = rows.iter().take(CHOSEN_MAX).map(|(_, name)| name.clone()).collect();
    let label = words.t1("chosen-typed", "n", names.len().to_string());
    let mut page = sure_of_rows(who, (chosen, Vec::new()), (rows, more), question);
    page.names = names;
    page.typed = Some(Typed { label, mistake: wrong.then_some(Word("chosen-mistake-typed")) });
    if wrong { show_again(&page) } else { show(&page) }
}

fn sure_of_rows<P>(
    who: Member<P>,
    (chosen, mut fields): (Chosen, Vec<(&'static str, String)>),
    (mut rows, more): (Vec<(String, String)>, bool),
    question: Question,
) -> Sure {
    let more = more || rows.len() > CHOSEN_MAX;
    rows.truncate(CHOSEN_MAX);
    let n = rows.len();
    let (ids, mut names): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    if n > NAMES_MAX {
        names.truncate(NAMES_MAX);
        names.push(who.page.words.t1("chosen-others", "n", i64::try_from(n - NAMES_MAX).unwrap_or(i64::MAX)));
    }
    let named = Chosen { chosen: ids, all: String::new(), ..chosen };
    fields.extend(named.fields(String::new(), n));
    sure(who, (n, more), (fields, names), question)
}

fn sure<P>(
    who: Member<P>,
    (n, more): (usize, bool),
    (fields, names): (Vec<(&'static str, String)>, Vec<String>),
    question: Question,
) -> Sure {
    let (words, n) = (who.page.words, i64::try_from(n).unwrap_or(i64::MAX));
    let (title, text) = match n {
        0 => (words.t("chosen-none-title"), words.t("chosen-none-text")),
        n => (words.word1(question.title, "n", n), words.word1(question.text, "n", n)),
    };
    Sure {
        title,
        text,
        names,
        notes: more.then(|| words.t1("chosen-more", "n", n)).into_iter().collect(),
        typed: None,
        action: question.action,
        fields,
        label: words.word(question.label),
        possible: n > 0,
        back: question.back,
        page: who.page,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sure_of(id: &str) -> Chosen {
        Chosen { chosen: vec![id.to_owned()], sure: "yes".to_owned(), ..Chosen::default() }
    }

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
        let sure = |asked: &str, chosen: &[&str]| Chosen {
            sure: "yes".to_owned(),
            asked: asked.to_owned(),
            ..named("yes", chosen)
        };
        assert!(!sure("", &[]).is_sure(), "nobody named how much all is");
        let sure = sure("5", &[&*nine]);
        assert_eq!(sure.of(Noun::Key, rows(), |id| *id), [9], "what was named");
        for (typed, wanted) in [("", false), ("2", false), ("nine", false), (" 1 ", true)] {
            let typed = Chosen { typed: typed.to_owned(), ..sure_of(&nine) };
            assert_eq!(typed.is_typed(Noun::Key), wanted, "{}", typed.typed);
        }
        assert!(
            !Chosen { typed: "1".to_owned(), ..named("", &[&*nine]) }.is_typed(Noun::Key),
            "nobody was sure"
        );
        assert_eq!((sure.before(At(7)), sure.before(At(3))), (At(5), At(3)), "never what is still to come");
    }

    #[test]
    fn what_was_done_is_said_with_what_was_named() {
        let words = Words::of(::console::words::Locale::En);
        let chosen = |named: &str| Chosen { named: named.to_owned(), ..Chosen::default() };
        for (named, list, done, more, wanted) in [
            ("3", "/w/a/keys", 3, false, "Done: 3."),
            ("3", "/w/a/keys?reason=x", 2, false, "Done: 2 of 3. The others"),
            ("3", "/w/a/keys", 2, true, "Done: 2 of 3. There may be more"),
            ("3", "/w/a/keys", 5, false, "Done: 5, and not 3"),
            ("", "/w/a/keys", 1, true, "Done: 1. There may be more"),
        ] {
            let answer = chosen(named).done(list, done, more);
            let path = answer.headers()["location"].to_str().expect("a path").to_owned();
            let said = told(&path, words).expect("a sentence");
            assert!(said.starts_with(wanted), "{path}: {said}");
        }
        assert_eq!(told("/w/a/keys", words), None);
    }
}
