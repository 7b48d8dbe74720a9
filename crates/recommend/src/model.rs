//! What every model is: fitted on sessions, asked with a session so far.

use crate::{Item, Scores, Session};

/// What is known of who is asking.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// The session so far, oldest first, at least one event. Items outside the training catalogue were left out.
    pub session: Session<'a>,
    /// Products of earlier orders of this customer, oldest first; empty for strangers.
    pub history: &'a [Item],
}

/// A fitted model. Shared between threads; whatever it needs to count with is in the caller's [`Scores`] and in
/// thread-local scratch of its own.
pub trait Model: Send + Sync {
    /// The name it has on the command line and in reports, e.g. `vsknn`.
    fn name(&self) -> &'static str;

    /// Adds this model's scores (positive is better) to `scores`, which is empty when it is called.
    fn score(&self, query: &Query<'_>, scores: &mut Scores);
}
