//! The memory of messages on their way in.
//!
//! Guarantees
//! 1. What all sessions take together for messages above [`FREE_BYTES`] is never more than their room, nor for one workspace more
//!    than its share of it. Smaller ones are bounded by the number of sessions. (Copies that are made of a message once it is
//!    complete come on top.)
//! 2. A large message has its place for [`ARRIVAL_MAX`] at most, however it dawdles.

use std::sync::Arc;
use std::time::Duration;

use net::clock::Stopwatch;

use crate::room::{Full, Place, Room};

/// Octets of a message that need no room. Reason: nearly all mail is smaller, and two thousand sessions keep 128 MB so.
pub(super) const FREE_BYTES: usize = 64 << 10;
/// How long a large message may take to arrive, from its first [`FREE_BYTES`] on. Reason: 50 MB at 1 MBit/s.
const ARRIVAL_MAX: Duration = Duration::from_secs(420);

/// What one session keeps of a message.
pub(super) struct Held {
    room: Arc<Room>,
    /// None while it takes little.
    taken: Option<Taken>,
}

struct Taken {
    place: Place,
    since: Stopwatch,
}

impl Held {
    pub(super) fn new(room: Arc<Room>) -> Held {
        Held { room, taken: None }
    }

    /// The session takes so many octets now, for a workspace: finds room for them, or gives back the message's.
    ///
    /// # Errors
    /// There is no room for more: nothing is taken then.
    pub(super) fn follow(&mut self, octets: usize, workspace: impl FnOnce() -> i64) -> Result<(), Full> {
        if octets <= FREE_BYTES {
            self.taken = None;
            return Ok(());
        }
        let begin = || Taken { place: self.room.place(workspace()), since: Stopwatch::start() };
        let taken = self.taken.get_or_insert_with(begin);
        let grown = taken.place.grow(octets.saturating_sub(taken.place.size()));
        if grown.is_err() {
            self.taken = None;
        }
        grown
    }

    /// How long the rest of the message may take, if it is a large one.
    pub(super) fn patience(&self) -> Option<Duration> {
        let taken = self.taken.as_ref()?;
        Some(ARRIVAL_MAX.saturating_sub(taken.since.elapsed()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_messages_of_all_sessions_share_a_room_and_small_ones_need_none() {
        let room = Room::new(4 * FREE_BYTES, 2 * FREE_BYTES);
        let [mut first, mut second, mut third] = [(); 3].map(|()| Held::new(room.clone()));
        for held in [&mut first, &mut second, &mut third] {
            assert_eq!(held.follow(FREE_BYTES, || 1), Ok(()), "a small one");
            assert_eq!(held.patience(), None);
        }
        assert_eq!(first.follow(FREE_BYTES + 1, || 1), Ok(()));
        assert!(first.patience().is_some_and(|left| left <= ARRIVAL_MAX));
        assert_eq!(second.follow(FREE_BYTES + 1, || 1), Err(Full::Own), "the workspace's share is taken");
        assert_eq!(first.follow(2 * FREE_BYTES, || 1), Ok(()), "it grows");
        assert_eq!(first.follow(2 * FREE_BYTES + 1, || 1), Err(Full::Own), "beyond the share");
        assert_eq!(second.follow(2 * FREE_BYTES, || 1), Ok(()), "who was refused has nothing any more");
        assert_eq!(third.follow(2 * FREE_BYTES, || 2), Ok(()), "another's share is another's");
        assert_eq!(second.follow(0, || 1), Ok(()), "it is over");
        assert_eq!(first.follow(2 * FREE_BYTES, || 1), Ok(()));
        drop((first, third));
        assert_eq!(second.follow(2 * FREE_BYTES, || 2), Ok(()), "who leaves gives back");
    }
}
