//! People who have one of two products that are bought together. `x` is the one they have, `y` the one they lack.

use domain::sprint::{Angle::*, Effort::*};

use super::{Line, Phrases, one};

const LINES: [Line; 18] = [
    one(Bundle, Medium, "{X}, meet {y}", "Your {x} {has} a natural partner. Meet the {y}."),
    one(Bundle, Small, "The other half{pairing}", "You have the {x}. The {y} {isy} the half that is missing."),
    one(
        Bundle,
        Small,
        "Two that belong in one photo",
        "People keep putting them in one basket; we put them in one photo: the {x} and the {y}.",
    ),
    one(
        Bundle,
        Small,
        "Collect the family{family}",
        "You have one of the family: the {x}. Here comes the sibling, the {y}.",
    ),
    one(
        Education,
        Medium,
        "What to put next to it",
        "How people style the {x}: they start by putting the {y} beside {it}.",
    ),
    one(
        Education,
        Medium,
        "One table, two pieces, five minutes",
        "Take the {x} you have, add the {y}, and see what five minutes do.",
    ),
    one(SocialProof, Small, "{share} take both", "{share} of baskets with the {x} hold the {y} too. Yours did not."),
    one(SocialProof, Small, "The pair in {both} baskets", "{both} baskets this year had both: the {x} and the {y}."),
    one(Gift, Medium, "Turn one into a present", "One {x} is nice. With the {y} beside {it}, it is a present."),
    one(
        Gift,
        Small,
        "Keep yours, give the pair",
        "You know what the {x} {is} like. Give somebody both: the {x} and the {y}.",
    ),
    one(Convenience, Small, "Finish what you started", "Add the {y} to the {x} you already have. One tap, one parcel."),
    one(
        ProblemSolution,
        Small,
        "The gap beside the {x}",
        "Something is missing next to your {x}. It took other people's baskets to show us: the {y}.",
    ),
    one(
        ProblemSolution,
        Medium,
        "Half a set is a problem{family}",
        "One on its own looks lonely. The {y} {isy} what the {x} {is} waiting for.",
    ),
    one(
        Belonging,
        Small,
        "Because you have the {x}",
        "This is only for people with the {x}: the {y}, shown the way you would use {ity}.",
    ),
    one(
        Novelty,
        Small,
        "The aisle they never walked",
        "You found the {x}. Next to it stood the {y}; have a look at what you walked past.",
    ),
    one(Craft, Medium, "Two from one house", "{fact} The {x} and the {y} come out of that house together."),
    one(Value, Small, "The second piece costs less", "You have the {x}. Add the {y}: {offer_l}, until {ends}."),
    one(
        Urgency,
        Small,
        "Complete the set by {ends}",
        "{offer}, until {ends}: long enough to put the {y} next to your {x}.",
    ),
];

pub(super) const PHRASES: Phrases = Phrases {
    lines: &LINES,
    insights: &[
        "{share} of the baskets with the {x} also hold the {y}: {lift} times what chance would give.",
        "The {x} and the {y} shared {both} baskets in a year, {lift} times as many as by chance.",
        "Customers made this pair themselves: the {x} and the {y} are in one basket {lift} times more often than chance.",
        "People who have the {x} and not the {y} have spent {revenue} with you, although {share} of baskets with the one hold the other.",
    ],
    now: &[
        "{people} people bought the {x} within the last six weeks and have never had the {y}.",
        "In the last six weeks {people} people took the {x} home without the {y}, which they have never had either.",
    ],
    wide_insights: &[],
    wide_now: &[],
    hypothesis: "If they see the two side by side, more of the {people} owners of the one buy the other in the flight than did in the fortnight before, {belief}. Read in {kpi}.",
};
