//! Reading the log.

use mail::At;
use serde_json::Value;
use store::{Row, Store, StoreError};

use crate::http::page::{Page, paged};

paged!(AUDIT_LIST, "queries/audit_list.sql");

/// What of the log is wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub workspace: i64,
    /// Also what belongs to no workspace: signing in, people's own accounts.
    pub installation: bool,
    pub person: Option<i64>,
    /// The text of an action.
    pub action: Option<&'static str>,
}

/// A line of the log.
pub struct Listed {
    pub id: i64,
    pub at: At,
    /// Name and address; none when the person is gone.
    pub person: Option<(String, String)>,
    pub action: String,
    pub object: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
    pub address: String,
}

/// A page of the log, the newest line first.
///
/// # Errors
/// As [`Store::read`].
pub async fn audit_list(store: &Store, wanted: &Wanted, page: Page) -> Result<Vec<Listed>, StoreError> {
    let params = vec![
        ("workspace", wanted.workspace.into()),
        ("installation", i64::from(wanted.installation).into()),
        ("person", wanted.person.unwrap_or(0).into()),
        ("action", wanted.action.unwrap_or_default().into()),
    ];
    AUDIT_LIST.read(store, page, params).await?.iter().map(listed).collect()
}

fn listed(row: &Row) -> Result<Listed, StoreError> {
    let json = |column: usize| {
        let text = row.text_or_null(column)?;
        // What cannot be read as JSON is shown as it is.
        Ok::<_, StoreError>(text.map(|text| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))))
    };
    let name = row.text_or_null(3)?.map(str::to_owned);
    Ok(Listed {
        id: row.int(0)?,
        at: At(row.int(1)?),
        person: name.zip(row.text_or_null(4)?.map(str::to_owned)),
        action: row.text(5)?.to_owned(),
        object: row.text(6)?.to_owned(),
        before: json(7)?,
        after: json(8)?,
        address: row.text(9)?.to_owned(),
    })
}
