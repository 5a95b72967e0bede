//! People: who uses the console, where they may what, and that they are who they say.
//!
//! Guarantees
//! 1. A session's token is 256 random bits; only its SHA-256 is stored. It ends after [`SESSION_IDLE`] without use and after
//!    [`SESSION_MAX`] in any case.
//! 2. An attempt to sign in is counted before the password is compared, by person and by address, also for people who do not
//!    exist; which of the two was wrong is never told. One at a second factor is counted by person and by address, too.
//! 3. The first owner is made once: the statement that makes one makes none where there is a person already.
//!
//! Not here: cookies and forms (`console`), permissions (`permission`), what a passkey signs (`passkey`).

pub mod account;
mod attempt;
pub mod console;
pub mod invitation;
pub mod letter;
pub mod member;
pub mod oidc;
pub mod passkey;
pub mod password;
pub mod permission;
pub mod reset;
pub mod second_factor;
pub mod setup;
pub mod sign_in;
#[cfg(test)]
mod story;
mod totp;

use std::sync::Arc;
use std::time::Duration;

use ::console::page::Theme;
use ::console::words::Locale;
use mail::At;
use store::{Migration, Row, Store, StoreError, Value, Write, query};
use tokio::sync::Semaphore;

use crate::directory::Snapshot;
use crate::feature::access::{SecondFactor, Workspace, digest_of};
use crate::id::Mint;
use crate::in_turn::{self, Counted};
use crate::retention::{Aged, edge};
use password::Hashing;
use permission::{Permission, Role};

pub const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 22,
        name: "person: people, memberships, sessions, attempts",
        sql: include_str!("migrations/0022_person.sql"),
        postgres: None,
    },
    Migration {
        number: 24,
        name: "person: second factors, recovery codes, who is awaited",
        sql: include_str!("migrations/0024_second_factor.sql"),
        postgres: None,
    },
    Migration {
        number: 27,
        name: "person: invitations",
        sql: include_str!("migrations/0027_invitation.sql"),
        postgres: None,
    },
    Migration {
        number: 29,
        name: "person: links for a new password",
        sql: include_str!("migrations/0029_password_reset.sql"),
        postgres: None,
    },
    Migration {
        number: 30,
        name: "person: passkeys, what a session was begun with",
        sql: include_str!("migrations/0030_passkey.sql"),
        postgres: None,
    },
    Migration {
        number: 35,
        name: "person: who wants mail of what needs somebody",
        sql: include_str!("migrations/0035_alerts_wish.sql"),
        postgres: None,
    },
    Migration {
        number: 39,
        name: "person: accounts at an issuer, sign-ins by it",
        sql: include_str!("migrations/0039_oidc.sql"),
        postgres: None,
    },
];

query!(PERSON_ANY, "queries/person_any.sql");
query!(PERSON_ADD, "queries/person_add.sql");
query!(PERSON_MANNER, "queries/person_manner.sql");
query!(PERSON_OF_SESSION, "queries/person_of_session.sql");
query!(MEMBERSHIP_ADD, "queries/membership_add.sql");
query!(MEMBERSHIPS, "queries/memberships.sql");
query!(MEMBERS, "queries/members.sql");
query!(PERSON_NAME, "queries/person_name.sql");
query!(SESSION_USED, "queries/session_used.sql");
query!(ATTEMPT_AGE, "queries/attempt_age.sql");
query!(PENDING_AGE, "queries/pending_age.sql");
query!(SESSION_AGE, "queries/session_age.sql");
query!(INVITATION_AGE, "queries/invitation_age.sql");
query!(RESET_AGE, "queries/reset_age.sql");
query!(CHALLENGE_AGE, "queries/challenge_age.sql");
query!(FLOW_AGE, "queries/oidc_flow_age.sql");
edge!(INVITATION_EDGE, "invitation");
edge!(ATTEMPT_EDGE, "sign_in_attempt");
edge!(PENDING_EDGE, "sign_in_pending");
edge!(SESSION_EDGE, "session");
edge!(RESET_EDGE, "password_reset");
edge!(CHALLENGE_EDGE, "passkey_challenge");
edge!(FLOW_EDGE, "oidc_flow");

