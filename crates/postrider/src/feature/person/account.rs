//! What people change of themselves: name, language, zone, colours, password; and where they are signed in.
//!
//! Guarantees
//! 1. A new password ends every session of the person, everybody who is awaited with the old one, and every link for a lost one; the
//!    browser that set it gets a new session.
//! 2. A person ends only their own sessions.

use ::console::format::time::Zone;
use ::console::page::Theme;
use ::console::words::{Locale, Word};
use mail::At;
use serde_json::{Value, json};
use store::{Row, Store, StoreError, Write, query};

use super::attempt::{self, Counter, counted};
use super::password::{Busy, CHARS_MAX, CHARS_MIN};
use super::permission::Role;
use super::sign_in::{self, From, Shown};
use super::{Person, lasting, reset};
use crate::app::App;
use crate::feature::audit::{self, Action};
use crate::id::Noun;
use crate::naming::is_name;

query!(ALERTS_OF, "queries/alerts_of.sql");
query!(ALERTS_SET, "queries/alerts_set.sql");
query!(PROFILE, "queries/profile.sql");
query!(PASSWORD_OF, "queries/password_of.sql");
query!(PASSWORD_SET, "queries/password_set.sql");
query!(SESSIONS, "queries/sessions.sql");
query!(SESSION_OWN_END, "queries/session_own_end.sql");
query!(SESSIONS_END, "queries/sessions_end.sql");

pub const NAME_CHARS_MAX: usize = 100;
/// Sessions that are listed.
const SESSIONS_MAX: i64 = 100;

/// Notes what somebody did to their own account.
pub fn note(app: &App, write: &mut Write, (person, from): (i64, &From<'_>), change: OwnChange) {
    let entry = audit::Entry {
        workspace: None,
        person,
        address: &from.shown(),
        action: change.action,
        object: change.object.unwrap_or_else(|| Noun::Person.show(person)),
        before: change.before,
        after: change.after,
    };
    audit::note(write, (&app.mint, app.now()), entry);
}

/// What somebody did to their own account.
pub struct OwnChange {
    pub action: Action,
    /// None: the person.
    pub object: Option<String>,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

impl OwnChange {
    #[must_use]
    pub fn of(action: Action) -> OwnChange {
        OwnChange { action, object: None, before: None, after: None }
    }
}

/// How somebody wants to be called and shown pages.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Profile {
    pub name: String,
    pub locale: Option<Locale>,
    pub theme: Theme,
    pub zone: String,
}

impl Profile {
    #[must_use]
    pub fn of(person: &Person) -> Profile {
        let Person { name, locale, theme, zone, .. } = person.clone();
        Profile { name, locale, theme, zone }
    }

    /// What is wrong with the name.
    #[must_use]
    pub fn mistake(&self) -> Option<Word> {
        name_mistake(&self.name)
    }

    fn shown(&self) -> Value {
        let language = self.locale.map_or("", Locale::tag);
        json!({ "name": self.name, "language": language, "theme": self.theme.as_str(), "zone": self.zone })
    }
}

/// Whether somebody wants mail of what needs somebody.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Alerts {
    /// Nobody said: those who answer for a workspace do.
    ByRole,
    On,
    Off,
}

impl Alerts {
    /// What a newer version wrote is nobody's word.
    #[must_use]
    pub fn parse(text: &str) -> Alerts {
        match text {
            "on" => Alerts::On,
            "off" => Alerts::Off,
            _ => Alerts::ByRole,
        }
    }

    /// Whether one of this role is told.
    #[must_use]
    pub fn wanted(self, role: Role) -> bool {
        match self {
            Alerts::ByRole => matches!(role, Role::Owner | Role::Admin),
            Alerts::On => true,
            Alerts::Off => false,
        }
    }
}

/// What a person said of it.
///
/// # Errors
/// As [`Store::read`].
pub async fn alerts(store: &Store, person: i64) -> Result<Alerts, StoreError> {
    let rows = store.read(&ALERTS_OF, &[("person", person.into())]).await?;
    rows.first().map_or(Ok(Alerts::ByRole), |row| Ok(Alerts::parse(row.text(0)?)))
}

/// Stores whether a person wants them from now on, in whatever role.
///
/// # Errors
/// As [`Store::write`].
pub async fn alerts_set(app: &App, person: &Person, on: bool, from: &From<'_>) -> Result<(), StoreError> {
    let said = if on { "on" } else { "off" };
    let mut write = Write::default();
    write.step(&ALERTS_SET, vec![("person", person.id.into()), ("alerts", said.into())]);
    let after = Some(json!({ "alerts": said }));
    note(app, &mut write, (person.id, from), OwnChange { after, ..OwnChange::of(Action::PersonChanged) });
    app.store.write(write).await.map(drop)
}

/// What is wrong with a person's name.
#[must_use]
pub fn name_mistake(name: &str) -> Option<Word> {
    (!is_name(name, NAME_CHARS_MAX)).then_some(Word("mistake-name"))
}

/// What is wrong with a new password.
#[must_use]
pub fn password_mistake(password: &str) -> Option<Word> {
    match password.chars().count() {
        0..CHARS_MIN => Some(Word("mistake-password-short")),
        CHARS_MIN..=CHARS_MAX => None,
        _ => Some(Word("mistake-password-long")),
    }
}

