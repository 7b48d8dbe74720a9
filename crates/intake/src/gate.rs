//! The words of the data gate.

use serde::Serialize;

use crate::IntakeError;

/// Something that Fortnight does with data, and only where the data carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Products that sell faster than before.
    RisingProducts,
    /// Customers whose next purchase of a product is due.
    ReplenishmentDue,
    /// Customers who bought once.
    SecondOrder,
    /// Good customers who stopped buying.
    LapsedHighValue,
    /// Products that sell together.
    BoughtTogether,
    /// What sold in the coming weeks a year ago.
    SeasonAhead,
    /// The morning's review.
    DailyReview,
    /// Marketing efficiency ratio: revenue per unit of ad spend.
    Mer,
    /// The way from a concept's `utm_content` back to money.
    ConceptMoney,
    /// Warnings before a featured product sells out.
    StockChecks,
    /// The post-mortem's scorecard.
    Scorecard,
    /// Recommendations.
    Recommendations,
    /// Lifecycle e-mail (a later version).
    Lifecycle,
}

impl Capability {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Capability; 13] = [
        Capability::RisingProducts,
        Capability::ReplenishmentDue,
        Capability::SecondOrder,
        Capability::LapsedHighValue,
        Capability::BoughtTogether,
        Capability::SeasonAhead,
        Capability::DailyReview,
        Capability::Mer,
        Capability::ConceptMoney,
        Capability::StockChecks,
        Capability::Scorecard,
        Capability::Recommendations,
        Capability::Lifecycle,
    ];

    /// The six opportunity miners; concepts need at least one of them.
    pub const MINERS: [Capability; 6] = [
        Capability::RisingProducts,
        Capability::ReplenishmentDue,
        Capability::SecondOrder,
        Capability::LapsedHighValue,
        Capability::BoughtTogether,
        Capability::SeasonAhead,
    ];

    /// The machine-readable id.
    pub fn as_str(self) -> &'static str {
        match self {
            Capability::RisingProducts => "rising_products",
            Capability::ReplenishmentDue => "replenishment_due",
            Capability::SecondOrder => "second_order",
            Capability::LapsedHighValue => "lapsed_high_value",
            Capability::BoughtTogether => "bought_together",
            Capability::SeasonAhead => "season_ahead",
            Capability::DailyReview => "daily_review",
            Capability::Mer => "mer",
            Capability::ConceptMoney => "concept_money",
            Capability::StockChecks => "stock_checks",
            Capability::Scorecard => "scorecard",
            Capability::Recommendations => "recommendations",
            Capability::Lifecycle => "lifecycle",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Capability::RisingProducts => "Rising products",
            Capability::ReplenishmentDue => "Replenishment due",
            Capability::SecondOrder => "Second-order gap",
            Capability::LapsedHighValue => "Lapsed high-value customers",
            Capability::BoughtTogether => "Bought together",
            Capability::SeasonAhead => "Season ahead",
            Capability::DailyReview => "Daily review",
            Capability::Mer => "MER",
            Capability::ConceptMoney => "Money per concept",
            Capability::StockChecks => "Stock checks",
            Capability::Scorecard => "Post-mortem scorecard",
            Capability::Recommendations => "Recommendations",
            Capability::Lifecycle => "Lifecycle e-mail",
        }
    }
}

impl std::str::FromStr for Capability {
    type Err = IntakeError;
    fn from_str(text: &str) -> Result<Capability, IntakeError> {
        let found = Capability::ALL.into_iter().find(|capability| capability.as_str() == text.trim());
        found.ok_or_else(|| IntakeError::UnknownCapability { word: text.to_owned() })
    }
}

/// What the data carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Refused, in command line, API and pages.
    NotReady,
    /// Works; its results are to be read with care.
    Thin,
    /// Works.
    Ready,
}

impl Verdict {
    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Verdict::Ready => "Ready",
            Verdict::Thin => "Thin",
            Verdict::NotReady => "Not ready",
        }
    }
}

/// One number a verdict rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Number {
    /// What is counted.
    pub label: &'static str,
    /// How many there are.
    pub value: i64,
    /// From how many on it is thin; `None` where the number only informs.
    pub thin_from: Option<i64>,
    /// From how many on it is ready.
    pub ready_from: Option<i64>,
}

/// Whether the data carries one capability.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gate {
    /// Which.
    pub capability: Capability,
    /// What people call it.
    pub title: &'static str,
    /// The verdict.
    pub verdict: Verdict,
    /// The numbers behind it.
    pub numbers: Vec<Number>,
    /// The verdict in a sentence.
    pub why: String,
    /// The export that would mend it, where it is not ready or thin.
    pub mend: Option<String>,
}
