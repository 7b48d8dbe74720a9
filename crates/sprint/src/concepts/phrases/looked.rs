//! Known customers who looked at a product and left it.

use domain::sprint::{Angle::*, Effort::*};

use super::{Line, Phrases, one};

const LINES: [Line; 8] = [
    one(
        ProblemSolution,
        Small,
        "What stopped you?",
        "You looked at the {x} and left. Tell us what was missing, or find the answer here.",
    ),
    one(
        Education,
        Medium,
        "The question the page did not answer",
        "Still thinking about the {x}? Size, use, care: the answers people look for before they decide.",
    ),
    one(
        Convenience,
        Small,
        "Exactly where you left it",
        "The {x} you looked at {is} one click away, where you left off.",
    ),
    one(
        SocialProof,
        Small,
        "You were not the only one looking",
        "{viewers} people looked at the {x} in three weeks. Here is why some of them stayed.",
    ),
    one(
        Belonging,
        Small,
        "No hurry, said the shop",
        "You looked at the {x}. We only wanted you to know that we noticed, and that {it} will keep.",
    ),
    one(
        Craft,
        Medium,
        "What a photo cannot show",
        "{fact} A picture of the {x} cannot tell you what house it comes from. So we do.",
    ),
    one(Value, Small, "The nudge for the undecided", "You looked at the {x} already. {offer}, until {ends}."),
    one(Urgency, Small, "Decide by {ends}", "{offer}, until {ends}. You know the {x} by sight already."),
];

pub(super) const PHRASES: Phrases = Phrases {
    lines: &LINES,
    insights: &[
        "{viewers} known customers stopped at the {x}, and {adders} of them put {it} in the basket; most went on without.",
        "{people} people who have spent {revenue} with you looked at the {x} and left.",
        "Interest is there and the order is not: {people} people you know by name stopped at the {x} and went on.",
    ],
    now: &["{people} known customers looked at the {x} within the last three weeks and have not bought {it} since."],
    wide_insights: &[],
    wide_now: &[],
    hypothesis: "If what keeps them from deciding is answered, more of the {people} who looked buy it in the flight than lookers did before, {belief}. Read in {kpi}.",
};
