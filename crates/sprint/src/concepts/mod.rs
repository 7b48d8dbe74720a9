//! From opportunities and brief to concepts: twenty, or as many as the data carries, varied by rule.

mod candidate;
mod decide;
mod past;
mod phrases;
mod select;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    ConceptId, InstantMs, SprintId,
    sprint::{Brief, Concept, SprintStage},
};
use serde::{Deserialize, Serialize};
use store::concepts::{self as rows, ConceptRow, ConceptState};

pub use decide::{kill, pick, reopen, unpick};
pub use past::{Past, Ran};
pub use select::{DISCOUNT_SHARE, MAX_SIMILARITY, MIN_ANGLES, MIN_SEGMENTS, largest_similarity};

use crate::{
    Context, SprintError,
    miners::{self, Found, Frame, Silence},
    sprints,
};

/// What drafting found besides the concepts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Sheet {
    /// The seed it was drawn with.
    pub seed: u64,
    /// The snapshot it rests on.
    pub as_of_seq: i64,
    /// The instant it was drawn at.
    pub as_of: Option<InstantMs>,
    /// How many opportunities the miners found.
    pub opportunities: usize,
    /// Miners with nothing to say, and why.
    pub silences: Vec<Silence>,
    /// Why there are fewer concepts than the brief asks for; empty when there are as many.
    pub shortfall: String,
    /// The largest similarity of any two concepts' texts, 0 to 1.
    pub largest_similarity: f64,
    /// What earlier concepts came to, by concept id: `Won before: …` or `Ran before: …`, where there is something to say.
    #[serde(default)]
    pub before: BTreeMap<String, String>,
    /// Last day with data, when that is not yesterday.
    pub data_until: Option<domain::Day>,
}

/// Concepts with what was found besides.
#[derive(Debug, Clone, PartialEq)]
pub struct Drafted {
    /// The concepts in the order of the sheet.
    pub concepts: Vec<Concept>,
    /// What was found besides.
    pub sheet: Sheet,
}

/// Drafts concepts out of what the miners found: pure, the same for the same arguments. `taken` are the
/// [`rows::idea_key`]s of ideas that stand already or were killed.
pub fn draft(found: &Found, brief: &Brief, seed: u64, at: InstantMs, taken: &BTreeSet<String>) -> Drafted {
    draft_after(found, brief, seed, at, taken, &Past::default())
}

/// Like [`draft`], after concepts that ran before: what won raises what resembles it a little, what lost or was futile
/// comes back only behind others, and both with the verdict on the card ([`Sheet::before`]).
pub fn draft_after(
    found: &Found,
    brief: &Brief,
    seed: u64,
    at: InstantMs,
    taken: &BTreeSet<String>,
    past: &Past,
) -> Drafted {
    let wanted = brief.concept_count as usize;
    let candidates = candidate::candidates(&found.opportunities, brief);
    let chosen = select::select(&candidates, wanted, seed, taken, past);
    let concepts: Vec<Concept> = chosen
        .iter()
        .map(|chosen| {
            let candidate = chosen.candidate;
            let mut products = candidate.item.products.clone();
            products.sort_by(|a, b| a.id.cmp(&b.id));
            Concept {
                id: ConceptId::derive(at, &[&seed.to_string(), &candidate.idea_key(), &candidate.title]),
                title: candidate.title.clone(),
                insight: chosen.insight.clone(),
                hook: candidate.hook.clone(),
                segment: candidate.item.segment.label().to_owned(),
                pool: candidate.item.pool,
                effort: candidate.effort,
                angle: candidate.angle,
                product_ids: products.iter().map(|product| product.id.clone()).collect(),
                product_titles: products.iter().map(|product| writer::names::readable(&product.title)).collect(),
                offer: candidate.offer,
                channels: candidate::channels(candidate.item, brief),
                hypothesis: candidate.hypothesis.clone(),
                miner: candidate.item.miner.as_str().to_owned(),
                evidence: vec![candidate.item.evidence.clone()],
                quote: None,
                expect: None,
                brought_by: None,
            }
        })
        .collect();
    let texts: Vec<String> = concepts.iter().map(text).collect();
    let sheet = Sheet {
        seed,
        as_of: Some(at),
        opportunities: found.opportunities.len(),
        silences: found.silences.clone(),
        shortfall: shortfall(concepts.len(), wanted, found),
        largest_similarity: largest_similarity(&texts),
        before: past.notes(&concepts),
        ..Sheet::default()
    };
    Drafted { concepts, sheet }
}

