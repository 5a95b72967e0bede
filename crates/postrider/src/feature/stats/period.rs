//! Of which time statistics are asked for, and in which steps: pure.
//!
//! Guarantee: a step is whole hours, and the number of steps is bounded.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span as Length, Timestamp};
use mail::{At, date};

use super::HOUR_US;
use super::select::Selection;
use crate::http::error::{Code, Mistakes};

const DAY_US: i64 = 24 * HOUR_US;
/// Days that are shown when nothing is said.
const DAYS_DEFAULT: i64 = 7;

/// Times from here on are refused: 9999-01-01. Reason: the month that follows, in any zone, must have a beginning that a
/// calendar knows, and a year of four digits. (No counter is older than 1970.)
const END: At = At(253_370_764_800_000_000);

/// How long one row's time is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    Hour,
    Day,
    Month,
    /// All of it in one row.
    Total,
}

impl Step {
    pub const ALL: [Step; 4] = [Step::Hour, Step::Day, Step::Month, Step::Total];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Step::Hour => "hour",
            Step::Day => "day",
            Step::Month => "month",
            Step::Total => "total",
        }
    }

    /// The longest time that is asked for at once. Reason: an answer has some hundred steps, and a question reads no more
    /// counters than a second's worth.
    fn days_max(self) -> i64 {
        match self {
            Step::Hour => 31,
            Step::Day => 400,
            Step::Month | Step::Total => 1_100,
        }
    }

    /// The same for a question about keys of which tenants have 200 an hour. Reason: each query reads, and sorts, some ten
    /// counters of each key and hour; these are some five million at worst, a few seconds' worth. A month is a query of its own;
    /// by the hour there are many pages, each of which reads all of it anew.
    pub fn days_max_by_key(self) -> i64 {
        match self {
            Step::Hour => 7,
            Step::Day | Step::Total => 92,
            Step::Month => 366,
        }
    }
}

/// A time in whole hours, and its steps in a zone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Period {
    pub from: At,
    pub until: At,
    pub step: Step,
    /// Local time minus UTC, microseconds; whole hours.
    pub zone_us: i64,
}

/// Part of a period that one query reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Part {
    pub from: At,
    pub until: At,
    /// The length of its steps, microseconds; the part is one step when none.
    pub every: Option<i64>,
}

/// The parameters as texts.
#[derive(Default)]
pub struct Asked<'t> {
    pub from: Option<&'t str>,
    pub to: Option<&'t str>,
    pub step: Option<&'t str>,
    pub zone: Option<&'t str>,
}

impl Asked<'_> {
    /// Reads them; what is not said is `step`, UTC, and the last seven days, today's hours included.
    pub fn read(&self, now: At, usual: Step, mistakes: &mut Mistakes) -> Period {
        let zone_us = self.zone.map_or(Some(0), zone).unwrap_or_else(|| {
            let why = "whole hours from UTC such as +02:00, because counters are kept by the hour";
            mistakes.add("zone", Code::InvalidValue, why);
            0
        });
        let step =
            self.step.map_or(Some(usual), |text| Step::ALL.into_iter().find(|step| step.as_str() == text));
        let step = step.unwrap_or_else(|| {
            mistakes.add("step", Code::InvalidValue, "one of hour, day, month, total");
            usual
        });
        let mut time = |name: &str, text: Option<&str>, usual: At| {
            let Some(text) = text else { return usual };
            moment(text, zone_us).unwrap_or_else(|| {
                let why = "not a time from 1970 to 9998 such as 2026-12-01 or 2026-12-01T09:00:00Z";
                mistakes.add(name, Code::InvalidValue, why);
                usual
            })
        };
        let until = time("to", self.to, now);
        let until = At((until.0 + HOUR_US - 1).div_euclid(HOUR_US) * HOUR_US);
        let midnight = (until.0 - 1 + zone_us).div_euclid(DAY_US) * DAY_US - zone_us;
        let from = time("from", self.from, At(midnight - (DAYS_DEFAULT - 1) * DAY_US)).hour();
        if from >= until {
            mistakes.add("from", Code::InvalidValue, "it must be before `to`");
        } else if until.0 - from.0 > step.days_max() * DAY_US {
            let why = format!("at most {} days for steps of this length", step.days_max());
            mistakes.add("from", Code::InvalidValue, why);
        }
        Period { from, until, step, zone_us }
    }
}

/// An offset from UTC in microseconds: `Z`, `+02:00`, `-05:00`.
fn zone(text: &str) -> Option<i64> {
    if text == "Z" || text == "UTC" {
        return Some(0);
    }
    // A plus in a query that was not escaped arrives as a space.
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+" | " ", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let well = hours.len() == 2 && hours.bytes().all(|digit| digit.is_ascii_digit()) && minutes == "00";
    let hours: i64 = hours.parse().ok()?;
    (well && hours <= 14).then_some(sign * hours * HOUR_US)
}

