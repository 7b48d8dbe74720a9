//! Customers who order again and again, mostly with a code.

use domain::sprint::{Angle::*, Effort::*};

use super::{Line, Phrases, one};

const LINES: [Line; 7] = [
    one(Craft, Medium, "What the full price pays for", "{fact} That is the house you buy the {x} from."),
    one(
        Belonging,
        Small,
        "A thank-you that is not a code",
        "You come back to us again and again. This time we say thank you with something other than a code.",
    ),
    one(
        Convenience,
        Small,
        "Stop waiting for the next code",
        "You wait for codes. Meanwhile the {x} could simply be there when you need {it}.",
    ),
    one(
        Bundle,
        Medium,
        "More in the parcel, not less on the bill",
        "The same price, more in the parcel: the {x} and something that goes with {it}.",
    ),
    one(Education, Small, "How long one really lasts", "Count it per use, and the {x} {is} cheaper than it looks."),
    one(
        Novelty,
        Small,
        "First look instead of last price",
        "Some people get the discount. You get to see it first: what is new beside the {x}.",
    ),
    one(
        SocialProof,
        Medium,
        "What the others pay for",
        "Most orders here carry no code at all. Ask those people why they buy the {x}.",
    ),
];

pub(super) const PHRASES: Phrases = Phrases {
    lines: &LINES,
    insights: &[
        "{people} customers of the {x} order at least three times a year and use a code at least two times of three; in the shop as a whole {shop_coded} of orders carry one.",
        "Loyal, and hardly ever at full price: {coded_orders} of {their_orders} orders of these customers carried a code, and {people} of them buy the {x}.",
    ],
    now: &[
        "The habit is growing: {coded_late} of their {orders_late} orders in the last 90 days carried a code, {coded_prior} of {orders_prior_quarter} in the 90 before.{deepening}",
    ],
    wide_insights: &[],
    wide_now: &[],
    hypothesis: "If they are given a reason that is not a price, the {people} code buyers order in the flight as often as before and with fewer codes, {belief}. Read in {kpi}.",
};
