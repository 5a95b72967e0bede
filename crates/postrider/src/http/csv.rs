//! Tables as CSV (RFC 4180).
//!
//! Guarantee: what a tenant or a recipient named is a text to a spreadsheet, never a formula, also to one that splits cells at `;`.

use std::borrow::Cow;
use std::io;

use axum::body::Body;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt, stream};

use super::page::{From, Page};

fn headers(name: &str) -> [(HeaderName, String); 2] {
    [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")),
    ]
}

/// A table as a file to keep; its name is ours.
#[must_use]
pub fn download(name: &str, lines: Vec<Vec<String>>) -> Response {
    (headers(name), csv(lines)).into_response()
}

/// A line of a table whose cells are ours.
#[must_use]
pub fn line(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

/// A table of any length as a file, a page in memory at a time. After an error the connection breaks off, so that a part is not
/// taken for the whole.
pub fn streamed<E: Send + 'static>(
    name: &str,
    head: &[&str],
    pages: impl Stream<Item = Result<Vec<Vec<String>>, E>> + Send + 'static,
) -> Response {
    let head = stream::iter([Ok(csv([line(head)]))]);
    let pages = pages.map(|page| match page {
        Ok(lines) => Ok(csv(lines)),
        Err(_) => Err(io::Error::other("the table could not be read to its end")),
    });
    (headers(name), Body::from_stream(head.chain(pages))).into_response()
}

/// Rows of a page of such a table.
pub const PAGE: i64 = 500;

/// The page of [`PAGE`] rows that begins there.
#[must_use]
pub fn page(from: From) -> Page {
    Page { limit: PAGE, from }
}

/// Leaves of the rows what the page shows; gives where the next begins.
pub fn cut<T>(from: From, rows: &mut Vec<T>, id: impl Fn(&T) -> i64) -> Option<From> {
    page(from).cut(rows, id, None).map(From::After)
}

/// Lines of cells, the head first.
#[must_use]
pub fn csv(lines: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut out = String::new();
    for line in lines {
        for (n, cell) in line.iter().enumerate() {
            if n > 0 {
                out.push(',');
            }
            push(&mut out, cell);
        }
        out.push_str("\r\n");
    }
    out
}

/// What separates cells in some country's spreadsheet, or lines: where Spanish and Portuguese are spoken, a table is split at `;`
/// whatever stands in quotes, and each part is a cell.
const SEPARATORS: [char; 4] = [';', '\t', '\r', '\n'];

/// Puts an apostrophe before each part of a cell that a spreadsheet would read as a formula, unless it is a number.
fn guarded(cell: &str) -> Cow<'_, str> {
    let is_formula = |part: &str| {
        let text = part.trim_start_matches([' ', '"']);
        text.starts_with(['=', '+', '-', '@']) && text.trim_end_matches(SEPARATORS).parse::<f64>().is_err()
    };
    let blank = cell.starts_with(['\t', '\r']);
    if !blank && !cell.split_inclusive(SEPARATORS).any(is_formula) {
        return Cow::Borrowed(cell);
    }
    let mut out = if blank { "'".to_owned() } else { String::new() };
    for part in cell.split_inclusive(SEPARATORS) {
        if is_formula(part) {
            out.push('\'');
        }
        out.push_str(part);
    }
    Cow::Owned(out)
}

fn push(out: &mut String, cell: &str) {
    let cell = guarded(cell);
    if cell.starts_with('\'') || cell.contains([',', '"', '\r', '\n']) {
        out.push('"');
        out.push_str(&cell.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(&cell);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_and_no_cell_is_a_formula() {
        let table = [
            ("plain", "plain"),
            ("-3", "-3"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"\n", "\"say \"\"hi\"\"\n\""),
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("-", "\"'-\""),
            ("@x", "\"'@x\""),
            ("\tx", "\"'\tx\""),
            ("a;b", "a;b"),
            ("a; -3;b", "a; -3;b"),
            ("a;=1+1", "a;'=1+1"),
            ("a;\"=1+1", "\"a;'\"\"=1+1\""),
            ("a\n@x", "\"a\n'@x\""),
            ("=a;+b", "\"'=a;'+b\""),
        ];
        for (cell, wanted) in table {
            assert_eq!(csv([vec![cell.to_owned()]]), format!("{wanted}\r\n"));
        }
        let two = csv([vec!["a".to_owned(), "b".to_owned()], vec!["1".to_owned(), String::new()]]);
        assert_eq!(two, "a,b\r\n1,\r\n");
    }
}
