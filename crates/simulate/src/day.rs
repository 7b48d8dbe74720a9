//! One day of the store: who comes, what they buy, what the ads do.

use domain::Day;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::{
    ads::{Role, SLOTS},
    basket::Shelf,
    incident::{Incident, Trouble},
    order::{Channel, Line, Order},
    people::{Customer, Habit},
    rng::{Stream, chance, gamma, poisson, stream},
    season,
    world::{Due, World},
};

/// New customers a day at the demo scale who come without an ad.
const UNPAID_ARRIVALS: f64 = 10.4;
/// Mean days between visits at an average season.
const VISIT_GAP_DAYS: f64 = 118.0;
/// Chance that something that runs out is bought again here.
const REFILL: f64 = 0.6;
/// Shape of the refill gap: the higher, the more regular.
pub(crate) const REFILL_SHAPE: f64 = 9.0;
/// Most things one customer re-orders.
const MOST_REFILLS: u32 = 2;

/// What a day's orders are made with.
pub(crate) struct Today<'a> {
    pub day: Day,
    pub index: u32,
    pub shelf: Shelf,
    pub trouble: Trouble<'a>,
}

/// A voucher that is going round: code, percent, share of orders that use it.
fn promotion(day: Day) -> Option<(&'static str, i64, f64)> {
    if season::is_black_friday_weekend(day) {
        return Some(("BLACKWEEK20", 20, 0.68));
    }
    let (month, date) = (day.0.month(), day.0.day());
    (month == 4 && (8..=14).contains(&date)).then_some(("SPRING10", 10, 0.45))
}

/// Second of the day: few at night, most in the evening.
fn second_of_day(rng: &mut ChaCha8Rng) -> u32 {
    const HOURS: [f64; 24] = [
        0.6, 0.9, 1.0, 1.05, 1.1, 1.3, 2.2, 4.2, 7.0, 10.6, 14.6, 18.4, 22.6, 26.6, 30.4, 34.4, 38.8, 44.0, 50.4, 58.4,
        67.6, 75.6, 80.6, 83.0,
    ];
    crate::rng::pick_cumulative(rng, &HOURS) as u32 * 3_600 + rng.random_range(0..3_600)
}

impl World {
    /// Generates the day after [`World::today`].
    pub(crate) fn run_day(&mut self) {
        let index = self.elapsed;
        let day = self.day_at(index);
        let incidents = std::mem::take(&mut self.incidents);
        let out_of_stock: Vec<&str> = incidents
            .iter()
            .filter_map(|incident| match incident {
                Incident::StockOut { product_id, .. } if incident.is_on(day) => Some(product_id.as_str()),
                _ => None,
            })
            .collect();
        let shelf = self.shelf(day, index, &out_of_stock);
        let today = Today { day, index, shelf, trouble: Trouble::on(&incidents, day) };
        let ad_rows_at = self.ad_rows.len();
        let mut lost = 0;
        let mut orders = Vec::new();

        let new_from_ads = self.run_ads(&today);
        self.serve_due(&today, &mut orders, &mut lost);
        self.welcome(&today, &new_from_ads, &mut orders);
        if today.trouble.site_is_slow {
            let mut rng = stream(self.config.seed, Stream::Slow, u64::from(index), 0);
            let before = orders.len();
            orders.retain(|_| !chance(&mut rng, 0.45));
            lost += (before - orders.len()) as u32;
        }
        self.run_concepts(&today, &mut orders);
        self.run_treatments(&today, &mut orders);
        if index % 97 == 13 {
            orders.push(self.test_order(index));
        }

        orders.sort_by_key(|order| order.second);
        for order in &mut orders {
            order.number = self.next_number;
            self.next_number += 1;
        }
        self.settle_ads(index, &orders, ad_rows_at);
        self.count_funnel(day, index, &orders, ad_rows_at);
        self.restock(day, &orders, &incidents);
        self.day_orders.push(self.orders.len());
        self.orders.append(&mut orders);
        self.lost_orders.push(lost);
        self.incidents = incidents;
    }

