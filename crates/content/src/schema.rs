//! Checking data against a template's JSON Schema (draft 2020-12), and filling in its defaults.
//!
//! Guarantees: nothing is fetched, patterns run in linear time, and every wrong field is told at once. A schema that names
//! itself, or whose definitions name each other so often that looking at a value would take long, is refused.

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::{Map, Value};

use std::collections::HashMap;

use crate::limits::Limit;
use crate::problem::{Place, Problem};
use crate::render::{Wrong, octets};

/// Wrong fields that are told. Reason: a list of a thousand wrong entries says nothing new after some.
const TOLD_MAX: usize = 50;
/// Octets that a pattern may take when it is compiled.
const PATTERN_BYTES_MAX: usize = 256 * 1024;
/// Patterns of a schema. Reason: each is compiled, and takes memory as long as the template is ready.
const PATTERNS_MAX: usize = 100;
/// Octets of a schema, as JSON.
const SCHEMA_BYTES_MAX: usize = 128 * 1024;
/// Steps to look at one value with all definitions put in where they are named.
const STEPS_MAX: u64 = 20_000;
/// Steps to look at all values of the data.
const WORK_MAX: u64 = 20_000_000;
/// How deep defaults are filled in.
const DEPTH_MAX: usize = 32;

pub(crate) struct Schema {
    validator: Validator,
    schema: Value,
    steps: u64,
}

impl Schema {
    pub(crate) fn new(schema: &Value) -> Result<Schema, Problem> {
        let place = || Place { field: "schema".into(), ..Place::default() };
        if !schema.is_object() {
            return Err(Problem { place: place(), reason: "a JSON Schema is an object".into() });
        }
        let steps = Cost::of(schema).map_err(|reason| Problem { place: place(), reason })?;
        let patterns =
            PatternOptions::regex().size_limit(PATTERN_BYTES_MAX).dfa_size_limit(PATTERN_BYTES_MAX);
        let options = jsonschema::options().with_draft(Draft::Draft202012).with_pattern_options(patterns);
        let options = options.should_validate_formats(true).offline();
        let validator = options.build(schema).map_err(|error| Problem {
            place: place(),
            reason: format!("{}: {}", error.instance_path(), error.masked_with("this value")),
        })?;
        Ok(Schema { validator, schema: schema.clone(), steps })
    }

    /// Fills in the defaults, in up to `room` octets, then tells what is wrong.
    ///
    /// # Errors
    /// The data is too long with its defaults, or there is too much to look at.
    pub(crate) fn complete(&self, data: &mut Map<String, Value>, room: usize) -> Result<Vec<Wrong>, Limit> {
        let values = data.values().map(values).sum::<u64>() + 1;
        if self.steps.saturating_mul(values) > WORK_MAX {
            return Err(Limit::Work);
        }
        fill(&self.schema, data, &mut Filling { room, depth: 0 })?;
        let whole = Value::Object(std::mem::take(data));
        let wrong = self.validator.iter_errors(&whole).take(TOLD_MAX).map(|error| {
            let pointer = error.instance_path().to_string();
            match error.kind() {
                ValidationErrorKind::Required { property } => {
                    let name = property.as_str().unwrap_or_default();
                    let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                    Wrong { pointer, missing: true, reason: format!("{name} is missing") }
                }
                _ => Wrong { pointer, missing: false, reason: error.masked_with("this value").to_string() },
            }
        });
        let wrong = wrong.collect();
        if let Value::Object(map) = whole {
            *data = map;
        }
        Ok(wrong)
    }
}

