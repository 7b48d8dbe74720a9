//! Regulars whose usual reorder day falls into the flight.

use domain::sprint::{Angle::*, Effort::*};

use super::{Line, Phrases, one, wide};

const LINES: [Line; 17] = [
    one(
        Convenience,
        Small,
        "The two-minute top-up",
        "Time for more? Your {x} {is} two minutes away: same as last time, nothing to search for.",
    ),
    one(Convenience, Small, "Never meet the empty shelf", "Restock the {x} before you reach for the last one."),
    one(
        SocialProof,
        Small,
        "The {x} people buy twice",
        "{repeaters} people have bought the {x} more than once. You know why.",
    ),
    one(
        SocialProof,
        Medium,
        "Ask the {repeaters} who came back",
        "Some things sell once. The {x} {has} been bought again by {repeaters} of you.",
    ),
    one(Belonging, Small, "A nudge, not a pitch", "You have had the {x} before. This is just your reminder, in time."),
    one(
        Education,
        Small,
        "How long does one lot last?",
        "People who buy the {x} buy {it} again after {gap}. Where are you in that count?",
    ),
    one(
        Education,
        Medium,
        "Five uses you stopped noticing",
        "You have had the {x} long enough to stop noticing {it}. Five ways people put {it} to work.",
    ),
    one(
        ProblemSolution,
        Small,
        "The day after the last one",
        "You only notice the {x} on the day the last one is gone. Let us make sure that day does not come.",
    ),
    one(
        Gift,
        Small,
        "Two for you, one for them",
        "You keep coming back for the {x}. Put one more in the basket for somebody who has none.",
    ),
    one(Craft, Medium, "The reason they reorder", "{fact} That is the house your {x} {comes} from."),
    one(
        Value,
        Small,
        "Pay less for what you buy anyway",
        "You were going to buy the {x} again. {offer}, until {ends}.",
    ),
    one(
        Urgency,
        Small,
        "Your clock and our deadline",
        "{offer}, until {ends}. Your next {x} {is} due about then anyway.",
    ),
    wide(
        Convenience,
        Medium,
        "One basket with everything that is due",
        "What regulars restock, in one basket: {x}, {y}, {z}. Take out what you do not need yet.",
    ),
    wide(
        Belonging,
        Medium,
        "Restock week for regulars",
        "A week for the people who keep coming back: top up your usuals before everybody else is busy.",
    ),
    wide(
        Education,
        Small,
        "The reorder calendar",
        "Which of your usuals is next? A small calendar of how long things really last.",
    ),
    wide(
        ProblemSolution,
        Small,
        "The list you always forget",
        "There is a list of things you mean to reorder. We kept it for you.",
    ),
    wide(Value, Small, "Your usuals, for a little less", "Everything you normally reorder. {offer}, until {ends}."),
];

pub(super) const PHRASES: Phrases = Phrases {
    lines: &LINES,
    insights: &[
        "{repeaters} of the {buyers} people who ever bought the {x} came back for more, {gap} apart.",
        "The {x} {has} a clock: the people who buy {it} again do so every {every}.",
        "{people} regulars of the {x} are worth knowing: {revenue} in past orders, and {gap} from one order of it to the next.",
        "Nobody has to be convinced of the {x}: {repeaters} people have bought {it} more than once already.",
    ],
    now: &[
        "Between {from} and {to}, {people} regulars reach their usual day for the {x}; at what each usually spends on {it}, {usual}.",
        "{people} regulars run out of the {x} between {from} and {to} if they keep their own rhythm.",
    ],
    wide_insights: &[
        "Regulars run out at different times, each by a rhythm of their own; {people} of them do so in the same two weeks.",
        "Most people reorder when they notice the gap, not when it suits them; {people} regulars have spent {revenue} with you that way.",
    ],
    wide_now: &[
        "{reorders} reorders of {people} regulars fall due between {from} and {to}: {usual} at their usual quantities.",
    ],
    hypothesis: "If they hear from us in the days they are due, the {people} people in this pool buy more in the flight than in their usual fortnight, {belief}. Read in {kpi}.",
};
