//! Second-order gap: people with one order so far whose first product's usual gap to a second order has passed, but not
//! three times over. The usual gap is a median over people who began a year ago or earlier (among newer ones only the quick
//! are back: presents are a year apart), half a year where those are too few, shrunk towards the shop's.

use domain::Day;
use lake::Snapshot;

use super::{Frame, KEEP, Mined, Miner, SegmentKind, from_rows, opportunity, silent, sql::*};
use crate::{SprintError, evidence};

/// Fewer people who came back carry no usual gap.
pub const MIN_RETURNED: i64 = 20;
/// Days after which nearly all, or most, of those who come back have come back.
pub const SETTLED_DAYS: [i32; 2] = [365, 180];
/// People who came back that the shop's own gap counts for in a product's. What comes out is said in whole days.
const PRIOR_RETURNED: i64 = 20;
/// Days within which somebody newly passed the usual gap; "two weeks" in phrases.
const NEWLY_DAYS: i32 = 14;
const COLUMNS: [&str; 7] = ["starters", "returned", "gap_days", "people", "past_micros", "days_past", "newly"];

/// The median of `s.second_d - b.first_d`: of those who began a year ago where they are enough, else half a year ago,
/// because among newer ones only the quick have come back yet; else of all. Whole days.
fn gap(until: Day) -> String {
    let wait = "CAST(s.second_d - b.first_d AS BIGINT)";
    let cases: String = SETTLED_DAYS
        .iter()
        .map(|days| {
            let settled = format!("b.first_d <= {}", until.plus(-days).epoch_days());
            format!(
                "WHEN COUNT(CASE WHEN {settled} THEN s.second_d END) >= {MIN_RETURNED} \
                 THEN MEDIAN(CASE WHEN {settled} THEN {wait} END) "
            )
        })
        .collect();
    format!("FLOOR(CASE {cases}ELSE MEDIAN({wait}) END)")
}

fn parts(until: Day) -> String {
    format!(
        "WITH days AS (SELECT customer_id, CAST(day AS INT) AS d FROM order_lines \
           WHERE {SOLD} AND customer_id IS NOT NULL AND day < DATE '{until}' GROUP BY customer_id, day), \
         firsts AS (SELECT customer_id, MIN(d) AS first_d, COUNT(*) AS n FROM days GROUP BY customer_id), \
         seconds AS (SELECT days.customer_id, MIN(days.d) AS second_d FROM days \
           JOIN firsts f ON f.customer_id = days.customer_id WHERE days.d > f.first_d GROUP BY days.customer_id), \
         baskets AS (SELECT l.customer_id, l.product_id, f.first_d, f.n FROM order_lines l \
           JOIN firsts f ON f.customer_id = l.customer_id WHERE {SOLD} AND l.day < DATE '{until}' AND CAST(l.day AS INT) = f.first_d \
           GROUP BY l.customer_id, l.product_id, f.first_d, f.n), \
         own AS (SELECT b.product_id, COUNT(*) AS starters, COUNT(s.second_d) AS returned, {own} AS own_days FROM baskets b \
           LEFT JOIN seconds s ON s.customer_id = b.customer_id GROUP BY b.product_id), \
         shop AS (SELECT {shop} AS shop_days FROM firsts b JOIN seconds s ON s.customer_id = b.customer_id), \
         usual AS (SELECT product_id, starters, returned, \
           FLOOR((returned * own_days + {PRIOR_RETURNED} * shop_days) / (returned + {PRIOR_RETURNED})) AS gap_days \
           FROM own CROSS JOIN shop)",
        own = gap(until),
        shop = gap(until),
    )
}

fn per_product(until: Day) -> String {
    let t = until.epoch_days();
    format!(
        "SELECT * FROM ({}, {} SELECT b.product_id, u.starters, u.returned, u.gap_days, COUNT(*) AS people, \
         SUM(w.net) AS past_micros, MEDIAN(CAST({t} - b.first_d AS BIGINT)) - u.gap_days AS days_past, \
         COUNT(CASE WHEN b.first_d + u.gap_days >= {newly} THEN 1 END) AS newly FROM baskets b \
         JOIN usual u ON u.product_id = b.product_id JOIN worth w ON w.customer_id = b.customer_id \
         WHERE b.n = 1 AND u.returned >= {MIN_RETURNED} AND b.first_d + u.gap_days < {t} AND b.first_d + 3 * u.gap_days >= {t} \
         GROUP BY b.product_id, u.starters, u.returned, u.gap_days) AS r",
        parts(until),
        worth(until),
        newly = until.plus(-NEWLY_DAYS).epoch_days(),
    )
}