/// What is compared when concepts are held against each other.
pub fn text(concept: &Concept) -> String {
    format!("{}. {} {}", concept.title, concept.hook, concept.insight)
}

fn shortfall(got: usize, wanted: usize, found: &Found) -> String {
    if got >= wanted {
        return String::new();
    }
    let silent: Vec<String> = found
        .silences
        .iter()
        .map(|silence| format!("{} is silent (needs {})", silence.miner.label(), silence.need))
        .collect();
    let why = if silent.is_empty() { "more would repeat what is here".to_owned() } else { silent.join("; ") };
    format!("The data carries {got} different concepts, not {wanted}: {why}.")
}

/// Mines the newest snapshot and puts concepts on a sprint's table. Open ones are replaced; picked and killed ones
/// stay. A sprint in stage *brief* moves on to *concepts*.
///
/// # Errors
/// The sprint has no brief, is live already, there is no order at all, or a query fails.
pub async fn propose(ctx: &Context, sprint: SprintId, seed: u64) -> Result<Drafted, SprintError> {
    let row = sprints::get(ctx, sprint).await?;
    let brief = sprints::brief_of(&row)?.clone();
    if row.stage >= SprintStage::Live {
        return Err(SprintError::refused("The sprint is live; concepts are drawn before the launch."));
    }
    let snapshot = ctx.lake.snapshot(ctx.now).await?;
    let frame = Frame::load(&snapshot, brief.flight, ctx.brand.currency, &brief.products).await?;
    let Some(frame) = frame else {
        return Err(SprintError::refused(
            "There are no orders yet. Import your shop's order export on the Data page first.",
        ));
    };
    let mut found = miners::mine(&snapshot, &frame).await?;
    crate::replay::listen(ctx, &mut found).await?;
    let standing = rows::list(&ctx.store, sprint).await?;
    let decided = standing.iter().filter(|row| row.state != ConceptState::Open);
    let mut taken: BTreeSet<String> = decided.map(|row| rows::idea_key(&row.concept)).collect();
    taken.extend(rows::killed_ideas(&ctx.store).await?);
    let picked = standing.iter().filter(|row| row.state == ConceptState::Picked).count() as u32;
    let asked = Brief { concept_count: brief.concept_count.saturating_sub(picked), ..brief };
    let past = Past::load(ctx).await?;
    let mut drafted = draft_after(&found, &asked, seed, ctx.now, &taken, &past);
    let standing = standing.iter().filter(|row| row.state != ConceptState::Open).map(|row| &row.concept);
    drafted.sheet.before.extend(past.notes(standing));
    drafted.sheet.as_of_seq = snapshot.as_of_seq();
    drafted.sheet.data_until = (frame.until < ctx.today()).then(|| frame.until.plus(-1));
    let mut tx = ctx.store.begin().await?;
    rows::replace(&mut tx, sprint, &drafted.concepts, &drafted.sheet).await?;
    if row.stage == SprintStage::Brief {
        sprints::advance(ctx, &mut tx, sprint, SprintStage::Concepts).await?;
    }
    let detail =
        format!("{} concepts from {} opportunities, seed {seed}", drafted.concepts.len(), drafted.sheet.opportunities);
    ctx.record(&mut tx, (Some(sprint), Some(SprintStage::Concepts)), "concepts.draft", &row.title, &detail).await?;
    tx.commit().await?;
    Ok(drafted)
}

/// The concepts of a sprint in their order, and what drafting found besides (`None` before any drafting).
///
/// # Errors
/// The database refused.
pub async fn list(ctx: &Context, sprint: SprintId) -> Result<(Vec<ConceptRow>, Option<Sheet>), SprintError> {
    Ok((rows::list(&ctx.store, sprint).await?, rows::sheet(&ctx.store, sprint).await?))
}
