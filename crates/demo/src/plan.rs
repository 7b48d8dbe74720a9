//! What the demo's team writes: three briefs, and its reasons.

use domain::{
    Currency, Day, DayRange,
    sprint::{Brief, Channel, Kpi, Offer},
};
use simulate::BrandSpec;

/// Reasons the demo's team gives for its picks, in turn.
pub(crate) const REASONS: [&str; 3] = [
    "The pool is large and we can write it this week without new pictures.",
    "We have never talked to these people about this; cheap to try.",
    "Our support mails say the same thing the numbers say.",
];

/// People of the demo's team.
pub(crate) const LEAD: &str = "Mara Behrens";
pub(crate) const EDITOR: &str = "Jonas Kuhl";
pub(crate) const APPROVER: &str = "Selin Aydin";

/// Which of the demo's sprints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Story {
    /// The signed one.
    First,
    /// The live one.
    Second,
    /// The one whose brief waits.
    Third,
}

/// The brief of a sprint that begins on `day_one`: flight from day 5 to day 14.
pub(crate) fn brief(story: Story, spec: &BrandSpec, currency: Currency, day_one: Day) -> Brief {
    let flight = DayRange { from: day_one.plus(4), to: day_one.plus(13) };
    let (title, objective, guardrail, audience, offer) = match story {
        Story::First => (
            "Second bag",
            "More people who bought once buy a second time within the fortnight.",
            "Discounts stay under 8 % of gross sales.",
            "People who bought once in the last half year.",
            Offer {
                label: "10% off your second order".into(),
                code: Some("SECOND10".into()),
                percent_off: Some(10),
                ends_on: flight.to,
            },
        ),
        Story::Second => (
            "Never run out",
            "Customers who are due buy from us before they buy in the supermarket.",
            "Ad spend stays under 15 % of net revenue.",
            "Customers whose last bag is nearly empty, and new people who look like them.",
            Offer {
                label: "Free shipping from €29".into(),
                code: Some("REFILL".into()),
                percent_off: None,
                ends_on: flight.to,
            },
        ),
        Story::Third => (
            "Things that belong together",
            "More orders with two kinds of products in them.",
            "The average order does not fall.",
            "Everybody who buys coffee and has never bought what it is brewed with.",
            Offer { label: "5% off any set".into(), code: None, percent_off: Some(5), ends_on: flight.to },
        ),
    };
    Brief {
        title: title.into(),
        objective: objective.into(),
        kpi: Kpi::NetRevenue,
        guardrail: guardrail.into(),
        audience: audience.into(),
        products: Vec::new(),
        offers: vec![offer],
        channels: vec![Channel::GoogleSearch, Channel::Meta, Channel::Email],
        budget_minor: 240_000,
        currency,
        flight,
        banned_words: vec!["cheap".into(), "miracle".into()],
        landing_url: format!("{}/collections/all", spec.shop_url),
        facts: spec.facts.iter().map(|&fact| fact.to_owned()).collect(),
        concept_count: 20,
        pick_count: 3,
        carried_actions: Vec::new(),
    }
}
