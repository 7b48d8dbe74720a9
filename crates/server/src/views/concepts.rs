//! Concepts, their comparison, and the rows behind a number.

use askama::Template;

use super::{Choice, JobView, Tab};
use crate::frame::Frame;

/// A concept's card.
#[derive(Debug, Clone, Default)]
pub struct ConceptCard {
    pub id: String,
    pub position: String,
    pub title: String,
    pub insight: String,
    /// What holds now that did not before; empty where nobody said.
    pub why_now: String,
    pub hook: String,
    pub segment: String,
    pub people: String,
    pub past_revenue: String,
    pub effort: String,
    pub angle: String,
    pub tags: Vec<String>,
    pub hypothesis: String,
    /// What resembled it came to, or itself: `Won before, …`; empty for nothing.
    pub before: String,
    /// What may be expected: a verdict, a prediction, or a band with its reason.
    pub expect: String,
    /// Whose own idea it is; empty for what was drawn.
    pub brought_by: String,
    /// The own silent vote.
    pub voted: bool,
    /// Who voted for it, once the vote is closed; `2 votes: Ann, Bo`.
    pub votes: String,
    pub evidence: String,
    pub href: String,
    pub picked: bool,
    pub killed: bool,
    pub reason: String,
}

/// The concepts of a sprint.
#[derive(Debug, Clone, Default)]
pub struct ConceptsView {
    pub heading: String,
    pub bets: String,
    pub cards: Vec<ConceptCard>,
    pub filters: Vec<Tab>,
    pub note: String,
    /// What the rules of variety measured.
    pub measured: String,
    /// What was understood of the last wish.
    pub wish: String,
    pub redraw_href: String,
    /// Drawing with a model, while it runs or after it stopped.
    pub job: Option<JobView>,
    /// The model that may write; empty for none.
    pub model: String,
    pub own_href: String,
    pub vote_href: String,
    pub can_vote: bool,
    pub can_open_vote: bool,
    pub can_close_vote: bool,
    /// Where the silent vote stands, in a sentence.
    pub vote_text: String,
    pub segments: Vec<String>,
    pub angles: Vec<Choice>,
    pub silent: Vec<(String, String)>,
    pub can_draft: bool,
    pub can_pick: bool,
    pub comparable: bool,
    pub pick_count: u32,
    pub picked_text: String,
    pub pick_href: String,
    pub draft_href: String,
    pub compare_href: String,
    pub brief_href: String,
    pub brief_missing: bool,
    pub data_missing: bool,
    pub empty_title: String,
    pub empty_text: String,
}

/// One piece of evidence on a concept's sheet.
#[derive(Debug, Clone, Default)]
pub struct EvidenceView {
    pub name: String,
    pub as_of: String,
    pub sql: String,
    pub values: Vec<(String, String)>,
}

/// Everything about a concept, in a sheet.
#[derive(Template)]
#[template(path = "concept_sheet.html")]
pub struct ConceptSheet {
    pub c: ConceptCard,
    pub rows: Vec<(String, String)>,
    pub evidence: Vec<EvidenceView>,
}

/// Concepts side by side.
#[derive(Template)]
#[template(path = "compare.html")]
pub struct ComparePage {
    pub frame: Frame,
    pub back: String,
    pub cards: Vec<ConceptCard>,
}

/// The rows behind a number: the query, run again on its snapshot. A cell is its text and whether it is a number.
#[derive(Template)]
#[template(path = "evidence.html")]
pub struct EvidenceSheet {
    pub title: String,
    pub as_of: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<(String, bool)>>,
    pub sql: String,
    pub same: String,
    pub matches: bool,
}

/// A past ad on the page that confirms them.
#[derive(Debug, Clone, Default)]
pub struct AdLine {
    pub key: String,
    pub name: String,
    pub place: String,
    pub spend: String,
    pub angle: String,
    pub segment: String,
    pub format: String,
    pub offer: String,
    /// `Confirmed by Ann, 3 Nov`, or who proposes.
    pub state: String,
    pub confirmed: bool,
}

/// Past ads, their tags, and whether forecasts came true.
#[derive(Debug, Clone, Default)]
pub struct AdsView {
    pub lines: Vec<AdLine>,
    /// What is known of the accounts, a sentence each.
    pub accounts: Vec<String>,
    /// How many are confirmed, and what that is enough for.
    pub standing: String,
    /// Tag and what it may be.
    pub tags: Vec<(String, Vec<String>)>,
    pub can_edit: bool,
    /// Predicted against actual: sprint, concept, predicted, actual, whether inside the interval.
    pub calibrated: Vec<[String; 5]>,
    pub correlation: String,
}

pages! {
    /// Past ads.
    AdsPage(AdsView) = "ads.html";
}
