//! Visitors who may be shown recommendations, and what that truly does to them.
//!
//! Whether somebody buys, and what, is drawn from a stream of the visitor's own that does not know what was shown: the
//! same visitor can be asked with one list, with another and with none (common random numbers), so the effect of a
//! recommender is a difference of two sums, not an estimate.

use domain::Day;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::{
    basket::Shelf,
    people::{Customer, Habit},
    rng::{Stream, chance, stream},
    world::World,
};

/// Share of shoppers who buy without being shown anything.
const BUYS: f64 = 0.08;
/// Most products that are seen before something is shown.
const MOST_SEEN: usize = 5;

/// How much a list that meets a visitor's taste wholly does to them; one that meets it half does half.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Response {
    /// Factor on the rate of buying: 0.3 makes three of ten more buy.
    pub conversion: f64,
    /// Chance that a buyer takes one thing of the list more.
    pub basket: f64,
}

/// A visitor in the middle of a visit.
#[derive(Debug, Clone)]
pub struct Shopper {
    /// The device.
    pub device: String,
    /// SKUs seen so far, oldest first, at least one.
    pub seen: Vec<&'static str>,
    day: u32,
    key: u64,
    /// Nobody's order: a customer as the world draws them, with tastes.
    who: Customer,
}

/// What somebody bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bought {
    /// Whether they placed an order.
    pub ordered: bool,
    /// Its value less discounts, minor units.
    pub net_minor: i64,
}

impl World {
    /// Visitors of a generated day, the same whenever they are asked for. They are strangers to the world's own orders:
    /// what they buy is counted here alone.
    pub fn shoppers(&self, day: Day, count: u32) -> Vec<Shopper> {
        let index = self.day_index(day);
        let shelf = self.shelf(self.day_at(index), index, &[]);
        let one = |number: u32| {
            let key = u64::from(index) << 32 | u64::from(number);
            let mut rng = stream(self.config.seed, Stream::Shopper, key, 0);
            let who = Customer::draw(self.config.seed, rng.random::<u32>() | 1 << 31, 0.0, &self.likes, 100.0);
            let seen = self.seen_by(&mut rng, &who, &shelf);
            let seen = seen.into_iter().map(|product| self.products[usize::from(product)].variant.sku).collect();
            Shopper { device: format!("s{:016x}", rng.random::<u64>()), seen, day: index, key, who }
        };
        (0..count).map(one).collect()
    }

    fn seen_by(&self, rng: &mut ChaCha8Rng, who: &Customer, shelf: &Shelf) -> Vec<u16> {
        let mut seen: Vec<u16> = Vec::new();
        loop {
            let next = self.look_at(rng, Some(who), shelf, seen.last().copied());
            if seen.last() != Some(&next) {
                seen.push(next);
            }
            if seen.len() == MOST_SEEN || !chance(rng, 0.6) {
                return seen;
            }
        }
    }

    /// How far a list meets a visitor's taste, 0 to 1: the share of its products that are of a kind they like, or go with
    /// something that they saw, and that they have not seen already.
    pub fn taste(&self, shopper: &Shopper, shown: &[&str]) -> f64 {
        if shown.is_empty() {
            return 0.0;
        }
        let met = shown.iter().filter(|sku| self.likes_it(shopper, sku)).count();
        met as f64 / shown.len() as f64
    }

    fn likes_it(&self, shopper: &Shopper, sku: &str) -> bool {
        let Some(product) = self.product_index(sku) else { return false };
        let category = self.shelves.iter().position(|shelf| shelf.contains(&product));
        let liked =
            category.is_some_and(|category| shopper.who.tastes.iter().any(|&taste| usize::from(taste) == category));
        let goes_with = |&(a, b, _): &(u16, u16, f64)| {
            b == product && shopper.seen.contains(&self.products[usize::from(a)].variant.sku)
        };
        !shopper.seen.contains(&sku) && (liked || self.pairs.iter().any(goes_with))
    }

    /// What a visitor buys, shown these products; nothing is shown to whom an empty list is.
    pub fn buys(&self, shopper: &Shopper, shown: &[&str], response: Response) -> Bought {
        let mut rng = stream(self.config.seed, Stream::Shopper, shopper.key, 1);
        let taste = self.taste(shopper, shown);
        let (decides, takes_one): (f64, f64) = (rng.random(), rng.random());
        if decides >= BUYS * (1.0 + response.conversion * taste) {
            return Bought::default();
        }
        let day = self.day_at(shopper.day);
        let shelf = self.shelf(day, shopper.day, &[]);
        let first = shopper.seen.last().and_then(|sku| self.product_index(sku));
        debug_assert_eq!(shopper.who.habit, Habit::Regular);
        let lines = self.basket(&mut rng, Some(&shopper.who), &shelf, first);
        let mut net_minor: i64 = lines.iter().map(|line| i64::from(line.quantity) * line.price_minor).sum();
        if takes_one < response.basket * taste {
            let liked = shown.iter().find(|sku| self.likes_it(shopper, sku)).and_then(|sku| self.product_index(sku));
            net_minor += liked.map_or(0, |product| self.products[usize::from(product)].variant.price_minor);
        }
        Bought { ordered: true, net_minor }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Config;

    #[test]
    fn who_is_shown_nothing_is_who_they_would_have_been() {
        let today = Day::parse("2026-03-02").unwrap();
        let mut world = World::new(Config { days: 3, start: today.plus(-3), ..Config::small(5, today) });
        world.run_until(today.plus(-1));
        let response = Response { conversion: 0.5, basket: 0.5 };
        let none = Response { conversion: 0.0, basket: 0.0 };
        let all: Vec<&str> = world.products.iter().map(|product| product.variant.sku).collect();
        let shoppers = world.shoppers(world.today(), 3_000);
        let (mut without, mut with, mut more) = (0, 0, 0);
        for shopper in &shoppers {
            assert!(!shopper.seen.is_empty() && shopper.seen.iter().all(|sku| all.contains(sku)));
            let plain = world.buys(shopper, &[], response);
            assert_eq!(
                plain,
                world.buys(shopper, &["no such product"], response),
                "a list that meets nothing does nothing"
            );
            assert_eq!(plain, world.buys(shopper, &all, none), "and so does a world without an effect");
            let liked: Vec<&str> =
                all.iter().copied().filter(|sku| world.taste(shopper, &[sku]) == 1.0).take(4).collect();
            let shown = world.buys(shopper, &liked, response);
            assert!(shown.net_minor >= plain.net_minor);
            assert_eq!(world.taste(shopper, &[shopper.seen[0]]), 0.0, "what was just seen is no news");
            without += plain.net_minor;
            with += shown.net_minor;
            more += i64::from(shown.ordered) - i64::from(plain.ordered);
        }
        // 8 % of 3,000 buy and half as many more; five standard errors of the 120 are 55.
        assert!((65..=175).contains(&more), "{more}");
        assert!(with > without + without / 4, "{without} {with}");
        assert_eq!(shoppers[7].device, world.shoppers(world.today(), 8)[7].device);
    }
}
