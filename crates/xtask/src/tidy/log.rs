//! Every line that the product logs at info or above stands in the list of log lines.

use crate::tidy::code::blank;
use crate::tidy::{Finding, Source, line_of};

/// Where the lines are explained.
const LIST: &str = "docs/log.md";

/// The macros that log what operators read.
const MACROS: [&str; 3] = ["tracing::info!(", "tracing::warn!(", "tracing::error!("];

pub fn unlisted(sources: &[Source]) -> Vec<Finding> {
    let list = sources.iter().find(|source| source.path == LIST).map_or("", |source| source.text.as_str());
    let product =
        |source: &&Source| source.path.ends_with(".rs") && !source.path.starts_with("crates/xtask/");
    sources.iter().filter(product).flat_map(|source| missing(source, list)).collect()
}

fn missing(source: &Source, list: &str) -> Vec<Finding> {
    let code = blank(&source.text);
    let places =
        MACROS.iter().flat_map(|name| code.match_indices(name).map(|(at, name)| (at, at + name.len())));
    let unlisted = |(at, open): (usize, usize)| {
        let arguments = &source.text[open..open + length(&code[open..])];
        let line = sentence(arguments)?;
        (!list.contains(&format!("| {line} |"))).then(|| {
            Finding::new(source, line_of(&code, at), format!("the log line \"{line}\" is not in {LIST}"))
        })
    };
    places.filter_map(unlisted).collect()
}

/// Octets to the parenthesis that closes what stands before `code`.
fn length(code: &str) -> usize {
    let mut depth = 1;
    for (at, byte) in code.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    code.len()
}

/// The message: the last text among the arguments.
fn sentence(arguments: &str) -> Option<&str> {
    let (before, _) = arguments.rsplit_once('"')?;
    before.rsplit_once('"').map(|(_, sentence)| sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_nobody_explained_is_found() {
        let source = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
        let code = "fn a() {\n    tracing::info!(name = name(\"x\"), \"told\");\n    tracing::warn!(\n        \"not told\"\n    );\n\
                    tracing::debug!(\"for us\"); // tracing::info!(\"no code\")\n}\n";
        let sources = [source("crates/net/src/a.rs", code), source(LIST, "| told | `name` | info | |\n")];
        let found: Vec<_> =
            unlisted(&sources).into_iter().map(|finding| (finding.line, finding.rule)).collect();
        assert_eq!(found, [(3, "the log line \"not told\" is not in docs/log.md".to_owned())]);
    }
}
