//! TIFU-kNN: the customer's frequencies with decay over baskets, mixed with those of like customers.
//!
//! Source: Hu, He, Gao, Zhang, "Modeling Personalized Item Frequency Information for Next-basket Recommendation", SIGIR
//! 2020, section 4 (equations 5-8): baskets are cut into groups of `group`, decayed within a group and across groups;
//! neighbours are the nearest by Euclidean distance.

use super::{BasketModel, Shopper, log::History, past::Past};
use crate::{Item, Scores};

/// The five parameters of the paper.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TifuOptions {
    /// How many neighbours (k).
    pub neighbours: usize,
    /// Baskets of a group (m).
    pub group: usize,
    /// Decay for each basket within a group (r_b).
    pub within: f32,
    /// Decay for each group (r_g).
    pub across: f32,
    /// Weight of the customer's own frequencies (alpha); the rest is the neighbours'.
    pub own: f32,
}

impl Default for TifuOptions {
    /// Found on Online Retail by `soak_baskets --tune` (docs/recommend.md).
    fn default() -> TifuOptions {
        TifuOptions { neighbours: 100, group: 2, within: 1.0, across: 0.6, own: 0.5 }
    }
}

/// A sparse vector: items ascending, with weights.
type Sparse = Vec<(Item, f32)>;

/// A customer's decayed frequencies.
pub fn vector(history: History<'_>, options: &TifuOptions) -> Sparse {
    let count = history.baskets().count();
    let size = options.group.max(1);
    let groups = count.div_ceil(size).max(1);
    // Groups are full from the newest basket backwards; what is left over is the oldest group.
    let oldest = count - (groups - 1) * size;
    let mut entries: Sparse = Vec::with_capacity(history.items.len());
    for (place, (_, items)) in history.baskets().enumerate() {
        let from_end = count - 1 - place;
        let (group, within) = (from_end / size, from_end % size);
        let members = if group + 1 == groups { oldest } else { size };
        let weight =
            options.within.powi(within as i32) * options.across.powi(group as i32) / (members as f32 * groups as f32);
        entries.extend(items.iter().map(|&item| (item, weight)));
    }
    entries.sort_by_key(|entry| entry.0);
    entries.dedup_by(|later, kept| {
        let same = later.0 == kept.0;
        if same {
            kept.1 += later.1;
        }
        same
    });
    entries
}

/// The fitted model: every customer's vector, by customer and by item.
#[derive(Debug, Clone, Default)]
pub struct Tifu {
    options: TifuOptions,
    /// Where a customer's entries start.
    starts: Vec<u32>,
    /// Entries of all vectors.
    items: Vec<Item>,
    weights: Vec<f32>,
    /// The same by item: where an item's start, whose, how much.
    holder_starts: Vec<u32>,
    holders: Vec<u32>,
    holder_weights: Vec<f32>,
    /// Square of the length of each vector.
    squares: Vec<f32>,
}

impl Tifu {
    /// Vectors of everybody who bought something.
    pub fn fit(past: Past<'_>, options: TifuOptions) -> Tifu {
        let mut starts = vec![0];
        let (mut items, mut weights) = (Vec::new(), Vec::new());
        for customer in 0..past.customer_count() as u32 {
            for (item, weight) in vector(past.history(customer), &options) {
                items.push(item);
                weights.push(weight);
            }
            starts.push(items.len() as u32);
        }
        let item_count = past.item_count();
        let mut holder_starts = vec![0u32; item_count + 1];
        for &item in &items {
            holder_starts[item as usize + 1] += 1;
        }
        for item in 0..item_count {
            holder_starts[item + 1] += holder_starts[item];
        }
        let mut next = holder_starts.clone();
        let (mut holders, mut holder_weights) = (vec![0; items.len()], vec![0.0; items.len()]);
        let mut squares = Vec::with_capacity(starts.len());
        for (customer, bounds) in starts.windows(2).enumerate() {
            let mut square = 0.0;
            for at in bounds[0] as usize..bounds[1] as usize {
                let place = &mut next[items[at] as usize];
                holders[*place as usize] = customer as u32;
                holder_weights[*place as usize] = weights[at];
                *place += 1;
                square += weights[at] * weights[at];
            }
            squares.push(square);
        }
        Tifu { options, starts, items, weights, holder_starts, holders, holder_weights, squares }
    }

