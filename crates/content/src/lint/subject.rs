//! The subject, and the words of subject and preheader: what is not opened, or is taken for spam or deceit.

use std::sync::LazyLock;

use super::Mail;
use super::finding::{Field, Findings};
use super::rules::Rule;

/// Columns that phones show; a Chinese sign takes two.
const COLUMNS_MAX: usize = 60;
/// Letters from which on capitals are counted, and the share of them that shouts.
const LETTERS_MIN: usize = 8;
const CAPITALS_MAX_PERCENT: usize = 70;
const EXCLAMATIONS_MAX: usize = 2;
const MONEY_MAX: usize = 1;
const EMOJI_MAX: usize = 3;
/// Octets of a subject that are looked at. Reason: no mailbox shows a tenth of it.
const LOOKED_AT_MAX_BYTES: usize = 10_000;

/// What mailboxes put before the subject of an answer or a forwarded mail.
const REPLIES: &[&str] = &[
    "re:",
    "fw:",
    "fwd:",
    "rv:",
    "res:",
    "enc:",
    "rm:",
    "回复:",
    "回复：",
    "转发:",
    "转发：",
    "答复:",
    "答复：",
];

static WORDS: LazyLock<Vec<(Rule, &'static str)>> = LazyLock::new(|| {
    let lines = include_str!("words.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let entry = |line: &'static str| {
        let mut cells = line.split('|').map(str::trim).skip(1);
        let rule = if cells.next()? == "spam" { Rule::SpamWords } else { Rule::Urgency };
        Some((rule, cells.next()?))
    };
    lines.filter_map(entry).collect()
});

pub(super) fn check(mail: &Mail<'_>, findings: &mut Findings) {
    let subject = &mail.subject[..mail.subject.floor_char_boundary(LOOKED_AT_MAX_BYTES)];
    if subject.trim().is_empty() {
        findings.whole(Rule::SubjectMissing, Field::Subject, "");
    } else {
        shape(subject, findings);
    }
    phrases(subject, Field::Subject, findings);
    let preheader = mail.preheader.unwrap_or_default();
    phrases(&preheader[..preheader.floor_char_boundary(LOOKED_AT_MAX_BYTES)], Field::Preheader, findings);
}

fn shape(subject: &str, findings: &mut Findings) {
    let mut tell = |rule, detail: &str| findings.add(rule, Field::Subject, 0..subject.len(), detail);
    let count = |is: fn(char) -> bool| subject.chars().filter(|c| is(*c)).count();
    let columns: usize = subject.chars().map(|c| if c >= '\u{2e80}' { 2 } else { 1 }).sum();
    if columns > COLUMNS_MAX {
        tell(Rule::SubjectLong, &format!("{} characters", subject.chars().count()));
    }
    let (capitals, small) = (count(char::is_uppercase), count(char::is_lowercase));
    let cased = capitals + small;
    let several = subject.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count() > 1;
    if several && cased >= LETTERS_MIN && capitals * 100 > cased * CAPITALS_MAX_PERCENT {
        tell(Rule::SubjectCapitals, "");
    }
    let exclamations = count(|c| matches!(c, '!' | '！'));
    let money = count(|c| matches!(c, '$' | '€' | '£' | '¥' | '￥'));
    if exclamations > EXCLAMATIONS_MAX || money > MONEY_MAX && has_run(subject) || subject.contains("!!") {
        tell(Rule::SubjectMarks, "");
    }
    if count(is_emoji) > EMOJI_MAX {
        tell(Rule::SubjectEmoji, "");
    }
    let start = subject.trim_start().to_lowercase();
    if REPLIES.iter().any(|reply| start.starts_with(reply)) {
        tell(Rule::SubjectFalseReply, "");
    }
    if subject.chars().any(is_hidden) {
        tell(Rule::SubjectHidden, "");
    }
}

/// `$$`: two amounts of money are none of spam's business, a row of signs is.
fn has_run(subject: &str) -> bool {
    ["$$", "€€", "££", "¥¥", "￥￥"].iter().any(|run| subject.contains(run))
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{1f300}'..='\u{1f3fa}' | '\u{1f400}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b50}' | '\u{2b55}')
}

/// Unseen, or turning the text around. What emoji and Arabic need (joiners, marks of direction) is none of them.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        || c.is_control()
}

fn phrases(text: &str, field: Field, findings: &mut Findings) {
    let lower = text.to_lowercase();
    for (rule, phrase) in WORDS.iter() {
        let whole = |(at, _): &(usize, &str)| {
            let before = lower[..*at].chars().next_back();
            let after = lower[at + phrase.len()..].chars().next();
            // Where words have no spaces between them, they have no ends either.
            let spaced = phrase.is_ascii() || phrase.contains(' ');
            !spaced || [before, after].iter().flatten().all(|c| !c.is_alphanumeric())
        };
        if lower.match_indices(phrase).any(|found| whole(&found)) {
            findings.add(*rule, field, 0..text.len(), phrase);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_words_can_be_read() {
        for line in
            include_str!("words.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            let cells: Vec<_> = line.split('|').map(str::trim).collect();
            let [language, kind, phrase] = cells[..] else { panic!("{line}") };
            assert!(
                ["en", "es", "pt", "zh"].contains(&language) && ["spam", "urgency"].contains(&kind),
                "{line}"
            );
            assert_eq!(phrase, phrase.to_lowercase());
        }
        assert!(WORDS.len() > 50);
    }
}
