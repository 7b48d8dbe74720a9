//! Sessions that teach the models what no shopper wants: robots, staff, and buyers for resale. Found by plain counts that
//! a person can check; whoever is named is left out by a person ([`crate::train::set_excluded`]), never by itself.

use std::collections::BTreeMap;

use domain::{Day, InstantMs};
use lake::Lake;

use crate::PersonalizeError;

/// Days that are looked at.
pub const DAYS: i32 = 90;
/// Products viewed on one day without one put into a cart: no person does that.
const BOT_VIEWS: i64 = 150;
/// Share of the days of history on which somebody has to be active to look like staff.
const STAFF_SHARE: f64 = 0.5;
/// Days of history that say anything about staff.
const STAFF_LEAST_DAYS: i32 = 20;
/// Orders for nothing that look like staff.
const FREE_ORDERS: i64 = 3;
/// An order is bulk with so many times the pieces that 99 of 100 orders stay below…
const BULK_TIMES: i64 = 4;
/// …and at least this many.
const BULK_LEAST: i64 = 20;
/// Named at most, of each kind.
const MOST: usize = 100;

/// Why somebody misleads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Views far more than a person can, and buys nothing.
    Bot,
    /// Here nearly every day, or orders for nothing.
    Staff,
    /// Orders far larger than anybody else's.
    Bulk,
}

/// Somebody whose sessions mislead.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Suspect {
    /// Pseudonym of a customer or a device.
    pub who: String,
    /// What it looks like.
    pub kind: Kind,
    /// The counts that say so, in words.
    pub why: String,
    /// Events and order lines that models would learn from.
    pub events: i64,
    /// Day of the last one.
    pub last: Day,
}

/// Everybody who stands out, and what they stand out of.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize)]
pub struct Suspects {
    /// Events and order lines of the last [`DAYS`] days.
    pub events: i64,
    /// Visitors and customers of these days.
    pub visitors: i64,
    /// Who stands out, by kind, the loudest first.
    pub all: Vec<Suspect>,
}

