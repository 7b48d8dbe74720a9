//! Repeat purchase as a renewal: how likely an item is bought again now, given how often and how regularly this
//! customer bought it and how long ago.
//!
//! The chance is counted, not assumed: all (customer, item) pairs of the past are asked, at each later basket, whether
//! the item was in it, by (times bought, silence over the expected gap). An item's own factor is shrunk towards 1. The
//! expected gap is the mean of the customer's gaps with the item's and everybody's as prior: partial pooling as in
//! `stats::renewal`, which models the same thing by days for a forecast; here only an order of items is needed. Counts by
//! (times, silence) follow Bhagat et al., "Buy It Again: Modeling Repeat Purchase Recommendations", KDD 2018.

use super::{BasketModel, Shopper, frequent::DAY_S, log::History, past::Past};
use crate::{Item, Scores};

/// Classes of "times bought": 1, 2, 3, 4-5, 6 and more.
const TIMES: usize = 5;
/// Classes of silence over the expected gap.
const EDGES: [f32; 15] = [0.02, 0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 1.0, 1.2, 1.5, 2.0, 3.0, 5.0, 8.0, 14.0];
const CLASSES: usize = TIMES * (EDGES.len() + 1);
/// Gaps that an item's mean gap, and everybody's, are worth.
const PRIOR_GAPS: f32 = 1.0;
/// Expected repeats that an item's factor of 1 is worth.
const PRIOR_REPEATS: f32 = 10.0;
/// Days of baskets that chances are counted on.
const WINDOW_DAYS: i64 = 270;

/// What one customer did with one item.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Own {
    /// The item.
    pub item: Item,
    /// Baskets it was in.
    pub times: u32,
    /// First and last purchase, seconds.
    pub first_s: i64,
    /// See `first_s`.
    pub last_s: i64,
    /// Place of the first basket with it, counted from 0.
    pub first_place: u32,
    /// Place of the last basket with it.
    pub last_place: u32,
}

impl Own {
    fn new(item: Item, time_s: i64, place: u32) -> Own {
        Own { item, times: 1, first_s: time_s, last_s: time_s, first_place: place, last_place: place }
    }

    fn again(&mut self, time_s: i64, place: u32) {
        self.times += 1;
        self.last_s = time_s;
        self.last_place = place;
    }
}

/// Everything a customer bought, item by item.
pub fn own_items(history: History<'_>) -> Vec<Own> {
    let mut all: Vec<Own> = Vec::with_capacity(history.items.len());
    for (place, (time_s, items)) in history.baskets().enumerate() {
        all.extend(items.iter().map(|&item| Own::new(item, time_s, place as u32)));
    }
    // Stable: oldest first within an item.
    all.sort_by_key(|own| own.item);
    all.dedup_by(|later, kept| {
        let same = later.item == kept.item;
        if same {
            kept.again(later.last_s, later.last_place);
        }
        same
    });
    all
}

/// The counted chances.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Renewal {
    /// Everybody's mean gap, days.
    pub(super) gap_days: f32,
    /// Mean gap of each item in days, shrunk to everybody's.
    pub(super) item_gap_days: Vec<f32>,
    /// Chance by class.
    pub(super) chances: Vec<f32>,
    /// Factor of each item.
    pub(super) factors: Vec<f32>,
}

