//! Which field of the data an error of the engine is about.

use minijinja::Error;
use serde_json::{Map, Value};

use super::Wrong;

/// Loops that are looked at. Reason: the one that is meant is among the nearest.
const LOOPS_MAX: usize = 1_000;

/// The field that a template used and the data does not have.
pub(super) fn missing(error: &Error, data: &Map<String, Value>) -> Option<Wrong> {
    let source = error.template_source()?;
    let range = error.range()?;
    // The engine names what is undefined where it knows it; the range may cover more.
    let named = error.detail().and_then(|detail| detail.strip_prefix('`')?.split_once("` is undefined"));
    let words = named.map_or_else(|| words_at(source, &range), |(words, _)| words);
    let path = path_of(words);
    let (first, rest) = path.split_first()?;
    let mut pointer = String::new();
    let mut reason = format!("{} is missing", shown(&path));
    if data.contains_key(*first) || rest.is_empty() && each_of(source, range.start, first).is_none() {
        for name in &path {
            pointer.push('/');
            pointer.push_str(&escaped(name));
        }
    } else if let Some(list) = each_of(source, range.start, first) {
        // Which entry it was is not known to the engine.
        for name in path_of(list) {
            pointer.push('/');
            pointer.push_str(&escaped(name));
        }
        reason = format!("an entry has no {}", shown(rest));
    } else {
        pointer = format!("/{}", escaped(first));
    }
    Some(Wrong { pointer, missing: true, reason })
}

/// The expression in a range; of a filter, what it was given.
fn words_at<'s>(source: &'s str, range: &std::ops::Range<usize>) -> &'s str {
    let before = source.get(..range.start).unwrap_or_default().trim_end();
    let Some(given) = before.strip_suffix('|').map(str::trim_end) else {
        return source.get(range.clone()).unwrap_or_default().trim();
    };
    let of_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']' | '\'' | '"');
    &given[given.trim_end_matches(of_path).len()..]
}

fn shown(path: &[&str]) -> String {
    path.join(".")
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The names at the start of an expression: `a.b['c']` is a, b, c.
fn path_of(words: &str) -> Vec<&str> {
    let mut path = Vec::new();
    let mut rest = words;
    loop {
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        if end == 0 {
            return path;
        }
        path.push(&rest[..end]);
        rest = &rest[end..];
        while let Some(inside) = rest.strip_prefix('[') {
            let Some((key, after)) = inside.split_once(']') else { return path };
            path.push(key.trim().trim_matches(['"', '\'']));
            rest = after;
        }
        match rest.strip_prefix('.') {
            Some(after) => rest = after,
            None => return path,
        }
    }
}

/// What the nearest loop before `at` whose variable is `name` goes over.
fn each_of<'s>(source: &'s str, at: usize, name: &str) -> Option<&'s str> {
    let before = source.get(..at)?;
    before.rmatch_indices("for ").take(LOOPS_MAX).find_map(|(start, _)| {
        let rest = before[start + 4..].trim_start().strip_prefix(name)?;
        rest.trim_start().strip_prefix("in ").map(str::trim_start)
    })
}
