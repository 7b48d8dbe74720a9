//! Season ahead: what sold in the weeks of the flight last year against the twelve weeks before, and the people who
//! bought it then and have not bought it since.

use domain::{Day, DayRange};
use lake::Snapshot;

use super::{Frame, KEEP, Mined, Miner, SegmentKind, from_rows, silent, sql::*};
use crate::{SprintError, calendar};

const WINDOW_DAYS: i32 = 28;
const PRIOR_DAYS: i32 = 84;
const SHRINK: f64 = 5.0;
const MIN_ORDERS: i64 = 20;
const MIN_INDEX: f64 = 1.5;
const MIN_PRIOR: f64 = 8.0;
const COLUMNS: [&str; 5] = ["orders_season", "orders_prior", "buyers_then", "people", "past_micros"];

fn discovery(frame: &Frame) -> String {
    let from = frame.flight.from.plus(-364);
    let season = between(from, from.plus(WINDOW_DAYS));
    let since = from.plus(WINDOW_DAYS);
    format!(
        "SELECT * FROM (WITH s AS (SELECT order_id, customer_id, product_id, day FROM order_lines WHERE {SOLD} AND {read}), \
         counts AS (SELECT product_id, COUNT(DISTINCT CASE WHEN day >= DATE '{from}' THEN order_id END) AS orders_season, \
           COUNT(DISTINCT CASE WHEN day < DATE '{from}' THEN order_id END) AS orders_prior FROM s GROUP BY product_id), \
         bought AS (SELECT customer_id, product_id FROM s WHERE {season} AND customer_id IS NOT NULL GROUP BY customer_id, product_id), \
         again AS (SELECT customer_id, product_id FROM order_lines WHERE {SOLD} AND {again} AND customer_id IS NOT NULL \
           GROUP BY customer_id, product_id), \
         {worth}, \
         pool AS (SELECT b.product_id, COUNT(*) AS buyers_then, COUNT(CASE WHEN a.customer_id IS NULL THEN 1 END) AS people, \
           SUM(CASE WHEN a.customer_id IS NULL THEN w.net ELSE 0 END) AS past_micros FROM bought b \
           JOIN worth w ON w.customer_id = b.customer_id \
           LEFT JOIN again a ON a.customer_id = b.customer_id AND a.product_id = b.product_id GROUP BY b.product_id) \
         SELECT p.product_id, c.orders_season, c.orders_prior, p.buyers_then, p.people, p.past_micros, \
         (c.orders_season + {SHRINK:?}) / (c.orders_prior * {share:?} + {SHRINK:?}) AS season_index \
         FROM pool p JOIN counts c ON c.product_id = p.product_id) AS r \
         WHERE orders_season >= {MIN_ORDERS} AND season_index >= {MIN_INDEX:?}",
        read = between(from.plus(-PRIOR_DAYS), since),
        again = between(since, frame.until),
        worth = worth(frame.until),
        share = f64::from(WINDOW_DAYS) / f64::from(PRIOR_DAYS),
    )
}

/// Who is meant, by product: bought it in these weeks last year and not since.
pub(super) fn members(until: Day, flight: DayRange, keys: &[&str]) -> String {
    let from = flight.from.plus(-364);
    let since = from.plus(WINDOW_DAYS);
    let only = any_of("product_id", keys.iter().copied());
    format!(
        "SELECT k, customer_id FROM (SELECT product_id AS k, customer_id FROM order_lines WHERE {SOLD} \
         AND customer_id IS NOT NULL AND day >= DATE '{from}' AND day < DATE '{until}' AND {only} \
         GROUP BY product_id, customer_id \
         HAVING MAX(day) < DATE '{since}') AS r"
    )
}

pub(super) async fn mine(snapshot: &Snapshot, frame: &Frame) -> Result<Mined, SprintError> {
    let needed_from = frame.flight.from.plus(-364 - PRIOR_DAYS);
    if frame.first_day > needed_from {
        let reason = "The history does not reach back to these weeks of last year and the twelve before them.";
        let have = format!("orders since {}", frame.first_day);
        return Ok(silent(Miner::SeasonAhead, reason, have, format!("orders since {needed_from}")));
    }
    let discovery = discovery(frame);
    let sql = format!("{discovery} ORDER BY past_micros DESC, product_id LIMIT {}", KEEP * 6);
    let table = snapshot.query(&sql).await?;
    let about = (Miner::SeasonAhead, SegmentKind::LastSeason);
    let mut all = from_rows(snapshot, frame, about, &discovery, &COLUMNS, &table)?;
    // What hardly sold before was new then, not in season, unless its name ties it to a moment.
    all.retain(|item| {
        let prior = item.numbers.get("orders_prior").copied().unwrap_or(0.0);
        prior >= MIN_PRIOR || calendar::tied_to(&item.products[0].title).is_some()
    });
    for item in &mut all {
        let n = |key: &str| item.numbers.get(key).copied().unwrap_or(0.0);
        let usual = n("orders_prior") * f64::from(WINDOW_DAYS) / f64::from(PRIOR_DAYS);
        let index = (n("orders_season") + SHRINK) / (usual + SHRINK);
        item.numbers.insert("season_index".into(), index);
    }
    if all.is_empty() {
        let reason = "No product sold clearly more in these weeks last year than in the twelve before.";
        let have = format!("{} orders since {}", frame.orders, frame.first_day);
        return Ok(silent(
            Miner::SeasonAhead,
            reason,
            have,
            format!("a product with {MIN_ORDERS} orders and half as much again as usual"),
        ));
    }
    Ok(Ok(all))
}
