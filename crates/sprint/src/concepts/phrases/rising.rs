//! Active customers who never had a product that is rising.

use domain::sprint::{Angle::*, Effort::*};

use super::{Line, Phrases, one};

const LINES: [Line; 16] = [
    one(
        Novelty,
        Small,
        "The one that is taking off",
        "{now} orders in four weeks. Meet the {x} before you see {it} at a friend's.",
    ),
    one(
        Novelty,
        Medium,
        "New here, and already everywhere{fresh}",
        "Four weeks ago, not one order. Since then {now}. This is the {x}.",
    ),
    one(
        Novelty,
        Small,
        "Nobody on your street has it yet{fresh}",
        "The {x}: new this month, and not on your shelf yet.",
    ),
    one(
        SocialProof,
        Small,
        "From {before} to {now} in four weeks{grown}",
        "{now} orders in four weeks, up from {before}. Something about the {x} {is} catching on.",
    ),
    one(
        SocialProof,
        Small,
        "{buyers_now} people found it this month",
        "{buyers_now} people bought the {x} in the last four weeks. Come and see what they saw.",
    ),
    one(
        Education,
        Medium,
        "So what do you do with it?",
        "The {x}, and the three things people say they bought {it} for.",
    ),
    one(Education, Small, "Thirty seconds on the {x}", "What, what for, and where at home: the {x} in half a minute."),
    one(Gift, Small, "The present nobody has yet{fresh}", "Too new to be on anybody's shelf: the {x}."),
    one(Gift, Medium, "For the one who has everything", "They have everything. Except, perhaps, the {x}."),
    one(
        ProblemSolution,
        Small,
        "When the usual feels usual",
        "If your last baskets looked the same, this is the way out: the {x}.",
    ),
    one(
        Belonging,
        Small,
        "Regulars hear it first",
        "You know this shop better than most. You do not know the {x} yet.",
    ),
    one(Craft, Medium, "Look closer at the {x}", "{fact} Look closely at the {x}: from the same house."),
    one(Convenience, Small, "Add it to the usual", "Next time you order your usual, let the {x} come along."),
    one(Value, Small, "Try the newcomer for less", "Curious about the {x}? {offer}, until {ends}."),
    one(
        Urgency,
        Small,
        "Selling faster than it will last",
        "{stock} left, and {units_now} of the {x} went in the last four weeks.",
    ),
    one(
        Urgency,
        Small,
        "Curious until {ends}",
        "Still thinking about the {x}? {offer}, until {ends}. After that it is full price.",
    ),
];

pub(super) const PHRASES: Phrases = Phrases {
    lines: &LINES,
    insights: &[
        "{people} customers who bought in the last half year have never had the {x}; they have spent {revenue}.",
        "{buyers_now} people found the {x} by themselves this month; {people} other active customers have not had {it}.",
        "The {x} {is} gaining on the shop as a whole, and {people} active customers are untouched by it so far.",
        "Word of the {x} reached {buyers_now} buyers in four weeks. It did not reach {people} people who order here anyway.",
    ],
    now: &[
        "The {x} went from {before} orders to {now} in four weeks, while the shop went from {shop_before} to {shop_now}.{grown}",
        "Four weeks ago nobody had ordered the {x}; {now} orders have since.{fresh}",
        "{now} orders of the {x} in the last four weeks against {before} in the four before: faster than the shop.",
    ],
    wide_insights: &[],
    wide_now: &[],
    hypothesis: "If active customers see what others have just discovered, the {people} who never had it buy more of it in the flight than in the four weeks before, {belief}. Read in {kpi}.",
};
