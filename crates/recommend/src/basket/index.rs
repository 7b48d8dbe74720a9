//! What the shop's past says of items: popularity at several ages, what is bought together and what follows what.

use super::{
    frequent::{DAY_S, decayed_popularity},
    past::Past,
    renewal::Renewal,
};
use crate::{Item, Scored, Scores, artefact::Array, keep_top, parallel};

/// Half-lives of the three popularities, days; the fourth counts everything.
pub(super) const HALF_LIVES_DAYS: [f64; 3] = [5.0, 21.0, 90.0];
/// Neighbours kept of each item.
const NEIGHBOURS: usize = 60;
/// Half-life of what is bought together, days.
const TOGETHER_DAYS: f64 = 120.0;
/// Older baskets, which would weigh less than an eighth, are not counted: counting pairs is what fitting takes longest for.
const PAIR_DAYS: i64 = 365;
/// Weighted baskets that shrink the cosine of rare items.
const SHRINK: f32 = 1.0;

/// For every item its nearest others with a weight, nearest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Near {
    pub(super) starts: Array<u32>,
    pub(super) items: Array<Item>,
    pub(super) weights: Array<f32>,
}

impl Near {
    /// The neighbours of an item.
    pub fn of(&self, item: Item) -> impl Iterator<Item = (Item, f32)> + '_ {
        let at = item as usize;
        let range = match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(&from), Some(&to)) => from as usize..to as usize,
            _ => 0..0,
        };
        self.items[range.clone()].iter().copied().zip(self.weights[range].iter().copied())
    }

    /// The weight of `other` among the neighbours of `item`, 0 if it is none.
    pub fn weight(&self, item: Item, other: Item) -> f32 {
        self.of(item).find(|(near, _)| *near == other).map_or(0.0, |(_, weight)| weight)
    }
}

/// Fitted on a past; see the fields.
#[derive(Debug, Clone, Default)]
pub struct Index {
    /// The instant it was fitted at, seconds.
    pub(super) now_s: i64,
    /// Decayed baskets by half-life, then all.
    pub(super) popularity: [Vec<f32>; 4],
    /// Baskets of the four weeks after this date of last year.
    pub(super) season: Vec<f32>,
    /// First sale of each item, seconds; `i64::MAX` if never.
    pub(super) first_s: Vec<i64>,
    /// Last sale of each item, seconds.
    pub(super) last_s: Vec<i64>,
    /// Mean money of a line of each item.
    pub(super) money: Vec<f32>,
    /// Bought in the same basket.
    pub(super) together: Near,
    /// Bought in the customer's next basket.
    pub(super) after: Near,
    /// Repeat purchases.
    pub(super) renewal: Renewal,
    /// Best-sellers of any age, best first by the fastest popularity.
    pub(super) best: Vec<Item>,
}

impl Index {
    /// Fits everything.
    pub fn fit(past: Past<'_>, threads: usize) -> Index {
        let items = past.item_count();
        let mut index = Index {
            now_s: past.now_s(),
            popularity: [
                decayed_popularity(past, HALF_LIVES_DAYS[0]),
                decayed_popularity(past, HALF_LIVES_DAYS[1]),
                decayed_popularity(past, HALF_LIVES_DAYS[2]),
                decayed_popularity(past, f64::INFINITY),
            ],
            season: vec![0.0; items],
            first_s: vec![i64::MAX; items],
            last_s: vec![i64::MIN; items],
            money: vec![0.0; items],
            renewal: Renewal::fit(past),
            ..Index::default()
        };
        let last_year_s = past.now_s() - 365 * 86_400;
        for &basket in past.by_time() {
            let time_s = past.time_s(basket);
            let in_season = (last_year_s - 7 * 86_400..last_year_s + 21 * 86_400).contains(&time_s);
            for (&item, &value) in past.items(basket).iter().zip(past.values(basket)) {
                let at = item as usize;
                index.first_s[at] = index.first_s[at].min(time_s);
                index.last_s[at] = index.last_s[at].max(time_s);
                index.money[at] += value;
                index.season[at] += f32::from(u8::from(in_season));
            }
        }
        for (money, count) in index.money.iter_mut().zip(&index.popularity[3]) {
            *money /= count.max(1.0);
        }
        let pairs = Pairs::new(past);
        index.together = pairs.near(past, threads, Some);
        index.after = pairs.near(past, threads, |basket| pairs.next[basket as usize]);
        index.best = index.best_sellers();
        index
    }

    /// Whether nothing was fitted.
    pub fn is_empty(&self) -> bool {
        self.first_s.is_empty()
    }

