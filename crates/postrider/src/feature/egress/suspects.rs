//! Deliveries that may have killed the server: found, watched, and given up if they really do.
//!
//! A lease writes nothing, so after a crash nobody knows what was in flight. Every delivery that was due when a start
//! ended badly is under suspicion; most of them only waited. So suspicion alone never ends a delivery:
//!
//! 1. A bad end raises the count of recoveries of what was due, up to [`SUSPECT_FROM`] and no further.
//! 2. From there on, a lease is written down before it is used: the count grows by one, durably. Only a lease that really
//!    ended with its process leaves that behind, because a settlement sets the count to zero.
//! 3. At [`POISON_FROM`] the delivery is over: it was leased, alone proven, seven times without an end.
//!
//! A task that panics over a delivery counts as a process that ended: from the first time on the lease is written down.
//!
//! The happy path pays nothing; a delivery that kills every process that takes it still ends.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Recoveries from which a lease is written down first. Reason: power fails twice in a row often enough.
pub const SUSPECT_FROM: i64 = 3;
/// Recoveries at which a delivery is given up.
pub const POISON_FROM: i64 = 10;

/// The count after a start that ended badly while the delivery was due.
#[must_use]
pub fn after_bad_end(recoveries: i64) -> i64 {
    recoveries.max((recoveries + 1).min(SUSPECT_FROM))
}

/// What a lease of the delivery needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Suspicion {
    None,
    /// Write this count down first.
    WriteDown {
        recoveries: i64,
    },
    /// Give it up.
    Poison,
}

/// What a lease needs of a delivery with so many recoveries.
#[must_use]
pub fn suspicion(recoveries: i64) -> Suspicion {
    match recoveries {
        ..SUSPECT_FROM => Suspicion::None,
        SUSPECT_FROM..POISON_FROM => Suspicion::WriteDown { recoveries: recoveries + 1 },
        POISON_FROM.. => Suspicion::Poison,
    }
}

/// The suspects in memory: few, and only after crashes.
#[derive(Default)]
pub struct Suspects(Mutex<HashMap<i64, Suspect>>);

#[derive(Clone, Copy)]
struct Suspect {
    recoveries: i64,
    /// A lease of this process is in the count: one that was put back and is taken again adds nothing.
    written: bool,
}

impl Suspects {
    /// Notes how many recoveries a delivery has that was read from the database.
    pub fn note(&self, delivery: i64, recoveries: i64) {
        if recoveries >= SUSPECT_FROM {
            let mut suspects = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            suspects.entry(delivery).or_insert(Suspect { recoveries, written: false });
        }
    }

    /// Its lease is written down, with this count.
    pub fn written_down(&self, delivery: i64, recoveries: i64) {
        let mut suspects = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        suspects.insert(delivery, Suspect { recoveries, written: true });
    }

    /// The task that had its lease panicked: the next lease is written down first, one more each time.
    pub fn ended_by_panic(&self, delivery: i64) {
        let mut suspects = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let suspect =
            suspects.entry(delivery).or_insert(Suspect { recoveries: SUSPECT_FROM, written: false });
        suspect.written = false;
    }

    #[must_use]
    pub fn suspicion(&self, delivery: i64) -> Suspicion {
        let suspects = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match suspects.get(&delivery) {
            None | Some(Suspect { written: true, .. }) => Suspicion::None,
            Some(Suspect { recoveries, written: false }) => suspicion(*recoveries),
        }
    }

    /// Its settlement is durable: it killed nobody.
    pub fn cleared(&self, delivery: i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&delivery);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_through_any_number_of_crashes_ends_no_delivery() {
        let mut recoveries = 0;
        for _ in 0..1_000 {
            recoveries = after_bad_end(recoveries);
        }
        assert_eq!(recoveries, SUSPECT_FROM);
        assert_eq!(suspicion(recoveries), Suspicion::WriteDown { recoveries: SUSPECT_FROM + 1 });
    }

    #[test]
    fn a_delivery_that_kills_every_process_ends_after_ten() {
        let (mut recoveries, mut crashes) = (0, 0);
        loop {
            match suspicion(recoveries) {
                Suspicion::None => {}
                Suspicion::WriteDown { recoveries: written } => recoveries = written,
                Suspicion::Poison => break,
            }
            crashes += 1;
            recoveries = after_bad_end(recoveries);
        }
        assert_eq!(crashes, 10);
    }

    #[test]
    fn a_delivery_over_which_every_task_panics_ends_after_eight() {
        let suspects = Suspects::default();
        let panics = (0..100).take_while(|_| {
            match suspects.suspicion(7) {
                Suspicion::None => {}
                Suspicion::WriteDown { recoveries } => suspects.written_down(7, recoveries),
                Suspicion::Poison => return false,
            }
            suspects.ended_by_panic(7);
            true
        });
        assert_eq!(panics.count(), 8);
    }

    #[test]
    fn a_suspect_is_cleared_by_its_settlement() {
        let suspects = Suspects::default();
        suspects.note(7, 2);
        suspects.note(8, 5);
        assert_eq!(suspects.suspicion(7), Suspicion::None);
        assert_eq!(suspects.suspicion(8), Suspicion::WriteDown { recoveries: 6 });
        suspects.cleared(8);
        assert_eq!(suspects.suspicion(8), Suspicion::None);
    }

    #[test]
    fn a_lease_that_is_put_back_counts_once_in_the_life_of_a_process() {
        let suspects = Suspects::default();
        suspects.note(8, 5);
        suspects.written_down(8, 6);
        assert_eq!(suspects.suspicion(8), Suspicion::None);
        suspects.note(8, 6);
        assert_eq!(suspects.suspicion(8), Suspicion::None);
    }
}
