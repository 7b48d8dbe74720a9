//! What every model is: fitted on sessions, asked with a session so far.

use crate::{
    Item, Scores, Session,
    artefact::Writer,
    auto::{Purpose, TrainingReport},
};

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

    /// Adds this model's scores (positive is better) to `scores`, which is empty when it is called. An empty session is
    /// allowed and may score nothing.
    fn score(&self, query: &Query<'_>, scores: &mut Scores);

    /// As [`Model::score`], for a place that a model may serve in a way of its own.
    fn score_for(&self, purpose: Purpose, query: &Query<'_>, scores: &mut Scores) {
        let _ = purpose;
        self.score(query, scores);
    }

    /// What its training came to, where there is more to say than the model itself.
    fn report(&self) -> Option<&TrainingReport> {
        None
    }

    /// Writes what [`crate::models::load`] needs to make it again.
    fn save(&self, out: &mut Writer);

    /// The models it blends, with their weights; none for a plain model.
    fn members(&self) -> Vec<Member<'_>> {
        Vec::new()
    }
}

/// A model in a blend.
#[derive(Clone, Copy)]
pub struct Member<'a> {
    /// The model.
    pub model: &'a dyn Model,
    /// Its share of the blend, from 0 to 1.
    pub weight: f32,
}
