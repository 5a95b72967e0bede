//! Tokens: what stands in a tracked URL, and proves that we wrote it.
//!
//! Layout, 39 octets in base64url (52 letters, none to spare): version, kind, number of the secret (2), workspace (8), delivery (8),
//! link (2), class, and 16 octets of HMAC-SHA256 over all of that and the target.
//!
//! Guarantees
//! 1. A token with one other bit, for another kind, or beside another target is refused: nobody can make us redirect to where we
//!    did not write the link.
//! 2. Nothing else is needed to read one: no request asks the database.
//! 3. The newest secret signs; the older ones are still known, so that links in delivered mail go on working.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac::{Context, HMAC_SHA256, Key, Tag};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::feature::access::Class;

const VERSION: u8 = 1;
const SIGNED_BYTES: usize = 23;
const MAC_BYTES: usize = 16;
const TOKEN_BYTES: usize = SIGNED_BYTES + MAC_BYTES;
/// Letters of a token.
pub const TOKEN_LETTERS: usize = TOKEN_BYTES / 3 * 4;
/// Octets of a secret.
pub const SECRET_BYTES: usize = 32;

/// For what a token was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    Open,
    Click,
    Unsubscribe,
    /// The link that only programs follow.
    Trap,
    Reading,
    /// A file to download: the bearer names a link to a file where others name a delivery.
    File,
    /// A message's page for who has no account; the bearer names a message where others name a delivery.
    Support,
}

impl Purpose {
    fn octet(self) -> u8 {
        match self {
            Purpose::Open => 1,
            Purpose::Click => 2,
            Purpose::Unsubscribe => 3,
            Purpose::Trap => 4,
            Purpose::Reading => 5,
            Purpose::File => 6,
            Purpose::Support => 7,
        }
    }
}

/// Whose request it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bearer {
    pub workspace: i64,
    pub delivery: i64,
    /// 0 where there is no link.
    pub link: u16,
    /// Of the stream, so that the page to unsubscribe knows what it can offer.
    pub class: Class,
}

/// The secrets of an installation, oldest first; at least one.
pub struct Secrets(Vec<(u16, Key)>);

impl Secrets {
    /// `None` without a secret.
    #[must_use]
    pub fn new(secrets: &[(u16, Vec<u8>)]) -> Option<Secrets> {
        let keys = secrets.iter().map(|(number, secret)| (*number, Key::new(HMAC_SHA256, secret)));
        Some(Secrets(keys.collect())).filter(|secrets| !secrets.0.is_empty())
    }

    /// The token for a bearer; `target` is what stands beside it in the URL, if anything does.
    #[must_use]
    pub fn seal(&self, purpose: Purpose, bearer: Bearer, target: &str) -> String {
        let (number, key) = self.0.last().expect("invariant: there is a secret");
        let signed = signed(purpose, *number, bearer);
        let mut token = [0; TOKEN_BYTES];
        token[..SIGNED_BYTES].copy_from_slice(&signed);
        token[SIGNED_BYTES..].copy_from_slice(&mac(key, &signed, target).as_ref()[..MAC_BYTES]);
        URL_SAFE_NO_PAD.encode(token)
    }

    /// Who bears the token, if we made it for this purpose and target.
    #[must_use]
    pub fn open(&self, purpose: Purpose, token: &str, target: &str) -> Option<Bearer> {
        if token.len() != TOKEN_LETTERS {
            return None;
        }
        let mut octets = [0; TOKEN_BYTES];
        URL_SAFE_NO_PAD.decode_slice(token, &mut octets).ok()?;
        let (signed, given) = octets.split_at(SIGNED_BYTES);
        if signed[0] != VERSION || signed[1] != purpose.octet() {
            return None;
        }
        let number = u16::from_be_bytes([signed[2], signed[3]]);
        let (_, key) = self.0.iter().find(|(known, _)| *known == number)?;
        verify_slices_are_equal(&mac(key, signed, target).as_ref()[..MAC_BYTES], given).ok()?;
        let eight = |at: usize| signed[at..at + 8].try_into().map(i64::from_be_bytes);
        Some(Bearer {
            workspace: eight(4).ok()?,
            delivery: eight(12).ok()?,
            link: u16::from_be_bytes([signed[20], signed[21]]),
            class: if signed[22] == 0 { Class::Transactional } else { Class::Marketing },
        })
    }
}

