//! What an event of a delivery says about its message.

use std::collections::HashMap;

use super::Origin;
use store::{Store, StoreError, Value, query};

query!(TOLD, "queries/told.sql");

/// Places in a query that asks for several rows by their ids.
pub const PLACES: [&str; 50] = [
    "i0", "i1", "i2", "i3", "i4", "i5", "i6", "i7", "i8", "i9", "i10", "i11", "i12", "i13", "i14", "i15",
    "i16", "i17", "i18", "i19", "i20", "i21", "i22", "i23", "i24", "i25", "i26", "i27", "i28", "i29", "i30",
    "i31", "i32", "i33", "i34", "i35", "i36", "i37", "i38", "i39", "i40", "i41", "i42", "i43", "i44", "i45",
    "i46", "i47", "i48", "i49",
];

/// A delivery's recipient, and what people know its message by.
#[derive(Clone, Debug)]
pub struct Told {
    pub to: String,
    pub from: String,
    pub subject: String,
    /// JSON object, or none.
    pub tags: Option<String>,
    /// JSON object, or none.
    pub metadata: Option<String>,
    /// The Message-ID field, with its brackets.
    pub message_id: String,
    pub stream: i64,
    /// Its content is told to nobody: it carries a code.
    pub concealed: bool,
}

/// What is known of `deliveries` of a workspace; those that are gone are missing.
///
/// # Errors
/// As [`Store::read`].
pub async fn told(
    store: &Store,
    workspace: i64,
    deliveries: &[i64],
) -> Result<HashMap<i64, Told>, StoreError> {
    let mut all = HashMap::new();
    for some in deliveries.chunks(PLACES.len()) {
        let ids = some.iter().copied().chain(std::iter::repeat(0));
        let mut params: Vec<(&str, Value)> = PLACES.into_iter().zip(ids.map(Value::from)).collect();
        params.push(("workspace", workspace.into()));
        for row in &store.read(&TOLD, &params).await? {
            let told = Told {
                to: row.text(1)?.to_owned(),
                from: row.text(2)?.to_owned(),
                subject: row.text(3)?.to_owned(),
                tags: row.text_or_null(4)?.map(str::to_owned),
                metadata: row.text_or_null(5)?.map(str::to_owned),
                message_id: row.text(6)?.to_owned(),
                stream: row.int(7)?,
                concealed: row.text(8)? == Origin::Code.as_str(),
            };
            all.insert(row.int(0)?, told);
        }
    }
    Ok(all)
}
