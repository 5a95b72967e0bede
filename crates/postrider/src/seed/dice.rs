//! Numbers that look like chance and are the same for the same seed (splitmix64).
//!
//! Not for secrets: keys and passwords come from `net::clock`.

/// Gives out numbers.
#[derive(Clone)]
pub struct Dice(u64);

impl Dice {
    /// Those of one thing (`n`) among all that a seed decides: two things share none.
    #[must_use]
    pub fn of(seed: u64, n: u64) -> Dice {
        let mut dice = Dice(seed ^ n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        dice.number();
        Dice(dice.number())
    }

    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `bound`; 0 when that is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.number() % bound }
    }

    /// From `low` on, below `high`.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.below(u64::try_from(high - low).unwrap_or(0))).unwrap_or(0)
    }

    /// True so often of a thousand.
    pub fn permille(&mut self, share: u64) -> bool {
        self.below(1_000) < share
    }

    /// One of them.
    pub fn pick<'p, T>(&mut self, of: &'p [T]) -> &'p T {
        let place = self.below(of.len() as u64);
        &of[usize::try_from(place).unwrap_or(0)]
    }

    /// One of them, the heavier the more often.
    pub fn weighed<'p, T>(&mut self, of: &'p [T], weight: impl Fn(&T) -> u64) -> &'p T {
        let mut left = self.below(of.iter().map(&weight).sum());
        let chosen = of.iter().find(|one| match left.checked_sub(weight(one)) {
            Some(rest) => {
                left = rest;
                false
            }
            None => true,
        });
        chosen.unwrap_or(&of[0])
    }

    /// A time that is mostly short and now and then long, `middle` in the mean of many.
    pub fn wait(&mut self, middle: i64) -> i64 {
        let share = (self.below(1 << 20) + 1) as f64 / f64::from(1 << 20);
        (-share.ln() * middle as f64) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers_and_another_gives_others() {
        let first = |seed, n| Dice::of(seed, n).number();
        assert_eq!(first(1, 2), first(1, 2));
        assert_ne!(first(1, 2), first(1, 3));
        assert_ne!(first(1, 2), first(2, 2));
    }

    #[test]
    fn what_is_heavy_comes_often() {
        let mut dice = Dice::of(7, 0);
        let of = [("rare", 1), ("often", 99)];
        let often = (0..1_000).filter(|_| dice.weighed(&of, |one| one.1).0 == "often").count();
        assert!((960..=999).contains(&often), "{often}");
    }
}
