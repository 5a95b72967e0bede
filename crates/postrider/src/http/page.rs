//! Pages of a list, by the ids at their ends: stable while things are added, cheap at any depth.
//!
//! Guarantee: every list goes both ways. A page shows its entries in the order of the list, whichever way it was read.

use serde::{Deserialize, Serialize};
use store::{Query, Row, Store, StoreError, Value};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use super::error::{ApiError, Code, Mistakes};
use crate::id::Noun;

/// Entries of a page when nothing was said.
const LIMIT_DEFAULT: i64 = 20;
/// Entries of a page at most.
pub const LIMIT_MAX: i64 = 1_000;

/// How a client asks for a page. A list with more parameters has these three among its own.
#[derive(Deserialize, IntoParams, Default)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// Entries of the page, 1 to 1,000; 20 when nothing is said.
    pub limit: Option<String>,
    /// Entries that come after the one with this id.
    pub after: Option<String>,
    /// Entries that come before the one with this id.
    pub before: Option<String>,
}

/// Which part of a list is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Page {
    pub limit: i64,
    pub from: From,
}

/// Where a page begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum From {
    /// Where the list begins.
    Start,
    /// Behind the entry with this id, onwards.
    After(i64),
    /// In front of the entry with this id, backwards.
    Before(i64),
}

impl PageParams {
    /// The page of a list of `noun`s.
    ///
    /// # Errors
    /// Every parameter that is wrong.
    pub fn read(&self, noun: Noun) -> Result<Page, ApiError> {
        let mut mistakes = Mistakes::default();
        let page = self.read_into(noun, &mut mistakes);
        mistakes.none_or(page)
    }

    /// As [`PageParams::read`], for a list that has other parameters too.
    pub fn read_into(&self, noun: Noun, mistakes: &mut Mistakes) -> Page {
        let limit = match self.limit.as_deref().map(str::parse::<i64>) {
            None => LIMIT_DEFAULT,
            Some(Ok(limit)) if (1..=LIMIT_MAX).contains(&limit) => limit,
            Some(_) => {
                mistakes.add("limit", Code::InvalidValue, format!("not a number from 1 to {LIMIT_MAX}"));
                LIMIT_DEFAULT
            }
        };
        let mut id = |name: &str, text: &str| {
            noun.read(text).unwrap_or_else(|| {
                let example = format!("not an id such as {}0123456789abc", noun.prefix());
                mistakes.add(name, Code::InvalidValue, example);
                0
            })
        };
        let from = match (&self.after, &self.before) {
            (None, None) => From::Start,
            (Some(after), None) => From::After(id("after", after)),
            (None, Some(before)) => From::Before(id("before", before)),
            (Some(_), Some(_)) => {
                mistakes.add("before", Code::InvalidValue, "give after or before, not both");
                From::Start
            }
        };
        Page { limit, from }
    }
}

impl Page {
    /// The first `rows` rows, for whoever shows no further page.
    #[must_use]
    pub fn first(rows: i64) -> Page {
        Page { limit: rows - 1, from: From::Start }
    }

    /// The row of one id, if the list, which descends, has it.
    #[must_use]
    pub fn only(id: i64) -> Page {
        Page { limit: 0, from: From::After(id.saturating_add(1)) }
    }

    /// Rows to read: one more than is shown tells whether there are more.
    #[must_use]
    pub fn rows(self) -> i64 {
        self.limit + 1
    }

    /// Leaves of `rows` what the page shows. Gives the id behind which the list goes on: `looked` is the last that was looked at
    /// when that was not the last there is.
    pub fn cut<T>(self, rows: &mut Vec<T>, id: impl Fn(&T) -> i64, looked: Option<i64>) -> Option<i64> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let full = rows.len() > limit;
        rows.truncate(limit);
        if full { rows.last().map(id) } else { looked }
    }

    /// The page's rows of a list that is in memory, largest id first.
    pub fn of_descending<T>(self, all: impl DoubleEndedIterator<Item = T>, id: impl Fn(&T) -> i64) -> Vec<T> {
        let rows = usize::try_from(self.rows()).unwrap_or(usize::MAX);
        match self.from {
            From::Start => all.take(rows).collect(),
            From::After(edge) => all.filter(|one| id(one) < edge).take(rows).collect(),
            From::Before(edge) => all.rev().filter(|one| id(one) > edge).take(rows).collect(),
        }
    }

    /// The page's rows of a list that is in memory, smallest id first.
    pub fn of_ascending<T>(self, all: impl DoubleEndedIterator<Item = T>, id: impl Fn(&T) -> i64) -> Vec<T> {
        let rows = usize::try_from(self.rows()).unwrap_or(usize::MAX);
        match self.from {
            From::Start => all.take(rows).collect(),
            From::After(edge) => all.filter(|one| id(one) > edge).take(rows).collect(),
            From::Before(edge) => all.rev().filter(|one| id(one) < edge).take(rows).collect(),
        }
    }
}

/// A list's query, written once for both directions: a line with `:edge` compares it with the order of the list, lines
/// with `ORDER BY` say `ASC` or `DESC`, and both are turned round to go back. `:limit` are the rows.
pub struct PagedQuery {
    onward: Query,
    back: Query,
    /// The edge from which a list begins.
    start: i64,
}

/// Declares a [`PagedQuery`] from a file beside its module.
macro_rules! paged {
    ($name:ident, $file:literal) => {
        static $name: std::sync::LazyLock<$crate::http::page::PagedQuery> = std::sync::LazyLock::new(|| {
            $crate::http::page::PagedQuery::new(stringify!($name), include_str!($file))
        });
    };
}
pub(crate) use paged;

