//! `cargo xtask tidy`: the project's own rules about its sources, those that a program can check.
//!
//! Guarantees: every file that git tracks or would track is read; each finding names its file, line and rule.
//! Not here: what rustfmt and clippy check already.

mod code;
mod dependency;
mod everywhere;
mod log;
mod rust;
mod sql;

use std::fmt;
use std::process::ExitCode;

use anyhow::Result;

use crate::command::{command, run_quietly};
use crate::place;

/// A text file of the project.
pub struct Source {
    /// From the root of the checkout, with `/`.
    pub path: String,
    pub text: String,
}

/// A breach of a rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    pub path: String,
    /// Counted from 1.
    pub line: usize,
    pub rule: String,
}

impl Finding {
    pub fn new(source: &Source, line: usize, rule: impl Into<String>) -> Self {
        Self { path: source.path.clone(), line, rule: rule.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.path, self.line, self.rule)
    }
}

pub fn run() -> Result<ExitCode> {
    let sources = sources()?;
    let findings = check(&sources);
    for finding in &findings {
        println!("{finding}");
    }
    println!("tidy: {} files, {} findings", sources.len(), findings.len());
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn check(sources: &[Source]) -> Vec<Finding> {
    let mut findings: Vec<_> = sources.iter().flat_map(check_one).collect();
    findings.extend(dependency::undocumented(sources));
    findings.extend(log::unlisted(sources));
    findings.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    findings
}

fn check_one(source: &Source) -> Vec<Finding> {
    let mut findings = everywhere::check(source);
    match source.path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("rs") => findings.extend(rust::check(source)),
        Some("sql") => findings.extend(sql::check(source)),
        _ => {}
    }
    findings
}

/// What git tracks, and what it would if it were added; files that are not text are left out.
fn sources() -> Result<Vec<Source>> {
    let mut git = command("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard"]).current_dir(place::root());
    let list = run_quietly(&mut git)?;
    let read = |path: &str| {
        // A file that was deleted but is still in the index cannot be read, and has nothing to say.
        let text = std::fs::read_to_string(place::root().join(path)).ok()?;
        Some(Source { path: path.to_owned(), text })
    };
    Ok(list.lines().filter_map(read).collect())
}

/// The number of the line that holds the byte at `at`, counted from 1.
fn line_of(text: &str, at: usize) -> usize {
    text[..at].bytes().filter(|&byte| byte == b'\n').count() + 1
}

/// Whether `word` begins at `at` in `text` and no letter, digit or underscore touches it.
fn stands_alone(text: &str, at: usize, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let edge =
        |inner: Option<char>, outer: Option<char>| !(inner.is_some_and(part) && outer.is_some_and(part));
    edge(word.chars().next(), text[..at].chars().next_back())
        && edge(word.chars().next_back(), text[at + word.len()..].chars().next())
}

/// Every place where `word` stands alone.
fn occurrences<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    text.match_indices(word).map(|(at, _)| at).filter(move |&at| stands_alone(text, at, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_is_tidy_enough_to_be_read() {
        let sources = sources().unwrap();
        assert!(sources.iter().any(|source| source.path == "crates/xtask/src/tidy/mod.rs"));
        let own: Vec<_> = sources
            .iter()
            .filter(|source| source.path.starts_with("crates/xtask/"))
            .flat_map(check_one)
            .collect();
        assert_eq!(own, []);
    }

    #[test]
    fn words_stand_alone() {
        assert_eq!(occurrences("now snow now_ (now)", "now").collect::<Vec<_>>(), [0, 15]);
        assert_eq!(occurrences("a.now() nownow()", "now(").collect::<Vec<_>>(), [2]);
    }
}
