//! What can go wrong with the ledger.

/// An error of the ledger.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    /// State could not be read or written.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// A rule of the ledger forbids it; the sentence says which and what to do.
    #[error("{0}")]
    Refused(String),
}
