//! What can go wrong with the database, as the caller must see it.

/// Why a read or a write was not done.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The database is away, full, or failing: try later. Nothing was promised.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A unique key or an expectation of the write did not hold; nothing of it was stored.
    #[error("the write conflicts with what is stored: {0}")]
    Conflict(String),
    /// Others held what the transaction wanted while they wanted what it held, and the database gave it up: the very same
    /// may succeed at once. A committer tries again by itself; a caller hears it only of a write that lost every time.
    #[error("the write lost to others that wanted the same: {0}")]
    Collided(String),
    /// The query does not fit the schema, or a stored value its column: a defect of the program.
    #[error("the query `{query}` failed: {reason}")]
    Broken { query: String, reason: String },
    /// The store was closed while the write waited.
    #[error("the store is closed")]
    Closed,
    /// The database belongs to a newer version, or another process has it.
    #[error("{0}")]
    Refused(String),
    #[error("{0}")]
    Unsupported(&'static str),
}

impl StoreError {
    /// Whether trying again later can help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, StoreError::Unavailable(_) | StoreError::Collided(_) | StoreError::Closed)
    }
}