/// Values within a value, and itself.
fn values(value: &Value) -> u64 {
    1 + match value {
        Value::Array(list) => list.iter().map(values).sum(),
        Value::Object(map) => map.values().map(values).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// Counts the steps of a schema.
struct Cost<'s> {
    root: &'s Value,
    /// Of definitions that were counted; none: it is being counted.
    known: HashMap<&'s str, Option<u64>>,
    patterns: usize,
}

impl<'s> Cost<'s> {
    fn of(root: &'s Value) -> Result<u64, String> {
        if root.to_string().len() > SCHEMA_BYTES_MAX {
            return Err(format!("a schema is at most {SCHEMA_BYTES_MAX} octets"));
        }
        let mut cost = Cost { root, known: HashMap::new(), patterns: 0 };
        let steps = cost.steps(root)?;
        if steps > STEPS_MAX || cost.patterns > PATTERNS_MAX {
            return Err(format!(
                "more than {STEPS_MAX} steps, or {PATTERNS_MAX} patterns, to look at one value"
            ));
        }
        Ok(steps)
    }

    fn steps(&mut self, schema: &'s Value) -> Result<u64, String> {
        let mut steps = 1_u64;
        match schema {
            Value::Array(list) => {
                for one in list {
                    steps = steps.saturating_add(self.steps(one)?);
                }
            }
            Value::Object(map) => {
                for (name, value) in map {
                    self.patterns += match name.as_str() {
                        "pattern" => 1,
                        "patternProperties" => value.as_object().map_or(0, Map::len),
                        _ => 0,
                    };
                    let more = match (name.as_str(), value) {
                        ("$dynamicRef" | "$recursiveRef", Value::String(_)) => {
                            return Err(format!("{name} does not exist here: use $ref"));
                        }
                        ("$ref", Value::String(to)) => self.named(to)?,
                        _ => self.steps(value)?,
                    };
                    steps = steps.saturating_add(more);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        Ok(steps)
    }

    fn named(&mut self, to: &'s str) -> Result<u64, String> {
        match self.known.get(to) {
            Some(Some(steps)) => return Ok(*steps),
            Some(None) => return Err(format!("the definition {to} names itself")),
            None => {}
        }
        let found = to.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
        let Some(schema) = found else { return Err(format!("there is no definition {to} in this schema")) };
        self.known.insert(to, None);
        let steps = self.steps(schema)?;
        self.known.insert(to, Some(steps));
        Ok(steps)
    }
}

/// What defaults may still take.
struct Filling {
    room: usize,
    depth: usize,
}

/// Puts the `default` of each absent property in its place.
fn fill(schema: &Value, data: &mut Map<String, Value>, left: &mut Filling) -> Result<(), Limit> {
    let properties = schema.get("properties").and_then(Value::as_object);
    let Some(properties) = properties.filter(|_| left.depth < DEPTH_MAX) else { return Ok(()) };
    left.depth += 1;
    for (name, property) in properties {
        if !data.contains_key(name)
            && let Some(default) = property.get("default")
        {
            let taken = name.len() + octets(default);
            left.room = left.room.checked_sub(taken).ok_or(Limit::Data)?;
            data.insert(name.clone(), default.clone());
        }
        match data.get_mut(name) {
            Some(Value::Object(inner)) => fill(property, inner, left)?,
            Some(Value::Array(list)) => {
                let Some(items) = property.get("items") else { continue };
                for entry in list.iter_mut().filter_map(Value::as_object_mut) {
                    fill(items, entry, left)?;
                }
            }
            _ => {}
        }
    }
    left.depth -= 1;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn complete(schema: &Value, data: Value) -> (Value, Vec<(String, bool)>) {
        let Value::Object(mut map) = data else { panic!("an object") };
        let wrong = Schema::new(schema).unwrap().complete(&mut map, 1_000).unwrap();
        (Value::Object(map), wrong.into_iter().map(|wrong| (wrong.pointer, wrong.missing)).collect())
    }

    #[test]
    fn every_wrong_field_is_told_and_defaults_are_filled_in() {
        let schema = json!({
            "type": "object", "required": ["name", "a/b", "items"],
            "properties": {
                "name": { "type": "string", "maxLength": 3 },
                "kind": { "enum": ["x", "y"], "default": "x" },
                "items": { "type": "array", "items": {
                    "type": "object", "required": ["price"],
                    "properties": { "price": { "type": "number" }, "count": { "default": 1 } },
                } },
                "address": { "type": "object", "properties": { "city": { "default": "Lisbon" } }, "default": {} },
                "mail": { "format": "email" },
            },
        });
        let (data, wrong) = complete(
            &schema,
            json!({ "name": "long", "items": [{ "price": 1 }, {}], "kind": "z", "mail": "x" }),
        );
        let mut wrong: Vec<_> = wrong.iter().map(|(pointer, missing)| (pointer.as_str(), *missing)).collect();
        wrong.sort_unstable();
        assert_eq!(
            wrong,
            [("/a~1b", true), ("/items/1/price", true), ("/kind", false), ("/mail", false), ("/name", false)]
        );
        assert_eq!(data["items"][0]["count"], 1);
        let (data, wrong) = complete(&schema, json!({ "name": "A", "a/b": 1, "items": [] }));
        assert_eq!(
            (data["kind"].as_str(), data["address"]["city"].as_str(), wrong),
            (Some("x"), Some("Lisbon"), vec![])
        );
    }

    #[test]
    fn a_schema_that_fetches_or_makes_no_sense_is_refused() {
        for schema in [
            json!({ "$ref": "https://a.example/schema.json" }),
            json!({ "$ref": "file:///etc/passwd" }),
            json!({ "type": "strnig" }),
            json!({ "pattern": "(" }),
            json!({ "pattern": "(a{1000}){1000}" }),
            json!([]),
            json!(true),
            json!({ "$ref": "#" }),
            json!({ "$ref": "#/$defs/none" }),
            json!({ "$dynamicRef": "#x" }),
            json!({ "properties": { "a": { "allOf": [{ "$ref": "#" }, { "$ref": "#" }] } } }),
            json!({ "patternProperties": (0..101).map(|n| (format!("^{n}"), json!({}))).collect::<Map<_, _>>() }),
            json!({ "description": "x".repeat(SCHEMA_BYTES_MAX) }),
        ] {
            assert!(Schema::new(&schema).is_err(), "{schema}");
        }
    }

    #[test]
    fn a_pattern_that_backtracks_elsewhere_takes_linear_time() {
        let schema = json!({ "properties": { "x": { "pattern": "^(a+)+$" } } });
        let (_, wrong) = complete(&schema, json!({ "x": format!("{}!", "a".repeat(100_000)) }));
        assert_eq!(wrong.len(), 1);
    }

    #[test]
    fn definitions_that_name_each_other_twice_are_refused_before_they_double_forty_times() {
        let twice =
            |n| json!({ "allOf": [{ "$ref": format!("#/$defs/{n}") }, { "$ref": format!("#/$defs/{n}") }] });
        let mut defs: Map<_, _> = (0..40).map(|n| (n.to_string(), twice(n + 1))).collect();
        defs.insert("40".into(), json!({}));
        assert!(Schema::new(&json!({ "$ref": "#/$defs/0", "$defs": defs.clone() })).is_err());
        defs.retain(|name, _| name.parse::<i32>().is_ok_and(|n| n > 36));
        assert!(Schema::new(&json!({ "$ref": "#/$defs/37", "$defs": defs })).is_ok());
    }

    #[test]
    fn defaults_of_many_entries_take_no_more_room_than_the_data() {
        let schema = json!({ "properties": { "x": { "items": { "properties": { "a": { "default": "y".repeat(1_000) } } } } } });
        let schema = Schema::new(&schema).unwrap();
        let entries = |n: usize| Map::from_iter([("x".to_owned(), vec![json!({}); n].into())]);
        assert_eq!(schema.complete(&mut entries(5), 6_000), Ok(vec![]));
        assert_eq!(schema.complete(&mut entries(7), 6_000), Err(Limit::Data));
        assert_eq!(schema.complete(&mut entries(5_000_000), 6_000), Err(Limit::Work));
    }
}
