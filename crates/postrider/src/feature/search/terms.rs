//! What a message is found by: terms, each a letter for its kind, a colon, and lower-case text. Pure.
//!
//! | kind | text |
//! |------|------|
//! | `r:` | a recipient's address |
//! | `d:` | a recipient's domain |
//! | `f:` | the author's address |
//! | `s:` | a word of the subject |
//! | `t:` | a tag, `name:value` |
//! | `m:` | the Message-ID without angle brackets |
//! | `e:` | a word of what a peer replied when it deferred or refused |
//!
//! A word is a run of letters and digits. Scripts that put no spaces between words (Han, Kana, Thai and their
//! neighbours) are cut into overlapping pairs of letters, so that any two letters in a row are found.

use std::hash::Hasher;

/// Octets of a term. Reason: the key of an index should stay small; longer texts keep their start and a digest.
const TERM_MAX: usize = 64;
/// Words of a subject. Reason: long subjects repeat themselves, and mailboxes show no more.
const SUBJECT_WORDS_MAX: usize = 12;
/// Pairs of letters of a subject: as much text as twelve words.
const SUBJECT_PAIRS_MAX: usize = 32;
/// Words of a reply.
const REPLY_WORDS_MAX: usize = 16;
/// Letters of a word that is worth finding.
const WORD_MIN: usize = 2;

/// What a term is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Recipient,
    Domain,
    Author,
    Subject,
    Tag,
    MessageId,
    Reply,
}

impl Kind {
    fn prefix(self) -> &'static str {
        match self {
            Kind::Recipient => "r:",
            Kind::Domain => "d:",
            Kind::Author => "f:",
            Kind::Subject => "s:",
            Kind::Tag => "t:",
            Kind::MessageId => "m:",
            Kind::Reply => "e:",
        }
    }
}

/// Writes into `out` the term of a whole text: an address, a tag, a Message-ID.
pub(super) fn whole(out: &mut String, kind: Kind, text: &str) {
    begin(out, kind);
    if matches!(kind, Kind::Recipient | Kind::Author) && !text.is_ascii() {
        // However its letters are composed, an address is one.
        lower_into(out, &mail::fold(text));
    } else {
        lower_into(out, text);
    }
    if out.len() > TERM_MAX {
        // Texts that differ only at their far end stay apart.
        let mut digest = Fnv::default();
        digest.write(out.as_bytes());
        cut(out, TERM_MAX - 17);
        out.push_str(&format!("#{:016x}", digest.finish()));
    }
}

/// Writes into `out` the term of one word, cut to what the index keeps of a word.
pub(super) fn word(out: &mut String, kind: Kind, text: &str) {
    begin(out, kind);
    lower_into(out, text);
    cut(out, TERM_MAX);
}

/// Writes into `out` the start of all tags of a name.
pub(super) fn tag_name(out: &mut String, name: &str) {
    begin(out, Kind::Tag);
    lower_into(out, name);
    out.push(':');
    cut(out, TERM_MAX);
}

fn begin(out: &mut String, kind: Kind) {
    out.clear();
    out.push_str(kind.prefix());
}

fn lower_into(out: &mut String, text: &str) {
    if text.is_ascii() {
        out.extend(
            text.bytes()
                .filter(|byte| !byte.is_ascii_control())
                .map(|byte| char::from(byte.to_ascii_lowercase())),
        );
    } else {
        out.extend(text.chars().flat_map(char::to_lowercase).filter(|letter| !letter.is_control()));
    }
}

fn cut(out: &mut String, max: usize) {
    while out.len() > max {
        out.pop();
    }
}

/// Gives `each` the term of every word of a subject that is indexed.
pub(super) fn subject(text: &str, out: &mut String, mut each: impl FnMut(&str)) {
    let (mut words, mut pairs) = (0, 0);
    for piece in pieces(text) {
        let left = match piece {
            Piece::Word(_) => &mut words,
            Piece::Pair(_) => &mut pairs,
        };
        *left += 1;
        if words > SUBJECT_WORDS_MAX || pairs > SUBJECT_PAIRS_MAX {
            return;
        }
        word(out, Kind::Subject, piece.text());
        each(out);
    }
}

/// Gives `each` the term of every word of a reply that is indexed. A status (`5.1.1`) is one word.
pub(super) fn reply(text: &str, out: &mut String, mut each: impl FnMut(&str)) {
    let words = text.split_ascii_whitespace().flat_map(|token| {
        let bare = token.trim_matches(|letter: char| !letter.is_alphanumeric());
        let status = is_status(bare).then_some(bare);
        let others = if status.is_some() { "" } else { bare };
        status.into_iter().chain(pieces(others).map(Piece::text))
    });
    for text in words.take(REPLY_WORDS_MAX) {
        word(out, Kind::Reply, text);
        each(out);
    }
}

