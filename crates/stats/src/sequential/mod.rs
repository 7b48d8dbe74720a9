//! Group-sequential tests: look every day, stop early, and still be wrong no more often than was allowed.
//!
//! A change runs to a fixed horizon; the allowed error is *spent* along the way (Lan & DeMets 1983), so the looks need not be
//! planned, equally spaced or equally informative. Boundaries come from recursive numerical integration, never from simulation.
//! Everything is on the absolute difference: a ratio's distribution is skewed just when the first looks come.
//!
//! Boundaries are those of normal statistics, without a t correction. Revenue has heavy tails, but with arms of equal size that
//! makes z *shorter*-tailed (a big order raises the standard error with the difference): A/A tests of 200 to 5,000 visitors
//! per arm and day are called in 3.1-5.2 % of cases (`examples/soak_sequential.rs`). What does distort it is arms of very
//! different size; [`crate::experiment::difference`] mends that.
//!
//! ```
//! use stats::sequential::{Design, Look, Decision, analyse};
//! let design = Design::default();
//! let looks: Vec<Look> = (1..=30)
//!     .map(|day| Look {
//!         estimate: 0.40,
//!         standard_error: 0.60 / f64::from(day).sqrt(),
//!         information: Some(f64::from(day) * 500.0),
//!         spending_time: Some(f64::from(day) / 30.0),
//!     })
//!     .collect();
//! let outcome = analyse(&design, &looks)?;
//! assert_eq!(outcome.decision, Decision::Won);
//! # Ok::<(), stats::sequential::SequentialError>(())
//! ```

mod boundaries;
mod futility;
mod inference;
mod monitor;
mod path;
mod quadrature;
mod spending;
#[cfg(test)]
mod tests;

pub use boundaries::{Boundaries, Exits};
pub use futility::Futility;
pub use monitor::{Decision, Design, Look, Monitor, Outcome, Reading, analyse};
pub use spending::Spending;

/// What a design or a series of looks can be refused for.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SequentialError {
    /// The error allowed is not a probability.
    #[error("alpha is {alpha}: give the error allowed as a share between 0 and 1, such as 0.05")]
    Alpha {
        /// As given.
        alpha: f64,
    },
    /// A power that no drift reaches.
    #[error("a power of {power} cannot be asked for: give a share above alpha and below 1, such as 0.8")]
    Power {
        /// As given.
        power: f64,
    },
    /// A futility boundary that cannot be made.
    #[error("futility with beta {beta} against a drift of {drift}: give a beta between 0 and 1 and a drift above 0")]
    Futility {
        /// As given.
        beta: f64,
        /// As given.
        drift: f64,
    },
    /// Nothing to do.
    #[error("there are no looks: give at least one")]
    NoLooks,
    /// One number a look was expected.
    #[error("{times} values for {looks} looks: give one for each look")]
    Times {
        /// Values given.
        times: usize,
        /// Looks given.
        looks: usize,
    },
    /// Information that does not grow.
    #[error("look {look}: information {value} must be finite and larger than at the look before")]
    Information {
        /// 1-based.
        look: usize,
        /// As given.
        value: f64,
    },
    /// Neither axis along which the error could be spent.
    #[error(
        "look {look} has no spending time and the design no planned information: give the share of the run that has \
         passed, or plan the information at the horizon"
    )]
    NoAxis {
        /// 1-based.
        look: usize,
    },
}
