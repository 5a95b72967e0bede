//! Adding, removing and listing suppressions.

use mail::{Address, At};
use store::{Committed, Row, Store, StoreError, Write, query};

use super::{Filter, Reason};
use crate::feature::event;
use crate::id::Mint;

query!(ADD, "queries/add.sql");
query!(REMOVE, "queries/remove.sql");
query!(LIST, "queries/list.sql");
query!(FIND, "queries/find.sql");

/// One new suppression.
pub struct Suppress<'a> {
    pub workspace: i64,
    /// 0 for the whole workspace.
    pub stream: i64,
    pub address: &'a Address,
    pub reason: Reason,
    pub delivery: Option<i64>,
    /// The reply or the report that caused it.
    pub evidence: Option<String>,
}

/// Adds the suppression to a write. Whoever commits the write must then tell the [`Filter`].
pub fn suppress(write: &mut Write, mint: &Mint, now: At, new: Suppress<'_>) {
    let params = vec![
        ("id", mint.next(now).into()),
        ("workspace", new.workspace.into()),
        ("stream", new.stream.into()),
        ("address", new.address.folded().into()),
        ("reason", new.reason.as_str().into()),
        ("delivery", new.delivery.into()),
        ("evidence", new.evidence.into()),
        ("now", now.0.into()),
    ];
    write.step(&ADD, params);
    event::note(write, now, new.workspace, event::Name::SuppressionAdded, None);
}

/// Suppresses addresses of one workspace, all or none; those that are suppressed already stay as they are.
///
/// # Errors
/// As [`Store::write`].
pub async fn suppression_add(
    store: &Store,
    filter: &Filter,
    (mint, now): (&Mint, At),
    new: Vec<Suppress<'_>>,
) -> Result<(), StoreError> {
    let known: Vec<_> = new.iter().map(|new| (new.workspace, new.address.folded())).collect();
    let mut write = Write::default();
    new.into_iter().for_each(|new| suppress(&mut write, mint, now, new));
    store.write(write).await?;
    known.iter().for_each(|(workspace, folded)| filter.add(*workspace, folded));
    Ok(())
}

/// Lifts every suppression of the addresses; gives how many there were.
///
/// # Errors
/// As [`Store::write`].
pub async fn suppression_remove(
    store: &Store,
    now: At,
    workspace: i64,
    addresses: &[Address],
) -> Result<usize, StoreError> {
    let mut write = Write::default();
    for address in addresses {
        write.step(&REMOVE, vec![("workspace", workspace.into()), ("address", address.folded().into())]);
        event::note(&mut write, now, workspace, event::Name::SuppressionRemoved, None);
    }
    match store.write(write).await? {
        Committed::Stored { answers } => Ok(answers.iter().map(Vec::len).sum()),
        Committed::Guarded => Ok(0),
    }
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

/// Up to `limit` suppressions of a workspace with ids below `before`, newest first.
///
/// # Errors
/// As [`Store::read`].
pub async fn suppression_list(
    store: &Store,
    workspace: i64,
    before: i64,
    limit: i64,
) -> Result<Vec<Listed>, StoreError> {
    let params = [("workspace", workspace.into()), ("before", before.into()), ("limit", limit.into())];
    store.read(&LIST, &params).await?.iter().map(read).collect()
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
