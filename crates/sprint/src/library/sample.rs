//! A sample brief on which a template is tried before it is kept.

use domain::{
    ConceptId, Currency, Day, DayRange, InstantMs, Money,
    sprint::{Angle, Channel, Concept, Effort, Pool},
};
use writer::{Facts, ProductFact, limits, prompt::Template};

use crate::SprintError;

/// Renders a template for every slot group.
///
/// # Errors
/// It is not valid, uses what is not there, or is too long even with few facts.
pub(crate) fn try_on(template: &Template<'_>) -> Result<(), SprintError> {
    let day = Day::from_epoch_days(20_000);
    let facts = Facts {
        brand: "Sample".into(),
        lines: vec!["Made in small batches".into()],
        products: vec![ProductFact {
            id: "A".into(),
            title: "Green tea".into(),
            description: "Loose leaves.".into(),
            price: Currency::parse("EUR").ok().map(|currency| Money::new(1_200, currency)),
            ..ProductFact::default()
        }],
        offers: Vec::new(),
        numbers: Vec::new(),
        banned_words: Vec::new(),
        landing_url: "https://shop.example/".into(),
        flight: DayRange { from: day, to: day.plus(13) },
    };
    let concept = Concept {
        id: ConceptId::derive(InstantMs(0), &["sample"]),
        title: "Tea for the morning".into(),
        insight: String::new(),
        hook: "The first cup".into(),
        segment: "People who bought tea".into(),
        pool: Pool { people: 0, past_revenue_minor: 0 },
        effort: Effort::Small,
        angle: Angle::Education,
        product_ids: vec!["A".into()],
        product_titles: vec!["Green tea".into()],
        offer: None,
        channels: Channel::ALL.to_vec(),
        hypothesis: String::new(),
        miner: String::new(),
        evidence: Vec::new(),
        quote: None,
        expect: None,
        why_now: String::new(),
        brought_by: None,
    };
    for group in Channel::ALL.iter().flat_map(|channel| limits::groups(*channel)) {
        writer::prompt::render(template, &concept, &facts, group)
            .map_err(|error| SprintError::Refused(error.to_string()))?;
    }
    Ok(())
}
