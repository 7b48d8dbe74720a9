//! What can go wrong with recommendations.

use crate::rules::RuleFault;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
pub enum PersonalizeError {
    /// State could not be read or written.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// History could not be read.
    #[error(transparent)]
    Lake(#[from] lake::LakeError),
    /// The ledger refused.
    #[error(transparent)]
    Measure(#[from] measure::MeasureError),
    /// The file of a model is not what it should be.
    #[error(transparent)]
    Artefact(#[from] recommend::artefact::ArtefactError),
    /// There is no model of this name.
    #[error(transparent)]
    Model(#[from] recommend::models::UnknownModel),
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Rules that cannot be carried out.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Rules(Vec<RuleFault>),
    /// It cannot be done now; the sentence says why and what to do.
    #[error("{0}")]
    Refused(String),
}

pub(crate) fn on<T>(path: &std::path::Path, result: std::io::Result<T>) -> Result<T, PersonalizeError> {
    result.map_err(|source| PersonalizeError::File { path: path.display().to_string(), source })
}
