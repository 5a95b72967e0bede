//! Moments, by language and zone.
//!
//! Guarantee: an unknown zone is UTC, and the zone that was used can be asked for, because pages print it.

use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, civil};
use mail::At;

use crate::format::number;
use crate::words::{Locale, Words};

/// A time zone by its IANA name.
#[derive(Clone, Debug)]
pub struct Zone {
    zone: TimeZone,
    name: String,
}

impl Zone {
    /// `America/Sao_Paulo`, from the tables that are built in; UTC when there is none of that name.
    #[must_use]
    pub fn named(name: &str) -> Zone {
        match TimeZoneDatabase::bundled().get(name) {
            Ok(zone) => Zone { name: zone.iana_name().unwrap_or(name).to_owned(), zone },
            Err(_) => Zone { zone: TimeZone::UTC, name: "UTC".to_owned() },
        }
    }

    /// Whether there is one of this name.
    #[must_use]
    pub fn known(name: &str) -> bool {
        TimeZoneDatabase::bundled().get(name).is_ok()
    }

    /// Every zone by name: places, and UTC.
    #[must_use]
    pub fn names() -> Vec<String> {
        let zones = TimeZoneDatabase::bundled();
        let mut names: Vec<String> =
            zones.available().map(|name| name.to_string()).filter(|name| is_place(name)).collect();
        names.sort();
        names
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Local time minus UTC at a moment, in whole hours, towards UTC: counters are kept by the hour.
    #[must_use]
    pub fn whole_hours(&self, at: At) -> i64 {
        i64::from(self.zone.to_offset(timestamp(at)).seconds()) / 3_600
    }

    /// The moment that a field for date and time says, `2026-11-22T09:30`, in this zone; none of what is no such text. Of two
    /// moments, when clocks go back, the first; of none, when they go forward, the one as much later.
    #[must_use]
    pub fn moment_of(&self, text: &str) -> Option<At> {
        let civil: civil::DateTime = text.trim().parse().ok()?;
        let zoned = self.zone.to_ambiguous_timestamp(civil).compatible().ok()?;
        Some(At(zoned.as_microsecond()))
    }

    fn civil(&self, at: At) -> civil::DateTime {
        self.zone.to_datetime(timestamp(at))
    }
}

/// Whether people look for a zone under this name; the others are aliases of old.
fn is_place(name: &str) -> bool {
    const PARTS: [&str; 9] = [
        "Africa/",
        "America/",
        "Antarctica/",
        "Arctic/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
    ];
    name == "UTC" || name.starts_with("Pacific/") || PARTS.iter().any(|part| name.starts_with(part))
}

fn timestamp(at: At) -> Timestamp {
    Timestamp::from_microsecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Months as a date has them.
fn month(locale: Locale, month: i8) -> &'static str {
    const EN: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const ES: [&str; 12] =
        ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"];
    const PT: [&str; 12] =
        ["jan.", "fev.", "mar.", "abr.", "mai.", "jun.", "jul.", "ago.", "set.", "out.", "nov.", "dez."];
    const ZH: [&str; 12] =
        ["1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"];
    let names = match locale {
        Locale::En => EN,
        Locale::Es => ES,
        Locale::PtBr => PT,
        Locale::ZhCn => ZH,
    };
    names[usize::try_from(month - 1).unwrap_or(0) % 12]
}

/// `22 Nov`.
#[must_use]
pub fn day(locale: Locale, zone: &Zone, at: At) -> String {
    let when = zone.civil(at);
    let (day, month) = (when.day(), month(locale, when.month()));
    match locale {
        Locale::En | Locale::Es => format!("{day} {month}"),
        Locale::PtBr => format!("{day} de {month}"),
        Locale::ZhCn => format!("{month}{day}日"),
    }
}

/// `22 Nov 2026`.
#[must_use]
pub fn date(locale: Locale, zone: &Zone, at: At) -> String {
    let year = zone.civil(at).year();
    let day = day(locale, zone, at);
    match locale {
        Locale::En | Locale::Es => format!("{day} {year}"),
        Locale::PtBr => format!("{day} de {year}"),
        Locale::ZhCn => format!("{year}年{day}"),
    }
}

/// `Nov 2026`.
#[must_use]
pub fn month_of_year(locale: Locale, zone: &Zone, at: At) -> String {
    let when = zone.civil(at);
    let (month, year) = (month(locale, when.month()), when.year());
    match locale {
        Locale::En | Locale::Es => format!("{month} {year}"),
        Locale::PtBr => format!("{month} de {year}"),
        Locale::ZhCn => format!("{year}年{month}"),
    }
}

/// `14:02:58`; all four languages count to 24.
#[must_use]
pub fn clock(zone: &Zone, at: At) -> String {
    let when = zone.civil(at);
    format!("{:02}:{:02}:{:02}", when.hour(), when.minute(), when.second())
}

/// `22 Nov 2026, 14:02:58`.
#[must_use]
pub fn moment(locale: Locale, zone: &Zone, at: At) -> String {
    let (date, clock) = (date(locale, zone, at), clock(zone, at));
    if locale == Locale::ZhCn { format!("{date} {clock}") } else { format!("{date}, {clock}") }
}

/// How long ago `then` was: `just now`, `5 minutes ago`, up to a week; the date of what is older.
#[must_use]
pub fn ago(words: Words, zone: &Zone, now: At, then: At) -> String {
    let seconds = (now.0 - then.0).max(0) / 1_000_000;
    match seconds {
        0..60 => words.t("time-just-now"),
        60..3_600 => words.t1("time-minutes-ago", "n", seconds / 60),
        3_600..86_400 => words.t1("time-hours-ago", "n", seconds / 3_600),
        86_400..604_800 => words.t1("time-days-ago", "n", seconds / 86_400),
        _ => date(words.locale, zone, then),
    }
}

/// `412 ms`, `3.9 s`, `4 min 12 s`, `2 h 5 min`: the signs of the units are the same in all four languages.
#[must_use]
pub fn lapse(locale: Locale, us: i64) -> String {
    const SECOND: i64 = 1_000_000;
    let us = us.max(0);
    match us / SECOND {
        0 => format!("{} ms", us / 1_000),
        1..60 => format!("{} s", number::decimal(locale, us as f64 / SECOND as f64, 1)),
        seconds @ 60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds => format!("{} h {} min", number::whole(locale, seconds / 3_600), seconds % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-22 01:30:05 UTC.
    const NOW: At = At(1_795_311_005_000_000);

    #[test]
    fn a_date_is_that_of_its_zone_and_language() {
        let (utc, west) = (Zone::named("UTC"), Zone::named("America/Sao_Paulo"));
        let table = [
            (Locale::En, "22 Nov 2026", "21 Nov 2026, 22:30:05"),
            (Locale::Es, "22 nov 2026", "21 nov 2026, 22:30:05"),
            (Locale::PtBr, "22 de nov. de 2026", "21 de nov. de 2026, 22:30:05"),
            (Locale::ZhCn, "2026年11月22日", "2026年11月21日 22:30:05"),
        ];
        for (locale, day, evening) in table {
            assert_eq!(date(locale, &utc, NOW), day);
            assert!(day.contains(&month_of_year(locale, &utc, NOW)), "{day}");
            assert_eq!(moment(locale, &west, NOW), evening);
        }
        assert_eq!((west.whole_hours(NOW), Zone::named("Asia/Kolkata").whole_hours(NOW)), (-3, 5));
    }

    #[test]
    fn what_a_field_says_is_a_moment_of_its_zone() {
        let (utc, west) = (Zone::named("UTC"), Zone::named("America/Sao_Paulo"));
        let hours = |zone: &Zone, text| zone.moment_of(text).map(|at| at.0 / 3_600_000_000);
        assert_eq!(hours(&utc, "1970-01-02T01:00"), Some(25));
        assert_eq!(hours(&west, " 1970-01-02T01:00:00 "), Some(28));
        for wrong in ["", "tomorrow", "1970-13-01T00:00"] {
            assert_eq!(hours(&utc, wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_unknown_zone_is_utc() {
        assert_eq!(Zone::named("Mars/Olympus").name(), "UTC");
        assert!(!Zone::known("Mars/Olympus") && Zone::known("Asia/Shanghai"));
    }

    #[test]
    fn a_zone_can_be_chosen_by_its_place() {
        let names = Zone::names();
        for name in ["UTC", "America/Sao_Paulo", "Asia/Shanghai", "Europe/Madrid"] {
            assert!(names.iter().any(|one| one == name), "{name}");
        }
        assert!(names.iter().all(|name| Zone::known(name)) && !names.iter().any(|name| name == "GMT+0"));
    }

    #[test]
    fn the_past_is_told_in_words() {
        let (words, zone) = (Words::of(Locale::En), Zone::named("UTC"));
        let table = [
            (5, "just now"),
            (65, "1 minute ago"),
            (7_300, "2 hours ago"),
            (90_000, "1 day ago"),
            (2_000_000, "29 Oct 2026"),
        ];
        for (seconds, wanted) in table {
            assert_eq!(ago(words, &zone, NOW, At(NOW.0 - seconds * 1_000_000)), wanted);
        }
    }

    #[test]
    fn a_lapse_has_two_units_at_most() {
        for (us, wanted) in [
            (-5, "0 ms"),
            (412_900, "412 ms"),
            (3_900_000, "3,9 s"),
            (252_000_000, "4 min 12 s"),
            (7_500_000_000, "2 h 5 min"),
        ] {
            assert_eq!(lapse(Locale::Es, us), wanted);
        }
    }
}