    /// The nearest customers with their distances (squared), nearest first, without `except`.
    pub fn nearest(&self, own: &[(Item, f32)], except: Option<u32>) -> Vec<(f32, u32)> {
        let customers = self.squares.len();
        let mut dots = vec![0.0f32; customers];
        let mut square = 0.0;
        for &(item, weight) in own {
            square += weight * weight;
            let Some((&from, &to)) =
                self.holder_starts.get(item as usize).zip(self.holder_starts.get(item as usize + 1))
            else {
                continue;
            };
            let range = from as usize..to as usize;
            for (&holder, other) in self.holders[range.clone()].iter().zip(&self.holder_weights[range]) {
                dots[holder as usize] += weight * other;
            }
        }
        let mut near: Vec<(f32, u32)> = (0..customers as u32)
            .filter(|&customer| {
                Some(customer) != except && self.starts[customer as usize] < self.starts[customer as usize + 1]
            })
            .map(|customer| (square + self.squares[customer as usize] - 2.0 * dots[customer as usize], customer))
            .collect();
        let order = |a: &(f32, u32), b: &(f32, u32)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        let k = self.options.neighbours.min(near.len());
        if k > 0 && k < near.len() {
            near.select_nth_unstable_by(k - 1, order);
        }
        near.truncate(k);
        near.sort_unstable_by(order);
        near
    }

    /// Adds the mean of the neighbours' vectors, times `scale`.
    pub fn add_neighbours(&self, near: &[(f32, u32)], scale: f32, scores: &mut Scores) {
        let scale = scale / near.len().max(1) as f32;
        for &(_, customer) in near {
            let range = self.starts[customer as usize] as usize..self.starts[customer as usize + 1] as usize;
            for (&item, weight) in self.items[range.clone()].iter().zip(&self.weights[range]) {
                scores.add(item, scale * weight);
            }
        }
    }
}

impl BasketModel for Tifu {
    fn name(&self) -> &'static str {
        "TIFU-kNN"
    }

    fn score(&self, shopper: &Shopper<'_>, scores: &mut Scores) {
        let own = vector(shopper.history, &self.options);
        self.add_neighbours(&self.nearest(&own, shopper.customer), 1.0 - self.options.own, scores);
        for (item, weight) in own {
            scores.add(item, self.options.own * weight);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::log::{Baskets, Line};
    use super::*;

    const OPTIONS: TifuOptions = TifuOptions { neighbours: 1, group: 2, within: 0.5, across: 0.1, own: 0.6 };

    /// Worked by hand from equations 5-7: baskets {a}, {a b}, {c}; groups of two: ({a}) and ({a b}, {c}).
    #[test]
    fn decays_as_in_the_paper() {
        let history = History { items: &[0, 0, 1, 2], times_s: &[1, 2, 2, 3] };
        let vector = vector(history, &OPTIONS);
        let expected = [(0, 0.1 / 2.0 + 0.25 / 2.0), (1, 0.25 / 2.0), (2, 0.5 / 2.0)];
        assert_eq!(vector.len(), 3);
        for ((item, weight), (expected_item, expected_weight)) in vector.iter().zip(expected) {
            assert_eq!(*item, expected_item);
            assert!((weight - expected_weight).abs() < 1e-6, "{item}: {weight} {expected_weight}");
        }
    }

    #[test]
    fn mixes_the_nearest_in() {
        let line = |customer, item| Line { customer, time_s: 0, item, value: 1.0 };
        let log = Baskets::new(vec![line(0, 0), line(1, 0), line(1, 1), line(2, 2), line(2, 3), line(2, 4)]);
        let tifu = Tifu::fit(Past::new(&log, 1), OPTIONS);
        let mut scores = Scores::new(5);
        tifu.score(&Shopper { customer: Some(0), history: log.history(0, 1), now_s: 1 }, &mut scores);
        assert!((scores.get(0) - 1.0).abs() < 1e-6);
        assert!((scores.get(1) - 0.4).abs() < 1e-6);
        assert_eq!(scores.get(2), 0.0);
    }
}