    /// Everybody whose day it is.
    fn serve_due(&mut self, today: &Today<'_>, orders: &mut Vec<Order>, lost: &mut u32) {
        let due = match self.queue.get_mut(today.index as usize) {
            Some(due) => std::mem::take(due),
            None => return,
        };
        let acceptance = season::demand_index(today.day) / season::MAX_INDEX;
        for Due { customer, refill } in due {
            let key = {
                let customer = &mut self.customers[customer as usize];
                if !customer.is_alive {
                    continue;
                }
                customer.events += 1;
                (u64::from(customer.key), u64::from(customer.events))
            };
            let mut rng = stream(self.config.seed, Stream::Order, key.0, key.1);
            match refill {
                Some(product) if today.shelf.available >> product & 1 == 0 => {
                    // An empty shelf: half of them wait, half buy elsewhere this time.
                    *lost += 1;
                    let wait = if chance(&mut rng, 0.5) { 7.0 } else { self.cycle_days(customer, product) };
                    let at = gamma(&mut rng, 6.0, wait);
                    self.schedule(today.index, at, Due { customer, refill });
                }
                Some(product) => {
                    let order = self.order(&mut rng, today, Some(customer), None, Some(product));
                    orders.push(order);
                    let at = gamma(&mut rng, REFILL_SHAPE, self.cycle_days(customer, product));
                    self.schedule(today.index, at, Due { customer, refill });
                    self.after_order(&mut rng, today, customer, orders.last());
                }
                None => {
                    if self.customers[customer as usize].habit == Habit::Gift || chance(&mut rng, acceptance) {
                        let order = self.order(&mut rng, today, Some(customer), None, None);
                        orders.push(order);
                        self.after_order(&mut rng, today, customer, orders.last());
                    }
                    self.schedule_visit(&mut rng, today, customer);
                }
            }
        }
    }

    /// New customers, by channel.
    fn welcome(&mut self, today: &Today<'_>, from_ads: &[(u32, u32)], orders: &mut Vec<Order>) {
        let mut rng = stream(self.config.seed, Stream::Arrivals, u64::from(today.index), 0);
        let rate = UNPAID_ARRIVALS
            * self.config.size.factor()
            * season::growth(self.age_days(today.index), self.config.days)
            * season::demand_index(today.day);
        let unpaid = poisson(&mut rng, rate);
        let paid = from_ads.iter().flat_map(|&(ad, count)| (0..count).map(move |_| Channel::Ad(ad)));
        let unpaid = (0..unpaid).map(|_| match rng.random::<f64>() {
            at if at < 0.52 => Channel::Organic,
            at if at < 0.84 => Channel::Direct,
            _ => Channel::Referral,
        });
        let channels: Vec<Channel> = unpaid.chain(paid).collect();
        for (nth, channel) in channels.into_iter().enumerate() {
            let key = (today.index << 17) | (nth as u32 & 0xFFFF);
            let mut rng = stream(self.config.seed, Stream::Order, u64::from(key), 0);
            // Till sales at the roastery's door leave no e-mail behind.
            let at_the_till = channel == Channel::Direct && chance(&mut rng, 0.02);
            if at_the_till {
                let order = self.order(&mut rng, today, None, Some(channel), None);
                orders.push(order);
                continue;
            }
            let order = self.first_order(&mut rng, today, key, channel, None);
            orders.push(order);
        }
    }

    /// A new customer and their first order.
    pub(crate) fn first_order(
        &mut self,
        rng: &mut ChaCha8Rng,
        today: &Today<'_>,
        key: u32,
        channel: Channel,
        product: Option<u16>,
    ) -> Order {
        let gift_share = season::gift_share(today.day);
        let customer = self.customers.len() as u32;
        self.by_shop_id.insert(crate::world::shop_id(key), customer);
        self.customers.push(Customer::draw(self.config.seed, key, gift_share, &self.likes, VISIT_GAP_DAYS));
        let mut order = self.order(rng, today, Some(customer), Some(channel), product);
        order.is_first = true;
        self.after_order(rng, today, customer, Some(&order));
        self.schedule_visit(rng, today, customer);
        order
    }

