//! `auto`: several models, and a small ranker that has learnt on the newest part of the training sessions how far to trust
//! each of them for this kind of item and session (stacking: Wolpert, "Stacked generalization", Neural Networks 1992, with
//! folds that respect time).

mod features;
mod hooks;
mod members;
mod purpose;
mod ranker;
mod train;
mod tune;

#[cfg(test)]
mod tests;

use std::cell::RefCell;

use features::{ItemFacts, Opinions, describe};
pub use hooks::{Hooks, Stages};
pub use members::MemberOptions;
pub use purpose::{Choice, Purpose, TrainingReport};
use ranker::Ranker;
pub use train::{train, train_with};
pub use tune::tuned;

use crate::{
    Member, Model, Query, Scored, Scores,
    artefact::{ArtefactError, Reader, Writer},
    models,
};

/// Candidates that the ranker orders; the others follow in the order of the members' weighted sum.
const RANKED: usize = 100;

/// Candidates kept at all: filters of a shop choose among them.
const KEPT: usize = 600;

/// The blend.
pub struct Auto {
    members: Vec<Box<dyn Model>>,
    /// Share of each member in the sum that picks the candidates.
    weights: Vec<f32>,
    facts: ItemFacts,
    ranker: Option<Ranker>,
    /// Whether the log has several kinds of events, so that the ranker is told which happened.
    has_kinds: bool,
    /// By the index of the purpose.
    ways: [Way; 1 + Purpose::PLACED.len()],
    report: TrainingReport,
    items: usize,
}

/// What serves a purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Way {
    /// All members, ranked.
    #[default]
    Blend,
    /// One member alone.
    Member(usize),
    /// Nothing is named, so that whoever asks fills up with best-sellers and says so.
    BestSellers,
}

const BEST_SELLERS: &str = "best-sellers";

/// What a thread counts with.
#[derive(Default)]
struct Scratch {
    members: Vec<Opinions>,
    pooled: Vec<Scored>,
    features: Vec<f32>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl Auto {
    /// Leaves in `scratch.pooled` all candidates, the best `ranked` of them in front, and the features of these. Answers how many
    /// those are. `pool` is empty before and after.
    fn gather(&self, query: &Query<'_>, ranked: usize, scratch: &mut Scratch, pool: &mut Scores) -> usize {
        if scratch.members.len() < self.members.len() || scratch.members[0].scores.items() < pool.items() {
            let none = Opinions { scores: Scores::new(pool.items()), best: 0.0, sum: 0.0 };
            scratch.members = vec![none; self.members.len()];
        }
        let opinions = &mut scratch.members[..self.members.len()];
        for ((model, weight), Opinions { scores, best, sum }) in
            self.members.iter().zip(&self.weights).zip(&mut *opinions)
        {
            scores.clear();
            model.score(query, scores);
            (*best, *sum) = (0.0, 0.0);
            for &item in scores.touched() {
                let score = scores.get(item).max(0.0);
                *best = best.max(score);
                *sum += score;
            }
            if *best > 0.0 && *weight > 0.0 {
                let scale = weight / *best;
                for &item in scores.touched() {
                    pool.add(item, scores.get(item).max(0.0) * scale);
                }
            }
        }
        scratch.pooled.clear();
        pool.drain_into(&mut scratch.pooled);
        let order = |a: &Scored, b: &Scored| b.score.total_cmp(&a.score).then(a.item.cmp(&b.item));
        if scratch.pooled.len() > KEPT {
            scratch.pooled.select_nth_unstable_by(KEPT, order);
            scratch.pooled.truncate(KEPT);
        }
        let ranked = ranked.min(scratch.pooled.len());
        if ranked < scratch.pooled.len() {
            scratch.pooled.select_nth_unstable_by(ranked, order);
        }
        describe(query, &self.facts, opinions, &scratch.pooled[..ranked], self.has_kinds, &mut scratch.features);
        ranked
    }

    fn items(&self) -> usize {
        self.items
    }

    fn all_ways(&self) -> impl Iterator<Item = Way> + '_ {
        [Way::Blend].into_iter().chain((0..self.members.len()).map(Way::Member)).chain([Way::BestSellers])
    }

