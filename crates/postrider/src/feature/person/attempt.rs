//! Attempts at secrets: counted before anything is compared, all counters of one attempt in one write.
//!
//! Guarantee: within [`WINDOW_US`] nobody has more attempts than their counter allows, whether they exist or not. On PostgreSQL
//! too, where those who count take turns.

use aws_lc_rs::digest::{SHA256, digest};
use mail::At;
use store::{StoreError, Value, Write, query};

use super::sign_in::From;
use crate::app::App;

query!(ATTEMPT_ADD, "queries/attempt_add.sql");
query!(ATTEMPTS_OVER, "queries/attempts_over.sql");

/// Attempts are counted over so long, microseconds.
const WINDOW_US: i64 = 15 * 60 * 1_000_000;
/// Attempts for one person within the window. Reason: who mistypes tries a few times; at this pace a bad password of a
/// million lasts three years.
const PER_PERSON_MAX: i64 = 10;
/// Attempts from one address (IPv6: one /64) within the window. Reason: an office behind one address has more people than one.
const PER_ADDRESS_MAX: i64 = 50;
/// Attempts at one person's second factor within the window. Reason: three codes of a million fit at a time; whoever has the
/// password needs more than a year of guessing for an even chance.
const PER_SECOND_MAX: i64 = 5;
/// Letters about a lost password to one address within the window. Reason: one gets lost, one was overlooked; more is a nuisance.
const PER_RESET_MAX: i64 = 3;

/// Whose attempts are counted.
pub enum Counter<'c> {
    /// By address, folded: also of people who do not exist.
    Person(&'c str),
    Address(&'c From<'c>),
    /// The second factor of a person.
    Second(i64),
    /// Letters about a lost password, by address, folded: also to nobody.
    Reset(&'c str),
}

impl Counter<'_> {
    /// The row's subject: a digest, because what strangers type is not kept.
    fn subject(&self) -> Vec<u8> {
        let text = match self {
            Counter::Person(email) => format!("person\n{email}"),
            Counter::Address(from) => format!("address\n{}", from.network()),
            Counter::Second(person) => format!("second\n{person}"),
            Counter::Reset(email) => format!("reset\n{email}"),
        };
        digest(&SHA256, text.as_bytes()).as_ref().to_vec()
    }

    fn most(&self) -> i64 {
        match self {
            Counter::Person(_) => PER_PERSON_MAX,
            Counter::Address(_) => PER_ADDRESS_MAX,
            Counter::Second(_) => PER_SECOND_MAX,
            Counter::Reset(_) => PER_RESET_MAX,
        }
    }
}

/// Counts an attempt before it is made; false when there were enough.
///
/// # Errors
/// As [`store::Store::write`].
pub async fn counted(app: &App, now: At, counters: &[Counter<'_>]) -> Result<bool, StoreError> {
    let mut write = super::in_turn();
    for counter in counters {
        let params: Vec<(&str, Value)> = vec![
            ("id", app.mint.next(now).into()),
            ("subject", counter.subject().into()),
            ("now", now.0.into()),
            ("since", (now.0 - WINDOW_US).into()),
            ("most", counter.most().into()),
        ];
        write.step_expecting(1, "too many attempts", &ATTEMPT_ADD, params);
    }
    match app.store.write(write).await {
        Ok(_) => Ok(true),
        Err(StoreError::Conflict(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Forgets the attempts of whoever succeeded.
pub fn over(write: &mut Write, counter: &Counter<'_>) {
    write.step(&ATTEMPTS_OVER, vec![("subject", counter.subject().into())]);
}
