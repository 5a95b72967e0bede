//! Adding, removing and listing suppressions.

use std::collections::HashSet;

use mail::{Address, At};
use serde_json::json;
use store::{Committed, Row, Store, StoreError, Write, query};

use super::{Filter, Reason};
use crate::feature::access::Key;
use crate::feature::event::{self, By};
use crate::feature::person::permission::Role;
use crate::http::page::{Page, paged};
use crate::id::{Mint, Noun};

query!(ADD, "queries/add.sql");
paged!(LIST, "queries/list.sql");
paged!(LIST_OF_REASON, "queries/list_of_reason.sql");
query!(FIND, "queries/find.sql");
query!(COUNT, "queries/count.sql");
query!(FIND_BY_ID, "queries/find_by_id.sql");
query!(REMOVE_BY_ID, "queries/remove_by_id.sql");

/// One new suppression.
pub struct Suppress<'a> {
    pub workspace: i64,
    /// 0 for the whole workspace.
    pub stream: i64,
    pub address: &'a Address,
    pub reason: Reason,
    pub by: By,
    /// The reply or the report that caused it.
    pub evidence: Option<String>,
}

/// Adds the suppression to a write. Whoever commits the write must then tell the [`Filter`].
pub fn suppress(write: &mut Write, mint: &Mint, now: At, new: Suppress<'_>) {
    let delivery = match new.by {
        By::Delivery(id) => Some(id),
        By::Key(_) | By::Operator | By::Person(_) => None,
    };
    let told = json!({
        "email": new.address.folded(), "reason": new.reason.as_str(),
        "stream_id": (new.stream > 0).then(|| Noun::Stream.show(new.stream)),
    });
    let params = vec![
        ("id", mint.next(now).into()),
        ("workspace", new.workspace.into()),
        ("stream", new.stream.into()),
        ("address", new.address.folded().into()),
        ("reason", new.reason.as_str().into()),
        ("delivery", delivery.into()),
        ("evidence", new.evidence.into()),
        ("now", now.0.into()),
    ];
    write.step(&ADD, params);
    event::note_change(write, (now, new.by), new.workspace, event::Name::SuppressionAdded, told);
}

/// Suppresses addresses of one workspace, all or none; those that are suppressed already stay as they are. Gives how
/// many are new.
///
/// # Errors
/// As [`Store::write`].
pub async fn suppression_add(
    store: &Store,
    filter: &Filter,
    (mint, now): (&Mint, At),
    new: Vec<Suppress<'_>>,
) -> Result<usize, StoreError> {
    // Before the write, because one whose answer is lost may be stored all the same; a hash too many costs a look-up.
    new.iter().for_each(|new| filter.add(new.workspace, &new.address.folded()));
    let mut write = Write::default();
    new.into_iter().for_each(|new| suppress(&mut write, mint, now, new));
    let committed = store.write(write).await?;
    Ok(rows_of(&committed))
}

/// Every suppression of the addresses.
///
/// # Errors
/// As [`Store::read`].
pub async fn suppression_of(
    store: &Store,
    workspace: i64,
    addresses: &[Address],
) -> Result<Vec<Listed>, StoreError> {
    let mut found = Vec::new();
    for address in addresses {
        found.extend(suppression_find(store, workspace, address).await?);
    }
    Ok(found)
}

