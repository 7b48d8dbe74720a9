//! Why an item is recommended, in the words a shopper or a merchandiser reads.

use domain::Day;
use serde::{Deserialize, Serialize};

use crate::Item;

/// Why an item is recommended: the part of its score that weighs most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    /// Others who bought `item`, which this customer has or has in the cart, bought it too.
    BoughtWith {
        /// What the customer has.
        item: Item,
    },
    /// Others who viewed `item`, which this visitor viewed, viewed it next.
    Viewed {
        /// What the visitor viewed.
        item: Item,
    },
    /// The customer buys it again and again and it is about time.
    TimeToRestock {
        /// Day of the customer's last purchase of it.
        last: Day,
        /// Usual days between purchases: the customer's own, or everybody's after a first purchase.
        gap_days: u16,
    },
    /// The customer bought it often.
    OftenBought,
    /// Its catalogue entry reads like that of `item`.
    Similar {
        /// What the customer knows.
        item: Item,
    },
    /// Many buy it at present.
    BestSeller,
}

impl Reason {
    /// The item that the reason points at.
    pub fn item(self) -> Option<Item> {
        match self {
            Reason::BoughtWith { item } | Reason::Viewed { item } | Reason::Similar { item } => Some(item),
            Reason::TimeToRestock { .. } | Reason::OftenBought | Reason::BestSeller => None,
        }
    }

    /// A stable word for it, as in JSON and CSV: `bought_with`, `viewed`, `time_to_restock` …
    pub fn word(self) -> &'static str {
        match self {
            Reason::BoughtWith { .. } => "bought_with",
            Reason::Viewed { .. } => "viewed",
            Reason::TimeToRestock { .. } => "time_to_restock",
            Reason::OftenBought => "often_bought",
            Reason::Similar { .. } => "similar",
            Reason::BestSeller => "best_seller",
        }
    }

    /// The reason as a short English phrase; `name` gives an item's title.
    pub fn phrase<'n>(self, name: impl Fn(Item) -> &'n str) -> String {
        match self {
            Reason::BoughtWith { item } => format!("bought with {}", name(item)),
            Reason::Viewed { item } => format!("because you viewed {}", name(item)),
            Reason::TimeToRestock { last, gap_days } => {
                let days = if gap_days == 1 { "day" } else { "days" };
                format!("time to restock: last bought {last}, usually every {gap_days} {days}")
            }
            Reason::OftenBought => "you buy it often".to_owned(),
            Reason::Similar { item } => format!("similar to {}", name(item)),
            Reason::BestSeller => "best-seller".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn its_word_is_its_json_kind() {
        let last = Day::from_epoch_days(15_000);
        for reason in [
            Reason::BoughtWith { item: 1 },
            Reason::Viewed { item: 1 },
            Reason::TimeToRestock { last, gap_days: 30 },
            Reason::OftenBought,
            Reason::Similar { item: 1 },
            Reason::BestSeller,
        ] {
            let json = serde_json::to_value(reason).unwrap();
            assert_eq!(json["kind"], reason.word());
            assert_eq!(serde_json::from_value::<Reason>(json).unwrap(), reason);
        }
        assert_eq!(Reason::BoughtWith { item: 1 }.phrase(|_| "Soap"), "bought with Soap");
    }
}
