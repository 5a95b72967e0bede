//! A moment, as an input: nothing below the rim of the program asks what time it is.

use std::fmt;
use std::time::Duration;

/// Microseconds since 1970-01-01 UTC. Sorts by time; the same integer is stored in both databases.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct At(pub i64);

impl At {
    /// Later by `wait`; saturates at the end of representable time (year 294,000).
    #[must_use]
    pub fn after(self, wait: Duration) -> At {
        At(self.0.saturating_add(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX)))
    }

    /// How long from `earlier` until this moment; zero when `earlier` is not earlier (a clock that stepped back).
    #[must_use]
    pub fn since(self, earlier: At) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Whole seconds since 1970-01-01 UTC, rounded down.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// The start of the UTC hour that holds this moment: the bucket of a counter.
    #[must_use]
    pub fn hour(self) -> At {
        const HOUR_US: i64 = 3_600_000_000;
        At(self.0.div_euclid(HOUR_US) * HOUR_US)
    }
}

impl fmt::Debug for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}s", self.seconds(), self.0.rem_euclid(1_000_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_steps_back_gives_no_negative_wait() {
        assert_eq!(At(5).since(At(9)), Duration::ZERO);
        assert_eq!(At(9).since(At(5)), Duration::from_micros(4));
    }

    #[test]
    fn an_hour_starts_at_its_start_also_before_1970() {
        assert_eq!(At(3_600_000_001).hour(), At(3_600_000_000));
        assert_eq!(At(-1).hour(), At(-3_600_000_000));
    }
}
