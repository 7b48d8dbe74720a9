//! Long-term taste: EASE (Steck, *Embarrassingly Shallow Autoencoders for Sparse Data*, WWW 2019), each item's weights solved
//! on its nearest neighbours only, as fsSLIM does (Ning & Karypis, *SLIM*, ICDM 2011, §III-C).
//!
//! Item `j` is regressed on its most similar items `S` over customers: `b = (G_SS + λI)⁻¹ G_Sj`, where `G` counts customers
//! who had both. Where `S` is all other items, that is the closed form of EASE, zero diagonal included; cut to 50 it costs
//! 50³/6 multiplications an item whatever the size of the shop.

use serde::{Deserialize, Serialize};

use super::rows::{Rows, Sparse, keep_largest, make_rows, steps};
use crate::{
    Item, Model, Query, Scores, Sessions,
    artefact::{ArtefactError, Reader, Writer},
    models::Progress,
};

/// How EASE is fitted and asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EaseOptions {
    /// λ, in customers.
    pub ridge: f32,
    /// Neighbours that an item is regressed on, by cosine.
    pub neighbours: usize,
    /// The newest different items of a customer that are counted: bounds what wholesalers weigh.
    pub customer_items: usize,
    /// Pairs counted of each item, most first; bounds memory.
    pub counted: usize,
    /// The newest items of a query that are looked at.
    pub query_items: usize,
}

impl EaseOptions {
    /// Defaults for `items` items, from Online Retail (`docs/recommend.md`).
    pub fn new(items: usize) -> EaseOptions {
        let counted = (100_000_000 / items.max(1)).clamp(100, 4_000);
        EaseOptions { ridge: 500.0, neighbours: 50, customer_items: 500, counted, query_items: 500 }
    }
}

/// The model.
#[derive(Debug, Clone, PartialEq)]
pub struct Ease {
    options: EaseOptions,
    rows: Rows,
}

/// Different items of each customer, and customers of each item.
struct Owned {
    starts: Vec<usize>,
    items: Vec<Item>,
    item_starts: Vec<usize>,
    owners: Vec<u32>,
}

impl Owned {
    /// Sessions without users are a customer each.
    fn new(sessions: &Sessions, items: usize, most: usize) -> Owned {
        let mut order: Vec<u32> = (0..sessions.len() as u32).collect();
        if sessions.users.len() == sessions.len() {
            // Stable: sessions of a customer stay oldest first.
            order.sort_by_key(|&session| sessions.users[session as usize]);
        }
        let owner = |session: u32| sessions.users.get(session as usize).copied().unwrap_or(session);
        let mut owned =
            Owned { starts: vec![0], items: Vec::new(), item_starts: vec![0; items + 1], owners: Vec::new() };
        let mut last_seen = vec![u32::MAX; items];
        for (number, own) in order.chunk_by(|&a, &b| owner(a) == owner(b)).enumerate() {
            let first = owned.items.len();
            for &session in own.iter().rev() {
                for &item in sessions.get(session as usize).items.iter().rev() {
                    let known = (item as usize) < items && owned.items.len() - first < most;
                    if known && std::mem::replace(&mut last_seen[item as usize], number as u32) != number as u32 {
                        owned.items.push(item);
                        owned.item_starts[item as usize + 1] += 1;
                    }
                }
            }
            owned.starts.push(owned.items.len());
        }
        for item in 0..items {
            owned.item_starts[item + 1] += owned.item_starts[item];
        }
        let mut next = owned.item_starts.clone();
        owned.owners = vec![0; owned.items.len()];
        for (number, range) in owned.starts.windows(2).enumerate() {
            for &item in &owned.items[range[0]..range[1]] {
                owned.owners[next[item as usize]] = number as u32;
                next[item as usize] += 1;
            }
        }
        owned
    }

    fn owners(&self, item: Item) -> &[u32] {
        &self.owners[self.item_starts[item as usize]..self.item_starts[item as usize + 1]]
    }

    /// Customers who have the item.
    fn count(&self, item: Item) -> f32 {
        self.owners(item).len() as f32
    }
}

