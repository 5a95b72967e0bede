//! Numbers.
//!
//! Guarantee: a share that is not nothing is never shown as nothing, and one that is not all is never shown as all.

use crate::words::Locale;

/// No-break space.
const NBSP: char = '\u{a0}';

/// The sign between groups of three, and the sign before the fraction.
fn signs(locale: Locale) -> (char, char) {
    match locale {
        Locale::En | Locale::ZhCn => (',', '.'),
        Locale::Es | Locale::PtBr => ('.', ','),
    }
}

/// `1,234,567`; Spanish leaves four digits together.
#[must_use]
pub fn whole(locale: Locale, n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let least = if locale == Locale::Es { 5 } else { 4 };
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if n < 0 {
        out.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) && digits.len() >= least {
            out.push(signs(locale).0);
        }
        out.push(digit);
    }
    out
}

/// With so many digits after the point.
#[must_use]
pub fn decimal(locale: Locale, n: f64, digits: usize) -> String {
    let text = format!("{:.digits$}", n.abs());
    let (before, after) = text.split_once('.').unwrap_or((&text, ""));
    let sign = if n < 0.0 { "-" } else { "" };
    let before = whole(locale, before.parse().unwrap_or(i64::MAX));
    match after {
        "" => format!("{sign}{before}"),
        _ => format!("{sign}{before}{}{after}", signs(locale).1),
    }
}

/// A number of a headline and its unit: 1.47 and `M`; below ten thousand as it is.
#[must_use]
pub fn compact(locale: Locale, n: i64) -> (String, &'static str) {
    let steps: &[(i64, &str)] = match locale {
        Locale::En => &[(1_000_000_000, "B"), (1_000_000, "M"), (10_000, "k")],
        Locale::Es => &[(1_000_000, "M"), (10_000, "mil")],
        Locale::PtBr => &[(1_000_000_000, "bi"), (1_000_000, "mi"), (10_000, "mil")],
        Locale::ZhCn => &[(100_000_000, "亿"), (10_000, "万")],
    };
    let Some((least, unit)) = steps.iter().find(|(least, _)| n >= *least) else {
        return (whole(locale, n), "");
    };
    let of = if *least == 10_000 && locale != Locale::ZhCn { 1_000 } else { *least };
    let share = n as f64 / of as f64;
    let digits = if share >= 100.0 { 0 } else { 1 + usize::from(share < 10.0) };
    (decimal(locale, share, digits), unit)
}

/// The digits of a share in per cent, and the sign with the space that the language has before it.
#[must_use]
pub fn percent(locale: Locale, share: f64, digits: usize) -> (String, String) {
    let least = 10f64.powi(-i32::try_from(digits).unwrap_or(2));
    let of_hundred = match share * 100.0 {
        some if some > 0.0 && some < least => least,
        most if most < 100.0 && most > 100.0 - least => 100.0 - least,
        other => other,
    };
    let sign = if locale == Locale::Es { format!("{NBSP}%") } else { "%".to_owned() };
    (decimal(locale, of_hundred, digits), sign)
}

/// `4.2 kB`, in powers of a thousand.
#[must_use]
pub fn octets(locale: Locale, n: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut size = n as f64;
    let mut unit = 0;
    while size >= 999.5 && unit + 1 < UNITS.len() {
        size /= 1_000.0;
        unit += 1;
    }
    let digits = usize::from(unit > 0 && size < 99.95);
    format!("{}{NBSP}{}", decimal(locale, size, digits), UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;
    use Locale::{En, Es, PtBr, ZhCn};

    #[test]
    fn numbers_are_written_as_their_language_does() {
        let table = [
            (En, "1,234", "-12,345"),
            (Es, "1234", "-12.345"),
            (PtBr, "1.234", "-12.345"),
            (ZhCn, "1,234", "-12,345"),
        ];
        for (locale, small, large) in table {
            assert_eq!((whole(locale, 1_234), whole(locale, -12_345)), (small.to_owned(), large.to_owned()));
        }
        assert_eq!([whole(En, 0), whole(En, 999), whole(En, 1_000_000)], ["0", "999", "1,000,000"]);
        assert_eq!(decimal(PtBr, 1_234.5, 2), "1.234,50");
    }

    #[test]
    fn headlines_are_short() {
        let table = [
            (En, 9_999, ("9,999", "")),
            (En, 12_345, ("12.3", "k")),
            (En, 1_470_000, ("1.47", "M")),
            (Es, 1_470_000, ("1,47", "M")),
            (PtBr, 45_000, ("45,0", "mil")),
            (ZhCn, 1_470_000, ("147", "万")),
            (ZhCn, 123_456, ("12.3", "万")),
        ];
        for (locale, n, (digits, unit)) in table {
            assert_eq!(compact(locale, n), (digits.to_owned(), unit), "{locale:?} {n}");
        }
    }

    #[test]
    fn a_share_is_not_rounded_to_nothing_or_to_all() {
        let table =
            [(0.0, "0.00"), (0.000_01, "0.01"), (0.983_7, "98.37"), (0.999_999, "99.99"), (1.0, "100.00")];
        for (share, wanted) in table {
            assert_eq!(percent(En, share, 2).0, wanted);
        }
        assert_eq!(percent(Es, 0.5, 1), ("50,0".to_owned(), "\u{a0}%".to_owned()));
    }

    #[test]
    fn sizes_have_a_unit() {
        for (n, wanted) in [
            (0, "0\u{a0}B"),
            (999, "999\u{a0}B"),
            (4_200, "4.2\u{a0}kB"),
            (999_950, "1.0\u{a0}MB"),
            (250_000_000, "250\u{a0}MB"),
        ] {
            assert_eq!(octets(En, n), wanted);
        }
    }
}
