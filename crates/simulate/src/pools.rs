//! Who is due, late or gone, by the hidden state of the customers: the answer sheet for pools of people. And the orders
//! as facts, with customers named by their hidden number, so that a pool can be held against it one by one.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Day, DayRange, InstantMs,
    facts::{Order as OrderFact, OrderKind, OrderLine},
};

use crate::{order::Order, people::Habit, world::World};

/// A customer's name in [`World::order_facts`] and in [`PoolTruth`].
fn name(customer: u32) -> String {
    format!("{customer:016x}")
}

/// The truth about pools on the morning after the last generated day.
#[derive(Debug, Clone, Default)]
pub struct PoolTruth {
    /// Customer and SKU: they re-order it by a clock of their own (bought at least twice), and that clock, their last
    /// purchase plus their true mean cycle, rings on this day. Whether they have left since is not looked at: nobody
    /// can see it before the clock has rung.
    pub clocks: BTreeMap<(String, String), Day>,
    /// Customers who have left for good.
    pub gone: BTreeSet<String>,
    /// Customers who live and have a clock that rings in the flight by the very dice: they will order something then,
    /// unless a shelf is empty.
    pub will_reorder: BTreeSet<(String, String)>,
}

impl World {
    /// Everything sold so far, in the words of the importers; the shop's own test orders left out.
    pub fn order_facts(&self) -> Vec<OrderFact> {
        let zone = &self.config.zone;
        let end = self.elapsed.saturating_sub(1);
        let fact = |order: &Order| OrderFact {
            order_id: format!("#{}", order.number),
            kind: OrderKind::Sale,
            placed_at: InstantMs(self.day_at(order.day).start_in(zone).0 + i64::from(order.second) * 1_000),
            customer_key: order.customer.map(name),
            currency: self.config.currency,
            country: None,
            discount_micros: order.discount_minor * 10_000,
            discount_code: order.code.map(str::to_owned),
            shipping_micros: order.shipping_minor * 10_000,
            tax_micros: order.tax_minor * 10_000,
            refunded_micros: order.refunded_minor(end) * 10_000,
            is_cancelled: order.is_cancelled_by(end),
            marks: Default::default(),
            lines: order
                .lines
                .iter()
                .map(|line| {
                    let product = &self.products[usize::from(line.product)];
                    OrderLine {
                        product_id: product.variant.sku.to_owned(),
                        title: product.title(),
                        quantity: i64::from(line.quantity),
                        unit_price_micros: line.price_minor * 10_000,
                        is_product: true,
                    }
                })
                .collect(),
        };
        self.orders.iter().filter(|order| !order.is_test).map(fact).collect()
    }

    /// The answer sheet as of the morning after [`World::today`].
    pub fn pool_truth(&self, flight: DayRange) -> PoolTruth {
        let mut days: BTreeMap<(u32, u16), (u32, u32)> = BTreeMap::new();
        for order in self.orders.iter().filter(|order| !order.is_test && !order.is_cancelled) {
            let Some(customer) = order.customer else { continue };
            for line in &order.lines {
                let seen = days.entry((customer, line.product)).or_insert((order.day, 0));
                if seen.1 == 0 || seen.0 != order.day {
                    *seen = (order.day, seen.1 + 1);
                }
            }
        }
        let mut truth = PoolTruth::default();
        for (&(customer, product), &(last, times)) in &days {
            let state = &self.customers[customer as usize];
            let cycle = f64::from(self.products[usize::from(product)].variant.cycle_days) * f64::from(state.pace);
            if times >= 2 && cycle > 0.0 && state.habit == Habit::Regular && state.refills >> product & 1 == 1 {
                let sku = self.products[usize::from(product)].variant.sku.to_owned();
                truth.clocks.insert((name(customer), sku), self.day_at(last).plus(cycle.round() as i32));
            }
        }
        let gone = self.customers.iter().enumerate().filter(|(_, state)| !state.is_alive);
        truth.gone = gone.map(|(index, _)| name(index as u32)).collect();
        for (at, due) in self.queue.iter().enumerate() {
            let day = self.day_at(at as u32);
            if day < flight.from || day > flight.to {
                continue;
            }
            for due in due {
                if let Some(product) = due.refill
                    && self.customers[due.customer as usize].is_alive
                {
                    let sku = self.products[usize::from(product)].variant.sku.to_owned();
                    truth.will_reorder.insert((name(due.customer), sku));
                }
            }
        }
        truth
    }
}
