//! What lies on the desk before anything is written: brief, picked concepts, and all that their copy may state.

use std::collections::BTreeMap;

use domain::{
    ConceptId, Day, Money, SprintId,
    launch::LaunchAccount,
    sprint::{Brief, Channel, Concept, Evidence},
};
use serde::{Deserialize, Serialize};
use store::{concepts, drafts, products, sprints};
use writer::{Facts, NumberFact, ProductFact};

use crate::{Context, SprintError, ask::ask};

/// Fewer orders than this are not worth telling customers about.
const FEWEST_ORDERS: i64 = 50;

/// A sprint with everything its copy is made from.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The sprint.
    pub sprint: sprints::SprintRow,
    /// Its brief.
    pub brief: Brief,
    /// The picked concepts in the order of the sheet.
    pub concepts: Vec<Concept>,
    /// What each concept's copy may state.
    pub facts: BTreeMap<ConceptId, Facts>,
    /// What launch files ask for besides copy, by channel, where the user's own exports showed it.
    pub accounts: BTreeMap<Channel, LaunchAccount>,
}

/// The counted numbers of a concept's copy with where they were counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrozenNumbers {
    /// Numbers that customers may read.
    pub numbers: Vec<NumberFact>,
    /// The queries they come from.
    pub evidence: Vec<Evidence>,
}

impl Desk {
    /// Lays out the desk of a sprint.
    ///
    /// # Errors
    /// There is no such sprint, it has no brief, no concept is picked, or a read failed.
    pub async fn open(ctx: &Context, sprint: SprintId) -> Result<Desk, SprintError> {
        let sprint = sprints::get(&ctx.store, sprint)
            .await?
            .ok_or_else(|| SprintError::Refused("There is no such sprint.".into()))?;
        let Some(brief) = sprint.brief.clone() else {
            return Err(SprintError::Refused("This sprint has no brief yet. Write the brief first.".into()));
        };
        let picked = concepts::picked(&ctx.store, sprint.id).await?;
        if picked.is_empty() {
            return Err(SprintError::Refused("No concept is picked yet. Pick the concepts first.".into()));
        }
        let concepts: Vec<Concept> = picked.into_iter().map(|row| row.concept).collect();
        let mut facts = BTreeMap::new();
        for concept in &concepts {
            let products = products_of(ctx, &brief, concept).await?;
            let numbers = match drafts::numbers::<FrozenNumbers>(&ctx.store, concept.id).await? {
                Some(frozen) => frozen.numbers,
                None => Vec::new(),
            };
            facts.insert(concept.id, Facts::from_brief(&ctx.brand.name, &brief, products, numbers));
        }
        let first = |ids: &[String]| ids.first().cloned().unwrap_or_default();
        let known = crate::ads::accounts(ctx).await?;
        let account = |(platform, account): (&String, &crate::ads::Account)| {
            let channel = if platform == "google" { Channel::GoogleSearch } else { Channel::Meta };
            let (account_id, page_id) = (first(&account.account_ids), first(&account.page_ids));
            (channel, LaunchAccount { account_id, page_id, pixel_id: first(&account.pixel_ids) })
        };
        let accounts = known.iter().map(account).collect();
        Ok(Desk { sprint, brief, concepts, facts, accounts })
    }

    /// A picked concept.
    pub fn concept(&self, id: ConceptId) -> Option<&Concept> {
        self.concepts.iter().find(|concept| concept.id == id)
    }

    /// What a picked concept's copy may state.
    ///
    /// # Errors
    /// The concept is not picked (any more).
    pub fn facts(&self, id: ConceptId) -> Result<&Facts, SprintError> {
        self.facts
            .get(&id)
            .ok_or_else(|| SprintError::Refused("This draft's concept is not picked any more; pick it again.".into()))
    }

    /// The brief's channels, each once, in a fixed order.
    pub fn channels(&self) -> Vec<Channel> {
        Channel::ALL.iter().copied().filter(|channel| self.brief.channels.contains(channel)).collect()
    }
}

