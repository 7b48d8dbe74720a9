//! Board and sprints.

use super::Choice;

/// A place a card can be moved to.
#[derive(Debug, Clone, Default)]
pub struct Target {
    pub key: String,
    pub name: String,
}

/// A card of the board.
#[derive(Debug, Clone, Default)]
pub struct Ticket {
    pub title: String,
    pub href: String,
    pub segment: String,
    pub angle: String,
    pub pool: String,
    pub state: String,
    pub tone: &'static str,
    pub move_to: String,
    pub targets: Vec<Target>,
}

/// A column of the board.
#[derive(Debug, Clone, Default)]
pub struct Lane {
    pub key: String,
    pub name: String,
    pub hint: String,
    pub empty: String,
    pub cards: Vec<Ticket>,
}

/// The board.
#[derive(Debug, Clone, Default)]
pub struct BoardView {
    pub start: String,
    pub lanes: Vec<Lane>,
}

/// A sprint in the list.
#[derive(Debug, Clone, Default)]
pub struct SprintLine {
    pub href: String,
    pub number: i64,
    pub title: String,
    pub stage: String,
    pub tone: &'static str,
    pub flight: String,
    pub by: String,
}

/// All sprints. `blocked` says why the next one cannot simply begin.
#[derive(Debug, Clone, Default)]
pub struct SprintsView {
    pub blocked: String,
    pub rows: Vec<SprintLine>,
}

/// A mistake in a form.
#[derive(Debug, Clone, Default)]
pub struct Mistake {
    pub field: String,
    pub message: String,
}

/// The brief as the form edits it.
#[derive(Debug, Clone, Default)]
pub struct BriefView {
    pub editable: bool,
    pub locked: String,
    pub action: String,
    pub toml_href: String,
    pub problems: Vec<Mistake>,
    pub carried: Vec<(String, String)>,
    pub title: String,
    pub objective: String,
    pub kpis: Vec<Choice>,
    pub guardrail: String,
    pub audience: String,
    pub flight_from: String,
    pub flight_to: String,
    pub budget: String,
    pub budget_label: String,
    pub channels: Vec<Choice>,
    pub concept_count: String,
    pub pick_count: String,
    pub products: String,
    pub facts: String,
    pub offers: String,
    pub banned_words: String,
    pub landing_url: String,
}
