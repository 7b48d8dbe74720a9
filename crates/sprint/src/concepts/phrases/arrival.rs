//! People who buy from the category of a new product.

use domain::sprint::{Angle::*, Effort::*};

use super::{Line, Phrases, one};

const LINES: [Line; 8] = [
    one(
        Novelty,
        Small,
        "Just arrived, and close to home",
        "New this month, and right next to what you always take: the {x}.",
    ),
    one(
        Novelty,
        Medium,
        "You were one of the people we had in mind",
        "When we chose the {x}, we thought of people who buy what you buy.",
    ),
    one(
        Belonging,
        Small,
        "Shown to regulars first",
        "Before it goes to everybody: the {x}, for people who know its shelf.",
    ),
    one(
        Education,
        Small,
        "What is different about it",
        "You know its neighbours. Thirty seconds on what the {x} {is} doing differently.",
    ),
    one(
        SocialProof,
        Small,
        "The first {buyers_new}",
        "{buyers_new} people have the {x} already. It has been here for {age}.",
    ),
    one(Craft, Medium, "How it came to be", "{fact} The story of the {x}, from the beginning."),
    one(
        ProblemSolution,
        Small,
        "The gap on your shelf",
        "If your usual leaves one thing to wish for, this may be it: the {x}.",
    ),
    one(Gift, Small, "Too new to be owned", "They cannot have it yet: the {x}."),
];

pub(super) const PHRASES: Phrases = Phrases {
    lines: &LINES,
    insights: &[
        "{people} active customers buy from the category of the {x} and have not had {it}; they have spent {revenue} with you.",
        "{buyers_new} people already have the new {x}; {people} others buy its kind, and most of them cannot know {it_is} there.",
    ],
    now: &["The {x} {has} been on sale for {age} only: {orders_new} orders so far."],
    wide_insights: &[],
    wide_now: &[],
    hypothesis: "If people with a taste for its kind hear of it first, the {people} of them buy more of it in the flight than active customers at large, {belief}. Read in {kpi}.",
};
