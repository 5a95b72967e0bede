//! Signing in and out.

use std::net::IpAddr;

use aws_lc_rs::digest::{SHA256, digest};
use mail::{Address, At};
use store::{StoreError, Value, Write, query};

use super::password::Busy;
use super::{Person, lasting, random_token};
use crate::app::App;
use crate::feature::access::digest_of;
use crate::feature::audit;
use crate::id::Noun;

query!(PERSON_BY_EMAIL, "queries/person_by_email.sql");
query!(SESSION_ADD, "queries/session_add.sql");
query!(SESSION_END, "queries/session_end.sql");
query!(SESSION_EXPIRED, "queries/session_expired.sql");
query!(ATTEMPT_ADD, "queries/attempt_add.sql");
query!(ATTEMPTS_OVER, "queries/attempts_over.sql");

/// Attempts are counted over so long, microseconds.
const WINDOW_US: i64 = 15 * 60 * 1_000_000;
/// Attempts for one person within the window. Reason: who mistypes tries a few times; at this pace a bad password of a
/// million lasts three years.
const PER_PERSON_MAX: i64 = 10;
/// Attempts from one address (IPv6: one /64) within the window. Reason: an office behind one address has more people than one.
const PER_ADDRESS_MAX: i64 = 50;
/// Octets of a browser's name that a session keeps.
const AGENT_MAX: usize = 200;

/// From where somebody comes.
pub struct From<'f> {
    pub address: Option<IpAddr>,
    pub agent: &'f str,
}

impl From<'_> {
    /// As rows have it.
    #[must_use]
    pub fn shown(&self) -> String {
        self.address.map(|address| address.to_string()).unwrap_or_default()
    }

    /// Who is counted.
    fn network(&self) -> String {
        match self.address {
            Some(IpAddr::V6(address)) => format!("{:x?}", &address.segments()[..4]),
            Some(IpAddr::V4(address)) => address.to_string(),
            None => String::new(),
        }
    }
}

/// What became of an attempt.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The session's token: the only moment at which it is known.
    In(String),
    Wrong,
    TooMany,
    Busy,
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
    let person = subject("person", &email);
    for (subject, most) in
        [(&person, PER_PERSON_MAX), (&subject("address", &from.network()), PER_ADDRESS_MAX)]
    {
        if !counted(app, now, subject, most).await? {
            return Ok(Outcome::TooMany);
        }
    }
    let rows = app.store.read(&PERSON_BY_EMAIL, &[("email", email.into())]).await?;
    let found =
        rows.first().map(|row| Ok::<_, StoreError>((row.int(0)?, row.text(1)?.to_owned()))).transpose()?;
    let (id, stored) = found.unzip();
    match (app.people.hashing.check(password, stored).await, id) {
        (Err(Busy), _) => Ok(Outcome::Busy),
        (Ok(true), Some(id)) => {
            let mut write = Write::default();
            let since = now.0 - WINDOW_US;
            write.step(&ATTEMPTS_OVER, vec![("since", since.into()), ("subject", person.into())]);
            Ok(Outcome::In(begin(app, now, write, (id, from)).await?))
        }
        (Ok(_), _) => Ok(Outcome::Wrong),
    }
}

/// Counts an attempt before it is made; false when there were enough.
async fn counted(app: &App, now: At, subject: &[u8], most: i64) -> Result<bool, StoreError> {
    let mut write = Write::default();
    let params: Vec<(&str, Value)> = vec![
        ("id", app.mint.next(now).into()),
        ("subject", subject.to_vec().into()),
        ("now", now.0.into()),
        ("since", (now.0 - WINDOW_US).into()),
        ("most", most.into()),
    ];
    write.step_expecting(1, "too many attempts", &ATTEMPT_ADD, params);
    match app.store.write(write).await {
        Ok(_) => Ok(true),
        Err(StoreError::Conflict(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

fn subject(kind: &str, text: &str) -> Vec<u8> {
    digest(&SHA256, format!("{kind}\n{text}").as_bytes()).as_ref().to_vec()
}

/// Begins a session for somebody who was just made.
///
/// # Errors
/// As [`store::Store::write`].
pub async fn begin_first(app: &App, now: At, person: i64, from: &From<'_>) -> Result<String, StoreError> {
    begin(app, now, Write::default(), (person, from)).await
}

async fn begin(
    app: &App,
    now: At,
    mut write: Write,
    (person, from): (i64, &From<'_>),
) -> Result<String, StoreError> {
    let token = random_token();
    let (oldest, idle) = lasting(now);
    write.step(&SESSION_EXPIRED, vec![("oldest", oldest.into()), ("idle", idle.into())]);
    let params = vec![
        ("id", app.mint.next(now).into()),
        ("person", person.into()),
        ("digest", digest_of(&token).to_vec().into()),
        ("address", from.shown().into()),
        ("agent", from.agent.chars().take(AGENT_MAX).collect::<String>().into()),
        ("now", now.0.into()),
    ];
    write.step(&SESSION_ADD, params);
    note(app, now, &mut write, (person, audit::Action::PersonSignedIn, &from.shown()));
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
    note(app, now, &mut write, (person.id, audit::Action::PersonSignedOut, address));
    app.store.write(write).await.map(drop)
}

fn note(app: &App, now: At, write: &mut Write, (person, action, address): (i64, audit::Action, &str)) {
    let object = Noun::Person.show(person);
    let entry = audit::Entry { workspace: None, person, address, action, object, before: None, after: None };
    audit::note(write, (&app.mint, now), entry);
}
