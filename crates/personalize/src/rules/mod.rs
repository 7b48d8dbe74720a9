//! What a merchandiser says about recommendations, and the order in which it counts. Pure: rules, shelf and candidates
//! in, a list out.
//!
//! **Precedence**, first to last:
//! 1. *Never shown*: inactive products, products out of stock, what a filter (of the rules or of the request) leaves
//!    out, what is never shown to a segment, the product at hand and what is in the cart, what was bought lately
//!    (unless it is bought again and again). Nothing below brings these back, pins included.
//! 2. *Never together*: of two such products the one placed first stays; what is in the cart was placed before all.
//! 3. *Pins* take their positions, in the order of the list. Two pins on one position: the later takes the next free one.
//! 4. *Boosts*, *buries* and the *margin weight* multiply the model's score; buried products (factor 0) come last.
//! 5. *Frequency*: what was shown often enough without a click comes after everything that was not.
//! 6. *Diversity*: at most so many of one category, as long as others are left.
//!
//! If the model names fewer products than asked for, best-sellers fill up, then all other products. 5 and 6 move
//! products back but never make a list shorter: there are N products whenever N may be shown.

mod apply;
mod compile;
#[cfg(test)]
mod laws;
mod select;
mod trace;

pub use apply::{Candidate, Offer, Placed, Source, arrange};
pub use compile::Compiled;
pub use select::{Matcher, Selector};
pub use trace::{Step, Trace};

use serde::{Deserialize, Serialize};

use crate::Placement;

/// All rules. [`Rules::default`] shows what is in stock and leaves out what was bought within a fortnight.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// What counts as in stock.
    pub stock: StockRule,
    /// What is left out everywhere or in some placements.
    pub filters: Vec<FilterRule>,
    /// Products that are never shown together.
    pub never_together: Vec<NeverTogether>,
    /// Products that are never shown to some.
    pub never_for: Vec<NeverFor>,
    /// What was bought lately.
    pub bought: BoughtRule,
    /// Products with a position of their own.
    pub pins: Vec<Pin>,
    /// Products that count more or less.
    pub boosts: Vec<Boost>,
    /// How much a product's margin counts: the score is multiplied by (margin / mean margin)^weight. 0: not at all;
    /// 1: in full, so that the list is in order of expected margin. Unknown margins count as the mean.
    pub margin_weight: f32,
    /// How often the same visitor is shown the same product.
    pub frequency: FrequencyRule,
    /// How alike the products of a list may be.
    pub diversity: DiversityRule,
    /// Rules that are kept to be taken up again, and do nothing until then.
    #[serde(skip_serializing_if = "Paused::is_empty")]
    pub paused: Paused,
}

/// Rules that do nothing for now.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Paused {
    /// Of [`Rules::filters`].
    pub filters: Vec<FilterRule>,
    /// Of [`Rules::never_together`].
    pub never_together: Vec<NeverTogether>,
    /// Of [`Rules::never_for`].
    pub never_for: Vec<NeverFor>,
    /// Of [`Rules::pins`].
    pub pins: Vec<Pin>,
    /// Of [`Rules::boosts`].
    pub boosts: Vec<Boost>,
}

impl Paused {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        *self == Paused::default()
    }
}

/// What counts as in stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StockRule {
    /// Only products that are in stock; products whose stock is not tracked count as in stock.
    pub only_in_stock: bool,
    /// Units that must be there, at least 1.
    pub least_units: i64,
}

impl Default for StockRule {
    fn default() -> StockRule {
        StockRule { only_in_stock: true, least_units: 1 }
    }
}

/// What is left out, everywhere or in some placements.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FilterRule {
    /// Where; everywhere if empty.
    pub placements: Vec<Placement>,
    /// Only these are shown.
    pub only: Option<Selector>,
    /// These are not shown.
    pub without: Option<Selector>,
}

/// Products of which never one of each stands in the same list, or beside the other in the cart.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NeverTogether {
    /// One.
    pub these: Selector,
    /// The other.
    pub those: Selector,
}

