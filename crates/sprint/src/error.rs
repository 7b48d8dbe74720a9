//! What can go wrong in a use case.

use domain::Day;
use serde::Serialize;

/// One thing wrong with a form or a file, with where it stands and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The field, as it is called in TOML, e.g. `flight.from` or `offers[1].ends_on`.
    pub field: String,
    /// What is wrong and what to do, in a sentence.
    pub message: String,
}

impl std::fmt::Display for FieldError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

/// An error of a use case.
#[derive(Debug, thiserror::Error)]
pub enum SprintError {
    /// State could not be read or written.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// History could not be queried.
    #[error(transparent)]
    Lake(#[from] lake::LakeError),
    /// The ledger refused.
    #[error(transparent)]
    Measure(#[from] measure::MeasureError),
    /// A form or file has errors, each with its field.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Invalid(Vec<FieldError>),
    /// A rule of the sprint forbids it; the sentence says which and what to do.
    #[error("{0}")]
    Refused(String),
    /// A number no longer recomputes to what was shown.
    #[error("`{name}` was shown as of {as_of} and recomputes to other values: {difference}")]
    Evidence {
        /// Name of the evidence.
        name: String,
        /// The day it was read.
        as_of: Day,
        /// Which value differs, shown and recomputed.
        difference: String,
    },
}

impl SprintError {
    /// A refusal with its sentence.
    pub fn refused(message: impl Into<String>) -> SprintError {
        SprintError::Refused(message.into())
    }
}