impl Renewal {
    /// Counts.
    pub fn fit(past: Past<'_>) -> Renewal {
        let items = past.item_count();
        let customers = || (0..past.customer_count() as u32).map(|customer| past.history(customer));
        let mut gaps = vec![(0.0f32, 0.0f32); items];
        let mut all = (0.0f64, 0.0f64);
        for history in customers() {
            for own in own_items(history) {
                let (n, days) = ((own.times - 1) as f32, days(own.last_s - own.first_s));
                gaps[own.item as usize].0 += n;
                gaps[own.item as usize].1 += days;
                all = (all.0 + f64::from(n), all.1 + f64::from(days));
            }
        }
        let gap_days = if all.0 > 0.0 { (all.1 / all.0) as f32 } else { 30.0 };
        let item_gap_days = gaps.iter().map(|(n, days)| (days + 5.0 * gap_days) / (n + 5.0)).collect();
        let mut renewal = Renewal { gap_days, item_gap_days, chances: vec![0.0; CLASSES], factors: vec![1.0; items] };

        let from_s = past.now_s() - WINDOW_DAYS * 86_400;
        let mut counts = vec![(0.0f64, 0.0f64); CLASSES];
        let mut of_item: Vec<(f32, f32)> = vec![(0.0, 0.0); items];
        for round in 0..2 {
            let mut place_of = vec![u32::MAX; items];
            for history in customers() {
                let mut owned: Vec<Own> = Vec::new();
                for (place, (time_s, basket)) in history.baskets().enumerate() {
                    if time_s >= from_s {
                        for own in &owned {
                            let class = renewal.class(own, time_s);
                            let again = basket.binary_search(&own.item).is_ok();
                            if round == 0 {
                                counts[class].0 += f64::from(u8::from(again));
                                counts[class].1 += 1.0;
                            } else {
                                let sum = &mut of_item[own.item as usize];
                                sum.0 += f32::from(u8::from(again));
                                sum.1 += renewal.chances[class];
                            }
                        }
                    }
                    for &item in basket {
                        let slot = &mut place_of[item as usize];
                        match owned.get_mut(*slot as usize) {
                            Some(own) => own.again(time_s, place as u32),
                            None => {
                                *slot = owned.len() as u32;
                                owned.push(Own::new(item, time_s, place as u32));
                            }
                        }
                    }
                }
                for own in &owned {
                    place_of[own.item as usize] = u32::MAX;
                }
            }
            if round == 0 {
                let (hits, tries) = counts.iter().fold((0.0, 0.0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
                let mean = (hits + 1.0) / (tries + 20.0);
                for (chance, count) in renewal.chances.iter_mut().zip(&counts) {
                    *chance = ((count.0 + 20.0 * mean) / (count.1 + 20.0)) as f32;
                }
            }
        }
        for (factor, (again, promised)) in renewal.factors.iter_mut().zip(of_item) {
            *factor = (again + PRIOR_REPEATS) / (promised + PRIOR_REPEATS);
        }
        renewal
    }

    /// Days expected between two purchases of an item by a customer.
    pub fn expected_gap_days(&self, own: &Own) -> f32 {
        let of_item = self.item_gap_days.get(own.item as usize).copied().unwrap_or(self.gap_days);
        let n = (own.times - 1) as f32;
        ((days(own.last_s - own.first_s) + PRIOR_GAPS * of_item) / (n + PRIOR_GAPS)).max(0.5)
    }

    /// Days since the last purchase over the days expected: about 1 when it is due.
    pub fn dueness(&self, own: &Own, now_s: i64) -> f32 {
        days(now_s - own.last_s) / self.expected_gap_days(own)
    }

    fn class(&self, own: &Own, now_s: i64) -> usize {
        let times = match own.times {
            0 | 1 => 0,
            2 => 1,
            3 => 2,
            4 | 5 => 3,
            _ => 4,
        };
        let dueness = self.dueness(own, now_s);
        times * (EDGES.len() + 1) + EDGES.partition_point(|&edge| edge < dueness)
    }

    /// How likely the customer's next basket, if bought now, holds it.
    pub fn chance(&self, own: &Own, now_s: i64) -> f32 {
        let factor = self.factors.get(own.item as usize).copied().unwrap_or(1.0);
        self.chances.get(self.class(own, now_s)).copied().unwrap_or(0.0) * factor
    }
}

fn days(seconds: i64) -> f32 {
    (seconds.max(0) as f64 / DAY_S) as f32
}

impl BasketModel for Renewal {
    fn name(&self) -> &'static str {
        "renewal"
    }

    fn score(&self, shopper: &Shopper<'_>, scores: &mut Scores) {
        for own in own_items(shopper.history) {
            scores.add(own.item, self.chance(&own, shopper.now_s));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::log::{Baskets, Line};
    use super::*;

    /// Forty customers buy item 0 every 30 days and item 1 once; the next basket comes 30 days after the last.
    #[test]
    fn what_is_bought_regularly_is_due_and_what_was_bought_once_is_not() {
        let mut lines = Vec::new();
        for customer in 0..40 {
            for n in 0..6i64 {
                let time_s = n * 30 * 86_400;
                lines.push(Line { customer, time_s, item: 0, value: 1.0 });
                if n == 2 {
                    lines.push(Line { customer, time_s, item: 1, value: 1.0 });
                }
            }
        }
        let log = Baskets::new(lines);
        let now_s = 180 * 86_400;
        let renewal = Renewal::fit(Past::new(&log, now_s));
        let own = own_items(log.history(3, now_s));
        assert_eq!((own[0].times, own[1].times, own[1].first_place), (6, 1, 2));
        assert!((renewal.expected_gap_days(&own[0]) - 30.0).abs() < 1.0);
        assert!((renewal.dueness(&own[0], now_s) - 1.0).abs() < 0.05);
        assert!(renewal.chance(&own[0], now_s) > 0.5);
        assert!(renewal.chance(&own[1], 150 * 86_400) < 0.3);
        assert!(Renewal::fit(Past::new(&Baskets::default(), 0)).chance(&own[0], now_s) < 0.1);
    }
}
