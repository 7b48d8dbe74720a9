//! People whose usual product is out of stock, and what may replace it.

use domain::sprint::{Angle::*, Effort::*};

use super::{Line, Phrases, one};

const LINES: [Line; 6] = [
    one(
        ProblemSolution,
        Small,
        "Yours is gone, this one is here",
        "The {x} {is} out of stock. The {y} {isy} not, and many people use both.",
    ),
    one(Convenience, Small, "Do not wait for it", "No date for the {x} yet. The {y} could be with you this week."),
    one(Education, Medium, "From one to the other", "What changes when you go from the {x} to the {y}, honestly."),
    one(
        SocialProof,
        Small,
        "{both_buyers} people have both",
        "{both_buyers} of those who bought the {x} also bought the {y}, and that one is in.",
    ),
    one(
        Belonging,
        Medium,
        "We owe you one",
        "The {x} you buy from us {is} sold out, and that is our fault. Here is what we would take instead: the {y}.",
    ),
    one(Value, Small, "For the inconvenience", "The {x} {is} out. Try the {y}: {offer_l}, until {ends}."),
];

pub(super) const PHRASES: Phrases = Phrases {
    lines: &LINES,
    insights: &[
        "The {y} {isy} what buyers of the {x} buy most besides {it}: {both_buyers} of {gone_buyers} have both, {people} do not.",
        "{people} customers of the {x} have nothing to reorder, and {both_buyers} others already use the {y} as well.",
    ],
    now: &["The {x} {is} out of stock today, and {stock_left} of the {y} are in."],
    wide_insights: &[],
    wide_now: &[],
    hypothesis: "If they are told in time what people like them took as well, more of the {people} buy it in the flight than in the fortnight before, {belief}. Read in {kpi}.",
};
