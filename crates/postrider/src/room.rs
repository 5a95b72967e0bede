//! Room for what is scarce and cannot wait: so much in all, and so much for one workspace.
//!
//! Guarantees
//! 1. What is taken is never more than either bound.
//! 2. What a [`Place`] took is given back when it is dropped.
//!
//! Not here: who may wait (`turns`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use crate::http::error::ApiError;

/// Whom a place belongs to that no workspace asked for.
pub const NOBODY: i64 = 0;

/// How much there is, and who has how much of it.
pub struct Room {
    max: usize,
    each_max: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    /// Of the workspaces that have something.
    of: HashMap<i64, usize>,
}

/// What somebody took, until it is dropped.
pub struct Place {
    room: Arc<Room>,
    workspace: i64,
    size: usize,
}

/// Which bound was met.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Full {
    #[error("the workspace has as much as it may")]
    Own,
    #[error("all together have as much as there may be")]
    All,
}

impl Full {
    /// The refusal; `what` are the many that take the room, as "bodies of requests".
    #[must_use]
    pub fn refusal(self, what: &str) -> ApiError {
        ApiError::unavailable(match self {
            Full::Own => format!("this workspace has as many {what} at once as it may: try again"),
            Full::All => format!("there are as many {what} at once as there may be: try again"),
        })
    }
}

impl Room {
    /// So much in all, and so much of it for one workspace.
    #[must_use]
    pub fn new(max: usize, each_max: usize) -> Arc<Room> {
        Arc::new(Room { max, each_max, taken: Mutex::default() })
    }

    /// A place in which nothing is yet.
    #[must_use]
    pub fn place(self: &Arc<Room>, workspace: i64) -> Place {
        Place { room: self.clone(), workspace, size: 0 }
    }
}

impl Place {
    /// How much was taken.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// Takes `more`, or nothing of it.
    ///
    /// # Errors
    /// There is not so much left.
    pub fn grow(&mut self, more: usize) -> Result<(), Full> {
        let mut taken = self.room.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let own = taken.of.get(&self.workspace).copied().unwrap_or(0);
        if more > self.room.each_max.saturating_sub(own) {
            return Err(Full::Own);
        }
        if more > self.room.max.saturating_sub(taken.all) {
            return Err(Full::All);
        }
        taken.all += more;
        taken.of.insert(self.workspace, own + more);
        self.size += more;
        Ok(())
    }
}

/// Octets, and the room that they take.
struct Counted {
    octets: Bytes,
    _place: Place,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.octets
    }
}

impl Place {
    /// The same octets: the place is given back when the last part of them is dropped.
    #[must_use]
    pub fn hold(self, octets: Bytes) -> Bytes {
        Bytes::from_owner(Counted { octets, _place: self })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.room.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= self.size;
        if let Some(own) = taken.of.get_mut(&self.workspace) {
            *own -= self.size;
            if *own == 0 {
                taken.of.remove(&self.workspace);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_takes_more_than_a_share_nor_all_more_than_there_is() {
        let room = Room::new(10, 4);
        let mut places: Vec<_> = (1..=3).map(|one| room.place(one)).collect();
        assert_eq!(places[0].grow(3), Ok(()));
        assert_eq!(places[0].grow(2), Err(Full::Own));
        assert_eq!(room.place(1).grow(2), Err(Full::Own), "another place of the same");
        assert_eq!((places[1].grow(4), places[2].grow(3)), (Ok(()), Ok(())));
        let mut late = room.place(4);
        assert_eq!(late.grow(1), Err(Full::All));
        places.remove(0);
        assert_eq!((late.grow(3), late.grow(1)), (Ok(()), Err(Full::All)), "what was given back");
        drop((places, late));
        let taken = room.taken.lock().expect("nobody panicked");
        assert_eq!((taken.all, taken.of.len()), (0, 0));
    }
}
