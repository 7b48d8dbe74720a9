//! Lines around a customer's own words, for every segment whose product has some. The words stand between quotation marks
//! and are never changed; what is said around them is no more than how many reviews say it.

use domain::sprint::{Angle::*, Effort::*};

use super::{Line, one};
use crate::miners::SegmentKind;

/// Where the numbers of quoted lines begin, behind those of every segment's own.
pub(in crate::concepts) const FIRST: usize = 1_000;

const FOR_ALL: [Line; 4] = [
    one(
        SocialProof,
        Small,
        "A customer says it better: {phrase_q}",
        "We could describe the {x}. A customer already did: “{quote}”",
    ),
    one(
        Education,
        Medium,
        "One picture of {phrase_q}",
        "Customers keep writing {phrase_q} about the {x}. Here is what they mean, in one picture.",
    ),
    one(
        Gift,
        Small,
        "Give somebody a reason to write this",
        "“{quote}” Who in your life should be saying that of the {x}?",
    ),
    one(
        Craft,
        Medium,
        "The making behind {phrase_q}",
        "{fact} And this is what a customer notices in the {x}: “{quote}”",
    ),
];

const FOR_OWNERS: [Line; 2] = [
    one(
        Belonging,
        Small,
        "Would you sign that?",
        "Customers wrote {phrase_q} about the {x}. You know {it}. Would you sign that?",
    ),
    one(
        Convenience,
        Small,
        "Back to what you know: {phrase_q}",
        "“{quote}” If that is how you remember the {x}, {it_is} one tap away.",
    ),
];

const FOR_STRANGERS: [Line; 2] = [
    one(
        Novelty,
        Small,
        "Read before you try: {phrase_q}",
        "You have not tried the {x}. People who have keep writing the same words: {phrase_q}.",
    ),
    one(
        ProblemSolution,
        Small,
        "Not sure? Ask somebody who was",
        "Not sure about the {x}? Read what somebody wrote who has {it}: “{quote}”",
    ),
];

/// The lines that a segment may be told around a quote, numbered from [`FIRST`].
pub(in crate::concepts) fn lines(segment: SegmentKind) -> Vec<(usize, &'static Line)> {
    let owns = matches!(
        segment,
        SegmentKind::DueToReorder | SegmentKind::BoughtOnce | SegmentKind::LapsedBest | SegmentKind::LastSeason
    );
    // A line may say that its reader does not know the product, and no more about them.
    let strange = matches!(
        segment,
        SegmentKind::NeverTried | SegmentKind::NewFaces | SegmentKind::FullShelf | SegmentKind::PraisedUntried
    );
    let owners = FOR_OWNERS.iter().filter(|_| owns).map(|line| (FIRST + 100, line));
    let strangers = FOR_STRANGERS.iter().filter(|_| strange).map(|line| (FIRST + 200, line));
    let all = FOR_ALL.iter().map(|line| (FIRST, line));
    all.chain(owners).chain(strangers).enumerate().map(|(at, (first, line))| (first + at, line)).collect()
}

/// Insights that begin with the customer's words; the first fits most and comes first.
pub(in crate::concepts) const INSIGHTS: [&str; 2] = [
    "“{quote}”, says review {review} of the {x}, and {said} good reviews say {phrase_q}. {people_are}",
    "What people repeat about the {x} is {phrase_q}: {said} good reviews in their own words, one of them “{quote}” (review {review}). {people_are}",
];

/// Who the people are, in a sentence that any of the insights may end with.
pub(in crate::concepts) fn people_are(segment: SegmentKind) -> &'static str {
    match segment {
        SegmentKind::DueToReorder => "{people} regulars buy {it} again and again.",
        SegmentKind::BoughtOnce => "{people} people bought {it} once and never ordered again.",
        SegmentKind::LapsedBest => "{people} of your best customers used to buy {it} again and again.",
        SegmentKind::OwnOneOfPair => "{people} people own {it} and not yet the {y}.",
        SegmentKind::LastSeason => "{people} people bought {it} in these weeks last year and not since.",
        SegmentKind::NeverTried => "{people} active customers have never had {it}.",
        SegmentKind::NewFaces => "{people} of your newest customers began with {it}.",
        SegmentKind::LookedAtIt => "{people} people looked at {it} and did not buy.",
        SegmentKind::FullShelf | SegmentKind::PraisedUntried => "{people} people buy its kind and have never had {it}.",
        _ => "{people} people are counted for {it}.",
    }
}
