//! A query's text: one for both databases, its parameters named.
//!
//! `:name` stands for a parameter. SQLite gets `?1`, PostgreSQL `$1`, numbered by first appearance, so that a
//! name may stand twice; `::type` casts, `'quoted text'` and `-- comments` are left alone.

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::{StoreError, Value};

/// A query as its slice wrote it. Made by [`query!`](crate::query), or from a text that a filter builder composed.
pub struct Query {
    name: &'static str,
    text: Cow<'static, str>,
    postgres: Option<&'static str>,
    compiled: [OnceLock<Compiled>; 2],
}

pub(crate) struct Compiled {
    pub(crate) sql: String,
    pub(crate) params: Vec<Box<str>>,
}

#[derive(Clone, Copy)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Query {
    #[must_use]
    pub const fn new(name: &'static str, text: &'static str) -> Query {
        Query { name, text: Cow::Borrowed(text), postgres: None, compiled: [const { OnceLock::new() }; 2] }
    }

    /// The two databases need different words.
    #[must_use]
    pub const fn split(name: &'static str, sqlite: &'static str, postgres: &'static str) -> Query {
        let mut query = Query::new(name, sqlite);
        query.postgres = Some(postgres);
        query
    }

    /// A text composed at run time from parts that the program wrote: never from what a peer or a tenant sent.
    #[must_use]
    pub fn composed(name: &'static str, text: String) -> Query {
        Query { name, text: Cow::Owned(text), postgres: None, compiled: [const { OnceLock::new() }; 2] }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn compiled(&self, dialect: Dialect) -> &Compiled {
        match dialect {
            Dialect::Sqlite => self.compiled[0].get_or_init(|| compile(&self.text, '?')),
            Dialect::Postgres => {
                self.compiled[1].get_or_init(|| compile(self.postgres.unwrap_or(&self.text), '$'))
            }
        }
    }

    /// The values in the order in which the compiled text numbers them.
    pub(crate) fn bind<'v>(
        &self,
        compiled: &Compiled,
        params: &'v [(&str, Value)],
    ) -> Result<Vec<&'v Value>, StoreError> {
        let find = |name: &str| {
            params.iter().find(|(given, _)| *given == name).map(|(_, value)| value).ok_or_else(|| {
                StoreError::Broken {
                    query: self.name.into(),
                    reason: format!("parameter :{name} was not given"),
                }
            })
        };
        compiled.params.iter().map(|name| find(name)).collect()
    }
}

fn compile(text: &str, mark: char) -> Compiled {
    let mut sql = String::with_capacity(text.len());
    let mut params: Vec<Box<str>> = Vec::new();
    let mut rest = text;
    while let Some(stop) = rest.find([':', '\'', '-']) {
        sql.push_str(&rest[..stop]);
        rest = &rest[stop..];
        let taken = untouched(rest);
        if taken > 0 {
            sql.push_str(&rest[..taken]);
            rest = &rest[taken..];
            continue;
        }
        let name_len =
            rest[1..].find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len() - 1);
        let name = &rest[1..=name_len];
        let number = params.iter().position(|known| **known == *name).unwrap_or_else(|| {
            params.push(name.into());
            params.len() - 1
        });
        sql.push(mark);
        sql.push_str(&(number + 1).to_string());
        rest = &rest[1 + name_len..];
    }
    sql.push_str(rest);
    Compiled { sql, params }
}

/// How much at the start of `rest` is no parameter: a quoted text, a comment, a cast, a lone sign.
fn untouched(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    match bytes[0] {
        b'\'' => rest[1..].find('\'').map_or(rest.len(), |end| end + 2),
        b'-' if bytes.get(1) == Some(&b'-') => rest.find('\n').unwrap_or(rest.len()),
        b':' if bytes.get(1) == Some(&b':') => 2,
        b':' if bytes.get(1).is_some_and(u8::is_ascii_alphabetic) => 0,
        _ => 1,
    }
}

/// Declares a query from a file beside the code: `query!(LIST, "queries/list.sql")`, or with a second file where
/// PostgreSQL needs other words.
#[macro_export]
macro_rules! query {
    ($vis:vis $name:ident, $file:literal) => {
        $vis static $name: $crate::Query = $crate::Query::new(stringify!($name), include_str!($file));
    };
    ($vis:vis $name:ident, $file:literal, $postgres:literal) => {
        $vis static $name: $crate::Query =
            $crate::Query::split(stringify!($name), include_str!($file), include_str!($postgres));
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_numbers_and_the_rest_stays() {
        let cases = [
            ("SELECT :a, :b, :a", "SELECT $1, $2, $1", vec!["a", "b"]),
            (
                "x = :now::bigint - 1 -- :not\n AND y = ':no' AND z=:z_1",
                "x = $1::bigint - 1 -- :not\n AND y = ':no' AND z=$2",
                vec!["now", "z_1"],
            ),
            ("no parameters", "no parameters", vec![]),
            ("end :e", "end $1", vec!["e"]),
        ];
        for (text, sql, params) in cases {
            let compiled = compile(text, '$');
            assert_eq!(compiled.sql, sql);
            assert_eq!(compiled.params.iter().map(|p| &**p).collect::<Vec<_>>(), params);
        }
    }

    #[test]
    fn a_missing_parameter_is_named() {
        let query = Query::new("Q", "SELECT :a");
        let error = query.bind(query.compiled(Dialect::Sqlite), &[]).unwrap_err();
        assert!(error.to_string().contains(":a"), "{error}");
    }
}
