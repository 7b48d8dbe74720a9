//! What came of it: shown → clicked → added → bought → revenue and margin, per placement and arm.
//!
//! These figures say what happened on products that were shown; what would not have happened anyway is for the ledger:
//! its reading compares all money of those who were kept from a placement with that of those who were not.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::InstantMs;
use lake::Lake;
use serde::Serialize;
use store::recommend_shown as shown;

use crate::{PersonalizeError, Placement};

/// A purchase counts within this many days of being shown.
const PURCHASE_DAYS: i64 = 7;
const DAY_MS: i64 = 86_400_000;

/// One placement and arm.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Line {
    /// Placement's word.
    pub placement: String,
    /// `change` or `baseline`.
    pub arm: String,
    /// Version of the model that served; 0 for none.
    pub model_version: i64,
    /// Answers.
    pub answers: u64,
    /// Visitors with an answer.
    pub units: u64,
    /// Answers with a click on a product shown.
    pub clicks: u64,
    /// Products shown that were put into the cart within a day.
    pub adds: u64,
    /// Products shown that were bought within a week by whom they were shown to; each purchase counts once.
    pub purchases: u64,
    /// What they were bought for, millionths.
    pub revenue_micros: i64,
    /// Revenue less goods at their catalogue cost, as far as that is known; millionths.
    pub margin_micros: i64,
    /// Clicks per answer.
    pub click_rate: f64,
    /// Revenue per visitor, millionths.
    pub revenue_per_unit_micros: i64,
}

#[derive(serde::Deserialize)]
struct Item {
    p: String,
}

struct Purchase {
    at_ms: i64,
    amount_micros: i64,
    quantity: i64,
}

/// The lines of the last `days` days, by placement, arm and model.
///
/// # Errors
/// The store or the lake cannot be read.
pub async fn results(lake: &Lake, days: i32, now: InstantMs) -> Result<Vec<Line>, PersonalizeError> {
    let from = InstantMs(now.0 - i64::from(days) * DAY_MS);
    let answers = shown::between(lake.store(), from, now).await?;
    if answers.is_empty() {
        return Ok(Vec::new());
    }
    let outcomes = shown::outcomes_between(lake.store(), from, now).await?;
    let costs: HashMap<String, i64> = store::products::current(lake.store())
        .await?
        .into_iter()
        .filter_map(|product| Some((product.product_id, product.cost_micros?)))
        .collect();
    let units: HashSet<&str> = answers.iter().map(|answer| answer.unit.as_str()).collect();
    let purchases = purchases(lake, from, now, &units).await?;
    let mut clicks: HashSet<i64> = HashSet::new();
    let mut adds: HashMap<i64, u64> = HashMap::new();
    for outcome in &outcomes {
        match outcome.kind.as_str() {
            "click" => {
                clicks.insert(outcome.answer);
            }
            "add" => *adds.entry(outcome.answer).or_default() += 1,
            _ => {}
        }
    }
    let mut lines: BTreeMap<(usize, String, i64), (Line, HashSet<&str>)> = BTreeMap::new();
    let mut counted: HashSet<(&str, String, i64)> = HashSet::new();
    // Newest first: a purchase belongs to the last answer that showed the product before it.
    for answer in answers.iter().rev() {
        let order = answer.placement.parse::<Placement>().map_or(usize::MAX, |placement| placement as usize);
        let key = (order, answer.arm.clone(), answer.model_version);
        let (line, seen) = lines.entry(key).or_default();
        line.placement.clone_from(&answer.placement);
        line.arm.clone_from(&answer.arm);
        line.model_version = answer.model_version;
        line.answers += 1;
        line.clicks += u64::from(clicks.contains(&answer.answer));
        line.adds += adds.get(&answer.answer).copied().unwrap_or_default();
        seen.insert(&answer.unit);
        let Some(bought) = purchases.get(answer.unit.as_str()) else { continue };
        let items: Vec<Item> = serde_json::from_str(&answer.items).unwrap_or_default();
        for Item { p } in items {
            for purchase in bought.get(&p).into_iter().flatten() {
                let after_ms = purchase.at_ms - answer.at.0;
                if (0..=PURCHASE_DAYS * DAY_MS).contains(&after_ms)
                    && counted.insert((&answer.unit, p.clone(), purchase.at_ms))
                {
                    line.purchases += 1;
                    line.revenue_micros += purchase.amount_micros;
                    let cost = costs.get(&p).map_or(0, |cost| cost * purchase.quantity);
                    line.margin_micros += purchase.amount_micros - cost;
                }
            }
        }
    }
    Ok(lines
        .into_values()
        .map(|(mut line, seen)| {
            line.units = seen.len() as u64;
            line.click_rate = line.clicks as f64 / line.answers.max(1) as f64;
            line.revenue_per_unit_micros = line.revenue_micros / (line.units.max(1) as i64);
            line
        })
        .collect())
}

type Purchases = HashMap<String, HashMap<String, Vec<Purchase>>>;

/// Purchases of these visitors since `from`, by visitor and product.
async fn purchases(
    lake: &Lake,
    from: InstantMs,
    now: InstantMs,
    units: &HashSet<&str>,
) -> Result<Purchases, PersonalizeError> {
    let snapshot = lake.snapshot(now).await?;
    let day = from.day_in(snapshot.zone()).plus(-1);
    let sql = format!(
        "SELECT customer_id, product_id, ts_ms, quantity, amount_micros FROM order_lines WHERE kind = 'sale' \
         AND is_product AND NOT is_cancelled AND customer_id IS NOT NULL AND day >= DATE '{day}' AND ts_ms >= {}",
        from.0
    );
    let mut all: Purchases = HashMap::new();
    for row in snapshot.query(&sql).await?.iter() {
        let customer = row.text("customer_id")?;
        if units.contains(customer) {
            let purchase = Purchase {
                at_ms: row.int("ts_ms")?,
                amount_micros: row.int("amount_micros")?,
                quantity: row.int("quantity")?,
            };
            let of_customer = all.entry(customer.to_owned()).or_default();
            of_customer.entry(row.text("product_id")?.to_owned()).or_default().push(purchase);
        }
    }
    Ok(all)
}
