//! What visitors do in the shop: visits whose purchases are the world's orders, visits that end with nothing, and the
//! noise of crawlers and staff.
//!
//! Visits are drawn when they are asked for, from streams of their own: a world with visits has the same orders as one
//! without. Only orders that analytics was allowed to see have a visit.

use std::collections::HashMap;

use domain::{
    Day, DayRange, InstantMs,
    event::{Event, EventName, EventProduct, Shown},
};
use formats::Source;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::{
    basket::Shelf,
    export::{Csv, ExportFile},
    incident::Incident,
    order::Order,
    people::Customer,
    rng::{Stream, chance, pick, pick_cumulative, poisson, stream},
    season,
    world::World,
};

/// Visits of strangers a day at the demo scale that end with nothing.
const STRANGERS: f64 = 120.0;
/// Visits of customers for every order, that end with nothing.
const LOOKS_PER_ORDER: f64 = 1.2;
/// Chance that a seen product is put into the cart by somebody who does not buy.
const ADDS: f64 = 0.07;
/// Chance of one more product in a visit.
const ONE_MORE: f64 = 0.64;
/// Most products seen in a visit of a person.
const MOST_SEEN: usize = 14;

/// A visit under construction.
/// Second of the local day, what happened, and to which products how many.
type Step = (u32, EventName, Vec<(u16, u16)>);

struct Visit<'w> {
    world: &'w World,
    rng: ChaCha8Rng,
    /// Names its events.
    id: String,
    device: String,
    user: Option<String>,
    steps: Vec<Step>,
    second: u32,
}

impl Visit<'_> {
    fn step(&mut self, name: EventName, products: Vec<(u16, u16)>, longest_s: u32) {
        self.steps.push((self.second, name, products));
        self.second += self.rng.random_range(4..longest_s);
    }

    /// The events, oldest first; with `until` the last one happens at that second.
    fn finish(self, day: Day, until: Option<u32>, order: Option<&Order>, events: &mut Vec<Event>) {
        let start = day.start_in(&self.world.config.zone).0;
        let last = self.steps.last().map_or(0, |step| step.0);
        for (at, (second, name, products)) in self.steps.into_iter().enumerate() {
            let second = i64::from(until.map_or(second, |until| (until + second).saturating_sub(last)));
            let product = |(product, quantity): (u16, u16)| {
                let variant = self.world.products[usize::from(product)].variant;
                EventProduct {
                    product_id: variant.sku.to_owned(),
                    quantity: i64::from(quantity),
                    price_micros: Some(variant.price_minor * 10_000),
                }
            };
            let is_last = name == EventName::OrderCompleted;
            events.push(Event {
                message_id: format!("{}-{at}", self.id),
                name,
                at: InstantMs(start + second.min(86_399) * 1_000),
                anonymous_id: Some(self.device.clone()),
                user_id: self.user.clone(),
                products: products.into_iter().map(product).collect(),
                order_id: order.filter(|_| is_last).map(|order| format!("#{}", order.number)),
                shown: Shown::default(),
            });
        }
    }
}

impl World {
    /// What visitors did on generated days, oldest first, as far as analytics was allowed to see it. About a tenth of
    /// the events are crawlers' and staff's: devices that begin with `bot-` and `staff-`.
    pub fn events(&self, range: DayRange) -> Vec<Event> {
        let mut events = Vec::new();
        let mut emails = HashMap::new();
        for index in self.day_indexes(DayRange { from: range.from.max(self.config.start), to: range.to }) {
            let from = events.len();
            self.visits_of_day(index, &mut emails, &mut events);
            events[from..].sort_by(|a, b| (a.at, &a.message_id).cmp(&(b.at, &b.message_id)));
        }
        events
    }

    /// The same as the table that an event tool exports: a row per product of an event.
    pub fn events_export(&self, range: DayRange) -> ExportFile {
        let mut csv = Csv::new(6);
        csv.raw("Message ID,Event,Timestamp,Anonymous ID,User ID,SKU,Quantity,Price,Order ID\n");
        for event in self.events(range) {
            let mut products: Vec<Option<&EventProduct>> = event.products.iter().map(Some).collect();
            if products.is_empty() {
                products.push(None);
            }
            for product in products {
                csv.text(&event.message_id).text(event.name.spec()).int(event.at.0);
                csv.text(event.anonymous_id.as_deref().unwrap_or_default());
                csv.text(event.user_id.as_deref().unwrap_or_default());
                match product {
                    Some(product) => {
                        csv.text(&product.product_id).int(product.quantity);
                        csv.amount(product.price_micros.unwrap_or_default());
                    }
                    None => {
                        csv.skip(3);
                    }
                }
                csv.text(event.order_id.as_deref().unwrap_or_default()).end();
            }
        }
        let name = format!("events_{}_{}.csv", range.from, range.to);
        ExportFile { name, source: Source::Events, bytes: csv.finish() }
    }

