//! What connects a person to an account that an issuer keeps.
//!
//! Guarantee: an issuer's name for somebody is one person's, and a person has one of each issuer.

use mail::At;
use serde_json::json;
use store::{Row, Store, StoreError, Value, Write, query};

use super::issuer::Oidc;
use super::token::Said;
use crate::app::App;
use crate::feature::audit::Action;
use crate::feature::person::account::{self, OwnChange};
use crate::feature::person::sign_in::{self, From};
use crate::naming;

query!(IDENTITY_ADD, "../queries/identity_add.sql");
query!(IDENTITY_USED, "../queries/identity_used.sql");
query!(IDENTITY_PERSON, "../queries/identity_person.sql");
query!(IDENTITY_OF, "../queries/identity_of.sql");
query!(IDENTITY_REMOVE, "../queries/identity_remove.sql");

/// Octets of an address that is shown to its person.
const EMAIL_MAX: usize = 320;

/// An issuer's name for somebody, with the address by which people know the account there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Identity {
    pub issuer: String,
    pub subject: String,
    pub email: String,
}

impl Identity {
    pub(super) fn of(oidc: &Oidc, said: &Said) -> Identity {
        let email = said.email.clone().filter(|email| naming::is_name(email, EMAIL_MAX));
        Identity {
            issuer: oidc.issuer.as_str().to_owned(),
            subject: said.subject.clone(),
            email: email.unwrap_or_default(),
        }
    }

    /// Connects it to a person: the write conflicts where it is somebody's, or the person has another of this issuer.
    pub(in crate::feature::person) fn add(&self, write: &mut Write, now: At, person: i64) {
        write.step_expecting(1, "it is connected already", &IDENTITY_ADD, self.params(now, person));
    }

    /// Notes that the person came with it: the write conflicts where it is no more theirs.
    pub(in crate::feature::person) fn used(&self, write: &mut Write, now: At, person: i64) {
        write.step_expecting(1, "it is connected no more", &IDENTITY_USED, self.params(now, person));
    }

    /// Notes in the audit log that it was connected, and by what the person was known.
    pub(in crate::feature::person) fn note(
        &self,
        app: &App,
        write: &mut Write,
        (person, from): (i64, &From<'_>),
        by: &'static str,
    ) {
        let after = Some(json!({ "issuer": self.issuer, "account": self.email, "by": by }));
        account::note(
            app,
            write,
            (person, from),
            OwnChange { after, ..OwnChange::of(Action::OidcConnected) },
        );
    }

    fn params(&self, now: At, person: i64) -> Vec<(&'static str, Value)> {
        vec![
            ("issuer", self.issuer.clone().into()),
            ("subject", self.subject.clone().into()),
            ("email", self.email.clone().into()),
            ("person", person.into()),
            ("now", now.0.into()),
        ]
    }

    /// Whose it is.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub(in crate::feature::person) async fn person(&self, store: &Store) -> Result<Option<i64>, StoreError> {
        let params = [("issuer", self.issuer.clone().into()), ("subject", self.subject.clone().into())];
        store.read(&IDENTITY_PERSON, &params).await?.first().map(|row| row.int(0)).transpose()
    }
}

/// A connection as its person sees it.
pub struct Connected {
    pub email: String,
    pub since: At,
    pub used: Option<At>,
}

/// What a person has connected of this issuer.
///
/// # Errors
/// As [`Store::read`].
pub async fn connected(store: &Store, oidc: &Oidc, person: i64) -> Result<Option<Connected>, StoreError> {
    let read = |row: &Row| {
        let (email, since) = (row.text(0)?.to_owned(), At(row.int(1)?));
        Ok(Connected { email, since, used: row.int_or_null(2)?.map(At) })
    };
    let params = [("person", person.into()), ("issuer", oidc.issuer.as_str().to_owned().into())];
    store.read(&IDENTITY_OF, &params).await?.first().map(read).transpose()
}

/// Disconnects a person; false when nothing was connected.
///
/// # Errors
/// As [`Store::write`].
pub async fn disconnect(app: &App, oidc: &Oidc, person: i64, from: &From<'_>) -> Result<bool, StoreError> {
    let issuer = oidc.issuer.as_str();
    let mut write = Write::default();
    let params = vec![("person", person.into()), ("issuer", issuer.to_owned().into())];
    write.step_expecting(1, "nothing is connected", &IDENTITY_REMOVE, params);
    // Who came with it and still has to show a second factor came with something that is gone.
    sign_in::none_awaited(&mut write, person);
    let before = Some(json!({ "issuer": issuer }));
    account::note(
        app,
        &mut write,
        (person, from),
        OwnChange { before, ..OwnChange::of(Action::OidcDisconnected) },
    );
    match app.store.write(write).await {
        Ok(_) => Ok(true),
        Err(StoreError::Conflict(_)) => Ok(false),
        Err(error) => Err(error),
    }
}
