//! The second factor: offered, confirmed by a first code, asked for at each sign-in, turned off.
//!
//! Guarantees
//! 1. An attempt is counted before anything is compared.
//! 2. A code opens once: what it proves is spent in the write of what it is for, and there only one wins.
//! 3. Recovery codes are stored as digests of 80 random bits, and told once.
//!
//! Not here: the arithmetic of codes (`totp`), sessions (`sign_in`).

use bytes::Bytes;
use mail::At;
use store::{Store, StoreError, Write, query};

use super::attempt::{self, Counter};
use super::passkey::own;
use super::sign_in::From;
use super::totp;
use crate::app::App;
use crate::feature::access::digest_of;
use crate::feature::code::secret::typed as plain;

query!(SECOND_FACTOR, "queries/second_factor.sql");
query!(OFFER, "queries/second_offer.sql");
query!(ON, "queries/second_on.sql");
query!(OFF, "queries/second_off.sql");
query!(STEP, "queries/second_step.sql");
query!(RECOVERY_ADD, "queries/recovery_add.sql");
query!(RECOVERY_USE, "queries/recovery_use.sql");
query!(RECOVERY_CLEAR, "queries/recovery_clear.sql");

/// Recovery codes that somebody has.
const RECOVERY_CODES: usize = 10;
const RECOVERY_OCTETS: usize = 10;
/// Letters of a recovery code, without hyphens.
const RECOVERY_LETTERS: usize = 16;
const SPENT: &str = "the code was used, or is none";

/// Where somebody stands with it.
pub enum Standing {
    Off,
    /// The secret is shown, and waits for its first code.
    Offered(Bytes),
    On {
        secret: Bytes,
        step: i64,
        recovery_codes: i64,
    },
}

/// Where a person stands.
///
/// # Errors
/// As [`Store::read`].
pub async fn standing(store: &Store, person: i64) -> Result<Standing, StoreError> {
    let rows = store.read(&SECOND_FACTOR, &[("person", person.into())]).await?;
    let Some(row) = rows.first() else { return Ok(Standing::Off) };
    let secret = row.blob(1)?;
    Ok(match row.text(0)? {
        "on" => Standing::On { secret, step: row.int(2)?, recovery_codes: row.int(3)? },
        _ => Standing::Offered(secret),
    })
}

/// Offers a new secret in place of one that was not confirmed; the write conflicts where one is on.
pub fn offer(write: &mut Write, now: At, person: i64) {
    let mut secret = vec![0; totp::SECRET_OCTETS];
    net::clock::random_bytes(&mut secret);
    let params = vec![("person", person.into()), ("secret", secret.into()), ("now", now.0.into())];
    write.step_expecting(1, "it is on already", &OFFER, params);
}

/// Takes an offer back.
pub fn withdraw(write: &mut Write, person: i64) {
    write.step(&OFF, vec![("person", person.into()), ("state", "offered".into())]);
}

/// What somebody showed, to be spent in the write of what it is for.
pub enum Proof {
    /// The code of this period.
    Step(i64),
    /// The digest of a recovery code; whether there is one is found when it is spent.
    Recovery(Vec<u8>),
}

/// What came of an attempt.
pub enum Proven {
    Right(Proof),
    Wrong,
    TooMany,
}

impl Proof {
    /// Spends it: the write conflicts when it was spent before.
    pub fn spend(&self, write: &mut Write, person: i64) {
        match self {
            Proof::Step(step) => {
                let params = vec![("person", person.into()), ("step", (*step).into())];
                write.step_expecting(1, SPENT, &STEP, params);
            }
            Proof::Recovery(digest) => {
                let params = vec![("person", person.into()), ("digest", digest.clone().into())];
                write.step_expecting(1, SPENT, &RECOVERY_USE, params);
            }
        }
        attempt::over(write, &Counter::Second(person));
    }

    /// As the audit log names it.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Proof::Step(_) => "totp",
            Proof::Recovery(_) => "recovery_code",
        }
    }
}

