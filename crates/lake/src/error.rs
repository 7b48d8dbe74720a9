//! What can go wrong with history.

/// An error of the lake.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// The address is of another kind than this build reads.
    #[error("`{0}` is not a lake address; use file://FOLDER")]
    Address(String),
    /// The catalogue could not be read or written.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// A file could not be written, read or removed.
    #[error("{path}: {source}")]
    File {
        /// Which file or folder.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Rows could not be put into a Parquet file.
    #[error("rows for `{table}` could not be written: {reason}")]
    Encode {
        /// The table.
        table: String,
        /// What the encoder said.
        reason: String,
    },
    /// The query is wrong, or it failed.
    #[error("the query failed: {reason}\n{sql}")]
    Query {
        /// The SQL text.
        sql: String,
        /// What the engine said.
        reason: String,
    },
    /// The query needs more memory than queries may take.
    #[error("the query needs more than {limit_mib} MiB of memory: {reason}\n{sql}")]
    Memory {
        /// The SQL text.
        sql: String,
        /// The limit for all queries together.
        limit_mib: usize,
        /// Who asked for how much.
        reason: String,
    },
    /// The query took too long and was stopped.
    #[error("the query was stopped after {seconds} s\n{sql}")]
    Timeout {
        /// The SQL text.
        sql: String,
        /// How long it ran.
        seconds: u64,
    },
    /// A result has no such column, or its value is NULL or of another type.
    #[error("column `{column}` of the result is not {wanted}: {found}")]
    Column {
        /// The column asked for.
        column: String,
        /// What it should have been.
        wanted: &'static str,
        /// What it is.
        found: String,
    },
    /// A snapshot was asked for that does not exist yet.
    #[error("there is no snapshot {asked} yet; the newest is {latest}")]
    Future {
        /// The `seq` asked for.
        asked: i64,
        /// The newest there is.
        latest: i64,
    },
}
