//! Lapsed high value: the fifth of customers who spent most, silent for more than 2.5 of their own usual gaps, by what
//! they used to buy again and again. An opportunity is about those who crossed that limit lately: a year of silence is no
//! reason for this fortnight.

use domain::Day;
use lake::Snapshot;

use super::{Frame, KEEP, Mined, Miner, SegmentKind, from_rows, opportunity, silent, sql::*};
use crate::{SprintError, evidence};

/// Days within which a best customer who crossed their own limit is worth a word this fortnight; "six weeks" in phrases.
const FRESH_DAYS: i32 = 42;
const COLUMNS: [&str; 4] = ["people", "past_micros", "silent_days", "gap_days"];

fn lapsed(until: Day) -> String {
    let (t, before) = (until.epoch_days(), until.plus(-FRESH_DAYS).epoch_days());
    format!(
        "WITH days AS (SELECT customer_id, CAST(day AS INT) AS d FROM order_lines \
           WHERE {SOLD} AND customer_id IS NOT NULL AND day < DATE '{until}' GROUP BY customer_id, day), \
         rhythm AS (SELECT customer_id, COUNT(*) AS n, MIN(d) AS first_d, MAX(d) AS last_d FROM days GROUP BY customer_id), \
         {worth}, \
         ranked AS (SELECT r.customer_id, r.n, r.first_d, r.last_d, w.net, \
           NTILE(5) OVER (ORDER BY w.net DESC, r.customer_id) AS fifth FROM rhythm r \
           JOIN worth w ON w.customer_id = r.customer_id WHERE w.net > 0), \
         lapsed AS (SELECT customer_id, net, CAST({t} - last_d AS BIGINT) AS silent_days, \
           CAST((last_d - first_d) / (n - 1) AS BIGINT) AS gap_days, \
           CASE WHEN ({before} - last_d) * (n - 1) * 2 > (last_d - first_d) * 5 AND {before} - last_d >= 30 THEN 0 ELSE 1 END \
             AS fresh FROM ranked WHERE fifth = 1 AND n >= 3 \
           AND ({t} - last_d) * (n - 1) * 2 > (last_d - first_d) * 5 AND {t} - last_d >= 30 AND {t} - last_d <= 540)",
        worth = worth(until),
    )
}

/// All of them, counted once. Columns `people`, `past_micros`, `silent_days` and `gap_days` (medians).
pub fn total(until: Day) -> String {
    format!(
        "{} SELECT COUNT(*) AS people, COALESCE(SUM(net), 0) AS past_micros, MEDIAN(silent_days) AS silent_days, \
         MEDIAN(gap_days) AS gap_days FROM lapsed",
        lapsed(until)
    )
}

/// Those of [`total`] who crossed their limit within the last six weeks: the ones a fortnight is for.
fn fresh_total(until: Day) -> String {
    format!("{} WHERE fresh = 1", total(until))
}

/// Who is meant, by product that they used to buy again and again; all of them where `keys` is `None`.
pub fn members(until: Day, keys: Option<&[&str]>) -> String {
    who(until, keys, "TRUE")
}

/// Those of [`members`] who crossed their limit within the last six weeks.
pub(super) fn fresh_members(until: Day, keys: Option<&[&str]>) -> String {
    who(until, keys, "fresh = 1")
}

fn who(until: Day, keys: Option<&[&str]>, only: &str) -> String {
    let base = lapsed(until);
    match keys {
        None => format!("SELECT '' AS k, customer_id FROM ({base} SELECT customer_id FROM lapsed WHERE {only}) AS r"),
        Some(keys) => format!(
            "SELECT k, customer_id FROM ({base} SELECT l.product_id AS k, l.customer_id FROM order_lines l \
             JOIN lapsed c ON c.customer_id = l.customer_id WHERE {SOLD} AND l.day < DATE '{until}' AND {only} AND {} \
             GROUP BY l.customer_id, l.product_id HAVING MIN(l.day) < MAX(l.day)) AS r",
            any_of("l.product_id", keys.iter().copied())
        ),
    }
}

pub(super) async fn mine(snapshot: &Snapshot, frame: &Frame) -> Result<Mined, SprintError> {
    let until = frame.until;
    let base = lapsed(until);
    let discovery = format!(
        "SELECT * FROM ({base}, loved AS (SELECT l.customer_id, l.product_id FROM order_lines l \
           JOIN lapsed c ON c.customer_id = l.customer_id WHERE {SOLD} AND l.day < DATE '{until}' AND c.fresh = 1 \
           GROUP BY l.customer_id, l.product_id HAVING MIN(l.day) < MAX(l.day)) \
         SELECT v.product_id, COUNT(*) AS people, SUM(c.net) AS past_micros, MEDIAN(c.silent_days) AS silent_days, \
         MEDIAN(c.gap_days) AS gap_days FROM loved v JOIN lapsed c ON c.customer_id = v.customer_id GROUP BY v.product_id) AS r"
    );
    let sql = format!("{discovery} ORDER BY people DESC, past_micros DESC, product_id LIMIT {}", KEEP * 6);
    let table = snapshot.query(&sql).await?;
    let about = (Miner::LapsedHighValue, SegmentKind::LapsedBest);
    let mut all = from_rows(snapshot, frame, about, &discovery, &COLUMNS, &table)?;
    let evidence = evidence::read(snapshot, Miner::LapsedHighValue.as_str(), fresh_total(frame.until)).await?;
    let people = evidence::int(&evidence, "people");
    if !frame.is_narrow() && people >= super::MIN_PEOPLE && !all.is_empty() {
        let products = all.iter().take(3).map(|item| item.products[0].clone()).collect();
        let mut whole = opportunity(frame, about, products, evidence);
        whole.is_shop_wide = true;
        all.insert(0, whole);
    }
    if all.is_empty() {
        let reason = "Too few of the best customers have gone quiet within the last six weeks for a pool.";
        let need = format!("{} of them with at least three orders each", super::MIN_PEOPLE);
        return Ok(silent(Miner::LapsedHighValue, reason, format!("{people} best customers newly quiet"), need));
    }
    Ok(Ok(all))
}