    fn visits_of_day(&self, index: u32, emails: &mut HashMap<u32, String>, events: &mut Vec<Event>) {
        let day = self.day_at(index);
        let out_of_stock: Vec<&str> = self
            .incidents
            .iter()
            .filter_map(|incident| match incident {
                Incident::StockOut { product_id, .. } if incident.is_on(day) => Some(product_id.as_str()),
                _ => None,
            })
            .collect();
        let shelf = self.shelf(day, index, &out_of_stock);
        let visit = |number: u32, device: String| {
            let mut rng = stream(self.config.seed, Stream::Visits, u64::from(index), u64::from(number));
            let second = 7 * 3_600 + rng.random_range(0..16 * 3_600);
            let id = format!("v{index:x}-{number:x}");
            Visit { world: self, rng, id, device, user: None, steps: Vec::new(), second }
        };
        let orders = self.orders_of(&(index..index + 1));
        let mut number = 0;
        for order in orders.iter().filter(|order| order.is_tracked && !order.is_test) {
            let Some(customer) = order.customer else { continue };
            number += 1;
            let who = &self.customers[customer as usize];
            let mut visit = visit(number, self.device_of(who, index));
            let email = emails.entry(customer).or_insert_with(|| who.identity(self.config.seed).email);
            visit.user = Some(email.clone());
            self.shop(&mut visit, order, who, &shelf);
            visit.finish(day, Some(order.second), Some(order), events);
        }
        let mut rng = stream(self.config.seed, Stream::Visits, u64::from(index), u64::MAX);
        // Keys carry the day on which a customer came first: whoever stands before this place is one already.
        let known = self.customers.partition_point(|customer| customer.key >> 17 < index);
        let looks = poisson(&mut rng, orders.len() as f64 * LOOKS_PER_ORDER);
        for _ in 0..if known > 0 { looks } else { 0 } {
            number += 1;
            let customer = rng.random_range(0..known as u32);
            let who = &self.customers[customer as usize];
            let mut visit = visit(number, self.device_of(who, index));
            if chance(&mut rng, 0.3) {
                visit.user =
                    Some(emails.entry(customer).or_insert_with(|| who.identity(self.config.seed).email).clone());
            }
            self.look_around(&mut visit, Some(who), &shelf);
            visit.finish(day, None, None, events);
        }
        let scale = self.config.size.factor() * season::growth(self.age_days(index), self.config.days);
        for _ in 0..poisson(&mut rng, STRANGERS * scale * season::demand_index(day)) {
            number += 1;
            let mut visit = visit(number, format!("a{:016x}", rng.random::<u64>()));
            self.look_around(&mut visit, None, &shelf);
            visit.finish(day, None, None, events);
        }
        self.noise(&mut rng, (index, day), &mut number, &visit, events);
    }

    /// A customer's device that day: most have one, some a second.
    fn device_of(&self, who: &Customer, index: u32) -> String {
        let mut rng = stream(self.config.seed, Stream::Visits, u64::from(who.key) << 32, 1);
        let (first, second): (u64, u64) = (rng.random(), rng.random());
        let has_two = chance(&mut rng, 0.25);
        let mut today = stream(self.config.seed, Stream::Visits, u64::from(who.key) << 32 | u64::from(index), 2);
        format!("a{:016x}", if has_two && chance(&mut today, 0.4) { second } else { first })
    }

    /// The next product that somebody looks at: a companion of the last one, its neighbour on the shelf, or to taste.
    pub(crate) fn look_at(
        &self,
        rng: &mut ChaCha8Rng,
        who: Option<&Customer>,
        shelf: &Shelf,
        last: Option<u16>,
    ) -> u16 {
        if let Some(last) = last {
            let at = rng.random::<f64>();
            let companions: Vec<u16> = self.pairs.iter().filter(|(a, ..)| *a == last).map(|(_, b, _)| *b).collect();
            if at < 0.25 && !companions.is_empty() {
                return *pick(rng, &companions);
            }
            if at < 0.7 {
                let category = self.shelves.iter().position(|shelf| shelf.contains(&last)).unwrap_or(0);
                return self.shelves[category][pick_cumulative(rng, &shelf.by_category[category])];
            }
        }
        self.choose(rng, who, shelf)
    }

    /// A visit that ends with nothing.
    fn look_around(&self, visit: &mut Visit<'_>, who: Option<&Customer>, shelf: &Shelf) {
        if chance(&mut visit.rng, 0.12) {
            visit.step(EventName::ProductsSearched, Vec::new(), 20);
        }
        let mut last = None;
        for _ in 0..MOST_SEEN {
            let product = self.look_at(&mut visit.rng, who, shelf, last);
            if last != Some(product) {
                visit.step(EventName::ProductViewed, vec![(product, 1)], 90);
                last = Some(product);
            }
            if chance(&mut visit.rng, ADDS) {
                visit.step(EventName::ProductAdded, vec![(product, 1)], 40);
                if chance(&mut visit.rng, 0.3) {
                    visit.step(EventName::ProductRemoved, vec![(product, 1)], 40);
                } else if chance(&mut visit.rng, 0.4) {
                    visit.step(EventName::CartViewed, vec![(product, 1)], 60);
                }
            }
            if !chance(&mut visit.rng, ONE_MORE) {
                break;
            }
        }
    }

