//! Region gap: a product that customers of one country buy clearly less often than all others do, and the customers there
//! who never had it.

use std::collections::BTreeMap;

use domain::Day;
use lake::{Snapshot, quote};

use super::{
    Frame, Mined, Miner, SegmentKind, silent,
    sized::{Seen, sized},
    sql::*,
};
use crate::SprintError;

const DAYS: i32 = 180;
const MIN_ORDERS: i64 = 100;
/// Orders that would be expected of the country if it bought like the others.
const MIN_EXPECTED: f64 = 10.0;
/// Standard errors (Poisson) by which it stays behind: hundreds of pairs are looked at.
const CLEAR: f64 = 3.5;
/// It buys at most this share of what would be expected.
const MOST_SHARE: f64 = 0.6;
const COLUMNS: [&str; 8] =
    ["here_orders", "here_shop", "there_orders", "there_shop", "here_now", "here_before", "there_now", "there_before"];

/// How a product in a country is named.
pub(super) fn key(product: &str, country: &str) -> String {
    format!("{product}>{country}")
}

/// Who is meant, by `product>country`: active customers whose orders go there, without the product.
pub(super) fn members(until: Day, keys: &[(&str, &str)]) -> String {
    let values: Vec<String> = keys
        .iter()
        .map(|(product, country)| {
            format!("({}, {}, {})", quote(&key(product, country)), quote(product), quote(country))
        })
        .collect();
    format!(
        "SELECT k, customer_id FROM (WITH {active}, keys AS (SELECT column1 AS k, column2 AS product_id, column3 AS country \
           FROM (VALUES {values}) AS v), \
         homes AS (SELECT DISTINCT customer_id, country FROM order_lines \
           WHERE {SOLD} AND customer_id IS NOT NULL AND day < DATE '{until}' AND {countries}), \
         owners AS (SELECT DISTINCT customer_id, product_id FROM order_lines \
           WHERE {SOLD} AND customer_id IS NOT NULL AND day < DATE '{until}' AND {products}) \
         SELECT keys.k, h.customer_id FROM keys JOIN homes h ON h.country = keys.country \
         JOIN active a ON a.customer_id = h.customer_id \
         LEFT JOIN owners o ON o.product_id = keys.product_id AND o.customer_id = h.customer_id \
         WHERE o.customer_id IS NULL) AS r",
        active = active(until),
        values = values.join(", "),
        countries = any_of("country", keys.iter().map(|(_, country)| *country)),
        products = any_of("product_id", keys.iter().map(|(product, _)| *product)),
    )
}

pub(super) async fn mine(snapshot: &Snapshot, frame: &Frame) -> Result<Mined, SprintError> {
    let discovery = format!(
        "SELECT * FROM (WITH o AS (SELECT DISTINCT order_id, product_id, country, CASE WHEN day >= DATE '{late}' THEN 1 ELSE 0 END AS late \
           FROM order_lines \
           WHERE {SOLD} AND country IS NOT NULL AND {days}), \
         places AS (SELECT country, COUNT(DISTINCT order_id) AS n FROM o GROUP BY country), \
         shop AS (SELECT COUNT(DISTINCT order_id) AS n FROM o), \
         each AS (SELECT product_id, COUNT(*) AS n, SUM(late) AS n1 FROM o GROUP BY product_id), \
         both AS (SELECT product_id, country, COUNT(*) AS n, SUM(late) AS n1 FROM o GROUP BY product_id, country) \
         SELECT e.product_id || '>' || p.country AS k, e.product_id, p.country, COALESCE(b.n, 0) AS here_orders, \
         p.n AS here_shop, e.n - COALESCE(b.n, 0) AS there_orders, shop.n - p.n AS there_shop, \
         COALESCE(b.n1, 0) AS here_now, COALESCE(b.n - b.n1, 0) AS here_before, e.n1 - COALESCE(b.n1, 0) AS there_now, \
         e.n - e.n1 - COALESCE(b.n - b.n1, 0) AS there_before, \
         CAST(e.n - COALESCE(b.n, 0) AS DOUBLE) * p.n / (shop.n - p.n) AS expected \
         FROM each e CROSS JOIN places p CROSS JOIN shop \
         LEFT JOIN both b ON b.product_id = e.product_id AND b.country = p.country \
         WHERE p.n >= {MIN_ORDERS} AND p.n * 2 <= shop.n) AS r \
         WHERE expected >= {MIN_EXPECTED:?} AND here_orders <= expected * {MOST_SHARE:?} \
         AND expected - here_orders >= {CLEAR:?} * SQRT(expected)",
        days = between(frame.until.plus(-DAYS), frame.until),
        late = frame.until.plus(-DAYS / 2),
    );
    let about = (Miner::RegionGap, SegmentKind::RegionWithout);
    let see = |row: &lake::Row<'_>| {
        let country = row.text("country")?.to_owned();
        Ok(Seen::product(frame, row.text("product_id")?).map(|seen| Seen {
            key: key(&seen.products[0].id, &country),
            words: BTreeMap::from([("country".to_owned(), country)]),
            ..seen
        }))
    };
    let members = |keys: &[&str]| {
        let pairs: Vec<(&str, &str)> = keys.iter().filter_map(|key| key.rsplit_once('>')).collect();
        members(frame.until, &pairs)
    };
    let all =
        sized(snapshot, frame, about, (&discovery, &COLUMNS, "expected - here_orders DESC, k"), see, members).await?;
    if all.is_empty() {
        let sql = format!(
            "SELECT COUNT(*) AS n FROM (SELECT country FROM order_lines WHERE {SOLD} AND country IS NOT NULL AND {} \
             GROUP BY country HAVING COUNT(DISTINCT order_id) >= {MIN_ORDERS}) AS c",
            between(frame.until.plus(-DAYS), frame.until)
        );
        let places = snapshot.query(&sql).await?.first()?.int("n")?;
        return Ok(silent(
            Miner::RegionGap,
            "No product is clearly bought less in one country than in the others.",
            format!("{places} countries with {MIN_ORDERS} orders in half a year"),
            "orders with countries, two or more with enough orders, and a product that one of them leaves aside",
        ));
    }
    Ok(Ok(all))
}