impl PagedQuery {
    #[must_use]
    pub fn new(name: &'static str, text: &str) -> PagedQuery {
        let descends = text.lines().any(|line| line.contains(":edge") && line.contains('<'));
        PagedQuery {
            onward: Query::composed(name, text.to_owned()),
            back: Query::composed(name, turned_round(text)),
            start: if descends { i64::MAX } else { i64::MIN },
        }
    }

    /// Up to [`Page::rows`] rows in the direction of the page.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub async fn read(
        &self,
        store: &Store,
        page: Page,
        mut params: Vec<(&'static str, Value)>,
    ) -> Result<Vec<Row>, StoreError> {
        let (query, edge) = match page.from {
            From::Start => (&self.onward, self.start),
            From::After(id) => (&self.onward, id),
            From::Before(id) => (&self.back, id),
        };
        params.extend([("edge", edge.into()), ("limit", page.rows().into())]);
        store.read(query, &params).await
    }
}

fn turned_round(text: &str) -> String {
    let line = |line: &str| {
        let word = |word: &str| match word {
            "<" => ">".to_owned(),
            ">" => "<".to_owned(),
            "ASC" | "DESC" | "ASC," | "DESC," if !line.contains("ORDER BY") => word.to_owned(),
            "ASC" => "DESC".to_owned(),
            "DESC" => "ASC".to_owned(),
            "ASC," => "DESC,".to_owned(),
            "DESC," => "ASC,".to_owned(),
            other => other.to_owned(),
        };
        match line.contains(":edge") || line.contains("ORDER BY") {
            true => line.split(' ').map(word).collect::<Vec<_>>().join(" "),
            false => line.to_owned(),
        }
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// A page of a list.
#[derive(Serialize)]
pub struct List<T> {
    /// Always `list`.
    pub object: &'static str,
    pub data: Vec<T>,
    /// Whether the list goes on in the direction in which it was read.
    pub has_more: bool,
    /// What to give as `after` (or as `before`, if that was asked for) for the next page.
    pub next: Option<String>,
}

impl<T: ToSchema> PartialSchema for List<T> {
    fn schema() -> RefOr<Schema> {
        let entry = Ref::from_schema_name(T::name());
        let text = |about: &str| ObjectBuilder::new().schema_type(Type::String).description(Some(about));
        let more = ObjectBuilder::new()
            .schema_type(Type::Boolean)
            .description(Some("Whether the list goes on in the direction in which it was read."));
        ObjectBuilder::new()
            .property("object", text("Always `list`."))
            .property("data", ArrayBuilder::new().items(entry))
            .property("has_more", more)
            .property("next", text("What to give as `after` (or as `before`, if that was asked for) for the next page; or null."))
            .into()
    }
}

impl<T: ToSchema> ToSchema for List<T> {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

impl<T> List<T> {
    /// The page of `rows` ([`Page::rows`] were asked for, in the order of [`From`]).
    #[must_use]
    pub fn of<R>(page: Page, mut rows: Vec<R>, id: impl Fn(&R) -> String, show: impl Fn(R) -> T) -> List<T> {
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| has_more).map(id);
        List::until(page, rows, next, show)
    }

    /// As [`List::of`], of no more than the limit, when whoever read them knows how the list goes on.
    #[must_use]
    pub fn until<R>(page: Page, mut rows: Vec<R>, next: Option<String>, show: impl Fn(R) -> T) -> List<T> {
        if matches!(page.from, From::Before(_)) {
            rows.reverse();
        }
        List { object: "list", data: rows.into_iter().map(show).collect(), has_more: next.is_some(), next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_whether_there_is_more_and_how_to_go_on() {
        let shown = |from, rows: Vec<i64>| {
            let list = List::of(Page { limit: 2, from }, rows, |id| Noun::Key.show(*id), |id| id);
            (list.data, list.has_more, list.next)
        };
        assert_eq!(shown(From::Start, vec![9, 8]), (vec![9, 8], false, None));
        assert_eq!(shown(From::Start, vec![9, 8, 7]), (vec![9, 8], true, Some(Noun::Key.show(8))));
        assert_eq!(shown(From::Before(4), vec![5, 6, 7]), (vec![6, 5], true, Some(Noun::Key.show(6))));
    }

    #[test]
    fn a_query_is_turned_round_as_a_whole() {
        let text = "SELECT a FROM t WHERE b < :c AND x = 'DESC'\n  AND (t.at, id) > (:at, :edge)\nORDER BY at ASC, id ASC LIMIT :limit";
        let turned = "SELECT a FROM t WHERE b < :c AND x = 'DESC'\n  AND (t.at, id) < (:at, :edge)\nORDER BY at DESC, id DESC LIMIT :limit";
        assert_eq!(turned_round(text), turned);
        assert_eq!(turned_round(turned), text);
        assert_eq!(PagedQuery::new("up", text).start, i64::MIN);
        assert_eq!(PagedQuery::new("down", turned).start, i64::MAX);
    }

    #[test]
    fn a_list_in_memory_is_read_both_ways() {
        let rows = |from| Page { limit: 1, from }.of_ascending([1, 3, 5, 7].into_iter(), |id| *id);
        assert_eq!(rows(From::Start), [1, 3]);
        assert_eq!(rows(From::After(3)), [5, 7]);
        assert_eq!(rows(From::Before(5)), [3, 1]);
        assert_eq!(rows(From::Before(1)), [0; 0]);
    }

    #[test]
    fn wrong_parameters_are_told_by_name() {
        let params = PageParams { limit: Some("0".into()), after: Some("msg_1".into()), before: None };
        let errors = params.read(Noun::Key).unwrap_err().errors;
        assert_eq!(errors.iter().map(|error| error.pointer.as_str()).collect::<Vec<_>>(), ["limit", "after"]);
    }
}
