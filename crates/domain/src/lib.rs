//! The vocabulary of Fortnight: identifiers, money, facts a shop produces, and what a sprint is made of.
//!
//! **Architecture invariant:** nothing here does I/O, reads a clock or draws a random number. Everything can be
//! constructed in a test in one line.

mod day;
pub mod decimal;
pub mod event;
pub mod facts;
mod id;
pub mod launch;
mod money;
pub mod order_kinds;
pub mod similarity;
pub mod sprint;
mod words;
pub mod workflow;

pub use day::{Day, DayRange, InstantMs};
pub use id::*;
pub use money::{Currency, CurrencyError, Micros, Money, group_thousands};
pub use words::WordError;
