//! What a review says.

use domain::{Day, sprint::Evidence};
use serde::{Deserialize, Serialize};

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Money is lost until somebody acts.
    Act,
    /// Worth a look today.
    Watch,
    /// Nothing to do.
    Fine,
}

/// One line of a review.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Stable name of what it is about, e.g. `stock:TEA-1`; decisions refer to it.
    pub key: String,
    /// The check, e.g. `stock_out`.
    pub check: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is so, in a sentence with its numbers and units.
    pub sentence: String,
    /// What contributed most, where the data shows it.
    pub cause: Option<String>,
    /// What to do; empty when nothing.
    pub action: String,
    /// Whether it rests on days that may still be restated.
    pub is_provisional: bool,
    /// What is at stake, minor units; orders the lines.
    pub at_stake_minor: i64,
    /// Where its numbers come from.
    pub evidence: Vec<Evidence>,
}

/// A figure that is shown every day beside what was expected of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Stable name, e.g. `spend`.
    pub key: String,
    /// Name for people.
    pub label: String,
    /// The figure with its unit.
    pub value: String,
    /// What was planned or expected, with its unit; empty where nothing can be said.
    pub expected: String,
    /// Whether it is inside what was expected; `None` where nothing can be said.
    pub is_expected: Option<bool>,
    /// Whether it rests on days that may still be restated.
    pub is_provisional: bool,
    /// Where it comes from.
    pub evidence: Vec<Evidence>,
}

/// A check that could not be made, and what would make it possible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotChecked {
    /// The check.
    pub check: String,
    /// Why not and what to do, in a sentence that begins with `Not checked:`.
    pub why: String,
}

/// The review of one morning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReviewDoc {
    /// The morning.
    pub day: Day,
    /// Day of the flight, from 1.
    pub flight_day: i32,
    /// Days of the flight.
    pub flight_days: i32,
    /// From this day on orders may still be restated.
    pub provisional_from: Day,
    /// The figures shown every day.
    pub figures: Vec<Figure>,
    /// At most five lines, what matters most first.
    pub lines: Vec<Line>,
    /// Lines that did not fit; they come up again tomorrow if they still hold.
    pub held_back: usize,
    /// What was not checked.
    pub not_checked: Vec<NotChecked>,
}

/// Collects what checks find.
#[derive(Default)]
pub(crate) struct Found {
    pub figures: Vec<Figure>,
    pub lines: Vec<Line>,
    pub not_checked: Vec<NotChecked>,
}

impl Found {
    /// Adds what another check found.
    pub fn append(&mut self, mut other: Found) {
        self.figures.append(&mut other.figures);
        self.lines.append(&mut other.lines);
        self.not_checked.append(&mut other.not_checked);
    }

    /// Notes that a check could not be made.
    pub fn skip(&mut self, check: &str, why: &str) {
        self.not_checked.push(NotChecked { check: check.to_owned(), why: format!("Not checked: {why}") });
    }
}
