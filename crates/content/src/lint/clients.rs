//! What mailboxes do not support, from `clients.txt`. Each entry is told once a mail.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use super::css::{self, Piece};
use super::finding::{Field, Findings};
use super::rules::Rule;
use super::tag::Tag;

/// Octets of all style sheets that Gmail reads.
const SHEETS_MAX_BYTES: usize = 16 * 1024;

struct Entry {
    kind: &'static str,
    name: &'static str,
    value: &'static str,
    rule: Rule,
    mailboxes: &'static str,
    instead: &'static str,
}

type Table = HashMap<(&'static str, &'static str), Vec<Entry>>;

static TABLE: LazyLock<Table> = LazyLock::new(|| table(include_str!("clients.txt")));

fn table(text: &'static str) -> Table {
    let mut table = Table::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let mut cells = line.split('|').map(str::trim);
        let mut cell = || cells.next().expect("invariant: a test reads the table");
        let (kind, name, value, harm) = (cell(), cell(), cell(), cell());
        let rule = if harm == "breaks" { Rule::CssBreaks } else { Rule::CssIgnored };
        let entry = Entry { kind, name, value, rule, mailboxes: cell(), instead: cell() };
        table.entry((kind, name)).or_default().push(entry);
    }
    table
}

/// What was seen of a mail's styles.
#[derive(Default)]
pub(super) struct Styles {
    told: HashSet<(&'static str, &'static str, &'static str)>,
    sheets_bytes: usize,
    /// `color-scheme` in a style or a meta element.
    pub scheme: bool,
}

impl Styles {
    pub(super) fn tag(&mut self, tag: &Tag, findings: &mut Findings) {
        self.ask("element", &tag.name, &tag.at, findings);
        for (property, value) in &tag.style {
            self.declaration((property, value), &tag.at, findings);
        }
    }

    /// A style sheet, which begins at an offset of the document.
    pub(super) fn sheet(&mut self, css: &str, offset: usize, findings: &mut Findings) {
        self.sheets_bytes += css.len();
        css::sheet(css, |within, piece| {
            let at = |length: usize| offset + within..offset + within + length;
            match piece {
                Piece::At(name, _) => {
                    self.ask("at-rule", &name.to_ascii_lowercase(), &at(name.len() + 1), findings);
                }
                Piece::Selector(selector) => {
                    for word in selector.split(':').skip(1) {
                        let end = word.find(|c: char| !(c.is_alphanumeric() || c == '-'));
                        let word = word[..end.unwrap_or(word.len())].to_ascii_lowercase();
                        self.ask("selector", &word, &at(selector.len()), findings);
                    }
                }
                Piece::Declaration(property, value) => {
                    let property = property.to_ascii_lowercase();
                    self.declaration((&property, value), &at(property.len()), findings);
                }
            }
        });
    }

    pub(super) fn end(&self, findings: &mut Findings) {
        if self.sheets_bytes > SHEETS_MAX_BYTES {
            findings.whole(Rule::StyleTooLong, Field::Html, &format!("{} KB", self.sheets_bytes / 1024));
        }
    }

    fn declaration(&mut self, (property, value): (&str, &str), at: &Range<usize>, findings: &mut Findings) {
        let lower = value.to_ascii_lowercase();
        self.scheme |= property == "color-scheme";
        // What is `none` is switched off.
        let value = lower.trim_end_matches("!important").trim();
        if value != "none" {
            self.ask_value(("property", property), value, at, findings);
        }
        let mut rest = value;
        while let Some(open) = rest.find('(') {
            let before = &rest[..open];
            let name = before.rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).next();
            self.ask("function", name.unwrap_or_default(), at, findings);
            rest = &rest[open + 1..];
            // What is in a URL is no function.
            if before.ends_with("url") {
                rest = &rest[rest.find(')').unwrap_or(rest.len())..];
            }
        }
    }

    fn ask(&mut self, kind: &str, name: &str, at: &Range<usize>, findings: &mut Findings) {
        self.ask_value((kind, name), "", at, findings);
    }

    fn ask_value(
        &mut self,
        (kind, name): (&str, &str),
        value: &str,
        at: &Range<usize>,
        findings: &mut Findings,
    ) {
        let entries = TABLE.get(&(kind, name)).map_or(&[][..], Vec::as_slice);
        let entry = entries.iter().find(|entry| entry.value == "*" || entry.value == value);
        let Some(entry) = entry.filter(|one| self.told.insert((one.kind, one.name, one.value))) else {
            return;
        };
        let what = match (kind, entry.value) {
            ("property", "*") => format!("{name} ({})", entry.mailboxes),
            ("property", value) => format!("{name}: {value} ({})", entry.mailboxes),
            ("function", _) => format!("{name}() ({})", entry.mailboxes),
            ("at-rule", _) => format!("@{name} ({})", entry.mailboxes),
            ("selector", _) => format!(":{name} ({})", entry.mailboxes),
            (_, _) => format!("<{name}> ({})", entry.mailboxes),
        };
        let fix = format!("use instead: {}", entry.instead);
        findings.add_with_fix(entry.rule, Field::Html, at.clone(), (&what, Some(&fix)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read() {
        let lines = include_str!("clients.txt").lines();
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let cells: Vec<_> = line.split('|').map(str::trim).collect();
            let [kind, name, value, harm, mailboxes, instead] = cells[..] else { panic!("{line}") };
            assert!(["property", "function", "at-rule", "selector", "element"].contains(&kind), "{line}");
            assert!(["breaks", "degrades"].contains(&harm), "{line}");
            assert_eq!(value.is_empty(), kind != "property", "{line}");
            assert!(!name.is_empty() && !mailboxes.is_empty() && !instead.is_empty(), "{line}");
            assert_eq!(*name, name.to_ascii_lowercase());
        }
        assert!(TABLE.len() > 30);
    }
}
