//! Drawing a sheet: pure out of what the miners found, and the use case around it.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    ConceptId, InstantMs, SprintId,
    sprint::{Brief, Concept, Evidence, Quote, SprintStage},
};
use store::concepts::{self as rows, ConceptRow, ConceptState};

use super::{
    Alike, Drafted, Forecast, Past, Quotes, Sheet, Verdict, Wish,
    candidate::{self, Candidate},
    expect, model,
    select::{self, Around, Chosen, most_alike},
    text, wish,
};
use crate::{
    Context, SprintError,
    miners::{self, Found, Frame},
    sprints,
    studio::Engine,
};

/// What bears on a draw besides what the miners found.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// What earlier concepts came to.
    pub past: Past,
    /// What customers repeat in reviews.
    pub quotes: Quotes,
    /// What past ads make likely.
    pub forecast: Forecast,
    /// What somebody asked for.
    pub wish: Option<Wish>,
    /// Concepts that stay on the sheet.
    pub standing: Vec<Concept>,
    /// Verdicts on ideas that were killed, by [`rows::idea_key`].
    pub killed: BTreeMap<String, Verdict>,
}

impl Known {
    /// What a card says of its idea's past: the verdict of whoever killed it, else what the judge said.
    pub(super) fn says(&self, concept: &Concept) -> Option<String> {
        let killed = self.killed.get(&rows::idea_key(concept)).map(Verdict::told);
        killed.or_else(|| self.past.says(concept))
    }

    /// The notes of a sheet, by concept id.
    fn notes<'c>(&self, concepts: impl IntoIterator<Item = &'c Concept>) -> BTreeMap<String, String> {
        concepts.into_iter().filter_map(|concept| Some((concept.id.to_string(), self.says(concept)?))).collect()
    }
}

/// Drafts concepts out of what the miners found: pure, the same for the same arguments. `taken` are the
/// [`rows::idea_key`]s of ideas that stand already or were killed.
pub fn draft(found: &Found, brief: &Brief, seed: u64, at: InstantMs, taken: &BTreeSet<String>) -> Drafted {
    draft_knowing(found, brief, seed, at, taken, &Known::default())
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
    draft_knowing(found, brief, seed, at, taken, &Known { past: past.clone(), ..Known::default() })
}

/// Like [`draft`], knowing all that may be known.
pub fn draft_knowing(
    found: &Found,
    brief: &Brief,
    seed: u64,
    at: InstantMs,
    taken: &BTreeSet<String>,
    known: &Known,
) -> Drafted {
    let wanted = brief.concept_count as usize;
    let candidates = candidate::candidates(&found.opportunities, brief, &known.quotes);
    let around =
        Around { taken: Some(taken), past: Some(&known.past), wish: known.wish.as_ref(), standing: &known.standing };
    let chosen = select::select(&candidates, wanted, seed, &around);
    let concepts: Vec<Concept> = chosen.iter().map(|chosen| concept(chosen, brief, seed, at, known)).collect();
    let sheet = Sheet {
        seed,
        as_of: Some(at),
        opportunities: found.opportunities.len(),
        silences: found.silences.clone(),
        shortfall: shortfall(concepts.len(), wanted, found),
        before: known.notes(&concepts),
        wish: known.wish.as_ref().map(Wish::told).filter(|told| !told.is_empty()),
        ..Sheet::default()
    };
    let mut drafted = Drafted { concepts, sheet };
    drafted.sheet.measure(drafted.concepts.iter().chain(&known.standing));
    drafted
}

fn concept(chosen: &Chosen<'_, '_>, brief: &Brief, seed: u64, at: InstantMs, known: &Known) -> Concept {
    let candidate: &Candidate<'_> = chosen.candidate;
    let item = candidate.item;
    let mut products = item.products.clone();
    products.sort_by(|a, b| a.id.cmp(&b.id));
    let mut evidence = vec![item.evidence.clone()];
    evidence.extend(chosen.insight.quote.as_ref().map(|quote| said_so(quote, &item.evidence)));
    let mut concept = Concept {
        id: ConceptId::derive(at, &[&seed.to_string(), &candidate.idea_key(), &candidate.title]),
        title: candidate.title.clone(),
        insight: chosen.insight.text.clone(),
        hook: candidate.hook.clone(),
        segment: item.segment.label().to_owned(),
        pool: item.pool,
        effort: candidate.effort,
        angle: candidate.angle,
        product_ids: products.iter().map(|product| product.id.clone()).collect(),
        product_titles: products.iter().map(|product| writer::names::readable(&product.title)).collect(),
        offer: candidate.offer,
        channels: candidate::channels(item, brief),
        hypothesis: candidate.hypothesis.clone(),
        miner: item.miner.as_str().to_owned(),
        evidence,
        quote: chosen.insight.quote.clone(),
        expect: None,
        why_now: why_now(chosen, seed),
        brought_by: None,
    };
    let mut expected = expect::of_opportunity(item, &concept, &known.past);
    expected.predicted = known.forecast.predict(&concept, brief);
    concept.expect = Some(expected);
    concept
}

