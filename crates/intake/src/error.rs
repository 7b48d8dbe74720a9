//! What can go wrong when facts come in.

use domain::Currency;

use crate::{Capability, Gate};

/// An error of intake. Unless it says otherwise, nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The file as a whole cannot be read as what it is said to be.
    #[error("{file}: {source}")]
    Format {
        /// Name of the file.
        file: String,
        /// What is wrong, and what to do.
        source: formats::FormatError,
    },
    /// The file cannot be opened or read.
    #[error("{file}: {source}")]
    File {
        /// Which file.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The compressed file is damaged or cut off.
    #[error("{file}: the compressed file is damaged or was cut off ({reason}); download it again")]
    Damaged {
        /// Name of the file.
        file: String,
        /// What the decoder said.
        reason: String,
    },
    /// The file breaks off in the middle, after batches of it were recorded.
    #[error(
        "{file}: {reason}. The first {rows} rows before that place were taken; mend the file and import it again, what is known is not taken twice"
    )]
    BrokeOff {
        /// Name of the file.
        file: String,
        /// What is wrong there.
        reason: String,
        /// Data rows recorded so far.
        rows: u64,
    },
    /// The currency asked for is not the brand's.
    #[error("the brand's money is in {brand}, so a file in {asked} cannot be imported; export it in {brand}")]
    Currency {
        /// The currency asked for.
        asked: Currency,
        /// The brand's.
        brand: Currency,
    },
    /// A rule of order kinds is wrong.
    #[error("{0}")]
    OrderRules(String),
    /// A rate that no currency has.
    #[error("the rate of {0} must be above 0: what one {0} is in the brand's currency, such as {0}=0.92")]
    Rate(Currency),
    /// The import cannot be undone as things stand.
    #[error("the import of {file} cannot be undone: {why}")]
    NotUndone {
        /// Name of the import's file.
        file: String,
        /// Why, and what to do.
        why: String,
    },
    /// The data does not carry what was asked for.
    #[error("{} is not ready: {}{}", .0.title, .0.why, .0.mend.as_ref().map(|mend| format!(" {mend}")).unwrap_or_default())]
    NotReady(Box<Gate>),
    /// The word names no capability.
    #[error("`{word}` is not a capability; use one of {known}", known = Capability::ALL.map(Capability::as_str).join(", "))]
    UnknownCapability {
        /// The word.
        word: String,
    },
    /// State could not be read or written.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// History could not be read or written.
    #[error(transparent)]
    Lake(#[from] lake::LakeError),
    /// The reading thread ended without a word.
    #[error("{0}: reading stopped unexpectedly; import the file again, it goes on where it was")]
    Interrupted(String),
}

impl IntakeError {
    /// The code of the error catalogue.
    pub fn code(&self) -> &'static str {
        match self {
            IntakeError::Format { .. } => "file_unreadable",
            IntakeError::File { .. } => "file_not_opened",
            IntakeError::Damaged { .. } => "file_damaged",
            IntakeError::BrokeOff { .. } => "file_broke_off",
            IntakeError::Currency { .. } => "currency_mismatch",
            IntakeError::NotUndone { .. } => "import_not_undone",
            IntakeError::OrderRules(_) => "order_rules_invalid",
            IntakeError::Rate(_) => "rate_invalid",
            IntakeError::NotReady(_) => "data_not_ready",
            IntakeError::UnknownCapability { .. } => "capability_unknown",
            IntakeError::Store(_) | IntakeError::Lake(_) | IntakeError::Interrupted(_) => "internal",
        }
    }

    /// Whether the caller gave something that cannot be used (exit code 2, HTTP 4xx), rather than something failing here.
    pub fn is_input(&self) -> bool {
        self.code() != "internal"
    }
}
