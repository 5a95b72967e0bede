//! Fuzz targets: for each parser what must hold whatever comes in, tried on inputs that grow out of real ones.
//!
//! Guarantees
//! 1. A target states properties (what is shown reads back, cutting changes nothing, an independent slow reader agrees),
//!    not only that nothing panics.
//! 2. The short round of the tests counts its inputs and looks at no clock: the same seed, the same inputs.
//! 3. Whatever broke a target once is in `corpus/` and tried first by every run.
//!
//! Not here: anything of the product. `cargo xtask fuzz` runs long rounds.

pub mod chance;
pub mod corpus;
pub mod engine;
mod mutate;
pub mod target;

use std::hash::{DefaultHasher, Hash, Hasher};

pub use target::TARGETS;

/// The environment variable with the seed of the tests' short rounds.
pub const SEED_VARIABLE: &str = "POSTRIDER_FUZZ_SEED";

/// One parser, or two that must agree.
#[derive(Clone, Copy)]
pub struct Target {
    pub name: &'static str,
    /// Panics when a property does not hold. Gives a number for the kind of outcome, by which the engine knows that an
    /// input led somewhere new.
    pub check: fn(&[u8]) -> u64,
    /// Words of the language that the parser reads.
    pub tokens: &'static [&'static str],
    /// Octets of an input at most.
    pub input_max: usize,
    /// Rounds among the tests: together some seconds.
    pub rounds: u64,
}

/// A number for a kind of outcome; the same on every machine.
pub fn kind(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// One run of a target from its corpus. What fails is kept in the corpus.
///
/// # Errors
/// The sentences to show: the input, what the target said of it, how to see it again.
pub fn run(target: &Target, seed: u64, goes_on: impl FnMut(u64) -> bool) -> Result<engine::Explored, String> {
    let inputs =
        corpus::inputs(target.name).map_err(|error| format!("the corpus of {}: {error}", target.name))?;
    engine::explore(target, &inputs, seed, goes_on).map_err(|failure| {
        let why = format!("{}, seed {seed}, round {}\n{}", target.name, failure.round, failure.message);
        let kept = match corpus::keep(target.name, &failure.input, &why) {
            Ok(file) => format!("kept in {}, so that every run tries it first", file.display()),
            Err(error) => format!("it could not be kept: {error}"),
        };
        format!("{why}\ninput: {}\n{kept}", corpus::shown(&failure.input))
    })
}
