//! Rising products: orders of the last 28 days against the 28 before and the same weeks last year, both against the
//! shop as a whole, shrunk so that small counts do not shout.

use domain::Day;
use lake::Snapshot;

use super::{Frame, KEEP, Mined, Miner, SegmentKind, from_rows, silent, sql::*};
use crate::SprintError;

const WINDOW_DAYS: i32 = 28;
/// Orders added to both sides of the ratio.
const SHRINK: f64 = 10.0;
const MIN_ORDERS: i64 = 20;

const COLUMNS: [&str; 11] = [
    "orders_now",
    "orders_before",
    "orders_last_year",
    "units_now",
    "buyers_now",
    "shop_now",
    "shop_before",
    "shop_last_year",
    "people",
    "past_micros",
    "active_people",
];

pub(super) async fn mine(snapshot: &Snapshot, frame: &Frame) -> Result<Mined, SprintError> {
    let need = 2 * WINDOW_DAYS;
    if frame.history_days() < need {
        let have = format!("{} days", frame.history_days());
        return Ok(silent(
            Miner::RisingProducts,
            "The history is too short to see what rises.",
            have,
            format!("{need} days of orders"),
        ));
    }
    let discovery = discovery(frame);
    let sql = format!("{discovery} ORDER BY rise DESC, product_id LIMIT {}", KEEP * 6);
    let table = snapshot.query(&sql).await?;
    let about = (Miner::RisingProducts, SegmentKind::NeverTried);
    let mut all = from_rows(snapshot, frame, about, &discovery, &COLUMNS, &table)?;
    let front = front_door(frame);
    let sql = format!("{front} ORDER BY people DESC, product_id LIMIT {}", KEEP * 4);
    let table = snapshot.query(&sql).await?;
    let about = (Miner::RisingProducts, SegmentKind::NewFaces);
    let columns = ["people", "past_micros", "newcomers", "newcomers_back", "back", "people_before", "newcomers_before"];
    all.append(&mut from_rows(snapshot, frame, about, &front, &columns, &table)?);
    if all.is_empty() {
        let reason = "No product grows clearly faster than the shop, and no newcomers are known.";
        let have = format!("{} orders in all", frame.orders);
        return Ok(silent(
            Miner::RisingProducts,
            reason,
            have,
            format!("a product with {MIN_ORDERS} orders in four weeks, rising by a third"),
        ));
    }
    Ok(Ok(all))
}

/// Who is meant, by product: active customers who never bought it.
pub(super) fn never_tried(until: Day, keys: &[&str]) -> String {
    let values: Vec<String> = keys.iter().map(|key| format!("({})", lake::quote(key))).collect();
    format!(
        "SELECT k, customer_id FROM (WITH {}, keys AS (SELECT column1 AS k FROM (VALUES {}) AS v), \
         owners AS (SELECT DISTINCT customer_id, product_id FROM order_lines WHERE {SOLD} AND customer_id IS NOT NULL \
           AND day < DATE '{until}' AND {}) \
         SELECT x.k, x.customer_id FROM (SELECT keys.k, active.customer_id FROM keys CROSS JOIN active) x \
         LEFT JOIN owners o ON o.product_id = x.k AND o.customer_id = x.customer_id WHERE o.customer_id IS NULL) AS r",
        active(until),
        values.join(", "),
        any_of("product_id", keys.iter().copied())
    )
}

/// Who is meant by newcomers, by product in their first basket within the last 90 days.
pub(super) fn newcomers(until: Day, keys: &[&str]) -> String {
    format!(
        "SELECT k, customer_id FROM (WITH firsts AS (SELECT customer_id, MIN(day) AS first_day FROM order_lines \
         WHERE {SOLD} AND customer_id IS NOT NULL AND day < DATE '{until}' GROUP BY customer_id) \
         SELECT DISTINCT l.product_id AS k, l.customer_id FROM order_lines l \
         JOIN firsts f ON f.customer_id = l.customer_id \
         WHERE {SOLD} AND l.day = f.first_day AND f.first_day >= DATE '{}' AND {}) AS r",
        until.plus(-90),
        any_of("l.product_id", keys.iter().copied())
    )
}