/// Lifts these suppressions, and no other of the same addresses, in one transaction with what `note` adds; gives those that were
/// lifted. Whoever looked whether they may be lifted hands over what was looked at. What somebody else lifted just then is neither
/// told nor given.
///
/// # Errors
/// As [`Store::write`]: nothing was lifted.
pub async fn lift_those(
    store: &Store,
    (now, by): (At, By),
    (workspace, mut listed): (i64, Vec<Listed>),
    note: impl Fn(&mut Write, &[Listed]),
) -> Result<Vec<Listed>, StoreError> {
    // Whoever names one twice means it once.
    let mut known = HashSet::new();
    listed.retain(|one| known.insert(one.id));
    while !listed.is_empty() {
        let mut write = Write::default();
        listed.iter().for_each(|one| lift_into(&mut write, (now, by), workspace, one));
        note(&mut write, &listed);
        match store.write(write).await {
            Ok(_) => break,
            Err(StoreError::Conflict(why)) => {
                let before = listed.len();
                listed = still_there(store, workspace, listed).await?;
                // What is gone does not come back under its id, so this ends.
                if listed.len() == before {
                    return Err(StoreError::Conflict(why));
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(listed)
}

async fn still_there(store: &Store, workspace: i64, listed: Vec<Listed>) -> Result<Vec<Listed>, StoreError> {
    let mut there = Vec::with_capacity(listed.len());
    for one in listed {
        there.extend(suppression_by_id(store, workspace, one.id).await?);
    }
    Ok(there)
}

fn rows_of(committed: &Committed) -> usize {
    match committed {
        Committed::Stored { answers } => answers.iter().map(Vec::len).sum(),
        Committed::Guarded => 0,
    }
}

/// Lifts one suppression; the write conflicts when it is gone.
#[must_use]
pub fn lift_rows(made: (At, By), workspace: i64, listed: &Listed) -> Write {
    let mut write = Write::default();
    lift_into(&mut write, made, workspace, listed);
    write
}

fn lift_into(write: &mut Write, (now, by): (At, By), workspace: i64, listed: &Listed) {
    let params = vec![("workspace", workspace.into()), ("id", listed.id.into())];
    write.step_expecting(1, "no such suppression", &REMOVE_BY_ID, params);
    let told = json!({
        "email": listed.address, "stream_id": (listed.stream != 0).then(|| Noun::Stream.show(listed.stream)),
    });
    event::note_change(write, (now, by), workspace, event::Name::SuppressionRemoved, told);
}

impl Listed {
    /// Whether people of this role may take the address off, wherever they see it. Not what a newer version wrote.
    #[must_use]
    pub fn lifts_for(&self, role: Role) -> bool {
        Reason::parse(&self.reason).is_some_and(|reason| role.may(reason.lifting()))
    }

    /// The same for programs with this key.
    #[must_use]
    pub fn lifts_by(&self, key: &Key) -> bool {
        Reason::parse(&self.reason).is_some_and(|reason| key.may(reason.lifting()))
    }
}

/// How many suppressions a workspace has for a reason.
///
/// # Errors
/// As [`Store::read`].
pub async fn suppression_count(store: &Store, workspace: i64, reason: Reason) -> Result<i64, StoreError> {
    let params = [("workspace", workspace.into()), ("reason", reason.as_str().into())];
    store.read(&COUNT, &params).await?.first().map_or(Ok(0), |row| row.int(0))
}

/// A suppression as a list shows it.
pub struct Listed {
    pub id: i64,
    pub stream: i64,
    pub address: String,
    pub reason: String,
    pub delivery: Option<i64>,
    pub evidence: Option<String>,
    pub created: At,
}

fn read(row: &Row) -> Result<Listed, StoreError> {
    Ok(Listed {
        id: row.int(0)?,
        stream: row.int(1)?,
        address: row.text(2)?.to_owned(),
        reason: row.text(3)?.to_owned(),
        delivery: row.int_or_null(4)?,
        evidence: row.text_or_null(5)?.map(str::to_owned),
        created: At(row.int(6)?),
    })
}

/// The rows of a page of a workspace's suppressions, only those for `reason` if there is one, newest first.
///
/// # Errors
/// As [`Store::read`].
pub async fn suppression_list(
    store: &Store,
    workspace: i64,
    reason: Option<Reason>,
    page: Page,
) -> Result<Vec<Listed>, StoreError> {
    let mut params = vec![("workspace", workspace.into())];
    let rows = match reason {
        None => LIST.read(store, page, params).await?,
        Some(reason) => {
            params.push(("reason", reason.as_str().into()));
            LIST_OF_REASON.read(store, page, params).await?
        }
    };
    rows.iter().map(read).collect()
}

/// One suppression of a workspace.
///
/// # Errors
/// As [`Store::read`].
pub async fn suppression_by_id(store: &Store, workspace: i64, id: i64) -> Result<Option<Listed>, StoreError> {
    let rows = store.read(&FIND_BY_ID, &[("workspace", workspace.into()), ("id", id.into())]).await?;
    rows.first().map(read).transpose()
}

/// Every suppression of one address.
///
/// # Errors
/// As [`Store::read`].
pub async fn suppression_find(
    store: &Store,
    workspace: i64,
    address: &Address,
) -> Result<Vec<Listed>, StoreError> {
    let params = [("workspace", workspace.into()), ("address", address.folded().into())];
    store.read(&FIND, &params).await?.iter().map(read).collect()
}
