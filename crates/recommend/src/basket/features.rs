//! A customer's candidates and what is known of each: the rows that the blend ranks.

use super::{
    Shopper,
    frequent::DAY_S,
    index::Index,
    renewal,
    tifu::{self, TifuOptions},
};
use crate::{Item, Scores};

/// Values of a row, in this order.
pub const FEATURES: [&str; 25] = [
    "times bought",
    "own decayed frequency",
    "share of baskets since first bought",
    "baskets since last bought",
    "days since last bought",
    "dueness",
    "renewal chance",
    "with last basket",
    "with all baskets",
    "after last basket",
    "after all baskets",
    "popularity, 5 days",
    "popularity, 21 days",
    "popularity, 90 days",
    "popularity, all",
    "trend, 5 to 21 days",
    "trend, 21 to 90 days",
    "season of last year",
    "days since first sold",
    "days since last sold",
    "item's repeat factor",
    "money of a line over the customer's usual",
    "customer's baskets",
    "customer's mean basket",
    "days since last basket over usual",
];

/// Where in a row the renewal chance stands, and what goes with all baskets.
pub(super) const RENEWAL: usize = 6;
pub(super) const WITH_ALL: usize = 8;

/// Candidates taken from each kind of neighbour.
const FROM_NEIGHBOURS: usize = 60;
/// The most recently bought of the own items that are looked at.
const OWN_ITEMS: usize = 400;

/// A shopper's candidates with their rows; scratch of one thread, reused.
#[derive(Debug, Clone, Default)]
pub struct Features {
    /// Candidates, ascending.
    pub candidates: Vec<Item>,
    /// `FEATURES.len()` values a candidate.
    pub rows: Vec<f32>,
    sums: [Scores; 4],
    items: usize,
    best: Vec<crate::Scored>,
}

impl Features {
    /// Fills candidates and rows for a shopper.
    pub fn fill(&mut self, index: &Index, shopper: &Shopper<'_>) {
        let items = index.first_s.len();
        if self.items != items {
            self.items = items;
            self.sums = std::array::from_fn(|_| Scores::new(items));
        }
        let [with_last, with_all, after_last, after_all] = &mut self.sums;
        let history = shopper.history;
        let now_s = shopper.now_s;
        let mut own = renewal::own_items(history);
        own.retain(|own| (own.item as usize) < items);
        if own.len() > OWN_ITEMS {
            own.sort_by_key(|own| (std::cmp::Reverse(own.last_s), own.item));
            own.truncate(OWN_ITEMS);
            own.sort_by_key(|own| own.item);
        }
        let frequency = tifu::vector(history, &TifuOptions::default());

        let count = history.baskets().count();
        for (place, (_, basket)) in history.baskets().enumerate().skip(count.saturating_sub(8)) {
            let from_end = (count - 1 - place) as i32;
            let weight = 0.7f32.powi(from_end) / (basket.len() as f32).sqrt();
            for &item in basket {
                if from_end == 0 {
                    index.together.of(item).for_each(|(near, score)| with_last.add(near, score));
                    index.after.of(item).for_each(|(near, score)| after_last.add(near, score));
                }
                index.together.of(item).for_each(|(near, score)| with_all.add(near, weight * score));
                index.after.of(item).for_each(|(near, score)| after_all.add(near, weight * score));
            }
        }
        self.candidates.clear();
        self.candidates.extend(own.iter().map(|own| own.item));
        self.candidates.extend(&index.best);
        for sums in [&*with_all, &*after_all] {
            self.best.clear();
            self.best.extend(sums.touched().iter().map(|&item| crate::Scored { item, score: sums.get(item) }));
            crate::keep_top(FROM_NEIGHBOURS, &mut self.best);
            self.candidates.extend(self.best.iter().map(|scored| scored.item));
        }
        self.candidates.sort_unstable();
        self.candidates.dedup();

        let days = |from_s: i64, to_s: i64| (to_s.saturating_sub(from_s).max(0) as f64 / DAY_S) as f32;
        let lines = history.items.len().max(1) as f32;
        let usual_money = history
            .items
            .iter()
            .map(|&item| index.money.get(item as usize).copied().unwrap_or(0.0).max(0.01).ln())
            .sum::<f32>()
            / lines;
        let (first_s, last_s) =
            (history.times_s.first().copied().unwrap_or(now_s), history.times_s.last().copied().unwrap_or(now_s));
        let usual_gap = (days(first_s, last_s) + 30.0) / count.max(1) as f32;
        let silence = (days(last_s, now_s) / usual_gap).min(20.0);
        let last_basket = history.baskets().next_back().map_or(1, |(_, basket)| basket.len()).max(1) as f32;
        let of_customer = [count as f32, lines / count.max(1) as f32, silence];

        self.rows.clear();
        let (mut own, mut frequency) = (own.iter().peekable(), frequency.iter().peekable());
        for &item in &self.candidates {
            let at = item as usize;
            while frequency.next_if(|entry| entry.0 < item).is_some() {}
            let decayed = frequency.next_if(|entry| entry.0 == item).map_or(0.0, |entry| entry.1);
            let row = match own.next_if(|own| own.item == item) {
                Some(own) => [
                    own.times as f32,
                    decayed,
                    own.times as f32 / (count as u32 - own.first_place) as f32,
                    (count as u32 - 1 - own.last_place) as f32,
                    days(own.last_s, now_s),
                    index.renewal.dueness(own, now_s),
                    index.renewal.chance(own, now_s),
                ],
                None => [0.0, 0.0, 0.0, 1_000.0, 10_000.0, 1_000.0, 0.0],
            };
            self.rows.extend(row);
            let popularity: [f32; 4] = std::array::from_fn(|age| (index.popularity[age][at] + 0.1).ln());
            self.rows.extend([
                with_last.get(item) / last_basket.sqrt(),
                with_all.get(item),
                after_last.get(item) / last_basket.sqrt(),
                after_all.get(item),
                popularity[0],
                popularity[1],
                popularity[2],
                popularity[3],
                popularity[0] - popularity[1],
                popularity[1] - popularity[2],
                index.season[at],
                days(index.first_s[at], now_s),
                days(index.last_s[at], index.now_s),
                index.renewal.factors[at],
                index.money[at].max(0.01).ln() - usual_money,
            ]);
            self.rows.extend(of_customer);
        }
        self.sums.iter_mut().for_each(Scores::clear);
    }
}
