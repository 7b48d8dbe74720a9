//! What models cost a sprint is booked on the changes they wrote for: an output's cost is never left out of what it earned.

use std::collections::BTreeMap;

use domain::{ConceptId, SprintId};
use measure::{Cost, Registered};
use store::{Tx, answers, drafts};

use crate::{Context, SprintError, studio};

/// What each concept's texts cost, millionths of a US dollar: its own drafts', and an even share of what was asked for and
/// not used. Sums to the sprint's spend.
///
/// # Errors
/// The store failed.
pub(crate) async fn by_concept(
    ctx: &Context,
    sprint: SprintId,
    launched: &[ConceptId],
) -> Result<BTreeMap<ConceptId, i64>, SprintError> {
    let spent = answers::spent(&ctx.store, sprint).await?;
    let concepts: BTreeMap<_, _> =
        drafts::of_sprint(&ctx.store, sprint).await?.into_iter().map(|draft| (draft.id, draft.concept_id)).collect();
    let mut own: Vec<(ConceptId, i64)> = Vec::new();
    for part in drafts::parts_of_sprint(&ctx.store, sprint).await? {
        own.extend(concepts.get(&part.draft_id).map(|concept| (*concept, part.provenance.cost_micro_usd)));
    }
    Ok(shares(spent, launched, &own))
}

/// Own costs first; the rest in even parts, the odd millionths to the first.
fn shares(spent: i64, launched: &[ConceptId], own: &[(ConceptId, i64)]) -> BTreeMap<ConceptId, i64> {
    let mut costs: BTreeMap<ConceptId, i64> = launched.iter().map(|concept| (*concept, 0)).collect();
    for (concept, micros) in own {
        if let Some(cost) = costs.get_mut(concept) {
            *cost += (*micros).max(0);
        }
    }
    let count = costs.len() as i64;
    let rest = (spent - costs.values().sum::<i64>()).max(0);
    for (place, cost) in costs.values_mut().enumerate() {
        *cost += rest / count + i64::from((place as i64) < rest % count);
    }
    costs
}

/// Books them on the changes, in the brand's currency; booked again after another export they are corrected, not added.
/// Nothing is booked where nothing was spent.
///
/// # Errors
/// The database refused.
pub(crate) async fn book(
    ctx: &Context,
    tx: &mut Tx,
    costs: &BTreeMap<ConceptId, i64>,
    registered: &BTreeMap<ConceptId, Registered>,
    rate: f64,
) -> Result<(), SprintError> {
    for (concept, micro_usd) in costs.iter().filter(|(_, micro_usd)| **micro_usd > 0) {
        let Some(change) = registered.get(concept) else { continue };
        let cost = Cost {
            change: change.id(),
            key: "models".into(),
            // The day it went out.
            day: ctx.today(),
            kind: "models".into(),
            micros: (*micro_usd as f64 * rate).ceil() as i64,
            note: format!(
                "US$ {:.4} for its texts, at {rate} {} a dollar",
                *micro_usd as f64 / 1e6,
                ctx.brand.currency
            ),
        };
        measure::book_cost(tx, &cost, ctx.now).await?;
    }
    Ok(())
}

/// What a US dollar is in the brand's currency, for a brand whose models cost something. Nobody guesses it.
///
/// # Errors
/// Something was spent, the brand's currency is another, and nobody has set a rate; or the store failed.
pub(crate) async fn rate(ctx: &Context, costs: &BTreeMap<ConceptId, i64>) -> Result<f64, SprintError> {
    let currency = ctx.brand.currency.code();
    let spent: i64 = costs.values().sum();
    match studio::usd_rate(ctx).await? {
        Some(rate) => Ok(rate),
        None if currency == "USD" || spent == 0 => Ok(1.0),
        None => Err(SprintError::refused(format!(
            "Models wrote for US$ {:.2}, and what a dollar is in {currency} is not known: set it under Settings, Model, and \
             export again. A concept's cost is never left out of what it earned.",
            spent as f64 / 1e6
        ))),
    }
}

#[cfg(test)]
mod tests {
    use domain::InstantMs;

    use super::*;

    #[test]
    fn everything_that_was_spent_is_booked_once() {
        let id = |name: &str| ConceptId::derive(InstantMs(1), &[name]);
        let launched = [id("a"), id("b"), id("c")];
        // 100 were spent; a's texts cost 30, b's 20, those of one that was not launched 10.
        let costs = shares(100, &launched, &[(id("a"), 30), (id("b"), 20), (id("gone"), 10)]);
        assert_eq!(costs.values().sum::<i64>(), 100);
        assert!((46..=47).contains(&costs[&id("a")]) && (16..=17).contains(&costs[&id("c")]), "{costs:?}");
        assert!(shares(100, &[], &[]).is_empty());
        assert!(shares(0, &launched, &[]).values().all(|cost| *cost == 0));
    }
}
