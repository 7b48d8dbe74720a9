//! People who buy from the category of a product that earns well and lies too long.

use domain::sprint::{Angle::*, Effort::*};

use super::{Line, Phrases, one};

const LINES: [Line; 8] = [
    one(
        Education,
        Medium,
        "The quiet one on the shelf",
        "You know our others. The {x} {has} been standing next to them all along. Here is what {it_is} for.",
    ),
    one(Novelty, Small, "New to you, not to us", "You have walked past the {x} for a while. Today, stop once."),
    one(
        ProblemSolution,
        Small,
        "When your usual is not quite it",
        "If what you usually take is almost right, the {x} may be the one that is.",
    ),
    one(Craft, Medium, "Why we stocked so much of it", "{fact} We believed in the {x} enough to fill a shelf."),
    one(
        Bundle,
        Small,
        "Next to what you already own",
        "The {x} {was} chosen to stand beside what you have. Put the two together.",
    ),
    one(
        Gift,
        Small,
        "The present that is in stock",
        "No waiting list, no pre-order: the {x} can be on its way to somebody today.",
    ),
    one(Value, Small, "We ordered boldly, you pay less", "We have plenty of the {x}. {offer}, until {ends}."),
    one(Belonging, Small, "A tip among regulars", "You buy this kind of thing from us anyway. Our tip: the {x}."),
];

pub(super) const PHRASES: Phrases = Phrases {
    lines: &LINES,
    insights: &[
        "{stock_units} of the {x} are in stock: at today's pace that lasts {cover}, where other products last {usual_cover}. {people} active customers buy its kind and never had {it}.",
        "The {x} keeps {margin} of its price as margin and hardly moves, although {people} people who buy from its category have not tried {it}.",
    ],
    now: &[
        "It is slowing down: {units_sold} of the {x} sold in the last eight weeks, {units_before} in the eight before.{slowing}",
    ],
    wide_insights: &[],
    wide_now: &[],
    hypothesis: "If people who buy its kind are shown it once, the {people} of them buy more of it in the flight than in the fortnight before, {belief}. Read in {kpi}.",
};