/// Stores a profile that has no mistake; an unknown zone is UTC.
///
/// # Errors
/// As [`Store::write`].
pub async fn profile_set(
    app: &App,
    person: &Person,
    mut new: Profile,
    from: &From<'_>,
) -> Result<(), StoreError> {
    let former = Profile::of(person);
    if !Zone::known(&new.zone) {
        new.zone = "UTC".to_owned();
    }
    new.name = new.name.trim().to_owned();
    if new == former {
        return Ok(());
    }
    let mut write = Write::default();
    let params = vec![
        ("id", person.id.into()),
        ("name", new.name.clone().into()),
        ("locale", new.locale.map_or("", Locale::tag).into()),
        ("theme", new.theme.as_str().into()),
        ("zone", new.zone.clone().into()),
    ];
    write.step(&PROFILE, params);
    let (before, after) = (Some(former.shown()), Some(new.shown()));
    let change = OwnChange { before, after, ..OwnChange::of(Action::PersonChanged) };
    note(app, &mut write, (person.id, from), change);
    app.store.write(write).await.map(drop)
}

/// Whether a password is the person's. Counted first, as an attempt to sign in is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Known {
    Right,
    Wrong,
    TooMany,
    Busy,
}

/// Compares a password with the person's own.
///
/// # Errors
/// As [`Store::read`] and [`Store::write`].
pub async fn password_known(
    app: &App,
    now: At,
    (person, password): (&Person, String),
    from: &From<'_>,
) -> Result<Known, StoreError> {
    let counter = Counter::Person(&person.email);
    if !counted(app, now, &[Counter::Person(&person.email), Counter::Address(from)]).await? {
        return Ok(Known::TooMany);
    }
    let stored = password_of(&app.store, person.id).await?;
    Ok(match app.people.hashing.check(password, stored).await {
        Ok(true) => {
            let mut write = Write::default();
            attempt::over(&mut write, &counter);
            app.store.write(write).await?;
            Known::Right
        }
        Ok(false) => Known::Wrong,
        Err(Busy) => Known::Busy,
    })
}

async fn password_of(store: &Store, person: i64) -> Result<Option<String>, StoreError> {
    let rows = store.read(&PASSWORD_OF, &[("id", person.into())]).await?;
    rows.first().map(|row| Ok(row.text(0)?.to_owned())).transpose()
}

/// Sets a new password, ends every session, and begins a new one: its token. None when too many ask at once.
///
/// # Errors
/// As [`Store::write`].
pub async fn password_set(
    app: &App,
    now: At,
    (person, new): (&Person, String),
    from: &From<'_>,
) -> Result<Option<String>, StoreError> {
    let Ok(hash) = app.people.hashing.make(new).await else { return Ok(None) };
    let mut write = Write::default();
    new_password(&mut write, person.id, hash);
    note(app, &mut write, (person.id, from), OwnChange::of(Action::PasswordChanged));
    let shown = Shown::Anew(person.strength);
    sign_in::begin(app, now, write, (person.id, from, shown)).await.map(Some)
}

/// Puts a new password in the place of the old one: sessions, who is awaited and links for a lost one go with it.
pub(super) fn new_password(write: &mut Write, person: i64, hash: String) {
    write.step(&PASSWORD_SET, vec![("id", person.into()), ("password", hash.into())]);
    write.step(&SESSIONS_END, vec![("person", person.into()), ("but", 0.into())]);
    sign_in::none_awaited(write, person);
    reset::clear(write, person);
}

/// A session as its person sees it.
pub struct Session {
    pub id: i64,
    pub address: String,
    pub agent: String,
    pub created: At,
    pub used: At,
}

/// A person's sessions, the one that was used last first.
///
/// # Errors
/// As [`Store::read`].
pub async fn sessions(store: &Store, now: At, person: i64) -> Result<Vec<Session>, StoreError> {
    let (oldest, idle) = lasting(now);
    let params = [
        ("person", person.into()),
        ("oldest", oldest.into()),
        ("idle", idle.into()),
        ("limit", SESSIONS_MAX.into()),
    ];
    let read = |row: &Row| {
        Ok(Session {
            id: row.int(0)?,
            address: row.text(1)?.to_owned(),
            agent: row.text(2)?.to_owned(),
            created: At(row.int(3)?),
            used: At(row.int(4)?),
        })
    };
    store.read(&SESSIONS, &params).await?.iter().map(read).collect()
}

/// Ends one session of the person; false when there is none of this id.
///
/// # Errors
/// As [`Store::write`].
pub async fn session_end(app: &App, person: &Person, id: i64, from: &From<'_>) -> Result<bool, StoreError> {
    let mut write = Write::default();
    let params = vec![("id", id.into()), ("person", person.id.into())];
    write.step_expecting(1, "there is no such session", &SESSION_OWN_END, params);
    let object = Some(Noun::Session.show(id));
    note(app, &mut write, (person.id, from), OwnChange { object, ..OwnChange::of(Action::SessionEnded) });
    match app.store.write(write).await {
        Ok(_) => Ok(true),
        Err(StoreError::Conflict(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Ends every session of the person but the one that asks.
///
/// # Errors
/// As [`Store::write`].
pub async fn sessions_end_others(app: &App, person: &Person, from: &From<'_>) -> Result<(), StoreError> {
    let mut write = Write::default();
    end_others(&mut write, person);
    note(app, &mut write, (person.id, from), OwnChange::of(Action::OtherSessionsEnded));
    app.store.write(write).await.map(drop)
}

/// Ends every session of the person but the one that asks.
pub(super) fn end_others(write: &mut Write, person: &Person) {
    write.step(&SESSIONS_END, vec![("person", person.id.into()), ("but", person.session.into())]);
}
