//! New arrivals near a taste: products first sold within six weeks, and the customers of their category who lack them.

use lake::Snapshot;

use super::{
    Frame, Mined, Miner, SegmentKind, silent,
    sized::{Seen, near_taste, sized},
    sql::*,
};
use crate::SprintError;

const NEW_DAYS: i32 = 42;
const MIN_ORDERS: i64 = 8;
/// In a young shop everything is new.
const MIN_HISTORY_DAYS: i32 = 120;
const COLUMNS: [&str; 3] = ["orders_new", "buyers_new", "age_days"];

pub(super) async fn mine(snapshot: &Snapshot, frame: &Frame) -> Result<Mined, SprintError> {
    let need = format!("a product with a category, first sold within {NEW_DAYS} days, in {MIN_ORDERS} orders");
    if frame.history_days() < MIN_HISTORY_DAYS {
        let reason = "The history is too short to tell what is new.";
        return Ok(silent(Miner::NewArrivals, reason, format!("{} days", frame.history_days()), need));
    }
    let t = frame.until;
    let discovery = format!(
        "SELECT product_id AS k, COUNT(DISTINCT order_id) AS orders_new, COUNT(DISTINCT customer_id) AS buyers_new, \
         MAX({} - CAST(day AS INT)) AS age_days FROM order_lines WHERE {SOLD} AND day < DATE '{t}' GROUP BY product_id \
         HAVING MIN(day) >= DATE '{}' AND COUNT(DISTINCT order_id) >= {MIN_ORDERS}",
        t.epoch_days(),
        t.plus(-NEW_DAYS)
    );
    let about = (Miner::NewArrivals, SegmentKind::NewNearTaste);
    let see = |row: &lake::Row<'_>| {
        Ok(Seen::product(frame, row.text("k")?).filter(|seen| seen.products[0].category.is_some()))
    };
    let members = |keys: &[&str]| near_taste(t, keys);
    let all = sized(snapshot, frame, about, (&discovery, &COLUMNS, "orders_new DESC, k"), see, members).await?;
    if all.is_empty() {
        let reason = "Nothing with a category was sold for the first time lately.";
        return Ok(silent(
            Miner::NewArrivals,
            reason,
            format!("{} orders since {}", frame.orders, frame.first_day),
            need,
        ));
    }
    Ok(Ok(all))
}
