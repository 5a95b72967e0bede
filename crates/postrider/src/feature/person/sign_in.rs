//! Signing in, in one step or two, and out.
//!
//! Guarantees
//! 1. Attempts are counted before anything is compared (`attempt`).
//! 2. With a second factor there is no session before both were shown: the password brings a token that opens the second step
//!    only, once, for [`PENDING_MAX`].
//! 3. Each sign-in begins a session with a token of its own, and ends the one that the browser had.

use std::net::IpAddr;
use std::time::Duration;

use mail::{Address, At};
use serde_json::json;
use store::{Row, StoreError, Write, query};

use super::attempt::{self, Counter, counted};
use super::oidc::identity::Identity;
use super::password::Busy;
use super::second_factor::{self, Proven};
use super::{Person, Strength, micros, random_token};
use crate::app::App;
use crate::feature::access::digest_of;
use crate::feature::audit;
use crate::id::{self, Noun};

query!(pub(super) PERSON_BY_EMAIL, "queries/person_by_email.sql");
query!(SESSION_ADD, "queries/session_add.sql");
query!(SESSION_END, "queries/session_end.sql");
query!(SESSION_FORMER, "queries/session_former.sql");
query!(PENDING_ADD, "queries/pending_add.sql");
query!(PENDING_PERSON, "queries/pending_person.sql");
query!(PENDING_OVER, "queries/pending_over.sql");
query!(PENDING_CLEAR, "queries/pending_clear.sql");

/// So long after the password the second factor may be shown.
pub const PENDING_MAX: Duration = Duration::from_secs(10 * 60);
/// Octets of a browser's name that a session keeps.
const AGENT_MAX: usize = 200;

/// From where somebody comes.
pub struct From<'f> {
    pub address: Option<IpAddr>,
    pub agent: &'f str,
    /// The session that the browser had, if any: it ends where another begins.
    pub former: Option<&'f str>,
}

impl From<'_> {
    /// As rows have it.
    #[must_use]
    pub fn shown(&self) -> String {
        self.address.map(|address| address.to_string()).unwrap_or_default()
    }

    /// Who is counted.
    pub(super) fn network(&self) -> String {
        match self.address {
            Some(IpAddr::V6(address)) => format!("{:x?}", &address.segments()[..4]),
            Some(IpAddr::V4(address)) => address.to_string(),
            None => String::new(),
        }
    }
}

/// What somebody showed to begin a session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shown {
    Password,
    /// A second factor with the password, or one that is both; as the audit log names it.
    Second(&'static str),
    /// An account at an issuer, and what counts as its second factor.
    Issuer(Option<&'static str>),
    /// Nothing again: the session goes on in another one.
    Anew(Strength),
}

impl Shown {
    fn strength(self) -> Strength {
        match self {
            Shown::Password | Shown::Issuer(None) => Strength::Password,
            Shown::Second(_) | Shown::Issuer(Some(_)) => Strength::TwoFactors,
            Shown::Anew(strength) => strength,
        }
    }

    /// As the audit log has it.
    fn told(self) -> Option<serde_json::Value> {
        match self {
            Shown::Password | Shown::Anew(_) => None,
            Shown::Second(second) => Some(json!({ "second_factor": second })),
            Shown::Issuer(None) => Some(json!({ "by": "oidc" })),
            Shown::Issuer(Some(second)) => Some(json!({ "by": "oidc", "second_factor": second })),
        }
    }
}

/// What became of an attempt.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The session's token: the only moment at which it is known.
    In(String),
    /// The password was right, and there is a second factor: the token of who is awaited. It opens nothing else.
    Second(String),
    Wrong,
    TooMany,
    Busy,
}

impl Outcome {
    /// Notes that somebody was not let in, for whoever watches for guesses. Whom they claimed to be is not told: who mistypes
    /// writes a password there.
    fn tell(&self, from: &From<'_>) {
        match self {
            Outcome::Wrong => tracing::info!(peer = from.shown(), "an attempt to sign in failed"),
            Outcome::TooMany => tracing::info!(peer = from.shown(), "attempts to sign in are too many"),
            Outcome::In(_) | Outcome::Second(_) | Outcome::Busy => {}
        }
    }
}

/// Signs in with address and password.
///
/// # Errors
/// As [`store::Store::read`] and [`store::Store::write`].
pub async fn sign_in(
    app: &App,
    now: At,
    (email, password): (&str, String),
    from: &From<'_>,
) -> Result<Outcome, StoreError> {
    let email = Address::parse(email.trim()).map_or_else(|_| email.trim().to_lowercase(), |one| one.folded());
    if !counted(app, now, &[Counter::Person(&email), Counter::Address(from)]).await? {
        Outcome::TooMany.tell(from);
        return Ok(Outcome::TooMany);
    }
    let rows = app.store.read(&PERSON_BY_EMAIL, &[("email", email.clone().into())]).await?;
    let read = |row: &Row| Ok::<_, StoreError>(((row.int(0)?, row.int(2)? > 0), row.text(1)?.to_owned()));
    let (found, stored) = rows.first().map(read).transpose()?.unzip();
    let outcome = match (app.people.hashing.check(password, stored).await, found) {
        (Err(Busy), _) => Ok(Outcome::Busy),
        (Ok(true), Some((id, true))) => Ok(Outcome::Second(await_second(app, now, id, None).await?)),
        (Ok(true), Some((id, false))) => {
            let mut write = Write::default();
            attempt::over(&mut write, &Counter::Person(&email));
            Ok(Outcome::In(begin(app, now, write, (id, from, Shown::Password)).await?))
        }
        (Ok(_), _) => Ok(Outcome::Wrong),
    };
    outcome.inspect(|outcome| outcome.tell(from))
}

