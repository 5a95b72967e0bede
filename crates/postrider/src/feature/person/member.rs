//! Members of a workspace: who they are, and what they may become.
//!
//! Guarantees
//! 1. A workspace always has an owner: the statements that change or remove one count the others, in turn.
//! 2. Whoever loses a role loses what they offered with it: their invitations into the workspace go in the same write.

use ::console::words::Locale;
use mail::At;
use store::{Row, Store, StoreError, Write, query};

use super::permission::Role;
use crate::http::page::{Page, paged};

paged!(MEMBER_LIST, "queries/member_list.sql");
query!(ALERTS_WANTED, "queries/alerts_wanted.sql");
query!(OPERATORS_TOLD, "queries/operators_told.sql");
query!(MEMBER_ONE, "queries/member_one.sql");
query!(MEMBER_ROLE, "queries/member_role.sql");
query!(MEMBER_REMOVE, "queries/member_remove.sql");
query!(INVITATION_CLEAR, "queries/invitation_clear.sql");

/// A person in a workspace.
pub struct Listed {
    pub id: i64,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub second_factor: bool,
    /// To the hour; none when no session is left to tell.
    pub seen: Option<At>,
}

/// Members of a workspace, those first who came last.
///
/// # Errors
/// As [`Store::read`].
pub async fn member_list(store: &Store, workspace: i64, page: Page) -> Result<Vec<Listed>, StoreError> {
    let rows = MEMBER_LIST.read(store, page, vec![("workspace", workspace.into())]).await?;
    rows.iter().map(listed).collect()
}

/// A member, if the person is one.
///
/// # Errors
/// As [`Store::read`].
pub async fn member_find(store: &Store, workspace: i64, person: i64) -> Result<Option<Listed>, StoreError> {
    let params = [("workspace", workspace.into()), ("person", person.into())];
    store.read(&MEMBER_ONE, &params).await?.first().map(listed).transpose()
}

fn listed(row: &Row) -> Result<Listed, StoreError> {
    Ok(Listed {
        id: row.int(0)?,
        name: row.text(1)?.to_owned(),
        email: row.text(2)?.to_owned(),
        role: super::role(row.text(3)?)?,
        second_factor: row.int(4)? > 0,
        seen: row.int_or_null(5)?.map(At),
    })
}

/// Members who are told by mail at most. Reason: a mail to each in one round.
const TOLD_MAX: i64 = 200;

/// Somebody who is told by mail of what needs somebody.
pub struct Told {
    pub id: i64,
    pub email: String,
    pub locale: Locale,
    /// As whom.
    pub standing: Standing,
}

/// As whom somebody is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    Member(Role),
    /// Of the installation.
    Operator,
}

/// Members of a workspace who want mail of what needs somebody: who said so, and of those who said nothing owners and admins.
///
/// # Errors
/// As [`Store::read`].
pub async fn alerts_wanted(store: &Store, workspace: i64) -> Result<Vec<Told>, StoreError> {
    let params = [("workspace", workspace.into()), ("limit", TOLD_MAX.into())];
    let read = |row: &Row| {
        let standing = Standing::Member(super::role(row.text(3)?)?);
        Ok(Told { id: row.int(0)?, email: row.text(1)?.to_owned(), locale: locale(row.text(2)?), standing })
    };
    store.read(&ALERTS_WANTED, &params).await?.iter().map(read).collect()
}

/// Operators of the installation who want mail of what needs somebody: all who did not refuse it.
///
/// # Errors
/// As [`Store::read`].
pub async fn operators_told(store: &Store) -> Result<Vec<Told>, StoreError> {
    let read = |row: &Row| {
        let (email, locale) = (row.text(1)?.to_owned(), locale(row.text(2)?));
        Ok(Told { id: row.int(0)?, email, locale, standing: Standing::Operator })
    };
    store.read(&OPERATORS_TOLD, &[("limit", TOLD_MAX.into())]).await?.iter().map(read).collect()
}

fn locale(text: &str) -> Locale {
    Locale::parse(text).unwrap_or(Locale::En)
}

/// Gives a member another role. The write conflicts when the member has none or another by now, or is the last owner.
#[must_use]
pub fn role_rows(workspace: i64, member: &Listed, role: Role) -> Write {
    let mut write = super::in_turn();
    let params = vec![
        ("person", member.id.into()),
        ("workspace", workspace.into()),
        ("before", member.role.as_str().into()),
        ("role", role.as_str().into()),
    ];
    write.step_expecting(1, "the last owner stays", &MEMBER_ROLE, params);
    clear(&mut write, workspace, member);
    write
}

/// Takes a member out. The write conflicts as that of [`role_rows`] does.
#[must_use]
pub fn remove_rows(workspace: i64, member: &Listed) -> Write {
    let mut write = super::in_turn();
    let params = vec![
        ("person", member.id.into()),
        ("workspace", workspace.into()),
        ("before", member.role.as_str().into()),
    ];
    write.step_expecting(1, "the last owner stays", &MEMBER_REMOVE, params);
    clear(&mut write, workspace, member);
    write
}

fn clear(write: &mut Write, workspace: i64, member: &Listed) {
    let params = vec![("workspace", workspace.into()), ("person", member.id.into())];
    write.step(&INVITATION_CLEAR, params);
}