/// A time as RFC 3339, or a date, which begins at midnight in the zone.
fn moment(text: &str, zone_us: i64) -> Option<At> {
    let at = match text.len() {
        10 => At(midnight(text.parse().ok()?)? - zone_us),
        _ => date::parse_rfc3339(text).ok()?,
    };
    (At(0)..END).contains(&at).then_some(at)
}

fn midnight(date: Date) -> Option<i64> {
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond())
}

/// The beginning of a month, UTC, written `2026-11`.
#[must_use]
pub fn month_of(text: &str) -> Option<At> {
    (text.len() == 7).then(|| moment(&format!("{text}-01"), 0)).flatten()
}

/// The beginning of the month, UTC, so many months after that of `at`.
#[must_use]
pub fn months_from(at: At, months: i64) -> At {
    let found = || {
        let local = Timestamp::from_microsecond(at.0).ok()?;
        let first = TimeZone::UTC.to_datetime(local).date().first_of_month();
        midnight(first.checked_add(Length::new().try_months(months).ok()?).ok()?)
    };
    found().map_or(at, At)
}

impl Period {
    /// Refuses a time that is too long for a question about keys of the tenants' choice.
    pub fn bound_by_key(&self, mistakes: &mut Mistakes) {
        let (days_max, length) = (self.step.days_max_by_key(), self.until.0 - self.from.0);
        // What is too long for any question was told before.
        if length > days_max * DAY_US && length <= self.step.days_max() * DAY_US {
            let why = format!(
                "at most {days_max} days for steps of this length by template, tag, domain, key or link: ask for less at a time"
            );
            mistakes.add("from", Code::InvalidValue, why);
        }
    }

    /// From when on its last part may be asked for by key, all of it in one row.
    #[must_use]
    pub fn from_by_key(&self) -> At {
        self.from.max(At(self.until.0 - Step::Total.days_max_by_key() * DAY_US))
    }

    /// From when on its last part may be asked for in one row, by what a selection is about.
    #[must_use]
    pub fn from_by(&self, selection: &Selection) -> At {
        if selection.is_by_key() { self.from_by_key() } else { self.from }
    }

    /// Its parts in order.
    #[must_use]
    pub fn parts(&self) -> Vec<Part> {
        let Period { from, until, step, .. } = *self;
        match step {
            Step::Hour => vec![Part { from, until, every: Some(HOUR_US) }],
            Step::Day => vec![Part { from, until, every: Some(DAY_US) }],
            Step::Total => vec![Part { from, until, every: None }],
            Step::Month => self.months(),
        }
    }

    fn months(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut from = self.from;
        while from < self.until {
            let next = months_from(At(from.0 + self.zone_us), 1);
            let next = At(next.0 - self.zone_us);
            // Where the calendar ends there is no next month: then the rest is one part.
            let end = if next > from { next.min(self.until) } else { self.until };
            parts.push(Part { from, until: end, every: None });
            from = end;
        }
        parts
    }

