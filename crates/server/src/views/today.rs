//! Today.

use super::Stat;

/// A piece of a sentence; with an address it is a number that opens its rows.
#[derive(Debug, Clone, Default)]
pub struct Part {
    pub text: String,
    pub href: String,
}

/// Something to decide, to watch or to know. `tone` is `bad`, `warn` or empty.
#[derive(Debug, Clone, Default)]
pub struct Item {
    pub title: String,
    pub why: String,
    pub tone: String,
    pub href: String,
    pub action: String,
    pub evidence: String,
}

/// A day of the sprint's timeline; `state` is `past`, `today` or `next`.
#[derive(Debug, Clone, Default)]
pub struct DayMark {
    pub number: i32,
    pub state: &'static str,
    pub title: String,
    pub mark: String,
}

/// A line under the timeline.
#[derive(Debug, Clone, Default)]
pub struct Step {
    pub label: String,
    pub text: String,
}

/// People who can be taken away as a list.
#[derive(Debug, Clone, Default)]
pub struct Takeaway {
    pub key: String,
    /// `312 people`.
    pub people: String,
    /// What they have in common, `due for reorder`.
    pub about: String,
    /// The name that is proposed.
    pub name: String,
}

/// Today: the brand's own money in sentences, and what must be decided now.
#[derive(Debug, Clone, Default)]
pub struct TodayView {
    pub is_empty: bool,
    pub period: String,
    pub headline_before: String,
    pub net: Part,
    pub headline_after: String,
    pub sentences: Vec<Vec<Part>>,
    pub spark: String,
    pub spark_days: usize,
    pub stats: Vec<Stat>,
    pub decide: Vec<Item>,
    pub calm: String,
    pub watch: Vec<Item>,
    pub know: Vec<Item>,
    /// People behind sentences, to be taken away.
    pub lists: Vec<Takeaway>,
    /// What each export that is not there would add.
    pub missing: Vec<Item>,
    pub sprint_title: String,
    pub sprint_dates: String,
    pub days: Vec<DayMark>,
    pub steps: Vec<Step>,
}
