//! The engine: inputs of the corpus first, then changes of those that led somewhere new.
//!
//! Guarantees
//! 1. A run is its seed: the same target, corpus, seed and number of rounds try the same inputs.
//! 2. What fails is made smaller as long as it still fails, within [`SHRINK_TRIES_MAX`].
//! 3. Memory: at most [`POOL_MAX`] inputs of the target's largest size beside the corpus, and a number for each kind of outcome.
//!
//! Where an input leads is what the target says of it ([`Target::check`] gives a number for the kind of outcome): the
//! stable compiler has no counters of covered code that safe Rust may read. An input of a new kind joins those that
//! are changed further.

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use crate::Target;
use crate::chance::Chance;
use crate::mutate::mutated;

/// Inputs that are changed further, at most.
pub const POOL_MAX: usize = 4_096;
/// Octets of what a target says that are kept.
const MESSAGE_MAX: usize = 2_000;
/// Inputs that are tried to make a failing one smaller, at most.
pub const SHRINK_TRIES_MAX: usize = 4_000;

/// An input that a target does not bear.
#[derive(Debug)]
pub struct Failure {
    /// Made as small as it went.
    pub input: Vec<u8>,
    /// What the target said of it.
    pub message: String,
    /// The round in which it, still large, came up; 0: it stands in the corpus.
    pub round: u64,
}

/// What a run without a failure did.
#[derive(Debug, PartialEq, Eq)]
pub struct Explored {
    pub rounds: u64,
    /// Kinds of outcomes that were seen.
    pub kinds: usize,
}

/// Tries the inputs of the corpus, then changes of them while `goes_on` says so of the number of rounds behind it.
///
/// # Errors
/// The first input on which the target panics.
pub fn explore(
    target: &Target,
    corpus: &[Vec<u8>],
    seed: u64,
    mut goes_on: impl FnMut(u64) -> bool,
) -> Result<Explored, Failure> {
    let mut chance = Chance::new(seed ^ crate::kind(target.name));
    let mut pool = Pool::default();
    for input in corpus {
        let kind = attempt(target, input).map_err(|message| failure(target, input, message, 0))?;
        pool.add_seed(kind, input);
    }
    if pool.inputs.is_empty() {
        pool.add_seed(0, &[]);
    }
    let mut rounds = 0;
    while goes_on(rounds) {
        rounds += 1;
        let from = pool.pick(&mut chance);
        let input = mutated(&mut chance, from, &pool.inputs, target.tokens, target.input_max);
        let kind = attempt(target, &input).map_err(|message| failure(target, &input, message, rounds))?;
        pool.offer(&mut chance, kind, input);
    }
    Ok(Explored { rounds, kinds: pool.places.len() })
}

/// What is changed further: the seeds, then one input for each kind of outcome, as short as it was ever seen.
#[derive(Default)]
struct Pool {
    inputs: Vec<Vec<u8>>,
    /// The kind of each input.
    kinds: Vec<u64>,
    seeds: usize,
    /// Every kind that was seen, and where its input is unless it had to go.
    places: HashMap<u64, Option<usize>>,
}

impl Pool {
    fn add_seed(&mut self, kind: u64, input: &[u8]) {
        self.places.insert(kind, Some(self.inputs.len()));
        self.inputs.push(input.to_vec());
        self.kinds.push(kind);
        self.seeds = self.inputs.len();
    }

    /// Every other time one of those that were found last: they have been changed least.
    fn pick(&self, chance: &mut Chance) -> &[u8] {
        let recent = self.inputs.len().div_ceil(4);
        let from = if chance.below(2) == 0 { self.inputs.len() - recent } else { 0 };
        &self.inputs[from + chance.below(self.inputs.len() - from)]
    }

    fn offer(&mut self, chance: &mut Chance, kind: u64, input: Vec<u8>) {
        match self.places.get(&kind) {
            Some(Some(at)) if *at >= self.seeds && input.len() < self.inputs[*at].len() => {
                self.inputs[*at] = input
            }
            Some(_) => {}
            None if self.inputs.len() < POOL_MAX => {
                self.places.insert(kind, Some(self.inputs.len()));
                self.inputs.push(input);
                self.kinds.push(kind);
            }
            None => {
                // A seed goes only when there is nothing else.
                let first = self.seeds.min(POOL_MAX - 1);
                let at = first + chance.below(POOL_MAX - first);
                self.places.insert(self.kinds[at], None);
                self.places.insert(kind, Some(at));
                (self.inputs[at], self.kinds[at]) = (input, kind);
            }
        }
    }
}

