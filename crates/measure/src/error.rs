//! What can go wrong with the ledger.

/// An error of the ledger.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    /// State could not be read or written.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// History could not be read.
    #[error(transparent)]
    Lake(#[from] lake::LakeError),
    /// The judge was asked something that cannot be carried out.
    #[error(transparent)]
    Judge(#[from] stats::experiment::ExperimentError),
    /// A rule of the ledger forbids it; the sentence says which and what to do.
    #[error("{0}")]
    Refused(String),
}
