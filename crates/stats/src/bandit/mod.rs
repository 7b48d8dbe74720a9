//! Bandits: traffic flows to what seems to earn more while it is still being measured.
//!
//! - [`Bandit`]: Thompson sampling with partial pooling: what an arm does in one segment is a draw around what it does
//!   everywhere, so small segments learn from large ones (hierarchical Bayes; Gelman et al. (2013), Bayesian Data
//!   Analysis, chapter 5; Thompson (1933), Biometrika 25).
//! - [`Linear`]: Thompson sampling on context, linear in it (Agrawal & Goyal (2013), ICML).
//! - [`DelayCurve`]: rewards that come days later: an exposure counts as far as its reward could have come by now.
//! - [`Floors`]: every arm keeps a minimum share and the baseline a larger one, for ever, so that the log can always be
//!   evaluated and the baseline always be compared.
//!
//! Feedback comes in batches in any order. Shares are exact propensities, to be logged with every choice for
//! [`crate::policy`].
//!
//! **A bandit never wins.** It has no method that names a winner: [`Bandit::question`] says which arm is worth asking
//! the judge about, and the judge's group-sequential test against the baseline decides: a chance to be best that is
//! looked at every day is no test.

mod delay;
mod floors;
mod hierarchy;
mod ledger;
mod linear;

pub use delay::DelayCurve;
pub use floors::{Floors, choose};
pub use hierarchy::{Cell, Hierarchy};
pub use ledger::{Bandit, Question, Scale};
pub use linear::Linear;

/// Why a bandit cannot do what was asked.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BanditError {
    /// Fewer than two arms, or a baseline that is none of them.
    #[error(
        "There are {arms} arms and the baseline is number {baseline}; at least 2 arms and a baseline among them are needed."
    )]
    Arms {
        /// Number of arms.
        arms: usize,
        /// Number of the baseline, counted from 0.
        baseline: usize,
    },
    /// Shares that must be kept add up to more than there is.
    #[error(
        "The minimum shares add up to {0:.3}; together they may be at most 0.9, so that something is left to learn with."
    )]
    Floors(f64),
    /// An arm, segment or context that was not declared.
    #[error("{name} {given} is unknown; there are {known}, counted from 0.")]
    Unknown {
        /// Arm, segment or context length.
        name: &'static str,
        /// What was given.
        given: usize,
        /// How many there are.
        known: usize,
    },
    /// A number that cannot be.
    #[error("{name} is {value}; {want}.")]
    Value {
        /// What it is.
        name: &'static str,
        /// What was given.
        value: f64,
        /// What is wanted.
        want: &'static str,
    },
}

#[cfg(test)]
mod tests;
