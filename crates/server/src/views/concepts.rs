//! Concepts, their comparison, and the rows behind a number.

use askama::Template;

use super::Tab;
use crate::frame::Frame;

/// A concept's card.
#[derive(Debug, Clone, Default)]
pub struct ConceptCard {
    pub id: String,
    pub position: String,
    pub title: String,
    pub insight: String,
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
