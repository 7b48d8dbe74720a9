//! People who buy the kind of a product whose reviews repeat something, and never had it.

use domain::sprint::{Angle::*, Effort::*};

use super::{Line, Phrases, one};

const LINES: [Line; 6] = [
    one(
        SocialProof,
        Small,
        "They keep saying {phrase_words}",
        "{say_it} of {praise} reviews of the {x} say the same thing: {phrase_words}.",
    ),
    one(SocialProof, Medium, "We did not write this", "“{in_words}” A customer, about the {x}."),
    one(
        Education,
        Medium,
        "What they mean by {phrase_words}",
        "Customers keep writing {phrase_words} about the {x}. What is behind that?",
    ),
    one(
        ProblemSolution,
        Small,
        "If that is what you are missing",
        "“{in_words}” If yours does not do that, this one does: the {x}.",
    ),
    one(Craft, Medium, "Why they notice", "{fact} And of the {x} customers keep saying {phrase_words}."),
    one(Gift, Small, "Give what people praise", "“{in_words}” Give somebody the {x}, and hear it yourself."),
];

pub(super) const PHRASES: Phrases = Phrases {
    lines: &LINES,
    insights: &[
        "{say_it} of {praise} reviews of the {x} say {phrase_words}, {lift} times as often as reviews of other products. {people} active customers buy its kind and never had {it}.",
        "“{in_words}” One of {say_it} customers who write {phrase_words} about the {x}; {people} people who buy its kind have not heard them.",
    ],
    now: &["{reviews_new} of the {reviews} reviews of the {x} came in within the last eight weeks.{reviewed}"],
    wide_insights: &[],
    wide_now: &[],
    hypothesis: "If customers' own words are put in front of people who buy its kind, the {people} of them buy more of it in the flight than active customers at large, {belief}. Read in {kpi}.",
};
