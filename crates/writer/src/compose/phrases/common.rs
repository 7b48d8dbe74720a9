//! Phrases for every angle.

/// Headlines that name the product or its kind.
pub(in crate::compose) const NAMES: &[&str] = &[
    "{p}",
    "The {p}",
    "{p} at {brand}",
    "{brand}: the {p}",
    "Our {p}",
    "{dept} at {brand}",
    "{dept} from {brand}",
    "Shop {dept}",
    "Browse {dept}",
    "See the {p}",
];

/// Headlines that are the brand.
pub(in crate::compose) const BRANDS: &[&str] = &[
    "{brand}",
    "{brand} online",
    "The {brand} shop",
    "Order at {brand}",
    "Straight from {brand}",
    "See it at {brand}",
];

/// Headlines that state a fact.
pub(in crate::compose) const PROOFS: &[&str] = &["{fact}", "{benefit}", "{n}"];

/// Headlines with a price.
pub(in crate::compose) const PRICES: &[&str] = &["{p}: {price}", "{p}, {price}", "{p} at {price}", "The {p}: {price}"];

/// Headlines with the offer.
pub(in crate::compose) const OFFERS: &[&str] = &[
    "{offer} until {end}",
    "{offer}",
    "{pct}% off until {end}",
    "Code {code} until {end}",
    "{pct}% off with code {code}",
    "Use code {code}",
    "Offer ends {end}",
    "{offer}, ends {end}",
    "Save {pct}% until {end}",
];

/// Headlines that ask for the click.
pub(in crate::compose) const ACTIONS: &[&str] = &[
    "Order online",
    "Shop the {p}",
    "Order the {p}",
    "Have a look",
    "Take a closer look",
    "See the details",
    "Read more, then decide",
    "Order when you're ready",
    "Look before you buy",
    "Browse the whole range",
    "Pictures, price, details",
    "Find it in our shop",
    "Put it in your basket",
    "Visit our online shop",
    "All the facts on a page",
    "Ready to order?",
    "Add it to your list",
    "Got a minute? Have a look",
    "See if it suits you",
    "Start with a look",
];

/// First sentences for every angle, where those of the angle need facts that are not there.
pub(in crate::compose) const OPENERS: &[&str] = &[
    "Have you seen the {p}?",
    "Take a moment for the {p}.",
    "A word about the {p}.",
    "The {p} {is} in our shop.",
    "Let us show you the {p}.",
    "In a few words: the {p}.",
    "Something from {brand} for you: the {p}.",
];

/// Last sentences.
pub(in crate::compose) const CLOSERS: &[&str] = &[
    "Have a look.",
    "See {them} at {brand}.",
    "Order online at {brand}.",
    "Read more and decide in your own time.",
    "Pictures and details are on the page.",
    "See the {p} at {brand}.",
    "All the details are on the page.",
    "Take a closer look.",
    "Find {them} in our shop.",
    "Have a look at the {p}.",
    "Order when you're ready.",
    "Browse {dept} at {brand}.",
    "See if {it} suit{s} you.",
];

/// Sentences that state a fact; `{sentence}` is one of the description or of the brief as it stands.
pub(in crate::compose) const MIDDLES: &[&str] = &[
    "{sentence}",
    "{sentence}",
    "{sentence}",
    "{benefit}.",
    "{fact}.",
    "{n}.",
    "The {p} {is} {price}.",
    "{offer} until {end}.",
    "With code {code}: {offer}, until {end}.",
];

/// Short lines below a Meta ad.
pub(in crate::compose) const SHORT_LINES: &[&str] = &[
    "{fact}",
    "{benefit}",
    "{offer} until {end}",
    "Offer until {end}",
    "{p}, {price}",
    "{dept} at {brand}",
    "See it at {brand}",
    "Order at {brand}",
    "Price: {price}",
    "{p} at {brand}",
    "The {p}",
    "All about the {p}",
    "For your list: {p}",
    "Order the {p}",
    "Code {code}",
    "Order online",
    "Have a look",
    "See the details",
    "Pictures, price, details",
    "Read more",
    "Take a closer look",
    "Browse the whole range",
];

