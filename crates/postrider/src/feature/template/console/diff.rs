//! What differs between two sources, part by part and line by line.

use std::time::Duration;

use ::console::screen::template::{Line, Part};
use ::console::words::{Word, Words};
use content::{Source, Variant};
use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use super::language_name;
use super::look::field_word;

/// Lines round a change that are shown.
const AROUND: usize = 3;
/// Lines of all parts that are shown. Reason: what a person reads, and a browser lays out at once.
const LINES_MAX: usize = 3_000;
/// Parts that differ so that all are open when the page comes; of more, who reads opens one.
const OPEN_PARTS_MAX: usize = 8;
/// Lines of a part that is open when the page comes.
const OPEN_MAX: usize = 80;
/// How long one part is compared for its smallest difference; then a larger one will do.
const WAIT: Duration = Duration::from_millis(500);

/// A part of a source as text.
struct Piece {
    word: Word,
    locale: String,
    text: String,
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).expect("invariant: it was JSON")
}

fn pieces(source: &Source) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut add = |word: Word, locale: &str, text: Option<String>| {
        let text = text.filter(|text| !text.is_empty());
        pieces.extend(text.map(|text| Piece { word, locale: locale.to_owned(), text }));
    };
    let variants = std::iter::once((&source.locale, &source.main)).chain(&source.locales);
    for (locale, variant) in variants {
        let Variant { subject, preheader, html, mjml, text, strings } = variant;
        let fields =
            [("subject", subject), ("preheader", preheader), ("mjml", mjml), ("html", html), ("text", text)];
        for (field, text) in fields {
            add(field_word(field), locale, text.clone());
        }
        let strings = strings.iter().map(|(name, text)| format!("{name} = {text}\n")).collect();
        add(Word("template-strings"), locale, Some(strings));
    }
    add(field_word("sample"), "", (!source.sample.is_empty()).then(|| json(&source.sample)));
    add(field_word("schema"), "", source.schema.as_ref().map(json));
    add(field_word("theme"), "", Some(json(&source.theme)).filter(|theme| theme != "{}"));
    pieces
}

/// Every part that is not the same in both.
pub(super) fn parts(words: Words, old: &Source, new: &Source) -> Vec<Part> {
    let (mut old, new) = (pieces(old), pieces(new));
    let mut left = LINES_MAX;
    let mut parts: Vec<Part> = Vec::new();
    for piece in new {
        let same = |other: &Piece| other.word == piece.word && other.locale == piece.locale;
        let before = old.iter().position(same).map(|at| old.remove(at).text).unwrap_or_default();
        parts.extend(part(words, (&piece.word, &piece.locale), (&before, &piece.text), &mut left));
    }
    for piece in old {
        parts.extend(part(words, (&piece.word, &piece.locale), (&piece.text, ""), &mut left));
    }
    let many = parts.len() > OPEN_PARTS_MAX;
    parts.iter_mut().for_each(|part| part.open &= !many);
    parts
}

fn part(
    words: Words,
    (word, locale): (&Word, &str),
    (old, new): (&str, &str),
    left: &mut usize,
) -> Option<Part> {
    if old == new {
        return None;
    }
    let diff = TextDiff::configure().timeout(WAIT).diff_lines(old, new);
    let mut hunks = Vec::new();
    for group in diff.grouped_ops(AROUND) {
        let changes = group.iter().flat_map(|op| diff.iter_changes(op));
        let hunk: Vec<_> = changes.take(*left).map(|change| line(&change)).collect();
        *left -= hunk.len();
        hunks.push(hunk);
    }
    let title = match locale {
        "" => words.word(word),
        locale => format!("{} · {}", words.word(word), language_name(locale)),
    };
    let open = hunks.iter().map(Vec::len).sum::<usize>() <= OPEN_MAX;
    Some(Part { title, open, hunks })
}

fn line(change: &similar::Change<&str>) -> Line {
    let (class, sign) = match change.tag() {
        ChangeTag::Delete => ("gone", "−"),
        ChangeTag::Insert => ("new", "+"),
        ChangeTag::Equal => ("", ""),
    };
    let number = |index: Option<usize>| index.map(|index| (index + 1).to_string()).unwrap_or_default();
    Line {
        class,
        sign,
        old: number(change.old_index()),
        new: number(change.new_index()),
        text: change.value().trim_end_matches('\n').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use ::console::words::Locale;

    use super::*;

    #[test]
    fn what_differs_is_told_by_part_and_line() {
        let words = Words::of(Locale::En);
        let mut old = content::gallery::find("welcome").expect("an entry").source();
        assert_eq!(parts(words, &old, &old).len(), 0);
        old.main.mjml = Some("a\nb\nc\n".into());
        let mut new = old.clone();
        new.main.mjml = Some("a\nB\nc\n".into());
        new.locales.remove("es");
        let parts = parts(words, &old, &new);
        let titles: Vec<_> = parts.iter().map(|part| &*part.title).collect();
        assert_eq!(titles[0], "MJML · English");
        assert!(titles[1..].iter().all(|title| title.ends_with("Español")) && titles.len() > 2, "{titles:?}");
        let shown: Vec<_> =
            parts[0].hunks[0].iter().map(|line| format!("{}{}", line.sign, line.text)).collect();
        assert_eq!(shown, ["a", "−b", "+B", "c"]);
    }

    #[test]
    fn two_long_sources_are_compared_in_bounded_time_and_lines() {
        let source = |n: usize| {
            let body = (0..20_000).map(|line| format!("{}\n", line * n % 9_973)).collect();
            let main = Variant { mjml: Some(body), ..Variant::default() };
            Source { main, ..Source::default() }
        };
        let parts = parts(Words::of(Locale::En), &source(7), &source(11));
        let lines: usize = parts.iter().flat_map(|part| &part.hunks).map(Vec::len).sum();
        assert_eq!(lines, LINES_MAX);
    }
}
