//! What drove a change: the smallest set of slices of the data that explains why a figure is not what was expected.
//!
//! A leaf is one combination of dimension values (country = de, device = phone, …) with its actual and its expected
//! figure. A slice fixes some dimensions (country = de) and contains all leaves that fit. [`explain`] searches all slices
//! of up to [`Search::max_dims`] dimensions for those whose leaves deviate *together*:
//!
//! - A leaf's deviation is `2 (v − f) / (v + f)`: a common cause changes its leaves by the same factor (the ripple
//!   effect, Li et al., ISSRE 2019, "Squeeze"), so they share it, whatever their size.
//! - Leaves scatter, small ones more: the spread is learnt from the leaves themselves as a function of size.
//! - A slice's evidence is the log-likelihood gained by giving its leaves a deviation of their own. Among nested slices
//!   it is largest for the true one: a wider slice dilutes it, a narrower one leaves some out.
//! - The best slice is taken, its deviation is removed from its leaves, and the search goes on as long as the
//!   evidence exceeds what describing one more slice costs (minimum description length, Rissanen 1978).
//!
//! [`adtributor`] (Bhagwan et al., NSDI 2014) is the floor that it is measured against; [`synthetic`] makes the faults
//! of arXiv 2205.10004 (RiskLoc) for that.

mod adtributor;
mod lattice;
mod leaves;
mod search;
pub mod synthetic;

pub use adtributor::adtributor;
pub use leaves::{DriverError, Leaves, LeavesBuilder};
pub use search::{Cause, Search, explain};
