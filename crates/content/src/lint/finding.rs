//! What was found, where, and how much of it is told.

use std::collections::HashMap;
use std::ops::Range;

use serde::Serialize;

use super::Mail;
use super::rules::Rule;

/// Findings of one rule that are told. Reason: a hundred images without alt are one thing to mend.
pub const OF_A_RULE_MAX: usize = 5;
/// Octets of a snippet and of a detail.
const SNIPPET_MAX_BYTES: usize = 120;

/// How bad something is. The order is that of a list for people.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Should not be sent.
    Error,
    /// Does harm somewhere.
    Warning,
    /// Could be better.
    Hint,
}

/// The part of a mail that a finding is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    Subject,
    Preheader,
    Html,
    Text,
}

/// One thing that could be mended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Finding {
    /// Never changes.
    pub code: &'static str,
    pub severity: Severity,
    pub field: Field,
    /// From 1; 0 when it is about the whole.
    pub line: usize,
    /// In characters, from 1; 0 when it is about the whole.
    pub column: usize,
    /// What stands there, cut.
    pub snippet: String,
    pub reason: String,
    pub fix: String,
}

/// All that was found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// Worst first, then by place.
    pub findings: Vec<Finding>,
    /// More of the same rules.
    pub left_out: usize,
}

impl Report {
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

struct Raw {
    rule: Rule,
    field: Field,
    /// Octets of the field; empty when it is about the whole.
    at: Range<usize>,
    /// Put before the rule's reason.
    detail: String,
    /// In the place of the rule's fix.
    fix: Option<String>,
}

/// What the rules found so far.
#[derive(Default)]
pub(super) struct Findings {
    found: Vec<Raw>,
    of: HashMap<Rule, usize>,
    left_out: usize,
}

impl Findings {
    pub(super) fn add(&mut self, rule: Rule, field: Field, at: Range<usize>, detail: &str) {
        self.add_with_fix(rule, field, at, (detail, None));
    }

    pub(super) fn add_with_fix(
        &mut self,
        rule: Rule,
        field: Field,
        at: Range<usize>,
        (detail, fix): (&str, Option<&str>),
    ) {
        let of = self.of.entry(rule).or_default();
        *of += 1;
        if *of > OF_A_RULE_MAX {
            self.left_out += 1;
            return;
        }
        let (detail, fix) = (shown(detail), fix.map(ToOwned::to_owned));
        self.found.push(Raw { rule, field, at, detail, fix });
    }

    /// The whole of a field, or of the mail.
    pub(super) fn whole(&mut self, rule: Rule, field: Field, detail: &str) {
        self.add(rule, field, 0..0, detail);
    }

    pub(super) fn report(mut self, mail: &Mail<'_>) -> Report {
        self.found.sort_by_key(|raw| (raw.field, raw.at.start));
        let mut findings = Vec::with_capacity(self.found.len());
        let mut walked = (Field::Subject, Position::default());
        for raw in self.found {
            if walked.0 != raw.field {
                walked = (raw.field, Position::default());
            }
            let text = mail.field(raw.field);
            let (line, column) = match raw.at.is_empty() {
                true => (0, 0),
                false => walked.1.at(text, raw.at.start),
            };
            let (code, severity, reason, fix) = raw.rule.facts();
            let reason =
                if raw.detail.is_empty() { reason.to_owned() } else { format!("{}: {reason}", raw.detail) };
            findings.push(Finding {
                code,
                severity,
                field: raw.field,
                line,
                column,
                snippet: shown(text.get(raw.at).unwrap_or_default()),
                reason,
                fix: raw.fix.unwrap_or_else(|| fix.to_owned()),
            });
        }
        findings.sort_by_key(|finding| finding.severity);
        Report { findings, left_out: self.left_out }
    }
}

/// Goes forward in a text, counting.
#[derive(Default)]
struct Position {
    offset: usize,
    lines: usize,
    line_start: usize,
}

impl Position {
    fn at(&mut self, text: &str, offset: usize) -> (usize, usize) {
        let offset = text.floor_char_boundary(offset.max(self.offset));
        for at in memchr::memchr_iter(b'\n', &text.as_bytes()[self.offset..offset]) {
            self.lines += 1;
            self.line_start = self.offset + at + 1;
        }
        self.offset = offset;
        (self.lines + 1, 1 + text[self.line_start..offset].chars().count())
    }
}

/// One line, cut.
fn shown(text: &str) -> String {
    let cut = &text[..text.floor_char_boundary(SNIPPET_MAX_BYTES)];
    let mut out = cut.split_whitespace().collect::<Vec<_>>().join(" ");
    out.retain(|c| !c.is_control());
    if cut.len() < text.len() {
        out.push('…');
    }
    out
}
