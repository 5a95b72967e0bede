//! Moments: written as mail and as the API have them, and read. Fields: a text, a number of microseconds.
//!
//! Properties: what is written reads back to the microsecond; a library that was written apart from it reads our Date
//! field as the same second.

use mail::At;
use mail::date::{parse_rfc3339, rfc3339, rfc5322};

use crate::{Target, kind, target};

pub(super) const TARGET: Target = Target {
    name: "date",
    check,
    tokens: &[
        "2026-11-21T18:13:09Z",
        "-06-30T23:59:60Z",
        "0001-01-01",
        "9999-12-31T23:59:59.999999",
        "+14:00",
        "-00:00",
        "02-29",
        "2100-02-28T23:59:59Z",
        "2400-02-29T00:00:00Z",
        "2000-12-31T23:59:59Z",
        "2100-03-01T00:00:00Z",
        "T24:00:00",
        ".123456789",
        "[UTC]",
        "\x1f",
        "253402300799999999",
        "-62135596800000000",
        "951782400000000",
    ],
    input_max: 120,
    rounds: 4_000,
};

const FIRST: i64 = -62_135_596_800_000_000;
const LAST: i64 = 253_402_207_200_999_999;

fn check(input: &[u8]) -> u64 {
    let [text, number] = target::fields(input).map(target::text);
    let read = parse_rfc3339(&text);
    if let Ok(at) = read {
        holds(at);
    }
    // The days at the turns of centuries are the odd ones.
    let days = (number.len() as i64) * 36_524 + (text.len() as i64 % 64);
    holds(At(FIRST + days * 86_400_000_000));
    // Any octets are a moment, a written number is that one.
    let moment = number.parse::<i64>().unwrap_or_else(|_| kind(&number).cast_signed() % LAST);
    holds(At(moment));
    kind((read.is_ok(), read.map_or(0, |at| at.0 / 10_000_000_000_000_000), text.len().min(45)))
}

fn holds(at: At) {
    let (api, mail) = (rfc3339(at), rfc5322(at));
    let near = At(at.0.clamp(FIRST, LAST));
    assert_eq!((api.len(), mail.len()), (27, 31), "{api} {mail}");
    assert_eq!(parse_rfc3339(&api), Ok(near), "{api}");
    let foreign = jiff::fmt::rfc2822::parse(&mail).map(|zoned| zoned.timestamp().as_second());
    assert_eq!(foreign.ok(), Some(near.seconds()), "{mail}");
}
