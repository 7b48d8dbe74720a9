//! The baselines: what the customer bought most often, what everybody buys, and the best-sellers of the customer's
//! category.

use super::{BasketModel, Shopper, past::Past};
use crate::{Item, Scores};

/// Seconds of a day.
pub(super) const DAY_S: f64 = 86_400.0;

/// Baskets an item was in, each halved for every `half_life_days` it is old; no decay for an infinite half-life.
pub fn decayed_popularity(past: Past<'_>, half_life_days: f64) -> Vec<f32> {
    let mut counts = vec![0.0f64; past.item_count()];
    for &basket in past.by_time() {
        let age_days = (past.now_s() - past.time_s(basket)) as f64 / DAY_S;
        let weight = (-age_days / half_life_days).exp2();
        for &item in past.items(basket) {
            counts[item as usize] += weight;
        }
    }
    counts.into_iter().map(|count| count as f32).collect()
}

/// Best-sellers of late.
#[derive(Debug, Clone)]
pub struct Popular {
    popularity: Vec<f32>,
}

impl Popular {
    /// Counts with a half-life of four weeks.
    pub fn fit(past: Past<'_>) -> Popular {
        Popular { popularity: decayed_popularity(past, 28.0) }
    }
}

impl BasketModel for Popular {
    fn name(&self) -> &'static str {
        "popular"
    }

    fn score(&self, _: &Shopper<'_>, scores: &mut Scores) {
        for (item, &count) in self.popularity.iter().enumerate() {
            scores.add(item as Item, count);
        }
    }
}

/// The customer's most frequent items, the latest first among equals, then best-sellers: "GP-TopFreq" of Li et al., "A
/// next basket recommendation reality check", TOIS 2023, the stronger form of the baseline.
#[derive(Debug, Clone)]
pub struct MostFrequent {
    popular: Popular,
}

impl MostFrequent {
    /// Best-sellers to fill up with.
    pub fn fit(past: Past<'_>) -> MostFrequent {
        MostFrequent { popular: Popular::fit(past) }
    }
}

impl BasketModel for MostFrequent {
    fn name(&self) -> &'static str {
        "most-frequent"
    }

    fn score(&self, shopper: &Shopper<'_>, scores: &mut Scores) {
        let most = self.popular.popularity.iter().copied().fold(0.0, f32::max) + 1.0;
        for (item, &count) in self.popular.popularity.iter().enumerate() {
            scores.add(item as Item, 0.4 * count / most);
        }
        let baskets = shopper.history.baskets().count() as f32;
        for (place, (_, items)) in shopper.history.baskets().enumerate() {
            for &item in items {
                // Whole numbers count; the newest basket's place breaks ties by at most one half.
                let tie = 0.5 * ((place + 1) as f32 / (baskets + 1.0)).powi(8);
                scores.add(item, 1.0 + tie / baskets.max(1.0));
            }
        }
    }
}

/// Best-sellers of late of the category that the customer bought most lines of, then of the next.
#[derive(Debug, Clone)]
pub struct CategoryBestSellers<'a> {
    popular: Popular,
    categories: &'a [u32],
}

impl CategoryBestSellers<'_> {
    /// `categories`: one number an item.
    pub fn fit<'a>(past: Past<'_>, categories: &'a [u32]) -> CategoryBestSellers<'a> {
        CategoryBestSellers { popular: Popular::fit(past), categories }
    }
}

impl BasketModel for CategoryBestSellers<'_> {
    fn name(&self) -> &'static str {
        "category best-sellers"
    }

    fn score(&self, shopper: &Shopper<'_>, scores: &mut Scores) {
        let category = |item: Item| self.categories.get(item as usize).copied().unwrap_or(0) as usize;
        let mut lines = vec![0u32; self.categories.iter().max().map_or(1, |&most| most as usize + 1)];
        for &item in shopper.history.items {
            lines[category(item)] += 1;
        }
        let most = self.popular.popularity.iter().copied().fold(0.0, f32::max) + 1.0;
        for (item, &count) in self.popular.popularity.iter().enumerate() {
            scores.add(item as Item, count / most + lines[category(item as Item)] as f32);
        }
    }
}
