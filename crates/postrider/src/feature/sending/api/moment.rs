//! Times as requests write them: RFC 3339, or `in 5 minutes`.

use std::time::Duration;

use mail::{At, date};

/// What a time may look like.
const EXPECTED: &str =
    "a time looks like 2026-12-01T09:00:00Z, or like `in 5 minutes`, `in 1 hour`, `in 2 days`";

/// Reads a time; relative ones count from `now`.
pub(super) fn parse(now: At, text: &str) -> Result<At, String> {
    if let Ok(at) = date::parse_rfc3339(text) {
        return Ok(at);
    }
    relative(text).map(|wait| now.after(wait)).ok_or_else(|| EXPECTED.to_owned())
}

fn relative(text: &str) -> Option<Duration> {
    let mut words = text.split_ascii_whitespace();
    let (lead, count, unit) = (words.next()?, words.next()?, words.next()?);
    if !lead.eq_ignore_ascii_case("in") || words.next().is_some() {
        return None;
    }
    let count: u64 = match count {
        "a" | "an" => 1,
        digits => digits.parse::<u32>().ok()?.into(),
    };
    let unit_s = match unit.to_ascii_lowercase().trim_end_matches('s') {
        "second" | "sec" => 1,
        "minute" | "min" => 60,
        "hour" => 3_600,
        "day" => 86_400,
        "week" => 604_800,
        _ => return None,
    };
    Some(Duration::from_secs(count * unit_s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_absolute_or_relative_and_nothing_else() {
        let now = At(1_800_000_000_000_000);
        let later = |seconds: i64| Some(At(now.0 + seconds * 1_000_000));
        let cases = [
            ("in 5 minutes", later(300)),
            ("In 1 min", later(60)),
            ("in an hour", later(3_600)),
            ("in 2 days", later(172_800)),
            ("in 4294967295 weeks", Some(At(i64::MAX))),
            ("2027-01-15T08:00:00Z", later(0)),
            ("2027-01-15T09:00:00+01:00", later(0)),
            ("tomorrow at 9am", None),
            ("in five minutes", None),
            ("in -5 minutes", None),
            ("in 5 minutes or so", None),
            ("2027-01-15", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(now, text).ok(), expected, "{text}");
        }
    }
}
