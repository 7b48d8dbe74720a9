//! What this customer wants next: recommender models, their evaluation and the index that serves them.
//!
//! Pure: events and bytes in, answers and bytes out. No clock, no disk, no network; seeds are arguments, and the same
//! input gives the same output whatever the number of threads.

pub mod basket;
mod model;
mod reason;
mod scores;
mod sessions;

pub use model::{Model, Query};
pub use reason::Reason;
pub use scores::{Item, Scored, Scores, keep_top};
pub use sessions::{Catalogue, Session, Sessions, Signal};
