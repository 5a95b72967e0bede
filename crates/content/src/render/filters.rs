//! The filters, tests and functions that a template has.
//!
//! Guarantee: whatever goes through texts or lists pays for it first (`budget`), and the length of what is made is known
//! before it is made.
//!
//! | filter | does |
//! |---|---|
//! | `upper` `lower` `title` `capitalize` `trim` `replace` `split` `urlencode` `string` | texts |
//! | `join` `first` `last` `length` `count` `sort` `reverse` `unique` `list` `items` `dictsort` `batch` `groupby` `map` `select` `reject` `selectattr` `rejectattr` `sum` `min` `max` | lists |
//! | `default` `d` `int` `float` `round` `abs` `safe` `escape` `e` | values |
//! | `number` `money` `percent` `date` `time` `datetime` `plural` | by the rules of the locale |

use std::borrow::Cow;

use minijinja::value::{Kwargs, Rest, Value, ValueKind};
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, filters as plain, tests,
};

use super::budget::{extent, spend};
use super::locale::Rules;
use super::moment::Moment;
use crate::limits::Limits;
use crate::text;

/// Whether templates may use a filter of this name.
pub(crate) fn exists(name: &str) -> bool {
    const NAMES: [&str; 42] = [
        "abs",
        "batch",
        "capitalize",
        "count",
        "d",
        "date",
        "datetime",
        "default",
        "dictsort",
        "e",
        "escape",
        "first",
        "float",
        "groupby",
        "int",
        "items",
        "join",
        "last",
        "length",
        "list",
        "lower",
        "map",
        "max",
        "min",
        "money",
        "number",
        "percent",
        "plural",
        "reject",
        "rejectattr",
        "replace",
        "reverse",
        "round",
        "safe",
        "select",
        "selectattr",
        "sort",
        "split",
        "string",
        "sum",
        "time",
        "title",
    ];
    NAMES.binary_search(&name).is_ok() || matches!(name, "trim" | "unique" | "upper" | "urlencode")
}

/// Whether templates may call a function of this name.
pub(crate) fn is_function(name: &str) -> bool {
    matches!(name, "range" | "concat")
}

/// Numbers that `range` gives at most. Reason: mail lists what somebody wrote, it does not count.
const RANGE_MAX: i64 = 1_000;

/// An engine that can do what is declared here and nothing else.
pub(crate) fn engine(limits: &Limits) -> Environment<'static> {
    let mut engine = Environment::empty();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_debug(true);
    engine.set_fuel(Some(limits.steps_max));
    engine.set_recursion_limit(limits.depth_max);
    engine.set_auto_escape_callback(
        |name| if name.ends_with("html") { AutoEscape::Html } else { AutoEscape::None },
    );
    engine.set_formatter(write);
    let max = limits.work_max;
    add_plain(&mut engine, max);
    add_own(&mut engine, max);
    add_local(&mut engine);
    add_tests(&mut engine);
    engine.add_function("range", |first: i64, last: Option<i64>| {
        let (from, to) = last.map_or((0, first), |last| (first, last));
        let count = to.saturating_sub(from);
        if count > RANGE_MAX {
            Err(wrong(format!("range gives {RANGE_MAX} numbers at most")))
        } else {
            Ok((from..to).collect::<Vec<_>>())
        }
    });
    engine.add_function("concat", move |state: &mut State, parts: Rest<Value>| {
        let parts: Vec<_> = parts.iter().map(scalar).collect::<Result<_, _>>()?;
        spend(state, max, parts.iter().map(|part| part.len()).sum())?;
        Ok::<_, Error>(parts.concat())
    });
    engine
}

pub(super) fn wrong(reason: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, reason)
}

/// Filters of the engine whose results are not longer than a few times what they are given.
fn add_plain(engine: &mut Environment<'static>, max: u64) {
    let filters = [
        ("upper", Value::from_function(plain::upper)),
        ("lower", Value::from_function(plain::lower)),
        ("title", Value::from_function(plain::title)),
        ("capitalize", Value::from_function(plain::capitalize)),
        ("trim", Value::from_function(plain::trim)),
        ("split", Value::from_function(plain::split)),
        ("first", Value::from_function(plain::first)),
        ("last", Value::from_function(plain::last)),
        ("length", Value::from_function(plain::length)),
        ("count", Value::from_function(plain::length)),
        ("sort", Value::from_function(plain::sort)),
        ("reverse", Value::from_function(plain::reverse)),
        ("unique", Value::from_function(plain::unique)),
        ("list", Value::from_function(plain::list)),
        ("items", Value::from_function(plain::items)),
        ("dictsort", Value::from_function(plain::dictsort)),
        ("groupby", Value::from_function(plain::groupby)),
        ("map", Value::from_function(plain::map)),
        ("select", Value::from_function(plain::select)),
        ("reject", Value::from_function(plain::reject)),
        ("selectattr", Value::from_function(plain::selectattr)),
        ("rejectattr", Value::from_function(plain::rejectattr)),
        ("min", Value::from_function(plain::min)),
        ("max", Value::from_function(plain::max)),
        ("default", Value::from_function(plain::default)),
        ("d", Value::from_function(plain::default)),
        ("int", Value::from_function(plain::int)),
        ("float", Value::from_function(plain::float)),
        ("round", Value::from_function(plain::round)),
        ("abs", Value::from_function(plain::abs)),
        ("safe", Value::from_function(plain::safe)),
    ];
    for (name, filter) in filters {
        // Named arguments come as the last one.
        let charged = move |state: &mut State, args: Rest<Value>| {
            spend(state, max, cost(&args))?;
            filter.call(state, &args)
        };
        engine.add_filter(name, charged);
    }
}

