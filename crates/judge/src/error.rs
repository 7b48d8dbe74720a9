//! What can be wrong with a file or with what was asked of it.

/// An error of the judge's commands. All of them are the asker's to mend, so they end with exit code 2,
/// except [`JudgeError::Write`].
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// The file cannot be opened or is no CSV.
    #[error("{file}: {reason}")]
    File {
        /// Name as it was given.
        file: String,
        /// What is wrong and what to do.
        reason: String,
    },
    /// A column that was asked for is not there.
    #[error("{file}: there is no column `{column}`; the columns are: {known}.")]
    Column {
        /// Name as it was given.
        file: String,
        /// The name that was asked for.
        column: String,
        /// The names that are there.
        known: String,
    },
    /// A cell cannot be read.
    #[error("{file}, row {row}, column `{column}`: `{value}` {reason}")]
    Cell {
        /// Name as it was given.
        file: String,
        /// Data row, the first one after the header is 1.
        row: usize,
        /// Name of the column.
        column: String,
        /// What stands there.
        value: String,
        /// What is wrong and what to do.
        reason: String,
    },
    /// The question cannot be answered from these rows; the sentence says why and what to do.
    #[error("{0}")]
    Invalid(String),
    /// The command line is wrong (only when it was parsed by [`crate::run_from`]).
    #[error("{0}")]
    Usage(String),
    /// An output file cannot be written.
    #[error("{file}: {reason}")]
    Write {
        /// Name as it was given.
        file: String,
        /// What the system said.
        reason: String,
    },
}

impl JudgeError {
    /// Whether the asker can mend it (exit code 2).
    pub fn is_input(&self) -> bool {
        !matches!(self, JudgeError::Write { .. })
    }
}
