//! Shrinkage of lifts: what a winner claims is what it will bring, not what it happened to show.
//!
//! Whoever picks the best of several noisy results picks luck along with effect: on 4,873 headline tests the winner's
//! observed lift replicated at half. A prior learnt from all past results undoes it: given the prior, the posterior mean
//! of a result does not depend on it having been picked (Dawid 1994; Efron 2011, *Tweedie's formula and selection bias*).
//!
//! The prior is a scale mixture of normals around zero (Stephens 2017, *False discovery rates: a new deal*,
//! Biostatistics 18, 275–294): most changes do next to nothing, a few do a lot. One normal would shrink the many small
//! ones too little and the few big ones too much.

mod posterior;
mod prior;

pub use posterior::Shrunk;
pub use prior::{Component, Lift, Prior, STATED_WEIGHT};
