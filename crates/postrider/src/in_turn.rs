//! Writes that take turns: what one counts, or finds, is so until it is committed.
//!
//! Not here: turns at what is scarce (`turns`).

use store::{Write, query};

query!(TURN, "queries/turn.sql", "queries/turn.pg.sql");

/// What is counted. Each has turns of its own, named by the number of its migration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Counted {
    /// Attempts, and a workspace's owners, invitations and passkeys.
    People = 22,
    /// A workspace's images, and which of them is its logo.
    Images = 32,
    /// Links for support of a message.
    SupportLinks = 37,
}

/// A write whose first step waits for its turn.
#[must_use]
pub fn in_turn(what: Counted) -> Write {
    let mut write = Write::default();
    write.step(&TURN, vec![("what", (what as i64).into())]);
    write
}
