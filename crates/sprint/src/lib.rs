//! The sprint's use cases, from workflow map to post-mortem.
//!
//! **Architecture invariant:** every use case takes a [`Context`] (state, history, brand, the instant it is, who acts);
//! nothing here reads a clock or draws an unseeded random number. Every number shown carries its
//! [`domain::sprint::Evidence`]: a query and its snapshot, recomputable tomorrow.

pub mod ads;
mod ask;
pub mod brief;
mod calendar;
pub mod concepts;
mod context;
mod error;
pub mod evidence;
pub mod launch;
pub mod library;
pub mod map;
pub mod miners;
pub mod postmortem;
pub mod qa;
pub mod replay;
pub mod review;
pub mod sprints;
pub mod studio;
pub mod today;
mod verdict;

pub use context::Context;
pub use error::{FieldError, SprintError};