/// What a filter may go through: what it is given, and for each entry of that what it is told about entries, as a list to
/// look into or the names of attributes.
fn cost(args: &[Value]) -> usize {
    let Some((given, told)) = args.split_first() else { return 0 };
    let entries = given.len().filter(|_| given.kind() != ValueKind::String).unwrap_or(0);
    let told: usize = told.iter().map(extent).sum();
    extent(given).saturating_add(told.saturating_mul(entries.max(1)))
}

/// Filters that are not the engine's, since their results may be much longer than what they are given.
fn add_own(engine: &mut Environment<'static>, max: u64) {
    engine.add_filter(
        "join",
        move |state: &mut State, list: Value, between: Option<&str>, kwargs: Kwargs| {
            let attribute = kwargs.get::<Option<String>>("attribute")?;
            kwargs.assert_all_used()?;
            let between = between.unwrap_or_default();
            let mut out = String::new();
            for (n, item) in list.try_iter()?.enumerate() {
                let item = attribute.as_deref().map_or(Ok(item.clone()), |name| item.get_attr(name))?;
                if item.is_undefined() {
                    return Err(wrong(format!("an entry has no {}", attribute.unwrap_or_default())));
                }
                let part = scalar(&item)?;
                spend(state, max, part.len() + between.len() + 1)?;
                if n > 0 {
                    out.push_str(between);
                }
                out.push_str(&part);
            }
            Ok(out)
        },
    );
    add_texts(engine, max);
    add_lists(engine, max);
}

/// Filters that write texts.
fn add_texts(engine: &mut Environment<'static>, max: u64) {
    engine.add_filter("replace", move |state: &mut State, text: &str, from: &str, to: &str| {
        if from.is_empty() {
            return Err(wrong("what is replaced cannot be empty"));
        }
        spend(state, max, text.len())?;
        spend(state, max, text.matches(from).count().saturating_mul(to.len()))?;
        Ok(text.replace(from, to))
    });
    engine.add_filter("string", move |state: &mut State, value: Value| {
        let text = scalar(&value)?.into_owned();
        spend(state, max, text.len())?;
        Ok::<_, Error>(text)
    });
    engine.add_filter("urlencode", move |state: &mut State, value: Value| {
        let text = scalar(&value)?;
        spend(state, max, text.len() * 3)?;
        Ok::<_, Error>(url_encoded(&text))
    });
    for name in ["escape", "e"] {
        engine.add_filter(name, move |state: &mut State, value: Value| {
            if value.is_safe() {
                return Ok(value);
            }
            let text = scalar(&value)?;
            spend(state, max, text.len() * 6)?;
            let mut out = String::with_capacity(text.len());
            text::escape_into(&mut out, &text);
            Ok::<_, Error>(Value::from_safe_string(out))
        });
    }
}

/// Filters of lists that count otherwise than the engine's.
fn add_lists(engine: &mut Environment<'static>, max: u64) {
    engine.add_filter("sum", move |state: &mut State, list: Value, kwargs: Kwargs| {
        let attribute = kwargs.get::<Option<String>>("attribute")?;
        kwargs.assert_all_used()?;
        spend(state, max, extent(&list))?;
        let mut sum = 0.0;
        for item in list.try_iter()? {
            sum += decimal(&attribute.as_deref().map_or(Ok(item.clone()), |name| item.get_attr(name))?)?;
        }
        // A whole number is shown without decimals.
        let whole = sum.fract() == 0.0 && sum.abs() < 1e15;
        Ok::<_, Error>(if whole { Value::from(sum as i64) } else { Value::from(sum) })
    });
    engine.add_filter("batch", move |state: &mut State, list: Value, count: usize| {
        if count == 0 {
            return Err(wrong("a batch has one entry at least"));
        }
        spend(state, max, extent(&list))?;
        let items: Vec<_> = list.try_iter()?.collect();
        Ok(items.chunks(count).map(|chunk| Value::from(chunk.to_vec())).collect::<Vec<_>>())
    });
}

