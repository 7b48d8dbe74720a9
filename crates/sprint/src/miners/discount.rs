//! Discount dependence: customers who order again and again, and at least two times of three with a code.

use domain::Day;
use lake::Snapshot;

use super::{
    Frame, MIN_PEOPLE, Mined, Miner, SegmentKind, silent,
    sized::{Seen, sized},
    sql::*,
};
use crate::SprintError;

const DAYS: i32 = 365;
const MIN_ORDERS: i64 = 3;
const COLUMNS: [&str; 9] = [
    "buyers",
    "coded_buyers",
    "coded_orders",
    "their_orders",
    "shop_coded_percent",
    "coded_late",
    "orders_late",
    "coded_prior",
    "orders_prior_quarter",
];
/// The two quarters that are held against each other.
const QUARTER_DAYS: i32 = 90;

/// `orders_of(customer_id, order_id, coded)`, and `dependent(customer_id, n, coded)`.
fn parts(until: Day) -> String {
    format!(
        "orders_of AS (SELECT customer_id, order_id, MAX(CASE WHEN discount_code <> '' THEN 1 ELSE 0 END) AS coded, \
           MAX(CASE WHEN day >= DATE '{late}' THEN 1 ELSE 0 END) AS late, \
           MAX(CASE WHEN day >= DATE '{prior}' AND day < DATE '{late}' THEN 1 ELSE 0 END) AS prior FROM order_lines WHERE {SOLD} AND customer_id IS NOT NULL AND {days} GROUP BY customer_id, order_id), \
         dependent AS (SELECT customer_id, COUNT(*) AS n, SUM(coded) AS coded FROM orders_of GROUP BY customer_id \
           HAVING COUNT(*) >= {MIN_ORDERS} AND SUM(coded) * 3 >= COUNT(*) * 2)",
        days = between(until.plus(-DAYS), until),
        late = until.plus(-QUARTER_DAYS),
        prior = until.plus(-2 * QUARTER_DAYS),
    )
}

/// Who is meant, by a product they have bought.
pub(super) fn members(until: Day, keys: &[&str]) -> String {
    format!(
        "SELECT k, customer_id FROM (WITH {} SELECT DISTINCT l.product_id AS k, l.customer_id FROM order_lines l \
         JOIN dependent d ON d.customer_id = l.customer_id WHERE {SOLD} AND {} AND {}) AS r",
        parts(until),
        between(until.plus(-DAYS), until),
        any_of("l.product_id", keys.iter().copied())
    )
}

pub(super) async fn mine(snapshot: &Snapshot, frame: &Frame) -> Result<Mined, SprintError> {
    let days = between(frame.until.plus(-DAYS), frame.until);
    let discovery = format!(
        "SELECT * FROM (WITH {}, shop AS (SELECT CAST(100 * SUM(coded) / COUNT(*) AS BIGINT) AS percent FROM orders_of), \
         theirs AS (SELECT COUNT(*) AS n, SUM(o.coded) AS coded, SUM(o.late) AS late, SUM(o.late * o.coded) AS late_coded, \
           SUM(o.prior) AS prior, SUM(o.prior * o.coded) AS prior_coded FROM orders_of o \
           JOIN dependent d ON d.customer_id = o.customer_id), \
         had AS (SELECT DISTINCT customer_id, product_id FROM order_lines WHERE {SOLD} AND customer_id IS NOT NULL AND {days}) \
         SELECT h.product_id AS k, COUNT(*) AS buyers, COUNT(d.customer_id) AS coded_buyers, MIN(theirs.coded) AS coded_orders, \
         MIN(theirs.n) AS their_orders, MIN(theirs.late_coded) AS coded_late, MIN(theirs.late) AS orders_late, \
         MIN(theirs.prior_coded) AS coded_prior, MIN(theirs.prior) AS orders_prior_quarter, MIN(shop.percent) AS shop_coded_percent FROM had h \
         LEFT JOIN dependent d ON d.customer_id = h.customer_id CROSS JOIN theirs CROSS JOIN shop GROUP BY h.product_id) AS r \
         WHERE coded_buyers >= {MIN_PEOPLE} AND shop_coded_percent < 60",
        parts(frame.until)
    );
    let about = (Miner::DiscountDependence, SegmentKind::OnlyWithACode);
    let see = |row: &lake::Row<'_>| Ok(Seen::product(frame, row.text("k")?));
    let members = |keys: &[&str]| members(frame.until, keys);
    let all = sized(snapshot, frame, about, (&discovery, &COLUMNS, "coded_buyers DESC, k"), see, members).await?;
    if all.is_empty() {
        let sql = format!("SELECT COUNT(*) AS n FROM (WITH {} SELECT * FROM dependent) AS d", parts(frame.until));
        let people = snapshot.query(&sql).await?.first()?.int("n")?;
        return Ok(silent(
            Miner::DiscountDependence,
            "Too few customers order mostly with a code, or the whole shop does.",
            format!("{people} customers with {MIN_ORDERS} orders in a year, two of three with a code"),
            format!("orders with discount codes, and {MIN_PEOPLE} such customers who share a product"),
        ));
    }
    Ok(Ok(all))
}
