//! Viewed or added but not bought: known customers who looked at a product within three weeks and have not bought it since.

use domain::Day;
use lake::Snapshot;

use super::{
    Frame, MIN_PEOPLE, Mined, Miner, SegmentKind, silent,
    sized::{Seen, sized},
    sql::*,
};
use crate::SprintError;

const DAYS: i32 = 21;
const COLUMNS: [&str; 3] = ["viewers", "adders", "views"];
const LOOKS: &str = "name IN ('product_viewed', 'product_added') AND product_id IS NOT NULL";

/// Who is meant, by product.
pub(super) fn members(until: Day, keys: &[&str]) -> String {
    let only = any_of("product_id", keys.iter().copied());
    let days = between(until.plus(-DAYS), until);
    format!(
        "SELECT e.product_id AS k, e.customer_id FROM (SELECT product_id, customer_id, MAX(day) AS looked FROM events \
           WHERE {LOOKS} AND customer_id IS NOT NULL AND {days} AND {only} GROUP BY product_id, customer_id) e \
         LEFT JOIN (SELECT product_id, customer_id, MAX(day) AS bought FROM order_lines \
           WHERE {SOLD} AND customer_id IS NOT NULL AND {days} AND {only} GROUP BY product_id, customer_id) b \
         ON b.product_id = e.product_id AND b.customer_id = e.customer_id \
         WHERE b.bought IS NULL OR b.bought < e.looked"
    )
}

pub(super) async fn mine(snapshot: &Snapshot, frame: &Frame) -> Result<Mined, SprintError> {
    let days = between(frame.until.plus(-DAYS), frame.until);
    let sql = format!("SELECT COUNT(*) AS n, COUNT(customer_id) AS known FROM events WHERE {LOOKS} AND {days}");
    let table = snapshot.query(&sql).await?;
    let (looks, known) = (table.first()?.int("n")?, table.first()?.int("known")?);
    let have = format!("{looks} views and additions in {DAYS} days, {known} of them by known customers");
    let need = format!("events of the shop's pages, and a product that {MIN_PEOPLE} known customers looked at");
    if known == 0 {
        let reason = "Nobody who looked at a product is known by name.";
        return Ok(silent(Miner::ViewedNotBought, reason, have, need));
    }
    let discovery = format!(
        "SELECT product_id AS k, COUNT(DISTINCT customer_id) AS viewers, \
         COUNT(DISTINCT CASE WHEN name = 'product_added' THEN customer_id END) AS adders, COUNT(*) AS views FROM events \
         WHERE {LOOKS} AND customer_id IS NOT NULL AND {days} GROUP BY product_id HAVING COUNT(DISTINCT customer_id) >= {MIN_PEOPLE}"
    );
    let about = (Miner::ViewedNotBought, SegmentKind::LookedAtIt);
    let see = |row: &lake::Row<'_>| Ok(Seen::product(frame, row.text("k")?));
    let members = |keys: &[&str]| members(frame.until, keys);
    let all = sized(snapshot, frame, about, (&discovery, &COLUMNS, "viewers DESC, k"), see, members).await?;
    if all.is_empty() {
        let reason = "Too few known customers looked at the same product and left it.";
        return Ok(silent(Miner::ViewedNotBought, reason, have, need));
    }
    Ok(Ok(all))
}
