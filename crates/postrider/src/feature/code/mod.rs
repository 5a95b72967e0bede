//! One-time codes: made, sent by mail in the first lane, and checked.
//!
//! Guarantees
//! 1. A check is counted, and the count durable, before anything is compared; in the life of a code there are never more wrong
//!    checks than its profile allows, however many come at once, and whatever is killed. What is killed in between costs a check.
//! 2. A code opens once: of several right checks at once one does. An answer that was lost is lost: ask for another code.
//! 3. A code stands in its mail and nowhere else: tables have an HMAC of it, rows, events, the index, and answers of the API do
//!    not have the mail's content, and the content is erased in the transaction that ends its delivery.
//! 4. An address that never got a code answers a wrong check as one that did: the same words and counts, after the same work.
//!    `expired` and `used` are told only to whoever holds the right code.
//! 5. Code, mail, counts and idempotency record are one transaction: a code that was answered is on its way, and a refusal
//!    leaves nothing.
//!
//! The key of the HMAC is in the same database (`code_secret`), as that of tracking's tokens: a copy of one table, a log of
//! statements, or an index tells nothing of the codes. Whoever has the whole database can try all million codes of six digits,
//! with any hash that a server can afford to compute; what holds then is that codes live for minutes, and open once.
//!
//! A code that is sent again is another code, and the former one opens nothing from then on: what is not stored cannot be sent
//! again, and a mailbox that shows two codes is told to believe the newest. Wrong checks count on over it.
//!
//! Not here: the lane (`queue`), what becomes of the mail (`egress`), whom the application knows by that address.

pub mod api;
mod check;
mod issue;
mod letter;
mod limit;
mod order;
pub mod profile;
mod profile_api;
pub mod secret;
#[cfg(test)]
mod story;

use std::sync::Arc;

use content::Program;
use store::{Migration, Store, StoreError, Write, query};

use crate::retention::{Aged, edge};
use secret::Keys;

query!(TURN, "queries/turn.sql", "queries/turn.pg.sql");
query!(CODE_AGE, "queries/code_age.sql");
query!(ATTEMPT_AGE, "queries/attempt_age.sql");
query!(COUNT_AGE, "queries/count_age.sql");
edge!(CODE_EDGE, "code");
edge!(ATTEMPT_EDGE, "code_attempt");
edge!(COUNT_EDGE, "code_count");

pub const MIGRATIONS: &[Migration] = &[Migration {
    number: 18,
    name: "code: codes, checks, counts, profiles",
    sql: include_str!("migrations/0018_code.sql"),
    postgres: None,
}];

/// A code goes a day after its expiry; checks and counts a day after they were made.
pub static AGED: [&Aged; 3] = [
    &Aged { edge: &CODE_EDGE, delete: &CODE_AGE, page: 1_000 },
    &Aged { edge: &ATTEMPT_EDGE, delete: &ATTEMPT_AGE, page: 1_000 },
    &Aged { edge: &COUNT_EDGE, delete: &COUNT_AGE, page: 1_000 },
];

/// What all codes of the installation share.
pub struct Codes {
    keys: Keys,
    /// The text where neither request nor profile name a template.
    letter: Arc<Program>,
}

impl Codes {
    /// # Errors
    /// As [`Store::read`] and [`Store::write`].
    pub async fn open(store: &Store) -> Result<Codes, StoreError> {
        Ok(Codes { keys: Keys::open(store).await?, letter: Arc::new(letter::built_in()?) })
    }
}

/// A write about codes. Its first step is the wait for its turn, which makes conditions of later steps exact.
fn write() -> Write {
    let mut write = Write::default();
    write.step(&TURN, Vec::new());
    write
}
