//! Who an opportunity is about, one by one, and what they must do for it to have come true.
//!
//! A pool is a relation `(k, customer_id)` in which `k` names the opportunity among its kind. It reads nothing of
//! `until` or later, so the same query gives the same people on any newer snapshot: that is what Replay and the base
//! rates rest on.

use std::collections::BTreeMap;

use domain::sprint::Evidence;
use lake::{Snapshot, quote};

use super::{
    Frame, Opportunity, SegmentKind, discount, lapsed, region, replenishment, rising, season, second_order, sized,
    sql::*, substitute, together, viewed,
};
use crate::SprintError;

/// What people of a pool must buy in the flight for the opportunity to have come true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// This product.
    Product(String),
    /// Anything.
    Anything,
    /// This product, in a first order; the people of the pool stand for strangers like them, so it is strangers who
    /// are counted.
    FirstOrder(String),
}

impl Opportunity {
    /// What its people must buy.
    pub fn outcome(&self) -> Outcome {
        let id = |index: usize| self.products.get(index).map(|product| product.id.clone()).unwrap_or_default();
        match self.segment {
            SegmentKind::NewFaces | SegmentKind::TiredAudience => Outcome::FirstOrder(id(0)),
            SegmentKind::BoughtOnce | SegmentKind::LapsedBest | SegmentKind::OnlyWithACode => Outcome::Anything,
            _ if self.is_shop_wide => Outcome::Anything,
            SegmentKind::OwnOneOfPair | SegmentKind::MissTheirs => Outcome::Product(id(1)),
            _ => Outcome::Product(id(0)),
        }
    }

    /// How it is named in the relation of its kind.
    pub(crate) fn key(&self) -> String {
        let id = |index: usize| self.products.get(index).map_or("", |product| product.id.as_str());
        match self.segment {
            _ if self.is_shop_wide => String::new(),
            SegmentKind::OwnOneOfPair | SegmentKind::MissTheirs => together::key(id(0), id(1)),
            SegmentKind::RegionWithout => region::key(id(0), self.words.get("country").map_or("", String::as_str)),
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
        SegmentKind::LapsedBest => lapsed::fresh_members(until, some),
        SegmentKind::LastSeason => season::members(until, flight, &keys),
        SegmentKind::OwnOneOfPair => together::members(until, &ways(items)),
        SegmentKind::MissTheirs => substitute::members(until, &ways(items)),
        SegmentKind::RegionWithout => {
            let countries = items.iter().map(|item| item.words.get("country").map_or("", String::as_str));
            let pairs: Vec<(&str, &str)> = keys.iter().copied().zip(countries).collect();
            region::members(until, &pairs)
        }
        SegmentKind::TiredAudience => rising::newcomers(until, &keys),
        SegmentKind::LookedAtIt => viewed::members(until, &keys),
        SegmentKind::OnlyWithACode => discount::members(until, &keys),
        SegmentKind::FullShelf | SegmentKind::NewNearTaste | SegmentKind::PraisedUntried => {
            sized::near_taste(until, &keys)
        }
    })
}

/// The pairs (has, lacks) of opportunities about two products.
fn ways<'o>(items: &[&'o Opportunity]) -> Vec<(&'o str, &'o str)> {
    let pair = |item: &&'o Opportunity| Some((item.products.first()?.id.as_str(), item.products.get(1)?.id.as_str()));
    items.iter().filter_map(pair).collect()
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
        .map(|item| match item.outcome() {
            Outcome::Product(id) | Outcome::FirstOrder(id) => (item.key(), id),
            Outcome::Anything => (item.key(), String::new()),
        })
        .collect();
    let strangers = matches!(items.first().map(|item| item.outcome()), Some(Outcome::FirstOrder(_)));
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
         {counted} \
         SELECT c.k, c.people, c.bought, c.bought_micros, everyone.n AS active, COALESCE(o.n, 0) AS active_bought \
         FROM counted c CROSS JOIN everyone LEFT JOIN others o ON o.product_id = c.product_id ORDER BY c.k",
        values = values.join(", "),
        active = active(frame.until),
        counted = if strangers { first_orders(frame) } else { of_members() },
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

/// `counted`: what the members bought.
fn of_members() -> String {
    "counted AS (SELECT w.k, w.product_id, COUNT(*) AS people, COUNT(b.customer_id) AS bought, \
       COALESCE(SUM(b.spent), 0) AS bought_micros FROM members m JOIN wanted w ON w.k = m.k \
       LEFT JOIN bought b ON b.customer_id = m.customer_id AND b.product_id = w.product_id GROUP BY w.k, w.product_id)"
        .to_owned()
}

/// `counted`: how many people there are, and what people who never bought before bought.
fn first_orders(frame: &Frame) -> String {
    format!(
        "known AS (SELECT DISTINCT customer_id FROM order_lines WHERE {SOLD} AND customer_id IS NOT NULL \
           AND day < DATE '{}'), \
         fresh AS (SELECT b.product_id, COUNT(*) AS bought, SUM(b.spent) AS spent FROM bought b \
           LEFT JOIN known ON known.customer_id = b.customer_id WHERE known.customer_id IS NULL GROUP BY b.product_id), \
         counted AS (SELECT w.k, w.product_id, COUNT(*) AS people, COALESCE(MIN(f.bought), 0) AS bought, \
           COALESCE(MIN(f.spent), 0) AS bought_micros FROM members m JOIN wanted w ON w.k = m.k \
           LEFT JOIN fresh f ON f.product_id = w.product_id GROUP BY w.k, w.product_id)",
        frame.until
    )
}
