//! People like those who came by ads that are now clicked less.

use domain::sprint::{Angle::*, Effort::*};

use super::{Line, Phrases, one};

const LINES: [Line; 7] = [
    one(Novelty, Medium, "The same thing, seen for the first time", "Forget how we used to show the {x}. Look again."),
    one(
        SocialProof,
        Medium,
        "Let newcomers say it",
        "{newcomers} people began with the {x} lately. In their words, not ours.",
    ),
    one(Education, Small, "One picture, one use", "The {x}, in use, in a single picture. No slogan."),
    one(ProblemSolution, Small, "Begin with the annoyance", "You know the moment when you need one. This is the {x}."),
    one(Craft, Medium, "Behind the ad", "{fact} That is what the old ad never said about the house behind the {x}."),
    one(Gift, Small, "Not for you", "This one is not for you. It is for the person you thought of first: the {x}."),
    one(Value, Small, "A first order that costs less", "Never been here? Begin with the {x}. {offer}, until {ends}."),
];

pub(super) const PHRASES: Phrases = Phrases {
    lines: &LINES,
    insights: &[
        "Strangers still come for the {x}: {newcomers} newcomers of the last 90 days began with {it}, and the ads have stopped saying anything new about it.",
        "The ads that bring strangers still took {tired_spend} in two weeks. The {x} {is} what newcomers begin with, and deserves to be told afresh.",
    ],
    now: &[
        "{tired_ads} of {ads} running ads are clicked at {ctr_now} in the last two weeks, where it was {ctr_before} in the four before.",
    ],
    wide_insights: &[],
    wide_now: &[],
    hypothesis: "If a new idea replaces the worn ads, more strangers begin with it in the flight than in the fortnight before, {belief}. Read in {kpi}.",
};