/// Subjects for every angle.
pub(in crate::compose) const SUBJECTS: &[&str] = &[
    "The {p}, in a few lines",
    "About the {p}",
    "{p}: have a look",
    "A note on the {p} from {brand}",
    "{benefit}",
    "{fact}",
    "{offer} until {end}",
    "Until {end}: {offer}",
    "{dept}, and what we'd look at first",
    "A short mail about {dept}",
    "The {p}: {price}",
];

/// Greetings without a name.
pub(in crate::compose) const GREETINGS: &[&str] =
    &["Hello,", "Good morning,", "Hello from {brand},", "Hello there,", "Hi,", "A short note from {brand}:"];

/// Paragraph that brings in the product, before its description.
pub(in crate::compose) const PRODUCT_LINES: &[&str] = &[
    "Here is what there is to know about the {p}.",
    "The {p}, described as plainly as we can:",
    "What we can tell you about the {p}:",
    "These are the facts on the {p}.",
    "About the {p}:",
];

/// Sentences that fill a mail without claiming anything.
pub(in crate::compose) const FILLERS: &[&str] = &[
    "The page has pictures, the price and every detail we have, so you can judge for yourself.",
    "If it suits you, order it. If it doesn't, nothing is lost but a look.",
    "We keep these mails short, because you have other things to read.",
    "Take your time with the details before you decide.",
    "If you have been meaning to order anyway, this is a good moment to put it in the basket.",
    "Everything we know about it is on the page, and nothing we don't.",
    "Have a look around {brand} while you are there.",
    "Not now? Then keep this mail and come back when it suits you.",
];

/// Sentences about the offer in a mail.
pub(in crate::compose) const MAIL_OFFERS: &[&str] = &[
    "Until {end}: {offer}. Type the code {code} at the checkout.",
    "The code {code} is for {offer}, until {end}.",
    "Worth noting: {offer}, until {end}.",
    "Also worth knowing: {offer}, until {end}.",
    "And until {end}: {offer}.",
];

/// The single call to action; the address follows.
pub(in crate::compose) const CALLS: &[&str] = &[
    "See the {p} here:",
    "Have a look at the {p}:",
    "Pictures, price and details:",
    "Everything about the {p}:",
    "Take a closer look:",
    "Order the {p} here:",
];

/// Ends of a mail.
pub(in crate::compose) const SIGNATURES: &[&str] =
    &["Yours,\n{brand}", "{brand}", "Kind regards,\n{brand}", "Until soon,\n{brand}", "Best wishes from {brand}"];

/// Postscripts.
pub(in crate::compose) const POSTSCRIPTS: &[&str] =
    &["PS: {fact}.", "PS: The {p} {is} {price}.", "PS: {benefit}.", "PS: {offer} ends on {end}."];

/// Pictures for every angle.
pub(in crate::compose) const IMAGES: &[&str] = &[
    "The {p} alone on a plain, light background, whole product in frame, space at the top for a line of text.",
    "Close-up of the {p}: surface and details sharp, background out of focus, daylight from the side.",
    "The {p} in use: hands in frame, no face, an ordinary room in daylight.",
    "Seen from above: the {p} in the middle, plenty of empty space, a single colour behind.",
];

/// Films for every angle.
pub(in crate::compose) const VIDEOS: &[&str] = &[
    "Open on the {p} at rest, then hands pick {them} up and use {them}. No voice; the hook as a caption. Close on the brand name.",
    "A person unpacks the {p}, looks closely and says in their own words what {it} {is}. Close on product and shop address.",
    "Still life that comes alive: the {p} on a table, light moves from morning to evening. Caption: the hook.",
];
