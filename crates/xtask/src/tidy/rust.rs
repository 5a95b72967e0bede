//! Rules on Rust sources: header, length of functions, names, walls between the crates.

use crate::tidy::code::blank;
use crate::tidy::{Finding, Source, line_of, occurrences};

/// Lines of a function, without empty ones.
const FUNCTION_LINES_MAX: usize = 70;

/// Names that say where code was put, not what it is.
const MODULE_NAMES_DENIED: [&str; 6] = ["common", "utils", "util", "types", "helpers", "misc"];

/// Crates that decide and never act.
const PURE_CRATES: [&str; 5] = ["mail", "smtp", "queue", "content", "console"];

/// What a pure crate would act with.
const IMPURE: [&str; 9] = [
    "Instant",
    "SystemTime",
    "tokio",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "UnixStream",
    "std::thread",
    "rand",
];

/// The databases' libraries, which one crate knows.
const DATABASE_CRATES: [&str; 2] = ["rusqlite", "tokio_postgres"];

/// Unfinished code.
const UNFINISHED: [&str; 3] = ["todo!", "unimplemented!", "dbg!"];

/// Words that the glossary replaces, as parts of names, with the right word.
const WORDS_DENIED: [(&str, &str); 9] = [
    ("blacklist", "suppression"),
    ("blocklist", "suppression"),
    ("whitelist", "allowed"),
    ("soft_bounce", "try later"),
    ("hard_bounce", "bounce class"),
    ("sending_ip", "egress source"),
    ("vmta", "egress source"),
    ("mail_item", "message"),
    ("fn get_", "the noun alone"),
];

pub fn check(source: &Source) -> Vec<Finding> {
    let code = blank(&source.text);
    let mut findings = Vec::from_iter(header(source));
    findings.extend(module_name(source));
    findings.extend(long_functions(source, &code));
    findings.extend(walls(source, &code));
    findings.extend(denied(source, &code, &UNFINISHED, |word| format!("{word} is unfinished code")));
    for (word, right) in WORDS_DENIED {
        let lower = code.to_ascii_lowercase();
        let places = lower.match_indices(word).map(|(at, _)| line_of(&code, at)).collect::<Vec<_>>();
        let rule = format!("`{word}`: the glossary says {right}");
        findings.extend(places.into_iter().map(|line| Finding::new(source, line, rule.clone())));
    }
    findings
}

fn header(source: &Source) -> Option<Finding> {
    let starts = source.text.starts_with("//!");
    (!starts)
        .then(|| Finding::new(source, 1, "a file begins with `//!`: what it guarantees, what is not there"))
}

fn module_name(source: &Source) -> Option<Finding> {
    let path = source.path.strip_suffix(".rs").unwrap_or(&source.path);
    let name = path.split('/').find(|part| MODULE_NAMES_DENIED.contains(part))?;
    Some(Finding::new(source, 1, format!("a module is named for what it is, not `{name}`")))
}

fn walls(source: &Source, code: &str) -> Vec<Finding> {
    let Some((name, within)) = source.path.strip_prefix("crates/").and_then(|rest| rest.split_once('/'))
    else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    // An example may act: it measures, or shows.
    if PURE_CRATES.contains(&name) && !within.starts_with("examples/") {
        findings.extend(denied(source, code, &IMPURE, |word| format!("`{name}` is pure: no {word}")));
    }
    if name != "store" {
        findings.extend(denied(source, code, &DATABASE_CRATES, |word| format!("only `store` knows {word}")));
    }
    findings
}

fn denied(source: &Source, code: &str, words: &[&str], rule: impl Fn(&str) -> String) -> Vec<Finding> {
    let places = words.iter().flat_map(|word| occurrences(code, word).map(move |at| (at, word)));
    places.map(|(at, word)| Finding::new(source, line_of(code, at), rule(word))).collect()
}

fn long_functions(source: &Source, code: &str) -> Vec<Finding> {
    let long = |at: usize| {
        let (name, body) = function(code, at)?;
        let lines = body.lines().filter(|line| !line.trim().is_empty()).count();
        let rule = format!("`{name}` has {lines} lines, more than {FUNCTION_LINES_MAX}");
        (lines > FUNCTION_LINES_MAX).then(|| Finding::new(source, line_of(code, at), rule))
    };
    occurrences(code, "fn").filter_map(long).collect()
}

/// The name of the function whose `fn` is at `at`, and its text to the closing brace; none for a type or a bare declaration.
fn function(code: &str, at: usize) -> Option<(&str, &str)> {
    let rest = &code[at..];
    let name = rest[2..].trim_start();
    let name = &name[..name.find(|c: char| !c.is_alphanumeric() && c != '_')?];
    if name.is_empty() {
        return None;
    }
    let mut nesting = 0_i32;
    let open = rest.find(|c: char| {
        match c {
            '(' | '[' => nesting += 1,
            ')' | ']' => nesting -= 1,
            _ => {}
        }
        nesting == 0 && (c == '{' || c == ';')
    })?;
    let mut depth = 0_i32;
    let close = rest[open..].find(|c: char| {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        depth == 0
    })?;
    rest[open..].starts_with('{').then(|| (name, &rest[..=open + close]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(path: &str, text: &str) -> Vec<String> {
        let source = Source { path: path.to_owned(), text: text.to_owned() };
        check(&source).into_iter().map(|finding| format!("{}: {}", finding.line, finding.rule)).collect()
    }

    #[test]
    fn each_rule_sees_its_breach() {
        let cases = [
            ("crates/net/src/lib.rs", "use a;\n", "1: a file begins with"),
            ("crates/net/src/utils.rs", "//! x\n", "1: a module is named"),
            ("crates/net/src/types/a.rs", "//! x\n", "1: a module is named"),
            ("crates/queue/src/a.rs", "//! x\nuse std::time::Instant;\n", "2: `queue` is pure"),
            ("crates/mail/src/a.rs", "//! x\n\nuse tokio::net;\n", "3: `mail` is pure"),
            (
                "crates/mail/examples/a.rs",
                "//! x\n\nuse tokio::net;\nuse rusqlite;\n",
                "4: only `store` knows",
            ),
            ("crates/net/src/a.rs", "//! x\nuse rusqlite::Row;\n", "2: only `store` knows"),
            ("crates/net/src/a.rs", "//! x\nfn a() { todo!() }\n", "2: todo! is unfinished"),
            ("crates/net/src/a.rs", "//! x\nstruct Blacklist;\n", "2: `blacklist`"),
            ("crates/net/src/a.rs", "//! x\nfn get_name() {}\n", "2: `fn get_`"),
        ];
        for (path, text, expected) in cases {
            let found = rules(path, text);
            assert!(found.len() == 1 && found[0].starts_with(expected), "{path} {text:?}: {found:?}");
        }
    }

    #[test]
    fn good_sources_pass() {
        let text = "//! x\n// tokio, Instant: not here\nfn a() -> &'static str { \"todo! SystemTime\" }\n";
        assert_eq!(rules("crates/mail/src/a.rs", text), [""; 0]);
        assert_eq!(rules("crates/store/src/a.rs", "//! x\nuse rusqlite::Row;\n"), [""; 0]);
    }

    #[test]
    fn a_function_may_have_seventy_lines() {
        let with =
            |lines: usize| format!("//! x\nfn a(x: [u8; 2]) {{\n{}}}\n", "    b();\n".repeat(lines - 2));
        assert_eq!(rules("crates/net/src/a.rs", &with(70)), [""; 0]);
        assert_eq!(rules("crates/net/src/a.rs", &with(71)), ["2: `a` has 71 lines, more than 70"]);
    }
}
