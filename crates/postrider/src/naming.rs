//! What people may call themselves, and their things: what is read is what is there.
//!
//! Guarantees
//! 1. A name is one line. Nothing in it is unseen, or turns the direction of what stands beside it.
//! 2. A name that mail is from is no address, and none can be read into it.

/// Format characters of Unicode 16 (general category Cf), separators of lines and paragraphs, and letters that show nothing.
const UNSEEN: [(char, char); 31] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200b}'),
    ('\u{200e}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0e}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
    // For private use: each system shows something else, or nothing.
    ('\u{e000}', '\u{f8ff}'),
    ('\u{f0000}', '\u{ffffd}'),
    ('\u{100000}', '\u{10fffd}'),
    ('\u{fffe}', '\u{ffff}'),
];

/// Joins or separates letters where words of their language need it.
fn joins(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

fn is_unseen(c: char) -> bool {
    c.is_control() || UNSEEN.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

/// Whether a text can be somebody's or something's name of at most so many characters. Blanks around it are not counted.
#[must_use]
pub fn is_name(text: &str, chars_max: usize) -> bool {
    let text = text.trim_matches(' ');
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        // Persian and Hindi have joiners within words, and so have emoji; beside ASCII they only hide.
        let within =
            !before.is_ascii() && !joins(before) && chars.peek().is_some_and(|next| !next.is_ascii());
        if is_unseen(c) || joins(c) && !within {
            return false;
        }
        before = c;
    }
    !text.trim().is_empty() && text.chars().count() <= chars_max
}

/// Whether mail may be from a name: none that would pretend to be an address, or ends what it is quoted in.
#[must_use]
pub fn is_author(name: &str, chars_max: usize) -> bool {
    is_name(name, chars_max) && !name.contains(['<', '>', '@', '\u{ff20}', '\u{fe6b}', '"', '\\'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_that_shows_all_that_it_is() {
        let honest = [
            "Tidewater",
            "Ñandú & Söhne, S.A.",
            "三叶草",
            "علی\u{200c}رضا",
            "क्\u{200d}ष",
            "👩\u{200d}💻 Ann",
            "O'Neil-Žižek",
            "❤\u{fe0f}",
            "A \"B\" <c>",
        ];
        for name in honest {
            assert!(is_name(name, 60), "{name:?}");
        }
        let unseen = "\u{ad}\u{34f}\u{61c}\u{115f}\u{180e}\u{200b}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202e}\u{2060}\u{2064}\
            \u{2066}\u{2069}\u{206a}\u{206f}\u{2800}\u{3164}\u{feff}\u{fff9}\u{fffb}\u{e0001}\u{e0041}\u{e007f}\u{1d173}\u{7}\u{85}\n\r\0";
        for c in unseen.chars() {
            for name in [format!("a{c}b"), format!("三{c}叶"), format!("{c}x"), format!("x{c}y")] {
                assert!(!is_name(&name, 60), "{name:?}");
            }
        }
        for hiding in ["a\u{200d}b", "\u{200d}三", "三\u{200c}", "三\u{200d}\u{200d}叶", "三\u{200c}a"] {
            assert!(!is_name(hiding, 60), "{hiding:?}");
        }
        assert!(is_name(&"é".repeat(60), 60) && !is_name(&"é".repeat(61), 60) && !is_name("  ", 60));
    }

    #[test]
    fn mail_is_from_no_name_that_looks_like_an_address() {
        assert!(is_author("Ñandú & Söhne, S.A.", 60));
        for wrong in [
            "ann@bank.example",
            "ann＠bank.example",
            "ann﹫bank.example",
            "Bank <ann",
            "a\"b",
            "a\\b",
            "a\u{202e}b",
            "",
        ] {
            assert!(!is_author(wrong, 60), "{wrong:?}");
        }
    }
}
