//! Passkeys: registered by a person who is signed in, shown at signing in, listed, removed.
//!
//! Guarantees
//! 1. A challenge is 256 random bits, stored as a digest of itself, what it is for and the browser that has it; it is used once,
//!    whatever comes of it, within [`CHALLENGE_LIFE`].
//! 2. A passkey is both factors: without user verification nothing is right (`ceremony`).
//! 3. Where an authenticator counts, it never counts backwards: one that does is refused, and the log says so.
//!
//! Not here: what is signed, and whether rightly (`ceremony`); the passkeys that somebody has (`own`).

pub mod ceremony;
pub mod own;

use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mail::At;
use store::{Store, StoreError, Write, query};

use super::account::{self, OwnChange};
use super::attempt::{Counter, counted};
use super::sign_in::{self, From, Outcome, Shown};
use super::{Person, micros, second_factor};
use crate::app::App;
use crate::feature::access::digest_of;
use crate::feature::audit::Action;
use crate::id::{self, Noun};
use crate::naming::is_name;
use ceremony::{Algorithm, Created, Key, Kind, Place, Refusal, Signed};

query!(CHALLENGE_ADD, "queries/challenge_add.sql");
query!(CHALLENGE_TAKE, "queries/challenge_take.sql");
query!(PASSKEY_ADD, "queries/passkey_add.sql");
query!(PASSKEY_BY_CREDENTIAL, "queries/passkey_by_credential.sql");
query!(PASSKEY_USED, "queries/passkey_used.sql");

/// So long after a challenge it is met. Reason: browsers wait for people as long.
pub const CHALLENGE_LIFE: Duration = Duration::from_secs(5 * 60);
const CHALLENGE_OCTETS: usize = 32;
/// Passkeys of a person. Reason: a few devices each; the list stays one page.
const PASSKEYS_MAX: i64 = 20;
pub const NAME_CHARS_MAX: usize = 60;

/// What a challenge is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    SignIn,
    /// A new passkey of this person.
    Register(i64),
}

impl Purpose {
    fn kind(self) -> Kind {
        match self {
            Purpose::SignIn => Kind::Get,
            Purpose::Register(_) => Kind::Create,
        }
    }

    /// `bound` is what the browser's forms are bound to.
    fn digest(self, bound: &str, challenge: &str) -> Vec<u8> {
        let what = match self {
            Purpose::SignIn => "sign in".to_owned(),
            Purpose::Register(person) => format!("register {person}"),
        };
        digest_of(&format!("passkey\n{what}\n{bound}\n{challenge}")).to_vec()
    }
}

/// A new challenge for this browser; none when its network asked for too many.
///
/// # Errors
/// As [`Store::write`].
pub async fn challenge(
    app: &App,
    now: At,
    (purpose, bound): (Purpose, &str),
    from: &From<'_>,
) -> Result<Option<String>, StoreError> {
    if !counted(app, now, &[Counter::Challenge(from)]).await? {
        return Ok(None);
    }
    let mut octets = [0; CHALLENGE_OCTETS];
    net::clock::random_bytes(&mut octets);
    let challenge = URL_SAFE_NO_PAD.encode(octets);
    let params =
        vec![("id", app.mint.next(now).into()), ("digest", purpose.digest(bound, &challenge).into())];
    let mut write = Write::default();
    write.step(&CHALLENGE_ADD, params);
    app.store.write(write).await?;
    Ok(Some(challenge))
}

