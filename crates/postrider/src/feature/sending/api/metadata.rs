//! What a client hangs on an email: any JSON object, read with a bound on its elements.

use std::fmt;

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::feature::sending::control::JSON_MAX;

/// Elements of the metadata of an email, at any depth. Reason: each takes at least two octets of [`JSON_MAX`], but some
/// hundred octets of memory while it is read.
const ELEMENTS_MAX: usize = JSON_MAX / 2;

/// An object with [`ELEMENTS_MAX`] elements at most.
#[derive(Debug, Default, PartialEq)]
pub struct Metadata(pub Map<String, Value>);

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Metadata, D::Error> {
        object(deserializer, ELEMENTS_MAX).map(Metadata)
    }
}

/// Elements of a template's variables. Reason: each weighs eight octets at least of what a rendering takes.
const VARIABLES_MAX: usize = 256 * 1024 / 8;

/// The variables of a template: an object with [`VARIABLES_MAX`] elements at most.
#[derive(Debug, Default, PartialEq)]
pub struct Variables(pub Map<String, Value>);

impl<'de> Deserialize<'de> for Variables {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Variables, D::Error> {
        object(deserializer, VARIABLES_MAX).map(Variables)
    }
}

fn object<'de, D: Deserializer<'de>>(deserializer: D, max: usize) -> Result<Map<String, Value>, D::Error> {
    let mut left = max;
    match (Element { left: &mut left, max }).deserialize(deserializer)? {
        Value::Object(object) => Ok(object),
        _ => Err(D::Error::custom("an object is expected")),
    }
}

/// A value, and how many more may be read.
struct Element<'l> {
    left: &'l mut usize,
    max: usize,
}

impl Element<'_> {
    fn count<E: Error>(&mut self) -> Result<Element<'_>, E> {
        let more = || E::custom(format!("more than {} elements", self.max));
        *self.left = self.left.checked_sub(1).ok_or_else(more)?;
        Ok(Element { left: self.left, max: self.max })
    }
}

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Element<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element_seed(Element { left: self.left, max: self.max })? {
            self.count::<A::Error>()?;
            list.push(value);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let element = self.count::<A::Error>()?;
            object.insert(name, map.next_value_seed(element)?);
        }
        Ok(object.into())
    }
}

/// Whether a client asks for something, whatever it is: `null` and `false` ask for nothing.
#[derive(Debug, Default, PartialEq)]
pub struct Asks(pub bool);

impl<'de> Deserialize<'de> for Asks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Asks, D::Error> {
        deserializer.deserialize_any(AsksVisitor)
    }
}

struct AsksVisitor;

impl<'de> Visitor<'de> for AsksVisitor {
    type Value = Asks;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Asks, E> {
        Ok(Asks(false))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Asks, E> {
        Ok(Asks(value))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Asks, E> {
        Ok(Asks(true))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Asks, E> {
        Ok(Asks(true))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Asks, E> {
        Ok(Asks(true))
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Asks, E> {
        Ok(Asks(true))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Asks, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Asks(true))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Asks, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Asks(true))
    }
}
