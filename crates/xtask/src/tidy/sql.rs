//! Rules on SQL: it reads no clock and no randomness, since both are parameters.

use crate::tidy::{Finding, Source, line_of, occurrences};

const DENIED: [&str; 8] = [
    "now(",
    "random(",
    "randomblob(",
    "gen_random_uuid(",
    "clock_timestamp(",
    "current_timestamp",
    "unixepoch(",
    "current_date",
];

pub fn check(source: &Source) -> Vec<Finding> {
    let sql = without_comments(&source.text).to_ascii_lowercase();
    let places = DENIED.iter().flat_map(|word| occurrences(&sql, word).map(move |at| (at, word)));
    let finding = |(at, word)| {
        Finding::new(source, line_of(&sql, at), format!("`{word}`: time and chance are parameters"))
    };
    places.map(finding).collect()
}

fn without_comments(text: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| if line.trim_start().starts_with("--") { "\n" } else { line })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_found_and_a_parameter_is_not() {
        let lines = |text: &str| {
            let source = Source { path: "a.sql".to_owned(), text: text.to_owned() };
            check(&source).into_iter().map(|finding| finding.line).collect::<Vec<_>>()
        };
        assert_eq!(lines("select 1\nwhere due < NOW()"), [2]);
        assert_eq!(lines("created integer default CURRENT_TIMESTAMP"), [1]);
        assert_eq!(lines("-- never now()\nselect :now, known(1)"), [0; 0]);
    }
}