    /// The beginning of a step as people of the zone write it.
    #[must_use]
    pub fn show(&self, at: At) -> String {
        let local = date::rfc3339(At(at.0 + self.zone_us));
        let text = local.get(..19).unwrap_or(&local);
        if self.zone_us == 0 {
            return format!("{text}Z");
        }
        let sign = if self.zone_us < 0 { '-' } else { '+' };
        format!("{text}{sign}{:02}:00", self.zone_us.abs() / HOUR_US)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-22T10:20:30Z";

    fn at(text: &str) -> At {
        date::parse_rfc3339(text).expect(text)
    }

    fn read(from: &str, to: &str, step: &str, zone: &str) -> Result<Period, Vec<String>> {
        let some = |text: &'static str| (!text.is_empty()).then_some(text);
        let leak = |text: &str| some(Box::leak(text.to_owned().into_boxed_str()));
        let asked = Asked { from: leak(from), to: leak(to), step: leak(step), zone: leak(zone) };
        let mut mistakes = Mistakes::default();
        let period = asked.read(at(NOW), Step::Day, &mut mistakes);
        match mistakes.0.is_empty() {
            true => Ok(period),
            false => Err(mistakes.0.into_iter().map(|one| one.pointer).collect()),
        }
    }

    #[test]
    fn times_are_whole_hours_in_the_zone() {
        let table = [
            (("", "", "", ""), "2026-11-16T00:00:00Z", "2026-11-22T11:00:00Z"),
            (("", "", "", "+02:00"), "2026-11-15T22:00:00Z", "2026-11-22T11:00:00Z"),
            (("", "", "", "-11:00"), "2026-11-15T11:00:00Z", "2026-11-22T11:00:00Z"),
            (("2026-11-01", "2026-11-03", "hour", ""), "2026-11-01T00:00:00Z", "2026-11-03T00:00:00Z"),
            (("2026-11-01", "2026-11-03", "", "+14:00"), "2026-10-31T10:00:00Z", "2026-11-02T10:00:00Z"),
            (
                ("2026-11-01T09:59:59+01:00", "2026-11-01T10:00:01Z", "total", ""),
                "2026-11-01T08:00:00Z",
                "2026-11-01T11:00:00Z",
            ),
            (("2026-11-01", "2026-11-03", "", " 02:00"), "2026-10-31T22:00:00Z", "2026-11-02T22:00:00Z"),
        ];
        for ((from, to, step, zone), first, end) in table {
            let period = read(from, to, step, zone).expect("good parameters");
            assert_eq!((period.from, period.until), (at(first), at(end)), "{from} {to} {step} {zone}");
        }
    }

    #[test]
    fn every_wrong_parameter_is_told() {
        type Case = ((&'static str, &'static str, &'static str, &'static str), &'static [&'static str]);
        let table: [Case; 10] = [
            (("x", "y", "week", "+05:30"), &["zone", "step", "to", "from"]),
            (("2026-11-03", "2026-11-01", "", ""), &["from"]),
            (("2026-11-01", "2026-11-01", "", ""), &["from"]),
            (("2026-01-01", "2026-11-01", "hour", ""), &["from"]),
            (("2020-01-01", "2026-11-01", "total", ""), &["from"]),
            (("1969-12-31", "2026-11-01", "", "+15:00"), &["zone", "from"]),
            (("", "", "", "02:00"), &["zone"]),
            (("", "", "", "+é:00"), &["zone"]),
            (("9999-12-01", "9999-12-31", "month", ""), &["to", "from"]),
            (("9998-12-01", "9999-01-01", "month", ""), &["to", "from"]),
        ];
        for ((from, to, step, zone), wrong) in table {
            assert_eq!(
                read(from, to, step, zone).expect_err("a mistake"),
                wrong,
                "{from} {to} {step} {zone}"
            );
        }
    }

    #[test]
    fn questions_by_key_are_shorter() {
        let table = [
            ("2026-11-01", "2026-11-08", "hour", true),
            ("2026-11-01", "2026-11-09", "hour", false),
            ("2026-08-01", "2026-11-01", "day", true),
            ("2026-08-01", "2026-11-02", "day", false),
            ("2026-08-01", "2026-11-02", "total", false),
            ("2026-01-01", "2027-01-01", "month", true),
            ("2026-01-01", "2027-01-03", "month", false),
        ];
        for (from, to, step, fits) in table {
            let period = read(from, to, step, "").expect("good for a question without keys");
            let mut mistakes = Mistakes::default();
            period.bound_by_key(&mut mistakes);
            assert_eq!(mistakes.0.is_empty(), fits, "{from} {to} {step}");
            let newest = Period { from: period.from_by_key(), step: Step::Total, ..period };
            newest.bound_by_key(&mut mistakes);
            assert_eq!(mistakes.0.is_empty(), fits, "what is shortened fits: {from} {to} {step}");
        }
    }

    #[test]
    fn months_are_those_of_the_zone() {
        let period = read("2026-01-15", "2026-04-01", "month", "+02:00").expect("good parameters");
        let shown: Vec<_> =
            period.parts().iter().map(|part| (period.show(part.from), period.show(part.until))).collect();
        let wanted = [
            ("2026-01-15T00:00:00+02:00", "2026-02-01T00:00:00+02:00"),
            ("2026-02-01T00:00:00+02:00", "2026-03-01T00:00:00+02:00"),
            ("2026-03-01T00:00:00+02:00", "2026-04-01T00:00:00+02:00"),
        ];
        assert_eq!(shown, wanted.map(|(from, until)| (from.to_owned(), until.to_owned())));
        let across = read("2025-12-31", "2026-01-02", "month", "").expect("good parameters");
        assert_eq!(across.parts().len(), 2);
        assert_eq!(across.show(across.parts()[1].from), "2026-01-01T00:00:00Z");
        for zone in ["", "+14:00", "-12:00"] {
            let last = read("9998-12-01", "9998-12-31", "month", zone).expect("good parameters");
            assert_eq!(last.parts().len(), 1, "{zone}");
        }
        // Ten microseconds at the calendar's end, where a part for each of them would be ten.
        let (from, until) = (At(253_402_300_799_999_990), At(253_402_300_800_000_000));
        let end = Period { from, until, step: Step::Month, zone_us: 0 };
        assert_eq!(end.parts(), [Part { from, until, every: None }]);
    }
}
