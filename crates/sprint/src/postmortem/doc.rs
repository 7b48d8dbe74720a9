//! What a post-mortem says.

use domain::{
    ConceptId, DayRange,
    sprint::{ActionItem, Evidence, ResultWord},
};
use serde::{Deserialize, Serialize};

/// What became of a concept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConceptResult {
    /// The concept.
    pub concept_id: ConceptId,
    /// Its title.
    pub title: String,
    /// Its mark in links and ad names.
    pub utm_content: String,
    /// Ad spend, minor units.
    pub spend_minor: i64,
    /// Orders that GA4 led back to its links.
    pub orders: i64,
    /// Their revenue, minor units.
    pub revenue_minor: i64,
    /// Visits over its links.
    pub sessions: i64,
    /// What may be said of its result.
    pub result: ResultWord,
    /// All of it in words.
    pub sentence: String,
    /// Where the numbers come from.
    pub evidence: Vec<Evidence>,
}

/// A row of the scorecard: a figure now and in the window it is held beside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreRow {
    /// Stable name, e.g. `net_revenue`.
    pub key: String,
    /// Name for people.
    pub label: String,
    /// The figure with its unit, or why there is none.
    pub now: String,
    /// The same in the other window.
    pub before: String,
    /// The figure as a number in its unit (money in major units), where there is one.
    pub now_value: Option<f64>,
    /// The same in the other window.
    pub before_value: Option<f64>,
    /// What must be known to read it; empty when nothing.
    pub note: String,
    /// Where the numbers come from.
    pub evidence: Vec<Evidence>,
}

/// Time spent in a stage of the sprint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageTime {
    /// The stage.
    pub stage: String,
    /// Days from entering to leaving it, as recorded.
    pub days: f64,
    /// Things people did in it.
    pub steps: usize,
    /// Hours somebody worked on it, by what was recorded (an estimate).
    #[serde(default)]
    pub hands_on_hours: f64,
}

/// What the daily reviews came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewSum {
    /// Mornings reviewed.
    pub mornings: usize,
    /// Lines that asked for something.
    pub lines: usize,
    /// Suggestions accepted.
    pub accepted: usize,
    /// Lines dismissed with a reason.
    pub dismissed: usize,
}

/// A post-mortem. Numbers come from data and are not edited; words are a person's from the first edit on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PostMortemDoc {
    /// The days it looks back on.
    pub window: DayRange,
    /// The days they are held beside.
    pub before: DayRange,
    /// What these are, in words.
    pub before_label: String,
    /// Whether orders of its last days may still be restated, or the flight is not over.
    pub is_provisional: bool,
    /// The shop's money in a sentence.
    pub headline: String,
    /// What the comparison can and cannot show.
    pub caution: String,
    /// The concepts in the order of the sheet.
    pub concepts: Vec<ConceptResult>,
    /// The scorecard.
    pub scorecard: Vec<ScoreRow>,
    /// Time per stage.
    pub stages: Vec<StageTime>,
    /// Those times against the workflow map, in a sentence.
    pub time_sentence: String,
    /// What the reviews came to.
    pub reviews: ReviewSum,
    /// What was learned, in a person's words (drafted from the numbers).
    pub summary: String,
    /// What to do again.
    pub keep: Vec<String>,
    /// What not to do again.
    pub stop: Vec<String>,
    /// What to try next.
    pub try_next: Vec<String>,
    /// Who does what by when.
    pub actions: Vec<ActionItem>,
    /// Whether a person has edited the words.
    #[serde(default)]
    pub is_edited: bool,
}

/// A person's words.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Words {
    /// What was learned.
    pub summary: String,
    /// What to do again.
    #[serde(default)]
    pub keep: Vec<String>,
    /// What not to do again.
    #[serde(default)]
    pub stop: Vec<String>,
    /// What to try next.
    #[serde(default)]
    pub try_next: Vec<String>,
    /// Who does what by when.
    #[serde(default)]
    pub actions: Vec<NewAction>,
}

/// An action item as a person writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAction {
    /// What.
    pub text: String,
    /// Who.
    pub owner: String,
    /// By when.
    pub due_on: domain::Day,
}
