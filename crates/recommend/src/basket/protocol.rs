//! The next-basket protocol.
//!
//! - A basket is what one customer bought at one instant (one invoice, one session of the file).
//! - The test baskets are the last basket of every customer who has at least two; what counts as known of the customer
//!   is all of their earlier baskets.
//! - **Nothing bought at or after a test basket's instant may train**, whoever bought it. Time goes forward in steps
//!   (a week by default, the shop's rebuild): at the start of each step every model is fitted afresh on what was bought
//!   before it, by anybody, and answers for the test baskets of that step. Only the customer's own history is known up
//!   to the instant of the basket. Last baskets of others that lie in the past are history like any other.
//! - All items of the shop's past are candidates. What is in the test basket but was never sold before stays in the
//!   denominators: nobody can hit it.
//! - Recall@k is the share of the basket's items that are among the k; NDCG@k has binary gains and the ideal of
//!   min(k, size of the basket) hits; both are means over test baskets. Revenue@k is the money of the hit lines over
//!   all money of the test baskets.

use super::{BasketModel, Shopper, log::Baskets, past::Past};
use crate::{Scored, Scores};

/// How time goes on.
#[derive(Debug, Clone, Copy)]
pub struct Protocol {
    /// Lengths of the lists that are judged.
    pub at: &'static [usize],
    /// Days between two fits of the models.
    pub step_days: u32,
    /// Which basket of each customer is asked for, from the end: 0 is the last. Later ones are not looked at, so 1 is a
    /// validation set.
    pub from_end: usize,
    /// Asks for every so-manieth customer only: to tune on fewer.
    pub every: usize,
}

impl Default for Protocol {
    fn default() -> Protocol {
        Protocol { at: &[10], step_days: 7, from_end: 0, every: 1 }
    }
}

/// Something that can be fitted again and again as time goes on.
pub trait Learner: Send {
    /// Name in the table.
    fn name(&self) -> &'static str;

    /// A model of what is known at the instant of `past`, which is later than that of the call before.
    fn fit<'a>(&'a mut self, past: Past<'_>) -> Box<dyn BasketModel + 'a>;
}

type Make<'c> = dyn FnMut(Past<'_>) -> Box<dyn BasketModel + 'c> + Send + 'c;

/// A learner that makes a new model every time.
pub struct Refit<'c> {
    name: &'static str,
    make: Box<Make<'c>>,
}

impl<'c> Refit<'c> {
    /// `make` fits a model called `name`.
    pub fn new<M: BasketModel + 'c>(name: &'static str, mut make: impl FnMut(Past<'_>) -> M + Send + 'c) -> Refit<'c> {
        Refit { name, make: Box::new(move |past| Box::new(make(past))) }
    }
}

impl Learner for Refit<'_> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn fit<'a>(&'a mut self, past: Past<'_>) -> Box<dyn BasketModel + 'a> {
        (self.make)(past)
    }
}

/// What a model achieved: means over the test baskets.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct BasketFigures {
    /// Its name.
    pub model: &'static str,
    /// Length of the lists.
    pub at: usize,
    /// Test baskets.
    pub baskets: usize,
    /// Share of a basket's items that were in the list.
    pub recall: f64,
    /// Normalised discounted cumulative gain.
    pub ndcg: f64,
    /// Share of lists with at least one hit.
    pub hit_rate: f64,
    /// Money of hit lines over all money of the test baskets; a share of lines where the log knows no money.
    pub revenue: f64,
    /// Per test basket (in order of time): recall and NDCG, for paired comparisons.
    #[serde(skip)]
    pub each: Vec<(f32, f32)>,
}

/// The test baskets in order of time.
pub fn test_baskets(log: &Baskets, protocol: &Protocol) -> Vec<u32> {
    let last = |&basket: &u32| {
        let customer = log.customer(basket as usize);
        let own = log.of(customer);
        (customer as usize).is_multiple_of(protocol.every.max(1))
            && own.len() >= 2 + protocol.from_end
            && basket as usize + 1 + protocol.from_end == own.end
    };
    log.by_time().iter().copied().filter(last).collect()
}