    /// The union of the best 80 by each decayed popularity and the season's best 40.
    fn best_sellers(&self) -> Vec<Item> {
        let mut best: Vec<Item> = Vec::new();
        let lists =
            [(&self.popularity[0], 80), (&self.popularity[1], 80), (&self.popularity[2], 40), (&self.season, 40)];
        for (popularity, count) in lists {
            let mut scored: Vec<Scored> =
                popularity.iter().enumerate().map(|(item, &score)| Scored { item: item as Item, score }).collect();
            keep_top(count, &mut scored);
            best.extend(scored.iter().filter(|scored| scored.score > 0.0).map(|scored| scored.item));
        }
        best.sort_unstable();
        best.dedup();
        best
    }
}

/// What is bought in the same basket as each item, by cosine, weighted by age and size of the baskets.
pub fn bought_together(past: Past<'_>, threads: usize) -> Near {
    Pairs::new(past).near(past, threads, Some)
}

/// Baskets by item, for counting pairs row by row.
struct Pairs {
    starts: Vec<usize>,
    holders: Vec<u32>,
    /// The same customer's next basket.
    next: Vec<Option<u32>>,
    /// Weight of each basket by age.
    weights: Vec<f32>,
}

impl Pairs {
    fn new(past: Past<'_>) -> Pairs {
        let known = past.since(past.now_s() - PAIR_DAYS * 86_400);
        let most = known.iter().max().map_or(0, |&basket| basket as usize + 1);
        let mut starts = vec![0usize; past.item_count() + 1];
        for &basket in known {
            for &item in past.items(basket) {
                starts[item as usize + 1] += 1;
            }
        }
        for item in 1..starts.len() {
            starts[item] += starts[item - 1];
        }
        let mut place = starts.clone();
        let mut holders = vec![0; starts.last().copied().unwrap_or(0)];
        let (mut next, mut weights) = (vec![None; most], vec![0.0; most]);
        let mut latest: Vec<Option<u32>> = vec![None; past.customer_count()];
        for &basket in known {
            let age_days = (past.now_s() - past.time_s(basket)) as f64 / DAY_S;
            let size = past.items(basket).len() as f64;
            weights[basket as usize] = ((-age_days / TOGETHER_DAYS).exp2() / size.sqrt()) as f32;
            if let Some(before) = latest[past.customer(basket) as usize].replace(basket) {
                next[before as usize] = Some(basket);
            }
            for &item in past.items(basket) {
                holders[place[item as usize]] = basket;
                place[item as usize] += 1;
            }
        }
        Pairs { starts, holders, next, weights }
    }

    /// Cosine of items by the baskets of one and the `other` basket that belongs to each.
    fn near(&self, past: Past<'_>, threads: usize, other: impl Fn(u32) -> Option<u32> + Sync) -> Near {
        let items = past.item_count();
        let mut from = vec![0.0f32; items];
        let mut to = vec![0.0f32; items];
        for &basket in past.since(past.now_s() - PAIR_DAYS * 86_400) {
            let Some(target) = other(basket) else { continue };
            let weight = self.weights[target as usize];
            past.items(basket).iter().for_each(|&item| from[item as usize] += weight);
            past.items(target).iter().for_each(|&item| to[item as usize] += weight);
        }
        let rows = parallel::chunks(items, threads, |range| {
            let (mut row, mut best) = (Scores::new(items), Vec::new());
            let mut rows: Vec<Vec<Scored>> = Vec::with_capacity(range.len());
            for item in range {
                for &basket in &self.holders[self.starts[item]..self.starts[item + 1]] {
                    let Some(target) = other(basket) else { continue };
                    let weight = self.weights[target as usize];
                    past.items(target).iter().for_each(|&bought| row.add(bought, weight));
                }
                best.clear();
                for &bought in row.touched().iter().filter(|&&bought| bought as usize != item) {
                    let norm = ((from[item] + SHRINK) * (to[bought as usize] + SHRINK)).sqrt();
                    best.push(Scored { item: bought, score: row.get(bought) / norm });
                }
                row.clear();
                keep_top(NEIGHBOURS, &mut best);
                rows.push(best.clone());
            }
            rows
        });
        let (mut starts, mut items, mut weights) = (vec![0], Vec::new(), Vec::new());
        for row in rows.iter().flatten() {
            items.extend(row.iter().map(|scored| scored.item));
            weights.extend(row.iter().map(|scored| scored.score));
            starts.push(items.len() as u32);
        }
        Near { starts: starts.into(), items: items.into(), weights: weights.into() }
    }
}
