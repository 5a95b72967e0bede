//! The simulated world: the product's queue between a database and servers of bad character, on a virtual clock.
//!
//! Real: the scheduler, the SMTP client session *and* the server session at the other end, the classification of replies,
//! the conclusion and the rows of a settlement, the take-over and the queries of the queue, suppression, starts, and the
//! store itself on SQLite. Simulated: time, chance, the network, DNS answers, the servers' characters, the death of the
//! process, and a database that fails a write or loses its answer.
//!
//! Not here: the thin drivers of the product (`egress::connection`, `egress::driver`; the crash test runs those), TLS,
//! DKIM, PostgreSQL, the policy of acceptance.
//!
//! A world is a seed. The checkers (`checks`) look at it from the outside: what was promised, what the servers took, what
//! the database says at the end. Each is proven by a world whose node has a fault that it finds.

mod chance;
mod checks;
mod disk;
mod life;
mod line;
mod node;
mod peer;
mod world;

pub use checks::Broken;
pub use world::{Fault, World};

/// Lines of a world's log that a failure shows.
const LOG_SHOWN: usize = 60;

/// Runs the world of a seed.
///
/// # Errors
/// What was broken, with the seed and the last that happened.
pub fn run(seed: u64, fault: Fault) -> Result<(), (Broken, String)> {
    let mut world = World::new(seed, fault);
    world.run().map_err(|broken| {
        let log = world.log();
        let last = log[log.len().saturating_sub(LOG_SHOWN)..].join("\n");
        let told = format!("seed {seed}: {broken:?}\n{last}");
        (broken, told)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEEDS: u64 = 300;

    #[test]
    fn in_every_world_nothing_is_lost_and_everything_ends() {
        let half = |from: u64| {
            for seed in (from..SEEDS).step_by(2) {
                if let Err((_, told)) = run(seed, Fault::None) {
                    panic!("{told}");
                }
            }
        };
        std::thread::scope(|scope| {
            let other = scope.spawn(|| half(1));
            half(0);
            other.join().expect("the other half holds too");
        });
    }

    type Expected = fn(&Broken) -> bool;

    #[test]
    fn each_checker_finds_the_fault_that_it_is_for() {
        let table: [(Fault, Expected); 8] = [
            (Fault::AnswersBeforeCommit, |broken| matches!(broken, Broken::Lost(_))),
            (Fault::SettlesBeforeReply, |broken| matches!(broken, Broken::Lost(_))),
            (Fault::SettlementForgotten, |broken| matches!(broken, Broken::Copies { .. })),
            (Fault::SuppressionIgnored, |broken| matches!(broken, Broken::SuppressedDialled(_))),
            (Fault::LimitIgnored, |broken| matches!(broken, Broken::TooManyConnections(_))),
            (Fault::SettlesAgainUnguarded, |broken| matches!(broken, Broken::Events(_))),
            (Fault::SweepLost, |broken| matches!(broken, Broken::NeverEnds(_))),
            (Fault::DotsNotStuffed, |broken| matches!(broken, Broken::Mangled(_))),
        ];
        for (fault, expected) in table {
            let found = (0..SEEDS).any(|seed| run(seed, fault).is_err_and(|(broken, _)| expected(&broken)));
            assert!(found, "{fault:?} was not found");
        }
    }
}
