//! Weaker baselines.

/// How much a baseline can carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Randomised.
    A,
    /// Split by region, or switched on and off at random times.
    B,
    /// A calibrated counterfactual.
    C,
    /// Before against after.
    D,
}
