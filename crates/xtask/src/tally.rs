//! Counts what passed and failed, over everything that one command ran.

use std::collections::BTreeMap;
use std::fmt;

/// A test that runs on a database says so by one of these words in its name.
const DATABASES: [(&str, &str); 2] = [("on_sqlite", "SQLite"), ("on_postgres", "PostgreSQL")];

/// What passed, what failed, and on which database.
#[derive(Debug, Default)]
pub struct Tally {
    passed: u64,
    failed: u64,
    by_database: BTreeMap<&'static str, u64>,
}

impl Tally {
    /// Counts one check and shows its line.
    pub fn record(&mut self, name: &str, outcome: &anyhow::Result<()>) {
        match outcome {
            Ok(()) => {
                println!("ok      {name}");
                self.passed += 1;
            }
            Err(error) => {
                println!("FAILED  {name}: {error:#}");
                self.failed += 1;
            }
        }
    }

    /// Counts something that failed outside any test, like a build.
    pub fn fail(&mut self) {
        self.failed += 1;
    }

    /// Reads one line of the output of `cargo test`: its summaries, and which database each single test names.
    pub fn read_cargo_line(&mut self, line: &str) {
        if let Some(summary) = line.strip_prefix("test result: ") {
            self.passed += number_before(summary, " passed");
            self.failed += number_before(summary, " failed");
        } else if let Some(test) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... ok")) {
            for (word, database) in DATABASES {
                if test.contains(word) {
                    *self.by_database.entry(database).or_default() += 1;
                }
            }
        }
    }

    /// One line on each database.
    pub fn databases(&self) -> String {
        let line = |(_, database)| {
            format!("on {database}: {} tests passed\n", self.by_database.get(database).unwrap_or(&0))
        };
        DATABASES.into_iter().map(line).collect()
    }

    pub fn succeeded(&self) -> bool {
        self.failed == 0 && self.passed > 0
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)
    }
}

fn number_before(text: &str, word: &str) -> u64 {
    let before = text.find(word).map_or("", |at| &text[..at]);
    let digits = before.rfind(|c: char| !c.is_ascii_digit()).map_or(before, |at| &before[at + 1..]);
    digits.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_of_all_test_programs_add_up() {
        let mut tally = Tally::default();
        tally.read_cargo_line("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out");
        tally.read_cargo_line(
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
        );
        tally.read_cargo_line("running 3 tests");
        assert_eq!(tally.to_string(), "15 passed, 2 failed");
        assert!(!tally.succeeded());
    }

    #[test]
    fn tests_are_counted_by_the_database_in_their_name() {
        let mut tally = Tally::default();
        for line in [
            "test life::on_sqlite ... ok",
            "test life::on_postgres ... ok",
            "test on_postgres::life ... FAILED",
            "test postgres::url ... ok",
        ] {
            tally.read_cargo_line(line);
        }
        assert_eq!(tally.databases(), "on SQLite: 1 tests passed\non PostgreSQL: 1 tests passed\n");
    }

    #[test]
    fn nothing_run_is_no_success() {
        assert!(!Tally::default().succeeded());
    }
}
