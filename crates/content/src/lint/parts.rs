//! What is about the mail as a whole: its parts, its size, how to leave, and what was forgotten.

use std::collections::HashSet;

use memchr::memmem;

use super::Mail;
use super::finding::{Field, Findings};
use super::link::is_leaving;
use super::rules::Rule;
use super::walk::{HTML_MAX_BYTES, Seen};
use crate::track::UNSUBSCRIBE;

/// Octets of HTML at which Gmail cuts, and a little before.
const CLIP_BYTES: usize = 102 * 1024;
const CLIP_NEAR_BYTES: usize = 90 * 1024;
/// Words of the HTML, each counted once, from which on it is compared with the text.
const WORDS_MIN: usize = 10;
/// Of a hundred words of the HTML, as many are in the text at least.
const SHARED_MIN_PERCENT: usize = 30;
/// Characters of a preheader.
const PREHEADER_MAX: usize = 120;
/// What is looked at for expressions and forgotten texts: as much of a field as of the HTML.
const PLACEHOLDERS: &[&str] = &["lorem ipsum", "[insert ", "[your name]", "[first name]", "[company"];

pub(super) fn check(mail: &Mail<'_>, seen: Option<&Seen>, findings: &mut Findings) {
    for field in [Field::Subject, Field::Preheader, Field::Html, Field::Text] {
        let text = mail.field(field);
        if text.len() <= HTML_MAX_BYTES {
            expressions(text, field, findings);
            placeholders(text, field, findings);
        } else if field == Field::Text {
            findings.whole(Rule::TextTooLong, field, "");
        }
    }
    size(mail, findings);
    preheader(mail, findings);
    leaving(mail, seen, findings);
    text(mail, seen, findings);
}

fn size(mail: &Mail<'_>, findings: &mut Findings) {
    let size = mail.html.map_or(0, str::len);
    let rule = match size {
        0..CLIP_NEAR_BYTES => return,
        CLIP_NEAR_BYTES..=CLIP_BYTES => Rule::NearlyClipped,
        _ => Rule::Clipped,
    };
    findings.whole(rule, Field::Html, &format!("{} KB", size / 1024));
}

fn preheader(mail: &Mail<'_>, findings: &mut Findings) {
    let characters = mail.preheader.map_or(0, |text| text.trim().chars().count());
    if characters == 0 && mail.html.is_some() {
        findings.whole(Rule::PreheaderMissing, Field::Preheader, "");
    } else if characters > PREHEADER_MAX {
        findings.whole(Rule::PreheaderLong, Field::Preheader, &format!("{characters} characters"));
    }
}

fn leaving(mail: &Mail<'_>, seen: Option<&Seen>, findings: &mut Findings) {
    let too_long = text_too_long(mail);
    let text = mail.text.filter(|_| !too_long).unwrap_or_default();
    let in_text = memmem::find(text.as_bytes(), UNSUBSCRIBE.as_bytes()).is_some();
    let placeholder = seen.map_or(in_text, |seen| seen.links.placeholder || in_text);
    // What could not be read may have it.
    let found = seen.map_or_else(|| too_long || is_leaving(text), |seen| seen.links.leaving || seen.broken);
    let field = if mail.html.is_some() { Field::Html } else { Field::Text };
    if mail.marketing == Some(true) && !found && !placeholder {
        findings.whole(Rule::UnsubscribeMissing, field, "");
    } else if mail.marketing == Some(false) && placeholder {
        findings.whole(Rule::UnsubscribeUnfilled, field, "");
    }
}

fn text_too_long(mail: &Mail<'_>) -> bool {
    mail.text.is_some_and(|text| text.len() > HTML_MAX_BYTES)
}

fn text(mail: &Mail<'_>, seen: Option<&Seen>, findings: &mut Findings) {
    if text_too_long(mail) {
        return;
    }
    let written = mail.text.map(str::trim);
    let Some(seen) = seen else {
        if written.is_none_or(str::is_empty) {
            findings.whole(Rule::Empty, Field::Text, "");
        }
        return;
    };
    if seen.broken {
        return;
    }
    let words = words(&seen.words);
    if words.is_empty() && seen.images.count == 0 {
        findings.whole(Rule::Empty, Field::Html, "");
        return;
    }
    match written {
        None => findings.whole(Rule::TextMissing, Field::Text, ""),
        Some("") => findings.whole(Rule::TextEmpty, Field::Text, ""),
        Some(text) if words.len() >= WORDS_MIN => {
            let other = self::words(text);
            let shared = words.iter().filter(|word| other.contains(*word)).count();
            if shared * 100 < words.len() * SHARED_MIN_PERCENT {
                let detail = format!("{shared} of {} words", words.len());
                findings.whole(Rule::TextDifferent, Field::Text, &detail);
            }
        }
        Some(_) => {}
    }
}

/// Words in lower case; of a script without spaces each sign.
fn words(text: &str) -> HashSet<String> {
    let mut words = HashSet::new();
    let mut word = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_alphanumeric() && c < '\u{2e80}' {
            word.extend(c.to_lowercase());
            continue;
        }
        if !word.is_empty() {
            words.insert(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            words.insert(c.to_string());
        }
    }
    words
}

/// `{{ x }}`, `{% x %}`, also percent-encoded, and `*|X|*`.
fn expressions(text: &str, field: Field, findings: &mut Findings) {
    let mut tell = |from: usize, close: &str| {
        let rest = &text[from..];
        let near = &rest[..rest.floor_char_boundary(100)];
        let Some(end) = near.find(close) else { return };
        findings.add(Rule::TemplateLeft, field, from..from + end + close.len(), "");
    };
    for (open, close) in [("{{", "}}"), ("{%", "%}"), ("%7B%7B", "%7D%7D"), ("%7b%7b", "%7d%7d")] {
        memmem::find_iter(text.as_bytes(), open).for_each(|at| tell(at, close));
    }
    for at in memmem::find_iter(text.as_bytes(), "*|") {
        let name = text[at + 2..]
            .find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || "_:".contains(c)));
        if name.is_some_and(|end| end > 0 && text[at + 2 + end..].starts_with("|*")) {
            tell(at, "|*");
        }
    }
}

fn placeholders(text: &str, field: Field, findings: &mut Findings) {
    let lower = text.to_ascii_lowercase();
    for words in PLACEHOLDERS {
        if let Some(at) = lower.find(words) {
            findings.add(Rule::PlaceholderText, field, at..at + words.len(), "");
        }
    }
}
