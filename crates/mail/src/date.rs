//! Moments as text: the Date field (RFC 5322 §3.3) and the API's times (RFC 3339). Written by hand, for each message has one; read by `jiff`.
//!
//! Guarantees
//! 1. What [`write_rfc3339`] writes, [`parse_rfc3339`] reads back to the microsecond.
//! 2. Years 1 to 9999, less its last day, which the reader does not take; an `At` beyond is shown as the nearest that can be written, for such a moment is a bug elsewhere and no reason to panic.

use crate::At;

const DAY_US: i64 = 86_400_000_000;
/// 0001-01-01T00:00:00Z.
const FIRST: i64 = -62_135_596_800_000_000;
/// 9999-12-30T22:00:00.999999Z: later moments would have the year 10000 in some time zone, so `jiff` reads none of them.
const LAST: i64 = 253_402_207_200_999_999;

/// The text is not a moment: a date, `T`, a time, and `Z` or an offset.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a time looks like 2026-11-21T18:13:09Z")]
pub struct TimeError;

/// Appends `Sat, 21 Nov 2026 18:13:09 +0000`.
pub fn write_rfc5322(out: &mut Vec<u8>, at: At) {
    const DAYS: [&[u8; 5]; 7] = [b"Thu, ", b"Fri, ", b"Sat, ", b"Sun, ", b"Mon, ", b"Tue, ", b"Wed, "];
    const MONTHS: [&[u8; 5]; 12] = [
        b" Jan ", b" Feb ", b" Mar ", b" Apr ", b" May ", b" Jun ", b" Jul ", b" Aug ", b" Sep ", b" Oct ",
        b" Nov ", b" Dec ",
    ];
    let civil = Civil::of(at);
    out.extend_from_slice(DAYS[civil.weekday]);
    push_two(out, civil.day);
    out.extend_from_slice(MONTHS[civil.month as usize - 1]);
    push_four(out, civil.year);
    out.push(b' ');
    push_time(out, &civil);
    out.extend_from_slice(b" +0000");
}

/// Appends `2026-11-21T18:13:09.000123Z`.
pub fn write_rfc3339(out: &mut Vec<u8>, at: At) {
    let civil = Civil::of(at);
    push_four(out, civil.year);
    out.push(b'-');
    push_two(out, civil.month);
    out.push(b'-');
    push_two(out, civil.day);
    out.push(b'T');
    push_time(out, &civil);
    out.push(b'.');
    push_two(out, civil.micros / 10_000);
    push_four(out, civil.micros % 10_000);
    out.push(b'Z');
}

/// [`write_rfc5322`] as a text of its own.
#[must_use]
pub fn rfc5322(at: At) -> String {
    let mut out = Vec::with_capacity(31);
    write_rfc5322(&mut out, at);
    String::from_utf8(out).expect("invariant: digits, names of months and punctuation are ASCII")
}

/// [`write_rfc3339`] as a text of its own.
#[must_use]
pub fn rfc3339(at: At) -> String {
    let mut out = Vec::with_capacity(27);
    write_rfc3339(&mut out, at);
    String::from_utf8(out).expect("invariant: digits and punctuation are ASCII")
}

/// Any offset is taken; below the microsecond is cut.
pub fn parse_rfc3339(text: &str) -> Result<At, TimeError> {
    // jiff also takes forms with a zone in brackets, which no RFC 3339 time is.
    const LENGTH_MAX: usize = 40;
    if text.len() > LENGTH_MAX || text.contains('[') {
        return Err(TimeError);
    }
    text.parse::<jiff::Timestamp>().map(|moment| At(moment.as_microsecond())).map_err(|_| TimeError)
}

struct Civil {
    year: u32,
    /// 1 to 12.
    month: u32,
    day: u32,
    /// 0 is Thursday, as 1970-01-01 was.
    weekday: usize,
    second: u32,
    micros: u32,
}

impl Civil {
    /// Days to date by the eras of 400 years of <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>.
    fn of(at: At) -> Civil {
        let us = at.0.clamp(FIRST, LAST);
        let (days, in_day) = (us.div_euclid(DAY_US), us.rem_euclid(DAY_US));
        let shifted = days + 719_468;
        let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        // The clamp above bounds each of these far below the range of its type.
        Civil {
            year: year as u32,
            month: month as u32,
            day: day as u32,
            weekday: days.rem_euclid(7) as usize,
            second: (in_day / 1_000_000) as u32,
            micros: (in_day % 1_000_000) as u32,
        }
    }
}

fn push_time(out: &mut Vec<u8>, civil: &Civil) {
    push_two(out, civil.second / 3_600);
    out.push(b':');
    push_two(out, civil.second / 60 % 60);
    out.push(b':');
    push_two(out, civil.second % 60);
}

/// `number` is below 100.
fn push_two(out: &mut Vec<u8>, number: u32) {
    out.extend_from_slice(&[b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]);
}

/// `number` is below 10,000.
fn push_four(out: &mut Vec<u8>, number: u32) {
    push_two(out, number / 100);
    push_two(out, number % 100);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_as_mail_and_as_the_api_write_them() {
        let cases: &[(i64, &str, &str)] = &[
            (0, "Thu, 01 Jan 1970 00:00:00 +0000", "1970-01-01T00:00:00.000000Z"),
            (-1, "Wed, 31 Dec 1969 23:59:59 +0000", "1969-12-31T23:59:59.999999Z"),
            (1_795_284_789_000_123, "Sat, 21 Nov 2026 18:13:09 +0000", "2026-11-21T18:13:09.000123Z"),
            (951_782_400_000_000, "Tue, 29 Feb 2000 00:00:00 +0000", "2000-02-29T00:00:00.000000Z"),
            (FIRST, "Mon, 01 Jan 0001 00:00:00 +0000", "0001-01-01T00:00:00.000000Z"),
            (i64::MAX, "Thu, 30 Dec 9999 22:00:00 +0000", "9999-12-30T22:00:00.999999Z"),
        ];
        for (us, mail, api) in cases {
            assert_eq!((rfc5322(At(*us)).as_str(), rfc3339(At(*us)).as_str()), (*mail, *api));
        }
    }

    #[test]
    fn times_are_read_with_any_offset_and_nothing_else() {
        let cases: &[(&str, Result<i64, TimeError>)] = &[
            ("2026-11-21T18:13:09Z", Ok(1_795_284_789_000_000)),
            ("2026-11-21T19:13:09.000123999+01:00", Ok(1_795_284_789_000_123)),
            ("2026-11-21t18:13:09z", Ok(1_795_284_789_000_000)),
            ("2026-11-21T18:13:09", Err(TimeError)),
            ("2026-11-21", Err(TimeError)),
            ("2026-02-30T00:00:00Z", Err(TimeError)),
            ("2026-11-21T18:13:09+00:00[UTC]", Err(TimeError)),
            ("", Err(TimeError)),
            ("in 1 min", Err(TimeError)),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_rfc3339(text).map(|at| at.0), *expected, "{text:?}");
        }
    }
}
