//! Off-policy evaluation: what a policy would have earned, from the log of another one that knew its own chances.
//!
//! | estimator | unbiased when | source |
//! | --- | --- | --- |
//! | IPW | the logged propensities are right | Horvitz & Thompson (1952), JASA 47 |
//! | SNIPW | same, in large logs; steadier | Swaminathan & Joachims (2015), NeurIPS |
//! | DM | the reward model is right (it never quite is) | Beygelzimer & Langford (2009), KDD |
//! | DR | either is right; the one to read | Dudík, Erhan, Langford & Li (2014), Statistical Science 29(4) |
//!
//! An estimate is no verdict: it ranks candidates for a registered change, which the judge then decides.

mod estimate;
mod interval;
mod reward;

pub use estimate::{Evaluation, Logged, Modelled, evaluate};
pub use interval::{Estimate, mean_interval};
pub use reward::{RewardData, cross_fit};

/// Why a log cannot be evaluated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PolicyError {
    /// Fewer than two rows.
    #[error("There are {0} rows; an interval needs at least 2.")]
    TooFew(usize),
    /// Columns of different lengths.
    #[error("There are {rows} rewards but {values} values of {name}; give one per row.")]
    Length {
        /// What has another length.
        name: &'static str,
        /// Rewards.
        rows: usize,
        /// Values of it.
        values: usize,
    },
    /// A value that cannot be.
    #[error("row {row}: {name} is {value}; {want}.")]
    Value {
        /// Data row, counted from 1.
        row: usize,
        /// What it is.
        name: &'static str,
        /// What was given.
        value: f64,
        /// What is wanted.
        want: &'static str,
    },
    /// The target policy never takes a logged action.
    #[error("The target policy gives no logged action any chance, so this log says nothing about it.")]
    NoOverlap,
    /// The significance level makes no sense.
    #[error("alpha is {0}; it must be between 0 and 1, e.g. 0.05 for a 95 % interval.")]
    Alpha(f64),
    /// The reward model cannot be fitted.
    #[error("The reward model cannot be fitted: {0}")]
    Model(#[from] crate::linalg::LinalgError),
}

#[cfg(test)]
mod tests;