/// An enhanced status code (RFC 3463 §2): three numbers with dots between.
pub(super) fn is_status(text: &str) -> bool {
    let number = |part: &str| !part.is_empty() && part.len() <= 3 && part.bytes().all(|b| b.is_ascii_digit());
    text.split('.').count() == 3 && text.split('.').all(number)
}

/// What a text is cut into.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Piece<'t> {
    Word(&'t str),
    /// Two letters, or the only one of its run, of a script without spaces.
    Pair(&'t str),
}

impl<'t> Piece<'t> {
    pub(super) fn text(self) -> &'t str {
        match self {
            Piece::Word(text) | Piece::Pair(text) => text,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Between,
    Spaced,
    Unspaced,
}

fn script(letter: char) -> Script {
    let unspaced = matches!(letter,
        '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}');
    match letter {
        _ if !letter.is_alphanumeric() => Script::Between,
        _ if unspaced => Script::Unspaced,
        _ => Script::Spaced,
    }
}

/// The words and pairs of a text, in order.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    runs(text).flat_map(|(script, run)| {
        let (word, pairs) = match script {
            Script::Unspaced => (None, run),
            Script::Spaced | Script::Between => (Some(run), ""),
        };
        word.filter(|word| word.chars().nth(WORD_MIN - 1).is_some())
            .map(Piece::Word)
            .into_iter()
            .chain(letter_pairs(pairs).map(Piece::Pair))
    })
}

fn runs(text: &str) -> impl Iterator<Item = (Script, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|letter| script(letter) == Script::Between);
        let kind = script(rest.chars().next()?);
        let end = rest.find(|letter| script(letter) != kind).unwrap_or(rest.len());
        let (run, left) = rest.split_at(end);
        rest = left;
        Some((kind, run))
    })
}

fn letter_pairs(run: &str) -> impl Iterator<Item = &str> {
    let second = |at: usize| run[at..].char_indices().nth(1).map(|(offset, _)| at + offset);
    let third = |at: usize| run[at..].char_indices().nth(2).map_or(run.len(), |(offset, _)| at + offset);
    run.char_indices()
        .map(|(at, _)| at)
        .filter(move |at| *at == 0 || second(*at).is_some())
        .map(move |at| &run[at..third(at)])
}

/// FNV-1a: its value is stored, so it must never change.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_becomes_words_and_pairs() {
        let cases = [
            ("Your invoice #2041 is ready!", "s:your s:invoice s:2041 s:is s:ready"),
            ("a I x", ""),
            ("Größe ÄNDERN", "s:größe s:ändern"),
            ("東京都 news", "s:東京 s:京都 s:news"),
            ("語", "s:語"),
            ("re:ご請求書2024年", "s:re s:ご請 s:請求 s:求書 s:2024 s:年"),
            ("หนังสือ", "s:หน s:นั s:ัง s:งส s:สื s:ือ"),
            ("it's A-B c_d", "s:it"),
            ("", ""),
        ];
        for (text, wanted) in cases {
            let mut found = Vec::new();
            subject(text, &mut String::new(), |term| found.push(term.to_owned()));
            assert_eq!(found.join(" "), wanted, "{text}");
        }
    }

    #[test]
    fn only_so_many_words_are_kept() {
        let count = |text: &str| {
            let mut n = 0;
            subject(text, &mut String::new(), |_| n += 1);
            n
        };
        assert_eq!(count(&"word ".repeat(1_000)), SUBJECT_WORDS_MAX);
        assert_eq!(count(&"語".repeat(1_000)), SUBJECT_PAIRS_MAX);
    }

    #[test]
    fn a_reply_keeps_its_code_and_status() {
        let mut found = Vec::new();
        let text = "550 5.1.1 <ann@example.org>: User unknown (in table).";
        reply(text, &mut String::new(), |term| found.push(term.to_owned()));
        assert_eq!(found.join(" "), "e:550 e:5.1.1 e:ann e:example e:org e:user e:unknown e:in e:table");
    }

    #[test]
    fn long_texts_stay_apart_and_short() {
        let (mut one, mut two) = (String::new(), String::new());
        let long = "x".repeat(100);
        whole(&mut one, Kind::MessageId, &format!("{long}1@a"));
        whole(&mut two, Kind::MessageId, &format!("{long}2@a"));
        assert_ne!(one, two);
        assert!(one.len() <= TERM_MAX && two.len() <= TERM_MAX);
        word(&mut one, Kind::Subject, &"é".repeat(100));
        assert!(one.len() <= TERM_MAX);
        whole(&mut one, Kind::Recipient, "Ann@Example.ORG");
        assert_eq!(one, "r:ann@example.org");
    }
}
