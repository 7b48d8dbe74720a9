//! Shopify's order export: 79 columns, a row for every line, order fields on the first row only, newest order first.

use std::collections::HashMap;

use domain::{Day, DayRange};
use jiff::civil::Time;

use super::Csv;
use crate::{
    order::{Line, Order},
    people::{COUNTRIES, Habit, Identity},
    rng::text_key,
    world::World,
};

/// The header as the platform writes it.
const HEADER: &str = "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,Tax 4 Value,Tax 5 Name,Tax 5 Value,Phone,Receipt Number,Duties,Billing Province Name,Shipping Province Name,Payment ID,Payment Terms Name,Next Payment Due At,Payment References\n";

const NOTES: &[&str] = &[
    "Please leave with the neighbours,\nsecond floor, name \"Klein\" on the bell.",
    "Bitte nicht klingeln, das Baby schläft.\n\nDanke!",
    "Delivery to the back door; the dog is friendly.",
];

impl World {
    /// `2026-11-23 10:22:33 +0100` for a second of a local day.
    fn local_time(&self, day: Day, second: u32) -> String {
        let (hour, minute, second) = (second / 3_600 % 24, second / 60 % 60, second % 60);
        let time = Time::new(hour as i8, minute as i8, second as i8, 0).unwrap_or(Time::midnight());
        match day.0.to_datetime(time).to_zoned(self.config.zone.clone()) {
            Ok(zoned) => {
                let offset = zoned.offset().seconds();
                let sign = if offset < 0 { '-' } else { '+' };
                let minutes = offset.unsigned_abs() / 60;
                let at = zoned.time();
                format!(
                    "{} {:02}:{:02}:{:02} {sign}{:02}{:02}",
                    zoned.date(),
                    at.hour(),
                    at.minute(),
                    at.second(),
                    minutes / 60,
                    minutes % 60
                )
            }
            Err(_) => format!("{day} {hour:02}:{minute:02}:{second:02} +0000"),
        }
    }

    /// The orders of `range` as they stand at the end of `as_of`.
    pub(super) fn orders_csv(&self, range: DayRange, as_of: Day, with_bom: bool) -> Vec<u8> {
        let mut csv = Csv::new(self.config.currency.exponent());
        if with_bom {
            csv.raw("\u{feff}");
        }
        csv.raw(HEADER);
        let titles: Vec<String> = self.products.iter().map(|product| product.title()).collect();
        let end = self.day_index(as_of);
        let tax_name = format!("DE MwSt {}%", self.brand.tax_percent);
        let mut identities: HashMap<u32, Identity> = HashMap::new();
        for order in self.orders_of(&self.day_indexes(range)).iter().rev() {
            let identity = order.customer.map(|customer| {
                &*identities
                    .entry(customer)
                    .or_insert_with(|| self.customers[customer as usize].identity(self.config.seed))
            });
            self.order_rows(&mut csv, order, identity, end, &titles, &tax_name);
        }
        csv.finish()
    }

