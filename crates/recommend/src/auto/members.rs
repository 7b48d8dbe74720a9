//! What `auto` blends, with the options of each.

use serde::{Deserialize, Serialize};

use crate::{
    Model, Sessions,
    item_item::{ItemItem, Similarity},
    linear::{Linear, LinearOptions},
    neighbours::{NeighbourOptions, Neighbours},
    pairs::PairOptions,
    rules::Rules,
};

/// A member and its options.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberOptions {
    /// TF-IDF item-item.
    Tfidf(PairOptions),
    /// Sequential rules.
    Rules(PairOptions),
    /// V-SKNN.
    Vsknn(NeighbourOptions),
    /// V-STAN.
    Vstan(NeighbourOptions),
    /// SLIST.
    Slist(LinearOptions),
    /// S-Walk: the strongest single model on both sets (see `docs/recommend.md`).
    Swalk(LinearOptions),
}

impl MemberOptions {
    /// The members before any tuning. V-SKNN was one and is not: it cost a fifth of an answer and V-STAN says the same
    /// (`docs/recommend.md`).
    pub fn defaults(items: usize) -> Vec<MemberOptions> {
        vec![
            MemberOptions::Tfidf(Similarity::TfIdf.options()),
            MemberOptions::Rules(Rules::options()),
            MemberOptions::Vstan(NeighbourOptions { sample: 1500, neighbours: 300, ..NeighbourOptions::vstan() }),
            MemberOptions::Slist(LinearOptions::slist(items)),
            MemberOptions::Swalk(LinearOptions::swalk(items)),
        ]
    }

    /// The model's name.
    pub fn name(&self) -> &'static str {
        match self {
            MemberOptions::Tfidf(_) => "tfidf",
            MemberOptions::Rules(_) => "rules",
            MemberOptions::Vsknn(_) => "vsknn",
            MemberOptions::Vstan(_) => "vstan",
            MemberOptions::Slist(_) => "slist",
            MemberOptions::Swalk(_) => "swalk",
        }
    }

    /// Fits it.
    pub fn fit(&self, sessions: &Sessions, items: usize, threads: usize) -> Box<dyn Model> {
        match self {
            MemberOptions::Tfidf(options) => {
                Box::new(ItemItem::fit(sessions, items, Similarity::TfIdf, options, threads))
            }
            MemberOptions::Rules(options) => Box::new(Rules::fit(sessions, items, options, threads)),
            MemberOptions::Vsknn(options) | MemberOptions::Vstan(options) => {
                Box::new(Neighbours::fit(self.name(), sessions, items, options))
            }
            MemberOptions::Slist(options) | MemberOptions::Swalk(options) => {
                Box::new(Linear::fit(sessions, items, options, threads, &|_| ()))
            }
        }
    }
}
