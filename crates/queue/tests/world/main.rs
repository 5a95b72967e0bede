//! Seeded worlds: the scheduler between a database and peers of bad character, on a virtual clock.
//!
//! A world is a seed. Its driver answers actions late, loses connections, crashes, cancels, moves and holds; the
//! checkers (`checks`) watch every lease. Each checker is proven by a world whose driver has a fault that it finds.
//!
//! Not here: SQL, sockets (the `sim` of the whole product).

mod checks;
mod database;
mod driver;
mod fairness;

use checks::Broken;
use driver::{Fault, World};

fn run(seed: u64, fault: Fault) -> Result<(), Broken> {
    World::new(seed, fault).run()
}

#[test]
fn in_every_world_every_delivery_ends_once_and_no_limit_is_passed() {
    for seed in 0..2_000 {
        if let Err(broken) = run(seed, Fault::None) {
            panic!("seed {seed}: {broken:?}");
        }
    }
}

type Expected = fn(&Broken) -> bool;

/// True when a world of a faulty driver breaks as expected.
fn found(fault: Fault, expected: Expected) -> bool {
    (0..2_000).any(|seed| run(seed, fault).is_err_and(|broken| expected(&broken)))
}

#[test]
fn each_checker_finds_the_fault_that_it_is_for() {
    let table: [(Fault, Expected); 14] = [
        (Fault::RefillLost, |broken| matches!(broken, Broken::NeverEnds(_))),
        (Fault::AnswerLost, |broken| matches!(broken, Broken::NeverTried(_))),
        (Fault::AcceptLost, |broken| matches!(broken, Broken::NeverEnds(_))),
        (Fault::AcceptedTwice, |broken| matches!(broken, Broken::LeasedTwice(_))),
        (Fault::SettledBeforeCommit, |broken| matches!(broken, Broken::LeasedWhenOver(_))),
        (Fault::ConnectionsIgnored, |broken| matches!(broken, Broken::TooManyConnections(_))),
        (Fault::AllConnectionsIgnored, |broken| matches!(broken, Broken::TooManyInAll(_))),
        (Fault::MessagesIgnored, |broken| matches!(broken, Broken::TooManyMessages(_))),
        (Fault::PaceIgnored, |broken| matches!(broken, Broken::TooFast(_))),
        (Fault::MemoryIgnored, |broken| matches!(broken, Broken::TooMuchMemory(_))),
        (Fault::HoldIgnored, |broken| matches!(broken, Broken::LeasedWhileHeld(_))),
        (Fault::ExpiryIgnored, |broken| matches!(broken, Broken::LeasedExpired(_))),
        (Fault::DoubtUnsaid, |broken| matches!(broken, Broken::NeverEnds(_))),
        (Fault::DuesUnsaid, |broken| matches!(broken, Broken::LeasedOtherThanStored(_))),
    ];
    for (fault, expected) in table {
        assert!(found(fault, expected), "{fault:?} was not found");
    }
}