/// Attempts, who is awaited, challenges, sign-ins that were begun and links for a new password, which mean something for minutes; invitations, a day after they
/// are over.
pub static AGED: [&Aged; 6] = [
    &Aged { edge: &INVITATION_EDGE, delete: &INVITATION_AGE, page: 1_000 },
    &Aged { edge: &ATTEMPT_EDGE, delete: &ATTEMPT_AGE, page: 1_000 },
    &Aged { edge: &PENDING_EDGE, delete: &PENDING_AGE, page: 1_000 },
    &Aged { edge: &RESET_EDGE, delete: &RESET_AGE, page: 1_000 },
    &Aged { edge: &CHALLENGE_EDGE, delete: &CHALLENGE_AGE, page: 1_000 },
    &Aged { edge: &FLOW_EDGE, delete: &FLOW_AGE, page: 1_000 },
];
/// Sessions that nobody used for [`SESSION_IDLE`]. One that lasted too long is used by nobody, and goes in its turn.
pub static SESSION_AGED: Aged = Aged { edge: &SESSION_EDGE, delete: &SESSION_AGE, page: 1_000 };

/// A session that nobody used for so long is over.
pub const SESSION_IDLE: Duration = Duration::from_secs(14 * 24 * 3_600);
/// A session lasts so long at most.
pub const SESSION_MAX: Duration = Duration::from_secs(90 * 24 * 3_600);
/// How exactly is known when a session was used. Reason: a page should not cost a write.
const USED_EVERY: Duration = Duration::from_secs(3_600);
/// People who are named as those who may help.
const HELPERS_MAX: usize = 3;
/// Members who are looked at to find them.
const MEMBERS_LOOKED_AT: i64 = 100;

/// What the process keeps for people.
pub struct People {
    pub hashing: Hashing,
    /// Places for letters about a lost password that are being made.
    pub letters: Arc<Semaphore>,
    /// Opens `/setup` while there is nobody.
    pub first_run: String,
}

impl Default for People {
    fn default() -> People {
        let letters = Arc::new(Semaphore::new(reset::AT_ONCE));
        People { hashing: Hashing::default(), letters, first_run: random_token() }
    }
}

/// What a session was begun with, or was shown in it later.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Strength {
    /// Or an account at an issuer.
    Password,
    /// One of these and a code, a passkey, or an issuer that counts as both.
    TwoFactors,
}

impl Strength {
    fn as_str(self) -> &'static str {
        match self {
            Strength::Password => "password",
            Strength::TwoFactors => "two_factors",
        }
    }
}

/// A person who is signed in.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: i64,
    pub session: i64,
    pub strength: Strength,
    pub email: String,
    pub name: String,
    pub locale: Option<Locale>,
    pub theme: Theme,
    pub zone: String,
    pub operator: bool,
    pub memberships: Vec<(i64, Role)>,
}

impl Person {
    /// Whether the person has shown what a workspace wants shown.
    #[must_use]
    pub fn may_enter(&self, workspace: &Workspace) -> bool {
        match workspace.second_factor {
            SecondFactor::Optional => true,
            SecondFactor::Required => self.strength == Strength::TwoFactors,
        }
    }

    /// Those of the person's own workspaces that want more shown than they have.
    pub fn closed_to<'s>(&self, snapshot: &'s Snapshot) -> impl Iterator<Item = &'s Workspace> {
        let own = self.memberships.iter().filter_map(|(id, _)| snapshot.workspaces.get(id));
        own.filter(|workspace| !self.may_enter(workspace))
    }

    /// What the person is in a workspace.
    #[must_use]
    pub fn role(&self, workspace: i64) -> Option<Role> {
        self.memberships.iter().find(|(id, _)| *id == workspace).map(|(_, role)| *role)
    }
}

