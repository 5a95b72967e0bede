//! Encoded words, read (RFC 2047), for display and search.
//!
//! Guarantees
//! 1. Total and linear: an encoded word is looked for up to its third question mark only.
//! 2. The result holds no control character and at most [`TEXT_MAX_BYTES`] octets.
//! 3. A multibyte character cut in two between adjacent words of one charset is put together again: many senders cut so.
//!
//! Charsets: UTF-8, US-ASCII, ISO-8859-1 (read as windows-1252, as browsers do), windows-1252. A word in another charset stays as it
//! is written, so that nothing is lost and nothing is guessed.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Longest decoded text: more than any line that a person reads. The rest is cut.
pub const TEXT_MAX_BYTES: usize = 16 * 1024;

/// Takes base64 with and without padding, for both occur.
const LENIENT_BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Charset {
    Utf8,
    Windows1252,
}

struct Word<'a> {
    charset: Charset,
    is_base64: bool,
    text: &'a [u8],
    length: usize,
}

/// Decodes the unfolded value of an unstructured field or a phrase.
#[must_use]
pub fn decode_text(value: &[u8]) -> String {
    let value = &value[..value.len().min(4 * TEXT_MAX_BYTES)];
    let mut out = Decoded { text: String::with_capacity(value.len().min(TEXT_MAX_BYTES)), pending: None };
    let mut rest = value;
    while !rest.is_empty() && out.text.len() < TEXT_MAX_BYTES {
        let at = memchr::memmem::find(rest, b"=?").unwrap_or(rest.len());
        let (plain, after) = rest.split_at(at);
        out.plain(plain, !after.is_empty() && encoded_word(after).is_some());
        rest = match encoded_word(after) {
            Some(word) => {
                out.word(&word);
                &after[word.length..]
            }
            None => {
                let literal = after.len().min(2);
                out.plain(&after[..literal], false);
                &after[literal..]
            }
        };
    }
    out.finish()
}

struct Decoded {
    text: String,
    /// Decoded octets whose last character may go on in the next word of the same charset.
    pending: Option<(Charset, Vec<u8>)>,
}

impl Decoded {
    /// RFC 2047 §6.2: white space between two encoded words is not shown.
    fn plain(&mut self, bytes: &[u8], word_follows: bool) {
        let between_words =
            self.pending.is_some() && word_follows && bytes.iter().all(u8::is_ascii_whitespace);
        if bytes.is_empty() || between_words {
            return;
        }
        self.flush();
        self.text.push_str(&String::from_utf8_lossy(bytes));
    }

    fn word(&mut self, word: &Word<'_>) {
        if self.pending.as_ref().is_some_and(|(charset, _)| *charset != word.charset) {
            self.flush();
        }
        let (_, octets) = self.pending.get_or_insert_with(|| (word.charset, Vec::new()));
        if word.is_base64 {
            // A broken word shows what could be read of it: nothing.
            octets.extend(LENIENT_BASE64.decode(word.text).unwrap_or_default());
        } else {
            decode_q(word.text, octets);
        }
    }

    fn flush(&mut self) {
        match self.pending.take() {
            Some((Charset::Utf8, octets)) => self.text.push_str(&String::from_utf8_lossy(&octets)),
            Some((Charset::Windows1252, octets)) => self.text.extend(octets.into_iter().map(windows_1252)),
            None => {}
        }
    }

    fn finish(mut self) -> String {
        self.flush();
        let mut end = self.text.len().min(TEXT_MAX_BYTES);
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        self.text.truncate(end);
        if self.text.chars().any(char::is_control) {
            self.text = self.text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            self.text.truncate(self.text.trim_end().len());
        }
        self.text
    }
}

/// `bytes` starts with `=?`.
fn encoded_word(bytes: &[u8]) -> Option<Word<'_>> {
    let mut marks = memchr::memchr_iter(b'?', bytes.get(2..)?).map(|at| at + 2);
    let (first, second, third) = (marks.next()?, marks.next()?, marks.next()?);
    if bytes.get(third + 1) != Some(&b'=') {
        return None;
    }
    // RFC 2231 §5: a language may follow the charset after an asterisk.
    let charset = bytes[2..first].split(|b| *b == b'*').next()?;
    let is = |names: &[&str]| names.iter().any(|name| charset.eq_ignore_ascii_case(name.as_bytes()));
    let charset = if is(&["utf-8", "utf8", "us-ascii", "ascii"]) {
        Charset::Utf8
    } else if is(&["iso-8859-1", "latin1", "windows-1252", "cp1252"]) {
        Charset::Windows1252
    } else {
        return None;
    };
    let is_base64 = match &bytes[first + 1..second] {
        b"B" | b"b" => true,
        b"Q" | b"q" => false,
        _ => return None,
    };
    Some(Word { charset, is_base64, text: &bytes[second + 1..third], length: third + 2 })
}

fn decode_q(text: &[u8], out: &mut Vec<u8>) {
    let hex = |b: Option<&u8>| b.and_then(|b| char::from(*b).to_digit(16));
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match (byte, hex(text.get(at + 1)), hex(text.get(at + 2))) {
            (b'=', Some(high), Some(low)) => {
                // Two hexadecimal digits are below 256.
                out.push((high * 16 + low) as u8);
                at += 3;
                continue;
            }
            (b'_', _, _) => out.push(b' '),
            _ => out.push(byte),
        }
        at += 1;
    }
}

fn windows_1252(octet: u8) -> char {
    const UPPER: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match octet {
        0x80..=0x9f => UPPER[usize::from(octet - 0x80)],
        _ => char::from(octet),
    }
}
