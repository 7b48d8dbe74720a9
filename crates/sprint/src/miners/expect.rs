//! How much of a pool buys without anybody's doing: the same miner's pools, as they would have been a flight earlier, and
//! what those people then did.
//!
//! The rate of a pool is `(bought + M × kind) / (people + M)`, shrunk towards the rate of its kind of pool, which in turn
//! is shrunk towards that of all active customers; money per buyer likewise (empirical Bayes with a fixed weight, e.g.
//! Efron & Morris 1975). Everything read lies before the frame's `until`.

use lake::Snapshot;
use serde::{Deserialize, Serialize};

use super::{Frame, Opportunity, pool};
use crate::SprintError;

/// People that the rate of a kind of pool counts for in the rate of one of its pools.
const PRIOR_PEOPLE: f64 = 60.0;
/// Buyers that the money per buyer of a kind counts for.
const PRIOR_BUYERS: f64 = 5.0;
/// Days of history before the earlier pools without which there is nothing to go by.
const MIN_HISTORY_DAYS: i32 = 56;

/// What a pool is expected to do within the flight if nobody does anything about it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    /// People who buy what the opportunity is about.
    pub people: f64,
    /// What they pay for it, minor units: prices on the lines, vouchers and returns not deducted.
    pub money_minor: i64,
    /// People in the same pool one flight earlier.
    pub then_people: i64,
    /// Of those, how many bought.
    pub then_bought: i64,
}

/// Fills in what each pool is expected to do. Without enough history it stays unknown.
///
/// # Errors
/// A query fails.
pub(super) async fn fill(snapshot: &Snapshot, frame: &Frame, items: &mut [Opportunity]) -> Result<(), SprintError> {
    let earlier = frame.earlier();
    if earlier.until.days_since(frame.first_day) < MIN_HISTORY_DAYS {
        return Ok(());
    }
    let kinds = pool::kinds(items);
    let read = kinds.iter().map(|kind| pool::happened(snapshot, &earlier, kind));
    let mut known = Vec::new();
    for (kind, read) in kinds.iter().zip(futures::future::join_all(read).await) {
        let (then, _) = read?;
        let sum = |of: fn(&pool::Happened) -> f64| then.values().map(of).sum::<f64>();
        let (people, bought) = (sum(|one| one.people as f64), sum(|one| one.bought as f64));
        let active = sum(|one| one.active as f64).max(1.0);
        let base = sum(|one| one.active_bought as f64) / active;
        let rate = (bought + PRIOR_PEOPLE * base) / (people + PRIOR_PEOPLE);
        let micros = sum(|one| one.bought_micros as f64) / bought.max(1.0);
        for item in kind {
            let one = then.get(&item.key()).copied().unwrap_or_default();
            let own = (one.bought as f64 + PRIOR_PEOPLE * rate) / (one.people as f64 + PRIOR_PEOPLE);
            let each = (one.bought_micros as f64 + PRIOR_BUYERS * micros) / (one.bought as f64 + PRIOR_BUYERS);
            let people = item.pool.people as f64 * own;
            let money = domain::Money::from_micros((people * each).round() as i128, frame.currency);
            let expected =
                Expected { people, money_minor: money.minor, then_people: one.people, then_bought: one.bought };
            known.push(((item.segment, item.is_shop_wide, item.key()), expected));
        }
    }
    for item in items {
        let key = (item.segment, item.is_shop_wide, item.key());
        item.expected = known.iter().find(|(other, _)| *other == key).map(|(_, expected)| *expected);
    }
    Ok(())
}