    /// An order of a customer (`None` at the till). `channel` is drawn where it is not given.
    pub(crate) fn order(
        &self,
        rng: &mut ChaCha8Rng,
        today: &Today<'_>,
        customer: Option<u32>,
        channel: Option<Channel>,
        product: Option<u16>,
    ) -> Order {
        let who = customer.map(|index| &self.customers[index as usize]);
        let is_first = channel.is_some();
        let channel = channel.unwrap_or_else(|| self.returning_channel(rng, who));
        let lines = self.basket(rng, who, &today.shelf, product);
        let gross_minor: i64 = lines.iter().map(|line| i64::from(line.quantity) * line.price_minor).sum();
        let (code, percent) = match promotion(today.day) {
            Some((code, percent, share)) if chance(rng, share) => (Some(code), percent),
            _ if is_first && chance(rng, 0.2) => (Some("WELCOME10"), 10),
            _ if !is_first && chance(rng, 0.03) => (Some("FRIENDS15"), 15),
            _ => (None, 0),
        };
        let discount_minor = (gross_minor * percent + 50) / 100;
        let net_minor = gross_minor - discount_minor;
        let free = customer.is_none() || net_minor >= self.brand.free_shipping_from_minor;
        let shipping_minor = if free { 0 } else { self.brand.shipping_minor };
        let total_minor = net_minor + shipping_minor;
        let tax = self.brand.tax_percent;
        let tax_minor = (total_minor * tax + (100 + tax) / 2) / (100 + tax);
        let (refund_minor, refund_day, is_cancelled) = match rng.random::<f64>() {
            at if at < 0.007 => (total_minor, today.index + rng.random_range(0..2), true),
            at if at < 0.013 => (net_minor, today.index + rng.random_range(4..22), false),
            at if at < 0.042 => {
                let line: &Line = crate::rng::pick(rng, &lines);
                let part = line.price_minor - line.price_minor * percent / 100;
                (part.min(net_minor), today.index + rng.random_range(3..20), false)
            }
            _ => (0, u32::MAX, false),
        };
        let tracked = if today.trouble.tracking_is_out { 0.015 } else { crate::funnel::CONSENT };
        Order {
            number: 0,
            day: today.index,
            second: second_of_day(rng),
            customer,
            channel,
            lines,
            code,
            discount_minor,
            shipping_minor,
            tax_minor,
            refund_minor,
            refund_day,
            is_cancelled,
            is_test: false,
            is_first: is_first && customer.is_some(),
            is_tracked: customer.is_some() && chance(rng, tracked),
            concept: None,
            is_incremental: false,
            flavour: rng.random(),
        }
    }

    /// How somebody who knows the shop comes back.
    fn returning_channel(&self, rng: &mut ChaCha8Rng, customer: Option<&Customer>) -> Channel {
        let role = |wanted: fn(&Role) -> bool, rng: &mut ChaCha8Rng| {
            let of_role: Vec<u32> = SLOTS
                .iter()
                .zip(&self.slots)
                .filter(|(slot, _)| wanted(&slot.role))
                .filter_map(|(_, running)| running.map(|(ad, _)| ad))
                .collect();
            if of_role.is_empty() { Channel::Direct } else { Channel::Ad(*crate::rng::pick(rng, &of_role)) }
        };
        let mails = customer.is_some_and(|customer| customer.consents);
        match rng.random::<f64>() {
            at if at < 0.3 => {
                if mails {
                    Channel::Email
                } else {
                    Channel::Direct
                }
            }
            at if at < 0.42 => role(|role| *role == Role::BrandSearch, rng),
            at if at < 0.49 => role(|role| *role == Role::Retargeting, rng),
            at if at < 0.7 => Channel::Organic,
            at if at < 0.73 => Channel::Referral,
            _ => Channel::Direct,
        }
    }

