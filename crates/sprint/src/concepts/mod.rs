//! From opportunities and brief to concepts: twenty, or as many as the data carries, varied by rule.

mod candidate;
mod decide;
mod draw;
mod expect;
mod face;
mod killed;
mod model;
mod own;
mod past;
mod phrases;
mod quotes;
mod select;
pub mod vote;
mod wish;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use domain::{InstantMs, SprintId, sprint::Concept};
use serde::{Deserialize, Serialize};
use store::concepts::{self as rows, ConceptRow};

pub use decide::{kill, pick, reopen, unpick};
pub use draw::{Known, draft, draft_after, draft_knowing, propose, propose_with, redraw, redraw_with};
pub use expect::Forecast;
pub use face::{Face, band, face};
pub use killed::{Verdict, verdicts};
pub use model::{Written, WrittenBy};
pub use own::{Idea, Sized, add as add_own, segments};
pub use past::{Past, Ran};
pub use quotes::{Quotes, reviews};
pub use select::{
    DISCOUNT_SHARE, MAX_SIMILARITY, MIN_ANGLES, MIN_INSIGHTS, MIN_SEGMENTS, largest_similarity, most_alike,
};
pub use wish::{Dir, Wish, parse as parse_wish};

use crate::{Context, SprintError, miners::Silence};

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
    /// The two that are most alike.
    #[serde(default)]
    pub alike: Option<Alike>,
    /// How many different insights the sheet rests on.
    #[serde(default)]
    pub insights: usize,
    /// How many of the concepts quote a customer.
    #[serde(default)]
    pub quoted: usize,
    /// How many are led by a lower price.
    #[serde(default)]
    pub discount_led: usize,
    /// What was understood of the wish that it was drawn after, and what not.
    #[serde(default)]
    pub wish: Option<String>,
    /// What earlier concepts came to, by concept id: `Won before: …` or `Ran before: …`, where there is something to say.
    #[serde(default)]
    pub before: BTreeMap<String, String>,
    /// Who wrote the words, by concept id, where a model was asked.
    #[serde(default)]
    pub written: WrittenBy,
    /// The same in a sentence.
    #[serde(default)]
    pub written_by: Option<String>,
    /// Last day with data, when that is not yesterday.
    pub data_until: Option<domain::Day>,
}

/// The two concepts of a sheet that are most alike.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Alike {
    /// Character n-gram cosine of title, hook and insight, 0 to 1.
    pub similarity: f64,
    /// Their titles.
    pub titles: [String; 2],
}

/// Concepts with what was found besides.
#[derive(Debug, Clone, PartialEq)]
pub struct Drafted {
    /// The concepts in the order of the sheet.
    pub concepts: Vec<Concept>,
    /// What was found besides.
    pub sheet: Sheet,
}

/// What is compared when concepts are held against each other.
pub fn text(concept: &Concept) -> String {
    format!("{}. {} {}", concept.title, concept.hook, concept.insight)
}

/// How many different things the concepts rest on: a quote is one of its own, and of what was counted the same sentence
/// with other products, people and numbers is the same insight.
pub fn distinct_insights<'c>(concepts: impl IntoIterator<Item = &'c Concept>) -> usize {
    const STRETCHES: [&str; 10] = ["day", "days", "week", "weeks", "month", "months", "year", "years", "about", "so"];
    let kind = |concept: &Concept| match &concept.quote {
        Some(quote) => format!("“{}” {}", quote.phrase, concept.product_ids.join(",")),
        None => {
            let products: BTreeSet<String> =
                concept.product_titles.iter().flat_map(|title| domain::similarity::tokens(title)).collect();
            let known = |word: &String| {
                let stem = word.trim_end_matches('s');
                products.contains(word) || products.iter().any(|name| name.trim_end_matches('s') == stem)
            };
            let kept = domain::similarity::tokens(&concept.insight).into_iter().filter(|word| {
                !known(word) && !STRETCHES.contains(&word.as_str()) && !word.chars().any(|c| c.is_ascii_digit())
            });
            kept.collect::<Vec<_>>().join(" ")
        }
    };
    concepts.into_iter().map(kind).collect::<BTreeSet<_>>().len()
}

/// The concepts of a sprint in their order, and what drafting found besides (`None` before any drafting).
///
/// # Errors
/// The database refused.
pub async fn list(ctx: &Context, sprint: SprintId) -> Result<(Vec<ConceptRow>, Option<Sheet>), SprintError> {
    Ok((rows::list(&ctx.store, sprint).await?, rows::sheet(&ctx.store, sprint).await?))
}