/// Whether client data are right, and meet a challenge of this browser, which is used by that.
async fn meets(
    app: &App,
    now: At,
    (purpose, bound): (Purpose, &str),
    (client, place): (&[u8], &Place),
) -> Result<Result<(), Failure>, StoreError> {
    let challenge = match ceremony::challenge(client, purpose.kind(), place) {
        Ok(challenge) => challenge,
        Err(refusal) => return Ok(Err(refusal.into())),
    };
    let after = id::floor(At(now.0 - micros(CHALLENGE_LIFE)));
    let params = vec![("digest", purpose.digest(bound, &challenge).into()), ("after", after.into())];
    let mut write = Write::default();
    write.step_expecting(1, "there is no such challenge", &CHALLENGE_TAKE, params);
    match app.store.write(write).await {
        Ok(_) => Ok(Ok(())),
        Err(StoreError::Conflict(_)) => Ok(Err(Failure::Challenge)),
        Err(error) => Err(error),
    }
}

/// Why a passkey opened nothing, or was not registered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Failure {
    #[error("the challenge was met before, is too old, or another browser's")]
    Challenge,
    #[error("there is no such passkey")]
    Unknown,
    #[error("the passkey is another person's")]
    Person,
    #[error("the passkey is registered already, or there are as many as there may be")]
    Taken,
    #[error("the passkey was used at the same moment")]
    AtOnce,
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// By what an authenticator knows a person: nothing that tells who it is.
#[must_use]
pub fn handle(person: i64) -> String {
    URL_SAFE_NO_PAD.encode(digest_of(&format!("passkey of\n{person}")))
}

/// What a browser brings of a new passkey, as texts of base64url.
#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub struct NewPasskey {
    pub name: String,
    credential: String,
    client: String,
    authenticator: String,
    key: String,
    algorithm: String,
}

/// What is wrong with a passkey's name.
#[must_use]
pub fn name_ok(name: &str) -> bool {
    is_name(name, NAME_CHARS_MAX)
}

/// Registers a passkey of whoever is signed in; from then on the session is one of two factors.
///
/// # Errors
/// As [`Store::write`].
pub async fn register(
    app: &App,
    now: At,
    (person, new): (&Person, NewPasskey),
    (place, bound): (&Place, &str),
    from: &From<'_>,
) -> Result<Result<(), Failure>, StoreError> {
    let (client, brought) = match brought(&new) {
        Ok(brought) => brought,
        Err(refusal) => return Ok(Err(refusal.into())),
    };
    if let Err(failure) = meets(app, now, (Purpose::Register(person.id), bound), (&client, place)).await? {
        return Ok(Err(failure));
    }
    let key = match ceremony::created(brought, place) {
        Ok(key) => key,
        Err(refusal) => return Ok(Err(refusal.into())),
    };
    let id = app.mint.next(now);
    let name = new.name.trim().to_owned();
    let mut write = super::in_turn();
    let params = vec![
        ("id", id.into()),
        ("person", person.id.into()),
        ("name", name.clone().into()),
        ("credential", key.credential.into()),
        ("algorithm", key.algorithm.number().into()),
        ("key", key.key.into()),
        ("counter", i64::from(key.counter).into()),
        ("now", now.0.into()),
        ("most", PASSKEYS_MAX.into()),
    ];
    write.step_expecting(1, "it is taken, or there are as many as there may be", &PASSKEY_ADD, params);
    own::strengthen(&mut write, person);
    // An offer that was not confirmed may be somebody else's.
    second_factor::withdraw(&mut write, person.id);
    let change = OwnChange {
        object: Some(Noun::Passkey.show(id)),
        after: Some(serde_json::json!({ "name": name })),
        ..OwnChange::of(Action::PasskeyAdded)
    };
    account::note(app, &mut write, (person.id, from), change);
    match app.store.write(write).await {
        Ok(_) => Ok(Ok(())),
        Err(StoreError::Conflict(_)) => Ok(Err(Failure::Taken)),
        Err(error) => Err(error),
    }
}

fn brought(new: &NewPasskey) -> Result<(Vec<u8>, Created), Refusal> {
    let created = Created {
        credential: ceremony::credential(&new.credential)?,
        authenticator: ceremony::octets(&new.authenticator)?,
        algorithm: new.algorithm.parse().map_err(|_| Refusal::Key)?,
        key: ceremony::octets(&new.key)?,
    };
    Ok((ceremony::octets(&new.client)?, created))
}

