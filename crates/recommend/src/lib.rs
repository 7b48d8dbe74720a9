//! What this customer wants next: recommender models, their evaluation and the index that serves them.
//!
//! Pure: events and bytes in, answers and bytes out. No clock, no disk, no network; seeds are arguments, and the same
//! input gives the same output whatever the number of threads.

pub mod artefact;
pub mod auto;
pub mod basket;
pub mod command;
pub mod content;
pub mod evaluate;
pub mod item_item;
pub mod linear;
mod model;
pub mod models;
pub mod neighbours;
pub mod pairs;
pub mod parallel;
pub mod popularity;
pub mod read;
mod reason;
mod recommender;
pub mod rules;
mod scores;
mod sessions;
pub mod signals;

pub use auto::{Choice, Hooks, Purpose, Stages, TrainingReport};
pub use model::{Member, Model, Query};
pub use reason::Reason;
pub use recommender::{Asked, Opinion, Recommendation, Recommender, Workspace};
pub use scores::{Item, Scored, Scores, keep_top};
pub use sessions::{Catalogue, Session, Sessions, Signal};

/// A half-life or range that is never felt: options are kept as JSON, which knows no infinity.
pub const NEVER: f32 = 1e9;
