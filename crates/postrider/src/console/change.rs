//! What a member changes: committed with its line in the audit log.

use serde_json::Value;
use store::{Committed, StoreError, Write};

use super::screen::Member;
use crate::app::App;
use crate::feature::audit::{self, Action};
use crate::feature::event::By;

/// What a change is about.
pub struct Change {
    pub action: Action,
    /// The text form of an id, or a name.
    pub object: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

impl<P> Member<P> {
    /// As events name who did it.
    #[must_use]
    pub fn by(&self) -> By {
        By::Person(self.person.id)
    }

    /// Puts who asked for a change into its write.
    pub fn note(&self, app: &App, write: &mut Write, change: Change) {
        let address = self.visit.from().shown();
        let Change { action, object, before, after } = change;
        let workspace = Some(self.workspace.id);
        let entry = audit::Entry {
            workspace,
            person: self.person.id,
            address: &address,
            action,
            object,
            before,
            after,
        };
        audit::note(write, (&app.mint, app.now()), entry);
    }

    /// Commits `write` and who asked for it, both or none. None when the write conflicts: what it needs is gone, or what it
    /// makes is there.
    ///
    /// # Errors
    /// As [`store::Store::write`].
    pub async fn commit(
        &self,
        app: &App,
        mut write: Write,
        change: Change,
    ) -> Result<Option<Committed>, StoreError> {
        self.note(app, &mut write, change);
        match app.store.write(write).await {
            Ok(committed) => Ok(Some(committed)),
            Err(StoreError::Conflict(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
