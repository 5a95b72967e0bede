//! What a command has to say: words and tables for people, one JSON value for programs.

use std::io::Write;

use serde_json::{Value, json};

/// The end of a command.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) text: String,
    pub(super) json: Value,
    /// False makes the process end with code 1.
    pub(super) succeeded: bool,
}

impl Answer {
    /// Words for people, the same facts for programs.
    pub(super) fn new(text: impl Into<String>, json: Value) -> Answer {
        Answer { text: text.into(), json, succeeded: true }
    }

    /// A table for people, for programs the same entries below `name`.
    pub(super) fn list<T>(
        name: &str,
        entries: &[T],
        (header, empty): (&[&str], &str),
        row: impl Fn(&T) -> Vec<String>,
        value: impl Fn(&T) -> Value,
    ) -> Answer {
        let rows: Vec<_> = entries.iter().map(row).collect();
        let values: Vec<_> = entries.iter().map(value).collect();
        Answer::new(table(header, &rows, empty), json!({ name: values }))
    }

    /// One sentence, which is all there is to know.
    pub(super) fn said(sentence: impl Into<String>) -> Answer {
        let text = sentence.into();
        let json = json!({ "message": text });
        Answer::new(text, json)
    }

    /// A text that is an end in itself.
    pub(super) fn text(text: String) -> Answer {
        let json = json!({ "text": text });
        Answer::new(text, json)
    }

    /// An end that needs no more words: everything was said on the way.
    pub(super) fn silent() -> Answer {
        Answer::new("", Value::Null)
    }

    /// Prints to standard output. A reader that has enough (`| head`) is no error.
    pub(super) fn print(&self, as_json: bool) -> std::io::Result<()> {
        if self.json.is_null() {
            return Ok(());
        }
        let text = if as_json { self.json.to_string() } else { self.text.clone() };
        match writeln!(std::io::stdout().lock(), "{}", text.trim_end_matches('\n')) {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }
}

/// A table with columns as wide as their longest cell; `empty` is said when there are no rows.
pub(super) fn table(header: &[&str], rows: &[Vec<String>], empty: &str) -> String {
    if rows.is_empty() {
        return empty.to_owned();
    }
    let widest = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([header[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..header.len()).map(widest).collect();
    let line = |cells: Vec<&str>| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(header.to_vec())];
    lines.extend(rows.iter().map(|row| line(row.iter().map(String::as_str).collect())));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_their_names_and_an_empty_table_says_so() {
        let rows = [vec!["a".to_owned(), "2".to_owned()], vec!["long name".to_owned(), String::new()]];
        let shown = table(&["NAME", "N"], &rows, "none");
        assert_eq!(shown, "NAME       N\na          2\nlong name");
        assert_eq!(table(&["NAME"], &[], "There are none."), "There are none.");
    }
}
