//! Time and randomness: the only places where the program asks the system for either.
//!
//! Not here: waiting. Tasks wait with `tokio::time`, which tests can pause.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use mail::At;

/// The time of day. It may step backwards when somebody sets the clock; durations come from a [`Stopwatch`].
#[must_use]
#[allow(clippy::disallowed_methods)]
pub fn now() -> At {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => At(i64::try_from(since.as_micros()).unwrap_or(i64::MAX)),
        Err(before) => At(-i64::try_from(before.duration().as_micros()).unwrap_or(i64::MAX)),
    }
}

/// Measures how long something takes; never runs backwards.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    #[must_use]
    #[allow(clippy::disallowed_methods)]
    pub fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Fills `bytes` from the cryptographic generator: good enough for keys and tokens.
pub fn random_bytes(bytes: &mut [u8]) {
    aws_lc_rs::rand::fill(bytes).expect("the generator is seeded by the system and cannot run dry");
}

/// A random number, each value equally likely.
#[must_use]
pub fn random_u64() -> u64 {
    let mut bytes = [0; 8];
    random_bytes(&mut bytes);
    u64::from_ne_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_after_this_was_written_and_chance_does_not_repeat() {
        assert!(now() > At(1_700_000_000_000_000));
        assert_ne!(random_u64(), random_u64());
    }
}
