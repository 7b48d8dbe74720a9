//! When the next purchase comes: of a customer, or of a product by a customer.
//!
//! Times between purchases are gamma distributed; after each purchase the customer may be gone. How often, how regularly
//! and how faithfully somebody buys is one of a few hundred [`types`](Renewal), and how common each type is, is learnt
//! from everybody without assuming a shape for it (nonparametric maximum likelihood of a mixing distribution: Kiefer &
//! Wolfowitz (1956), Ann. Math. Stat. 27; Laird (1978), JASA 73). What is known of one unit then weighs the types:
//! its own gaps, the silence since its last purchase, and before those its product's and its customer band's types,
//! shrunk towards everybody's (partial pooling). So a product bought once is forecast from those who bought it twice.
//!
//! A forecast is a range of days and the day in the middle of its densest half: the one guess that is nearest to half
//! of such purchases.

mod backtest;
mod forecast;
mod gaps;
mod mixture;

pub use backtest::{Backtest, backtest};
pub use forecast::{Level, NextDay};
pub use gaps::{Gaps, Unit, bands};
pub use mixture::Renewal;

/// Why nothing can be forecast.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RenewalError {
    /// No units.
    #[error("There are no purchases before the cut.")]
    Empty,
    /// Nobody ever bought twice.
    #[error("Nobody bought twice before the cut, so nothing is known of the time between purchases. Use a later cut.")]
    NoRepeats,
    /// Nothing to compare with.
    #[error("No unit has a purchase both before and after the cut; use an earlier cut or a longer log.")]
    NoTargets,
    /// A history that cannot be.
    #[error(
        "unit {place}: {n} gaps of {sum} days in total, silent for {silence} days. Purchases must lie on different days before the cut."
    )]
    Gaps {
        /// Place in the input, counted from 1.
        place: usize,
        /// Gaps.
        n: u32,
        /// Their sum.
        sum: f64,
        /// Days since the last purchase.
        silence: u32,
    },
}

#[cfg(test)]
mod tests;