/// Products that are never shown to a segment.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NeverFor {
    /// The segment, as requests name it.
    pub segment: String,
    /// What is not shown to it.
    pub what: Selector,
}

/// What was bought lately.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BoughtRule {
    /// What was bought within this many days is not shown; 0: everything may be.
    pub exclude_days: u16,
    /// Except what people buy again and again, by their orders.
    pub unless_replenishable: bool,
    /// And except these.
    pub always_again: Option<Selector>,
}

impl Default for BoughtRule {
    fn default() -> BoughtRule {
        BoughtRule { exclude_days: 14, unless_replenishable: true, always_again: None }
    }
}

/// A product on a position of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// Id of the product.
    pub product: String,
    /// Position, from 1.
    pub position: usize,
    /// Where; everywhere if empty.
    #[serde(default)]
    pub placements: Vec<Placement>,
}

/// Products that count more (factor above 1), less (below 1), or come last (0: buried).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Boost {
    /// Which.
    pub what: Selector,
    /// The factor of their score, 0 to 100.
    pub factor: f32,
    /// Where; everywhere if empty.
    #[serde(default)]
    pub placements: Vec<Placement>,
}

/// How often the same visitor is shown the same product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FrequencyRule {
    /// After this many times without a click others come first; 0: no limit.
    pub most_times: u16,
    /// Times that are longer ago than this do not count.
    pub within_hours: u16,
}

impl Default for FrequencyRule {
    fn default() -> FrequencyRule {
        FrequencyRule { most_times: 0, within_hours: 24 }
    }
}

/// How alike the products of a list may be.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DiversityRule {
    /// At most so many of one category, as long as others are left; 0: no limit.
    pub most_per_category: u16,
}

/// What cannot be carried out: a field and a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct RuleFault {
    /// Where, e.g. `pins[2].position`.
    pub field: String,
    /// What, and what to write.
    pub problem: String,
}

impl Rules {
    /// Everything that cannot be carried out; empty when the rules are fine.
    pub fn faults(&self) -> Vec<RuleFault> {
        let mut faults = Vec::new();
        let mut fault = |field: String, problem: &str| faults.push(RuleFault { field, problem: problem.to_owned() });
        if self.stock.least_units < 1 {
            fault("stock.least_units".into(), "write 1 or more, or switch `only_in_stock` off");
        }
        if !(0.0..=1.0).contains(&self.margin_weight) {
            fault("margin_weight".into(), "write a number from 0 (not at all) to 1 (in full)");
        }
        for (number, pin) in self.pins.iter().enumerate() {
            if !(1..=MOST_ITEMS).contains(&pin.position) {
                fault(format!("pins[{number}].position"), "positions are 1 to 100");
            }
            if pin.product.trim().is_empty() {
                fault(format!("pins[{number}].product"), "name a product by its id");
            }
        }
        for (number, boost) in self.boosts.iter().enumerate() {
            if !(0.0..=100.0).contains(&boost.factor) {
                fault(format!("boosts[{number}].factor"), "write 0 (bury), below 1 (less) or up to 100 (more)");
            }
            if boost.what.is_empty() {
                fault(format!("boosts[{number}].what"), "name products, categories, vendors, tags or prices");
            }
        }
        for (number, filter) in self.filters.iter().enumerate() {
            let is_empty = |side: &Option<Selector>| side.as_ref().is_none_or(Selector::is_empty);
            if is_empty(&filter.only) && is_empty(&filter.without) {
                fault(format!("filters[{number}]"), "say what is shown (`only`) or what is not (`without`)");
            }
        }
        for (number, pair) in self.never_together.iter().enumerate() {
            if pair.these.is_empty() || pair.those.is_empty() {
                fault(format!("never_together[{number}]"), "name both sides");
            }
        }
        for (number, never) in self.never_for.iter().enumerate() {
            if never.segment.trim().is_empty() || never.what.is_empty() {
                fault(format!("never_for[{number}]"), "name a segment and what is not shown to it");
            }
        }
        faults
    }
}

/// The longest list that can be asked for.
pub const MOST_ITEMS: usize = 100;
