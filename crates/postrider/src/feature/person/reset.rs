//! A lost password: a link that is mailed, or handed over by the operator; a new password by the link.
//!
//! Guarantees
//! 1. Whoever asks gets the same answer in the same time, whether somebody has the address or not: who has it is looked up
//!    when the answer is on its way.
//! 2. A token is 256 random bits, stored as its SHA-256; it opens once, for [`LIFE`], and all others of the person go with it.
//! 3. A mailed link leads to the address of the settings, never to one that came with a request.
//! 4. A new password ends every session of the person and begins none: a second factor is still asked for.

use std::sync::Arc;
use std::time::Duration;

use ::console::screen::reset::Letter;
use ::console::words::{Locale, Words};
use mail::{Address, At};
use store::{Store, StoreError, Write, query};

use super::account::{self, OwnChange};
use super::attempt::{self, Counter, counted};
use super::sign_in::From;
use super::{MEMBERSHIPS, letter, micros, random_token};
use crate::app::App;
use crate::feature::access::{DEFAULT_WORKSPACE, Workspace, digest_of};
use crate::feature::audit::Action;
use crate::feature::sending::Refusal;
use crate::feature::sending::accept::accept_with;
use crate::feature::sending::examine::Examined;
use crate::id::{self, Mint};

query!(PERSON_TOLD, "queries/person_told.sql");
query!(RESET_ADD, "queries/reset_add.sql");
query!(RESET_OF_TOKEN, "queries/reset_of_token.sql");
query!(RESET_TAKE, "queries/reset_take.sql");
query!(RESET_CLEAR, "queries/reset_clear.sql");

/// How long a link opens. Reason: as long as a mail may take, and no longer than somebody remembers having asked.
pub const LIFE: Duration = Duration::from_secs(3_600);
/// Letters that are made at once. Reason: one takes a few writes; a crowd that asks is a crowd of programs.
pub const AT_ONCE: usize = 16;
/// The local part of who writes.
const AUTHOR: &str = "accounts";

/// What became of asking.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asked {
    /// If somebody has the address, a letter is on its way.
    Heard,
    TooMany,
    Busy,
}

/// Asks for a link to an address, in the language of who asks where the person has chosen none. Nothing of who it is, is
/// waited for.
///
/// # Errors
/// As [`Store::write`].
pub async fn ask(
    app: &Arc<App>,
    now: At,
    (email, origin, locale): (&str, &str, Locale),
    from: &From<'_>,
) -> Result<Asked, StoreError> {
    let Ok(address) = Address::parse(email.trim()) else { return Ok(Asked::Heard) };
    let email = address.folded();
    let counters = [Counter::Reset(&email), Counter::ResetOfDay(&email), Counter::Letter(from)];
    if !counted(app, now, &counters).await? {
        return Ok(Asked::TooMany);
    }
    let Ok(place) = app.people.letters.clone().try_acquire_owned() else { return Ok(Asked::Busy) };
    let (app, origin) = (app.clone(), origin.to_owned());
    tokio::spawn(async move {
        let _place = place;
        match tell(&app, now, (address, &email), (&origin, locale)).await {
            Ok(()) => {}
            Err(reason) => tracing::warn!(%reason, "a link for a new password could not be mailed"),
        }
    });
    Ok(Asked::Heard)
}

/// Mails a link, if somebody has the address.
async fn tell(
    app: &Arc<App>,
    now: At,
    (to, email): (Address, &str),
    (origin, locale): (&str, Locale),
) -> Result<(), Refusal> {
    let unread = |error: StoreError| Refusal::Unavailable(error.to_string());
    let Some(person) = of_email(&app.store, email).await.map_err(unread)? else { return Ok(()) };
    let token = random_token();
    let rows = || {
        let mut write = Write::default();
        row(&mut write, (&app.mint, now), person.id, &token);
        write
    };
    let letter = Letter {
        words: Words::of(person.locale.unwrap_or(locale)),
        name: person.name,
        email: email.to_owned(),
        link: link(origin, &token),
        minutes: i64::try_from(LIFE.as_secs() / 60).unwrap_or_default(),
    };
    let mut why = Refusal::Unavailable("no workspace has a domain that may send".into());
    for workspace in writers(app, person.id).await.map_err(unread)? {
        let Some(mail) = mail(app, now, (&workspace, &to), &letter).await else { continue };
        let sent = match mail {
            Ok(mail) => accept_with(app, now, rows(), mail).await,
            Err(refusal) => Err(refusal),
        };
        match sent {
            Ok(stored) => return stored.map(drop).map_err(unread),
            Err(refusal) => why = refusal,
        }
    }
    Err(why)
}

