//! When a delivery is tried again: by the class of its failure, not one ladder for all.

use std::time::Duration;

use mail::At;

use crate::chance::Chance;
use crate::entry::Lane;

/// Why an attempt did not end the delivery.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// The site wants to see the same try again (4.2.0, 4.7.1 with such a text): soon, then rarer.
    Greylisted,
    /// The mailbox is full (4.2.2): hours, not minutes.
    MailboxFull,
    /// Any other temporary refusal of this one delivery, and a connection that broke under it.
    Ordinary,
}

/// What follows a failure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Retry {
    /// Due again then.
    At(At),
    /// The next try would come too late: the delivery has expired.
    Expired,
}

/// Waits between attempts; each is spread by a tenth to both sides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RetrySchedule {
    /// Wait after the first ordinary failure; doubles with each further one.
    pub first_s: u32,
    /// Longest ordinary wait.
    pub max_s: u32,
}

impl Default for RetrySchedule {
    fn default() -> RetrySchedule {
        RetrySchedule { first_s: 300, max_s: 14_400 }
    }
}

/// A person waits for a code: seconds, for as long as it is valid.
const CODE_S: [u32; 3] = [5, 20, 60];
const GREYLISTED_S: [u32; 5] = [60, 300, 900, 1_800, 3_600];
const MAILBOX_FULL_S: [u32; 4] = [3_600, 14_400, 43_200, 86_400];

impl RetrySchedule {
    /// The wait, without its spread, after the attempt that was number `attempts` (from 1).
    #[must_use]
    pub fn wait(&self, lane: Lane, failure: Failure, attempts: u16) -> Duration {
        let step = usize::from(attempts.max(1) - 1);
        let seconds = match (lane, failure) {
            (Lane::Code, Failure::Greylisted | Failure::MailboxFull | Failure::Ordinary) => {
                CODE_S[step.min(CODE_S.len() - 1)]
            }
            (Lane::Transactional | Lane::Automation | Lane::Campaign, Failure::Greylisted) => {
                match GREYLISTED_S.get(step) {
                    Some(seconds) => *seconds,
                    None => doubled(7_200, step - GREYLISTED_S.len(), self.max_s),
                }
            }
            (Lane::Transactional | Lane::Automation | Lane::Campaign, Failure::MailboxFull) => {
                MAILBOX_FULL_S[step.min(MAILBOX_FULL_S.len() - 1)]
            }
            (Lane::Transactional | Lane::Automation | Lane::Campaign, Failure::Ordinary) => {
                doubled(self.first_s, step, self.max_s)
            }
        };
        Duration::from_secs(u64::from(seconds))
    }
}

/// `first` doubled `times` times, at most `max`.
pub(crate) fn doubled(first: u32, times: usize, max: u32) -> u32 {
    let factor = 1_u32.checked_shl(u32::try_from(times).unwrap_or(u32::MAX)).unwrap_or(u32::MAX);
    first.saturating_mul(factor).min(max)
}

/// The moment of the next attempt, spread, or that it would come too late.
pub(crate) fn due(chance: &mut Chance, now: At, wait: Duration, expires: At) -> Retry {
    let due = now.after(chance.jitter(wait));
    if due < expires { Retry::At(due) } else { Retry::Expired }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every wait until the delivery would have expired, in the units that people use.
    fn ladder(lane: Lane, failure: Failure, expires_after_s: u64) -> String {
        let schedule = RetrySchedule::default();
        let mut passed = 0;
        let mut line = String::new();
        for attempts in 1.. {
            let wait = schedule.wait(lane, failure, attempts).as_secs();
            passed += wait;
            if passed >= expires_after_s {
                return format!("{}, {} attempts", line.trim(), attempts);
            }
            let word = match wait {
                0..60 => format!("{wait}s"),
                _ if wait % 3_600 == 0 => format!("{}h", wait / 3_600),
                _ => format!("{}m", wait / 60),
            };
            line += &format!("{word} ");
        }
        unreachable!("invariant: the loop has no end of its own")
    }

    #[test]
    fn the_retry_schedule_printed_whole() {
        use Failure::{Greylisted, MailboxFull, Ordinary};
        let day = 86_400;
        let golden = [
            (Lane::Code, Ordinary, 900, "5s 20s 1m 1m 1m 1m 1m 1m 1m 1m 1m 1m 1m 1m 1m 1m, 17 attempts"),
            (Lane::Code, Greylisted, 300, "5s 20s 1m 1m 1m 1m, 7 attempts"),
            (Lane::Transactional, Greylisted, day, "1m 5m 15m 30m 1h 2h 4h 4h 4h 4h 4h, 12 attempts"),
            (
                Lane::Transactional,
                Ordinary,
                2 * day,
                "5m 10m 20m 40m 80m 160m 4h 4h 4h 4h 4h 4h 4h 4h 4h 4h, 17 attempts",
            ),
            (Lane::Transactional, MailboxFull, 5 * day, "1h 4h 12h 24h 24h 24h 24h, 8 attempts"),
            (Lane::Automation, Ordinary, day, "5m 10m 20m 40m 80m 160m 4h 4h 4h 4h, 11 attempts"),
            (Lane::Campaign, Ordinary, day, "5m 10m 20m 40m 80m 160m 4h 4h 4h 4h, 11 attempts"),
        ];
        for (lane, failure, expires, expected) in golden {
            assert_eq!(ladder(lane, failure, expires), expected, "{lane:?} {failure:?}");
        }
    }

    #[test]
    fn a_retry_that_would_come_at_or_after_the_expiry_is_none() {
        let mut chance = Chance::new(1);
        let wait = Duration::from_secs(60);
        assert_eq!(due(&mut chance, At(0), wait, At(54_000_000)), Retry::Expired);
        assert!(
            matches!(due(&mut chance, At(0), wait, At(66_000_001)), Retry::At(at) if at >= At(54_000_000))
        );
    }

    #[test]
    fn doubling_never_overflows() {
        for (first, times, max, expected) in [
            (300, 0, 14_400, 300),
            (300, 5, 14_400, 9_600),
            (300, 6, 14_400, 14_400),
            (300, 65_535, 14_400, 14_400),
        ] {
            assert_eq!(doubled(first, times, max), expected, "{first} doubled {times} times");
        }
    }
}