impl Ease {
    /// Fits on what customers (`sessions.users`; each session for itself where there are none) had, over items `0..items`.
    /// Memory is at most `events × 8 B + items × counted × 8 B + 2 × items × neighbours × 8 B`.
    pub fn fit(
        sessions: &Sessions,
        items: usize,
        options: &EaseOptions,
        threads: usize,
        progress: &dyn Fn(Progress),
    ) -> Ease {
        let owned = Owned::new(sessions, items, options.customer_items);
        let counting = |sum: &mut Sparse, item: Item, [row]: &mut [Vec<(Item, f32)>; 1]| {
            for &owner in owned.owners(item) {
                for &other in &owned.items[owned.starts[owner as usize]..owned.starts[owner as usize + 1]] {
                    if other != item {
                        sum.add(other, 1.0);
                    }
                }
            }
            sum.drain(row, |_| true);
            keep_largest(options.counted, row);
        };
        let [gram] = make_rows(items, threads, &steps(progress, "ease", "counting"), || Sparse::new(items), counting);
        let regressing = |_: &mut (), item: Item, [column]: &mut [Vec<(Item, f32)>; 1]| {
            let (others, counts) = gram.row(item);
            // All have the item's own share of the cosine; it does not change their order.
            let near = others.iter().zip(counts).map(|(&other, &count)| (other, count / owned.count(other).sqrt()));
            column.extend(near);
            keep_largest(options.neighbours, column);
            let mut system: Vec<f64> = Vec::with_capacity(column.len() * column.len());
            for &(a, _) in column.iter() {
                let diagonal = owned.count(a) + options.ridge.max(1e-6);
                system
                    .extend(column.iter().map(|&(b, _)| if a == b { diagonal } else { gram.get(a, b) }).map(f64::from));
            }
            let mut weights: Vec<f64> = column.iter().map(|&(other, _)| f64::from(gram.get(item, other))).collect();
            solve_symmetric(&mut system, &mut weights);
            column.iter_mut().zip(weights).for_each(|(entry, weight)| entry.1 = weight as f32);
        };
        let [columns] = make_rows(items, threads, &steps(progress, "ease", "regressing"), || (), regressing);
        Ease { options: options.clone(), rows: columns.transposed(items) }
    }

    /// The weight of having `from` for `to`.
    pub fn weight(&self, from: Item, to: Item) -> f32 {
        self.rows.get(from, to)
    }

    /// Reads itself.
    ///
    /// # Errors
    /// If a section is missing or does not fit.
    pub fn load(reader: &Reader, items: usize) -> Result<Ease, ArtefactError> {
        Ok(Ease { options: reader.json("options")?, rows: Rows::load(reader, items)? })
    }
}

impl Model for Ease {
    fn name(&self) -> &'static str {
        "ease"
    }

    fn score(&self, query: &Query<'_>, scores: &mut Scores) {
        let newest = query.session.items.iter().rev().chain(query.history.iter().rev()).take(self.options.query_items);
        let mut had: Vec<Item> = newest.copied().collect();
        had.sort_unstable();
        had.dedup();
        for item in had {
            let (items, weights) = self.rows.row(item);
            for (&item, &weight) in items.iter().zip(weights) {
                scores.add(item, weight);
            }
        }
    }

    fn save(&self, out: &mut Writer) {
        out.json("options", &self.options);
        self.rows.save(out);
    }
}

