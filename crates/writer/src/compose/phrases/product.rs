//! Angles of the product itself: education, craft, bundle, value.

use super::AnglePhrases;

pub(super) const EDUCATION: AnglePhrases = AnglePhrases {
    headlines: &[
        "The {p}, explained",
        "{p}: the facts",
        "Know your {cat}",
        "Before you buy {cat}",
        "What to know: the {p}",
        "Questions about {cat}?",
        "What {is} the {p} like?",
        "Read before you order",
        "The short guide: {p}",
        "How to choose {cat}",
        "Good to know: {p}",
    ],
    openers: &[
        "What should you know about the {p}? Here are the facts.",
        "Choosing {cat}? Read this first.",
        "The {p}, in plain words.",
        "A little reading before you order: the {p}.",
        "What {is} the {p} like?",
        "Good to know before you buy {cat}.",
        "Questions about the {p}? Start here.",
    ],
    subjects: &[
        "The {p}, explained",
        "Before you buy {cat}",
        "What to know about the {p}",
        "Good to know: the {p}",
        "{cat}: a short guide",
    ],
    leads: &[
        "The more you know about a thing, the easier it is to say yes or no to it. So here is what we know about the {p}.",
        "People ask us about {cat}, and most questions can be answered in a few lines. Let us take the {p}.",
        "No big words today, just what we would tell you about the {p} if you asked us across the counter.",
    ],
    images: &[
        "The {p} with thin lines pointing to its parts; room beside each line for a word.",
        "Hands showing how the {p} {is} used, step beside step, from above.",
    ],
    videos: &[
        "A calm demonstration: the {p}, step by step, captions name each step. No music.",
        "A question as a caption, the answer shown with the {p}. Then the next question.",
    ],
};

pub(super) const CRAFT: AnglePhrases = AnglePhrases {
    headlines: &[
        "{benefit}",
        "Look closely at the {p}",
        "The {p} in detail",
        "Details of the {p}",
        "What the {p} {is} made of",
        "Take time for the {p}",
        "It's in the details",
        "Seen up close: the {p}",
        "The thought behind the {p}",
        "A closer look at the {p}",
        "Why we like the {p}",
    ],
    openers: &[
        "Look closely at the {p}.",
        "The {p}, seen up close.",
        "You see it in the details: the {p}.",
        "What goes into the {p}? Have a look.",
        "Take a moment for the {p}.",
        "Why we like the {p}?",
        "Everything has a thought behind it. So {does} the {p}.",
    ],
    subjects: &[
        "The {p}, seen up close",
        "What goes into the {p}",
        "Details of the {p}",
        "Take a moment for the {p}",
        "The thought behind the {p}",
    ],
    leads: &[
        "Most things look alike from a distance. So come closer and take a moment for the {p}.",
        "Somebody thought about how the {p} should be before you ever saw {them}. Here is what came of it.",
        "We like things that you can look at again and again. The {p}, for instance.",
    ],
    images: &[
        "Macro picture of the {p}: edge, surface, join; a single light from the side.",
        "The {p} on a work table among the things used to make or pack {them}.",
    ],
    videos: &[
        "Slow camera along the {p}, so close that the surface fills the frame. Sound of the room only.",
        "Hands at work, no faces, then the finished {p}. Captions only where they state a fact.",
    ],
};

pub(super) const BUNDLE: AnglePhrases = AnglePhrases {
    headlines: &[
        "{p} + {p2}",
        "{p} and {p2}",
        "Pair it: the {p2}",
        "Goes with the {p}",
        "Order them together",
        "Both in the same basket",
        "The {p} like{s} company",
        "Make it a pair",
        "The {p}, and what else?",
        "With the {p}: the {p2}",
        "A pair from {brand}",
        "Add the {p2}",
    ],
    openers: &[
        "The {p} and the {p2}: order them together.",
        "If you like the {p}, look at the {p2} too.",
        "The {p} like{s} company. Meet the {p2}.",
        "Put the {p} and the {p2} in the same basket.",
        "What goes with the {p}? Perhaps the {p2}.",
        "Make it a pair: the {p} and the {p2}.",
        "Ordering the {p}? Think of what goes with {them}.",
    ],
    subjects: &[
        "The {p} and the {p2}",
        "What goes with the {p}?",
        "Make it a pair",
        "If you like the {p}, see the {p2}",
        "In the same basket: {p} and {p2}",
    ],
    leads: &[
        "Some things are ordered alone and then missed the moment the parcel is open. So before you order the {p}, have a look at the {p2}.",
        "The {p} and the {p2} stand next to each other in this mail because we think they should stand next to each other at home, too.",
        "If the {p} {is} on your list, think for a moment about what goes with {them}.",
    ],
    images: &[
        "The {p} and the {p2} side by side, same light, same distance, touching.",
        "A basket or parcel seen from above with the {p} and the {p2} in it.",
    ],
    videos: &[
        "The {p} alone on a table. A hand sets the {p2} next to {them}. Caption: the hook.",
        "A parcel is packed: first the {p}, then the {p2}. The lid closes.",
    ],
};

pub(super) const VALUE: AnglePhrases = AnglePhrases {
    headlines: &[
        "{p}: {price}",
        "The price: {price}",
        "{price}, plainly",
        "What the {p} cost{s}",
        "{offer}",
        "{offer} until {end}",
        "The {p}, at {price}",
        "A price you can see",
        "The price comes first",
        "Do the sum: the {p}",
        "Price and details here",
    ],
    openers: &[
        "The {p}: {price}. Now you know.",
        "Price first: the {p} {is} {price}.",
        "{offer} until {end}, and the {p} {is} part of the shop.",
        "What {does} the {p} cost? {price}.",
        "Do the sum yourself: the {p} {is} {price}.",
        "We put the price where you can see it: {price}.",
        "{offer} until {end}.",
        "A plain look at what the {p} cost{s}.",
    ],
    subjects: &[
        "The {p}: {price}",
        "{offer} until {end}",
        "What the {p} cost{s}",
        "Price first: the {p}",
        "{price}, and what you get for it",
    ],
    leads: &[
        "Let us begin with the price, since you would ask anyway: the {p} {is} {price}.",
        "Prices are easier to judge when they come first. The {p} {is} {price}, and below is what you get for it.",
        "A word about money first: {offer}, until {end}.",
        "You will want to know what the {p} cost{s} before anything else. The price is on the page, right next to the picture.",
    ],
    images: &[
        "The {p} with a plain price tag, nothing else in frame.",
        "The {p} on a counter next to a till receipt, prices legible and real.",
    ],
    videos: &[
        "The price as the first caption, then the {p} from all sides. Nothing else.",
        "A hand writes the price on a tag and ties it to the {p}.",
    ],
};
