//! The studio: every picked concept becomes an ad or e-mail for each channel of the brief.
//!
//! Three ways lead to a draft, and all of them go through the same checks: the built-in composer, a model, and the
//! answer of any chat pasted in. Whoever wrote it, a person approves it; a text that changes afterwards is no longer
//! approved.

mod desk;
mod edit;
mod generate;
mod model;
mod paste;
mod text;
mod view;

pub use desk::{Desk, FrozenNumbers};
pub use edit::{approve, edit, revert, spot_check, withdraw};
pub use generate::{Generated, Progress, generate, group_words, redraft};
pub use model::{Engine, StoredAnswers, ceiling, set_ceiling, set_usd_rate, usd_rate};
pub use paste::{Pasted, WHOLE, paste, prompt};
pub use text::{Piece, diff};
pub use view::{DraftView, EditView, StudioView, draft, view};

pub(crate) use generate::check_name;
pub(crate) use view::kept_percent;
