//! Making, listing and revoking keys.

use mail::At;
use serde_json::json;
use store::{Store, StoreError, Write, query};

use super::{Scope, digest_of, read_role};
use crate::feature::event::{self, By};
use crate::feature::person::permission::Role;
use crate::http::page::{Page, paged};
use crate::id::{Mint, Noun};

query!(KEY_ADD, "queries/key_add.sql");
query!(KEY_REVOKE, "queries/key_revoke.sql");
paged!(KEY_LIST, "queries/key_list.sql");
query!(KEY_NAMED, "queries/key_named.sql");
query!(KEY_ANY, "queries/key_any.sql");
query!(KEY_USED, "queries/key_used.sql");

/// What every key begins with, so that people and leak scanners know one when they see it.
pub const PREFIX: &str = "pr_";
/// Letters of a key that may be shown after its creation.
const SHOWN: usize = 11;

/// A key that was just made: the only moment at which its text is known.
pub struct NewKey {
    pub id: i64,
    pub text: String,
}

/// What a new key may do.
pub struct Grant<'a> {
    pub workspace: i64,
    pub name: &'a str,
    pub scope: Scope,
    pub domain: Option<i64>,
    /// Whose permissions are granted at most: the role of the person who makes it, or that of the key that does. None: nobody's.
    pub role: Option<Role>,
    /// Who makes it.
    pub by: By,
}

/// Makes a key from 160 random bits.
///
/// # Errors
/// As [`Store::write`].
pub async fn key_add(store: &Store, mint: &Mint, now: At, grant: Grant<'_>) -> Result<NewKey, StoreError> {
    let (key, write) = key_made(mint, now, grant);
    store.write(write).await?;
    Ok(key)
}

/// As [`key_add`], for who commits it with more.
#[must_use]
pub fn key_made(mint: &Mint, now: At, grant: Grant<'_>) -> (NewKey, Write) {
    let id = mint.next(now);
    let text = format!("{PREFIX}{}", random_letters());
    let mut write = Write::default();
    let params = vec![
        ("id", id.into()),
        ("workspace", grant.workspace.into()),
        ("name", grant.name.to_owned().into()),
        ("digest", digest_of(&text).to_vec().into()),
        ("shown", text[..SHOWN].to_owned().into()),
        ("scope", grant.scope.as_str().into()),
        ("domain", grant.domain.into()),
        ("role", grant.role.map(Role::as_str).into()),
        ("now", now.0.into()),
    ];
    write.step(&KEY_ADD, params);
    let told = json!({
        "api_key_id": Noun::Key.show(id), "name": grant.name, "scope": grant.scope.as_str(),
        "domain_id": grant.domain.map(|id| Noun::Domain.show(id)),
    });
    event::note_change(&mut write, (now, grant.by), grant.workspace, event::Name::KeyCreated, told);
    (NewKey { id, text }, write)
}

fn random_letters() -> String {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut bytes = [0; 32];
    net::clock::random_bytes(&mut bytes);
    bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect()
}

/// Whether a key was ever made.
///
/// # Errors
/// As [`Store::read`].
pub async fn any_key(store: &Store) -> Result<bool, StoreError> {
    Ok(!store.read(&KEY_ANY, &[]).await?.is_empty())
}

/// Revokes a key; false when the workspace has no such key in force.
///
/// # Errors
/// As [`Store::write`].
pub async fn key_revoke(
    store: &Store,
    (now, by): (At, By),
    workspace: i64,
    id: i64,
) -> Result<bool, StoreError> {
    let Some(key) = key_find(store, workspace, id).await? else { return Ok(false) };
    match store.write(revoke_rows((now, by), workspace, &key)).await {
        Ok(_) => Ok(true),
        Err(StoreError::Conflict(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// As [`key_revoke`]; the write conflicts when the key is no longer in force.
#[must_use]
pub fn revoke_rows((now, by): (At, By), workspace: i64, key: &ListedKey) -> Write {
    let mut write = Write::default();
    let params = vec![("workspace", workspace.into()), ("id", key.id.into()), ("now", now.0.into())];
    write.step_expecting(1, "no such key", &KEY_REVOKE, params);
    let told = json!({ "api_key_id": Noun::Key.show(key.id), "name": key.name });
    event::note_change(&mut write, (now, by), workspace, event::Name::KeyRevoked, told);
    write
}

/// A key in force of a workspace.
///
/// # Errors
/// As [`Store::read`].
pub async fn key_find(store: &Store, workspace: i64, id: i64) -> Result<Option<ListedKey>, StoreError> {
    let listed = key_list(store, workspace, Page::only(id)).await?;
    Ok(listed.into_iter().find(|key| key.id == id))
}

/// A key as what it brought names it, in force or not.
pub struct NamedKey {
    pub name: String,
    pub shown: String,
    pub revoked: bool,
}

/// A key of a workspace, in force or not.
///
/// # Errors
/// As [`Store::read`].
pub async fn key_named(store: &Store, workspace: i64, id: i64) -> Result<Option<NamedKey>, StoreError> {
    let rows = store.read(&KEY_NAMED, &[("workspace", workspace.into()), ("id", id.into())]).await?;
    let read = |row: &store::Row| {
        Ok(NamedKey {
            name: row.text(0)?.to_owned(),
            shown: row.text(1)?.to_owned(),
            revoked: row.int_or_null(2)?.is_some(),
        })
    };
    rows.first().map(read).transpose()
}

/// A key as a list shows it.
pub struct ListedKey {
    pub id: i64,
    pub name: String,
    pub shown: String,
    pub scope: String,
    pub domain: Option<i64>,
    pub created: At,
    pub last_used: Option<At>,
    pub role: Option<Role>,
}

/// The rows of a page of a workspace's keys, newest first.
///
/// # Errors
/// As [`Store::read`].
pub async fn key_list(store: &Store, workspace: i64, page: Page) -> Result<Vec<ListedKey>, StoreError> {
    let read = |row: &store::Row| {
        Ok(ListedKey {
            id: row.int(0)?,
            name: row.text(1)?.to_owned(),
            shown: row.text(2)?.to_owned(),
            scope: row.text(3)?.to_owned(),
            domain: row.int_or_null(4)?,
            created: At(row.int(5)?),
            last_used: row.int_or_null(6)?.map(At),
            role: read_role(row, 7)?,
        })
    };
    let rows = KEY_LIST.read(store, page, vec![("workspace", workspace.into())]).await?;
    rows.iter().map(read).collect()
}

/// Remembers when keys were last used.
///
/// # Errors
/// As [`Store::write`].
pub async fn keys_used(store: &Store, used: impl Iterator<Item = (i64, At)>) -> Result<(), StoreError> {
    let mut write = Write::default();
    for (id, at) in used {
        write.step(&KEY_USED, vec![("id", id.into()), ("at", at.0.into())]);
    }
    store.write(write).await.map(drop)
}
