//! What is declared before a change starts, and cannot be moved once it has.

use domain::Day;
use serde::{Deserialize, Serialize};

use crate::{MeasureError, Split};

/// Days after its start by which a change has won, is off, or is kept by an owner who reads *unproven* on it.
pub const KILL_AFTER_DAYS: i32 = 30;

/// No verdict before this many days were read: every weekday counts once.
pub const MIN_DAYS: i32 = 7;

/// The longest attribution window; longer ones leave too little of 30 days to be read.
pub const MAX_WINDOW_DAYS: i32 = 21;

/// How the allowed error is spent over the looks of a sequential test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spending {
    /// O'Brien-Fleming type: almost nothing early, almost all at the end.
    #[default]
    Obf,
    /// Pocock type: evenly.
    Pocock,
    /// Hwang-Shih-DeCani with γ = −4.
    Hsd,
}

/// Something that must not get worse. `most` is how much worse is tolerated, in the guardrail's own unit, treatment
/// against baseline: a share of units (`0.002` = two more unsubscriptions in a thousand), or money a unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Guardrail {
    /// What is counted.
    pub kind: GuardrailKind,
    /// How much worse is tolerated.
    pub most: f64,
}

/// What a guardrail counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardrailKind {
    /// Share of units that unsubscribed (`measure::signal` with kind `unsubscribe`).
    Unsubscribe,
    /// Money refunded per unit, major units of the currency.
    Refund,
    /// Margin per unit (net revenue less goods at their catalogue cost), major units.
    Margin,
}

impl GuardrailKind {
    /// How a person reads it.
    pub fn label(self) -> &'static str {
        match self {
            GuardrailKind::Unsubscribe => "unsubscriptions",
            GuardrailKind::Refund => "refunds per unit",
            GuardrailKind::Margin => "margin per unit",
        }
    }
}

/// What a brand expects a change to earn until its kill day, millionths of the currency, after cost. Held against what it
/// earned: the judge's calibration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Predicted {
    /// Lower end of the range.
    pub low_micros: i64,
    /// Most likely.
    pub micros: i64,
    /// Upper end.
    pub high_micros: i64,
}

/// Which orders a change could move, where it is read off the brand's daily revenue (grades B to D). The orders outside
/// are its controls; a scope that takes all leaves none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SeriesScope {
    /// Countries by the name that orders carry; empty for all.
    #[serde(default)]
    pub countries: Vec<String>,
    /// Product ids; empty for all.
    #[serde(default)]
    pub product_ids: Vec<String>,
}

impl SeriesScope {
    /// Whether it takes everything, so that no orders are left as controls.
    pub fn is_all(&self) -> bool {
        self.countries.is_empty() && self.product_ids.is_empty()
    }

    /// Whether both take some product.
    pub(crate) fn meets_products(&self, other: &SeriesScope) -> bool {
        meet(&self.product_ids, &other.product_ids)
    }

    /// Whether both take some order.
    pub(crate) fn meets(&self, other: &SeriesScope) -> bool {
        meet(&self.countries, &other.countries) && self.meets_products(other)
    }
}

/// Whether two lists, of which an empty one takes all, have something in common.
fn meet(ours: &[String], theirs: &[String]) -> bool {
    ours.is_empty() || theirs.is_empty() || ours.iter().any(|word| theirs.contains(word))
}

/// The declaration. [`Plan::default`] is net revenue per unit, a seven-day window, no cap, 5 % error O'Brien-Fleming.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    /// Orders placed within this many days of the first exposure count for a unit.
    pub window_days: i32,
    /// A unit counts with at most this (and at least its negative), millionths; `None` for no cap.
    pub cap_micros: Option<i64>,
    /// What remains of net revenue after goods and shipping, in thousandths: money earned is revenue × this − cost.
    pub margin_permille: i64,
    /// Two-sided error over all looks.
    pub alpha: f64,
    /// How it is spent.
    pub spending: Spending,
    /// Units per arm (their mean) planned by the kill day; `None`: the test's clock is the calendar.
    pub planned_units: Option<i64>,
    /// A crossed futility boundary switches it off.
    pub stops_for_futility: bool,
    /// Each unit's revenue in the 90 days before its first exposure is used to take out variance.
    pub adjusts_for_past: bool,
    /// What must not get worse.
    pub guardrails: Vec<Guardrail>,
    /// What it is expected to earn.
    pub predicted: Option<Predicted>,
    /// Which orders it could move.
    pub scope: SeriesScope,
    /// How it is split by region or period: with it the baseline is of grade B, and of that grade only with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split: Option<Split>,
    /// Where something is to be cleaned up outside once it is off, e.g. `shop: product texts`; each becomes a task in
    /// the outbox that may be carried out any number of times.
    pub clean_up: Vec<String>,
}