fn signed(purpose: Purpose, number: u16, bearer: Bearer) -> [u8; SIGNED_BYTES] {
    let mut signed = [0; SIGNED_BYTES];
    signed[0] = VERSION;
    signed[1] = purpose.octet();
    signed[2..4].copy_from_slice(&number.to_be_bytes());
    signed[4..12].copy_from_slice(&bearer.workspace.to_be_bytes());
    signed[12..20].copy_from_slice(&bearer.delivery.to_be_bytes());
    signed[20..22].copy_from_slice(&bearer.link.to_be_bytes());
    signed[22] = match bearer.class {
        Class::Transactional => 0,
        Class::Marketing => 1,
    };
    signed
}

/// What is signed before the target has one length, so no two pairs are signed alike.
fn mac(key: &Key, signed: &[u8], target: &str) -> Tag {
    let mut context = Context::with_key(key);
    context.update(signed);
    context.update(target.as_bytes());
    context.sign()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEARER: Bearer =
        Bearer { workspace: 7, delivery: 0x0123_4567_89ab_cdef, link: 513, class: Class::Marketing };
    const TARGET: &str = "https://x.example/a?b=c";

    fn secrets(numbers: &[u16]) -> Secrets {
        let each = numbers.iter().map(|number| (*number, vec![number.to_be_bytes()[1]; SECRET_BYTES]));
        Secrets::new(&each.collect::<Vec<_>>()).expect("there are secrets")
    }

    #[test]
    fn a_token_names_its_bearer_to_whoever_has_the_secret() {
        let token = secrets(&[1]).seal(Purpose::Click, BEARER, TARGET);
        assert_eq!(token.len(), TOKEN_LETTERS);
        assert_eq!(secrets(&[1]).open(Purpose::Click, &token, TARGET), Some(BEARER));
        assert_eq!(secrets(&[1, 2]).open(Purpose::Click, &token, TARGET), Some(BEARER), "an older secret");
        assert_eq!(secrets(&[2]).open(Purpose::Click, &token, TARGET), None, "a secret that is gone");
        let newer = secrets(&[1, 2]).seal(Purpose::Click, BEARER, TARGET);
        assert_eq!(secrets(&[1]).open(Purpose::Click, &newer, TARGET), None, "the newest signs");
        assert!(Secrets::new(&[]).is_none());
    }

    #[test]
    fn any_flipped_bit_is_refused() {
        let secrets = secrets(&[1]);
        let token = secrets.seal(Purpose::Click, BEARER, TARGET);
        let octets = URL_SAFE_NO_PAD.decode(&token).expect("base64");
        for bit in 0..octets.len() * 8 {
            let mut other = octets.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            let other = URL_SAFE_NO_PAD.encode(other);
            assert_eq!(secrets.open(Purpose::Click, &other, TARGET), None, "bit {bit}");
        }
        for bit in 0..TARGET.len() * 8 {
            let mut other = TARGET.as_bytes().to_vec();
            other[bit / 8] ^= 1 << (bit % 8);
            if let Ok(other) = String::from_utf8(other) {
                assert_eq!(secrets.open(Purpose::Click, &token, &other), None, "{other}");
            }
        }
    }

    #[test]
    fn a_token_serves_one_purpose_and_has_one_form() {
        let secrets = secrets(&[1]);
        let purposes = [
            Purpose::Open,
            Purpose::Click,
            Purpose::Unsubscribe,
            Purpose::Trap,
            Purpose::Reading,
            Purpose::File,
            Purpose::Support,
        ];
        for made in purposes {
            let token = secrets.seal(made, BEARER, "");
            for asked in purposes {
                assert_eq!(secrets.open(asked, &token, "").is_some(), made == asked, "{made:?} as {asked:?}");
            }
        }
        let token = secrets.seal(Purpose::Open, BEARER, "");
        for other in
            [format!("{token}="), format!("{token}A"), token[1..].to_owned(), String::new(), "é".repeat(26)]
        {
            assert_eq!(secrets.open(Purpose::Open, &other, ""), None, "{other}");
        }
    }
}