/// What a browser brings at signing in, as texts of base64url.
#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub struct ShownPasskey {
    credential: String,
    client: String,
    authenticator: String,
    signature: String,
    user: String,
    pub next: String,
}

/// A passkey that is stored.
struct Stored {
    id: i64,
    person: i64,
    key: Key,
}

async fn stored(store: &Store, credential: Vec<u8>) -> Result<Option<Stored>, StoreError> {
    let rows = store.read(&PASSKEY_BY_CREDENTIAL, &[("credential", credential.clone().into())]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let broken = || StoreError::Broken {
        query: "passkey".into(),
        reason: "holds what no version of Postrider wrote".into(),
    };
    let key = Key {
        credential,
        algorithm: Algorithm::of(row.int(2)?).ok_or_else(broken)?,
        key: row.blob(3)?.to_vec(),
        counter: u32::try_from(row.int(4)?).map_err(|_| broken())?,
    };
    Ok(Some(Stored { id: row.int(0)?, person: row.int(1)?, key }))
}

/// Signs in with a passkey.
///
/// # Errors
/// As [`Store::read`] and [`Store::write`].
pub async fn sign_in(
    app: &App,
    now: At,
    shown: &ShownPasskey,
    (place, bound): (&Place, &str),
    from: &From<'_>,
) -> Result<Outcome, StoreError> {
    match signed_in(app, now, shown, (place, bound), from).await? {
        Ok(token) => Ok(Outcome::In(token)),
        Err(failure) => {
            tracing::info!(peer = from.shown(), reason = %failure, "a passkey opened nothing");
            Ok(Outcome::Wrong)
        }
    }
}

async fn signed_in(
    app: &App,
    now: At,
    shown: &ShownPasskey,
    (place, bound): (&Place, &str),
    from: &From<'_>,
) -> Result<Result<String, Failure>, StoreError> {
    let (credential, signed) = match signature(shown) {
        Ok(read) => read,
        Err(refusal) => return Ok(Err(refusal.into())),
    };
    if let Err(failure) = meets(app, now, (Purpose::SignIn, bound), (&signed.client, place)).await? {
        return Ok(Err(failure));
    }
    let Some(stored) = stored(&app.store, credential).await? else { return Ok(Err(Failure::Unknown)) };
    if verify_slices_are_equal(shown.user.as_bytes(), handle(stored.person).as_bytes()).is_err() {
        return Ok(Err(Failure::Person));
    }
    let counter = match ceremony::signed(&signed, &stored.key, place) {
        Ok(counter) => counter,
        Err(Refusal::Counter) => {
            tracing::warn!(person.id = stored.person, "a passkey counted backwards: it may have been copied");
            return Ok(Err(Refusal::Counter.into()));
        }
        Err(refusal) => return Ok(Err(refusal.into())),
    };
    let mut write = Write::default();
    let params = vec![
        ("id", stored.id.into()),
        ("before", i64::from(stored.key.counter).into()),
        ("counter", i64::from(counter).into()),
        ("now", now.0.into()),
    ];
    write.step_expecting(1, "it was used at the same moment", &PASSKEY_USED, params);
    match sign_in::begin(app, now, write, (stored.person, from, Shown::Second("passkey"))).await {
        Ok(token) => Ok(Ok(token)),
        Err(StoreError::Conflict(_)) => Ok(Err(Failure::AtOnce)),
        Err(error) => Err(error),
    }
}

fn signature(shown: &ShownPasskey) -> Result<(Vec<u8>, Signed), Refusal> {
    let signed = Signed {
        client: ceremony::octets(&shown.client)?,
        authenticator: ceremony::octets(&shown.authenticator)?,
        signature: ceremony::octets(&shown.signature)?,
    };
    Ok((ceremony::credential(&shown.credential)?, signed))
}