    fn order_rows(
        &self,
        csv: &mut Csv,
        order: &Order,
        who: Option<&Identity>,
        end: u32,
        titles: &[String],
        tax_name: &str,
    ) {
        let customer = order.customer.map(|customer| &self.customers[customer as usize]);
        let day = self.day_at(order.day);
        let created = self.local_time(day, order.second);
        let name = format!("#{}", order.number);
        let email = match who {
            // Some people type their address with capitals.
            Some(who) if order.flavour.is_multiple_of(61) => capitalised(&who.email),
            Some(who) => who.email.clone(),
            None => String::new(),
        };
        let refunded = order.refunded_minor(end);
        let is_cancelled = order.is_cancelled_by(end);
        let status = match refunded {
            0 => "paid",
            minor if minor >= order.total_minor() => "refunded",
            _ => "partially_refunded",
        };
        let shipped_day = day.plus(1 + (order.flavour % 2) as i32);
        let is_shipped = !is_cancelled && self.day_index(shipped_day) <= end && shipped_day <= self.today();
        let (fulfilment, fulfilled) = match is_shipped {
            true => ("fulfilled", self.local_time(shipped_day, 9 * 3_600 + order.flavour % 30_000)),
            false => ("unfulfilled", String::new()),
        };
        let accepts = customer.is_some_and(|customer| customer.consents);
        for (at, line) in order.lines.iter().enumerate() {
            csv.text(&name).text(&email);
            if at == 0 {
                csv.texts(&[status, &created, fulfilment, &fulfilled]);
                csv.text(if accepts { "yes" } else { "no" }).text(self.config.currency.code());
                csv.amount(order.gross_minor() - order.discount_minor).amount(order.shipping_minor);
                csv.amount(order.tax_minor).amount(order.total_minor()).text(order.code.unwrap_or(""));
                csv.amount(order.discount_minor);
                csv.text(match (order.shipping_minor, who) {
                    (_, None) => "",
                    (0, _) => "Free shipping",
                    _ => "DHL parcel",
                });
            } else {
                csv.skip(13);
            }
            csv.text(&created);
            self.line_fields(csv, line, order, titles, fulfilment);
            if at == 0 {
                self.address_fields(csv, order, who, customer.map_or(0, |one| usize::from(one.country)));
                let is_gift = customer.is_some_and(|one| one.habit == Habit::Gift);
                csv.text(note(order, is_gift)).skip(1);
                let cancelled_second = order.second.max(order.flavour % 86_400);
                let cancelled = if is_cancelled {
                    self.local_time(self.day_at(order.refund_day), cancelled_second)
                } else {
                    String::new()
                };
                csv.text(&cancelled)
                    .text(payment(order))
                    .text(&format!("c{}.1", 9_000_000_000 + u64::from(order.number)));
                csv.amount(refunded).text(self.brand.name).amount(0).skip(3);
                csv.int(6_100_000_000_000 + i64::from(order.number) * 32_768);
                csv.text(match order.is_test {
                    true => "test, staff",
                    false if order.is_first => "first order",
                    false => "",
                });
                csv.text("Low").text(if who.is_some() { "web" } else { "pos" }).amount(0);
                csv.text(tax_name).amount(order.tax_minor).skip(8);
                csv.text(who.map_or("", |who| who.phone.as_str())).skip(8);
            } else {
                csv.skip(26).text(self.brand.name).skip(8).amount(0).skip(19);
            }
            csv.end();
        }
    }

    fn line_fields(&self, csv: &mut Csv, line: &Line, order: &Order, titles: &[String], fulfilment: &str) {
        let at = usize::from(line.product);
        csv.int(i64::from(line.quantity));
        csv.text(if order.is_test { "Checkout test" } else { &titles[at] });
        csv.amount(line.price_minor).skip(1);
        csv.text(if order.is_test { "TEST-0" } else { self.products[at].variant.sku });
        csv.texts(&["true", "true", fulfilment]);
    }

    fn address_fields(&self, csv: &mut Csv, order: &Order, who: Option<&Identity>, country: usize) {
        let Some(who) = who else {
            csv.skip(20);
            return;
        };
        let full = format!("{} {}", who.first_name, who.last_name);
        let company = if order.flavour.is_multiple_of(47) { "Atelier Nord, GbR" } else { "" };
        for _ in 0..2 {
            // Spreadsheets must not read a zip code as a number: the platform writes an apostrophe.
            let zip = format!("'{}", who.zip);
            csv.texts(&[&full, &who.street, &who.street, "", company, who.city, &zip, ""]);
            csv.texts(&[COUNTRIES[country].code, &who.phone]);
        }
    }
}

fn capitalised(email: &str) -> String {
    email.split('.').map(|part| part[..1].to_uppercase() + &part[1..]).collect::<Vec<_>>().join(".")
}

fn note(order: &Order, is_gift: bool) -> &'static str {
    match order.flavour % 40 {
        _ if order.is_test => "Checkout test, please ignore",
        at @ 0..3 => NOTES[at as usize],
        3..9 if is_gift => "Gift message: Frohe Weihnachten, \"alles Liebe\" von uns!",
        _ => "",
    }
}

fn payment(order: &Order) -> &'static str {
    if order.is_test {
        return "Bogus Gateway";
    }
    match text_key(order.code.unwrap_or("")).wrapping_add(u64::from(order.flavour)) % 10 {
        0..5 => "PayPal Express Checkout",
        5..8 => "Shopify Payments",
        _ => "Klarna",
    }
}
