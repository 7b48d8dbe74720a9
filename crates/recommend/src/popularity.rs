//! Best-sellers: how often an item occurs, newer sessions counting more.

use serde::{Deserialize, Serialize};

use crate::{
    Model, Query, Scores, Sessions, Signal,
    artefact::{ArtefactError, Reader, Writer, all_below},
};

/// How occurrences count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PopularityOptions {
    /// The weight of a session halves with every such part of all sessions that came after it.
    pub half_life: f32,
    /// What a view, an add to cart and a purchase count.
    pub signals: [f32; 3],
}

impl Default for PopularityOptions {
    fn default() -> Self {
        PopularityOptions { half_life: 0.05, signals: [1.0, 2.0, 4.0] }
    }
}

/// The most popular items, the same for everybody.
#[derive(Debug, Clone, PartialEq)]
pub struct Popularity {
    /// Items, most popular first; those that never occurred are left out.
    ranking: Vec<(u32, f32)>,
}

/// More best-sellers than any page shows.
const KEPT: usize = 1000;

impl Popularity {
    /// Counts.
    pub fn fit(sessions: &Sessions, items: usize, options: &PopularityOptions) -> Popularity {
        let mut counts = vec![0.0_f32; items];
        for (index, session) in sessions.iter().enumerate() {
            let age = (sessions.len() - 1 - index) as f32 / sessions.len() as f32;
            let weight = (-age / options.half_life).exp2();
            for (&item, &signal) in session.items.iter().zip(session.signals) {
                let signal = match signal {
                    Signal::View => options.signals[0],
                    Signal::AddToCart => options.signals[1],
                    Signal::Purchase => options.signals[2],
                };
                counts[item as usize] += weight * signal;
            }
        }
        let mut ranking: Vec<(u32, f32)> = counts
            .into_iter()
            .enumerate()
            .filter(|&(_, count)| count > 0.0)
            .map(|(item, count)| (item as u32, count))
            .collect();
        ranking.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        Popularity { ranking }
    }

    /// Items, most popular first, with their decayed counts.
    pub fn ranking(&self) -> &[(u32, f32)] {
        &self.ranking
    }

    /// Reads itself.
    ///
    /// # Errors
    /// If a section is missing or does not fit.
    pub fn load(reader: &Reader, items: usize) -> Result<Popularity, ArtefactError> {
        let (ranked, counts) = (reader.array("items")?, reader.array::<f32>("counts")?);
        if ranked.len() != counts.len() || !all_below(&ranked, items) {
            return Err(reader.unusable("items"));
        }
        Ok(Popularity { ranking: ranked.iter().copied().zip(counts.iter().copied()).collect() })
    }
}

impl Model for Popularity {
    fn name(&self) -> &'static str {
        "popularity"
    }

    fn score(&self, _: &Query<'_>, scores: &mut Scores) {
        for &(item, count) in self.ranking.iter().take(KEPT) {
            scores.add(item, count);
        }
    }

    fn save(&self, out: &mut Writer) {
        out.numbers("items", self.ranking.iter().map(|&(item, _)| item));
        out.numbers("counts", self.ranking.iter().map(|&(_, count)| count));
    }
}