/// 256 random bits as hexadecimal digits.
#[must_use]
pub fn random_token() -> String {
    let mut bytes = [0; 32];
    net::clock::random_bytes(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A write whose first step waits for its turn, which makes what it counts exact.
fn in_turn() -> Write {
    in_turn::in_turn(Counted::People)
}

/// Whether nobody was ever made.
///
/// # Errors
/// As [`Store::read`].
pub async fn nobody(store: &Store) -> Result<bool, StoreError> {
    Ok(store.read(&PERSON_ANY, &[]).await?.is_empty())
}

/// The person whose session a token is, while it lasts.
///
/// # Errors
/// As [`Store::read`] and [`Store::write`].
pub async fn of_session(store: &Store, now: At, token: &str) -> Result<Option<Person>, StoreError> {
    let Some((person, used)) = seen(store, now, token).await? else { return Ok(None) };
    if now.0 - used.0 > micros(USED_EVERY) {
        let mut write = Write::default();
        write.step(&SESSION_USED, vec![("id", person.session.into()), ("now", now.0.into())]);
        store.write(write).await?;
    }
    Ok(Some(person))
}

/// Workspaces of a person, with the role in each.
///
/// # Errors
/// As [`Store::read`].
pub async fn memberships(store: &Store, person: i64) -> Result<Vec<(i64, Role)>, StoreError> {
    store.read(&MEMBERSHIPS, &[("person", person.into())]).await?.iter().map(membership).collect()
}

/// As [`of_session`], without taking it for use of the session; with when it was used last.
///
/// # Errors
/// As [`Store::read`].
pub async fn seen(store: &Store, now: At, token: &str) -> Result<Option<(Person, At)>, StoreError> {
    let (oldest, idle) = lasting(now);
    let params =
        [("digest", digest_of(token).to_vec().into()), ("oldest", oldest.into()), ("idle", idle.into())];
    let rows = store.read(&PERSON_OF_SESSION, &params).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let (session, used, id) = (row.int(0)?, At(row.int(1)?), row.int(2)?);
    let memberships = memberships(store, id).await?;
    let person = Person {
        id,
        session,
        strength: match row.text(9)? {
            "two_factors" => Strength::TwoFactors,
            _ => Strength::Password,
        },
        email: row.text(3)?.to_owned(),
        name: row.text(4)?.to_owned(),
        locale: Locale::parse(row.text(5)?),
        theme: Theme::parse(row.text(6)?).unwrap_or_default(),
        zone: row.text(7)?.to_owned(),
        operator: row.int(8)? != 0,
        memberships,
    };
    Ok(Some((person, used)))
}

fn membership(row: &Row) -> Result<(i64, Role), StoreError> {
    Ok((row.int(0)?, role(row.text(1)?)?))
}

/// A role as a row has it.
fn role(text: &str) -> Result<Role, StoreError> {
    let broken = || StoreError::Broken {
        query: "membership.role".into(),
        reason: "holds what no version of Postrider wrote".into(),
    };
    Role::parse(text).ok_or_else(broken)
}

/// Before when a session must not have begun, and must not have been used last.
fn lasting(now: At) -> (i64, i64) {
    (now.0 - micros(SESSION_MAX), now.0 - micros(SESSION_IDLE))
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// The names of some who may do it in a workspace.
///
/// # Errors
/// As [`Store::read`].
pub async fn helpers(
    store: &Store,
    workspace: i64,
    permission: Permission,
) -> Result<Vec<String>, StoreError> {
    let params = [("workspace", workspace.into()), ("limit", MEMBERS_LOOKED_AT.into())];
    let rows = store.read(&MEMBERS, &params).await?;
    let may = |row: &&Row| row.text(1).ok().and_then(Role::parse).is_some_and(|role| role.may(permission));
    rows.iter().filter(may).take(HELPERS_MAX).map(|row| Ok(row.text(0)?.to_owned())).collect()
}

/// What a person is called; none when there is no such person any more.
///
/// # Errors
/// As [`Store::read`].
pub async fn name_of(store: &Store, person: i64) -> Result<Option<String>, StoreError> {
    let rows = store.read(&PERSON_NAME, &[("person", person.into())]).await?;
    rows.first().map(|row| Ok(row.text(0)?.to_owned())).transpose()
}

/// What makes a person: the address folded, the password hashed, an empty locale for what the browser asks.
fn new_person(
    (id, now): (i64, At),
    (email, name, password): (&str, &str, &str),
    (locale, zone): (&str, &str),
) -> Vec<(&'static str, Value)> {
    vec![
        ("id", id.into()),
        ("email", email.to_owned().into()),
        ("name", name.to_owned().into()),
        ("locale", locale.to_owned().into()),
        ("zone", zone.to_owned().into()),
        ("password", password.to_owned().into()),
        ("now", now.0.into()),
    ]
}

/// Makes a person, a member of a workspace; gives the id.
///
/// # Errors
/// `Conflict` when the address is taken.
pub async fn person_add(
    store: &Store,
    (mint, now): (&Mint, At),
    (email, name, password): (&str, &str, &str),
    (workspace, role): (i64, Role),
) -> Result<i64, StoreError> {
    let id = mint.next(now);
    let mut write = Write::default();
    let params = new_person((id, now), (email, name, password), ("", "UTC"));
    write.step_expecting(1, "somebody has this address", &PERSON_ADD, params);
    member_row(&mut write, id, workspace, role);
    store.write(write).await?;
    Ok(id)
}

/// Adds to `write` that a person is a member of a workspace.
pub fn member_row(write: &mut Write, person: i64, workspace: i64, role: Role) {
    let params =
        vec![("person", person.into()), ("workspace", workspace.into()), ("role", role.as_str().into())];
    write.step(&MEMBERSHIP_ADD, params);
}
