//! Making, changing and publishing templates.

use content::{Compiled, Source};
use mail::At;
use store::{Row, Store, StoreError, Write, query};

use crate::http::page::{Page, paged};
use crate::id::{Mint, Noun};

query!(ADD, "queries/add.sql");
query!(FIND, "queries/find.sql");
query!(CHANGE, "queries/change.sql");
query!(REMOVE, "queries/remove.sql");
query!(VERSION_ADD, "queries/version_add.sql");
query!(VERSION_SET, "queries/version_set.sql");
paged!(LIST, "queries/list.sql");
paged!(STANDING, "queries/standing.sql");
paged!(VERSIONS, "queries/versions.sql");
query!(VERSIONS_REMOVE, "queries/versions_remove.sql");
query!(VERSION_SOURCE, "queries/version_source.sql");

/// Characters of a draft that a list reads. Reason: fifty of them are in memory at once.
const DRAFT_READ_MAX: i64 = 128 * 1024;

/// A template with its draft.
#[derive(Clone, Debug)]
pub struct Template {
    pub id: i64,
    pub key: String,
    pub name: String,
    pub draft: Source,
    /// The newest published version.
    pub version: Option<i64>,
    pub created: At,
    pub updated: At,
}

/// A template as a list shows it.
pub struct Listed {
    pub id: i64,
    pub key: String,
    pub name: String,
    pub version: Option<i64>,
    pub created: At,
    pub updated: At,
}

/// A template as people's list shows it: with where its draft stands.
pub struct Standing {
    pub listed: Listed,
    /// When its newest version was published.
    pub published: Option<At>,
    /// Whether the draft is not what was published last.
    pub differs: bool,
    /// None of a draft that is longer than a list reads.
    pub draft: Option<Source>,
}

/// A published version as a list shows it.
pub struct Version {
    pub id: i64,
    pub number: i64,
    pub created: At,
}

/// How a request names a template: by its id or by its key.
#[derive(Clone, PartialEq, Eq, Debug, Hash)]
pub struct Named {
    pub id: i64,
    pub key: String,
}

impl Named {
    #[must_use]
    pub fn read(text: &str) -> Named {
        // No template has the id 0.
        Named { id: Noun::Template.read(text).unwrap_or(0), key: text.to_owned() }
    }
}

/// What a new template has.
pub struct New<'a> {
    pub workspace: i64,
    pub key: &'a str,
    pub name: &'a str,
    pub draft: &'a Source,
}

fn json(source: &Source) -> String {
    serde_json::to_string(source).expect("invariant: a source holds only texts and JSON")
}

fn broken(column: &str) -> StoreError {
    StoreError::Broken { query: column.into(), reason: "holds what no version of Postrider wrote".into() }
}

/// Makes a template; gives its id.
///
/// # Errors
/// `Conflict` when the workspace has the key; as [`Store::write`].
pub async fn template_add(store: &Store, made: (&Mint, At), new: New<'_>) -> Result<i64, StoreError> {
    let (id, write) = add_rows(made, &new);
    store.write(write).await?;
    Ok(id)
}

/// The rows of a new template, and its id: a conflict when the workspace has the key.
#[must_use]
pub fn add_rows((mint, now): (&Mint, At), new: &New<'_>) -> (i64, Write) {
    let id = mint.next(now);
    let params = vec![
        ("id", id.into()),
        ("workspace", new.workspace.into()),
        ("key", new.key.to_owned().into()),
        ("name", new.name.to_owned().into()),
        ("draft", json(new.draft).into()),
        ("now", now.0.into()),
    ];
    let mut write = Write::default();
    write.step_expecting(1, "the workspace has a template with this key already", &ADD, params);
    (id, write)
}

/// One template of a workspace.
///
/// # Errors
/// As [`Store::read`].
pub async fn template_one(
    store: &Store,
    workspace: i64,
    named: &Named,
) -> Result<Option<Template>, StoreError> {
    let params =
        [("workspace", workspace.into()), ("id", named.id.into()), ("key", named.key.clone().into())];
    let rows = store.read(&FIND, &params).await?;
    rows.first().map(read).transpose()
}

fn read(row: &Row) -> Result<Template, StoreError> {
    Ok(Template {
        id: row.int(0)?,
        key: row.text(1)?.to_owned(),
        name: row.text(2)?.to_owned(),
        draft: serde_json::from_str(row.text(3)?).map_err(|_| broken("template.draft"))?,
        version: row.int_or_null(4)?,
        created: At(row.int(5)?),
        updated: At(row.int(6)?),
    })
}

/// The rows of a page of a workspace's templates, newest first.
///
/// # Errors
/// As [`Store::read`].
pub async fn template_list(store: &Store, workspace: i64, page: Page) -> Result<Vec<Listed>, StoreError> {
    let params = vec![("workspace", workspace.into())];
    let listed = |row: &Row| {
        Ok(Listed {
            id: row.int(0)?,
            key: row.text(1)?.to_owned(),
            name: row.text(2)?.to_owned(),
            version: row.int_or_null(3)?,
            created: At(row.int(4)?),
            updated: At(row.int(5)?),
        })
    };
    LIST.read(store, page, params).await?.iter().map(listed).collect()
}

