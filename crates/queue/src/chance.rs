//! Chance and hashing that depend on the seed only, so that a run is its seed.

use std::hash::{BuildHasher, DefaultHasher, Hasher};
use std::time::Duration;

/// Splitmix64: small, and good enough to spread retries.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// `wait`, up to a tenth shorter or longer, so that what failed together does not come back together.
    pub(crate) fn jitter(&mut self, wait: Duration) -> Duration {
        let us = u64::try_from(wait.as_micros()).unwrap_or(u64::MAX / 2).min(u64::MAX / 2);
        let tenth = us / 10;
        Duration::from_micros(us - tenth + self.next() % (2 * tenth + 1))
    }
}

/// Hashes what tenants choose (domain names): the seed is secret, so that nobody can prepare collisions.
#[derive(Clone)]
pub(crate) struct Seeded(pub(crate) u64);

impl BuildHasher for Seeded {
    type Hasher = DefaultHasher;

    fn build_hasher(&self) -> DefaultHasher {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(self.0);
        hasher
    }
}

/// Hashes numbers that we made ourselves: multiply and fold.
#[derive(Clone, Copy, Default)]
pub(crate) struct Numbers;

#[derive(Default)]
pub(crate) struct NumberHasher(u64);

impl BuildHasher for Numbers {
    type Hasher = NumberHasher;

    fn build_hasher(&self) -> NumberHasher {
        NumberHasher(0)
    }
}

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn write_i64(&mut self, number: i64) {
        self.write_u64(number.cast_unsigned());
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(u64::from(number));
    }

    fn write_isize(&mut self, number: isize) {
        self.write_u64(number.cast_unsigned() as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_stays_within_a_tenth_and_uses_both_sides() {
        let mut chance = Chance::new(7);
        let waits: Vec<u64> = (0..1_000).map(|_| chance.jitter(Duration::from_secs(100)).as_secs()).collect();
        assert!(waits.iter().all(|wait| (90..=110).contains(wait)), "{waits:?}");
        assert!(waits.iter().any(|wait| *wait < 95) && waits.iter().any(|wait| *wait > 105));
        assert_eq!(chance.jitter(Duration::ZERO), Duration::ZERO);
    }
}
