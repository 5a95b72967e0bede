//! Bars of months, each of two parts on top of each other: paths of numbers alone.

use std::fmt::Write;

/// The bars as paths, to be stroked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Months {
    pub width: usize,
    pub height: usize,
    pub lower: String,
    pub upper: String,
}

/// Units from one bar to the next.
const PITCH: usize = 10;
const HEIGHT: usize = 100;

impl Months {
    /// Of the two parts of each month.
    #[must_use]
    pub fn of(months: &[[i64; 2]]) -> Months {
        let most = months.iter().map(|[lower, upper]| lower + upper).max().unwrap_or(0).max(1) as f64;
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
        Months { width: months.len().max(1) * PITCH, height: HEIGHT, lower, upper }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_stands_upon_the_other() {
        let months = Months::of(&[[60, 40], [0, 0], [0, 50]]);
        assert_eq!((months.width, months.height), (30, 100));
        assert_eq!(months.lower, "M5 100.0v-60.0");
        assert_eq!(months.upper, "M5 40.0v-40.0M25 100.0v-50.0");
        assert_eq!(Months::of(&[]).lower, "");
    }
}
