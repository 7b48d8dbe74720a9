//! What is measured of a model's answers.

use serde::Serialize;

use crate::{Item, Sessions};

/// Quality and speed of one model on one test. Shares are from 0 to 1, times in microseconds of wall clock.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Metrics {
    /// Predictions judged.
    pub pairs: u64,
    /// Share of predictions whose first `at` items hold the next item (recall at k: there is one target).
    pub hit_rate: f64,
    /// Mean of 1/rank of the next item, 0 beyond `at`.
    pub mrr: f64,
    /// Mean of 1/log2(rank + 1), 0 beyond `at`.
    pub ndcg: f64,
    /// Share of the training items that were recommended at least once.
    pub coverage: f64,
    /// Mean popularity of recommended items, the most popular item being 1 (Ludewig and Jannach 2018, section 4.3).
    pub popularity_bias: f64,
    /// Predictions judged and those whose target, or every event before it, does not occur in training.
    pub pairs_all: u64,
    /// `hit_rate` where those count as misses: the stricter of the two ways that papers count.
    pub hit_rate_all: f64,
    /// `mrr` where those count as misses.
    pub mrr_all: f64,
    /// Half of the predictions take no longer.
    pub p50_us: f64,
    /// 9 of 10 predictions take no longer.
    pub p90_us: f64,
    /// 99 of 100 predictions take no longer.
    pub p99_us: f64,
}

/// What one stretch of a test gave; stretches add up to the same [`Metrics`] however they are cut.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    /// Rank of the target from 1, or 0 for a miss.
    pub(super) ranks: Vec<u32>,
    pub(super) micros: Vec<f32>,
    pub(super) recommended: Vec<bool>,
    pub(super) popularity: u64,
    pub(super) answers: u64,
    /// Predictions not asked for because of unseen items.
    pub(super) unseen: u64,
}

impl Tally {
    pub(super) fn new(items: usize) -> Tally {
        Tally {
            ranks: Vec::new(),
            micros: Vec::new(),
            recommended: vec![false; items],
            popularity: 0,
            answers: 0,
            unseen: 0,
        }
    }

    pub(super) fn add(&mut self, other: Tally) {
        self.ranks.extend(other.ranks);
        self.micros.extend(other.micros);
        for (mine, theirs) in self.recommended.iter_mut().zip(other.recommended) {
            *mine |= theirs;
        }
        self.popularity += other.popularity;
        self.answers += other.answers;
        self.unseen += other.unseen;
    }

    pub(super) fn metrics(mut self, largest_count: u64) -> Metrics {
        let pairs = self.ranks.len();
        let mean = |gain: fn(f64) -> f64| {
            let sum: f64 = self.ranks.iter().filter(|&&rank| rank > 0).map(|&rank| gain(f64::from(rank))).sum();
            sum / pairs.max(1) as f64
        };
        let (hit_rate, mrr, ndcg) = (mean(|_| 1.0), mean(|rank| 1.0 / rank), mean(|rank| 1.0 / (rank + 1.0).log2()));
        let items = self.recommended.len().max(1) as f64;
        let all = pairs as f64 / (pairs as u64 + self.unseen).max(1) as f64;
        self.micros.sort_by(f32::total_cmp);
        let percentile = |share: f64| {
            let at = (share * pairs as f64).ceil() as usize;
            self.micros.get(at.saturating_sub(1)).map_or(0.0, |&micros| f64::from(micros))
        };
        Metrics {
            pairs: pairs as u64,
            hit_rate,
            mrr,
            ndcg,
            coverage: self.recommended.iter().filter(|&&recommended| recommended).count() as f64 / items,
            popularity_bias: self.popularity as f64 / self.answers.max(1) as f64 / largest_count.max(1) as f64,
            pairs_all: pairs as u64 + self.unseen,
            hit_rate_all: hit_rate * all,
            mrr_all: mrr * all,
            p50_us: percentile(0.5),
            p90_us: percentile(0.9),
            p99_us: percentile(0.99),
        }
    }
}

/// How often each item occurs.
pub(super) fn counts(sessions: &Sessions, items: usize) -> Vec<u64> {
    let mut counts = vec![0; items];
    for &item in &sessions.items {
        counts[item as Item as usize] += 1;
    }
    counts
}
