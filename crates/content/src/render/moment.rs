//! Days and times as data writes them, taken apart without a clock or a table of time zones.

/// A day and a time of day, as they are to be shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Moment {
    pub year: i64,
    /// 1 to 12.
    pub month: usize,
    /// 1 to 31.
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    /// Seconds since 1970, UTC.
    seconds: i64,
}

/// The last second of the year 9999.
const SECONDS_MAX: i64 = 253_402_300_799;

impl Moment {
    /// Reads RFC 3339, shown in the offset that it names, or a day alone.
    pub(super) fn parse(text: &str) -> Option<Moment> {
        let text = text.trim();
        if text.len() == 10 {
            return Moment::parse(&format!("{text}T00:00:00Z"));
        }
        let at = mail::date::parse_rfc3339(text).ok()?;
        let offset = match text.as_bytes().last()? {
            b'Z' | b'z' => 0,
            _ => offset_s(text.get(text.len() - 6..)?)?,
        };
        Moment::local(at.0.div_euclid(1_000_000), offset)
    }

    /// Of seconds since 1970, UTC.
    pub(super) fn of_seconds(seconds: i64) -> Option<Moment> {
        Moment::local(seconds, 0)
    }

    /// The same moment on the clocks of another offset from UTC.
    pub(super) fn at_offset(self, offset: &str) -> Option<Moment> {
        Moment::local(self.seconds, offset_s(offset)?)
    }

    fn local(seconds: i64, offset: i64) -> Option<Moment> {
        if !(0..=SECONDS_MAX - 86_400).contains(&seconds) {
            return None;
        }
        let shown = seconds + offset;
        let (days, second) = (shown.div_euclid(86_400), shown.rem_euclid(86_400));
        let (year, month, day) = civil(days);
        Some(Moment { year, month, day, hour: second / 3_600, minute: second / 60 % 60, seconds })
    }
}

/// `+02:00` in seconds.
fn offset_s(text: &str) -> Option<i64> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = text[1..].split_once(':')?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    ((0..=18).contains(&hours) && (0..60).contains(&minutes)).then_some(sign * (hours * 3_600 + minutes * 60))
}

/// Year, month and day of a day counted from 1970-01-01, by eras of 400 years that begin in March.
fn civil(days: i64) -> (i64, usize, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    (year, usize::try_from(month).unwrap_or(1), of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_are_taken_apart() {
        let cases = [
            ("2026-12-01", Some((2026, 12, 1, 0, 0))),
            ("2024-02-29T23:59:00Z", Some((2024, 2, 29, 23, 59))),
            ("2026-12-31T23:30:00-02:00", Some((2026, 12, 31, 23, 30))),
            ("1970-01-01", Some((1970, 1, 1, 0, 0))),
            ("2026-13-01", None),
            ("tomorrow", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let got = Moment::parse(text).map(|m| (m.year, m.month, m.day, m.hour, m.minute));
            assert_eq!(got, expected, "{text}");
        }
        let moved = Moment::parse("2026-12-31T23:30:00Z").unwrap().at_offset("+01:00").unwrap();
        assert_eq!((moved.year, moved.month, moved.day, moved.hour, moved.minute), (2027, 1, 1, 0, 30));
        assert_eq!(Moment::of_seconds(i64::MAX), None);
        assert_eq!(moved.at_offset("Europe/Lisbon"), None);
    }
}
