//! How much at once an endpoint bears, from how it answered so far. Pure.
//!
//! Guarantees
//! 1. An endpoint begins with one request at a time; each success doubles that, a failure takes it back to one. So an
//!    endpoint that does not answer never holds more than a place or two of those that all share.
//! 2. After [`FAILURES_BEFORE_REST`] failures in a row nothing is asked of it for a while, which grows to [`REST_MAX`]:
//!    new events find out whether it is back, at most so late.

use std::time::Duration;

use mail::At;

/// Failures in a row after which the endpoint rests. Reason: a request that is refused for what is in it is no sign of an
/// outage, and others succeed in between.
pub const FAILURES_BEFORE_REST: u32 = 5;
const REST_FIRST: Duration = Duration::from_secs(5);
/// The longest rest: the longest that new events wait for an endpoint that has come back.
pub const REST_MAX: Duration = Duration::from_secs(300);
/// The longest rest that an endpoint may ask for itself (`Retry-After`).
pub const ASKED_REST_MAX: Duration = Duration::from_secs(3_600);

/// The pace of one endpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
    limit: usize,
    failures: u32,
    rest_until: At,
    /// Since when every attempt has failed.
    pub failing_since: Option<At>,
}

impl Pace {
    #[must_use]
    pub fn new(failing_since: Option<At>) -> Pace {
        Pace { limit: 1, failures: 0, rest_until: At(i64::MIN), failing_since }
    }

    /// Whether another request may begin while `flying` are under way.
    #[must_use]
    pub fn admits(&self, now: At, flying: usize) -> bool {
        flying < self.limit && now >= self.rest_until
    }

    /// When it may be asked again, if it rests.
    #[must_use]
    pub fn rest(&self, now: At) -> Option<At> {
        (now < self.rest_until).then_some(self.rest_until)
    }

    /// A request succeeded; `max` is the most at once. True when it had been resting: it is back.
    pub fn succeeded(&mut self, max: usize) -> bool {
        let was_resting = self.failures >= FAILURES_BEFORE_REST;
        *self = Pace { limit: (self.limit * 2).min(max), ..Pace::new(None) };
        was_resting
    }

    /// A request failed; `chance` is a random number, `asked` what the endpoint asked for.
    pub fn failed(&mut self, now: At, chance: u64, asked: Option<Duration>) {
        self.limit = 1;
        self.failures = self.failures.saturating_add(1);
        self.failing_since.get_or_insert(now);
        if let Some(over) = self.failures.checked_sub(FAILURES_BEFORE_REST) {
            let rest = (REST_FIRST * (1 << over.min(10))).min(REST_MAX);
            self.rest_until = self.rest_until.max(after(now, jittered(rest, chance)));
        }
        if let Some(asked) = asked {
            self.rest_until = self.rest_until.max(after(now, asked.min(ASKED_REST_MAX)));
        }
    }
}

/// Up to a fifth longer, so that those who failed together do not come back together.
#[must_use]
pub fn jittered(wait: Duration, chance: u64) -> Duration {
    wait + wait.mul_f64((chance % 1_000) as f64 / 5_000.0)
}

/// When to try again after `wait`, or when the endpoint asked for it, within reason: what it asks for must not outlast the log.
#[must_use]
pub fn due(now: At, wait: Duration, asked: Option<Duration>) -> At {
    after(now, wait.max(asked.unwrap_or_default().min(ASKED_REST_MAX)))
}

#[must_use]
pub fn after(now: At, wait: Duration) -> At {
    At(now.0.saturating_add(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: At = At(1_800_000_000_000_000);

    #[test]
    fn an_endpoint_that_answers_is_asked_more_and_one_that_fails_less() {
        let mut pace = Pace::new(None);
        let most = |pace: &Pace| (0..100).find(|flying| !pace.admits(NOW, *flying)).unwrap_or(100);
        assert_eq!(most(&pace), 1);
        for expected in [2, 4, 8, 12, 12] {
            assert!(!pace.succeeded(12));
            assert_eq!(most(&pace), expected);
        }
        pace.failed(NOW, 0, None);
        assert_eq!((most(&pace), pace.failing_since), (1, Some(NOW)));
    }

    #[test]
    fn rests_grow_to_five_minutes_and_end_with_the_first_success() {
        let mut pace = Pace::new(None);
        let mut rests = Vec::new();
        for _ in 0..13 {
            pace.rest_until = At(i64::MIN);
            pace.failed(NOW, 0, None);
            rests.push(pace.rest(NOW).map_or(0, |until| (until.0 - NOW.0) / 1_000_000));
        }
        assert_eq!(rests, [0, 0, 0, 0, 5, 10, 20, 40, 80, 160, 300, 300, 300]);
        assert!(pace.succeeded(8), "it is back");
        assert_eq!((pace.rest(NOW), pace.failing_since), (None, None));
    }

    #[test]
    fn what_the_endpoint_asks_for_is_given_within_reason() {
        for (asked, given) in [(30, 30), (100_000, 3_600), (u64::MAX, 3_600)] {
            let mut pace = Pace::new(None);
            pace.failed(NOW, 0, Some(Duration::from_secs(asked)));
            assert_eq!(pace.rest(NOW), Some(At(NOW.0 + given * 1_000_000)));
            let due = due(NOW, Duration::from_secs(5), Some(Duration::from_secs(asked)));
            assert_eq!(due, At(NOW.0 + given * 1_000_000), "and so does the event");
        }
        assert_eq!(jittered(Duration::from_secs(100), 999).as_secs(), 119);
    }
}
