//! The best customers, gone quiet.

use domain::sprint::{Angle::*, Effort::*};

use super::{Line, Phrases, one, wide};

const LINES: [Line; 16] = [
    one(
        Belonging,
        Small,
        "We kept your place",
        "It has been a while. The {x} you used to buy {is} still here, and so is your place.",
    ),
    one(
        Belonging,
        Medium,
        "The regular who stopped coming",
        "Every shop has a regular it misses. You were ours, {x} and all.",
    ),
    one(
        Novelty,
        Medium,
        "What changed while you were away",
        "You know us for the {x}. You do not know what has moved in next to {it}.",
    ),
    one(
        Education,
        Small,
        "Still have the {x}?",
        "If the {x} {is} still in use, here is what people put with {it} now.",
    ),
    one(
        Convenience,
        Small,
        "Your old basket, ready to go",
        "The {x}, the way you always ordered. One tap, nothing to look up.",
    ),
    one(
        ProblemSolution,
        Small,
        "Was it something we did?",
        "You bought the {x} again and again, and then you stopped. If something was wrong, we would like to put it right.",
    ),
    one(
        SocialProof,
        Medium,
        "The favourite you left behind",
        "Your favourite {x} {is} still on our shelf. We would rather see {it} on yours.",
    ),
    one(
        Gift,
        Small,
        "You used to buy for everybody",
        "Somewhere there is a person who still expects the {x} from you.",
    ),
    one(
        Craft,
        Medium,
        "Remember why you chose it",
        "{fact} You knew that when you bought the {x}. A reminder, in case it is needed.",
    ),
    one(Value, Small, "A reason to come back, with a date on it", "Come back to the {x}: {offer_l}, until {ends}."),
    one(
        Urgency,
        Small,
        "The invitation with an end",
        "You know the {x}. Now there is a date: {offer_l}, over on {ends}.",
    ),
    wide(
        Belonging,
        Medium,
        "The letter we should have written sooner",
        "You were one of our best customers and we never asked why you stopped. So: why did you stop?",
    ),
    wide(
        Novelty,
        Medium,
        "Everything you missed, on one page",
        "You know the {x}. Here is what else people buy beside {it}, on one page: the short tour.",
    ),
    wide(
        ProblemSolution,
        Large,
        "Ring up the best, mend what broke",
        "We lost you somewhere. Tell us where, and the next order is on our best behaviour.",
    ),
    wide(
        Convenience,
        Small,
        "Your usual, kept warm",
        "Still on the shelf, where regulars like you find them: {x}, {y}, {z}. Say the word.",
    ),
    wide(Value, Small, "A welcome back worth opening", "For customers who carried us: {offer_l}, until {ends}."),
];

pub(super) const PHRASES: Phrases = Phrases {
    lines: &LINES,
    insights: &[
        "{people} of your best customers bought the {x} again and again, ordered something every {every}, and spent {revenue} doing so.",
        "A best customer who loves the {x} is usually back within {gap}; {people} of them are not.",
        "Among your top fifth, {people} fans of the {x} broke their own rhythm of {gap} between orders. They had spent {revenue} until then.",
        "{revenue} came from {people} people who used to restock the {x} every {every}.",
    ],
    now: &[
        "All {people} crossed their own limit, two and a half of their usual gaps, within the last six weeks; the silence has lasted {silent}.",
        "Six weeks ago these {people} still counted as regulars; since then each has been silent for over two and a half of their usual gaps.",
    ],
    wide_insights: &[
        "{people} customers from your top fifth ordered every {every}, spent {revenue}, and then stopped.",
        "Your top fifth has {people} chairs that have just become empty: people who used to come every {every}.",
    ],
    wide_now: &[
        "All {people} crossed their own limit, two and a half of their usual gaps, within the last six weeks; the silence has lasted {silent}.",
    ],
    hypothesis: "If they are addressed as the regulars they were, some of the {people} order again within the flight, after {silent} of not doing so, {belief}. Read in {kpi}.",
};
