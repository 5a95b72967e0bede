//! Pages of a list, newest first, by the ids at their ends: stable while things are added, cheap at any depth.

use serde::{Deserialize, Serialize};
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
    /// Entries older than the one with this id.
    pub after: Option<String>,
    /// Entries newer than the one with this id.
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
    Newest,
    /// Ids below this one, largest first.
    Below(i64),
    /// Ids above this one, smallest first: the page itself is still shown newest first.
    Above(i64),
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
            (None, None) => From::Newest,
            (Some(after), None) => From::Below(id("after", after)),
            (None, Some(before)) => From::Above(id("before", before)),
            (Some(_), Some(_)) => {
                mistakes.add("before", Code::InvalidValue, "give after or before, not both");
                From::Newest
            }
        };
        Page { limit, from }
    }
}

impl Page {
    /// Rows to read: one more than is shown tells whether there are more.
    #[must_use]
    pub fn rows(self) -> i64 {
        self.limit + 1
    }

    /// The largest id that may be shown is below this one. For a list that only goes on towards older entries.
    ///
    /// # Errors
    /// `before` was asked for.
    pub fn below(self) -> Result<i64, ApiError> {
        match self.from {
            From::Newest => Ok(i64::MAX),
            From::Below(id) => Ok(id),
            From::Above(_) => {
                Err(ApiError::field("before", Code::NotAvailableYet, "this list is only read with after"))
            }
        }
    }
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
        if matches!(page.from, From::Above(_)) {
            rows.reverse();
        }
        List { object: "list", data: rows.into_iter().map(show).collect(), has_more, next }
    }

    /// A list that is always whole.
    #[must_use]
    pub fn whole(data: Vec<T>) -> List<T> {
        List { object: "list", data, has_more: false, next: None }
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
        assert_eq!(shown(From::Newest, vec![9, 8]), (vec![9, 8], false, None));
        assert_eq!(shown(From::Newest, vec![9, 8, 7]), (vec![9, 8], true, Some(Noun::Key.show(8))));
        assert_eq!(shown(From::Above(4), vec![5, 6, 7]), (vec![6, 5], true, Some(Noun::Key.show(6))));
    }

    #[test]
    fn wrong_parameters_are_told_by_name() {
        let params = PageParams { limit: Some("0".into()), after: Some("msg_1".into()), before: None };
        let errors = params.read(Noun::Key).unwrap_err().errors;
        assert_eq!(errors.iter().map(|error| error.pointer.as_str()).collect::<Vec<_>>(), ["limit", "after"]);
    }
}
