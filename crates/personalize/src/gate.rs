//! What the data supports: personalisation is refused, with numbers, where it would be guesswork.

use serde::{Deserialize, Serialize};

/// What training counted.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Orders (or sessions that ended in one).
    pub orders: u64,
    /// Sessions of events.
    pub sessions: u64,
    /// Customers with an order.
    pub customers: u64,
    /// Customers with two or more orders.
    pub repeat_customers: u64,
    /// Products that were ever bought or viewed.
    pub items: u64,
    /// Products that were bought or viewed in five sessions or more.
    pub items_with_support: u64,
    /// Days from the first to the last order or event.
    pub days: u64,
    /// Product rows of events.
    pub event_rows: u64,
    /// Of those, rows whose product is in no catalogue and no order.
    pub unknown_event_rows: u64,
}

/// One condition: what is there, what it takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// What, e.g. `orders and sessions`.
    pub what: String,
    /// How much there is.
    pub there: u64,
    /// How much it takes (or, for shares, at most how many per cent).
    pub needed: u64,
    /// Whether that is fulfilled.
    pub holds: bool,
    /// What to do about it.
    pub mend: String,
}

/// The gate's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// Whether recommendations may be personalised.
    pub open: bool,
    /// All conditions.
    pub conditions: Vec<Condition>,
}

/// Orders and sessions that co-occurrence takes.
const LEAST_BASKETS: u64 = 200;
/// Products with support that are worth ranking.
const LEAST_ITEMS: u64 = 10;
/// Days that tell a habit from an event.
const LEAST_DAYS: u64 = 14;
/// Per cent of events that may name unknown products before tracking counts as broken.
const MOST_UNKNOWN_PERCENT: u64 = 20;

impl Gate {
    /// Judges the counts.
    pub fn of(counts: &Counts) -> Gate {
        let least = |what: &str, there: u64, needed: u64, mend: &str| Condition {
            what: what.into(),
            there,
            needed,
            holds: there >= needed,
            mend: mend.into(),
        };
        let unknown = counts.unknown_event_rows * 100 / counts.event_rows.max(1);
        let conditions = vec![
            least(
                "orders and sessions",
                counts.orders + counts.sessions,
                LEAST_BASKETS,
                "Import older orders, or send events for some weeks.",
            ),
            least(
                "products bought or viewed five times",
                counts.items_with_support,
                LEAST_ITEMS,
                "Products repeat too seldom; recommend by category until more was sold.",
            ),
            least("days of history", counts.days, LEAST_DAYS, "Wait, or import older orders."),
            Condition {
                what: "per cent of events with unknown products".into(),
                there: unknown,
                needed: MOST_UNKNOWN_PERCENT,
                holds: unknown <= MOST_UNKNOWN_PERCENT,
                mend: "Events must name products as orders do (SKU or variant id); check the storefront's tracking."
                    .into(),
            },
        ];
        Gate { open: conditions.iter().all(|condition| condition.holds), conditions }
    }

    /// What does not hold, in sentences with numbers; empty when it is open.
    pub fn notes(&self) -> Vec<String> {
        let failed = self.conditions.iter().filter(|condition| !condition.holds);
        failed
            .map(|one| format!("Not personalised: {} {}, needed {}. {}", one.there, one.what, one.needed, one.mend))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thin_data_is_refused_with_numbers() {
        let fine = Counts {
            orders: 500,
            items: 30,
            items_with_support: 20,
            days: 90,
            event_rows: 100,
            unknown_event_rows: 5,
            ..Counts::default()
        };
        assert!(Gate::of(&fine).open && Gate::of(&fine).notes().is_empty());
        let thin = Gate::of(&Counts { orders: 12, ..fine });
        assert!(!thin.open);
        assert!(thin.notes()[0].contains("12 orders and sessions, needed 200"), "{:?}", thin.notes());
        assert!(!Gate::of(&Counts { unknown_event_rows: 60, ..fine }).open);
        assert!(!Gate::of(&Counts::default()).open);
    }
}