    /// What follows an order: new habits, and sometimes a goodbye.
    fn after_order(&mut self, rng: &mut ChaCha8Rng, today: &Today<'_>, customer: u32, order: Option<&Order>) {
        let Some(order) = order else { return };
        for line in &order.lines {
            let product = line.product;
            let state = &mut self.customers[customer as usize];
            let runs_out = self.products[usize::from(product)].variant.cycle_days > 0;
            if !runs_out && state.habit == Habit::Regular {
                state.owns |= 1 << product;
            }
            let is_new = state.refills >> product & 1 == 0 && state.refills.count_ones() < MOST_REFILLS;
            if runs_out && is_new && state.habit == Habit::Regular && chance(rng, REFILL) {
                self.customers[customer as usize].refills |= 1 << product;
                let at = gamma(rng, REFILL_SHAPE, self.cycle_days(customer, product));
                self.schedule(today.index, at, Due { customer, refill: Some(product) });
            }
        }
        let state = &mut self.customers[customer as usize];
        if chance(rng, f64::from(state.dropout)) {
            state.is_alive = false;
        }
    }

    /// Mean days of a customer's cycle of a product.
    fn cycle_days(&self, customer: u32, product: u16) -> f64 {
        let pace = f64::from(self.customers[customer as usize].pace);
        f64::from(self.products[usize::from(product)].variant.cycle_days) * pace
    }

    fn schedule_visit(&mut self, rng: &mut ChaCha8Rng, today: &Today<'_>, customer: u32) {
        let state = &self.customers[customer as usize];
        let mean = f64::from(state.visit_gap_days);
        let days = match state.habit {
            // Thinned by the season when it comes: see `serve_due`.
            Habit::Regular => -mean / season::MAX_INDEX * (1.0 - rng.random::<f64>()).ln(),
            Habit::Gift => gamma(rng, 400.0, mean),
        };
        self.schedule(today.index, days, Due { customer, refill: None });
    }

    pub(crate) fn schedule(&mut self, from: u32, days: f64, due: Due) {
        let at = from as usize + (days.round() as usize).max(1);
        if at > from as usize + 2_000 {
            return;
        }
        if self.queue.len() <= at {
            self.queue.resize_with(at + 1, Vec::new);
        }
        self.queue[at].push(due);
    }

    /// Somebody tries the checkout with a free item.
    fn test_order(&self, index: u32) -> Order {
        Order {
            number: 0,
            day: index,
            second: 10 * 3_600 + index % 3_000,
            customer: None,
            channel: Channel::Direct,
            lines: vec![Line { product: 0, quantity: 1, price_minor: 0 }],
            code: None,
            discount_minor: 0,
            shipping_minor: 0,
            tax_minor: 0,
            refund_minor: 0,
            refund_day: u32::MAX,
            is_cancelled: false,
            is_test: true,
            is_first: false,
            is_tracked: false,
            concept: None,
            is_incremental: false,
            flavour: 0,
        }
    }

    /// Takes the day's sales off the shelves and orders anew, but for what is to run out.
    fn restock(&mut self, day: Day, orders: &[Order], incidents: &[Incident]) {
        let mut sold = vec![0i64; self.products.len()];
        for line in orders.iter().filter(|order| !order.is_test).flat_map(|order| &order.lines) {
            sold[usize::from(line.product)] += i64::from(line.quantity);
        }
        for (product, sold) in self.products.iter_mut().zip(sold) {
            product.pace += (sold as f64 - product.pace) / 28.0;
            product.stock -= sold;
            if (product.stock as f64) < product.pace * 14.0 + 3.0 {
                product.stock += (product.pace * 55.0).ceil() as i64 + 24;
            }
            for incident in incidents {
                if let Incident::StockOut { product_id, days } = incident
                    && product_id == product.variant.sku
                {
                    let left = days.from.days_since(day);
                    if incident.is_on(day) {
                        product.stock = 0;
                    } else if (1..7).contains(&left) {
                        product.stock = product.stock.min((product.pace * f64::from(left)).ceil() as i64);
                    }
                }
            }
        }
    }
}
