//! What a file says as a whole, whatever was known of it before.

use std::collections::HashSet;

use domain::{
    Currency, Day, Money,
    facts::{Fact, Order, OrderKind},
};
use jiff::tz::TimeZone;

use crate::{
    pseudonym::normalise,
    request::{ImportReport, Span},
};

/// Figures of a file, summed exactly while it is read. Sets hold eight bytes of a hash per member.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    sales: HashSet<u64>,
    customers: HashSet<u64>,
    products: HashSet<u64>,
    gross: i128,
    discounts: i128,
    returns: i128,
    adjustments: i128,
    spend: i128,
    days: Option<(Day, Day)>,
}

fn short_hash(text: &str) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&blake3::hash(text.as_bytes()).as_bytes()[..8]);
    u64::from_le_bytes(bytes)
}

impl Totals {
    pub(crate) fn add(&mut self, fact: &Fact, zone: &TimeZone) {
        match fact {
            Fact::Order(order) => {
                self.day(order.placed_at.day_in(zone));
                self.order(order);
            }
            Fact::Product(product) => {
                self.products.insert(short_hash(&product.product_id));
            }
            Fact::Customer(customer) => {
                self.customers.insert(short_hash(&normalise(&customer.customer_key)));
            }
            Fact::AdDay(row) => {
                self.day(row.day);
                self.spend += i128::from(row.spend_micros);
            }
            Fact::FunnelDay(row) => self.day(row.day),
            Fact::Mail(row) => self.day(row.day),
            Fact::Stock(row) => {
                self.day(row.day);
                self.products.insert(short_hash(&row.product_id));
            }
            Fact::Review(review) => {
                self.day(review.day);
                let product = review.handle.as_deref().unwrap_or(&review.product_id);
                self.products.insert(short_hash(product));
            }
            Fact::Event(event) => {
                self.day(event.at.day_in(zone));
                if let Some(key) = &event.user_id {
                    self.customers.insert(short_hash(&normalise(key)));
                }
                self.products.extend(event.products.iter().map(|product| short_hash(&product.product_id)));
            }
        }
    }

    fn day(&mut self, day: Day) {
        self.days = Some(self.days.map_or((day, day), |(from, to)| (from.min(day), to.max(day))));
    }

    fn order(&mut self, order: &Order) {
        if let Some(key) = &order.customer_key {
            self.customers.insert(short_hash(&normalise(key)));
        }
        if order.kind == OrderKind::Sale {
            self.sales.insert(short_hash(&order.order_id));
        }
        for line in &order.lines {
            self.products.insert(short_hash(&line.product_id));
            let amount = i128::from(line.amount_micros());
            match order.kind {
                OrderKind::Cancellation => self.returns += amount,
                OrderKind::Sale | OrderKind::WriteOff if line.quantity > 0 => self.gross += amount,
                _ => self.adjustments += amount,
            }
        }
        self.discounts += i128::from(order.discount_micros);
        self.returns -= i128::from(order.refunded_micros);
    }

    /// Puts the figures into a report.
    pub(crate) fn report(&self, currency: Currency, report: &mut ImportReport) {
        let minor = |micros: i128| Money::from_micros(micros, currency).minor;
        report.orders = self.sales.len() as u64;
        report.customers = self.customers.len() as u64;
        report.products = self.products.len() as u64;
        report.gross_minor = minor(self.gross);
        report.discounts_minor = minor(self.discounts);
        report.returns_minor = minor(self.returns);
        report.adjustments_minor = minor(self.adjustments);
        report.net_minor = minor(self.gross - self.discounts + self.returns + self.adjustments);
        report.spend_minor = minor(self.spend);
        report.currency = currency;
        report.span = self.days.map(|(from, to)| Span { from, to });
    }
}
