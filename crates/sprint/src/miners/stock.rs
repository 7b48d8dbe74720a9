//! What the miners know about stock, and margin and stock imbalance: well-earning products that lie on the shelf far
//! longer than the shop's usual cover, and the customers of their category who lack them.

use lake::Snapshot;

use super::{
    Frame, Mined, Miner, SegmentKind, silent,
    sized::{Seen, near_taste, sized},
    sql::*,
};
use crate::SprintError;

const PACE_DAYS: i32 = 56;
const MIN_UNITS: i64 = 5;
const MIN_COVER_DAYS: i32 = 90;
const COLUMNS: [&str; 6] =
    ["stock_units", "units_sold", "units_before", "cover_days", "usual_cover_days", "margin_percent"];

/// `stock(product_id, units)` as of the frame: the newest dated snapshot before it of each product and place, or what the
/// catalogue says where it may be looked at. `None` where nothing is known.
pub(super) async fn known(snapshot: &Snapshot, frame: &Frame) -> Result<Option<String>, SprintError> {
    let t = frame.until;
    let sql = format!("SELECT COUNT(*) AS n FROM stock_days WHERE day < DATE '{t}' AND day >= DATE '{}'", t.plus(-28));
    if snapshot.query(&sql).await?.first()?.int("n")? > 0 {
        return Ok(Some(format!(
            "stock AS (SELECT s.product_id, SUM(COALESCE(s.available_units, s.on_hand_units)) AS units FROM stock_days s \
             JOIN (SELECT product_id, location, MAX(day) AS day FROM stock_days WHERE day < DATE '{t}' \
               GROUP BY product_id, location) newest \
             ON newest.product_id = s.product_id AND newest.location = s.location AND newest.day = s.day GROUP BY s.product_id)"
        )));
    }
    let sql = "SELECT COUNT(*) AS n FROM products WHERE stock_units IS NOT NULL";
    if frame.knows_stock() && snapshot.query(sql).await?.first()?.int("n")? > 0 {
        let sql = "stock AS (SELECT product_id, stock_units AS units FROM products WHERE stock_units IS NOT NULL)";
        return Ok(Some(sql.to_owned()));
    }
    Ok(None)
}

pub(super) async fn mine(snapshot: &Snapshot, frame: &Frame) -> Result<Mined, SprintError> {
    let need = "stock (a products export, or dated inventory snapshots), costs and categories of the products";
    let Some(stock) = known(snapshot, frame).await? else {
        let reason = "Nothing is known about what lies on the shelf.";
        return Ok(silent(Miner::StockImbalance, reason, "no stock as of that day", need));
    };
    let discovery = format!(
        "SELECT * FROM (WITH {stock}, sold AS (SELECT product_id, SUM(CASE WHEN day >= DATE '{since}' THEN quantity ELSE 0 END) AS n, \
           SUM(CASE WHEN day < DATE '{since}' THEN quantity ELSE 0 END) AS n_before FROM order_lines \
           WHERE {SOLD} AND {read} GROUP BY product_id), \
         shelf AS (SELECT p.product_id, s.units, COALESCE(sold.n, 0) AS n, COALESCE(sold.n_before, 0) AS n_before, \
           CAST(s.units * {PACE_DAYS} / CASE WHEN sold.n > 0 THEN sold.n ELSE 1 END AS BIGINT) AS cover, \
           CAST(100 * (p.price_micros - p.cost_micros) / p.price_micros AS BIGINT) AS margin FROM products p \
           JOIN stock s ON s.product_id = p.product_id LEFT JOIN sold ON sold.product_id = p.product_id \
           WHERE s.units > 0 AND p.price_micros > 0 AND p.cost_micros IS NOT NULL AND p.cost_micros > 0), \
         shop AS (SELECT MEDIAN(cover) AS cover, MEDIAN(margin) AS margin FROM shelf WHERE n >= {MIN_UNITS}) \
         SELECT shelf.product_id AS k, shelf.units AS stock_units, shelf.n AS units_sold, shelf.n_before AS units_before, shelf.cover AS cover_days, \
         CAST(shop.cover AS BIGINT) AS usual_cover_days, shelf.margin AS margin_percent, shop.margin AS usual_margin \
         FROM shelf CROSS JOIN shop WHERE shelf.n >= {MIN_UNITS}) AS r \
         WHERE cover_days >= {MIN_COVER_DAYS} AND cover_days >= 2 * usual_cover_days AND margin_percent >= usual_margin",
        since = frame.until.plus(-PACE_DAYS),
        read = between(frame.until.plus(-2 * PACE_DAYS), frame.until),
    );
    let about = (Miner::StockImbalance, SegmentKind::FullShelf);
    let see = |row: &lake::Row<'_>| {
        Ok(Seen::product(frame, row.text("k")?).filter(|seen| seen.products[0].category.is_some()))
    };
    let members = |keys: &[&str]| near_taste(frame.until, keys);
    let all = sized(snapshot, frame, about, (&discovery, &COLUMNS, "cover_days DESC, k"), see, members).await?;
    if all.is_empty() {
        let reason = "No product that earns well lies on the shelf clearly longer than the others.";
        let have = format!("stock is known; none covers {MIN_COVER_DAYS} days and twice the usual");
        return Ok(silent(Miner::StockImbalance, reason, have, need));
    }
    Ok(Ok(all))
}
