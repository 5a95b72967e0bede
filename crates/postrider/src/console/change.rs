//! What a member changes: committed with its line in the audit log.

use serde_json::Value;
use store::{Committed, StoreError, Write};

use super::screen::{Member, Operator};
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

impl Operator {
    /// As events name who did it.
    #[must_use]
    pub fn by(&self) -> By {
        By::Person(self.person.id)
    }

    /// Commits a change of a workspace and who asked for it, as [`Member::commit`].
    ///
    /// # Errors
    /// As [`store::Store::write`].
    pub async fn commit(
        &self,
        app: &App,
        write: Write,
        (workspace, change): (i64, Change),
    ) -> Result<Option<Committed>, StoreError> {
        let address = self.visit.from().shown();
        committed(app, write, (workspace, self.person.id, &address), change).await
    }
}

/// Adds a change's line to `write`.
fn note(app: &App, write: &mut Write, (workspace, person, address): (i64, i64, &str), change: Change) {
    let Change { action, object, before, after } = change;
    let workspace = Some(workspace);
    let entry = audit::Entry { workspace, person, address, action, object, before, after };
    audit::note(write, (&app.mint, app.now()), entry);
}

/// Adds a change's line to `write` and commits both.
async fn committed(
    app: &App,
    mut write: Write,
    by: (i64, i64, &str),
    change: Change,
) -> Result<Option<Committed>, StoreError> {
    note(app, &mut write, by, change);
    match app.store.write(write).await {
        Ok(committed) => Ok(Some(committed)),
        Err(StoreError::Conflict(_)) => Ok(None),
        Err(error) => Err(error),
    }
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
        note(app, write, (self.workspace.id, self.person.id, &address), change);
    }

    /// Commits `write` and who asked for it, both or none. None when the write conflicts: what it needs is gone, or what it
    /// makes is there.
    ///
    /// # Errors
    /// As [`store::Store::write`].
    pub async fn commit(
        &self,
        app: &App,
        write: Write,
        change: Change,
    ) -> Result<Option<Committed>, StoreError> {
        let address = self.visit.from().shown();
        committed(app, write, (self.workspace.id, self.person.id, &address), change).await
    }
}
