//! What is queued: a delivery as the scheduler knows it, and the queue that it stands in.

use std::sync::Arc;

use mail::At;

/// How urgent mail is. Sorts from the most to the least urgent; the number is what the database stores.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum Lane {
    /// One-time verification codes.
    Code = 0,
    Transactional = 1,
    Automation = 2,
    Campaign = 3,
}

impl Lane {
    pub const ALL: [Lane; 4] = [Lane::Code, Lane::Transactional, Lane::Automation, Lane::Campaign];

    /// The lane's name, for people and logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Lane::Code => "code",
            Lane::Transactional => "transactional",
            Lane::Automation => "automation",
            Lane::Campaign => "campaign",
        }
    }

    /// The lane of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Lane> {
        Lane::ALL.into_iter().find(|lane| lane.as_str() == name)
    }

    /// 0 to 3, most urgent first.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The lane of a stored number; none when it is above 3.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Lane> {
        Lane::ALL.get(usize::from(number)).copied()
    }
}

/// A queue: all deliveries of one workspace, lane and recipient domain. Sorts as the database's queue index does.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct QueueKey {
    pub workspace: i64,
    pub lane: Lane,
    /// Lowercased ASCII, as in [`mail::Domain`].
    pub domain: Arc<str>,
}

/// A waiting delivery.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    pub delivery: i64,
    pub message: i64,
    /// Not attempted before.
    pub due: At,
    /// Not attempted at or after.
    pub expires: At,
    /// How many attempts were made.
    pub attempts: u16,
}

impl Entry {
    #[must_use]
    pub fn position(&self) -> Position {
        Position { due: self.due, delivery: self.delivery }
    }
}

/// Where an entry stands in its queue: by due, then by delivery.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Position {
    pub due: At,
    pub delivery: i64,
}

impl Position {
    /// Before every entry.
    pub const START: Position = Position { due: At(i64::MIN), delivery: i64::MIN };
    /// After every entry.
    pub const END: Position = Position { due: At(i64::MAX), delivery: i64::MAX };

    /// The first position after this one.
    #[must_use]
    pub fn next(self) -> Position {
        Position { due: self.due, delivery: self.delivery.saturating_add(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_stays_small() {
        assert!(size_of::<Entry>() <= 40);
    }

    #[test]
    fn a_lane_survives_its_number() {
        assert_eq!(Lane::ALL.map(|lane| Lane::from_number(lane.number())), Lane::ALL.map(Some));
        assert_eq!(Lane::from_number(4), None);
        assert_eq!(Lane::ALL.map(|lane| Lane::parse(lane.as_str())), Lane::ALL.map(Some));
    }
}