/// Filters that follow the rules of the locale.
fn add_local(engine: &mut Environment<'static>) {
    engine.add_filter("number", |state: &State, value: Value, decimals: Option<u8>| {
        rules(state).number(decimal(&value)?, decimals).map_err(wrong)
    });
    engine.add_filter("percent", |state: &State, value: Value, decimals: Option<u8>| {
        rules(state).percent(decimal(&value)?, decimals.unwrap_or(0)).map_err(wrong)
    });
    engine.add_filter("money", |state: &State, value: Value, currency: &str, kwargs: Kwargs| {
        // Many systems count in the smallest unit.
        let minor = kwargs.get::<Option<bool>>("minor")?.unwrap_or(false);
        kwargs.assert_all_used()?;
        rules(state).money(decimal(&value)?, currency, minor).map_err(wrong)
    });
    engine.add_filter("plural", |state: &State, value: Value, kwargs: Kwargs| {
        let category = rules(state).plural(decimal(&value)?);
        let given = kwargs.get::<Option<Value>>(category)?;
        let other = kwargs.get::<Option<Value>>("other")?;
        given.or(other).ok_or_else(|| wrong("plural needs other='…'"))
    });
    for name in ["date", "time", "datetime"] {
        engine.add_filter(name, move |state: &State, value: Value, style: Option<&str>, kwargs: Kwargs| {
            let offset = kwargs.get::<Option<String>>("offset")?;
            kwargs.assert_all_used()?;
            let moment = match value.as_str() {
                Some(text) if text.len() > SHORT_MAX => None,
                Some(text) => Moment::parse(text),
                None => i64::try_from(value).ok().and_then(Moment::of_seconds),
            };
            let moment =
                moment.ok_or_else(|| wrong("a time looks like 2026-12-01T09:00:00Z or 2026-12-01"))?;
            let moment = match offset {
                Some(offset) => {
                    moment.at_offset(&offset).ok_or_else(|| wrong("an offset looks like +02:00"))?
                }
                None => moment,
            };
            rules(state).moment(&moment, name, style.unwrap_or("medium")).map_err(wrong)
        });
    }
}

fn add_tests(engine: &mut Environment<'static>) {
    engine.add_test("defined", tests::is_defined);
    engine.add_test("undefined", tests::is_undefined);
    engine.add_test("none", tests::is_none);
    engine.add_test("boolean", tests::is_boolean);
    engine.add_test("true", tests::is_true);
    engine.add_test("false", tests::is_false);
    engine.add_test("number", tests::is_number);
    engine.add_test("integer", tests::is_integer);
    engine.add_test("float", tests::is_float);
    engine.add_test("string", tests::is_string);
    engine.add_test("sequence", tests::is_sequence);
    engine.add_test("mapping", tests::is_mapping);
    engine.add_test("iterable", tests::is_iterable);
    engine.add_test("odd", tests::is_odd);
    engine.add_test("even", tests::is_even);
    engine.add_test("divisibleby", |value: i64, by: i64| value.checked_rem(by) == Some(0));
    engine.add_test("startingwith", tests::is_startingwith);
    engine.add_test("endingwith", tests::is_endingwith);
    engine.add_test("in", tests::is_in);
    for name in ["eq", "equalto", "=="] {
        engine.add_test(name, tests::is_eq);
    }
    for name in ["ne", "!="] {
        engine.add_test(name, tests::is_ne);
    }
    for name in ["lt", "lessthan", "<"] {
        engine.add_test(name, tests::is_lt);
    }
    for name in ["gt", "greaterthan", ">"] {
        engine.add_test(name, tests::is_gt);
    }
    for name in ["le", "<="] {
        engine.add_test(name, tests::is_le);
    }
    for name in ["ge", ">="] {
        engine.add_test(name, tests::is_ge);
    }
}

/// Writes a value into the output. A list or a map is a mistake, not a text.
fn write(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    let text = scalar(value)?;
    let escapes = !value.is_safe() && matches!(state.auto_escape(), AutoEscape::Html);
    if !escapes || !text.contains(['&', '<', '>', '"', '\'']) {
        return out.write_str(&text).map_err(Error::from);
    }
    let mut escaped = String::with_capacity(text.len() + 32);
    text::escape_into(&mut escaped, &text);
    out.write_str(&escaped).map_err(Error::from)
}

/// A value as a text.
fn scalar(value: &Value) -> Result<Cow<'_, str>, Error> {
    match value.kind() {
        ValueKind::String => Ok(Cow::Borrowed(value.as_str().unwrap_or_default())),
        ValueKind::Number | ValueKind::Bool => Ok(Cow::Owned(value.to_string())),
        ValueKind::None | ValueKind::Undefined => Ok(Cow::Borrowed("")),
        kind => Err(wrong(format!("a {kind} is not a text: choose a field of it, or use join"))),
    }
}

/// Octets of a text that is read as a number, a time or a currency. Reason: nobody pays for reading it.
const SHORT_MAX: usize = 64;

fn decimal(value: &Value) -> Result<f64, Error> {
    if value.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    let number = match value.as_str() {
        Some(text) if text.len() > SHORT_MAX => None,
        Some(text) => text.trim().parse::<f64>().ok(),
        None if value.is_number() => f64::try_from(value.clone()).ok(),
        None => None,
    };
    number.filter(|number| number.is_finite()).ok_or_else(|| wrong("this is not a number"))
}

fn rules(state: &State) -> Rules {
    let locale = state.lookup("locale");
    Rules::of(locale.as_ref().and_then(Value::as_str).unwrap_or("en"))
}

fn url_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