/// Looks through the last [`DAYS`] days.
///
/// # Errors
/// The lake cannot be read.
pub async fn suspects(lake: &Lake, now: InstantMs) -> Result<Suspects, PersonalizeError> {
    let snapshot = lake.snapshot(now).await?;
    let today = snapshot.today();
    let from = today.plus(-DAYS);
    let mut found = Suspects::default();
    let mut named: BTreeMap<(Kind, String), Suspect> = BTreeMap::new();
    let mut name = |suspect: Suspect| {
        named.entry((suspect.kind, suspect.who.clone())).or_insert(suspect);
    };

    let sql = format!(
        "WITH d AS (SELECT COALESCE(customer_id, device_id) AS who, day, COUNT(*) AS n, \
         SUM(CASE WHEN name = 'product_viewed' THEN 1 ELSE 0 END) AS views, \
         SUM(CASE WHEN name IN ('product_added', 'order_completed') THEN 1 ELSE 0 END) AS wanted \
         FROM events WHERE day >= DATE '{from}' AND COALESCE(customer_id, device_id) IS NOT NULL GROUP BY 1, 2), \
         w AS (SELECT who, SUM(n) AS events, COUNT(*) AS days, MAX(views) AS most, SUM(wanted) AS wanted, \
         MIN(day) AS first, MAX(day) AS last FROM d GROUP BY who) \
         SELECT who, events, days, most, wanted, last, (SELECT MIN(first) FROM w) AS first, \
         (SELECT COUNT(*) FROM w) AS visitors, (SELECT SUM(events) FROM w) AS all_events FROM w ORDER BY events DESC, who LIMIT 1000"
    );
    for row in snapshot.query(&sql).await?.iter() {
        found.events = row.int("all_events")?;
        found.visitors = row.int("visitors")?;
        let (who, events, last) = (row.text("who")?.to_owned(), row.int("events")?, row.day("last")?);
        let span = today.days_since(row.day("first")?) + 1;
        let (views, days) = (row.int("most")?, row.int("days")?);
        if views >= BOT_VIEWS && row.int("wanted")? == 0 {
            let why = format!("{views} products viewed on one day, none put into a cart");
            name(Suspect { who, kind: Kind::Bot, why, events, last });
        } else if span >= STAFF_LEAST_DAYS && days as f64 >= STAFF_SHARE * f64::from(span) {
            let why = format!("here on {days} of {span} days");
            name(Suspect { who, kind: Kind::Staff, why, events, last });
        }
    }

    let sql = format!(
        "SELECT order_id, MAX(customer_id) AS who, SUM(quantity) AS pieces, COUNT(*) AS lines, MAX(day) AS last, \
         SUM(amount_micros) - SUM(order_discount_micros) AS paid, SUM(quantity * unit_price_micros) AS worth \
         FROM order_lines WHERE kind = 'sale' AND is_product AND NOT is_cancelled AND day >= DATE '{from}' \
         GROUP BY order_id"
    );
    let table = snapshot.query(&sql).await?;
    let mut pieces = Vec::with_capacity(table.len());
    let mut free: BTreeMap<String, (i64, i64, Day)> = BTreeMap::new();
    let mut customers = std::collections::HashSet::new();
    for row in table.iter() {
        found.events += row.int("lines")?;
        pieces.push(row.int("pieces")?);
        let Some(who) = row.opt_text("who")? else { continue };
        customers.insert(who.to_owned());
        if row.int("paid")? <= 0 && row.int("worth")? > 0 {
            let (orders, lines, last) = free.entry(who.to_owned()).or_insert((0, 0, row.day("last")?));
            *orders += 1;
            *lines += row.int("lines")?;
            *last = (*last).max(row.day("last")?);
        }
    }
    found.visitors = found.visitors.max(customers.len() as i64);
    for (who, (orders, events, last)) in free {
        if orders >= FREE_ORDERS {
            let why = format!("{orders} orders for nothing");
            name(Suspect { who, kind: Kind::Staff, why, events, last });
        }
    }
    let usual = nearly_all(&mut pieces);
    let limit = (usual * BULK_TIMES).max(BULK_LEAST);
    let mut bulk: BTreeMap<String, (i64, i64, Day)> = BTreeMap::new();
    for row in table.iter() {
        let (Some(who), many) = (row.opt_text("who")?, row.int("pieces")?) else { continue };
        if many >= limit {
            let (most, lines, last) = bulk.entry(who.to_owned()).or_insert((0, 0, row.day("last")?));
            *most = (*most).max(many);
            *lines += row.int("lines")?;
            *last = (*last).max(row.day("last")?);
        }
    }
    for (who, (most, events, last)) in bulk {
        let why = format!("{most} pieces in one order; 99 of 100 orders have at most {usual}");
        name(Suspect { who, kind: Kind::Bulk, why, events, last });
    }

    for kind in [Kind::Bot, Kind::Staff, Kind::Bulk] {
        let mut of_kind: Vec<Suspect> = named.values().filter(|suspect| suspect.kind == kind).cloned().collect();
        of_kind.sort_by(|a, b| b.events.cmp(&a.events).then(a.who.cmp(&b.who)));
        of_kind.truncate(MOST);
        found.all.extend(of_kind);
    }
    Ok(found)
}

/// The value that 99 of 100 stay at or below; 0 for none.
fn nearly_all(values: &mut [i64]) -> i64 {
    if values.is_empty() {
        return 0;
    }
    let at = (values.len() * 99).div_ceil(100).saturating_sub(1);
    *values.select_nth_unstable(at).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearly_all_is_a_value_that_occurs() {
        assert_eq!(nearly_all(&mut []), 0);
        assert_eq!(nearly_all(&mut [7]), 7);
        let mut hundred: Vec<i64> = (1..=100).rev().collect();
        assert_eq!(nearly_all(&mut hundred), 99);
    }
}
