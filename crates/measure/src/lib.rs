//! The ledger of changes: register, kill, end; verdicts come with the judge.
//!
//! **Architecture invariant:** a [`Registered`] can only be had from [`register`] (or read back from the ledger), and
//! what exports a launch takes `&Registered`: nothing AI-made goes live unregistered, by type. A kill is one UPDATE.

mod error;
mod ledger;

pub use error::MeasureError;
pub use ledger::{
    Entry, KILL_AFTER_DAYS, NewChange, Registered, end_sprint, entry, is_live, kill, list, of_sprint, register,
    registered_of,
};
pub use stats::{DayValue, Range, expected_range};
pub use store::changes::{ChangeRow, ChangeStatus};
