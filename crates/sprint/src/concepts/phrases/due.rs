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
    one(Craft, Medium, "The reason they reorder", "{fact} It is why the {x} {is} worth buying twice."),
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
        "{repeaters} of the {buyers} people who ever bought the {x} came back for more, {gap} apart. {people} of them reach that point between {from} and {to}; they have spent {revenue} with you so far.",
        "The {x} {has} a clock: regulars buy again every {every}. For {people} of them it rings during this flight, and what they usually spend on it adds up to {usual}.",
        "Between {from} and {to}, {people} regulars come to their usual reorder day for the {x}. They are worth knowing: {revenue} in past orders, and {gap} from one order of it to the next.",
        "Nobody has to be convinced here: {people} people who already reorder the {x} are due in these two weeks, with {usual} to spend if they order what they usually do.",
    ],
    wide_insights: &[
        "{people} regulars have {reorders} reorders falling due between {from} and {to}. At what each of them usually spends on those products, that is {usual}.",
        "Going by each customer's own rhythm, {people} people run out of something they reorder during the flight, {usual} worth at their usual quantities.",
    ],
    hypothesis: "If they hear from us in the days they are due, the {people} people in this pool buy more in the flight than in their usual fortnight, {belief}. Read in {kpi}.",
};
