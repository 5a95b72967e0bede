//! Whether somebody still may, asked again while an answer lasts: a stream of news, a table of a million lines.
//!
//! Guarantee: whoever signed out, was taken out, or lost a role is told nothing more after [`SESSION_EVERY`].

use std::time::Duration;

use mail::At;
use store::StoreError;

use super::screen::Member;
use crate::app::App;
use crate::feature::person;
use crate::feature::person::permission::{Needs, Permission};

/// How often it is asked whether the session lasts.
const SESSION_EVERY: Duration = Duration::from_secs(5);

/// Whose answer it is.
pub struct Watch {
    session: String,
    permission: Permission,
    workspace: i64,
    /// When the session was looked at last.
    looked: At,
}

impl Watch {
    #[must_use]
    pub fn of<P: Needs>(who: &Member<P>, app: &App) -> Watch {
        let session = who.visit.session.as_deref().unwrap_or_default();
        Watch::new((session, who.workspace.id), P::PERMISSION, app.now())
    }

    pub(super) fn new((session, workspace): (&str, i64), permission: Permission, looked: At) -> Watch {
        Watch { session: session.to_owned(), permission, workspace, looked }
    }

    #[must_use]
    pub fn workspace(&self) -> i64 {
        self.workspace
    }

    /// Whether the answer may go on.
    ///
    /// # Errors
    /// As [`store::Store::read`].
    pub async fn holds(&mut self, app: &App) -> Result<bool, StoreError> {
        let now = app.now();
        if now < self.looked.after(SESSION_EVERY) {
            return Ok(true);
        }
        self.looked = now;
        let person = person::seen(&app.store, now, &self.session).await?;
        let snapshot = app.directory.snapshot();
        let place = snapshot.workspaces.get(&self.workspace);
        let person = person.filter(|(person, _)| place.is_some_and(|place| person.may_enter(place)));
        let role = person.and_then(|(person, _)| person.role(self.workspace));
        Ok(role.is_some_and(|role| role.may(self.permission)))
    }
}
