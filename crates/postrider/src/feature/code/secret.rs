//! The installation's key, what it makes of addresses, networks and codes, and how codes are made and read.
//!
//! Guarantees
//! 1. What stands for an address is bound to its workspace and purpose, a code's hash to all of these and to a salt of its own.
//! 2. Each code of an alphabet and length is equally likely.
//! 3. Comparing takes the same time wherever two hashes differ.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac::{Context, HMAC_SHA256, Key};
use bytes::Bytes;
use store::{Store, StoreError, Write, query};

use super::profile::Alphabet;

query!(SECRET, "queries/secret.sql");
query!(SECRET_ADD, "queries/secret_add.sql");

/// Octets of the key and of each HMAC.
const SECRET_BYTES: usize = 32;
/// Octets of a code's salt.
pub const SALT_BYTES: usize = 16;

/// The installation's key.
pub struct Keys(Key);

/// An HMAC that stands for something in the database.
pub type Mac = [u8; SECRET_BYTES];

impl Keys {
    /// Reads the key; the first start makes it.
    ///
    /// # Errors
    /// As [`Store::read`] and [`Store::write`].
    pub async fn open(store: &Store) -> Result<Keys, StoreError> {
        let mut secret = vec![0; SECRET_BYTES];
        net::clock::random_bytes(&mut secret);
        let mut write = Write::default();
        write.step(&SECRET_ADD, vec![("secret", secret.into())]);
        if let Some(row) = store.read(&SECRET, &[]).await?.first() {
            return Ok(Keys::new(&row.blob(0)?));
        }
        // Of two processes that start at once one is too late, and reads what the other made.
        store.write(write).await?;
        let rows = store.read(&SECRET, &[]).await?;
        let row = rows
            .first()
            .ok_or_else(|| StoreError::Broken { query: "SECRET".into(), reason: "found no secret".into() })?;
        Ok(Keys::new(&row.blob(0)?))
    }

    #[must_use]
    pub fn new(secret: &[u8]) -> Keys {
        Keys(Key::new(HMAC_SHA256, secret))
    }

    /// What stands for an address with a purpose; `address` is folded.
    #[must_use]
    pub fn subject(&self, workspace: i64, address: &str, purpose: &str) -> Mac {
        self.mac("address", &[&workspace.to_be_bytes(), address.as_bytes(), purpose.as_bytes()])
    }

    /// What stands for whoever asks with an id that no code has.
    #[must_use]
    pub fn subject_of_nobody(&self, workspace: i64, id: &str) -> Mac {
        self.mac("nobody", &[&workspace.to_be_bytes(), id.as_bytes()])
    }

    /// What stands for somebody who is counted.
    #[must_use]
    pub fn counted(&self, workspace: i64, what: &str, whose: &str) -> Mac {
        self.mac("count", &[&workspace.to_be_bytes(), what.as_bytes(), whose.as_bytes()])
    }

    /// What is kept of a code.
    #[must_use]
    pub fn hash(&self, subject: &[u8], salt: &[u8], code: &str) -> Mac {
        self.mac("code", &[subject, salt, code.as_bytes()])
    }

    /// Whether `code` is the one of which `hash` was kept.
    #[must_use]
    pub fn fits(&self, (subject, salt, hash): (&[u8], &[u8], &[u8]), code: &str) -> bool {
        verify_slices_are_equal(&self.hash(subject, salt, code), hash).is_ok()
    }

