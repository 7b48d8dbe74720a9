//! A person's own idea: sized by the miners' query for its people and product, and checked like the others.

use domain::{
    ConceptId, SprintId,
    sprint::{Angle, Band, Concept, Effort, Evidence, Expectation, Pool},
};
use serde::{Deserialize, Serialize};
use store::concepts::{self as rows, ConceptRow, ConceptState};
use writer::similarity::Vectors;

use super::{
    MAX_SIMILARITY, Sheet, candidate,
    draw::{Mined, mined},
    expect, text,
};
use crate::{
    Context, SprintError, evidence,
    miners::{Opportunity, ProductInfo, SegmentKind},
};

/// Longest title and hook of an idea.
const MOST_CHARS: usize = 160;

/// An idea as somebody wrote it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Idea {
    /// Its name.
    pub title: String,
    /// The first line a customer would read.
    pub hook: String,
    /// What the person knows that makes it worth a bet; may be empty.
    pub insight: String,
    /// What has changed that makes it an idea for these weeks; empty: what the data say, where they say something.
    pub why_now: String,
    /// For whom, by [`SegmentKind`]'s label.
    pub segment: String,
    /// A product's id or its title; empty for the whole shop.
    pub product: String,
    /// Its argument, a stored word.
    pub angle: String,
    /// Whether it uses the brief's offer.
    pub with_offer: bool,
}

/// How an idea was sized: from the miners' own query to nothing at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Sized {
    /// The miners found these people for this product: the same query as any other card's.
    Mined,
    /// Buyers of the product, counted; whether they are the people meant nobody counted.
    Buyers,
    /// The people, with another product that the miners found them for.
    People,
    /// Nothing to count.
    Not,
}

impl Sized {
    /// In words, with the grade of the evidence.
    pub fn told(self) -> &'static str {
        match self {
            Sized::Mined => "sized by the miners' own query for these people and this product",
            Sized::Buyers => "sized as everybody who bought the product, as no miner found these people for it",
            Sized::People => "sized as these people over the whole shop, as the idea names no product of theirs",
            Sized::Not => "not sized: no product and no people that could be counted",
        }
    }
}

/// Puts a person's idea on the sheet beside the drawn ones.
///
/// # Errors
/// Title or hook is missing or too long, a word is banned in the brief, the idea stands already or was killed (with the
/// verdict on it), it is too like another concept (which is named), the sprint is live, or a query fails.
pub async fn add(ctx: &Context, sprint: SprintId, idea: &Idea) -> Result<(Concept, Sized), SprintError> {
    let angle: Angle =
        idea.angle.parse().map_err(|_| SprintError::refused("Say which argument it makes: an angle."))?;
    for (what, text) in [("a name", &idea.title), ("a first line", &idea.hook)] {
        match text.trim().chars().count() {
            0 => return Err(SprintError::refused(format!("Give the idea {what}."))),
            n if n > MOST_CHARS => {
                return Err(SprintError::refused(format!("{n} characters are too many for {what}; {MOST_CHARS} fit.")));
            }
            _ => {}
        }
    }
    let mined = mined(ctx, sprint).await?;
    let said = format!("{} {} {} {}", idea.title, idea.hook, idea.insight, idea.why_now).to_lowercase();
    if let Some(word) =
        mined.brief.banned_words.iter().find(|word| !word.is_empty() && said.contains(&word.to_lowercase()))
    {
        return Err(SprintError::Refused(format!("The brief bans “{word}”.")));
    }
    let (concept, sized) = sized(ctx, &mined, idea, angle).await?;
    let all = rows::list(&ctx.store, sprint).await?;
    refuse_repeats(&all, &concept)?;
    let mut sheet: Sheet = rows::sheet(&ctx.store, sprint).await?.unwrap_or_default();
    let open = all.iter().filter(|row| row.state == ConceptState::Open).map(|row| row.concept.clone());
    let stored: Vec<Concept> = open.chain([concept.clone()]).collect();
    let standing = all.iter().filter(|row| row.state == ConceptState::Picked).map(|row| &row.concept);
    sheet.measure(standing.chain(&stored));
    let id = concept.id.to_string();
    if let Some(note) = mined.known.says(&concept) {
        sheet.before.insert(id, note);
    }
    let mut tx = ctx.store.begin().await?;
    rows::replace(&mut tx, sprint, &stored, &sheet).await?;
    let stage = (Some(sprint), Some(domain::sprint::SprintStage::Concepts));
    ctx.record(&mut tx, stage, "concepts.own", &concept.title, sized.told()).await?;
    tx.commit().await?;
    Ok((concept, sized))
}

