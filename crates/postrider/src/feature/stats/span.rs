//! How much time the console's screens show, up to now.

use ::console::words::Word;
use mail::At;

use super::HOUR_US;
use super::period::{Period, Step, months_from};

pub(super) const DAY_US: i64 = 24 * HOUR_US;

/// How much time is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Span {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Span {
    pub const ALL: [Span; 5] = [Span::Day, Span::Week, Span::Month, Span::Quarter, Span::Year];

    /// Its name in URLs, its word in the choice, and its days.
    #[must_use]
    pub fn facts(self) -> (&'static str, Word, i64) {
        match self {
            Span::Day => ("24h", Word("overview-range-day"), 1),
            Span::Week => ("7d", Word("overview-range-week"), 7),
            Span::Month => ("30d", Word("overview-range-month"), 30),
            Span::Quarter => ("90d", Word("overview-range-quarter"), 90),
            Span::Year => ("12mo", Word("overview-range-year"), 365),
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Span> {
        Span::ALL.into_iter().find(|span| span.facts().0 == text)
    }

    /// The time up to now, in whole steps of a zone that is whole hours away.
    #[must_use]
    pub fn period(self, now: At, zone_us: i64) -> Period {
        let until = At((now.0 + HOUR_US - 1).div_euclid(HOUR_US) * HOUR_US);
        let days = self.facts().2;
        if self == Span::Day {
            return Period { from: At(until.0 - DAY_US), until, step: Step::Hour, zone_us };
        }
        if self == Span::Year {
            let from = At(months_from(At(until.0 - 1 + zone_us), -11).0 - zone_us);
            return Period { from, until, step: Step::Month, zone_us };
        }
        let midnight = (until.0 - 1 + zone_us).div_euclid(DAY_US) * DAY_US - zone_us;
        Period { from: At(midnight - (days - 1) * DAY_US), until, step: Step::Day, zone_us }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_whole_steps_that_end_now() {
        // 2026-11-22 01:30 UTC, which is the evening before in São Paulo.
        let now = At(1_795_311_000_000_000);
        for (span, zone, step, count) in [
            (Span::Day, 0, HOUR_US, 24),
            (Span::Week, 0, DAY_US, 7),
            (Span::Month, -3 * HOUR_US, DAY_US, 30),
            (Span::Quarter, 8 * HOUR_US, DAY_US, 90),
        ] {
            let period = span.period(now, zone);
            let last = At(period.from.0 + (count - 1) * step);
            assert!(last <= now && now <= period.until && period.until.0 <= last.0 + step, "{span:?}");
        }
        let year = Span::Year.period(now, -3 * HOUR_US);
        assert_eq!((year.parts().len(), year.show(year.from)), (12, "2025-12-01T00:00:00-03:00".to_owned()));
    }
}
