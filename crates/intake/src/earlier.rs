//! Orders whose lines lie so far apart in a file that an earlier part is recorded already.

use std::collections::HashMap;

use domain::{
    Currency, InstantMs,
    facts::{Order, OrderKind, OrderLine},
};
use lake::{Lake, Row};

use crate::IntakeError;

/// The recorded part of orders by fact key, with the customer's pseudonym.
pub(crate) type Earlier = HashMap<String, (Order, Option<String>)>;

/// Reads the recorded parts back from the lake. Titles are not there; they are in the catalogue already.
pub(crate) async fn read(lake: &Lake, keys: &[String], currency: Currency) -> Result<Earlier, IntakeError> {
    let mut earlier = Earlier::new();
    if keys.is_empty() {
        return Ok(earlier);
    }
    let snapshot = lake.snapshot(InstantMs(i64::MAX)).await?;
    for keys in keys.chunks(500) {
        let quoted: Vec<String> = keys.iter().map(|key| lake::quote(key)).collect();
        let sql =
            format!("SELECT * FROM order_lines WHERE order_id IN ({}) ORDER BY order_id, line_no", quoted.join(", "));
        for row in snapshot.query(&sql).await?.iter() {
            let key = row.text("order_id")?.to_owned();
            let (order, _) = match earlier.entry(key) {
                std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
                std::collections::hash_map::Entry::Vacant(entry) => {
                    let customer = row.opt_text("customer_id")?.map(str::to_owned);
                    let order = head(&row, entry.key(), currency)?;
                    entry.insert((order, customer))
                }
            };
            order.lines.push(OrderLine {
                product_id: row.text("product_id")?.to_owned(),
                title: String::new(),
                quantity: row.int("quantity")?,
                unit_price_micros: row.int("unit_price_micros")?,
                is_product: row.flag("is_product")?,
            });
        }
    }
    Ok(earlier)
}

/// The order without its lines, from its first line.
fn head(row: &Row<'_>, key: &str, currency: Currency) -> Result<Order, IntakeError> {
    let kinds = [OrderKind::Sale, OrderKind::Cancellation, OrderKind::Adjustment, OrderKind::WriteOff];
    let word = row.text("kind")?;
    let source = row.text("source")?;
    Ok(Order {
        order_id: key.strip_prefix(source).and_then(|rest| rest.strip_prefix(':')).unwrap_or(key).to_owned(),
        kind: kinds.into_iter().find(|kind| kind.as_str() == word).unwrap_or(OrderKind::WriteOff),
        placed_at: InstantMs(row.int("ts_ms")?),
        customer_key: None,
        currency,
        country: row.opt_text("country")?.map(str::to_owned),
        discount_micros: row.int("order_discount_micros")?,
        discount_code: row.opt_text("discount_code")?.map(str::to_owned),
        shipping_micros: row.int("shipping_micros")?,
        tax_micros: row.int("tax_micros")?,
        refunded_micros: row.int("refund_micros")?,
        is_cancelled: row.flag("is_cancelled")?,
        marks: Default::default(),
        lines: Vec::new(),
    })
}
