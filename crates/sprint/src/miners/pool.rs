//! Who an opportunity is about, one by one, and what they must do for it to have come true.
//!
//! A pool is a relation `(k, customer_id)` in which `k` names the opportunity among its kind. It reads nothing of
//! `until` or later, so the same query gives the same people on any newer snapshot: that is what Replay and the base
//! rates rest on.

use std::collections::BTreeMap;

use domain::sprint::Evidence;
use lake::{Snapshot, quote};

use super::{Frame, Opportunity, SegmentKind, lapsed, replenishment, rising, season, second_order, sql::*, together};
use crate::SprintError;

/// What people of a pool must buy in the flight for the opportunity to have come true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// This product.
    Product(String),
    /// Anything.
    Anything,
}

impl Opportunity {
    /// What its people must buy; `None` where it says nothing about the people it counts (they stand for strangers).
    pub fn outcome(&self) -> Option<Outcome> {
        let product = |index: usize| self.products.get(index).map(|product| Outcome::Product(product.id.clone()));
        match self.segment {
            SegmentKind::NewFaces => None,
            SegmentKind::BoughtOnce | SegmentKind::LapsedBest => Some(Outcome::Anything),
            _ if self.is_shop_wide => Some(Outcome::Anything),
            SegmentKind::OwnOneOfPair => product(1),
            _ => product(0),
        }
    }

    /// How it is named in the relation of its kind.
    pub(crate) fn key(&self) -> String {
        let id = |index: usize| self.products.get(index).map_or("", |product| product.id.as_str());
        match self.segment {
            _ if self.is_shop_wide => String::new(),
            SegmentKind::OwnOneOfPair => together::key(id(0), id(1)),
            _ => id(0).to_owned(),
        }
    }
}

/// The relation `(k, customer_id)` of opportunities of one kind (same segment, shop-wide or not) as of a frame. `None`
/// for an empty list.
pub fn members(frame: &Frame, items: &[&Opportunity]) -> Option<String> {
    let first = items.first()?;
    let keys: Vec<&str> = items.iter().filter_map(|item| Some(item.products.first()?.id.as_str())).collect();
    let (until, flight) = (frame.until, frame.flight);
    let wide = first.is_shop_wide;
    let some = if wide { None } else { Some(keys.as_slice()) };
    Some(match first.segment {
        SegmentKind::NeverTried => rising::never_tried(until, &keys),
        SegmentKind::NewFaces => rising::newcomers(until, &keys),
        SegmentKind::DueToReorder => replenishment::members(until, flight, some),
        SegmentKind::BoughtOnce => second_order::members(until, some),
        SegmentKind::LapsedBest => lapsed::members(until, some),
        SegmentKind::LastSeason => season::members(until, flight, &keys),
        SegmentKind::OwnOneOfPair => {
            let ways: Vec<(&str, &str)> = items
                .iter()
                .filter_map(|item| Some((item.products.first()?.id.as_str(), item.products.get(1)?.id.as_str())))
                .collect();
            together::members(until, &ways)
        }
    })
}

/// Opportunities of one kind together: those that one relation names.
pub(crate) fn kinds(items: &[Opportunity]) -> Vec<Vec<&Opportunity>> {
    let mut kinds: BTreeMap<(SegmentKind, bool), Vec<&Opportunity>> = BTreeMap::new();
    for item in items {
        kinds.entry((item.segment, item.is_shop_wide)).or_default().push(item);
    }
    kinds.into_values().collect()
}

/// What a pool did in a flight.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Happened {
    /// People in the pool.
    pub people: i64,
    /// Of those, how many bought what the opportunity is about.
    pub bought: i64,
    /// What they paid for it: prices on the lines, vouchers and returns not deducted.
    pub bought_micros: i64,
    /// Active customers at the beginning of the flight.
    pub active: i64,
    /// Of those, how many bought the same.
    pub active_bought: i64,
}

impl Happened {
    /// How many would have bought if these people were any active customers.
    pub fn comparable(&self) -> f64 {
        if self.active == 0 { 0.0 } else { self.people as f64 * self.active_bought as f64 / self.active as f64 }
    }
}

/// What the pools of one kind did in the frame's flight, by key, with the query. Pools as of the frame's `until`; the
/// snapshot must reach to the end of the flight.
///
/// # Errors
/// A query fails.
pub(crate) async fn happened(
    snapshot: &Snapshot,
    frame: &Frame,
    items: &[&Opportunity],
) -> Result<(BTreeMap<String, Happened>, Option<Evidence>), SprintError> {
    let wanted: Vec<(String, String)> = items
        .iter()
        .filter_map(|item| {
            let product = match item.outcome()? {
                Outcome::Product(id) => id,
                Outcome::Anything => String::new(),
            };
            Some((item.key(), product))
        })
        .collect();
    let (Some(members), false) = (members(frame, items), wanted.is_empty()) else {
        return Ok((BTreeMap::new(), None));
    };
    let values: Vec<String> = wanted.iter().map(|(k, product)| format!("({}, {})", quote(k), quote(product))).collect();
    let flight = between(frame.flight.from, frame.flight.to.plus(1));
    let products = any_of("product_id", wanted.iter().map(|(_, product)| product.as_str()).filter(|id| !id.is_empty()));
    let sold = format!("{SOLD} AND customer_id IS NOT NULL AND {flight}");
    let sql = format!(
        "WITH members AS ({members}), wanted AS (SELECT column1 AS k, column2 AS product_id FROM (VALUES {values}) AS v), \
         bought AS (SELECT customer_id, product_id, SUM(amount_micros) AS spent FROM order_lines \
           WHERE {sold} AND {products} GROUP BY customer_id, product_id \
           UNION ALL SELECT customer_id, '' AS product_id, SUM(amount_micros) AS spent FROM order_lines \
           WHERE {sold} GROUP BY customer_id), \
         {active}, everyone AS (SELECT COUNT(*) AS n FROM active), \
         others AS (SELECT b.product_id, COUNT(*) AS n FROM bought b JOIN active a ON a.customer_id = b.customer_id \
           GROUP BY b.product_id), \
         counted AS (SELECT w.k, w.product_id, COUNT(*) AS people, COUNT(b.customer_id) AS bought, \
           COALESCE(SUM(b.spent), 0) AS bought_micros FROM members m JOIN wanted w ON w.k = m.k \
           LEFT JOIN bought b ON b.customer_id = m.customer_id AND b.product_id = w.product_id \
           GROUP BY w.k, w.product_id) \
         SELECT c.k, c.people, c.bought, c.bought_micros, everyone.n AS active, COALESCE(o.n, 0) AS active_bought \
         FROM counted c CROSS JOIN everyone LEFT JOIN others o ON o.product_id = c.product_id ORDER BY c.k",
        values = values.join(", "),
        active = active(frame.until),
    );
    let (table, evidence) = crate::ask::ask(snapshot, "what the pool did", &sql).await?;
    let mut found = BTreeMap::new();
    for row in table.iter() {
        let happened = Happened {
            people: row.int("people")?,
            bought: row.int("bought")?,
            bought_micros: row.int("bought_micros")?,
            active: row.int("active")?,
            active_bought: row.int("active_bought")?,
        };
        found.insert(row.text("k")?.to_owned(), happened);
    }
    Ok((found, Some(evidence)))
}
