//! The judge's arithmetic: pure functions over numbers.
//!
//! **Architecture invariant:** no clock, no I/O; randomness only from a seed or generator that is an argument; everything
//! is a function of its arguments.

pub mod anomaly;
pub mod bandit;
pub mod confseq;
pub mod customers;
pub mod drivers;
mod expected;
pub mod experiment;
pub mod geo;
pub mod impact;
pub mod linalg;
pub mod normal;
pub mod policy;
pub mod predict;
pub mod prepost;
pub mod renewal;
mod robust;
pub mod send_hour;
pub mod sequential;
pub mod shrink;

pub use expected::{DayValue, MIN_HISTORY, Range, expected_range};
pub use robust::{MAD_TO_SIGMA, mad, median};
