//! Codes that an app and we make of a shared secret and the time (RFC 6238): SHA-1, six digits, half a minute.
//!
//! Guarantees
//! 1. Pure: the time and the secret are values.
//! 2. A code is accepted in its own period and in the one before and after it, for clocks that differ; never in a period up to the
//!    one that was accepted last.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};
use mail::At;

/// Octets of a secret: as long as SHA-1's result, as RFC 4226 §4 recommends.
pub const SECRET_OCTETS: usize = 20;
const DIGITS: usize = 6;
const PERIOD_US: i64 = 30_000_000;
/// Periods by which a clock may differ, to each side.
const DRIFT: i64 = 1;

/// The period of a moment.
#[must_use]
pub fn step(now: At) -> i64 {
    now.0.div_euclid(PERIOD_US)
}

/// The code of a period (RFC 4226 §5.3).
#[must_use]
pub fn code(secret: &[u8], step: i64) -> String {
    let tag = sign(&Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret), &step.to_be_bytes());
    let octets = tag.as_ref();
    let at = octets.last().map_or(0, |last| usize::from(last & 15));
    let four = octets[at..at + 4].iter().fold(0_u32, |number, octet| number << 8 | u32::from(*octet));
    format!("{:0width$}", (four & 0x7fff_ffff) % 10_u32.pow(DIGITS as u32), width = DIGITS)
}

/// The first period after `last` of which `typed` is the code, of those that are accepted at `now`. All are compared.
#[must_use]
pub fn fitting(secret: &[u8], now: At, last: i64, typed: &str) -> Option<i64> {
    let here = step(now);
    let fits = |step: &i64| verify_slices_are_equal(code(secret, *step).as_bytes(), typed.as_bytes()).is_ok();
    let fitting: Vec<i64> = (here - DRIFT..=here + DRIFT).filter(fits).collect();
    fitting.into_iter().find(|step| *step > last)
}

/// Whether a text can be a code: six digits.
#[must_use]
pub fn is_code(typed: &str) -> bool {
    typed.len() == DIGITS && typed.bytes().all(|octet| octet.is_ascii_digit())
}

/// Octets in base 32 (RFC 4648 §6), without padding, as apps take a secret.
#[must_use]
pub fn base32(octets: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let letter = |chunk: &[u8], at: usize| {
        let bits = (0..5).fold(0_u64, |bits, n| bits << 8 | u64::from(chunk.get(n).copied().unwrap_or(0)));
        char::from(LETTERS[(bits >> (35 - 5 * at) & 31) as usize])
    };
    let letters =
        |chunk: &[u8]| (0..(chunk.len() * 8).div_ceil(5)).map(|at| letter(chunk, at)).collect::<String>();
    octets.chunks(5).map(letters).collect()
}

/// What the picture says to an app: whose secret it is, and where it belongs.
#[must_use]
pub fn uri(secret: &[u8], email: &str) -> String {
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || b"-._~@".contains(&octet);
    let email: String = email
        .bytes()
        .map(|octet| if plain(octet) { char::from(octet).to_string() } else { format!("%{octet:02X}") })
        .collect();
    format!("otpauth://totp/Postrider:{email}?secret={}&issuer=Postrider", base32(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> At {
        At(seconds * 1_000_000)
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        // RFC 6238, appendix B: the last six of its eight digits.
        let table = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ];
        for (seconds, wanted) in table {
            assert_eq!(code(SECRET, step(at(seconds))), wanted, "{seconds}");
        }
    }

    #[test]
    fn a_code_is_taken_half_a_minute_early_or_late_and_never_again() {
        let now = at(1_111_111_111);
        let own = step(now);
        for (step, wanted) in [(-2, None), (-1, Some(-1)), (0, Some(0)), (1, Some(1)), (2, None)] {
            let typed = code(SECRET, own + step);
            assert_eq!(fitting(SECRET, now, 0, &typed), wanted.map(|step: i64| own + step), "{step}");
            assert_eq!(fitting(SECRET, now, own + 1, &typed), None, "{step}: one was taken after it");
        }
        assert_eq!(fitting(SECRET, now, own, &code(SECRET, own)), None, "the very same");
        assert_eq!(fitting(SECRET, now, own, &code(SECRET, own + 1)), Some(own + 1));
        for wrong in ["", "05047", "0504710", "000000"] {
            assert_eq!(fitting(SECRET, now, 0, wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_secret_is_written_as_apps_read_it() {
        // RFC 4648, section 10, without its padding.
        let table = [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ];
        for (text, wanted) in table {
            assert_eq!(base32(text.as_bytes()), wanted, "{text}");
        }
        assert_eq!(
            uri(b"fooba", "a+b&c@x.example"),
            "otpauth://totp/Postrider:a%2Bb%26c@x.example?secret=MZXW6YTB&issuer=Postrider"
        );
    }
}
