//! A reply's text, made ready for some three hundred searches.
//!
//! Guarantees
//! 1. At most [`TEXT_MAX_BYTES`] octets, lowered, on one line that ends with a space, without the enhanced status of each line and without
//!    words that hold an address.
//! 2. A needle of which any two neighbouring letters do not occur is dismissed without a search: almost all are, so a reply costs a few
//!    microseconds and a storm of deferrals stays cheap.

use crate::EnhancedStatus;

/// How much of a reply's text is searched. The longest explanations of the great providers have some 500 octets.
pub const TEXT_MAX_BYTES: usize = 2_048;

/// Bits of the set of neighbouring letters.
const PAIRS: usize = 4_096;

pub(super) struct Searchable {
    text: String,
    /// One bit for each pair of neighbouring octets, by a hash: a bit that is not set proves that the pair does not occur.
    pairs: [u64; PAIRS / 64],
}

impl Searchable {
    pub(super) fn of(text: &str) -> Searchable {
        let text = prepared(text);
        let mut pairs = [0; PAIRS / 64];
        for pair in text.as_bytes().windows(2) {
            let bit = pair_bit(pair);
            pairs[bit / 64] |= 1 << (bit % 64);
        }
        Searchable { text, pairs }
    }

    pub(super) fn holds(&self, needle: &str) -> bool {
        let possible = needle.as_bytes().windows(2).all(|pair| {
            let bit = pair_bit(pair);
            self.pairs[bit / 64] & (1 << (bit % 64)) != 0
        });
        possible && memchr::memmem::find(self.text.as_bytes(), needle.as_bytes()).is_some()
    }
}

fn pair_bit(pair: &[u8]) -> usize {
    (usize::from(pair[0]) * 61 + usize::from(pair[1])) % PAIRS
}

fn prepared(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(TEXT_MAX_BYTES) + 1);
    for line in text.lines() {
        let line = EnhancedStatus::split(line).map_or(line, |(_, rest)| rest);
        for word in line.split_ascii_whitespace().filter(|word| !word.contains('@')) {
            if out.len() + word.len() >= TEXT_MAX_BYTES {
                return out;
            }
            out.push_str(&word.to_ascii_lowercase());
            out.push(' ');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_statuses_are_no_text() {
        let text = Searchable::of("<spam@x.org>: User\n5.1.1 Unknown  here");
        assert_eq!(text.text, "user unknown here ");
        assert!(
            text.holds("user unknown") && text.holds(" here ") && !text.holds("spam") && !text.holds("resu")
        );
        assert_eq!(Searchable::of(&"word ".repeat(1_000)).text.len(), 2_045);
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_is_there_is_dismissed(text in "[a-f ]{0,60}", from in 0_usize..60, length in 1_usize..10) {
            let text = Searchable::of(&text);
            if let Some(needle) = text.text.get(from..from + length) {
                proptest::prop_assert!(text.holds(needle));
            }
        }
    }
}