impl Default for Plan {
    fn default() -> Plan {
        Plan {
            window_days: 7,
            cap_micros: None,
            margin_permille: 1000,
            alpha: 0.05,
            spending: Spending::Obf,
            planned_units: None,
            stops_for_futility: true,
            adjusts_for_past: true,
            guardrails: Vec::new(),
            predicted: None,
            scope: SeriesScope::default(),
            split: None,
            clean_up: Vec::new(),
        }
    }
}

impl Plan {
    /// Holds the declaration against what can be carried out.
    ///
    /// # Errors
    /// A figure is out of its range; the sentence names it.
    pub fn check(&self) -> Result<(), MeasureError> {
        let refuse = |sentence: String| Err(MeasureError::Refused(sentence));
        if !(1..=MAX_WINDOW_DAYS).contains(&self.window_days) {
            return refuse(format!(
                "The attribution window is {} days; choose 1 to {MAX_WINDOW_DAYS}, so that enough of 30 days can be read.",
                self.window_days
            ));
        }
        if self.cap_micros.is_some_and(|cap| cap <= 0) {
            return refuse("The outlier cap must be above zero; leave it out for none.".into());
        }
        if !(self.alpha > 0.0 && self.alpha <= 0.2) {
            return refuse(format!(
                "The allowed error is {}; choose one above 0 and up to 0.2, e.g. 0.05.",
                self.alpha
            ));
        }
        if !(1..=1000).contains(&self.margin_permille) {
            return refuse("The margin is given in thousandths: 1 to 1000.".into());
        }
        if self.planned_units.is_some_and(|units| units < 1) {
            return refuse("The planned number of units per arm must be at least 1.".into());
        }
        if let Some(rail) = self.guardrails.iter().find(|rail| !(rail.most >= 0.0 && rail.most.is_finite())) {
            return refuse(format!("Say how much worse {} may get, as a number of 0 or more.", rail.kind.label()));
        }
        Ok(())
    }

    /// Days of first exposure that can be read by the kill day.
    pub fn horizon_days(&self) -> i32 {
        (KILL_AFTER_DAYS - self.window_days).max(MIN_DAYS)
    }

    /// The last day of first exposure whose whole window is over on the morning of `today`.
    pub fn last_ripe_day(&self, today: Day) -> Day {
        today.plus(-1 - self.window_days)
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn list_words(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_carried_out_is_refused_and_old_documents_have_defaults() {
        assert!(Plan::default().check().is_ok());
        assert_eq!(serde_json::from_str::<Plan>("{}").expect("defaults"), Plan::default());
        let rail = Guardrail { kind: GuardrailKind::Refund, most: -1.0 };
        for bad in [
            Plan { window_days: 0, ..Plan::default() },
            Plan { window_days: 30, ..Plan::default() },
            Plan { cap_micros: Some(0), ..Plan::default() },
            Plan { alpha: f64::NAN, ..Plan::default() },
            Plan { margin_permille: 0, ..Plan::default() },
            Plan { planned_units: Some(0), ..Plan::default() },
            Plan { guardrails: vec![rail], ..Plan::default() },
        ] {
            assert!(bad.check().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_day_is_ripe_once_the_last_hour_of_its_window_is_over() {
        let plan = Plan { window_days: 7, ..Plan::default() };
        let start = Day::parse("2026-03-01").expect("day");
        assert_eq!(plan.last_ripe_day(start.plus(8)), start);
        let kill = start.plus(KILL_AFTER_DAYS);
        assert_eq!(plan.last_ripe_day(kill).days_since(start) + 1, plan.horizon_days());
    }
}
