//! Experiments: who sees what, what the arms' sums say, and when a win is a win.
//!
//! The way through: [`Assigner`] gives each unit its arm; [`read_units`] turns plain rows into cumulative daily
//! [`ArmSums`] (a ledger keeps those itself); [`judge_experiment`] reads them look by look against group-sequential
//! boundaries and gives a [`Reading`]; [`plan`] says beforehand whether the question can be answered at all.
//!
//! Everything that shapes the result is part of [`Design`] and declared before the start: metric, cap, attribution
//! window, horizon, error spending, covariate.

mod assign;
mod design;
mod difference;
mod fieller;
mod judge;
mod multiplicity;
mod planner;
mod pool;
mod secondary;
mod srm;
mod sums;
mod units;
mod warnings;

pub use assign::{Assigner, Assignment, GlobalHoldout, Layer, uniform, unit_to_hash};
pub use design::{ArmReading, DayReading, Design, Look, Reading, Report};
pub use difference::{Difference, Metric, difference};
pub use fieller::LevelAndDifference;
pub use judge::judge_experiment;
pub use multiplicity::{benjamini_hochberg, holm};
pub use planner::{Alternative, LONGEST_RUN_DAYS, Plan, PlanRequest, plan, power_curve};
pub use pool::{Pooled, pool_lifts};
pub use secondary::{SecondaryReading, judge_secondary};
pub use srm::{CONCENTRATIONS, SRM_LEVEL, SequentialSrm, chi_square_p};
pub use sums::{ArmSums, UnitFigures};
pub use units::{Observation, UnitReading, UnitRules, read_units, reopened_days};
pub use warnings::Warning;

pub use crate::sequential::{Decision, Spending};

/// What is wrong with an experiment's input.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ExperimentError {
    /// Arms cannot be drawn by these weights.
    #[error("An experiment needs two arms or more with weights of zero or more, at least one above zero.")]
    Weights,
    /// A layer's slice or a holdout's share is out of range.
    #[error("A slice from {from} to {to} is not within 0 to 1 (and not empty): choose another.")]
    Slice {
        /// Start.
        from: f64,
        /// End.
        to: f64,
    },
    /// A sum is NaN or infinite.
    #[error("Arm {arm} on day {day}: a sum is not a finite number; compute the day again from its facts.")]
    NotFinite {
        /// Index of the arm.
        arm: usize,
        /// 1-based day of the experiment.
        day: u32,
    },
    /// Σ value² is too small for Σ value.
    #[error(
        "Arm {arm} on day {day}: the sum of squares {sum_sq} is below {least}, which no values have; compute the day again."
    )]
    ImpossibleSums {
        /// Index of the arm.
        arm: usize,
        /// 1-based day of the experiment.
        day: u32,
        /// Given.
        sum_sq: f64,
        /// Least possible.
        least: f64,
    },
    /// Days are out of order, or not all have the same arms.
    #[error("Day {day}: {reason}")]
    Days {
        /// 1-based day of the experiment.
        day: u32,
        /// What is wrong and what to do.
        reason: &'static str,
    },
    /// The group-sequential arithmetic refused.
    #[error(transparent)]
    Sequential(#[from] crate::sequential::SequentialError),
    /// The design cannot be carried out.
    #[error("{0}")]
    Design(String),
}
