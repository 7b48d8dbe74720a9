//! Plays a brand out of the simulator, through the real importers and use cases: what `fortnight demo` fills, what
//! *Next day ▸* moves on, and what `fortnight demo --headless` plays from brief to signed post-mortem.
//!
//! **Architecture invariant:** nothing is written past the use cases. What the demo shows, a user could have done.

mod error;
mod fill;
mod headless;
mod judged;
mod morning;
mod plan;
mod play;
mod programmes;
mod recommend;
mod state;

pub use error::DemoError;
pub use fill::{Filled, fill, fill_world, next_day};
pub use headless::{Played, play};
pub use judged::JudgedChange;
pub use morning::Imported;
pub use programmes::Running;
pub use recommend::recommendations;
pub use state::{DemoState, clock, state};
