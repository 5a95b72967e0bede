//! Attempts at secrets: counted before anything is compared, all counters of one attempt in one write.
//!
//! Guarantees
//! 1. Within its window nobody has more attempts than their counter allows, whether they exist or not. On PostgreSQL too, where
//!    those who count take turns.
//! 2. What costs nothing to ask for, a challenge or a letter, takes nobody's attempts to sign in.

use aws_lc_rs::digest::{SHA256, digest};
use mail::At;
use store::{StoreError, Value, Write, query};

use super::sign_in::From;
use crate::app::App;

query!(ATTEMPT_ADD, "queries/attempt_add.sql");
query!(ATTEMPTS_OVER, "queries/attempts_over.sql");

/// Attempts are counted over so long, seconds, where nothing else is said.
const WINDOW_S: i64 = 15 * 60;
const HOUR_S: i64 = 3_600;
/// No window is longer: attempts are removed after a day.
const DAY_S: i64 = 24 * HOUR_S;
/// Attempts for one person within the window. Reason: who mistypes tries a few times; at this pace a bad password of a
/// million lasts three years.
const PER_PERSON_MAX: i64 = 10;
/// Attempts from one address (IPv6: one /64) within the window. Reason: an office behind one address has more people than one.
const PER_ADDRESS_MAX: i64 = 50;
/// Attempts at one person's second factor within the window. Reason: three codes of a million fit at a time; whoever has the
/// password needs more than a year of guessing for an even chance.
const PER_SECOND_MAX: i64 = 5;
/// Letters about a lost password to one address within an hour. Reason: one gets lost, one was overlooked; more is a nuisance.
const PER_RESET_MAX: i64 = 5;
/// The same within a day. Reason: whoever wants to be a nuisance comes back each hour.
const PER_RESET_OF_DAY_MAX: i64 = 20;
/// Challenges for passkeys, or letters about lost passwords, that one address asks for within the window. Reason: as for attempts; and
/// each is rows in the database.
const PER_ASKING_MAX: i64 = 50;
/// Sign-ins at the issuer that one address begins within the window. Reason: a firm behind one address begins its day at nine; each is a row
/// for ten minutes.
const PER_FLOW_MAX: i64 = 500;

/// Whose attempts are counted.
pub enum Counter<'c> {
    /// By address, folded: also of people who do not exist.
    Person(&'c str),
    Address(&'c From<'c>),
    /// The second factor of a person.
    Second(i64),
    /// Challenges for passkeys.
    Challenge(&'c From<'c>),
    /// Sign-ins at the issuer that are begun.
    Flow(&'c From<'c>),
    /// Letters about lost passwords, by who asks.
    Letter(&'c From<'c>),
    /// The same, by whom they are for, folded: also to nobody.
    Reset(&'c str),
    ResetOfDay(&'c str),
}

impl Counter<'_> {
    /// The row's subject: a digest, because what strangers type is not kept.
    fn subject(&self) -> Vec<u8> {
        let text = match self {
            Counter::Person(email) => format!("person\n{email}"),
            Counter::Address(from) => format!("address\n{}", from.network()),
            Counter::Second(person) => format!("second\n{person}"),
            Counter::Challenge(from) => format!("challenge\n{}", from.network()),
            Counter::Flow(from) => format!("flow\n{}", from.network()),
            Counter::Letter(from) => format!("letter\n{}", from.network()),
            Counter::Reset(email) => format!("reset\n{email}"),
            Counter::ResetOfDay(email) => format!("reset of day\n{email}"),
        };
        digest(&SHA256, text.as_bytes()).as_ref().to_vec()
    }

    /// How many there are at most, and within how many seconds.
    fn most(&self) -> (i64, i64) {
        match self {
            Counter::Person(_) => (PER_PERSON_MAX, WINDOW_S),
            Counter::Address(_) => (PER_ADDRESS_MAX, WINDOW_S),
            Counter::Second(_) => (PER_SECOND_MAX, WINDOW_S),
            Counter::Challenge(_) | Counter::Letter(_) => (PER_ASKING_MAX, WINDOW_S),
            Counter::Flow(_) => (PER_FLOW_MAX, WINDOW_S),
            Counter::Reset(_) => (PER_RESET_MAX, HOUR_S),
            Counter::ResetOfDay(_) => (PER_RESET_OF_DAY_MAX, DAY_S),
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
        let (most, window_s) = counter.most();
        let params: Vec<(&str, Value)> = vec![
            ("id", app.mint.next(now).into()),
            ("subject", counter.subject().into()),
            ("now", now.0.into()),
            ("since", (now.0 - window_s * 1_000_000).into()),
            ("most", most.into()),
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
