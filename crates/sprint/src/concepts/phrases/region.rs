//! Customers in a country that hardly buys something.

use domain::sprint::{Angle::*, Effort::*};

use super::{Line, Phrases, one};

const LINES: [Line; 6] = [
    one(Education, Medium, "Lost in translation?", "The {x}, told anew for {country}: what {it_is}, and what for."),
    one(
        SocialProof,
        Small,
        "What your neighbours abroad know",
        "{there_orders} orders elsewhere in half a year. In {country}: {here_orders}. You could be early.",
    ),
    one(Novelty, Small, "Hardly known where you live", "The {x} {is} hardly known in {country} yet."),
    one(
        Convenience,
        Small,
        "Yes, we ship it there",
        "The {x} also {comes} to {country}. It is as simple as your last order.",
    ),
    one(
        ProblemSolution,
        Medium,
        "Is it the shipping, the size or the name?",
        "Something keeps {country} from the {x}. Answer the question before it is asked.",
    ),
    one(Value, Small, "A small welcome for {country}", "For {country}: {offer_l} on the {x}, until {ends}."),
];

pub(super) const PHRASES: Phrases = Phrases {
    lines: &LINES,
    insights: &[
        "In {country} the {x} {is} in {here_orders} of {here_shop} orders; everywhere else in {there_orders} of {there_shop}.",
        "{country} passes the {x} by, where {people} active customers have spent {revenue} on other things.",
    ],
    now: &[
        "The gap is widening: elsewhere {there_before} orders of the {x} in one quarter and {there_now} in the next, in {country} {here_before} and then {here_now}.{widening}",
    ],
    wide_insights: &[],
    wide_now: &[],
    hypothesis: "If it is told in the way of the place, the {people} customers in {country} buy more of it in the flight than in the fortnight before, {belief}. Read in {kpi}.",
};