fn refuse_repeats(all: &[ConceptRow], concept: &Concept) -> Result<(), SprintError> {
    let key = rows::idea_key(concept);
    if let Some(row) = all.iter().find(|row| rows::idea_key(&row.concept) == key) {
        return Err(SprintError::Refused(match row.state {
            ConceptState::Killed => format!(
                "This idea was killed here as “{}” by {}: {}. Reopen it there if it deserves another look.",
                row.concept.title,
                row.decided_by.as_deref().unwrap_or("somebody"),
                row.reason.as_deref().unwrap_or("no reason kept")
            ),
            _ => format!("“{}” stands already for these people, this product and this argument.", row.concept.title),
        }));
    }
    let texts: Vec<String> = all
        .iter()
        .filter(|row| row.state != ConceptState::Killed)
        .map(|row| text(&row.concept))
        .chain([text(concept)])
        .collect();
    let vectors = Vectors::new(&texts);
    let last = texts.len() - 1;
    let nearest = (0..last).map(|at| (vectors.cosine(at, last), at)).max_by(|a, b| a.0.total_cmp(&b.0));
    let standing: Vec<&ConceptRow> = all.iter().filter(|row| row.state != ConceptState::Killed).collect();
    if let Some((similarity, at)) = nearest.filter(|(similarity, _)| *similarity > MAX_SIMILARITY) {
        return Err(SprintError::Refused(format!(
            "It reads {similarity:.2} like “{}”; {MAX_SIMILARITY} is the limit. Say what is different about it.",
            standing[at].concept.title
        )));
    }

    Ok(())
}