    fn way_name(&self, way: Way) -> &'static str {
        match way {
            Way::Blend => "auto",
            Way::Member(at) => self.members.get(at).map_or("auto", |member| member.name()),
            Way::BestSellers => BEST_SELLERS,
        }
    }

    fn score_way(&self, way: Way, query: &Query<'_>, scores: &mut Scores) {
        match way {
            Way::Blend => self.blend(query, scores),
            Way::Member(at) => self.members[at].score(query, scores),
            Way::BestSellers => {}
        }
    }

    /// All members, ranked.
    fn blend(&self, query: &Query<'_>, scores: &mut Scores) {
        SCRATCH.with_borrow_mut(|scratch| {
            let ranked = if self.ranker.is_some() { RANKED } else { 0 };
            let ranked = self.gather(query, ranked, scratch, scores);
            let (head, tail) = scratch.pooled.split_at(ranked);
            for scored in tail {
                scores.add(scored.item, 0.5 * scored.score);
            }
            let Some(ranker) = &self.ranker else { return };
            let width = features::count(self.members.len(), self.has_kinds);
            let ranks: Vec<f32> = scratch.features.chunks_exact(width).map(|features| ranker.score(features)).collect();
            let best = ranks.iter().copied().fold(f32::MIN, f32::max);
            for (scored, rank) in head.iter().zip(ranks) {
                // From 1 to 2, above every candidate that was not ranked.
                scores.add(scored.item, 1.0 + 1.0 / (1.0 + best - rank));
            }
        });
    }

    /// Reads the ways back from what the report says of them.
    fn set_ways(&mut self) -> bool {
        for choice in &self.report.choices {
            let Some(way) = self.all_ways().find(|&way| self.way_name(way) == choice.model) else { return false };
            self.ways[choice.purpose.index()] = way;
        }
        true
    }

    /// Reads itself.
    ///
    /// # Errors
    /// If a section is missing or does not fit.
    pub fn load(reader: &Reader, items: usize) -> Result<Auto, ArtefactError> {
        let names: Vec<String> = reader.json("members")?;
        if names.iter().any(|name| name == "auto") {
            return Err(reader.unusable("members"));
        }
        let members: Vec<_> =
            names.iter().map(|name| models::load(name, &reader.scope(name), items)).collect::<Result<_, _>>()?;
        let weights = reader.array::<f32>("weights")?.to_vec();
        if members.is_empty() || weights.len() != members.len() {
            return Err(reader.unusable("weights"));
        }
        let facts = ItemFacts::load(reader, items)?;
        let report: Option<TrainingReport> = reader.json("report").ok();
        let has_kinds = reader.json("has_kinds").unwrap_or(false);
        let ranker = if reader.json("ranked")? {
            Some(Ranker::load(&reader.scope("ranker"), features::count(members.len(), has_kinds))?)
        } else {
            None
        };
        let (ways, report) = (Default::default(), report.unwrap_or_default());
        let mut auto = Auto { members, weights, facts, ranker, has_kinds, ways, report, items };
        if auto.set_ways() { Ok(auto) } else { Err(reader.unusable("report")) }
    }
}

impl Model for Auto {
    fn name(&self) -> &'static str {
        "auto"
    }

    fn score(&self, query: &Query<'_>, scores: &mut Scores) {
        self.score_way(self.ways[0], query, scores);
    }

    fn score_for(&self, purpose: Purpose, query: &Query<'_>, scores: &mut Scores) {
        self.score_way(self.ways[purpose.index()], query, scores);
    }

    fn report(&self) -> Option<&TrainingReport> {
        Some(&self.report)
    }

    fn save(&self, out: &mut Writer) {
        out.json("members", &self.members.iter().map(|model| model.name()).collect::<Vec<_>>());
        out.numbers("weights", self.weights.iter().copied());
        for model in &self.members {
            out.scope(model.name(), |out| model.save(out));
        }
        self.facts.save(out);
        out.json("ranked", &self.ranker.is_some());
        if let Some(ranker) = &self.ranker {
            out.scope("ranker", |out| ranker.save(out));
        }
        if self.has_kinds {
            out.json("has_kinds", &true);
        }
        if self.report != TrainingReport::default() {
            out.json("report", &self.report);
        }
    }

    fn members(&self) -> Vec<Member<'_>> {
        self.members.iter().zip(&self.weights).map(|(model, &weight)| Member { model: &**model, weight }).collect()
    }
}
