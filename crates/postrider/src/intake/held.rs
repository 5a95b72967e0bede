//! The memory of messages on their way in.
//!
//! Guarantee: what all sessions keep together of messages above [`FREE_BYTES`] is never more than their room, nor of one
//! workspace more than its share of it. Smaller ones are bounded by the number of sessions.

use std::sync::Arc;

use crate::room::{Full, Place, Room};

/// Octets of a message that need no room. Reason: nearly all mail is smaller, and two thousand sessions keep 128 MB so.
pub(super) const FREE_BYTES: usize = 64 << 10;

/// What one session keeps of a message.
pub(super) struct Held {
    room: Arc<Room>,
    /// None while it keeps little.
    place: Option<Place>,
}

impl Held {
    pub(super) fn new(room: Arc<Room>) -> Held {
        Held { room, place: None }
    }

    /// The session keeps so many octets now, for a workspace: takes room for what came, or gives back what went.
    ///
    /// # Errors
    /// There is no room for more.
    pub(super) fn follow(&mut self, octets: usize, workspace: impl FnOnce() -> i64) -> Result<(), Full> {
        if octets <= FREE_BYTES {
            self.place = None;
            return Ok(());
        }
        let place = self.place.get_or_insert_with(|| self.room.place(workspace()));
        place.grow(octets.saturating_sub(place.size()))
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
        }
        assert_eq!(first.follow(FREE_BYTES + 1, || 1), Ok(()));
        assert_eq!(first.follow(2 * FREE_BYTES, || 1), Ok(()), "it grows");
        assert_eq!(second.follow(FREE_BYTES + 1, || 1), Err(Full::Own), "the workspace's share is taken");
        assert_eq!(third.follow(2 * FREE_BYTES, || 2), Ok(()), "another's is not");
        assert_eq!(first.follow(0, || 1), Ok(()), "it is over");
        assert_eq!(second.follow(2 * FREE_BYTES, || 1), Ok(()));
        drop((second, third));
        assert_eq!(first.follow(2 * FREE_BYTES, || 2), Ok(()), "who leaves gives back");
    }
}