    /// Each part is preceded by its length: no two lists of parts look alike.
    fn mac(&self, label: &str, parts: &[&[u8]]) -> Mac {
        let mut context = Context::with_key(&self.0);
        for part in std::iter::once(&label.as_bytes()).chain(parts) {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut mac = Mac::default();
        mac.copy_from_slice(context.sign().as_ref());
        mac
    }
}

/// A salt.
#[must_use]
pub fn salt() -> Bytes {
    let mut salt = [0; SALT_BYTES];
    net::clock::random_bytes(&mut salt);
    Bytes::copy_from_slice(&salt)
}

/// A code. An octet of `chance` that would favour some letters is thrown away.
pub fn code(alphabet: Alphabet, length: usize, mut chance: impl FnMut() -> u8) -> String {
    let letters = alphabet.letters().as_bytes();
    let even = 256 - 256 % letters.len();
    let mut code = String::with_capacity(length);
    while code.len() < length {
        let octet = usize::from(chance());
        if octet < even {
            code.push(char::from(letters[octet % letters.len()]));
        }
    }
    code
}

/// A random octet.
#[must_use]
pub fn chance() -> u8 {
    let mut octet = [0];
    net::clock::random_bytes(&mut octet);
    octet[0]
}

/// A code as somebody typed it, in the form in which codes are made: without blanks and hyphens, in upper case, the full-width
/// letters and digits of East Asian keyboards as ordinary ones.
#[must_use]
pub fn typed(text: &str) -> String {
    let plain = |letter: char| match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        other => other,
    };
    let letters = text.chars().filter(|letter| !letter.is_whitespace()).map(plain);
    letters.filter(|letter| *letter != '-').map(|letter| letter.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_of_an_alphabet_is_equally_likely() {
        for alphabet in Alphabet::ALL {
            let letters = alphabet.letters();
            // Every octet once: what the generator gives in the long run.
            let mut octets = (0..=255_u8).cycle();
            let even = 256 / letters.len() * letters.len();
            let code = code(alphabet, even, || octets.next().expect("an endless row"));
            for letter in letters.chars() {
                assert_eq!(code.matches(letter).count(), even / letters.len(), "{letter} of {letters}");
            }
        }
    }

    #[test]
    fn an_alphabet_has_no_letters_that_look_alike() {
        let letters = Alphabet::Letters.letters();
        assert!(!letters.contains(['O', 'I', '0', '1']), "{letters}");
        assert!(!letters.contains(['A', 'E', 'I', 'O', 'U', 'Y']), "no words: {letters}");
        assert!(letters.chars().all(|letter| letter.is_ascii_uppercase()));
    }

    #[test]
    fn what_people_type_is_read_as_what_was_meant() {
        let cases = [
            ("123456", "123456"),
            (" 123 456\n", "123456"),
            ("123-456", "123456"),
            ("bcdfgh", "BCDFGH"),
            ("\u{ff11}\u{ff12}\u{ff13}", "123"),
            ("\u{ff42}\u{ff23}", "BC"),
            ("\u{3000}1\u{a0}2", "12"),
            ("- -", ""),
            ("١٢٣", "١٢٣"),
        ];
        for (text, read) in cases {
            assert_eq!(typed(text), read, "{text:?}");
        }
    }

    #[test]
    fn what_stands_for_one_thing_stands_for_no_other() {
        let keys = Keys::new(&[1; 32]);
        let all = [
            keys.subject(1, "a@b.example", "login"),
            keys.subject(2, "a@b.example", "login"),
            keys.subject(1, "b@b.example", "login"),
            keys.subject(1, "a@b.example", "reset"),
            keys.subject(1, "a@b.examplel", "ogin"),
            keys.counted(1, "a@b.example", "login"),
            Keys::new(&[2; 32]).subject(1, "a@b.example", "login"),
        ];
        for (place, one) in all.iter().enumerate() {
            assert!(all[place + 1..].iter().all(|other| other != one), "{place}");
        }
        let (subject, salt) = (all[0], [7; SALT_BYTES]);
        let hash = keys.hash(&subject, &salt, "123456");
        assert!(keys.fits((&subject, &salt, &hash), "123456"));
        assert!(!keys.fits((&subject, &salt, &hash), "123457"));
        assert!(!keys.fits((&subject, &[8; SALT_BYTES], &hash), "123456"));
        assert!(!keys.fits((&all[1], &salt, &hash), "123456"));
        assert!(!keys.fits((&subject, &salt, &[]), "123456"), "where there is no code");
    }
}
