//! Pages of a screen's list: the API's, with links to both sides.

use serde::Deserialize;

use super::shell::escaped;
use crate::http::page::{From, List, Page};
use crate::id::Noun;

/// Entries of a page on a screen. Reason: what one scrolls through without losing one's place.
const LIMIT: i64 = 50;

/// Where a page begins, as its address says.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Edge {
    pub after: Option<String>,
    pub before: Option<String>,
}

impl Edge {
    /// The page of a list of `noun`s; the first one when the address makes no sense.
    #[must_use]
    pub fn page(&self, noun: Noun) -> Page {
        let id = |text: &Option<String>| text.as_deref().and_then(|text| noun.read(text));
        let from = match (id(&self.after), id(&self.before)) {
            (Some(after), None) => From::After(after),
            (None, Some(before)) => From::Before(before),
            _ => From::Start,
        };
        Page { limit: LIMIT, from }
    }

    /// The same as the end of an address: empty where the list begins.
    #[must_use]
    pub fn query(&self) -> String {
        match (&self.after, &self.before) {
            (Some(after), None) => format!("?after={}", escaped(after)),
            (None, Some(before)) => format!("?before={}", escaped(before)),
            _ => String::new(),
        }
    }
}

/// What a page shows, and the addresses of those beside it.
pub struct Paged<R> {
    pub rows: Vec<R>,
    pub before: Option<String>,
    pub after: Option<String>,
}

impl<R> Paged<R> {
    /// Of the rows that were read for `page`; `path` ends with `?` or `&`.
    #[must_use]
    pub fn of(page: Page, rows: Vec<R>, path: &str, id: impl Fn(&R) -> String) -> Paged<R> {
        let list = List::of(page, rows, &id, |row| row);
        let edge = |row: Option<&R>, side: &str| row.map(|row| format!("{path}{side}={}", id(row)));
        let (first, last) = (edge(list.data.first(), "before"), edge(list.data.last(), "after"));
        let (before, after) = match page.from {
            From::Start => (None, last.filter(|_| list.has_more)),
            From::After(_) => (first, last.filter(|_| list.has_more)),
            From::Before(_) => (first.filter(|_| list.has_more), last),
        };
        Paged { rows: list.data, before, after }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_leads_to_both_sides_and_not_over_the_edge() {
        let shown = |from, rows: Vec<i64>| {
            let page = Page { limit: 2, from };
            let paged = Paged::of(page, rows, "/t?", |id| id.to_string());
            (paged.rows, paged.before.unwrap_or_default(), paged.after.unwrap_or_default())
        };
        let is =
            |rows: &[i64], before: &str, after: &str| (rows.to_vec(), before.to_owned(), after.to_owned());
        assert_eq!(shown(From::Start, vec![9, 8]), is(&[9, 8], "", ""));
        assert_eq!(shown(From::Start, vec![9, 8, 7]), is(&[9, 8], "", "/t?after=8"));
        assert_eq!(shown(From::After(8), vec![7, 6, 5]), is(&[7, 6], "/t?before=7", "/t?after=6"));
        assert_eq!(shown(From::After(6), vec![5]), is(&[5], "/t?before=5", ""));
        assert_eq!(shown(From::Before(5), vec![6, 7, 8]), is(&[7, 6], "/t?before=7", "/t?after=6"));
        assert_eq!(shown(From::Before(8), vec![9]), is(&[9], "", "/t?after=9"));
    }
}