/// One of the candidate's reasons for now, so that a sheet does not say all in the same form.
fn why_now(chosen: &Chosen<'_, '_>, seed: u64) -> String {
    let now = &chosen.candidate.now;
    let at = seed.wrapping_add(chosen.candidate.line as u64) as usize % now.len().max(1);
    now.get(at).cloned().unwrap_or_default()
}

/// Evidence that a review says what is quoted, on the snapshot of the opportunity.
pub(super) fn said_so(quote: &Quote, beside: &Evidence) -> Evidence {
    let sql = format!(
        "SELECT review_id, rating, strpos(body, {}) > 0 AS says_so FROM product_reviews WHERE review_id = {}",
        lake::quote(&quote.words),
        lake::quote(&quote.review_id)
    );
    let values = [
        ("review_id", serde_json::Value::from(quote.review_id.as_str())),
        ("rating", serde_json::Value::from(i64::from(quote.rating))),
        ("says_so", serde_json::Value::from(true)),
    ];
    Evidence {
        name: "customer_review".into(),
        sql,
        as_of_seq: beside.as_of_seq,
        as_of: beside.as_of,
        values: values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    }
}

impl Sheet {
    /// Measures what the rules of variety are about, over everything that stands on the sheet.
    pub(super) fn measure<'c>(&mut self, concepts: impl IntoIterator<Item = &'c Concept>) {
        let concepts: Vec<&Concept> = concepts.into_iter().collect();
        let texts: Vec<String> = concepts.iter().map(|concept| text(concept)).collect();
        let alike = most_alike(&texts);
        self.largest_similarity = alike.map_or(0.0, |(similarity, ..)| similarity);
        self.alike = alike.map(|(similarity, a, b)| Alike {
            similarity,
            titles: [concepts[a].title.clone(), concepts[b].title.clone()],
        });
        self.insights = super::distinct_insights(concepts.iter().copied());
        self.quoted = concepts.iter().filter(|concept| concept.quote.is_some()).count();
        self.discount_led = concepts.iter().filter(|concept| concept.is_discount_led()).count();
    }
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

/// What drawing needs of a sprint: its row, its brief, and what the miners find on the newest snapshot.
pub(super) struct Mined {
    pub(super) row: store::sprints::SprintRow,
    pub(super) brief: Brief,
    pub(super) frame: Frame,
    pub(super) found: Found,
    pub(super) known: Known,
    pub(super) as_of_seq: i64,
}

/// Mines for a sprint that is not live yet.
///
/// # Errors
/// The sprint has no brief, is live already, there is no order at all, or a query fails.
pub(super) async fn mined(ctx: &Context, sprint: SprintId) -> Result<Mined, SprintError> {
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
    let found = miners::mine(&snapshot, &frame).await?;
    let known = Known {
        past: Past::load(ctx).await?,
        killed: super::verdicts(ctx).await?,
        quotes: Quotes::load(&snapshot, &found).await?,
        forecast: Forecast::of(&crate::ads::labelled(ctx).await?),
        ..Known::default()
    };
    Ok(Mined { row, brief, frame, found, known, as_of_seq: snapshot.as_of_seq() })
}

/// Mines the newest snapshot and puts concepts on a sprint's table. Open ones are replaced; picked and killed ones and
/// people's own ideas stay. A sprint in stage *brief* moves on to *concepts*.
///
/// # Errors
/// The sprint has no brief, is live already, there is no order at all, or a query fails.
pub async fn propose(ctx: &Context, sprint: SprintId, seed: u64) -> Result<Drafted, SprintError> {
    propose_with(ctx, sprint, seed, &Engine::Composer).await
}

/// Like [`propose`], with a model that writes the drawn concepts anew.
///
/// # Errors
/// As [`propose`].
pub async fn propose_with(ctx: &Context, sprint: SprintId, seed: u64, engine: &Engine) -> Result<Drafted, SprintError> {
    let mined = mined(ctx, sprint).await?;
    put(ctx, mined, (seed, engine), None).await
}

