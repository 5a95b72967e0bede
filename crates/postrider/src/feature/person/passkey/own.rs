//! The passkeys that somebody has: listed, removed; and what they make of sessions.
//!
//! Guarantee: a session that was begun with the password alone changes nothing of the factors of a person who has one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mail::At;
use store::{Row, Store, StoreError, Write, query};

use crate::app::App;
use crate::feature::audit::Action;
use crate::feature::person::account::{self, OwnChange};
use crate::feature::person::second_factor::{self, Standing};
use crate::feature::person::sign_in::From;
use crate::feature::person::{Person, Strength};
use crate::id::Noun;

query!(PASSKEYS, "../queries/passkeys.sql");
query!(PASSKEY_REMOVE, "../queries/passkey_remove.sql");
query!(PASSKEYS_CLEAR, "../queries/passkeys_clear.sql");
query!(SESSION_STRONG, "../queries/session_strong.sql");
query!(SESSIONS_WEAK, "../queries/sessions_weak.sql");

/// Whether the factors of a person may be changed by this session.
///
/// # Errors
/// As [`Store::read`].
pub async fn may_change(store: &Store, person: &Person) -> Result<bool, StoreError> {
    if person.strength == Strength::TwoFactors {
        return Ok(true);
    }
    let has_codes = matches!(second_factor::standing(store, person.id).await?, Standing::On { .. });
    Ok(!has_codes && passkeys(store, person.id).await?.is_empty())
}

/// A passkey as its person sees it.
pub struct Listed {
    pub id: i64,
    pub name: String,
    /// As authenticators name it.
    pub credential: String,
    pub created: At,
    pub used: Option<At>,
}

/// A person's passkeys, the oldest first: as many as there may be.
///
/// # Errors
/// As [`Store::read`].
pub async fn passkeys(store: &Store, person: i64) -> Result<Vec<Listed>, StoreError> {
    let read = |row: &Row| {
        Ok(Listed {
            id: row.int(0)?,
            name: row.text(1)?.to_owned(),
            credential: URL_SAFE_NO_PAD.encode(row.blob(2)?),
            created: At(row.int(3)?),
            used: row.int_or_null(4)?.map(At),
        })
    };
    store.read(&PASSKEYS, &[("person", person.into())]).await?.iter().map(read).collect()
}

/// Removes one of the person's passkeys; false when there is none of this id.
///
/// # Errors
/// As [`Store::write`].
pub async fn remove(
    app: &App,
    (person, one): (&Person, &Listed),
    from: &From<'_>,
) -> Result<bool, StoreError> {
    let mut write = Write::default();
    let params = vec![("id", one.id.into()), ("person", person.id.into())];
    write.step_expecting(1, "there is no such passkey", &PASSKEY_REMOVE, params);
    weaken(&mut write, person.id);
    let change = OwnChange {
        object: Some(Noun::Passkey.show(one.id)),
        before: Some(serde_json::json!({ "name": one.name })),
        ..OwnChange::of(Action::PasskeyRemoved)
    };
    account::note(app, &mut write, (person.id, from), change);
    match app.store.write(write).await {
        Ok(_) => Ok(true),
        Err(StoreError::Conflict(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Removes all passkeys of somebody who lost them.
pub fn clear(write: &mut Write, person: i64) {
    write.step(&PASSKEYS_CLEAR, vec![("person", person.into())]);
    weaken(write, person);
}

/// Somebody set up a second factor in this session: it has shown one, and every other session, which may be a thief's, ends.
pub(in crate::feature::person) fn strengthen(write: &mut Write, person: &Person) {
    write.step(&SESSION_STRONG, vec![("id", person.session.into())]);
    account::end_others(write, person);
}

/// A second factor went: where it was the last, nobody has shown one.
pub(in crate::feature::person) fn weaken(write: &mut Write, person: i64) {
    write.step(&SESSIONS_WEAK, vec![("person", person.into())]);
}
