//! A million orders, streamed: the order-line CSV of a bigger shop, written day by day.

use std::io::{self, Write};

use domain::{Day, Money};

use crate::{people::COUNTRIES, world::World};

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LargeTruth {
    /// Normal invoices.
    pub orders: i64,
    /// Invoices that begin with `C`: what was taken back.
    pub cancellations: i64,
    /// Data rows.
    pub rows: i64,
    /// Distinct customers with a normal invoice.
    pub customers: i64,
    /// Σ quantity × price of normal invoices, minor units.
    pub gross_minor: i64,
    /// The same of cancellations, ≤ 0.
    pub returns_minor: i64,
    /// Gross + returns.
    pub net_minor: i64,
    /// Last day written.
    pub last_day: Option<Day>,
}

impl World {
    /// Runs a fresh world day by day until `orders` orders are written as order lines (`Invoice, StockCode,
    /// Description, Quantity, InvoiceDate, Price, Customer ID, Country`), keeping one day in memory. Vouchers have no
    /// place in that layout: prices are list prices. A refund of a whole line follows at once as an invoice `C…`.
    ///
    /// # Errors
    /// Writing failed.
    pub fn write_transactions(mut self, orders: u64, out: &mut impl Write) -> io::Result<LargeTruth> {
        let mut truth = LargeTruth::default();
        let mut has_ordered: Vec<bool> = Vec::new();
        let mut text = String::new();
        let titles: Vec<String> = self.products.iter().map(|product| quoted(&product.title())).collect();
        out.write_all(b"Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n")?;
        while (truth.orders as u64) < orders {
            let day = self.step();
            has_ordered.resize(self.customers.len(), false);
            for order in self.orders.iter().filter(|order| !order.is_test) {
                if truth.orders as u64 == orders {
                    break;
                }
                truth.orders += 1;
                truth.last_day = Some(day);
                let (hour, minute) = (order.second / 3_600, order.second / 60 % 60);
                let (customer, country) = match order.customer {
                    Some(at) => {
                        let customer = &self.customers[at as usize];
                        truth.customers += i64::from(!std::mem::replace(&mut has_ordered[at as usize], true));
                        (customer.key.to_string(), COUNTRIES[usize::from(customer.country)].code)
                    }
                    None => (String::new(), COUNTRIES[0].code),
                };
                let mut row = |text: &mut String, prefix: &str, line: &crate::order::Line, quantity: i64| {
                    use std::fmt::Write as _;
                    truth.rows += 1;
                    let sku = self.products[usize::from(line.product)].variant.sku;
                    let title = &titles[usize::from(line.product)];
                    let price = Money::new(line.price_minor, self.config.currency).to_decimal();
                    // Writing into a string cannot fail.
                    let _ = writeln!(
                        text,
                        "{prefix}{},{sku},{title},{quantity},{day} {hour:02}:{minute:02}:00,{price},{customer},{country}",
                        order.number
                    );
                };
                for line in &order.lines {
                    row(&mut text, "", line, i64::from(line.quantity));
                    truth.gross_minor += i64::from(line.quantity) * line.price_minor;
                }
                if let (true, Some(line)) = (order.refund_minor > 0, order.lines.first()) {
                    row(&mut text, "C", line, -i64::from(line.quantity));
                    truth.cancellations += 1;
                    truth.returns_minor -= i64::from(line.quantity) * line.price_minor;
                }
            }
            out.write_all(text.as_bytes())?;
            text.clear();
            self.forget_day();
        }
        truth.net_minor = truth.gross_minor + truth.returns_minor;
        Ok(truth)
    }

    /// Drops what has been written; customers and what they are about to do stay.
    fn forget_day(&mut self) {
        self.orders.clear();
        self.day_orders.clear();
        self.ad_rows.clear();
        self.funnel.clear();
    }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
