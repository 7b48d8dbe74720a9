//! Parts of queries that the miners share. Literals are days and whole numbers only.
//!
//! Written for an engine that is weak at large window sorts and inlines common table expressions: sets are grouped,
//! days are epoch numbers, and every `ORDER BY` names plain columns.

/// Lines that count: sold products, paid, not cancelled, of no kind that the brand's rules leave out.
pub(super) const SOLD: &str =
    "kind = 'sale' AND is_product AND quantity > 0 AND amount_micros > 0 AND NOT is_cancelled AND class IS NULL";

/// `worth`: what every known customer had spent before a day, returns and refunds deducted.
pub(super) fn worth(until: domain::Day) -> String {
    format!(
        "worth AS (SELECT customer_id, SUM(amount_micros) - SUM(order_discount_micros) - SUM(refund_micros) AS net \
         FROM order_lines WHERE customer_id IS NOT NULL AND day < DATE '{until}' GROUP BY customer_id)"
    )
}

/// Days without an order after which a customer no longer counts as active.
pub(super) const ACTIVE_DAYS: i32 = 180;

/// `active`: customers with a sale in the half year before a day, and what they have spent.
pub(super) fn active(until: domain::Day) -> String {
    format!(
        "active AS (SELECT customer_id, SUM(amount_micros) - SUM(order_discount_micros) - SUM(refund_micros) AS net \
         FROM order_lines WHERE customer_id IS NOT NULL AND day < DATE '{until}' GROUP BY customer_id \
         HAVING MAX(CASE WHEN kind = 'sale' THEN day END) >= DATE '{}')",
        until.plus(-ACTIVE_DAYS)
    )
}

/// `column IN ('a', 'b')`; a condition that nothing meets where there is none.
pub(super) fn any_of<'k>(column: &str, keys: impl IntoIterator<Item = &'k str>) -> String {
    let list: Vec<String> = keys.into_iter().map(lake::quote).collect();
    if list.is_empty() { "FALSE".to_owned() } else { format!("{column} IN ({})", list.join(", ")) }
}

/// The days from (included) to (not included) as a condition on `day`.
pub(super) fn between(from: domain::Day, until: domain::Day) -> String {
    format!("day >= DATE '{from}' AND day < DATE '{until}'")
}
