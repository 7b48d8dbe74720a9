//! Replenishment due: customers whose own rhythm for a product, shrunk towards the product's usual gap, is likely to ring
//! around the flight.
//!
//! A rhythm is a customer's mean gap between purchase days of the product, `(last - first) / (n - 1)`; the product's
//! usual gap is the median of those. The rhythm's next day is `last + e` with `e = (span + 2 × usual) / (n - 1 + 2)`: with
//! few purchases the product's gap speaks, with many the customer's own. How sure that is grows with the purchases: `ln e`
//! is off by [`SCATTER`] `/ √(n + 1)`, and the chance that the next day lies in the flight, give or take
//! [`GIVE_DAYS`], follows from the log-logistic distribution, which is the logistic twin of a lognormal (a logistic
//! variable of scale 1 / 1.702 stays within 0.01 of a normal one: Camilli 1994, J. Educ. Behav. Stat. 19). Members are
//! those for whom the chance is at least [`LIKELY`]; so somebody with a rhythm of two weeks is a member early, and
//! somebody with a rhythm of five months only after many purchases.

use domain::{Day, DayRange};
use lake::Snapshot;

use super::{Frame, KEEP, Mined, Miner, SegmentKind, from_rows, opportunity, silent, sql::*};
use crate::{SprintError, evidence};

/// Fewer repeat buyers carry no usual gap.
pub const MIN_REPEATERS: i64 = 30;
/// Days around the flight that count as the flight: nobody's rhythm is exact to the day.
pub const GIVE_DAYS: i32 = 7;
/// How far one gap lies from its customer's and product's usual one, as a standard deviation of its logarithm.
pub const SCATTER: f64 = 0.5;
/// Least chance that a member's next day lies around the flight: two in three.
pub const LIKELY: f64 = 2.0 / 3.0;
/// A logistic variable is this much narrower than a normal one of its scale.
const LOGISTIC: f64 = 1.702;
const COLUMNS: [&str; 6] = ["buyers", "repeaters", "gap_days", "people", "usual_micros", "past_micros"];

/// The chance that a next day, expected `e` days after the last of `n` purchases, lies between two day numbers, by
/// the day number `last` of the last one.
pub fn chance(e: f64, n: i64, last: i64, days: (i64, i64)) -> f64 {
    let steep = LOGISTIC * ((n + 1) as f64).sqrt() / SCATTER;
    let by = |x: f64| if x <= 0.0 { 0.0 } else { 1.0 / (1.0 + (e / x).powf(steep)) };
    by((days.1 - last) as f64 + 0.5) - by((days.0 - last) as f64 - 0.5)
}

/// The common table expressions up to `due(product_id, customer_id, usual_micros)`: whoever's next day is likely to lie
/// on the days `from..=to`, give or take. The arithmetic is that of [`chance`].
fn due(until: Day, from: Day, to: Day) -> String {
    let by = |day: Day, half: &str| {
        format!(
            "CASE WHEN {t} {half} - last_d <= 0 THEN 0.0 ELSE 1.0 / (1.0 + POWER(e / ({t} {half} - last_d), steep)) END",
            t = day.epoch_days()
        )
    };
    format!(
        "WITH days AS (SELECT customer_id, product_id, CAST(day AS INT) AS d, SUM(amount_micros) AS spent FROM order_lines \
           WHERE {SOLD} AND customer_id IS NOT NULL AND day < DATE '{until}' GROUP BY customer_id, product_id, day), \
         pairs AS (SELECT customer_id, product_id, COUNT(*) AS n, MIN(d) AS first_d, MAX(d) AS last_d, SUM(spent) AS spent \
           FROM days GROUP BY customer_id, product_id), \
         usual AS (SELECT product_id, COUNT(*) AS buyers, COUNT(CASE WHEN n >= 2 THEN 1 END) AS repeaters, \
           MEDIAN(CASE WHEN n >= 2 THEN CAST((last_d - first_d) / (n - 1) AS BIGINT) END) AS gap_days \
           FROM pairs GROUP BY product_id), \
         rhythm AS (SELECT c.product_id, c.customer_id, c.spent / c.n AS usual_micros, c.last_d, \
           CAST(c.last_d - c.first_d + 2 * u.gap_days AS DOUBLE) / (c.n + 1) AS e, {LOGISTIC:?} * SQRT(c.n + 1) / {SCATTER:?} AS steep \
           FROM pairs c JOIN usual u ON u.product_id = c.product_id \
           WHERE c.n >= 2 AND u.repeaters >= {MIN_REPEATERS} AND u.gap_days >= 7 AND u.gap_days <= 180), \
         due AS (SELECT product_id, customer_id, usual_micros FROM rhythm WHERE {late} - {early} >= {LIKELY:?})",
        late = by(to.plus(GIVE_DAYS), "+ 0.5"),
        early = by(from.plus(-GIVE_DAYS), "- 0.5"),
    )
}

/// Per product: who is due around the days `from..=to`, what they usually spend on it, what they have spent so far.
fn per_product(until: Day, from: Day, to: Day) -> String {
    format!(
        "SELECT * FROM ({}, {} SELECT d.product_id, u.buyers, u.repeaters, u.gap_days, COUNT(*) AS people, \
         SUM(d.usual_micros) AS usual_micros, SUM(w.net) AS past_micros FROM due d \
         JOIN usual u ON u.product_id = d.product_id JOIN worth w ON w.customer_id = d.customer_id \
         GROUP BY d.product_id, u.buyers, u.repeaters, u.gap_days) AS r WHERE repeaters * 5 >= buyers",
        due(until, from, to),
        worth(until),
    )
}

/// Who is meant, by product; everybody who is due for anything where `keys` is `None`.
pub fn members(until: Day, flight: DayRange, keys: Option<&[&str]>) -> String {
    let (k, only) = match keys {
        None => ("''", "TRUE".to_owned()),
        Some(keys) => ("product_id", any_of("product_id", keys.iter().copied())),
    };
    format!(
        "SELECT k, customer_id FROM ({} SELECT DISTINCT {k} AS k, customer_id FROM due WHERE {only}) AS r",
        due(until, flight.from, flight.to)
    )
}

/// Over all products: people due around the days `from..=to`, counted once, what they usually spend on what is due, and
/// what they have spent so far. Columns `people`, `products`, `usual_micros`, `past_micros`.
pub fn total(until: Day, from: Day, to: Day) -> String {
    format!(
        "{}, {}, who AS (SELECT customer_id, COUNT(*) AS products, SUM(usual_micros) AS usual_micros FROM due \
         GROUP BY customer_id) \
         SELECT COUNT(*) AS people, COALESCE(SUM(products), 0) AS products, COALESCE(SUM(usual_micros), 0) AS usual_micros, \
         COALESCE(SUM(w.net), 0) AS past_micros FROM who JOIN worth w ON w.customer_id = who.customer_id",
        due(until, from, to),
        worth(until),
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
