//! What goes into a basket.

use domain::Day;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::{
    order::Line,
    people::{Customer, Habit},
    rng::{chance, pick_cumulative},
    season::{self, product_index},
    world::World,
};

/// Chance that an order holds one more thing.
const ONE_MORE: f64 = 0.4;
/// Most things besides the first one.
const MOST_MORE: u32 = 4;

/// What can be bought on a day, and how wanted it is.
#[derive(Debug)]
pub(crate) struct Shelf {
    /// Cumulative weights by category, in the order of [`World::shelves`].
    pub by_category: Vec<Vec<f64>>,
    /// Cumulative weights over all products: for presents.
    gifts: Vec<f64>,
    /// Cumulative weights of the categories.
    categories: Vec<f64>,
    /// Bits of the products in stock.
    pub available: u64,
}

fn cumulate(weights: impl Iterator<Item = f64>) -> Vec<f64> {
    weights
        .scan(0.0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        })
        .collect()
}

impl World {
    /// The shelf of a day.
    pub(crate) fn shelf(&self, day: Day, index: u32, out_of_stock: &[&str]) -> Shelf {
        let mut available = 0u64;
        let age_days = self.age_days(index);
        let weights: Vec<f64> = self
            .products
            .iter()
            .enumerate()
            .map(|(at, product)| {
                let sku = product.variant.sku;
                if out_of_stock.contains(&sku) {
                    return 0.0;
                }
                available |= 1 << at;
                let mut weight = product.variant.weight * product_index(product.item.season, day);
                if self.brand.rising.contains(&sku) {
                    weight *= season::rising(age_days, self.config.days);
                }
                if self.brand.falling.contains(&sku) {
                    weight *= season::falling(age_days, self.config.days);
                }
                weight
            })
            .collect();
        let weight = |&product: &u16| weights[usize::from(product)];
        let by_category: Vec<Vec<f64>> = self.shelves.iter().map(|shelf| cumulate(shelf.iter().map(weight))).collect();
        let categories = cumulate(by_category.iter().map(|sums| sums.last().copied().unwrap_or(0.0)));
        let gifts = cumulate(
            self.products.iter().zip(&weights).map(|(product, weight)| if product.item.gift { *weight } else { 0.0 }),
        );
        Shelf { by_category, gifts, categories, available }
    }

    /// One product to a customer's taste.
    pub(crate) fn choose(&self, rng: &mut ChaCha8Rng, customer: Option<&Customer>, shelf: &Shelf) -> u16 {
        let (habit, tastes) = customer.map_or((Habit::Regular, [0, 0]), |customer| (customer.habit, customer.tastes));
        if habit == Habit::Gift && chance(rng, 0.75) {
            return pick_cumulative(rng, &shelf.gifts) as u16;
        }
        let category = match rng.random::<f64>() {
            at if customer.is_some() && at < 0.4 => usize::from(tastes[0]),
            at if customer.is_some() && at < 0.55 => usize::from(tastes[1]),
            _ => pick_cumulative(rng, &shelf.categories),
        };
        let shelf_of = &shelf.by_category[category];
        self.shelves[category][pick_cumulative(rng, shelf_of)]
    }

    /// The lines of an order. `first` is what it is placed for (a refill, a concept's product).
    pub(crate) fn basket(
        &self,
        rng: &mut ChaCha8Rng,
        customer: Option<&Customer>,
        shelf: &Shelf,
        first: Option<u16>,
    ) -> Vec<Line> {
        let not_now = customer.map_or(0, |customer| customer.refills | customer.owns);
        let mut lines: Vec<Line> = Vec::with_capacity(3);
        let mut taken = 0u64;
        let mut add = |rng: &mut ChaCha8Rng, product: u16, taken: &mut u64| {
            let bit = 1u64 << product;
            if *taken & bit == 0 && shelf.available & bit != 0 {
                *taken |= bit;
                let more = if self.products[usize::from(product)].item.gift { 0.1 } else { 0.07 };
                let quantity = if chance(rng, more) { rng.random_range(2..=3) } else { 1 };
                let price_minor = self.products[usize::from(product)].variant.price_minor;
                lines.push(Line { product, quantity, price_minor });
            }
        };
        let mut more = 0;
        if let Some(product) = first {
            add(rng, product, &mut taken);
        }
        while taken == 0 {
            let mut product = self.choose(rng, customer, shelf);
            // What they re-order comes by its own clock, and nobody needs a second kettle.
            if not_now >> product & 1 == 1 {
                product = self.choose(rng, customer, shelf);
            }
            add(rng, product, &mut taken);
        }
        while more < MOST_MORE && chance(rng, ONE_MORE) {
            more += 1;
            let product = self.choose(rng, customer, shelf);
            if not_now >> product & 1 == 0 {
                add(rng, product, &mut taken);
            }
        }
        for &(a, b, p) in &self.pairs {
            if taken >> a & 1 == 1 && chance(rng, p) {
                add(rng, b, &mut taken);
            }
        }
        lines
    }
}
