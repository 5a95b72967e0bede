//! What the emails of one request take together, beyond what each may.
//!
//! Guarantee: what is composed of a request counts towards `http.bodies_max_bytes` until it is committed, as far as it is more than
//! what was given: a template of some octets becomes megabytes.

use std::cell::Cell;
use std::sync::Arc;

use crate::http::error::ApiError;
use crate::room::{Full, Place, Room};

/// Links to files in the emails of one request. Reason: for each the committer looks at what the workspace has, and others wait.
pub(super) const LINKS_MAX: usize = 200;

/// What is left of it.
pub(super) struct Together {
    /// Octets that were counted before.
    free: Cell<usize>,
    links: Cell<usize>,
}

impl Together {
    /// For a request of which so many octets are counted already.
    pub fn of(counted: usize) -> Together {
        Together { free: Cell::new(counted), links: Cell::new(LINKS_MAX) }
    }

    /// Room for a composed email; none when what was counted before is enough.
    ///
    /// # Errors
    /// There is not so much.
    pub fn room(
        &self,
        bodies: &Arc<Room>,
        workspace: i64,
        octets: usize,
    ) -> Result<Option<Arc<Place>>, ApiError> {
        let more = octets.saturating_sub(self.free.get());
        self.free.set(self.free.get().saturating_sub(octets));
        if more == 0 {
            return Ok(None);
        }
        let mut place = bodies.place(workspace);
        place.grow(more).map_err(refusal)?;
        Ok(Some(Arc::new(place)))
    }

    /// Whether there may be one more link.
    pub fn link(&self) -> bool {
        let left = self.links.get();
        self.links.set(left.saturating_sub(1));
        left > 0
    }
}

fn refusal(full: Full) -> ApiError {
    let whose = match full {
        Full::Own => "of this workspace",
        Full::All => "of all workspaces",
    };
    ApiError::unavailable(format!(
        "the emails {whose} that are being composed take as much memory as they may: send fewer in one request, or try again"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_composed_takes_room_beyond_what_was_given() {
        let room = Room::new(100, 50);
        let together = Together::of(30);
        let take = |octets| together.room(&room, 1, octets).map(|place| place.is_some());
        assert_eq!(take(20).ok(), Some(false));
        let held = together.room(&room, 1, 30).ok().flatten();
        assert!(held.is_some());
        let refused = take(31).expect_err("a workspace has half");
        assert!(refused.detail.contains("send fewer in one request"), "{}", refused.detail);
        assert_eq!(take(30).ok(), Some(true));
        drop(held);
        assert_eq!(take(50).ok(), Some(true));
    }
}