/// Over all products: people with one order, past the longest usual gap among what was in it, counted once.
/// Columns `people`, `past_micros`, `days_past` (median), `gap_days` (median), `newly` (passed it within two weeks).
pub fn total(until: Day) -> String {
    let t = until.epoch_days();
    format!(
        "{}, {}, who AS (SELECT b.customer_id, MAX(b.first_d) AS first_d, MAX(u.gap_days) AS gap_days FROM baskets b \
         JOIN usual u ON u.product_id = b.product_id WHERE b.n = 1 AND u.returned >= {MIN_RETURNED} GROUP BY b.customer_id) \
         SELECT COUNT(*) AS people, COALESCE(SUM(w.net), 0) AS past_micros, MEDIAN({t} - first_d - gap_days) AS days_past, \
         MEDIAN(gap_days) AS gap_days, COUNT(CASE WHEN first_d + gap_days >= {newly} THEN 1 END) AS newly FROM who JOIN worth w ON w.customer_id = who.customer_id \
         WHERE first_d + gap_days < {t} AND first_d + 3 * gap_days >= {t}",
        parts(until),
        worth(until),
        newly = until.plus(-NEWLY_DAYS).epoch_days(),
    )
}

/// Who is meant, by what they began with; all of them where `keys` is `None`.
pub fn members(until: Day, keys: Option<&[&str]>) -> String {
    let (t, parts) = (until.epoch_days(), parts(until));
    match keys {
        None => format!(
            "SELECT '' AS k, customer_id FROM ({parts}, who AS (SELECT b.customer_id, MAX(b.first_d) AS first_d, \
             MAX(u.gap_days) AS gap_days FROM baskets b JOIN usual u ON u.product_id = b.product_id \
             WHERE b.n = 1 AND u.returned >= {MIN_RETURNED} GROUP BY b.customer_id) SELECT customer_id FROM who \
             WHERE first_d + gap_days < {t} AND first_d + 3 * gap_days >= {t}) AS r"
        ),
        Some(keys) => format!(
            "SELECT k, customer_id FROM ({parts} SELECT b.product_id AS k, b.customer_id FROM baskets b \
             JOIN usual u ON u.product_id = b.product_id WHERE b.n = 1 AND u.returned >= {MIN_RETURNED} \
             AND b.first_d + u.gap_days < {t} AND b.first_d + 3 * u.gap_days >= {t} AND {}) AS r",
            any_of("b.product_id", keys.iter().copied())
        ),
    }
}

pub(super) async fn mine(snapshot: &Snapshot, frame: &Frame) -> Result<Mined, SprintError> {
    let discovery = per_product(frame.until);
    let sql = format!("{discovery} ORDER BY people DESC, past_micros DESC, product_id LIMIT {}", KEEP * 6);
    let table = snapshot.query(&sql).await?;
    let about = (Miner::SecondOrderGap, SegmentKind::BoughtOnce);
    let mut all = from_rows(snapshot, frame, about, &discovery, &COLUMNS, &table)?;
    if !frame.is_narrow() && all.len() >= 3 {
        let evidence = evidence::read(snapshot, Miner::SecondOrderGap.as_str(), total(frame.until)).await?;
        let products = all.iter().take(3).map(|item| item.products[0].clone()).collect();
        let mut whole = opportunity(frame, about, products, evidence);
        whole.is_shop_wide = true;
        if whole.pool.people >= super::MIN_PEOPLE {
            all.insert(0, whole);
        }
    }
    if all.is_empty() {
        let reason = "Too few one-time buyers are past a product's usual gap to a second order.";
        let have = format!("{} known customers in {} orders", frame.customers, frame.orders);
        let need = format!("a product after which {MIN_RETURNED} people came back and {} have not", super::MIN_PEOPLE);
        return Ok(silent(Miner::SecondOrderGap, reason, have, need));
    }
    Ok(Ok(all))
}
