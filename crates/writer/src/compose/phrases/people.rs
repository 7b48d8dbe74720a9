//! Angles of people: what others do, gifts, belonging, discovery.

use super::AnglePhrases;

pub(super) const SOCIAL_PROOF: AnglePhrases = AnglePhrases {
    headlines: &[
        "{n}",
        "Counted: {n}",
        "See what others order",
        "Judge the {p} yourself",
        "Ask around, then look",
        "Ask others about the {p}",
        "In other people's baskets",
        "What goes into baskets here",
        "The {p}, as others know it",
        "Counted, not claimed",
        "Look at what others chose",
    ],
    openers: &[
        "{n}. Have you seen the {p}?",
        "We counted: {n}.",
        "{n}. Make up your own mind about the {p}.",
        "Don't take our word for it. Read up on the {p}.",
        "You can ask around about the {p}, or see for yourself.",
        "We look at what people put in their baskets. This time: the {p}.",
        "We'd rather count than claim. Look at the {p}.",
    ],
    subjects: &[
        "{n}",
        "We counted: {n}",
        "What others put in the basket",
        "Judge the {p} for yourself",
        "In other people's baskets: the {p}",
    ],
    leads: &[
        "We would rather count than claim. So here is what we counted: {n}. What you make of it is up to you.",
        "From time to time we look at what people put in their baskets. This time the {p} caught our eye.",
        "You don't have to take our word for the {p}. Look at {them} the way you would if a friend had told you.",
    ],
    images: &[
        "Several ordinary homes, the {p} in each of them, same angle, as a grid.",
        "A packing table with parcels being closed, the {p} in the nearest.",
    ],
    videos: &[
        "Quick cuts of parcels being packed, each with the {p}. Caption: {n}.",
        "A customer, filmed with consent, tells in plain words how they use the {p}. No script.",
    ],
};

pub(super) const GIFT: AnglePhrases = AnglePhrases {
    headlines: &[
        "Give the {p}",
        "A gift: the {p}",
        "For somebody you like",
        "The {p} as a present",
        "Someone comes to mind?",
        "Birthday coming up?",
        "For birthdays and thank-yous",
        "A present from {brand}",
        "Giving the {p}?",
        "Gift ideas: {cat}",
        "Who would like the {p}?",
        "Say thanks with the {p}",
    ],
    openers: &[
        "Somebody comes to mind? Give the {p}.",
        "Looking for a present? Have a look at the {p}.",
        "For birthdays, thank-yous and no reason at all: the {p}.",
        "Who would smile at the {p}?",
        "A present doesn't have to be complicated. The {p}, for instance.",
        "You know somebody who'd like the {p}.",
        "Next birthday on the calendar? Think of the {p}.",
    ],
    subjects: &[
        "Somebody comes to mind?",
        "A present: the {p}",
        "For the next birthday on your list",
        "Who would like the {p}?",
        "A gift idea from {brand}",
    ],
    leads: &[
        "There is always somebody whose birthday comes as a surprise, although it is on the same day every year. Here is an idea for that somebody: the {p}.",
        "Presents are easier when you stop looking for the extraordinary. We suggest something to use and to look at: the {p}.",
        "Think of somebody you would like to thank. Got a name? Then have a look at the {p}.",
    ],
    images: &[
        "The {p} partly unwrapped on a table, ribbon and a handwritten card beside {them}, no text on the card.",
        "Hands passing the {p} from person to person, faces out of frame.",
    ],
    videos: &[
        "Somebody wraps the {p}, badly, and laughs. Cut to the person unwrapping {them}. Caption: the hook.",
        "A calendar entry: birthday, tomorrow. Then the {p} with a bow. Calm music, no voice.",
    ],
};

pub(super) const BELONGING: AnglePhrases = AnglePhrases {
    headlines: &[
        "Welcome back to {brand}",
        "Good to see you again",
        "Back for the {p}?",
        "You know the {p}",
        "Your next {brand} order",
        "For people who know us",
        "Ready for another order?",
        "Been a while? Have a look",
        "Pick up where you left off",
        "Nice to have you here",
        "From us to you: the {p}",
    ],
    openers: &[
        "Good to see you again. The {p} {is} waiting where you left {them}.",
        "You know {brand}. Do you know the {p}?",
        "It's been a while. Have a look at the {p}.",
        "For those of you who have ordered before: the {p}.",
        "Welcome back. Here is something for you: the {p}.",
        "You've been here before, so we'll keep it short: the {p}.",
        "Nice to have you with us. This time we'd show you the {p}.",
    ],
    subjects: &[
        "Good to see you again",
        "You know us. Do you know the {p}?",
        "It's been a while",
        "For you, from {brand}: the {p}",
        "A note to people who know {brand}",
    ],
    leads: &[
        "You have ordered from {brand} before, and we are glad you did. That is why you hear about the {p} from us directly.",
        "It has been a while, so here is a short word from us. If you come by again, have a look at the {p}.",
        "We write to people who know us a little differently: no big words, just what we would show you if you stood in the shop. Today, the {p}.",
    ],
    images: &[
        "A familiar corner at home with an older order from the shop, and the {p} new beside it.",
        "The team's hands around a table with the {p} in the middle, seen from above.",
    ],
    videos: &[
        "Somebody of the team looks into the camera, says hello and holds up the {p}. Unscripted, a single take.",
        "A door opens as if to an old friend; on the table, the {p}. Caption: the hook.",
    ],
};

pub(super) const NOVELTY: AnglePhrases = AnglePhrases {
    headlines: &[
        "Meet the {p}",
        "Say hello to the {p}",
        "Have you met the {p}?",
        "Seen the {p} yet?",
        "A look at the {p}",
        "Curious? See the {p}",
        "Here it is: the {p}",
        "Have you come across it?",
        "Worth knowing: the {p}",
        "May we introduce: {p}",
        "Something to discover",
    ],
    openers: &[
        "Have you met the {p} yet?",
        "May we introduce: the {p}.",
        "You may have walked past it in our shop: the {p}.",
        "If you haven't come across the {p} yet, now you have.",
        "Curious? This is the {p}.",
        "Say hello to the {p}.",
        "Here {is} the {p}, in case you missed {them}.",
    ],
    subjects: &[
        "Have you met the {p}?",
        "May we introduce: the {p}",
        "In case you missed it: the {p}",
        "Curious about the {p}?",
        "Something to discover at {brand}",
    ],
    leads: &[
        "Some things in a shop wait until somebody stops in front of them. Today we stop in front of the {p}, so here {it} {is}.",
        "May we introduce: the {p}. You may have walked past without noticing, which is easily done.",
        "A shop has many corners. Today we would like to show you a single thing from ours: the {p}.",
    ],
    images: &[
        "The {p} under a cloth, a hand just lifting it; plain background.",
        "The {p} large in frame, lit from the side, as if seen in passing and stopped for.",
    ],
    videos: &[
        "Walking pace through the shop, the camera stops, goes back, and finds the {p}. Caption: the hook.",
        "Details first, so close that nobody can tell what it is; then the whole {p}.",
    ],
};