/// Solves `system · x = vector` in place by Cholesky's decomposition; `system` is symmetric, row by row. A system that counts
/// cut short have left not positive definite is made so by leaving out what cannot be told apart.
fn solve_symmetric(system: &mut [f64], vector: &mut [f64]) {
    let n = vector.len();
    for row in 0..n {
        for column in 0..=row {
            let (above, below) = system.split_at(row * n);
            let left = if column == row { &below[..column] } else { &above[column * n..column * n + column] };
            let known: f64 = below[..column].iter().zip(left).map(|(a, b)| a * b).sum();
            let rest = system[row * n + column] - known;
            system[row * n + column] = if column < row {
                rest / system[column * n + column]
            } else if rest > 1e-9 {
                rest.sqrt()
            } else {
                f64::INFINITY
            };
        }
    }
    for row in 0..n {
        let known: f64 = (0..row).map(|column| system[row * n + column] * vector[column]).sum();
        vector[row] = (vector[row] - known) / system[row * n + row];
    }
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n).map(|below| system[below * n + row] * vector[below]).sum();
        vector[row] = (vector[row] - known) / system[row * n + row];
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::Signal;

    fn sessions(all: &[Vec<Item>], users: &[u32]) -> Sessions {
        let mut sessions = Sessions::new();
        for items in all {
            sessions.items.extend(items);
            sessions.starts.push(sessions.items.len());
        }
        sessions.signals = vec![Signal::Purchase; sessions.items.len()];
        sessions.times_s = vec![0; sessions.items.len()];
        sessions.users = users.to_vec();
        sessions
    }

    fn options(ridge: f32) -> EaseOptions {
        EaseOptions { ridge, ..EaseOptions::new(10) }
    }

    /// Three customers ab, ab, bc and λ = 1: `P = (G + I)⁻¹`, `B = −P / diag(P)`, worked by hand. `b` on `a` and `c`:
    /// (2+1) x = 2 and (1+1) y = 1, for `a` and `c` never meet.
    #[test]
    fn by_hand() {
        let ease = Ease::fit(&sessions(&[vec![0, 1], vec![1, 0, 0], vec![1, 2]], &[]), 3, &options(1.0), 1, &|_| ());
        assert!((ease.weight(0, 1) - 2.0 / 3.0).abs() < 1e-6);
        assert!((ease.weight(2, 1) - 0.5).abs() < 1e-6);
        // a on b alone, for c is no neighbour: 2 / (3 + 1).
        assert!((ease.weight(1, 0) - 0.5).abs() < 1e-6);
        assert_eq!(ease.weight(1, 1), 0.0);
    }

    #[test]
    fn customers_are_gathered_and_little_is_no_panic() {
        let all = [vec![0], vec![3, 9], vec![1]];
        let ease = Ease::fit(&sessions(&all, &[7, 8, 7]), 4, &options(1.0), 2, &|_| ());
        assert!(ease.weight(0, 1) > 0.0, "two orders of one customer");
        let mut scores = Scores::new(4);
        let session = crate::Session { items: &[], signals: &[], times_s: &[], user: None };
        ease.score(&Query { session, history: &[0, 0, 77] }, &mut scores);
        assert_eq!((scores.get(1), scores.get(0)), (ease.weight(0, 1), 0.0));
        Ease::fit(&Sessions::new(), 0, &EaseOptions::new(0), 3, &|_| ());
    }

    #[test]
    fn kept_and_read_again() {
        let ease = Ease::fit(&sessions(&[vec![0, 1], vec![1, 2]], &[]), 3, &options(1.0), 1, &|_| ());
        let mut writer = Writer::new();
        ease.save(&mut writer);
        let bytes = writer.finish();
        assert_eq!(Ease::load(&Reader::new(bytes.clone().into()).unwrap(), 3).unwrap(), ease);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// With all neighbours it satisfies EASE's own condition: `(G + λI) B` is `G` off the diagonal (Steck 2019, eq. 3),
        /// on items that all meet; and threads do not matter.
        #[test]
        fn all_neighbours_make_ease(
            all in prop::collection::vec(prop::collection::vec(0_u32..6, 0..6), 1..20), ridge in 0.5_f32..50.0,
        ) {
            let mut all = all;
            all.push((0..6).collect());
            let ease = Ease::fit(&sessions(&all, &[]), 6, &options(ridge), 1, &|_| ());
            prop_assert_eq!(&ease, &Ease::fit(&sessions(&all, &[]), 6, &options(ridge), 3, &|_| ()));
            let both = |a: Item, b: Item| all.iter().filter(|own| own.contains(&a) && own.contains(&b)).count() as f32;
            for from in 0..6 {
                for to in (0..6).filter(|&to| to != from) {
                    let product: f32 = (0..6)
                        .map(|via| (both(from, via) + if from == via { ridge } else { 0.0 }) * ease.weight(via, to))
                        .sum();
                    prop_assert!((product - both(from, to)).abs() < 1e-3 * (1.0 + ridge));
                }
            }
        }
    }
}
