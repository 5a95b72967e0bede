//! The first start: the code that opens it, and the owner whom it makes.

use ::console::format::time::Zone;
use ::console::screen::setup::Mistakes;
use ::console::words::{Locale, Word};
use mail::{Address, At};
use serde_json::json;
use store::{Store, StoreError, Write, query};

use super::account::{name_mistake, password_mistake};
use super::password::Busy;
use super::permission::Role;
use super::{member_row, new_person, nobody};
use crate::app::App;
use crate::feature::access::{self, DEFAULT_WORKSPACE};
use crate::feature::audit;
use crate::id::{Mint, Noun};
use crate::naming::is_name;

query!(PERSON_FIRST, "queries/person_first.sql");

const TITLE_CHARS_MAX: usize = 60;

/// What the form says.
#[derive(serde::Deserialize, Default, Clone)]
#[serde(default)]
pub struct Asked {
    pub code: String,
    pub name: String,
    pub email: String,
    pub password: String,
    pub workspace: String,
    pub zone: String,
}

/// What became of it.
pub enum Outcome {
    /// The person's id, and the workspace's.
    Made {
        person: i64,
        workspace: i64,
    },
    Mistaken(Mistakes),
    /// There is somebody already.
    Late,
    Busy,
}

/// Whether a code opens the set-up now. The comparison takes the same time whatever is wrong.
///
/// # Errors
/// As [`store::Store::read`].
pub async fn opens(app: &App, code: &str) -> Result<bool, StoreError> {
    let right = app.people.first_run.as_bytes();
    let same = aws_lc_rs::constant_time::verify_slices_are_equal(code.as_bytes(), right).is_ok();
    Ok(nobody(&app.store).await? && same)
}

/// The path of the set-up with its code; none when there is somebody.
///
/// # Errors
/// As [`store::Store::read`].
pub async fn path(app: &App) -> Result<Option<String>, StoreError> {
    Ok(nobody(&app.store).await?.then(|| format!("/setup?code={}", app.people.first_run)))
}

/// Whether people may call a workspace so.
#[must_use]
pub fn title_ok(title: &str) -> bool {
    is_name(title, TITLE_CHARS_MAX)
}

/// Reads the form: pure.
fn mistakes(asked: &Asked) -> Mistakes {
    Mistakes {
        name: name_mistake(&asked.name),
        email: Address::parse(asked.email.trim()).err().map(|_| Word("mistake-email")),
        password: password_mistake(&asked.password),
        workspace: (!title_ok(&asked.workspace)).then_some(Word("mistake-workspace")),
    }
}

/// Makes the first owner, who is the installation's operator too, and names the workspace.
///
/// # Errors
/// As [`store::Store::write`].
pub async fn make(
    app: &App,
    now: At,
    asked: &Asked,
    (locale, address): (Locale, &str),
) -> Result<Outcome, StoreError> {
    let wrong = mistakes(asked);
    let Ok(email) = Address::parse(asked.email.trim()) else { return Ok(Outcome::Mistaken(wrong)) };
    if !wrong.none() {
        return Ok(Outcome::Mistaken(wrong));
    }
    let password = match app.people.hashing.make(asked.password.clone()).await {
        Ok(password) => password,
        Err(Busy) => return Ok(Outcome::Busy),
    };
    let snapshot = app.directory.snapshot();
    let first = snapshot.workspace_by_name(DEFAULT_WORKSPACE);
    let Some(workspace) = first.or_else(|| snapshot.workspaces.values().min_by_key(|one| one.id)) else {
        return Ok(Outcome::Late);
    };
    let (id, title) = (app.mint.next(now), asked.workspace.trim());
    let zone = if Zone::known(&asked.zone) { &*asked.zone } else { "UTC" };
    let mut write = Write::default();
    let own = (&*email.folded(), asked.name.trim(), &*password);
    let params = new_person((id, now), own, (locale.tag(), zone));
    write.step_expecting(1, "there is somebody already", &PERSON_FIRST, params);
    member_row(&mut write, id, workspace.id, Role::Owner);
    access::admin::workspace_title(&mut write, workspace.id, title);
    let entry = audit::Entry {
        workspace: Some(workspace.id),
        person: id,
        address,
        action: audit::Action::InstallationSetUp,
        object: Noun::Workspace.show(workspace.id),
        before: Some(json!({ "title": &*workspace.title })),
        after: Some(json!({ "title": title, "owner": email.folded() })),
    };
    audit::note(&mut write, (&app.mint, now), entry);
    match app.store.write(write).await {
        Ok(_) => {
            app.directory.reload(&app.store).await?;
            Ok(Outcome::Made { person: id, workspace: workspace.id })
        }
        Err(StoreError::Conflict(_)) => Ok(Outcome::Late),
        Err(error) => Err(error),
    }
}

/// Makes the first owner, the installation's operator too, of a workspace that was made for the purpose; gives the id.
///
/// # Errors
/// `Conflict` when there is somebody; as [`store::Store::write`].
pub async fn first_add(
    store: &Store,
    (mint, now): (&Mint, At),
    (email, name, password): (&str, &str, &str),
    workspace: i64,
) -> Result<i64, StoreError> {
    let id = mint.next(now);
    let mut write = Write::default();
    let params = new_person((id, now), (email, name, password), ("", "UTC"));
    write.step_expecting(1, "there is somebody already", &PERSON_FIRST, params);
    member_row(&mut write, id, workspace, Role::Owner);
    store.write(write).await?;
    Ok(id)
}
