//! Treatments: a tool of the shop does something to named customers, with a true effect that only the world knows.
//!
//! What a treatment causes is drawn from streams of its own, keyed by treatment, customer and day, and comes after
//! everything else of the day. The world without it is therefore at hand while the day runs (common random numbers): an
//! order is either one that would have come anyway, or one that is noted here, and the truth is a sum, not an estimate.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::{Day, DayRange};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::{
    day::Today,
    order::{Channel, Order},
    people::{Customer, Habit},
    rng::{Stream, chance, stream, text_key},
    season,
    world::{World, shop_id},
};

/// The voucher that a basket factor below 1 stands for.
const VOUCHER: &str = "FORYOU";

/// Customers who get something between two days. Several with one name are one treatment whose customers were told
/// one after the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Treatment {
    /// Name, by which the truth is summed.
    pub name: String,
    /// The shop's own customer ids; ids the shop does not know are ignored.
    pub customers: Vec<u64>,
    /// First and last day on which it acts on them.
    pub days: DayRange,
    /// Factor on the rate at which each of them orders by nature on those days: 1.2 adds a fifth, 0.9 takes a tenth
    /// away. It adds at most one order each, as one mail does; customers who have left for good stay away.
    pub order_rate_factor: f64,
    /// Factor on what their baskets come to: above 1 more units, below 1 a voucher given away.
    pub basket_factor: f64,
}

/// What a treatment truly did in a range of days.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TreatmentTruth {
    /// Its name.
    pub name: String,
    /// Customers who got it.
    pub customers: i64,
    /// Orders of its customers while it acted on them.
    pub orders: i64,
    /// Their net revenue (gross less discounts less refunds so far), minor units.
    pub net_minor: i64,
    /// Orders it caused less orders it cost.
    pub incremental_orders: i64,
    /// Net revenue that would not have been there without it, refunds so far taken off, minor units.
    pub incremental_net_minor: i64,
}

impl TreatmentTruth {
    /// The true relative effect on net revenue; `None` where there would have been none without it.
    pub fn lift(&self) -> Option<f64> {
        let without = self.net_minor - self.incremental_net_minor;
        (without > 0).then(|| self.incremental_net_minor as f64 / without as f64)
    }
}

/// What a treatment changed about one order.
#[derive(Debug, Clone, Copy)]
struct Effect {
    day: u32,
    orders: i64,
    net_minor: i64,
    refund_minor: i64,
    refund_day: u32,
}

/// A treatment and what it has changed so far.
#[derive(Debug, Clone)]
pub(crate) struct TreatmentState {
    treatment: Treatment,
    effects: Vec<Effect>,
    /// Customers who placed the one order that it adds.
    answered: HashSet<u32>,
}

impl World {
    /// Tells the world of a treatment. It acts on the days still to come; told ahead or on its eve, it does the same.
    pub fn treat(&mut self, treatment: Treatment) {
        self.treatments.push(TreatmentState { treatment, effects: Vec::new(), answered: HashSet::new() });
    }

    /// Customers who accept e-mail and whose last order so far lies in `range`, by the shop's own id, ascending: what a
    /// shop's e-mail tool can know of them.
    pub fn last_ordered(&self, range: DayRange) -> Vec<u64> {
        let days = self.day_indexes(range);
        let mut last: BTreeMap<u32, u32> = BTreeMap::new();
        for order in self.orders_of(&(days.start..self.elapsed)) {
            if let Some(customer) = order.customer {
                last.insert(customer, order.day);
            }
        }
        let fits = |(customer, day): &(u32, u32)| days.contains(day) && self.customers[*customer as usize].consents;
        let mut ids: Vec<u64> =
            last.into_iter().filter(fits).map(|(customer, _)| shop_id(self.customers[customer as usize].key)).collect();
        ids.sort_unstable();
        ids
    }

    /// The e-mail address of a customer, as exports show it but for letter case; `None` for an id the shop does not know.
    pub fn email_of(&self, customer_id: u64) -> Option<String> {
        let customer = *self.by_shop_id.get(&customer_id)?;
        Some(self.customers[customer as usize].identity(self.config.seed).email)
    }

    /// Lets the day's treatments act, after everything else.
    pub(crate) fn run_treatments(&mut self, today: &Today<'_>, orders: &mut Vec<Order>) {
        let mut states = std::mem::take(&mut self.treatments);
        for state in &mut states {
            let treatment = &state.treatment;
            if today.day < treatment.days.from || today.day > treatment.days.to {
                continue;
            }
            let key = text_key(&treatment.name);
            for id in &treatment.customers {
                let Some(&customer) = self.by_shop_id.get(id) else { continue };
                let mut rng =
                    stream(self.config.seed, Stream::Treatment, key ^ id.rotate_left(32), u64::from(today.index));
                let may_add = !state.answered.contains(&customer);
                if self.act(&mut rng, today, (customer, may_add), treatment, orders, &mut state.effects) {
                    state.answered.insert(customer);
                }
            }
        }
        self.treatments = states;
    }

