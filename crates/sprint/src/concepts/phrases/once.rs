//! People with one order, past the point at which others came back.

use domain::sprint::{Angle::*, Effort::*};

use super::{Line, Phrases, one, wide};

const LINES: [Line; 18] = [
    one(
        Education,
        Medium,
        "Three more ways with {x}",
        "You have the {x}. Three things people do with {it} that are not on the label.",
    ),
    one(
        Education,
        Small,
        "What to do with the second one",
        "One {x} {is} a start. Here is what a second makes possible.",
    ),
    one(
        ProblemSolution,
        Small,
        "What the first order was missing",
        "The {x} {was} a good start. This is the thing people wish they had added.",
    ),
    one(Belonging, Small, "We only met once", "One order, one {x}, and then we lost touch. Shall we try that again?"),
    one(
        Belonging,
        Medium,
        "A letter from the packing table",
        "Somebody here packed your {x}. They would like to know how you got on with {it}.",
    ),
    one(
        SocialProof,
        Small,
        "What the {returned} came back for",
        "{returned} people who began with the {x} came back. See what they chose.",
    ),
    one(
        SocialProof,
        Medium,
        "First the {x}, then what?",
        "For {returned} people the {x} {was} only the beginning. Read how they went on.",
    ),
    one(
        Novelty,
        Small,
        "New since your first parcel",
        "You have seen the {x}. Five minutes, and you have seen the rest.",
    ),
    one(Gift, Small, "You kept the first one", "You know the {x} now. Somebody on your list does not."),
    one(
        Convenience,
        Small,
        "Pick up where you left off",
        "Your first order was the {x}. Your second takes one minute: we still know the way.",
    ),
    one(
        Craft,
        Medium,
        "The part you did not see",
        "{fact} That is the house behind your {x}, and there is more on its shelf.",
    ),
    one(
        Value,
        Small,
        "The second order costs less",
        "You have paid full price for the {x}. Your second order: {offer_l}, until {ends}.",
    ),
    one(Urgency, Small, "One date to make it two", "{offer}, until {ends}. A good day to make your one order two."),
    wide(Belonging, Medium, "The second date", "We met once and it went well, we thought. Dinner again?"),
    wide(
        SocialProof,
        Small,
        "What second-timers put in the basket",
        "The things people choose when they come back are not the ones they came for. Have a look.",
    ),
    wide(
        ProblemSolution,
        Small,
        "Ask what went wrong, then listen",
        "You ordered once and never again. If that was our fault, tell us; if not, here is what you missed.",
    ),
    wide(
        Convenience,
        Small,
        "The one-minute second order",
        "You have done the hard part once already. The second order is the easy one.",
    ),
    wide(
        Value,
        Small,
        "Thank you for the first, help with the second",
        "Your second order: {offer_l}, until {ends}. After that we are no longer strangers.",
    ),
];

pub(super) const PHRASES: Phrases = Phrases {
    lines: &LINES,
    insights: &[
        "{returned} of {starters} people whose first basket held the {x} came back, half of them within {gap}.",
        "After a first order with the {x}, a second usually follows within {gap}; {people} people let that pass.",
        "The {x} {is} where {starters} customers began, and {returned_share} of them came back.",
        "{people} people tried the {x} once and stopped; {revenue} came from them in that single order.",
    ],
    now: &[
        "{newly} of these {people} one-time buyers passed the usual wait of {gap} for a second order within the last two weeks.{newly_gate}",
        "{people} one-time buyers are past the usual wait of {gap} for a second order, half of them by no more than {past}: late, not lost.{barely}",
    ],
    wide_insights: &[
        "The second order is where a customer is made; {people} people have ordered exactly once, for {revenue} in all.",
        "{people} people know the shop from one parcel only. Others who began like them came back within {gap} as a rule.",
    ],
    wide_now: &[
        "{newly} of {people} one-time buyers passed the usual wait of {gap} for a second order within the last two weeks.{newly_gate}",
        "{people} one-time buyers are past the usual wait of {gap}, half of them by no more than {past}: late, not lost.{barely}",
    ],
    hypothesis: "If the second step is made concrete, more of the {people} one-time buyers order again within the flight than in the fortnight before, {belief}. Read in {kpi}.",
};