    /// A visit that ends with an order: every line was seen and put into the cart.
    fn shop(&self, visit: &mut Visit<'_>, order: &Order, who: &Customer, shelf: &Shelf) {
        let cart: Vec<(u16, u16)> = order.lines.iter().map(|line| (line.product, line.quantity)).collect();
        for (at, &(product, quantity)) in cart.iter().enumerate() {
            // What somebody re-orders they find at once; else they look around first.
            if who.refills >> product & 1 == 0 && chance(&mut visit.rng, 0.6) {
                let last = at.checked_sub(1).map(|before| cart[before].0);
                let other = self.look_at(&mut visit.rng, Some(who), shelf, last);
                visit.step(EventName::ProductViewed, vec![(other, 1)], 70);
            }
            visit.step(EventName::ProductViewed, vec![(product, 1)], 80);
            visit.step(EventName::ProductAdded, vec![(product, quantity)], 40);
        }
        if chance(&mut visit.rng, 0.5) {
            visit.step(EventName::CartViewed, cart.clone(), 60);
        }
        visit.step(EventName::CheckoutStarted, cart.clone(), 180);
        visit.step(EventName::OrderCompleted, cart, 5);
    }

    /// Crawlers that look at everything in a row, and the shop's own people who try things out.
    fn noise<'w>(
        &'w self,
        rng: &mut ChaCha8Rng,
        (index, day): (u32, Day),
        number: &mut u32,
        visit: &impl Fn(u32, String) -> Visit<'w>,
        events: &mut Vec<Event>,
    ) {
        let all = self.products.len() as u16;
        for crawler in 0..poisson(rng, 0.9) {
            *number += 1;
            let mut visit = visit(*number, format!("bot-{}", (index + crawler) % 5));
            for at in 0..visit.rng.random_range(40..90) {
                visit.step(EventName::ProductViewed, vec![(at % all, 1)], 6);
            }
            visit.finish(day, None, None, events);
        }
        *number += 1;
        let mut visit = visit(*number, format!("staff-{}", index % 2));
        for _ in 0..visit.rng.random_range(6..18) {
            let product = visit.rng.random_range(0..all);
            visit.step(EventName::ProductViewed, vec![(product, 1)], 30);
            if chance(&mut visit.rng, 0.3) {
                visit.step(EventName::ProductAdded, vec![(product, 1)], 20);
                visit.step(EventName::ProductRemoved, vec![(product, 1)], 20);
            }
        }
        visit.finish(day, None, None, events);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::{HashMap, HashSet};

    use super::*;
    use crate::Config;

    fn world() -> World {
        let today = Day::parse("2026-03-02").unwrap();
        let mut world = World::new(Config { days: 60, start: today.plus(-60), ..Config::small(5, today) });
        world.run_until(today.plus(-1));
        world
    }

    #[test]
    fn purchases_are_the_worlds_orders_and_every_line_was_seen_before() {
        let world = world();
        let events = world.events(world.span());
        assert_eq!(events, world.events(world.span()), "the same world, the same visits");
        let ids: HashSet<&str> = events.iter().map(|event| event.message_id.as_str()).collect();
        assert_eq!(ids.len(), events.len());
        assert!(events.windows(2).all(|pair| pair[0].at <= pair[1].at));
        assert!(events.iter().all(|event| event.check().is_ok()));

        let orders = world.orders_of(&world.day_indexes(world.span()));
        let tracked: HashMap<String, &Order> = orders
            .iter()
            .filter(|order| order.is_tracked && !order.is_test)
            .map(|order| (format!("#{}", order.number), order))
            .collect();
        let bought: Vec<&Event> = events.iter().filter(|event| event.name == EventName::OrderCompleted).collect();
        assert_eq!(bought.len(), tracked.len());
        for event in bought {
            let order = tracked[event.order_id.as_ref().unwrap()];
            assert_eq!(event.products.len(), order.lines.len());
            let start = world.day_at(order.day).start_in(&world.config.zone).0;
            assert_eq!(event.at.0, start + i64::from(order.second) * 1_000);
            let visit = event.message_id.rsplit_once('-').unwrap().0;
            for product in &event.products {
                let seen = events.iter().any(|one| {
                    one.name == EventName::ProductViewed
                        && one.message_id.rsplit_once('-').unwrap().0 == visit
                        && one.products[0].product_id == product.product_id
                });
                assert!(seen, "{}", product.product_id);
            }
        }
        let noise = events.iter().filter(|event| !event.anonymous_id.as_ref().unwrap().starts_with('a')).count();
        assert!(noise > 0 && noise < events.len());
    }

    #[test]
    fn the_export_reads_back_as_it_was() {
        let world = world();
        let range = DayRange { from: world.today().plus(-6), to: world.today() };
        let file = world.events_export(range);
        let reader =
            formats::open(file.source, std::io::Cursor::new(file.bytes), &formats::ReadOptions::default()).unwrap();
        let read: Vec<Event> = reader
            .map(|row| match row.unwrap().fact {
                domain::facts::Fact::Event(event) => event,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(read, world.events(range));
    }
}
