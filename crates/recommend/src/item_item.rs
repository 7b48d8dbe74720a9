//! Item-item similarity: cosine, TF-IDF and lift of two items over the sessions that hold them. Linden, Smith and York,
//! "Amazon.com recommendations: item-to-item collaborative filtering", IEEE Internet Computing 2003; weights of the query by
//! distance as in Ludewig and Jannach, "Evaluation of session-based recommendation algorithms", UMUAI 2018, section 3.

use crate::{
    Model, NEVER, Query, Scores, Sessions,
    artefact::{ArtefactError, Reader, Writer},
    pairs::{PairOptions, Pairs},
    signals::SignalWeights,
};

/// Which similarity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Similarity {
    /// Sessions with both, over the root of the product of sessions with either.
    Cosine,
    /// Cosine where long sessions weigh less.
    TfIdf,
    /// Sessions with both over what chance would give: favours the rare.
    Lift,
}

impl Similarity {
    /// Plain options: no decay, query weights 1/distance.
    pub fn options(self) -> PairOptions {
        let power = if self == Similarity::Lift { 1.0 } else { 0.5 };
        PairOptions {
            forward: 1.0,
            backward: 1.0,
            gap_power: 0.0,
            window: 200,
            anchor_power: power,
            item_power: power,
            own: 1.0,
            session_idf: self == Similarity::TfIdf,
            half_life: NEVER,
            neighbours: 200,
            occurrences: 20_000,
            query_power: 1.0,
            query_items: 30,
            signals: SignalWeights::EVEN,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Similarity::Cosine => "cosine",
            Similarity::TfIdf => "tfidf",
            Similarity::Lift => "lift",
        }
    }
}

/// The model.
#[derive(Debug, Clone)]
pub struct ItemItem {
    similarity: Similarity,
    pairs: Pairs,
}

impl ItemItem {
    /// Counts.
    pub fn fit(
        sessions: &Sessions,
        items: usize,
        similarity: Similarity,
        options: &PairOptions,
        threads: usize,
    ) -> ItemItem {
        ItemItem { similarity, pairs: Pairs::fit(sessions, items, options, threads) }
    }

    /// Reads itself.
    ///
    /// # Errors
    /// If a section is missing or does not fit.
    pub fn load(reader: &Reader, items: usize, similarity: Similarity) -> Result<ItemItem, ArtefactError> {
        Ok(ItemItem { similarity, pairs: Pairs::load(reader, items)? })
    }

    /// The pairs, for what asks about one item.
    pub fn pairs(&self) -> &Pairs {
        &self.pairs
    }
}

impl Model for ItemItem {
    fn name(&self) -> &'static str {
        self.similarity.name()
    }

    fn score(&self, query: &Query<'_>, scores: &mut Scores) {
        self.pairs.score(query, scores);
    }

    fn save(&self, out: &mut Writer) {
        self.pairs.save(out);
    }
}
