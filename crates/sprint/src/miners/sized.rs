//! The way the younger miners go: a discovery of keys with numbers, then the pool of each key out of its members.

use std::collections::BTreeMap;

use lake::{Row, Snapshot, quote};

use super::{About, Frame, KEEP, MIN_PEOPLE, Opportunity, ProductInfo, opportunity, sql::*};
use crate::SprintError;

/// A key worth sizing.
pub(super) struct Seen {
    /// How discovery and members call it.
    pub(super) key: String,
    /// The products it is about, the leading one first.
    pub(super) products: Vec<ProductInfo>,
    /// Words for sentences.
    pub(super) words: BTreeMap<String, String>,
}

impl Seen {
    /// A key that is a product the brief wants; `None` where it cannot be sold or is not wanted.
    pub(super) fn product(frame: &Frame, id: &str) -> Option<Seen> {
        let product = frame.product(id).filter(|product| frame.wants(product))?;
        Some(Seen { key: id.to_owned(), products: vec![product.clone()], words: BTreeMap::new() })
    }
}

/// Opportunities out of the rows of `discovery`, which names its keys `k`, in the order of `order` (a plain column list).
/// `see` says what a row is about; `members` gives the relation `(k, customer_id)` of keys. Evidence of each is the
/// discovery's row with the pool's size beside it.
pub(super) async fn sized(
    snapshot: &Snapshot,
    frame: &Frame,
    about: About,
    (discovery, columns, order): (&str, &[&str], &str),
    mut see: impl FnMut(&Row<'_>) -> Result<Option<Seen>, SprintError>,
    members: impl Fn(&[&str]) -> String,
) -> Result<Vec<Opportunity>, SprintError> {
    let sql = format!("SELECT * FROM ({discovery}) AS d ORDER BY {order} LIMIT {}", KEEP * 6);
    let table = snapshot.query(&sql).await?;
    let mut seen = Vec::new();
    for row in table.iter() {
        if let Some(one) = see(&row)? {
            seen.push(one);
        }
        if seen.len() == 2 * KEEP {
            break;
        }
    }
    if seen.is_empty() {
        return Ok(Vec::new());
    }
    let list = columns.iter().map(|column| format!("d.{column}")).collect::<Vec<_>>().join(", ");
    let read = |keys: &[&str]| {
        format!(
            "WITH {}, pool AS (SELECT m.k, COUNT(*) AS people, COALESCE(SUM(w.net), 0) AS past_micros FROM ({}) AS m \
             LEFT JOIN worth w ON w.customer_id = m.customer_id GROUP BY m.k) \
             SELECT d.k, {list}, pool.people, pool.past_micros FROM ({discovery}) AS d JOIN pool ON pool.k = d.k",
            worth(frame.until),
            members(keys)
        )
    };
    let keys: Vec<&str> = seen.iter().map(|one| one.key.as_str()).collect();
    let table = snapshot.query(&read(&keys)).await?;
    let mut rows = BTreeMap::new();
    for row in table.iter() {
        rows.insert(row.text("k")?.to_owned(), row);
    }
    let mut kept: Vec<Opportunity> = Vec::new();
    for one in seen {
        let Some(row) = rows.get(&one.key) else { continue };
        if row.int("people")? < MIN_PEOPLE {
            continue;
        }
        let sql = format!("SELECT * FROM ({}) AS one WHERE k = {}", read(&[&one.key]), quote(&one.key));
        let mut evidence = crate::evidence::from_row(snapshot, about.0.as_str(), sql, row);
        evidence.values.remove("k");
        let mut item = opportunity(frame, about, one.products, evidence);
        item.words = one.words;
        kept.push(item);
        if kept.len() == KEEP {
            break;
        }
    }
    for (rank, item) in kept.iter_mut().enumerate() {
        item.strength = 1.0 - rank as f64 / KEEP as f64;
    }
    Ok(kept)
}

/// Who buys from a product's category and never had the product, by product: active customers.
pub(super) fn near_taste(until: domain::Day, keys: &[&str]) -> String {
    format!(
        "SELECT k, customer_id FROM (WITH {}, keys AS (SELECT product_id AS k, category FROM products \
           WHERE category <> '' AND {}), \
         bought AS (SELECT l.customer_id, p.category FROM order_lines l JOIN products p ON p.product_id = l.product_id \
           WHERE {SOLD} AND l.customer_id IS NOT NULL AND {} GROUP BY l.customer_id, p.category), \
         owners AS (SELECT DISTINCT customer_id, product_id FROM order_lines \
           WHERE {SOLD} AND customer_id IS NOT NULL AND day < DATE '{until}' AND {}) \
         SELECT keys.k, b.customer_id FROM keys JOIN bought b ON b.category = keys.category \
         JOIN active a ON a.customer_id = b.customer_id \
         LEFT JOIN owners o ON o.product_id = keys.k AND o.customer_id = b.customer_id \
         WHERE o.customer_id IS NULL) AS r",
        active(until),
        any_of("product_id", keys.iter().copied()),
        between(until.plus(-365), until),
        any_of("product_id", keys.iter().copied()),
    )
}
