//! What can go wrong while the demo plays.

/// An error of the demo.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// State could not be read or written.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// An export could not be imported.
    #[error(transparent)]
    Intake(#[from] intake::IntakeError),
    /// A use case refused.
    #[error(transparent)]
    Sprint(#[from] sprint::SprintError),
    /// The ledger refused.
    #[error(transparent)]
    Measure(#[from] measure::MeasureError),
    /// The data folder cannot be written.
    #[error("the demo's exports cannot be written: {0}")]
    Io(#[from] std::io::Error),
    /// The folder holds something else.
    #[error("{0}")]
    Refused(String),
}
