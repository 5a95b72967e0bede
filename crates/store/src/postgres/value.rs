//! Values as tokio-postgres binds and reads them: one `Value` fits whatever integer, text or octets the server wants.

use std::error::Error;

use bytes::{BufMut, Bytes, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::{Row, Text, Value};

type Failure = Box<dyn Error + Sync + Send>;

impl ToSql for Value {
    fn to_sql(&self, wanted: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        match self {
            Value::Null => return Ok(IsNull::Yes),
            Value::Int(value) if *wanted == Type::INT4 => out.put_i32(i32::try_from(*value)?),
            Value::Int(value) if *wanted == Type::INT2 => out.put_i16(i16::try_from(*value)?),
            Value::Int(value) if *wanted == Type::BOOL => out.put_u8(u8::from(*value != 0)),
            Value::Int(value) if *wanted == Type::INT8 => out.put_i64(*value),
            Value::Text(value) if *wanted == Type::TEXT || *wanted == Type::VARCHAR => {
                put_text(value.as_str(), out);
            }
            Value::Blob(value) if *wanted == Type::BYTEA => out.put_slice(value),
            _ => return Err(format!("the value does not fit a column of type {wanted}").into()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A NUL is the one character that PostgreSQL's text cannot hold; peers and tenants may send it.
fn put_text(text: &str, out: &mut BytesMut) {
    if text.contains('\0') {
        out.put_slice(text.replace('\0', "\u{fffd}").as_bytes());
    } else {
        out.put_slice(text.as_bytes());
    }
}

/// A text as an element of an array.
#[derive(Debug)]
pub(super) struct TextElement<'v>(pub(super) &'v str);

impl ToSql for TextElement<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        put_text(self.0, out);
        Ok(IsNull::No)
    }

    fn accepts(wanted: &Type) -> bool {
        *wanted == Type::TEXT
    }

    to_sql_checked!();
}

impl<'r> FromSql<'r> for Value {
    fn from_sql(found: &Type, raw: &'r [u8]) -> Result<Value, Failure> {
        Ok(match *found {
            Type::INT8 => Value::Int(i64::from_sql(found, raw)?),
            Type::INT4 => Value::Int(i32::from_sql(found, raw)?.into()),
            Type::INT2 => Value::Int(i16::from_sql(found, raw)?.into()),
            Type::BOOL => Value::Int(bool::from_sql(found, raw)?.into()),
            Type::BYTEA => Value::Blob(Bytes::copy_from_slice(raw)),
            _ => Value::Text(Text::Owned(<&str>::from_sql(found, raw)?.into())),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Value, Failure> {
        Ok(Value::Null)
    }

    fn accepts(found: &Type) -> bool {
        matches!(
            *found,
            Type::INT8
                | Type::INT4
                | Type::INT2
                | Type::BOOL
                | Type::BYTEA
                | Type::TEXT
                | Type::VARCHAR
                | Type::NAME
        )
    }
}

pub(super) fn read_row(row: &tokio_postgres::Row) -> Result<Row, tokio_postgres::Error> {
    (0..row.len()).map(|column| row.try_get(column)).collect::<Result<Vec<_>, _>>().map(Row)
}
