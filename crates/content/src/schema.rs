//! Checking data against a template's JSON Schema (draft 2020-12), and filling in its defaults.
//!
//! Guarantees: nothing is fetched, patterns run in linear time, and every wrong field is told at once.

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::{Map, Value};

use crate::problem::{Place, Problem};
use crate::render::Wrong;

/// Wrong fields that are told. Reason: a list of a thousand wrong entries says nothing new after some.
const TOLD_MAX: usize = 50;
/// Octets that a pattern may take when it is compiled.
const PATTERN_BYTES_MAX: usize = 1024 * 1024;
/// How deep defaults are filled in.
const DEPTH_MAX: usize = 32;

pub(crate) struct Schema {
    validator: Validator,
    schema: Value,
}

impl Schema {
    pub(crate) fn new(schema: &Value) -> Result<Schema, Problem> {
        let place = || Place { field: "schema".into(), ..Place::default() };
        if !schema.is_object() {
            return Err(Problem { place: place(), reason: "a JSON Schema is an object".into() });
        }
        let patterns =
            PatternOptions::regex().size_limit(PATTERN_BYTES_MAX).dfa_size_limit(PATTERN_BYTES_MAX);
        let options = jsonschema::options().with_draft(Draft::Draft202012).with_pattern_options(patterns);
        let options = options.should_validate_formats(true).offline();
        let validator = options.build(schema).map_err(|error| Problem {
            place: place(),
            reason: format!("{}: {}", error.instance_path(), error.masked_with("this value")),
        })?;
        Ok(Schema { validator, schema: schema.clone() })
    }

    /// Fills in the defaults, then tells what is wrong.
    pub(crate) fn complete(&self, data: &mut Map<String, Value>) -> Vec<Wrong> {
        fill(&self.schema, data, 0);
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
        wrong
    }
}

/// Puts the `default` of each absent property in its place.
fn fill(schema: &Value, data: &mut Map<String, Value>, depth: usize) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object).filter(|_| depth < DEPTH_MAX)
    else {
        return;
    };
    for (name, property) in properties {
        if !data.contains_key(name)
            && let Some(default) = property.get("default")
        {
            data.insert(name.clone(), default.clone());
        }
        match data.get_mut(name) {
            Some(Value::Object(inner)) => fill(property, inner, depth + 1),
            Some(Value::Array(list)) => {
                let Some(items) = property.get("items") else { continue };
                let objects = list.iter_mut().filter_map(Value::as_object_mut);
                objects.for_each(|entry| fill(items, entry, depth + 1));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn complete(schema: &Value, data: Value) -> (Value, Vec<(String, bool)>) {
        let Value::Object(mut map) = data else { panic!("an object") };
        let wrong = Schema::new(schema).unwrap().complete(&mut map);
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
}
