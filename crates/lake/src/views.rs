//! What SQL sees. Each view is built from the rows of a snapshot's files (`…_rows`), restricted to facts with
//! `seq <= as_of_seq` before `now` that nothing newer has replaced.
//!
//! | view | one row per | columns |
//! | --- | --- | --- |
//! | `order_lines` | line of an order | as stored, and `class`: what the rules of order kinds call it ([`crate::classes`]), null for ordinary orders; order-level amounts stand on `line_no = 1` only, so plain sums are right |
//! | `orders` | order | `order_id, day, ts_ms, source, kind, customer_id, country, discount_code, is_cancelled, lines, units, gross_micros, discount_micros, shipping_micros, tax_micros, refund_micros, net_micros, class` (where every line has one) |
//! | `ad_days` | reported row | as stored; rows of several breakdowns stand beside each other: do not sum them |
//! | `ad_totals` | reported row to be summed | columns of `ad_days` |
//! | `funnel_days` | reported row | as stored |
//! | `events` | product of an event (one row where it names none: count events by `line_no = 1`) | as stored; what waits in the inbox stands beside what the files hold |
//! | `stock_days` | product and place of a day's snapshot | as stored; the newest snapshot of today counts at once |
//! | `product_reviews` | review | as stored; join `products` by `handle` or `product_id` |
//! | `mail_days` | campaign (on the day it was sent), or message of a flow and day | as stored |
//! | `products` | product | `product_id, title, category, vendor, price_micros, cost_micros, stock_units, image_url, is_active, handle` |
//!
//! Orders and events count by their instant (`ts_ms < now`). Reports count once their day is over in the brand's time zone
//! (`day < today`): the part of a day would look like a bad day.

use domain::{Day, InstantMs};

use crate::schema::LakeTable;

/// One row per order. `kind` and `day` are grouped by, not aggregated, so that filters on them reach the files.
pub const ORDERS: &str = "SELECT order_id, day, MIN(ts_ms) AS ts_ms, MIN(source) AS source, kind, \
MIN(customer_id) AS customer_id, MIN(country) AS country, MIN(discount_code) AS discount_code, \
BOOL_OR(is_cancelled) AS is_cancelled, COUNT(*) AS lines, SUM(quantity) AS units, \
SUM(amount_micros) AS gross_micros, SUM(order_discount_micros) AS discount_micros, \
SUM(shipping_micros) AS shipping_micros, SUM(tax_micros) AS tax_micros, SUM(refund_micros) AS refund_micros, \
SUM(amount_micros) - SUM(order_discount_micros) - SUM(refund_micros) AS net_micros, \
CASE WHEN COUNT(class) = COUNT(*) THEN MIN(class) END AS class \
FROM order_lines GROUP BY order_id, day, kind";

/// The rows of `ad_days` to sum: per ad and day the plain row where there is one, else exactly one breakdown; and where
/// a campaign's day was reported ad by ad, not its campaign-level rows as well.
pub const AD_TOTALS: &str = "SELECT a.* FROM ad_days a JOIN (\
SELECT platform AS p, account_id AS acc, day AS d, campaign_id AS c, ad_id AS ad, MIN(breakdown_dims) AS dims \
FROM ad_days GROUP BY platform, account_id, day, campaign_id, ad_id) plain \
ON a.platform = plain.p AND a.account_id = plain.acc AND a.day = plain.d AND a.campaign_id = plain.c \
AND a.ad_id = plain.ad AND a.breakdown_dims = plain.dims JOIN (\
SELECT platform AS p, account_id AS acc, day AS d, campaign_id AS c, MAX(ad_id) AS finest \
FROM ad_days GROUP BY platform, account_id, day, campaign_id) level \
ON a.platform = level.p AND a.account_id = level.acc AND a.day = level.d AND a.campaign_id = level.c \
AND (a.ad_id <> '' OR level.finest = '')";

/// What restricts a stored table to the snapshot; conditions that hold for every listed file are left out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Restriction {
    /// Some file reaches behind the snapshot.
    pub(crate) as_of_seq: Option<i64>,
    /// Some file reaches behind `now`.
    pub(crate) until: Option<(InstantMs, Day)>,
    /// Some fact was replaced.
    pub(crate) superseded: bool,
}

/// The view of a stored table over its rows `<table>_rows`, replaced facts in `<table>_superseded(k, below)`; with a
/// column `class` behind the stored ones where its text is given.
pub(crate) fn stored(table: LakeTable, restriction: Restriction, class: Option<&str>) -> String {
    let name = table.name();
    let mut columns: Vec<String> = table.columns().iter().map(|(column, ..)| format!("r.{column}")).collect();
    columns.extend(class.map(|class| format!("{class} AS class")));
    let mut sql = format!("SELECT {} FROM ", columns.join(", "));
    if restriction.superseded {
        // The replaced facts are the build side: few, and held in memory anyway.
        let key = table.key_column();
        sql += &format!("{name}_superseded s RIGHT ANTI JOIN {name}_rows r ON s.k = r.{key} AND r.seq < s.below");
    } else {
        sql += &format!("{name}_rows r");
    }
    let mut conditions = Vec::new();
    if let Some(seq) = restriction.as_of_seq {
        conditions.push(format!("r.seq <= {seq}"));
    }
    match (restriction.until, table) {
        (Some((now, _)), table) if table.has_instants() => conditions.push(format!("r.ts_ms < {}", now.0)),
        (Some((_, today)), table) if table.reaches_today() => conditions.push(format!("r.day <= DATE '{today}'")),
        (Some((_, today)), _) => conditions.push(format!("r.day < DATE '{today}'")),
        (None, _) => {}
    }
    if !conditions.is_empty() {
        sql += &format!(" WHERE {}", conditions.join(" AND "));
    }
    sql
}