fn discovery(frame: &Frame) -> String {
    let (t, w) = (frame.until, WINDOW_DAYS);
    let now = between(t.plus(-w), t);
    let before = between(t.plus(-2 * w), t.plus(-w));
    let last_year = between(t.plus(-w - 364), t.plus(-364));
    let counts = |id: &str, suffix: &str| {
        format!(
            "COUNT(DISTINCT CASE WHEN {now} THEN {id} END) AS {suffix}now, \
             COUNT(DISTINCT CASE WHEN {before} THEN {id} END) AS {suffix}before, \
             COUNT(DISTINCT CASE WHEN {last_year} THEN {id} END) AS {suffix}last_year"
        )
    };
    // The weeks last year and the last eight weeks; nothing between is read.
    let read = format!("({} OR {last_year})", between(t.plus(-2 * w), t));
    format!(
        "SELECT * FROM (WITH s AS (SELECT order_id, customer_id, product_id, day, quantity FROM order_lines WHERE {SOLD} AND {read}), \
         n AS (SELECT product_id, {product_counts}, \
           COUNT(DISTINCT CASE WHEN {now} THEN customer_id END) AS buyers_now, \
           SUM(CASE WHEN {now} THEN quantity ELSE 0 END) AS units_now FROM s GROUP BY product_id), \
         shop AS (SELECT {shop_counts} FROM s), \
         {active}, \
         everyone AS (SELECT COUNT(*) AS people, SUM(net) AS net FROM active), \
         owners AS (SELECT DISTINCT customer_id, product_id FROM order_lines WHERE {SOLD} AND customer_id IS NOT NULL \
           AND day < DATE '{t}'), \
         owned AS (SELECT o.product_id, COUNT(*) AS people, SUM(a.net) AS net FROM owners o \
           JOIN active a ON a.customer_id = o.customer_id GROUP BY o.product_id) \
         SELECT n.product_id, n.orders_now, n.orders_before, n.orders_last_year, n.units_now, n.buyers_now, \
           shop.shop_now, shop.shop_before, shop.shop_last_year, everyone.people AS active_people, \
           everyone.people - COALESCE(owned.people, 0) AS people, \
           COALESCE(everyone.net, 0) - COALESCE(owned.net, 0) AS past_micros, \
           ((n.orders_now + {SHRINK:?}) / (n.orders_before + {SHRINK:?})) \
             / ((shop.shop_now + {SHRINK:?}) / (shop.shop_before + {SHRINK:?})) AS rise, \
           ((n.orders_now + {SHRINK:?}) / (n.orders_last_year + {SHRINK:?})) \
             / ((shop.shop_now + {SHRINK:?}) / (shop.shop_last_year + {SHRINK:?})) AS rise_on_year \
         FROM n CROSS JOIN shop CROSS JOIN everyone LEFT JOIN owned ON owned.product_id = n.product_id) AS r \
         WHERE orders_now >= {MIN_ORDERS} AND rise >= 1.3 AND (shop_last_year < 50 OR rise_on_year >= 1.0)",
        product_counts = counts("order_id", "orders_"),
        shop_counts = counts("order_id", "shop_"),
        active = active(t),
    )
}

/// What people who ordered for the first time in the last 90 days had in their first basket, how many came back, and the
/// same of those who came in the 90 days before.
fn front_door(frame: &Frame) -> String {
    let t = frame.until;
    format!(
        "SELECT * FROM (WITH firsts AS (SELECT customer_id, MIN(CAST(day AS INT)) AS first_d, MAX(CAST(day AS INT)) AS last_d \
           FROM order_lines WHERE {SOLD} AND customer_id IS NOT NULL AND day < DATE '{t}' GROUP BY customer_id \
           HAVING MIN(CAST(day AS INT)) >= {before}), \
         {worth}, \
         everyone AS (SELECT COUNT(CASE WHEN first_d >= {from} THEN 1 END) AS newcomers, \
           COUNT(CASE WHEN first_d >= {from} AND last_d > first_d THEN 1 END) AS newcomers_back, \
           COUNT(CASE WHEN first_d < {from} THEN 1 END) AS newcomers_before FROM firsts), \
         baskets AS (SELECT DISTINCT l.customer_id, l.product_id FROM order_lines l \
           JOIN firsts f ON f.customer_id = l.customer_id WHERE {SOLD} AND CAST(l.day AS INT) = f.first_d), \
         entry AS (SELECT b.product_id, COUNT(CASE WHEN f.first_d >= {from} THEN 1 END) AS people, \
           SUM(CASE WHEN f.first_d >= {from} THEN w.net ELSE 0 END) AS past_micros, \
           COUNT(CASE WHEN f.first_d >= {from} AND f.last_d > f.first_d THEN 1 END) AS back, \
           COUNT(CASE WHEN f.first_d < {from} THEN 1 END) AS people_before FROM baskets b \
           JOIN firsts f ON f.customer_id = b.customer_id JOIN worth w ON w.customer_id = b.customer_id GROUP BY b.product_id) \
         SELECT e.product_id, e.people, e.past_micros, e.back, e.people_before, a.newcomers, a.newcomers_back, a.newcomers_before \
         FROM entry e CROSS JOIN everyone a) AS r WHERE people >= {min} AND newcomers < {all}",
        worth = worth(t),
        from = t.plus(-90).epoch_days(),
        before = t.plus(-180).epoch_days(),
        min = super::MIN_PEOPLE,
        // In the first months of a shop everybody is new and the word says nothing.
        all = (frame.customers * 7 / 10).max(1),
    )
}
