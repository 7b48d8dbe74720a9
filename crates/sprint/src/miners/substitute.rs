//! Substitute after a stock-out: a product that people kept buying is gone from the shelf; the product of its category
//! that its buyers also buy most, and those of them who do not have it yet.

use domain::Day;
use lake::Snapshot;

use super::{
    Frame, MIN_PEOPLE, Mined, Miner, SegmentKind, silent,
    sized::{Seen, sized},
    sql::*,
    stock, together,
};
use crate::SprintError;

const DAYS: i32 = 180;
/// Buyers of the one that is gone who also bought the other: fewer tell nothing.
const MIN_BOTH: i64 = 10;
const COLUMNS: [&str; 3] = ["gone_buyers", "both_buyers", "substitute_units"];

/// Who is meant, by `gone>substitute`: bought the first within half a year and never the second.
pub(super) fn members(until: Day, ways: &[(&str, &str)]) -> String {
    together::lacking(until, DAYS, ways)
}

pub(super) async fn mine(snapshot: &Snapshot, frame: &Frame) -> Result<Mined, SprintError> {
    let need = "stock (a products export, or dated inventory snapshots), categories, and a product that has sold out";
    let Some(stock) = stock::known(snapshot, frame).await? else {
        let reason = "Nothing is known about what is out of stock.";
        return Ok(silent(Miner::SubstituteAfterStockOut, reason, "no stock as of that day", need));
    };
    let days = between(frame.until.plus(-DAYS), frame.until);
    let discovery = format!(
        "SELECT * FROM (WITH {stock}, had AS (SELECT DISTINCT customer_id, product_id FROM order_lines \
           WHERE {SOLD} AND customer_id IS NOT NULL AND {days}), \
         gone AS (SELECT p.product_id, p.category, COUNT(*) AS buyers FROM products p \
           JOIN stock s ON s.product_id = p.product_id JOIN had ON had.product_id = p.product_id \
           WHERE s.units <= 0 AND p.category <> '' GROUP BY p.product_id, p.category HAVING COUNT(*) >= {MIN_PEOPLE}), \
         there AS (SELECT p.product_id, p.category, s.units FROM products p JOIN stock s ON s.product_id = p.product_id \
           WHERE s.units >= 10 AND p.category <> '') \
         SELECT g.product_id || '>' || t.product_id AS k, g.product_id AS gone_id, t.product_id AS other_id, \
         MIN(g.buyers) AS gone_buyers, COUNT(*) AS both_buyers, MIN(t.units) AS substitute_units FROM gone g \
         JOIN there t ON t.category = g.category AND t.product_id <> g.product_id \
         JOIN had a ON a.product_id = g.product_id JOIN had b ON b.product_id = t.product_id AND b.customer_id = a.customer_id \
         GROUP BY g.product_id, t.product_id HAVING COUNT(*) >= {MIN_BOTH}) AS r"
    );
    let about = (Miner::SubstituteAfterStockOut, SegmentKind::MissTheirs);
    let mut used = std::collections::BTreeSet::new();
    let see = |row: &lake::Row<'_>| {
        let (gone, other) = (row.text("gone_id")?, row.text("other_id")?);
        let (Some(gone), Some(other)) = (frame.product(gone), frame.product(other)) else { return Ok(None) };
        // The best substitute of each, no more.
        if !frame.wants(other) || !used.insert(gone.id.clone()) {
            return Ok(None);
        }
        let key = together::key(&gone.id, &other.id);
        Ok(Some(Seen { key, products: vec![gone.clone(), other.clone()], words: Default::default() }))
    };
    let members = |keys: &[&str]| {
        let ways: Vec<(&str, &str)> = keys.iter().filter_map(|key| key.split_once('>')).collect();
        members(frame.until, &ways)
    };
    let all = sized(snapshot, frame, about, (&discovery, &COLUMNS, "both_buyers DESC, k"), see, members).await?;
    if all.is_empty() {
        let reason = "Nothing that people kept buying is out of stock, or it has no substitute they know.";
        return Ok(silent(Miner::SubstituteAfterStockOut, reason, "stock is known", need));
    }
    Ok(Ok(all))
}
