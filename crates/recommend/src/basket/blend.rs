//! Our recommender of next baskets: trees that rank a customer's candidates, learnt by going forward through the past.

use super::{
    BasketModel, Shopper,
    features::{FEATURES, Features},
    index::Index,
    past::Past,
    protocol::Learner,
    recommender::BasketRecommender,
    trees::{Growth, Lists, Trees},
};
use crate::parallel;

/// How it is learnt.
#[derive(Debug, Clone, Copy)]
pub struct BlendOptions {
    /// Days between two fits of the index within the past.
    pub step_days: u32,
    /// How many of the latest steps the trees learn from.
    pub steps: usize,
    /// Steps between two fits of the trees.
    pub refit_every: usize,
    /// Candidates that were not bought which a basket contributes at most.
    pub misses: usize,
    /// The trees.
    pub growth: Growth,
    /// Threads; the result is the same for any number.
    pub threads: usize,
}

impl Default for BlendOptions {
    fn default() -> BlendOptions {
        BlendOptions {
            step_days: 7,
            steps: 12,
            refit_every: 4,
            misses: 40,
            growth: Growth { trees: 70, depth: 6, rate: 0.12, ridge: 5.0 },
            threads: 1,
        }
    }
}

/// The examples of one step: baskets asked with the index of the step's start.
struct Step {
    from_s: i64,
    lists: Lists,
}

/// Goes forward through time: an index a step, examples from each step, trees now and then. What a step's baskets are
/// asked with never saw them, so the trees learn to trust each feature as far as it foretells.
pub struct Chain {
    options: BlendOptions,
    steps: Vec<Step>,
    model: BasketRecommender,
    since_trees: usize,
}

impl Chain {
    /// At the beginning of time.
    pub fn new(options: BlendOptions) -> Chain {
        Chain { options, steps: Vec::new(), model: BasketRecommender::default(), since_trees: 0 }
    }

    /// Goes on to the instant of `past`.
    pub fn advance(&mut self, past: Past<'_>) {
        let threads = self.options.threads;
        let step_s = i64::from(self.options.step_days.max(1)) * 86_400;
        let mut from_s = past.now_s() - step_s * self.options.steps as i64;
        // Steps end at the present instant; what is there already is kept, and before the first basket there is nothing.
        while self.steps.last().is_some_and(|last| from_s <= last.from_s) || from_s + step_s <= past.first_s() {
            from_s += step_s;
        }
        while from_s < past.now_s() {
            let index = match std::mem::take(&mut self.model.index) {
                kept if kept.now_s == from_s && !kept.is_empty() => kept,
                _ => Index::fit(past.earlier(from_s), threads),
            };
            let lists = self.examples(&index, past.earlier(from_s + step_s), from_s);
            self.steps.push(Step { from_s, lists });
            from_s += step_s;
        }
        let excess = self.steps.len().saturating_sub(self.options.steps);
        self.steps.drain(..excess);
        self.since_trees += 1;
        if self.model.trees.is_empty() || self.since_trees >= self.options.refit_every {
            self.since_trees = 0;
            let mut all = Lists { starts: vec![0], ..Lists::default() };
            self.steps.iter().for_each(|step| all.append(&step.lists));
            self.model.trees = Trees::fit(&all, FEATURES.len(), self.options.growth, threads);
        }
        if self.model.index.now_s != past.now_s() || self.model.index.is_empty() {
            self.model.index = Index::fit(past, threads);
        }
    }

    fn examples(&self, index: &Index, past: Past<'_>, from_s: i64) -> Lists {
        let baskets = past.since(from_s);
        let parts = parallel::chunks(baskets.len(), self.options.threads, |range| {
            let mut lists = Lists { starts: vec![0], ..Lists::default() };
            let mut features = Features::default();
            for &basket in &baskets[range] {
                self.example(index, past, basket, &mut features, &mut lists);
            }
            lists
        });
        let mut all = Lists { starts: vec![0], ..Lists::default() };
        parts.iter().for_each(|part| all.append(part));
        all
    }

    fn example(&self, index: &Index, past: Past<'_>, basket: u32, features: &mut Features, lists: &mut Lists) {
        let history = past.history_before(basket);
        if history.is_empty() {
            return;
        }
        features.fill(index, &Shopper { customer: Some(past.customer(basket)), history, now_s: past.time_s(basket) });
        let bought = past.items(basket);
        let is_bought = |item: &crate::Item| bought.binary_search(item).is_ok();
        if !features.candidates.iter().any(is_bought) {
            return;
        }
        let candidates = features.candidates.len();
        for (item, row) in features.candidates.iter().zip(features.rows.chunks_exact(FEATURES.len())) {
            let hit = is_bought(item);
            // A fair draw that needs no random numbers: a hash of basket and item.
            let draw = mix((u64::from(basket) << 32) | u64::from(*item)) as usize % candidates;
            if hit || draw < self.options.misses {
                lists.values.extend(row);
                lists.gains.push(f32::from(u8::from(hit)));
            }
        }
        lists.starts.push(lists.gains.len());
    }

    /// What it has learnt so far.
    pub fn model(&self) -> &BasketRecommender {
        &self.model
    }

    /// What it has learnt, to keep.
    pub fn into_model(self) -> BasketRecommender {
        self.model
    }
}

/// SplitMix64's finaliser.
fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

impl Learner for Chain {
    fn name(&self) -> &'static str {
        self.model.name()
    }

    fn fit<'a>(&'a mut self, past: Past<'_>) -> Box<dyn BasketModel + 'a> {
        self.advance(past);
        Box::new(&self.model)
    }
}
