//! Parts of queries that the miners share. Literals are days and whole numbers only.
//!
//! Written for an engine that is weak at large window sorts and inlines common table expressions: sets are grouped,
//! days are epoch numbers, and every `ORDER BY` names plain columns.

/// Lines that count: sold products, paid, not cancelled.
pub(super) const SOLD: &str =
    "kind = 'sale' AND is_product AND quantity > 0 AND amount_micros > 0 AND NOT is_cancelled";

/// `worth`: what every known customer has spent so far, returns and refunds deducted.
pub(super) const WORTH: &str = "worth AS (SELECT customer_id, \
SUM(amount_micros) - SUM(order_discount_micros) - SUM(refund_micros) AS net \
FROM order_lines WHERE customer_id IS NOT NULL GROUP BY customer_id)";

/// The days from (included) to (not included) as a condition on `day`.
pub(super) fn between(from: domain::Day, until: domain::Day) -> String {
    format!("day >= DATE '{from}' AND day < DATE '{until}'")
}