/// Whether what somebody typed is a code of the second factor that is on. Counts first.
///
/// # Errors
/// As [`store::Store::read`] and [`store::Store::write`].
pub async fn prove(
    app: &App,
    now: At,
    (person, typed): (i64, &str),
    from: &From<'_>,
) -> Result<Proven, StoreError> {
    if !attempt::counted(app, now, &[Counter::Second(person), Counter::Address(from)]).await? {
        return Ok(Proven::TooMany);
    }
    let Standing::On { secret, step, .. } = standing(&app.store, person).await? else {
        return Ok(Proven::Wrong);
    };
    let typed = plain(typed);
    let proof = match totp::is_code(&typed) {
        true => totp::fitting(&secret, now, step, &typed).map(Proof::Step),
        false if typed.len() == RECOVERY_LETTERS => Some(Proof::Recovery(recovery_digest(person, &typed))),
        false => None,
    };
    Ok(proof.map_or(Proven::Wrong, Proven::Right))
}

/// What became of the first code.
pub enum Confirmed {
    /// It is on; these recovery codes are told now, and never again.
    On(Vec<String>),
    Wrong,
    TooMany,
}

/// Turns an offered second factor on by its first code; `write` is committed with it.
///
/// # Errors
/// As [`store::Store::read`] and [`store::Store::write`].
pub async fn confirm(
    app: &App,
    now: At,
    (person, typed): (i64, &str),
    from: &From<'_>,
    mut write: Write,
) -> Result<Confirmed, StoreError> {
    if !attempt::counted(app, now, &[Counter::Second(person), Counter::Address(from)]).await? {
        return Ok(Confirmed::TooMany);
    }
    let Standing::Offered(secret) = standing(&app.store, person).await? else { return Ok(Confirmed::Wrong) };
    let Some(step) = totp::fitting(&secret, now, 0, &plain(typed)) else { return Ok(Confirmed::Wrong) };
    let params = vec![("person", person.into()), ("secret", secret.into()), ("step", step.into())];
    write.step_expecting(1, SPENT, &ON, params);
    attempt::over(&mut write, &Counter::Second(person));
    let codes = new_recovery_codes(&mut write, person);
    match app.store.write(write).await {
        Ok(_) => Ok(Confirmed::On(codes)),
        Err(StoreError::Conflict(_)) => Ok(Confirmed::Wrong),
        Err(error) => Err(error),
    }
}

/// Puts new recovery codes in the place of all former ones.
pub fn new_recovery_codes(write: &mut Write, person: i64) -> Vec<String> {
    write.step(&RECOVERY_CLEAR, vec![("person", person.into())]);
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        let mut octets = [0; RECOVERY_OCTETS];
        net::clock::random_bytes(&mut octets);
        let letters = totp::base32(&octets);
        let digest = recovery_digest(person, &letters);
        write.step(&RECOVERY_ADD, vec![("person", person.into()), ("digest", digest.into())]);
        let groups: Vec<&str> = (0..4).map(|n| &letters[n * 4..n * 4 + 4]).collect();
        codes.push(groups.join("-").to_lowercase());
    }
    codes
}

/// Turns it off, codes and all; sessions count as begun with the password where it was the last second factor.
pub fn off(write: &mut Write, person: i64) {
    write.step_expecting(
        1,
        "it is off already",
        &OFF,
        vec![("person", person.into()), ("state", "on".into())],
    );
    write.step(&RECOVERY_CLEAR, vec![("person", person.into())]);
    own::weaken(write, person);
}

/// Turns off whatever somebody had who lost it: app, codes, passkeys.
pub fn lost(write: &mut Write, person: i64) {
    for state in ["on", "offered"] {
        write.step(&OFF, vec![("person", person.into()), ("state", state.into())]);
    }
    write.step(&RECOVERY_CLEAR, vec![("person", person.into())]);
    own::clear(write, person);
}

fn recovery_digest(person: i64, letters: &str) -> Vec<u8> {
    digest_of(&format!("recovery code\n{person}\n{letters}")).to_vec()
}