/// Draws the unpicked again after a wish in a person's words; what was understood of it stands on the sheet. Ideas that
/// nobody picked make room for others where the data has others.
///
/// # Errors
/// As [`propose`].
pub async fn redraw(ctx: &Context, sprint: SprintId, wish: &str) -> Result<Drafted, SprintError> {
    redraw_with(ctx, sprint, wish, &Engine::Composer).await
}

/// Like [`redraw`], with a model that writes the drawn concepts anew.
///
/// # Errors
/// As [`propose`].
pub async fn redraw_with(ctx: &Context, sprint: SprintId, wish: &str, engine: &Engine) -> Result<Drafted, SprintError> {
    let mut mined = mined(ctx, sprint).await?;
    let before: Option<Sheet> = rows::sheet(&ctx.store, sprint).await?;
    let seed = before.map_or(1, |sheet| sheet.seed.wrapping_add(1));
    mined.known.wish = Some(wish::parse(wish, &mined.found.opportunities)).filter(|wish| !wish.text.is_empty());
    let seen = rows::list(&ctx.store, sprint).await?.iter().map(|row| rows::idea_key(&row.concept)).collect();
    put(ctx, mined, (seed, engine), Some(seen)).await
}

/// Draws and stores. `seen` are ideas that were on the table before.
async fn put(
    ctx: &Context,
    mined: Mined,
    (seed, engine): (u64, &Engine),
    seen: Option<BTreeSet<String>>,
) -> Result<Drafted, SprintError> {
    let Mined { row, brief, frame, found, mut known, as_of_seq } = mined;
    let sprint = row.id;
    let all = rows::list(&ctx.store, sprint).await?;
    // What stays: whatever somebody decided, and what somebody thought of.
    let stays = |row: &&ConceptRow| row.state != ConceptState::Open || row.concept.brought_by.is_some();
    let own: Vec<Concept> = all
        .iter()
        .filter(|row| row.state == ConceptState::Open && row.concept.brought_by.is_some())
        .map(|row| row.concept.clone())
        .collect();
    let mut taken: BTreeSet<String> = all.iter().filter(stays).map(|row| rows::idea_key(&row.concept)).collect();
    taken.extend(rows::killed_ideas(&ctx.store).await?);
    known.standing = all
        .iter()
        .filter(|row| stays(row) && row.state != ConceptState::Killed)
        .map(|row| row.concept.clone())
        .collect();
    let left = brief.concept_count.saturating_sub(known.standing.len() as u32);
    let asked = Brief { concept_count: left, ..brief };
    let mut drafted = None;
    if let Some(seen) = &seen {
        let without: BTreeSet<String> = taken.union(seen).cloned().collect();
        let fresh = draft_knowing(&found, &asked, seed, ctx.now, &without, &known);
        drafted = Some(fresh).filter(|fresh| fresh.concepts.len() as u32 == left);
    }
    let mut drafted = drafted.unwrap_or_else(|| draft_knowing(&found, &asked, seed, ctx.now, &taken, &known));
    if matches!(engine, Engine::Model { .. }) {
        model::write(ctx, engine, sprint, &mut drafted, (&asked, &known)).await?;
    }
    drafted.sheet.before.extend(known.notes(&known.standing));
    drafted.sheet.as_of_seq = as_of_seq;
    drafted.sheet.data_until = (frame.until < ctx.today()).then(|| frame.until.plus(-1));
    let stored: Vec<Concept> = own.into_iter().chain(drafted.concepts.iter().cloned()).collect();
    let mut tx = ctx.store.begin().await?;
    rows::replace(&mut tx, sprint, &stored, &drafted.sheet).await?;
    if row.stage == SprintStage::Brief {
        sprints::advance(ctx, &mut tx, sprint, SprintStage::Concepts).await?;
    }
    let mut detail =
        format!("{} concepts from {} opportunities, seed {seed}", drafted.concepts.len(), drafted.sheet.opportunities);
    if let Some(wish) = &known.wish {
        detail.push_str(&format!(", wish: {}", wish.text));
    }
    let verb = if seen.is_some() { "concepts.redraw" } else { "concepts.draft" };
    ctx.record(&mut tx, (Some(sprint), Some(SprintStage::Concepts)), verb, &row.title, &detail).await?;
    tx.commit().await?;
    Ok(drafted)
}
