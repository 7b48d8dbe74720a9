//! What a draft must satisfy and how one is made.
//!
//! - [`Facts`] is all that copy may state. [`limits`] is how long and how many.
//! - [`compose`] writes a skeleton draft from facts alone; [`prompt`] asks a model for one, [`answer`] reads what it
//!   (or any chat) gave back, [`select`] keeps what passes and fills the rest from the composer.
//! - [`check()`] is what every draft goes through, whoever wrote it.
//!
//! **Architecture invariant:** pure. No clock, no network, no disk; randomness is a seed.
//! **API boundary:** there is no type here that could hold a customer.

pub mod answer;
pub mod check;
mod compose;
mod draft;
mod facts;
mod ground;
pub mod lexicon;
pub mod limits;
pub mod names;
pub mod number;
pub mod prompt;
pub mod quotes;
mod select;
pub mod similarity;
pub mod words;

pub use answer::parse_answer;
pub use check::{Code, Finding, Severity, check, check_text};
pub use compose::{compose, compose_slots, compose_visuals};
pub use draft::{Draft, Origin};
pub use facts::{Facts, NumberFact, ProductFact};
pub use ground::Ground;
pub use select::{Dropped, Offered, Selection, select};