/// Remembers that a person's password was right, or with what else they came.
pub(super) async fn await_second(
    app: &App,
    now: At,
    person: i64,
    came: Option<&Identity>,
) -> Result<String, StoreError> {
    let token = random_token();
    let mut write = Write::default();
    let text = |of: fn(&Identity) -> &String| came.map(of).cloned().unwrap_or_default().into();
    let params = vec![
        ("id", app.mint.next(now).into()),
        ("person", person.into()),
        ("digest", digest_of(&token).to_vec().into()),
        ("issuer", text(|came| &came.issuer)),
        ("subject", text(|came| &came.subject)),
        ("email", text(|came| &came.email)),
    ];
    write.step(&PENDING_ADD, params);
    app.store.write(write).await?;
    Ok(token)
}

/// Whose second factor is awaited.
pub struct Awaited {
    pub person: i64,
    /// The account at an issuer that they came with, in place of a password.
    came: Option<Identity>,
}

/// Whose second factor is awaited, by the token that the password brought.
///
/// # Errors
/// As [`store::Store::read`].
pub async fn awaited(app: &App, now: At, token: &str) -> Result<Option<Awaited>, StoreError> {
    let text = |row: &Row, at: usize| Ok::<_, StoreError>(row.text(at)?.to_owned());
    let read = |row: &Row| {
        let identity = Identity { issuer: text(row, 1)?, subject: text(row, 2)?, email: text(row, 3)? };
        Ok(Awaited { person: row.int(0)?, came: Some(identity).filter(|one| !one.issuer.is_empty()) })
    };
    let after = id::floor(At(now.0 - micros(PENDING_MAX)));
    let params = [("digest", digest_of(token).to_vec().into()), ("after", after.into())];
    app.store.read(&PENDING_PERSON, &params).await?.first().map(read).transpose()
}

/// Signs in with what was awaited: a code of the app, or a recovery code.
///
/// # Errors
/// As [`store::Store::read`] and [`store::Store::write`].
pub async fn second_step(
    app: &App,
    now: At,
    (token, awaited, typed): (&str, &Awaited, &str),
    from: &From<'_>,
) -> Result<Outcome, StoreError> {
    let person = awaited.person;
    let refused = |outcome: Outcome| {
        outcome.tell(from);
        Ok(outcome)
    };
    let proof = match second_factor::prove(app, now, (person, typed), from).await? {
        Proven::Right(proof) => proof,
        Proven::Wrong => return refused(Outcome::Wrong),
        Proven::TooMany => return refused(Outcome::TooMany),
    };
    let mut write = Write::default();
    let digest = digest_of(token).to_vec();
    write.step_expecting(1, "somebody signed in with it", &PENDING_OVER, vec![("digest", digest.into())]);
    proof.spend(&mut write, person);
    let shown = match &awaited.came {
        None => Shown::Second(proof.as_str()),
        Some(identity) => {
            // One that was not connected yet was known by its address.
            if identity.person(&app.store).await?.is_some() {
                identity.used(&mut write, now, person);
            } else {
                identity.add(&mut write, now, person);
                identity.note(app, &mut write, (person, from), "the address");
            }
            Shown::Issuer(Some(proof.as_str()))
        }
    };
    match begin(app, now, write, (person, from, shown)).await {
        Ok(token) => Ok(Outcome::In(token)),
        Err(StoreError::Conflict(_)) => refused(Outcome::Wrong),
        Err(error) => Err(error),
    }
}

/// Nobody is awaited any more who showed this person's password.
pub(super) fn none_awaited(write: &mut Write, person: i64) {
    write.step(&PENDING_CLEAR, vec![("person", person.into())]);
}

/// Begins a session for somebody who was just made.
///
/// # Errors
/// As [`store::Store::write`].
pub async fn begin_first(app: &App, now: At, person: i64, from: &From<'_>) -> Result<String, StoreError> {
    begin(app, now, Write::default(), (person, from, Shown::Password)).await
}

/// Begins a session in a write of its own, or in that of what it comes from.
/// The session that the browser had before ends: nobody can wait in it.
pub(super) async fn begin(
    app: &App,
    now: At,
    mut write: Write,
    (person, from, shown): (i64, &From<'_>, Shown),
) -> Result<String, StoreError> {
    let token = random_token();
    if let Some(former) = from.former {
        write.step(&SESSION_FORMER, vec![("digest", digest_of(former).to_vec().into())]);
    }
    let params = vec![
        ("id", app.mint.next(now).into()),
        ("person", person.into()),
        ("digest", digest_of(&token).to_vec().into()),
        ("address", from.shown().into()),
        ("agent", from.agent.chars().take(AGENT_MAX).collect::<String>().into()),
        ("now", now.0.into()),
        ("strength", shown.strength().as_str().into()),
    ];
    write.step(&SESSION_ADD, params);
    let entry = audit::Entry {
        workspace: None,
        person,
        address: &from.shown(),
        action: audit::Action::PersonSignedIn,
        object: Noun::Person.show(person),
        before: None,
        after: shown.told(),
    };
    audit::note(&mut write, (&app.mint, now), entry);
    app.store.write(write).await?;
    Ok(token)
}

/// Ends a person's session.
///
/// # Errors
/// As [`store::Store::write`].
pub async fn sign_out(app: &App, now: At, person: &Person, address: &str) -> Result<(), StoreError> {
    let mut write = Write::default();
    write.step(&SESSION_END, vec![("id", person.session.into())]);
    let entry = audit::Entry {
        workspace: None,
        person: person.id,
        address,
        action: audit::Action::PersonSignedOut,
        object: Noun::Person.show(person.id),
        before: None,
        after: None,
    };
    audit::note(&mut write, (&app.mint, now), entry);
    app.store.write(write).await.map(drop)
}
