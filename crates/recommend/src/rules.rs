//! Sequential rules: after this item came that one. Kamehkhosh, Jannach and Ludewig, "A comparison of frequent pattern
//! techniques and a deep learning method for session-based recommendation", RecTemp 2017, section 2; ten steps, a step
//! counts 1/steps.

use crate::{
    Model, NEVER, Query, Scores, Sessions,
    artefact::{ArtefactError, Reader, Writer},
    pairs::{PairOptions, Pairs},
    signals::SignalWeights,
};

/// The model.
#[derive(Debug, Clone)]
pub struct Rules(Pairs);

impl Rules {
    /// As in the paper: rules of the last item only.
    pub fn options() -> PairOptions {
        PairOptions {
            forward: 1.0,
            backward: 0.0,
            gap_power: 1.0,
            window: 10,
            anchor_power: 1.0,
            item_power: 0.0,
            own: 0.0,
            session_idf: false,
            half_life: NEVER,
            neighbours: 200,
            occurrences: 20_000,
            query_power: 1.0,
            query_items: 1,
            signals: SignalWeights::EVEN,
        }
    }

    /// Counts.
    pub fn fit(sessions: &Sessions, items: usize, options: &PairOptions, threads: usize) -> Rules {
        Rules(Pairs::fit(sessions, items, options, threads))
    }

    /// Reads itself.
    ///
    /// # Errors
    /// If a section is missing or does not fit.
    pub fn load(reader: &Reader, items: usize) -> Result<Rules, ArtefactError> {
        Ok(Rules(Pairs::load(reader, items)?))
    }
}

impl Model for Rules {
    fn name(&self) -> &'static str {
        "rules"
    }

    fn score(&self, query: &Query<'_>, scores: &mut Scores) {
        self.0.score(query, scores);
    }

    fn save(&self, out: &mut Writer) {
        self.0.save(out);
    }
}
