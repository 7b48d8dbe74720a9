//! Recommendations in service: training from history, a merchandiser's rules, placements as changes of the ledger, and
//! answers out of memory.
//!
//! **Architecture invariants**
//! - An answer reads one state: one model, one version of the rules, one catalogue ([`Service`]).
//! - What a model recommends is served by a [`measure::Assignment`] only; everybody else gets the baseline, labelled.
//! - Nothing on the way to an answer asks the database; what was shown is written behind it, in groups.
//! - Where the data does not support it ([`gate`]), nothing is personalised, and the answer says so with numbers.

pub mod ask;
mod editing;
mod error;
pub mod export;
pub mod gate;
pub mod history;
pub mod model;
mod partial;
mod placement;
pub mod placements;
pub mod quality;
pub mod results;
pub mod rules;
pub mod service;
pub mod shelf;
pub mod suspects;
pub mod train;

pub use ask::{Answer, Ask, Because, ModelName, Shown, Why};
pub use editing::{rules_history, rules_of, save_rules, set_placement};
pub use error::PersonalizeError;
pub use placement::Placement;
/// What serves a placement, and what decided it.
pub use recommend::Choice;
pub use service::{Look, Looked, Service, Status};