/// The idea with its people counted.
async fn sized(ctx: &Context, mined: &Mined, idea: &Idea, angle: Angle) -> Result<(Concept, Sized), SprintError> {
    let found = &mined.found.opportunities;
    let wanted = idea.product.trim().to_lowercase();
    let is_product = |product: &ProductInfo| {
        !wanted.is_empty() && (product.id.to_lowercase() == wanted || product.title.to_lowercase() == wanted)
    };
    let is_people = |item: &Opportunity| item.segment.label() == idea.segment;
    let exact = found.iter().find(|item| is_people(item) && item.products.first().is_some_and(is_product));
    let product = found.iter().flat_map(|item| &item.products).find(|product| is_product(product)).cloned();
    let product = product.or_else(|| mined.frame.product(idea.product.trim()).cloned());
    let widest = found.iter().filter(|item| is_people(item)).max_by_key(|item| item.pool.people);
    let (pool, evidence, products, sized, item) = match (exact, product, widest) {
        (Some(item), _, _) => (item.pool, vec![item.evidence.clone()], item.products.clone(), Sized::Mined, Some(item)),
        (None, Some(product), _) => {
            let (pool, evidence) = buyers(ctx, &product).await?;
            (pool, vec![evidence], vec![product], Sized::Buyers, None)
        }
        (None, None, Some(item)) => (item.pool, vec![item.evidence.clone()], Vec::new(), Sized::People, None),
        (None, None, None) => (Pool { people: 0, past_revenue_minor: 0 }, Vec::new(), Vec::new(), Sized::Not, None),
    };
    if !wanted.is_empty() && products.is_empty() {
        return Err(SprintError::Refused(format!(
            "There is no product “{}” in the catalogue; name it as the shop does, or leave it empty.",
            idea.product.trim()
        )));
    }
    let offer = idea
        .with_offer
        .then(|| (0..mined.brief.offers.len()).find(|at| mined.brief.offers[*at].ends_on >= mined.brief.flight.from));
    let mut titles: Vec<(String, String)> =
        products.iter().map(|product| (product.id.clone(), writer::names::readable(&product.title))).collect();
    titles.sort();
    let people = domain::group_thousands(pool.people.unsigned_abs());
    let segment = if idea.segment.trim().is_empty() { "People of your own choosing" } else { idea.segment.trim() };
    let insight = match idea.insight.trim() {
        "" => format!("{}'s own idea, {}.", ctx.actor, sized.told()),
        said => said.to_owned(),
    };
    let mut concept = Concept {
        id: ConceptId::derive(ctx.now, &["own", &ctx.actor, &idea.title, &idea.hook]),
        title: idea.title.trim().to_owned(),
        insight,
        hook: idea.hook.trim().to_owned(),
        segment: segment.to_owned(),
        pool,
        effort: Effort::Medium,
        angle,
        product_ids: titles.iter().map(|(id, _)| id.clone()).collect(),
        product_titles: titles.into_iter().map(|(_, title)| title).collect(),
        offer: offer.flatten(),
        channels: match item.or(widest) {
            Some(item) => candidate::channels(item, &mined.brief),
            None => mined.brief.channels.clone(),
        },
        hypothesis: format!(
            "If the {people} people in this pool see it, they buy more in the flight than in the fortnight before, {}. Read in {}.",
            super::phrases::belief(angle),
            mined.brief.kpi.label().to_lowercase()
        ),
        miner: "own_idea".into(),
        evidence,
        quote: None,
        expect: None,
        why_now: match (idea.why_now.trim(), item) {
            ("", Some(item)) => candidate::changed(item, &mined.brief).into_iter().next().unwrap_or_default(),
            (said, _) => said.to_owned(),
        },
        brought_by: Some(ctx.actor.clone()),
    };
    let mut expected = match item {
        Some(item) => expect::of_opportunity(item, &concept, &mined.known.past),
        None => Expectation { band: Band::C, reason: format!("{people} people, {}.", sized.told()), predicted: None },
    };
    expected.predicted = mined.known.forecast.predict(&concept, &mined.brief);
    concept.expect = Some(expected);
    Ok((concept, sized))
}

/// Everybody who bought a product, counted on the newest snapshot.
async fn buyers(ctx: &Context, product: &ProductInfo) -> Result<(Pool, Evidence), SprintError> {
    let snapshot = ctx.lake.snapshot(ctx.now).await?;
    let sql = format!(
        "SELECT COUNT(*) AS people, CAST(COALESCE(SUM(net), 0) AS BIGINT) AS past_micros FROM (SELECT customer_id, \
         SUM(amount_micros) - SUM(order_discount_micros) - SUM(refund_micros) AS net FROM order_lines \
         WHERE customer_id IN (SELECT customer_id FROM order_lines WHERE kind = 'sale' AND is_product AND quantity > 0 \
         AND product_id = {}) GROUP BY customer_id) AS owners",
        lake::quote(&product.id)
    );
    let read = evidence::read(&snapshot, "own_idea", sql).await?;
    let past = ctx.money_from_micros(evidence::int(&read, "past_micros"));
    Ok((Pool { people: evidence::int(&read, "people"), past_revenue_minor: past.minor }, read))
}

/// The people an idea may be for.
pub fn segments() -> Vec<&'static str> {
    [
        SegmentKind::NeverTried,
        SegmentKind::NewFaces,
        SegmentKind::DueToReorder,
        SegmentKind::BoughtOnce,
        SegmentKind::LapsedBest,
        SegmentKind::OwnOneOfPair,
        SegmentKind::LastSeason,
        SegmentKind::LookedAtIt,
        SegmentKind::FullShelf,
        SegmentKind::TiredAudience,
        SegmentKind::OnlyWithACode,
        SegmentKind::NewNearTaste,
        SegmentKind::RegionWithout,
        SegmentKind::PraisedUntried,
        SegmentKind::MissTheirs,
    ]
    .map(SegmentKind::label)
    .to_vec()
}
