//! Angles of everyday need: problem and end, convenience, season, urgency.

use super::AnglePhrases;

pub(super) const PROBLEM_SOLUTION: AnglePhrases = AnglePhrases {
    headlines: &[
        "Still looking for {cat}?",
        "Need {cat}? Start here",
        "Out of {cat}?",
        "Try the {p}",
        "The {p} might be it",
        "Looked everywhere?",
        "Start with the {p}",
        "An answer: the {p}",
        "Something missing?",
        "Sort it out today",
        "Enough searching",
        "What about the {p}?",
    ],
    openers: &[
        "Still looking for {cat}? Start with the {p}.",
        "You know the feeling: looked everywhere, found nothing.",
        "Some searches end with a simple thing: the {p}.",
        "Need {cat}? Here {is} the {p}.",
        "Something is missing, and it might be the {p}.",
        "Enough tabs open. Look at the {p}.",
        "If {cat} {cis} on your list, begin with the {p}.",
        "Before you search any further: the {p}.",
    ],
    subjects: &[
        "Still looking for {cat}?",
        "Before you search any further",
        "The {p} might be what you need",
        "Something missing? Try the {p}",
        "If {cat} {cis} still on your list",
    ],
    leads: &[
        "Some things stay on the list for weeks, because nobody has the time to compare. If {cat} {cis} on yours, we suggest you begin with the {p}.",
        "You look, you compare, you close the tab, and a week later you look again. Perhaps we can shorten that: have a look at the {p}.",
        "When something is missing, it is rarely a big thing. Often it is something like the {p}.",
    ],
    images: &[
        "Before and after in a single frame: left the spot without the {p}, right the same spot with {them}.",
        "An ordinary shelf with an obvious gap; the {p} just being placed into it.",
    ],
    videos: &[
        "Start with the annoyance: somebody opens an empty cupboard. Cut. The same cupboard with the {p}. Caption: the hook.",
        "Quick cuts of a search: phone, shop window, phone. Then stillness: the {p} on the table.",
    ],
};

pub(super) const CONVENIENCE: AnglePhrases = AnglePhrases {
    headlines: &[
        "Running low on {cat}?",
        "Restock the {p}",
        "Order the {p} online",
        "Before you run out",
        "Tick it off your list",
        "Order from the sofa",
        "The {p}, again",
        "Time to order again?",
        "Think of it before it's gone",
        "Done before the tea is cold",
        "A quick order: the {p}",
        "Stock up on {cat}",
    ],
    openers: &[
        "Running low? Order the {p} before the shelf is empty.",
        "You only notice it's gone when you need it.",
        "Put the {p} back on the shelf without leaving the sofa.",
        "A small job you can tick off now: {cat}.",
        "You don't need to think about {cat} again this week.",
        "Order the {p} now and get on with your day.",
        "It's on the shopping list anyway: {cat}.",
        "Before you run out, have the {p} on the way.",
    ],
    subjects: &[
        "Running low on {cat}?",
        "A quick order: the {p}",
        "Before you run out",
        "Tick {cat} off your list",
        "Time to restock the {p}?",
    ],
    leads: &[
        "You only notice that something has run out when you reach for it. This mail is a nudge to look at the shelf before that happens.",
        "Some things should simply be there when you need them. If {cat} {cis} among them, now is an easy moment to order.",
        "This is the kind of order that takes as long as making tea. Then it's off your list.",
    ],
    images: &[
        "An almost empty shelf above a full shelf; the {p} on the full shelf.",
        "A hallway: a parcel on the floor, the {p} already standing next to it.",
    ],
    videos: &[
        "A hand reaches for something and finds it empty. Cut to a phone, a tap, and the {p} on the shelf again.",
        "The kettle is put on, an order is placed on the phone, the kettle is ready. Caption: the hook.",
    ],
};

pub(super) const SEASON: AnglePhrases = AnglePhrases {
    headlines: &[
        "Ready for {season}?",
        "The {p} for {season}",
        "{season} starts here",
        "Something for {season}",
        "Your {season} list: {p}",
        "{season} at {brand}",
        "{cat} for {season}",
        "Think of {season} now",
        "{season} is on its way",
        "Start {season} with a look",
        "A thing for {season}",
    ],
    openers: &[
        "{season} is closer than it looks. Start with the {p}.",
        "What still belongs on your {season} list? Perhaps the {p}.",
        "Ready for {season}? The {p} {is} in our shop.",
        "Every {season} has its things. Have you thought of the {p}?",
        "Begin {season} with the {p}.",
        "If you plan ahead for {season}, look at the {p} now.",
        "{season} is a good moment for {cat}.",
    ],
    subjects: &[
        "Ready for {season}?",
        "For your {season} list: the {p}",
        "{season} is closer than it looks",
        "The {p}, in time to think about {season}",
        "Something for {season}",
    ],
    leads: &[
        "{season} comes round every year, and every year it seems to come early. If you like to have things settled before then, look at the {p} now.",
        "We have been thinking about {season}, and about what people put on their lists for it. Here is a suggestion: the {p}.",
        "There is still time to think about {season} calmly. Here is where we would start.",
    ],
    images: &[
        "The {p} in a room set for {season}: a few signs of the season, not a whole stage.",
        "Window light of {season}: the {p} on the sill, the weather outside just visible.",
    ],
    videos: &[
        "The same table through the weeks up to {season}; in the last picture the {p} {is} there. Caption: the hook.",
        "A written list for {season}, line after line ticked off. The last line: the {p}.",
    ],
};

pub(super) const URGENCY: AnglePhrases = AnglePhrases {
    headlines: &[
        "Ends {end}",
        "Until {end}: {offer}",
        "Order by {end}",
        "The date to note: {end}",
        "{end} is the last day",
        "Still on your list?",
        "Before you forget: {p}",
        "Decide on the {p}",
        "Now is a good moment",
        "Don't leave it too late",
        "This week: the {p}",
    ],
    openers: &[
        "{end} is the last day: {offer}.",
        "A date for your diary: {offer} ends on {end}.",
        "If you have been thinking about the {p}, think until {end}.",
        "Still undecided about the {p}? Now is a good moment.",
        "It has been on your list for a while: the {p}.",
        "Some lists get longer by waiting. Take the {p} off yours.",
        "Until {end}, and not a day longer: {offer}.",
    ],
    subjects: &[
        "Until {end}: {offer}",
        "{offer} ends on {end}",
        "Note {end} if you want the {p}",
        "Still thinking about the {p}?",
        "Now is a good moment for the {p}",
    ],
    leads: &[
        "A short mail with a date in it: {offer} ends on {end}. After that it is over.",
        "If the {p} {has} been on your list, here is a reason to decide by {end}: {offer}.",
        "Lists get longer by waiting. If the {p} {is} on yours, this is a good moment to decide either way.",
    ],
    images: &[
        "A wall calendar with a ringed date next to the {p}; the date is the last day of the offer.",
        "The {p} by the door next to keys and bag, as if about to leave.",
    ],
    videos: &[
        "Pages of a calendar turn to the last day of the offer, then the {p}. Caption: the date.",
        "A phone reminder pops up: the {p}. A thumb opens it instead of snoozing.",
    ],
};