    /// One day of one customer; returns whether an order was added.
    fn act(
        &self,
        rng: &mut ChaCha8Rng,
        today: &Today<'_>,
        (customer, may_add): (u32, bool),
        treatment: &Treatment,
        orders: &mut Vec<Order>,
        effects: &mut Vec<Effect>,
    ) -> bool {
        let (rate, basket) = (treatment.order_rate_factor, treatment.basket_factor);
        if rate < 1.0 || basket != 1.0 {
            let own =
                (0..orders.len()).filter(|&at| orders[at].customer == Some(customer) && orders[at].concept.is_none());
            for at in own.rev().collect::<Vec<_>>() {
                let before = effect(&orders[at], today.index);
                if chance(rng, 1.0 - rate) {
                    effects.push(Effect {
                        orders: -1,
                        net_minor: -before.net_minor,
                        refund_minor: -before.refund_minor,
                        ..before
                    });
                    orders.remove(at);
                } else if basket != 1.0 {
                    resize(rng, &mut orders[at], basket, self.brand.tax_percent);
                    let after = effect(&orders[at], today.index);
                    effects.push(Effect {
                        orders: 0,
                        net_minor: after.net_minor - before.net_minor,
                        refund_minor: after.refund_minor - before.refund_minor,
                        ..after
                    });
                }
            }
        }
        let who = &self.customers[customer as usize];
        let adds = may_add && rate > 1.0 && chance(rng, (rate - 1.0) * self.daily_rate(who, today.day));
        if adds {
            let own: Vec<u16> = (0..64).filter(|at| who.refills & today.shelf.available >> at & 1 == 1).collect();
            let refill = (!own.is_empty()).then(|| *crate::rng::pick(rng, &own));
            let mut order = self.order(rng, today, Some(customer), None, refill);
            order.channel = Channel::Email;
            if basket != 1.0 {
                resize(rng, &mut order, basket, self.brand.tax_percent);
            }
            effects.push(effect(&order, today.index));
            orders.push(order);
        }
        adds
    }

    /// Orders a day that a customer places by nature: visits as the season makes them, and refills on average.
    fn daily_rate(&self, customer: &Customer, day: Day) -> f64 {
        if !customer.is_alive || customer.habit == Habit::Gift {
            return 0.0;
        }
        let refills: f64 = (0..self.products.len())
            .filter(|at| customer.refills >> at & 1 == 1)
            .map(|at| 1.0 / (f64::from(self.products[at].variant.cycle_days) * f64::from(customer.pace)).max(1.0))
            .sum();
        season::demand_index(day) / f64::from(customer.visit_gap_days) + refills
    }

    /// What each treatment truly did in a range of days, by name; refunds as of the end of its last day.
    pub fn treatment_truths(&self, range: DayRange) -> Vec<TreatmentTruth> {
        let days = self.day_indexes(range);
        let end = days.end.saturating_sub(1);
        let mut truths: BTreeMap<&str, TreatmentTruth> = BTreeMap::new();
        let mut treated: HashMap<u32, Vec<&Treatment>> = HashMap::new();
        for TreatmentState { treatment, effects, .. } in &self.treatments {
            let truth = truths.entry(&treatment.name).or_default();
            for customer in treatment.customers.iter().filter_map(|id| self.by_shop_id.get(id)) {
                truth.customers += 1;
                treated.entry(*customer).or_default().push(treatment);
            }
            for effect in effects.iter().filter(|effect| days.contains(&effect.day)) {
                truth.incremental_orders += effect.orders;
                truth.incremental_net_minor += effect.net_minor;
                truth.incremental_net_minor -= if effect.refund_day <= end { effect.refund_minor } else { 0 };
            }
        }
        for order in self.orders_of(&days) {
            let day = self.day_at(order.day);
            for treatment in order.customer.and_then(|customer| treated.get(&customer)).into_iter().flatten() {
                if let Some(truth) = truths.get_mut(treatment.name.as_str())
                    && day >= treatment.days.from
                    && day <= treatment.days.to
                {
                    truth.orders += 1;
                    truth.net_minor += order.net_minor(end);
                }
            }
        }
        truths.into_iter().map(|(name, truth)| TreatmentTruth { name: name.to_owned(), ..truth }).collect()
    }
}

fn effect(order: &Order, day: u32) -> Effect {
    Effect {
        day,
        orders: 1,
        net_minor: order.gross_minor() - order.discount_minor,
        refund_minor: order.refund_minor,
        refund_day: order.refund_day,
    }
}

/// Makes a basket `factor` times as large: by units above 1, by a voucher below. Refunds of a whole order stay whole.
fn resize(rng: &mut ChaCha8Rng, order: &mut Order, factor: f64, tax_percent: i64) {
    let gross_before = order.gross_minor().max(1);
    let (net_before, total_before) = (order.gross_minor() - order.discount_minor, order.total_minor());
    if factor > 1.0 {
        for line in &mut order.lines {
            let wanted = f64::from(line.quantity) * factor;
            line.quantity = wanted.floor() as u16 + u16::from(chance(rng, wanted.fract()));
        }
        order.discount_minor = order.discount_minor * order.gross_minor() / gross_before;
    } else {
        let given = (net_before as f64 * (1.0 - factor.max(0.0))).round() as i64;
        order.discount_minor += given;
        order.code = order.code.or(Some(VOUCHER));
    }
    let net = order.gross_minor() - order.discount_minor;
    order.refund_minor = match order.refund_minor {
        refund if refund == total_before => order.total_minor(),
        refund if refund == net_before => net,
        refund => refund.min(net),
    };
    let total = order.total_minor();
    order.tax_minor = (total * tax_percent + (100 + tax_percent) / 2) / (100 + tax_percent);
}
