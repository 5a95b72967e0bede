//! What a write is made of: rows of hot statements, and steps for everything that is not hot.
//!
//! A hot statement has a batch form for each database: a prepared statement in a loop on SQLite, arrays through
//! `UNNEST` on PostgreSQL. Rows of all writes of a batch that use the same statement are executed together.

use crate::{Query, StoreError, Value};

/// The type of one column of a hot statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Int,
    Text,
    Blob,
}

/// A statement that is executed for thousands of rows a second.
pub struct Statement {
    /// Of the statement, and for a plain insert of the table.
    pub name: &'static str,
    /// The columns in the order in which a row gives their values.
    pub columns: &'static [(&'static str, Kind)],
    pub form: Form,
    pub special: Special,
}

/// The words of a statement.
pub enum Form {
    /// `INSERT INTO name (columns)`: both dialects are made from the columns.
    Insert,
    /// Own words. SQLite binds `?1, ?2, …` for one row; PostgreSQL reads rows from `unnest` as `r(columns…)`:
    /// write `:rows` where that table goes.
    Words { sqlite: &'static str, postgres: &'static str },
}

/// What the committer does to the rows of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Special {
    None,
    /// The first column becomes the next event id of the writer, whatever the row gave.
    EventId,
    /// Rows that agree in all but the last column become one, its last column their sum: counters.
    SumLast,
}

impl Statement {
    #[must_use]
    pub const fn insert(name: &'static str, columns: &'static [(&'static str, Kind)]) -> Statement {
        Statement { name, columns, form: Form::Insert, special: Special::None }
    }

    pub(crate) fn sqlite(&self) -> String {
        match self.form {
            Form::Words { sqlite, .. } => sqlite.to_owned(),
            Form::Insert => {
                let names: Vec<_> = self.columns.iter().map(|(name, _)| *name).collect();
                let marks: Vec<_> = (1..=names.len()).map(|n| format!("?{n}")).collect();
                format!("INSERT INTO {} ({}) VALUES ({})", self.name, names.join(","), marks.join(","))
            }
        }
    }

    pub(crate) fn postgres(&self) -> String {
        let names: Vec<_> = self.columns.iter().map(|(name, _)| *name).collect();
        let arrays =
            self.columns.iter().enumerate().map(|(n, (_, kind))| format!("${}::{}", n + 1, array(*kind)));
        let arrays = arrays.collect::<Vec<_>>().join(",");
        let rows = format!("unnest({arrays}) AS r({})", names.join(","));
        match self.form {
            Form::Words { postgres, .. } => postgres.replace(":rows", &rows),
            Form::Insert => format!("INSERT INTO {} ({}) SELECT * FROM {rows}", self.name, names.join(",")),
        }
    }
}

fn array(kind: Kind) -> &'static str {
    match kind {
        Kind::Int => "bigint[]",
        Kind::Text => "text[]",
        Kind::Blob => "bytea[]",
    }
}

/// The values for one execution of a hot statement, as many as it has columns.
pub struct Row {
    pub statement: &'static Statement,
    pub values: Box<[Value]>,
}

/// A row that must be new: when its key already exists, nothing of the write is stored and the caller hears
/// `Committed::Guarded`. The statement inserts with `ON CONFLICT DO NOTHING`.
pub struct Guard {
    pub query: &'static Query,
    pub params: Vec<(&'static str, Value)>,
}

/// A statement that is not hot. Its answer is given back.
pub struct Step {
    pub query: &'static Query,
    pub params: Vec<(&'static str, Value)>,
    /// The write fails with `Conflict` and this sentence unless exactly so many rows were changed or returned.
    pub expect: Option<(u64, &'static str)>,
}

/// Everything that must become durable together.
#[derive(Default)]
pub struct Write {
    pub guard: Option<Guard>,
    pub steps: Vec<Step>,
    pub rows: Vec<Row>,
}

impl Write {
    /// Adds a row of a hot statement.
    pub fn row<const N: usize>(&mut self, statement: &'static Statement, values: [Value; N]) -> &mut Write {
        debug_assert_eq!(N, statement.columns.len(), "{} takes other columns", statement.name);
        self.rows.push(Row { statement, values: Box::new(values) });
        self
    }

    /// Adds a step that may change any number of rows.
    pub fn step(&mut self, query: &'static Query, params: Vec<(&'static str, Value)>) -> &mut Write {
        self.steps.push(Step { query, params, expect: None });
        self
    }

    /// Adds a step that must change or return exactly `rows` rows, else `Conflict(why)`.
    pub fn step_expecting(
        &mut self,
        rows: u64,
        why: &'static str,
        query: &'static Query,
        params: Vec<(&'static str, Value)>,
    ) -> &mut Write {
        self.steps.push(Step { query, params, expect: Some((rows, why)) });
        self
    }

    /// Only hot rows: nothing in it can fail by itself.
    pub(crate) fn is_plain(&self) -> bool {
        self.guard.is_none() && self.steps.is_empty()
    }

    pub(crate) fn size(&self) -> usize {
        self.rows.iter().flat_map(|row| row.values.iter()).map(Value::size).sum::<usize>()
            + self.steps.iter().map(|step| 64 + size_of(&step.params)).sum::<usize>()
            + self.guard.as_ref().map_or(0, |guard| size_of(&guard.params))
    }
}

fn size_of(params: &[(&'static str, Value)]) -> usize {
    params.iter().map(|(_, value)| value.size()).sum()
}

impl Step {
    pub(crate) fn check(&self, affected: u64) -> Result<(), StoreError> {
        match self.expect {
            Some((rows, why)) if rows != affected => Err(StoreError::Conflict(why.into())),
            _ => Ok(()),
        }
    }
}