/// Who may write to a person: the workspaces that they are in, then that of the installation.
async fn writers(app: &App, person: i64) -> Result<Vec<Workspace>, StoreError> {
    let rows = app.store.read(&MEMBERSHIPS, &[("person", person.into())]).await?;
    let snapshot = app.directory.snapshot();
    let mut writers = Vec::new();
    for row in &rows {
        writers.extend(snapshot.workspaces.get(&row.int(0)?).cloned());
    }
    writers.extend(snapshot.workspace_by_name(DEFAULT_WORKSPACE).cloned());
    Ok(writers)
}

/// The letter from a workspace; none where none of its domains may send.
async fn mail(
    app: &App,
    now: At,
    (workspace, to): (&Workspace, &Address),
    letter: &Letter,
) -> Option<Result<Examined, Refusal>> {
    let from = letter::author(app, workspace, AUTHOR)?;
    let parts = match letter.parts() {
        Ok(parts) => parts,
        Err(error) => return Some(Err(Refusal::Unavailable(error.to_string()))),
    };
    let post = letter::Post {
        workspace,
        from,
        reply_to: None,
        to: to.clone(),
        subject: letter.subject(),
        parts,
        logo: None,
        life: LIFE,
    };
    Some(letter::examined(app, now, post).await)
}

/// Somebody who is told how to come in again.
pub struct Told {
    pub id: i64,
    pub name: String,
    pub locale: Option<Locale>,
}

/// Who has this address, folded.
///
/// # Errors
/// As [`Store::read`].
pub async fn of_email(store: &Store, email: &str) -> Result<Option<Told>, StoreError> {
    let rows = store.read(&PERSON_TOLD, &[("email", email.to_owned().into())]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let (id, name, locale) = (row.int(0)?, row.text(1)?.to_owned(), Locale::parse(row.text(2)?));
    Ok(Some(Told { id, name, locale }))
}

/// Adds to `write` that a token opens for a person.
pub fn row(write: &mut Write, (mint, now): (&Mint, At), person: i64, token: &str) {
    let params = vec![
        ("id", mint.next(now).into()),
        ("person", person.into()),
        ("digest", digest_of(token).to_vec().into()),
    ];
    write.step(&RESET_ADD, params);
}

/// The link of a token.
#[must_use]
pub fn link(origin: &str, token: &str) -> String {
    format!("{origin}/password/{token}")
}

/// Who lost a password, as their link tells.
pub struct Open {
    pub person: i64,
    pub email: String,
    digest: Vec<u8>,
}

fn after(now: At) -> i64 {
    id::floor(At(now.0 - micros(LIFE)))
}

/// Who may set a new password with a token, while it opens.
///
/// # Errors
/// As [`Store::read`].
pub async fn of_token(store: &Store, now: At, token: &str) -> Result<Option<Open>, StoreError> {
    let digest = digest_of(token).to_vec();
    let params = [("digest", digest.clone().into()), ("after", after(now).into())];
    let rows = store.read(&RESET_OF_TOKEN, &params).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(Open { person: row.int(0)?, email: row.text(1)?.to_owned(), digest }))
}

/// What became of setting a new password.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Set {
    Done,
    Late,
    Busy,
}

/// Sets a password that has no mistake.
///
/// # Errors
/// As [`Store::write`].
pub async fn set(
    app: &App,
    now: At,
    (open, password): (Open, String),
    from: &From<'_>,
) -> Result<Set, StoreError> {
    let Ok(hash) = app.people.hashing.make(password).await else { return Ok(Set::Busy) };
    let mut write = Write::default();
    let params = vec![("digest", open.digest.into()), ("after", after(now).into())];
    write.step_expecting(1, "the link was used, or is too old", &RESET_TAKE, params);
    account::new_password(&mut write, open.person, hash);
    attempt::over(&mut write, &Counter::Person(&open.email));
    account::note(app, &mut write, (open.person, from), OwnChange::of(Action::PasswordReset));
    match app.store.write(write).await {
        Ok(_) => Ok(Set::Done),
        Err(StoreError::Conflict(_)) => Ok(Set::Late),
        Err(error) => Err(error),
    }
}

/// No link of the person opens any more.
pub(super) fn clear(write: &mut Write, person: i64) {
    write.step(&RESET_CLEAR, vec![("person", person.into())]);
}