/// Evaluates one learner; figures for each length of [`Protocol::at`].
pub fn evaluate(log: &Baskets, protocol: &Protocol, learner: &mut dyn Learner) -> Vec<BasketFigures> {
    let tests = test_baskets(log, protocol);
    let step_s = i64::from(protocol.step_days.max(1)) * 86_400;
    let epoch_s = log.by_time().first().map_or(0, |&basket| log.time_s(basket as usize));
    let step_of = |basket: u32| (log.time_s(basket as usize) - epoch_s) / step_s;
    let name = learner.name();
    let mut judge = Judge::new(log, protocol.at);
    for step in tests.chunk_by(|&a, &b| step_of(a) == step_of(b)) {
        let now_s = step.first().map_or(0, |&basket| epoch_s + step_of(basket) * step_s);
        let model = learner.fit(Past::new(log, now_s));
        step.iter().for_each(|&basket| judge.ask(&*model, basket));
    }
    judge.figures(name)
}

/// Asks models for baskets of a log and sums up.
pub(super) struct Judge<'a> {
    log: &'a Baskets,
    scores: Scores,
    best: Vec<Scored>,
    sums: Vec<Sums>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(log: &'a Baskets, at: &[usize]) -> Judge<'a> {
        let sums = at.iter().map(|&at| Sums { at, ..Sums::default() }).collect();
        Judge { log, scores: Scores::new(log.item_count()), best: Vec::new(), sums }
    }

    /// One basket, asked with what its customer had bought before its instant.
    pub(super) fn ask(&mut self, model: &dyn BasketModel, basket: u32) {
        let (log, basket) = (self.log, basket as usize);
        let (customer, now_s) = (log.customer(basket), log.time_s(basket));
        let history = log.history(customer, now_s);
        model.score(&Shopper { customer: Some(customer), history, now_s }, &mut self.scores);
        let longest = self.sums.iter().map(|sums| sums.at).max().unwrap_or(0);
        self.scores.take_top(longest, &mut self.best);
        for sums in &mut self.sums {
            sums.add(&self.best, log.items(basket), log.values(basket));
        }
    }

    pub(super) fn figures(self, model: &'static str) -> Vec<BasketFigures> {
        self.sums.into_iter().map(|sums| sums.figures(model)).collect()
    }
}

#[derive(Default)]
struct Sums {
    at: usize,
    each: Vec<(f32, f32)>,
    hits: usize,
    captured: f64,
    money: f64,
}

impl Sums {
    fn add(&mut self, best: &[Scored], items: &[crate::Item], values: &[f32]) {
        let (mut hits, mut gain) = (0, 0.0);
        for (rank, scored) in best.iter().take(self.at).enumerate() {
            if let Ok(place) = items.binary_search(&scored.item) {
                hits += 1;
                gain += 1.0 / (rank as f64 + 2.0).log2();
                self.captured += f64::from(values[place]);
            }
        }
        let ideal: f64 = (0..self.at.min(items.len())).map(|rank| 1.0 / (rank as f64 + 2.0).log2()).sum();
        self.money += values.iter().map(|&value| f64::from(value)).sum::<f64>();
        self.hits += usize::from(hits > 0);
        self.each.push((hits as f32 / items.len().max(1) as f32, (gain / ideal.max(1e-12)) as f32));
    }

    fn figures(self, model: &'static str) -> BasketFigures {
        let n = self.each.len().max(1) as f64;
        let mean = |of: fn(&(f32, f32)) -> f32| self.each.iter().map(|each| f64::from(of(each))).sum::<f64>() / n;
        BasketFigures {
            model,
            at: self.at,
            baskets: self.each.len(),
            recall: mean(|each| each.0),
            ndcg: mean(|each| each.1),
            hit_rate: self.hits as f64 / n,
            revenue: if self.money > 0.0 { self.captured / self.money } else { 0.0 },
            each: self.each,
        }
    }
}
