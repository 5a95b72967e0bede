//! Bars of months, each of two parts on top of each other: paths of numbers alone.

use std::fmt::Write;

/// The bars as paths, to be stroked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Months {
    pub width: usize,
    pub height: usize,
    pub lower: String,
    pub upper: String,
    /// The line of what is allowed; empty where that is none, or out of sight.
    pub quota: String,
}

/// Units from one bar to the next.
const PITCH: usize = 10;
const HEIGHT: usize = 100;
/// How many times the tallest bar a quota may be to have its line. Reason: the bars must still be seen.
const QUOTA_SEEN: i64 = 3;

impl Months {
    /// Of the two parts of each month, and of what a month may have.
    #[must_use]
    pub fn of(months: &[[i64; 2]], quota: Option<i64>) -> Months {
        let tallest = months.iter().map(|[lower, upper]| lower + upper).max().unwrap_or(0).max(1);
        let quota = quota.filter(|quota| *quota <= tallest.saturating_mul(QUOTA_SEEN));
        // A little room, so that the line is not the edge.
        let most = quota.map_or(tallest as f64, |quota| (quota as f64 * 1.05).max(tallest as f64));
        let (mut lower, mut upper) = (String::new(), String::new());
        for (at, [low, high]) in months.iter().enumerate() {
            let x = at * PITCH + PITCH / 2;
            let length = |n: i64| n.max(0) as f64 / most * HEIGHT as f64;
            let line = HEIGHT as f64 - length(*low);
            for (path, from, n) in [(&mut lower, HEIGHT as f64, *low), (&mut upper, line, *high)] {
                if n > 0 {
                    write!(path, "M{x} {from:.1}v-{:.1}", length(n))
                        .expect("invariant: a string takes everything");
                }
            }
        }
        let width = months.len().max(1) * PITCH;
        let line =
            |quota: i64| format!("M0 {:.1}h{width}", HEIGHT as f64 - quota as f64 / most * HEIGHT as f64);
        Months { width, height: HEIGHT, lower, upper, quota: quota.map(line).unwrap_or_default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_stands_upon_the_other() {
        let months = Months::of(&[[60, 40], [0, 0], [0, 50]], None);
        assert_eq!((months.width, months.height), (30, 100));
        assert_eq!(months.lower, "M5 100.0v-60.0");
        assert_eq!(months.upper, "M5 40.0v-40.0M25 100.0v-50.0");
        assert_eq!(Months::of(&[], None).lower, "");
        let bounded = Months::of(&[[60, 40]], Some(200));
        assert_eq!((&*bounded.quota, &*bounded.lower), ("M0 4.8h10", "M5 100.0v-28.6"));
        assert_eq!(Months::of(&[[60, 40]], Some(301)).quota, "", "out of sight");
    }
}
