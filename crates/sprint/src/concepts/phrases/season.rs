//! People who bought a seasonal product in these weeks last year and not since.

use domain::sprint::{Angle::*, Effort::*};

use super::{Line, Phrases, one};

const LINES: [Line; 18] = [
    one(
        Season,
        Small,
        "Last year's list, ready again",
        "You bought the {x} this time last year. Shall we put {it} on this year's list?",
    ),
    one(
        Season,
        Medium,
        "{weeks_to}: start with the {x}",
        "{weeks_to}. Last year you were ready with the {x}; this year you can be early.",
    ),
    one(
        Season,
        Small,
        "Before everybody else remembers",
        "Last year the {x} sold at {index} times {its} usual pace in these weeks. You know that. The others do not yet.",
    ),
    one(
        Gift,
        Medium,
        "The present that worked last year",
        "The {x} went down well last year. Who gets {it} this time?",
    ),
    one(Gift, Small, "One present solved by Sunday", "{weeks_to}. Cross one name off the list now: the {x}."),
    one(
        SocialProof,
        Small,
        "{season_orders} orders in four weeks",
        "Last year {season_orders} orders of the {x} went out in just these four weeks.",
    ),
    one(
        SocialProof,
        Medium,
        "What sold last November{november}",
        "Last November it was the {x}. We counted: {season_orders} orders.",
    ),
    one(
        Convenience,
        Small,
        "Same as last year, in a minute",
        "Same {x} as last year? You need one minute and no list.",
    ),
    one(
        ProblemSolution,
        Small,
        "The last-minute hunt, cancelled",
        "Hunting for the {x} at the last minute is nobody's favourite tradition. Skip it this year.",
    ),
    one(
        ProblemSolution,
        Small,
        "The late-order panic{moment_gate}",
        "The week before {moment} is no time to look for the {x}. This week is.",
    ),
    one(
        Belonging,
        Small,
        "You hear it first",
        "You had the {x} last year, so you are told first: {it_is} back in season.",
    ),
    one(
        Belonging,
        Medium,
        "A tradition of two",
        "Last year you made the {x} part of your season. Twice makes it a tradition.",
    ),
    one(
        Education,
        Medium,
        "The ready-by list",
        "What to have at home by {moment}, in the order people buy it. First: the {x}.",
    ),
    one(
        Education,
        Small,
        "How to make it look new",
        "You know the {x} from last year. Three ways to set {it} up differently.",
    ),
    one(Bundle, Medium, "The season in one box", "The {x} and what went into the same baskets last year, together."),
    one(Craft, Medium, "What makes it worth getting out every year", "{fact} A good reason to bring back the {x}."),
    one(Value, Small, "Early pays: the {x}", "Buy the {x} before the rush: {offer_l}, until {ends}."),
    one(Urgency, Small, "Early, or at full price", "The {x}, early: {offer_l}, until {ends}. The rush comes later."),
];

pub(super) const PHRASES: Phrases = Phrases {
    lines: &LINES,
    insights: &[
        "{people} of the {buyers_then} people who bought the {x} in these weeks last year have not bought {it} since; they have spent {revenue}.",
        "The {x} {has} a season: {season_orders} orders in four weeks last year against {prior} in the twelve weeks before.",
        "{people} buyers of last year's {x} are still without a new one; together they have spent {revenue}.",
        "Last year's {season_orders} orders of the {x} came within four weeks, and {people} of those buyers have not come back for {it}.",
    ],
    now: &[
        "Last year the rise of the {x} began in the very weeks of this flight: {index} times the usual pace.",
        "From {from} on, last year, the {x} sold at {index} times the usual pace for four weeks.",
    ],
    wide_insights: &[],
    wide_now: &[],
    hypothesis: "If last year's buyers are asked before they start looking, more of the {people} buy in the flight than without being asked, {belief}. Read in {kpi}.",
};
