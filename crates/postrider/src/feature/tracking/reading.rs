//! For how long a mail was shown: an image whose URL leads on, after a pause, to the next step.
//!
//! Guarantees
//! 1. A chain has at most [`STEPS`] steps; it ends by itself when the client does not come back.
//! 2. Memory is bounded by `max` chains; one beyond it is not measured, and says so.
//! 3. A time is told with its quality: what could not be measured is never told as 0 seconds read.

use std::collections::HashMap;
use std::time::Duration;

use mail::At;

/// Pause before a client is led on.
pub const STEP: Duration = Duration::from_secs(2);
/// Steps of a chain: 20 seconds.
pub const STEPS: u8 = 10;
/// How long after the pause a client may take to come back.
const PATIENCE: Duration = Duration::from_secs(3);

/// What a reading time is worth.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quality {
    /// To the step.
    Measured,
    /// It was shown for this long at least.
    Capped,
    /// Closed within the first step, or by a client that does not follow redirects.
    Unclear,
    /// Through a proxy, without a free place, or by a client that came back too soon.
    NotMeasurable,
}

impl Quality {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Quality::Measured => "measured",
            Quality::Capped => "capped",
            Quality::Unclear => "unclear",
            Quality::NotMeasurable => "not_measurable",
        }
    }
}

/// A finished chain, with what its caller attached to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reading<T> {
    pub seconds: u64,
    pub quality: Quality,
    pub of: T,
}

/// What a client that asks for a step gets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// After [`STEP`], be led to the next one.
    LeadOn,
    /// The image: it is over.
    Image,
}

struct Chain<T> {
    key: u32,
    step: u8,
    at: At,
    hurried: bool,
    of: T,
}

/// The chains that are under way, at most one a delivery.
pub struct Readings<T> {
    max: usize,
    open: HashMap<i64, Chain<T>>,
}

impl<T> Readings<T> {
    #[must_use]
    pub fn new(max: usize) -> Readings<T> {
        Readings { max, open: HashMap::new() }
    }

    /// A mail is shown. `Err` gives back what was attached when there is no place for it; a second showing at the same time
    /// counts as the first.
    ///
    /// # Errors
    /// See above.
    pub fn begin(&mut self, now: At, delivery: i64, key: u32, of: T) -> Result<Answer, T> {
        if self.open.contains_key(&delivery) {
            return Ok(Answer::Image);
        }
        if self.open.len() >= self.max {
            return Err(of);
        }
        self.open.insert(delivery, Chain { key, step: 0, at: now, hurried: false, of });
        Ok(Answer::LeadOn)
    }

    /// A client asks for a step. One that is of no chain gets the image, and nothing is noted.
    pub fn step(&mut self, now: At, delivery: i64, key: u32, step: u8) -> Answer {
        let Some(chain) = self.open.get_mut(&delivery).filter(|chain| chain.key == key) else {
            return Answer::Image;
        };
        if step != chain.step + 1 {
            return Answer::Image;
        }
        chain.hurried |= now < chain.at.after(STEP);
        (chain.step, chain.at) = (step, now);
        if step < STEPS { Answer::LeadOn } else { Answer::Image }
    }

    /// Takes out the chains that are over.
    pub fn over(&mut self, now: At) -> Vec<Reading<T>> {
        let is_over = |chain: &Chain<T>| chain.step >= STEPS || now > chain.at.after(STEP + PATIENCE);
        let chains = self.open.extract_if(|_, chain| is_over(chain));
        chains.map(|(_, chain)| chain.reading()).collect()
    }

    /// Takes out all of them: the process ends.
    pub fn all(&mut self) -> Vec<Reading<T>> {
        self.open.drain().map(|(_, chain)| chain.reading()).collect()
    }
}

impl<T> Chain<T> {
    fn reading(self) -> Reading<T> {
        let quality = match self.step {
            _ if self.hurried => Quality::NotMeasurable,
            0 => Quality::Unclear,
            STEPS => Quality::Capped,
            _ => Quality::Measured,
        };
        Reading { seconds: u64::from(self.step) * STEP.as_secs(), quality, of: self.of }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> At {
        At(seconds * 1_000_000)
    }

    /// A chain whose client comes back at these seconds.
    fn read(times: &[i64]) -> (u64, Quality) {
        let mut readings = Readings::new(10);
        assert_eq!(readings.begin(at(0), 7, 1, ()), Ok(Answer::LeadOn));
        for (step, second) in (1..).zip(times) {
            let last = step == STEPS;
            assert_eq!(
                readings.step(at(*second), 7, 1, step),
                if last { Answer::Image } else { Answer::LeadOn }
            );
        }
        let over = readings.over(at(times.last().copied().unwrap_or(0) + 6));
        assert_eq!((over.len(), readings.open.len()), (1, 0));
        (over[0].seconds, over[0].quality)
    }

    #[test]
    fn a_time_is_told_with_what_it_is_worth() {
        assert_eq!(read(&[]), (0, Quality::Unclear));
        assert_eq!(read(&[2, 4, 6]), (6, Quality::Measured));
        assert_eq!(read(&[2, 4, 6, 8, 10, 12, 14, 16, 18, 20]), (20, Quality::Capped));
        assert_eq!(read(&[2, 3]), (4, Quality::NotMeasurable));
    }

    #[test]
    fn chains_are_bounded_and_nobody_else_can_move_them() {
        let mut readings = Readings::new(1);
        assert_eq!(readings.begin(at(0), 7, 1, "a"), Ok(Answer::LeadOn));
        assert_eq!(readings.begin(at(0), 7, 2, "b"), Ok(Answer::Image), "the same mail a second time");
        assert_eq!(readings.begin(at(0), 8, 3, "c"), Err("c"), "no place");
        for (delivery, key, step) in [(7, 9, 1), (7, 1, 2), (7, 1, 0), (9, 1, 1), (7, 1, 255)] {
            assert_eq!(readings.step(at(2), delivery, key, step), Answer::Image);
        }
        assert_eq!(readings.over(at(5)), []);
        assert_eq!(readings.over(at(6)).len(), 1, "nobody came back");
        assert_eq!(readings.begin(at(6), 8, 3, "c"), Ok(Answer::LeadOn));
        assert_eq!(readings.all().len(), 1);
    }
}
