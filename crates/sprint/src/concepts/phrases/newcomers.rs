//! People like those who ordered for the first time lately.

use domain::sprint::{Angle::*, Effort::*};

use super::{Line, Phrases, one};

const LINES: [Line; 11] = [
    one(
        SocialProof,
        Medium,
        "The door people come in by",
        "Ask {people} of our newest customers what they bought first: the {x}.",
    ),
    one(Education, Medium, "Start here", "New here? Start where others start: with the {x}."),
    one(
        Education,
        Small,
        "A first order, explained",
        "What comes in the parcel, how the {x} {looks}, and what to do with {it} first.",
    ),
    one(
        ProblemSolution,
        Small,
        "Too much to choose from?",
        "A whole shop and no idea where to begin. Begin with the {x}.",
    ),
    one(Novelty, Medium, "The shelf strangers stop at", "Newcomers stop at the {x}. See what stops them."),
    one(Gift, Medium, "Bought for somebody else first", "You do not need to know us to know whom the {x} {is} for."),
    one(Convenience, Small, "One product, one page, one button", "The {x}. That is the page. That is the button."),
    one(
        Belonging,
        Small,
        "The newest {people}",
        "{people} people joined us through the {x} this season. There is room.",
    ),
    one(Craft, Medium, "The first thing to know about us", "{fact} Get to know that house: begin with the {x}."),
    one(Value, Small, "A first order with a soft landing", "Never ordered here? Try the {x}. {offer}, until {ends}."),
    one(Urgency, Small, "First order, last day {ends}", "Begin with the {x}. {offer}; the last day is {ends}."),
];

pub(super) const PHRASES: Phrases = Phrases {
    lines: &LINES,
    insights: &[
        "Of {newcomers} people who ordered for the first time in the last 90 days, {people} had the {x} in that first basket, and {back} of them have been back already.",
        "The {x} {opens} doors: {people} of your {newcomers} newest customers came in with it, and {back} have ordered again since.",
        "{people} people who did not know you 90 days ago began with the {x}. Together they have spent {revenue}.",
    ],
    now: &[
        "The {x} {has} become a door lately: {people} of {newcomers} first orders in the last 90 days began with {it}, {people_before} of {newcomers_before} in the 90 before.{opening}",
        "More strangers begin with the {x} than before: {people} of {newcomers} in 90 days, after {people_before} of {newcomers_before}.{opening}",
    ],
    wide_insights: &[],
    wide_now: &[],
    hypothesis: "If strangers meet the shop by what newcomers really bought first, first orders in the flight rise above those of the fortnight before, {belief}. Read in {kpi}; the {people} are the pattern to look for, not the audience itself.",
};
