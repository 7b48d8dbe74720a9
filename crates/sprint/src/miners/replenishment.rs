//! Replenishment due: customers whose own rhythm for a product, shrunk towards the product's usual gap, ends inside the
//! flight.
//!
//! A rhythm is a customer's mean gap between purchase days of the product, `(last - first) / (n - 1)`; the product's
//! usual gap is the median of those. The next day is `last + (span + 2 × usual) / (n - 1 + 2)`: with few purchases the
//! product's gap speaks, with many the customer's own.

use domain::{Day, DayRange};
use lake::Snapshot;

use super::{Frame, KEEP, Mined, Miner, SegmentKind, from_rows, opportunity, silent, sql::*};
use crate::{SprintError, evidence};

/// Fewer repeat buyers carry no usual gap.
pub const MIN_REPEATERS: i64 = 30;
const COLUMNS: [&str; 6] = ["buyers", "repeaters", "gap_days", "people", "usual_micros", "past_micros"];

/// The common table expressions up to `due(product_id, customer_id, due_d, usual_micros)`.
fn due(until: Day) -> String {
    format!(
        "WITH days AS (SELECT customer_id, product_id, CAST(day AS INT) AS d, SUM(amount_micros) AS spent FROM order_lines \
           WHERE {SOLD} AND customer_id IS NOT NULL AND day < DATE '{until}' GROUP BY customer_id, product_id, day), \
         pairs AS (SELECT customer_id, product_id, COUNT(*) AS n, MIN(d) AS first_d, MAX(d) AS last_d, SUM(spent) AS spent \
           FROM days GROUP BY customer_id, product_id), \
         usual AS (SELECT product_id, COUNT(*) AS buyers, COUNT(CASE WHEN n >= 2 THEN 1 END) AS repeaters, \
           MEDIAN(CASE WHEN n >= 2 THEN CAST((last_d - first_d) / (n - 1) AS BIGINT) END) AS gap_days \
           FROM pairs GROUP BY product_id), \
         due AS (SELECT c.product_id, c.customer_id, c.spent / c.n AS usual_micros, \
           c.last_d + CAST((c.last_d - c.first_d + 2 * u.gap_days) / (c.n + 1) AS BIGINT) AS due_d \
           FROM pairs c JOIN usual u ON u.product_id = c.product_id \
           WHERE c.n >= 2 AND u.repeaters >= {MIN_REPEATERS} AND u.gap_days >= 7 AND u.gap_days <= 180)"
    )
}

/// Per product: who is due on the days `from..=to`, what they usually spend on it, what they have spent so far.
fn per_product(until: Day, from: Day, to: Day) -> String {
    format!(
        "SELECT * FROM ({}, {} SELECT d.product_id, u.buyers, u.repeaters, u.gap_days, COUNT(*) AS people, \
         SUM(d.usual_micros) AS usual_micros, SUM(w.net) AS past_micros FROM due d \
         JOIN usual u ON u.product_id = d.product_id JOIN worth w ON w.customer_id = d.customer_id \
         WHERE d.due_d BETWEEN {} AND {} GROUP BY d.product_id, u.buyers, u.repeaters, u.gap_days) AS r \
         WHERE repeaters * 5 >= buyers",
        due(until),
        worth(until),
        from.epoch_days(),
        to.epoch_days()
    )
}

/// Who is meant, by product; everybody who is due for anything where `keys` is `None`.
pub fn members(until: Day, flight: DayRange, keys: Option<&[&str]>) -> String {
    let (from, to) = (flight.from.epoch_days(), flight.to.epoch_days());
    let (k, only) = match keys {
        None => ("''", "TRUE".to_owned()),
        Some(keys) => ("product_id", any_of("product_id", keys.iter().copied())),
    };
    format!(
        "SELECT k, customer_id FROM ({} SELECT DISTINCT {k} AS k, customer_id FROM due \
         WHERE due_d BETWEEN {from} AND {to} AND {only}) AS r",
        due(until)
    )
}

/// Over all products: people due on the days `from..=to`, counted once, what they usually spend on what is due, and
/// what they have spent so far. Columns `people`, `products`, `usual_micros`, `past_micros`.
pub fn total(until: Day, from: Day, to: Day) -> String {
    format!(
        "{}, {}, who AS (SELECT customer_id, COUNT(*) AS products, SUM(usual_micros) AS usual_micros FROM due \
         WHERE due_d BETWEEN {} AND {} GROUP BY customer_id) \
         SELECT COUNT(*) AS people, COALESCE(SUM(products), 0) AS products, COALESCE(SUM(usual_micros), 0) AS usual_micros, \
         COALESCE(SUM(w.net), 0) AS past_micros FROM who JOIN worth w ON w.customer_id = who.customer_id",
        due(until),
        worth(until),
        from.epoch_days(),
        to.epoch_days()
    )
}

pub(super) async fn mine(snapshot: &Snapshot, frame: &Frame) -> Result<Mined, SprintError> {
    let discovery = per_product(frame.until, frame.flight.from, frame.flight.to);
    let sql = format!("{discovery} ORDER BY past_micros DESC, product_id LIMIT {}", KEEP * 6);
    let table = snapshot.query(&sql).await?;
    let about = (Miner::ReplenishmentDue, SegmentKind::DueToReorder);
    let mut all = from_rows(snapshot, frame, about, &discovery, &COLUMNS, &table)?;
    if !frame.is_narrow() && all.len() >= 3 {
        let sql = total(frame.until, frame.flight.from, frame.flight.to);
        let evidence = evidence::read(snapshot, Miner::ReplenishmentDue.as_str(), sql).await?;
        let products = all.iter().take(3).map(|item| item.products[0].clone()).collect();
        let mut whole = opportunity(frame, about, products, evidence);
        whole.is_shop_wide = true;
        all.insert(0, whole);
    }
    if all.is_empty() {
        let reason = "Too few customers buy the same product again for a usual gap to be known.";
        let have = format!("{} known customers, no product with enough of them due in the flight", frame.customers);
        let need = format!("a product with {MIN_REPEATERS} repeat buyers, {} of them due", super::MIN_PEOPLE);
        return Ok(silent(Miner::ReplenishmentDue, reason, have, need));
    }
    Ok(Ok(all))
}
