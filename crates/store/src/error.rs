//! What can go wrong with durable state.

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address names neither database.
    #[error("`{0}` is not a store address; use sqlite://PATH or postgres://USER@HOST/DATABASE")]
    Address(String),
    /// The database refused or lost the connection, or rejected a statement.
    #[error("the database did not do it: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the database schema could not be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A stored document does not have the form this version reads.
    #[error("stored document in `{column}` cannot be read: {source}")]
    Document {
        /// Column it stands in.
        column: String,
        /// What the parser said.
        source: serde_json::Error,
    },
    /// A stored value is outside the words this version knows.
    #[error("stored value `{value}` in `{column}` is not known to this version")]
    Unknown {
        /// Column it stands in.
        column: String,
        /// The value.
        value: String,
    },
    /// The thing asked for is not there.
    #[error("there is no {0}")]
    NotFound(String),
    /// Somebody else changed it in the meantime, or it is not in a state that allows this.
    #[error("{0}")]
    Conflict(String),
}

impl StoreError {
    /// True when the database refused a row because another with the same key exists.
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, StoreError::Database(sqlx::Error::Database(error)) if error.is_unique_violation())
    }
}