fn failure(target: &Target, input: &[u8], message: String, round: u64) -> Failure {
    let (input, message) = smaller(target, input, message);
    Failure { input, message, round }
}

/// Removes pieces, large ones first, then makes octets plain, as long as the target still fails.
fn smaller(target: &Target, input: &[u8], mut message: String) -> (Vec<u8>, String) {
    let mut input = input.to_vec();
    let mut tries = 0;
    let mut fails = |candidate: &[u8]| {
        tries += 1;
        if tries > SHRINK_TRIES_MAX { None } else { attempt(target, candidate).err() }
    };
    let mut size = input.len() / 2;
    while size > 0 {
        let mut at = 0;
        let before = input.len();
        while at + size <= input.len() {
            let candidate = [&input[..at], &input[at + size..]].concat();
            match fails(&candidate) {
                Some(told) => (input, message) = (candidate, told),
                None => at += size,
            }
        }
        // What could not go at first may go once something else has gone.
        if size > 1 || input.len() == before {
            size /= 2;
        }
    }
    for at in 0..input.len() {
        if !input[at].is_ascii_alphanumeric() {
            let mut candidate = input.clone();
            candidate[at] = b'a';
            if let Some(told) = fails(&candidate) {
                (input, message) = (candidate, told);
            }
        }
    }
    (input, message)
}

thread_local! {
    /// What the last panic of this thread said, while a target runs on it.
    static TOLD: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs the target on one input: the kind of the outcome, or what its panic said and where.
fn attempt(target: &Target, input: &[u8]) -> Result<u64, String> {
    listen_to_panics();
    TOLD.set(Some(String::new()));
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| (target.check)(input)));
    let told = TOLD.take().unwrap_or_default();
    outcome.map_err(|_: Box<dyn Any + Send>| told)
}

/// A panic within a target is kept, not printed: while an input is made smaller there are thousands.
fn listen_to_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let kept = TOLD.with_borrow_mut(|told| {
                told.as_mut().map(|told| *told = info.to_string().chars().take(MESSAGE_MAX).collect())
            });
            if kept.is_none() {
                usual(info);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(check: fn(&[u8]) -> u64) -> Target {
        Target { name: "engine", check, tokens: &["needle ", "hay", " "], input_max: 500, rounds: 0 }
    }

    /// Each step is a kind of its own, so that the search goes from one to the next.
    fn stairs(input: &[u8]) -> u64 {
        let way = b"needle hay needle hay";
        let steps = way.split_inclusive(|byte| *byte == b' ').scan(0, |at, word| {
            *at += word.len();
            input.starts_with(&way[..*at]).then_some(())
        });
        let steps = steps.count() as u64;
        assert!(steps < 4, "the top");
        steps
    }

    #[test]
    fn what_fails_is_found_step_by_step_and_made_as_small_as_it_goes() {
        let failure =
            explore(&target(stairs), &[b"hello ".to_vec()], 1, |rounds| rounds < 100_000).unwrap_err();
        assert_eq!(failure.input, b"needle hay needle hay");
        assert!(failure.round > 0 && failure.message.contains("the top"), "{failure:?}");
    }

    #[test]
    fn the_same_seed_tries_the_same_inputs() {
        let run = |seed| {
            let check = |input: &[u8]| crate::kind(input);
            explore(&target(check), &[b"ab".to_vec()], seed, |rounds| rounds < 300).unwrap()
        };
        assert_eq!((run(7), run(8)), (run(7), run(8)));
        assert_ne!(run(7), run(8));
    }

    #[test]
    fn what_was_found_before_is_tried_first() {
        let check = |input: &[u8]| {
            assert!(input != b"old sin");
            0
        };
        let failure = explore(&target(check), &[b"old sin".to_vec()], 1, |_| false).unwrap_err();
        assert_eq!((failure.round, failure.input.as_slice()), (0, &b"old sin"[..]));
    }
}