/// As [`template_list`], with where each draft stands.
///
/// # Errors
/// As [`Store::read`].
pub async fn template_standing(
    store: &Store,
    workspace: i64,
    page: Page,
) -> Result<Vec<Standing>, StoreError> {
    let params = vec![("workspace", workspace.into()), ("read_max", DRAFT_READ_MAX.into())];
    let standing = |row: &Row| {
        let draft = row.text_or_null(8)?.map(serde_json::from_str).transpose();
        Ok(Standing {
            listed: Listed {
                id: row.int(0)?,
                key: row.text(1)?.to_owned(),
                name: row.text(2)?.to_owned(),
                version: row.int_or_null(3)?,
                created: At(row.int(4)?),
                updated: At(row.int(5)?),
            },
            published: row.int_or_null(6)?.map(At),
            differs: row.int(7)? != 0,
            draft: draft.map_err(|_| broken("template.draft"))?,
        })
    };
    STANDING.read(store, page, params).await?.iter().map(standing).collect()
}

/// Stores a template's key, name and draft as they are now; whoever changed it in between is not overwritten.
///
/// # Errors
/// `Conflict`; as [`Store::write`].
pub async fn template_change(
    store: &Store,
    now: At,
    workspace: i64,
    changed: &Template,
) -> Result<(), StoreError> {
    store.write(change_rows(now, workspace, changed)).await.map(drop)
}

/// The rows of a change: a conflict when it was changed after it was read as `changed`.
#[must_use]
pub fn change_rows(now: At, workspace: i64, changed: &Template) -> Write {
    let params = vec![
        ("workspace", workspace.into()),
        ("id", changed.id.into()),
        ("key", changed.key.clone().into()),
        ("name", changed.name.clone().into()),
        ("draft", json(&changed.draft).into()),
        // Later than what was seen, also when the clock stands still.
        ("now", now.0.max(changed.updated.0 + 1).into()),
        ("seen", changed.updated.0.into()),
    ];
    let mut write = Write::default();
    write.step_expecting(1, "the template was changed at the same moment: read it again", &CHANGE, params);
    write
}

/// Removes a template with its versions. What was sent with it stays.
///
/// # Errors
/// As [`Store::write`].
pub async fn template_remove(store: &Store, workspace: i64, id: i64) -> Result<(), StoreError> {
    store.write(remove_rows(workspace, id)).await.map(drop)
}

/// The rows that go with a template.
#[must_use]
pub fn remove_rows(workspace: i64, id: i64) -> Write {
    let mut write = Write::default();
    write.step(&VERSIONS_REMOVE, vec![("workspace", workspace.into()), ("template", id.into())]);
    write.step(&REMOVE, vec![("workspace", workspace.into()), ("id", id.into())]);
    write
}

/// Adds the next version; gives its number.
///
/// # Errors
/// `Conflict` when somebody else published at the same moment; as [`Store::write`].
pub async fn version_add(
    store: &Store,
    made: (&Mint, At),
    of: (i64, &Template),
    compiled: &Compiled,
) -> Result<i64, StoreError> {
    let (number, write) = version_rows(made, of, compiled);
    store.write(write).await?;
    Ok(number)
}

/// The rows of the next version, and its number: a conflict when somebody else published meanwhile.
#[must_use]
pub fn version_rows(
    (mint, now): (&Mint, At),
    (workspace, template): (i64, &Template),
    compiled: &Compiled,
) -> (i64, Write) {
    const WHY: &str = "the template was published at the same moment: read it again";
    let number = template.version.unwrap_or(0) + 1;
    let compiled =
        serde_json::to_string(compiled).expect("invariant: what is compiled holds only texts and JSON");
    let of = [("workspace", workspace.into()), ("template", template.id.into()), ("number", number.into())];
    let mut add = of.to_vec();
    add.extend([
        ("id", mint.next(now).into()),
        ("source", json(&template.draft).into()),
        ("compiled", compiled.into()),
        ("now", now.0.into()),
    ]);
    let mut write = Write::default();
    write.step_expecting(1, WHY, &VERSION_ADD, add);
    write.step_expecting(1, WHY, &VERSION_SET, of.to_vec());
    (number, write)
}

/// The rows of a page of a template's versions, newest first.
///
/// # Errors
/// As [`Store::read`].
pub async fn version_list(
    store: &Store,
    (workspace, template): (i64, i64),
    page: Page,
) -> Result<Vec<Version>, StoreError> {
    let params = vec![("workspace", workspace.into()), ("template", template.into())];
    let listed = |row: &Row| Ok(Version { id: row.int(0)?, number: row.int(1)?, created: At(row.int(2)?) });
    VERSIONS.read(store, page, params).await?.iter().map(listed).collect()
}

/// The source of a published version.
///
/// # Errors
/// As [`Store::read`].
pub async fn version_source(
    store: &Store,
    (workspace, template): (i64, i64),
    number: i64,
) -> Result<Option<Source>, StoreError> {
    let params = [("workspace", workspace.into()), ("template", template.into()), ("number", number.into())];
    let rows = store.read(&VERSION_SOURCE, &params).await?;
    let source =
        |row: &Row| serde_json::from_str(row.text(0)?).map_err(|_| broken("template_version.source"));
    rows.first().map(source).transpose()
}
