//! Values as rusqlite binds and reads them.

use bytes::Bytes;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};

use crate::{Row, Text, Value};

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(value) => ValueRef::Integer(*value),
            Value::Text(value) => ValueRef::Text(value.as_str().as_bytes()),
            Value::Blob(value) => ValueRef::Blob(value),
        }))
    }
}

pub(super) fn read_row(row: &rusqlite::Row<'_>, columns: usize) -> rusqlite::Result<Row> {
    (0..columns).map(|column| Ok(read(row.get_ref(column)?))).collect::<rusqlite::Result<Vec<_>>>().map(Row)
}

fn read(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Int(value),
        // No column holds a real; an average in a report is read as whole.
        #[allow(clippy::cast_possible_truncation)]
        ValueRef::Real(value) => Value::Int(value as i64),
        ValueRef::Text(value) => Value::Text(Text::Owned(String::from_utf8_lossy(value).into())),
        ValueRef::Blob(value) => Value::Blob(Bytes::copy_from_slice(value)),
    }
}
