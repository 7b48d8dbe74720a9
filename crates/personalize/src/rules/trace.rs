//! Why a product stands where it stands, or why it does not.

use serde::Serialize;

use crate::shelf::Good;

/// What happened to a product on its way into the list.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// The model gave it this score and rank (from 1).
    Scored {
        /// The model's score.
        score: f32,
        /// Rank among the candidates.
        rank: usize,
    },
    /// Boosts and margin multiplied its score.
    Weighed {
        /// By this.
        factor: f32,
    },
    /// A boost of 0: it comes last.
    Buried,
    /// It was filled in after the model's candidates.
    FilledIn,
    /// A pin gave it its position (from 1).
    Pinned {
        /// The position.
        position: usize,
    },
    /// It was shown often enough without a click: others come first.
    ShownOften {
        /// Times.
        times: u16,
    },
    /// Enough of its category: others come first.
    EnoughOfCategory,
    /// Not on sale.
    Inactive,
    /// Not enough in stock.
    OutOfStock {
        /// Units there.
        units: i64,
    },
    /// A filter of the rules leaves it out here.
    Filtered,
    /// A filter of the request leaves it out.
    NotAskedFor,
    /// It is never shown to this segment.
    NeverForSegment,
    /// It is at hand or in the cart.
    AtHand,
    /// It was bought lately.
    BoughtLately {
        /// Days ago.
        days_ago: u16,
    },
    /// It never stands together with another that was placed before.
    NeverTogether {
        /// The other.
        with: Good,
    },
    /// The list was full before its turn.
    NoRoom,
    /// It stands here (from 1).
    Placed {
        /// The position.
        position: usize,
    },
}

impl Step {
    /// The step in words; `title` names products.
    pub fn text(self, title: impl Fn(Good) -> String) -> String {
        match self {
            Step::Scored { score, rank } => format!("the model ranks it {rank} (score {score:.4})"),
            Step::Weighed { factor } => format!("boosts and margin multiply its score by {factor:.2}"),
            Step::Buried => "buried: it comes after all others".into(),
            Step::FilledIn => "filled in after the model's candidates, by sales".into(),
            Step::Pinned { position } => format!("pinned to position {position}"),
            Step::ShownOften { times } => format!("shown {times} times without a click: others come first"),
            Step::EnoughOfCategory => "enough of its category: others come first".into(),
            Step::Inactive => "left out: not on sale".into(),
            Step::OutOfStock { units } => format!("left out: {units} in stock"),
            Step::Filtered => "left out by a filter of the rules".into(),
            Step::NotAskedFor => "left out by the request's filter".into(),
            Step::NeverForSegment => "left out: never for this segment".into(),
            Step::AtHand => "left out: at hand or in the cart already".into(),
            Step::BoughtLately { days_ago } => format!("left out: bought {days_ago} days ago"),
            Step::NeverTogether { with } => format!("left out: never together with {}", title(with)),
            Step::NoRoom => "the list was full before its turn".into(),
            Step::Placed { position } => format!("stands at position {position}"),
        }
    }
}

/// Steps of all products that were looked at, in the order in which they happened.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trace {
    /// Product and step.
    pub steps: Vec<(Good, Step)>,
}

impl Trace {
    /// The steps of one product.
    pub fn of(&self, good: Good) -> impl Iterator<Item = Step> + '_ {
        self.steps.iter().filter(move |(other, _)| *other == good).map(|(_, step)| *step)
    }
}