/// The products a concept's copy is about: its own, else those the brief names by id or category (three at most).
async fn products_of(ctx: &Context, brief: &Brief, concept: &Concept) -> Result<Vec<ProductFact>, SprintError> {
    let mut tx = ctx.store.begin_read().await?;
    let ids: Vec<&str> = concept.product_ids.iter().map(String::as_str).collect();
    let mut known = products::find(&mut tx, ids.iter().copied()).await?;
    let mut found: Vec<domain::facts::Product> =
        ids.iter().filter_map(|id| known.remove(*id)).map(|(product, _)| product).collect();
    if ids.is_empty() {
        let named = |product: &domain::facts::Product| {
            brief.products.iter().any(|name| {
                name == &product.product_id || product.category.as_deref().is_some_and(|c| c.eq_ignore_ascii_case(name))
            })
        };
        found = products::current(&ctx.store).await?.into_iter().filter(|p| p.is_active && named(p)).take(3).collect();
    }
    let fact = |product: domain::facts::Product| ProductFact {
        id: product.product_id,
        title: product.title,
        category: product.category,
        description: product.description,
        price: product.price_micros.map(|micros| Money::from_micros(i128::from(micros), ctx.brand.currency)),
    };
    let mut facts: Vec<ProductFact> = found.into_iter().map(fact).collect();
    // A product that no file describes still has the title the concept carries.
    for (id, title) in concept.product_ids.iter().zip(&concept.product_titles) {
        if !facts.iter().any(|fact| &fact.id == id) {
            facts.push(ProductFact { id: id.clone(), title: title.clone(), ..ProductFact::default() });
        }
    }
    Ok(facts)
}

/// Counts what customers may read about a concept's products, and freezes it with the first drafting: a check next
/// week must find the same numbers grounded.
///
/// # Errors
/// The query or the store failed.
pub async fn freeze_numbers(ctx: &Context, concept: &Concept) -> Result<(), SprintError> {
    if concept.product_ids.is_empty() || drafts::numbers::<FrozenNumbers>(&ctx.store, concept.id).await?.is_some() {
        return Ok(());
    }
    let today = ctx.today();
    let since = months_back(today, 3);
    let ids: Vec<String> = concept.product_ids.iter().map(|id| lake::quote(id)).collect();
    let sql = format!(
        "SELECT COUNT(DISTINCT order_id) AS orders FROM order_lines WHERE kind = 'sale' AND is_product AND quantity > 0 \
         AND NOT is_cancelled AND day >= DATE '{since}' AND product_id IN ({})",
        ids.join(", ")
    );
    let snapshot = ctx.lake.snapshot(ctx.now).await?;
    let (table, evidence) = ask(&snapshot, "orders of the concept's products", &sql).await?;
    let orders = if table.is_empty() { 0 } else { table.row(0).int("orders")? };
    let mut frozen = FrozenNumbers { numbers: Vec::new(), evidence: Vec::new() };
    if orders >= FEWEST_ORDERS {
        frozen.numbers.push(NumberFact {
            value: domain::group_thousands(orders.unsigned_abs()),
            unit: "orders".into(),
            what: format!("orders since {}", writer::number::month_name(since.0.month())),
            source: evidence.name.clone(),
        });
        frozen.evidence.push(evidence);
    }
    let mut tx = ctx.store.begin().await?;
    drafts::freeze_numbers(&mut tx, concept.id, &frozen, ctx.now).await?;
    tx.commit().await?;
    Ok(())
}

/// The first day of the month `months` months before a day's.
fn months_back(day: Day, months: i32) -> Day {
    let first = Day(day.0.first_of_month());
    (0..months).fold(first, |first, _| Day(first.plus(-1).0.first_of_month()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_counted_back_over_the_new_year() {
        for (day, first) in [("2026-01-31", "2025-10-01"), ("2026-11-23", "2026-08-01")] {
            assert_eq!(months_back(Day::parse(day).expect("day"), 3), Day::parse(first).expect("day"));
        }
    }
}
