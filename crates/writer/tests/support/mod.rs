//! Three brands and their concepts, for the tests of this crate.
#![allow(clippy::unwrap_used, dead_code)]

use domain::{
    ConceptId, Currency, Day, DayRange, Money,
    sprint::{Angle, Channel, Concept, Effort, Offer, Pool},
};
use writer::{Facts, NumberFact, ProductFact};

pub const ANGLES: [Angle; 12] = [
    Angle::ProblemSolution,
    Angle::SocialProof,
    Angle::Education,
    Angle::Craft,
    Angle::Convenience,
    Angle::Novelty,
    Angle::Season,
    Angle::Gift,
    Angle::Bundle,
    Angle::Belonging,
    Angle::Value,
    Angle::Urgency,
];
pub const CHANNELS: [Channel; 3] = [Channel::GoogleSearch, Channel::Meta, Channel::Email];

pub fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn product(id: &str, title: &str, category: &str, description: &str, price: i64, currency: &str) -> ProductFact {
    let category = Some(category.to_owned()).filter(|text| !text.is_empty());
    let price = Some(Money::new(price, Currency::parse(currency).unwrap())).filter(|_| price > 0);
    ProductFact { id: id.into(), title: title.into(), category, description: description.into(), price }
}

fn number(value: &str, unit: &str, what: &str) -> NumberFact {
    NumberFact { value: value.into(), unit: unit.into(), what: what.into(), source: "test".into() }
}

/// Home care with refills: mixed-case titles, descriptions, an offer.
pub fn brook() -> Facts {
    Facts {
        brand: "Brook & Barley".into(),
        lines: [
            "Free shipping over €40",
            "Refill pouches use 70% less plastic than the bottle",
            "Made in small batches in Leipzig",
            "30 days to return",
        ]
        .map(str::to_owned)
        .to_vec(),
        products: vec![
            product(
                "S1",
                "Lavender & Thyme Hand Soap, 500 ml",
                "Bath > Hand soap",
                "Liquid hand soap with lavender and thyme oil. Rinses off quickly and leaves a light scent. The glass bottle can be refilled. Vegan.",
                1_250,
                "EUR",
            ),
            product(
                "S2",
                "Refill pouch for hand soap – 1 l",
                "Bath > Refills",
                "Fills the bottle twice. Pours without dripping. Send the empty pouch back and we recycle it.",
                1_490,
                "EUR",
            ),
            product(
                "S3",
                "Oat Milk Body Lotion",
                "Bath > Body care",
                "Body lotion with oat milk and almond oil. Made for dry skin. Comes in an aluminium tin with a lid.",
                1_890,
                "EUR",
            ),
            product(
                "S4",
                "Linen Tea Towels (set of 2)",
                "Kitchen",
                "Two tea towels of washed linen. Dry glasses without lint. Gets softer with every wash.",
                2_200,
                "EUR",
            ),
        ],
        offers: vec![
            Offer {
                label: "10% off refills".into(),
                code: Some("REFILL10".into()),
                percent_off: Some(10),
                ends_on: day("2026-11-30"),
            },
            Offer {
                label: "Free sample with every order".into(),
                code: None,
                percent_off: None,
                ends_on: day("2026-12-06"),
            },
        ],
        numbers: vec![
            number("1,240", "orders", "orders of hand soap since January"),
            number("38%", "customers", "of customers ordered a refill within 60 days"),
        ],
        banned_words: vec!["cheap".into(), "chemical".into(), "guilt free".into()],
        landing_url: "https://brookandbarley.example/autumn".into(),
        flight: DayRange { from: day("2026-11-16"), to: day("2026-11-29") },
    }
}

/// Gift retail: titles all in capitals, no descriptions, few facts.
pub fn retro() -> Facts {
    let titles = [
        ("85123A", "WHITE HANGING HEART T-LIGHT HOLDER", 295),
        ("22423", "REGENCY CAKESTAND 3 TIER", 1_275),
        ("85099B", "JUMBO BAG RED RETROSPOT", 208),
        ("47566", "PARTY BUNTING", 495),
        ("20725", "LUNCH BAG RED RETROSPOT", 165),
        ("84879", "ASSORTED COLOUR BIRD ORNAMENT", 169),
        ("22720", "SET OF 3 CAKE TINS PANTRY DESIGN ", 495),
        ("21212", "PACK OF 72 RETROSPOT CAKE CASES", 55),
        ("22086", "PAPER CHAIN KIT 50'S CHRISTMAS ", 295),
        ("82494L", "WOODEN FRAME ANTIQUE WHITE ", 295),
        ("23298", "SPOTTY BUNTING", 495),
        ("22112", "CHOCOLATE HOT WATER BOTTLE", 495),
        ("21731", "RED TOADSTOOL LED NIGHT LIGHT", 165),
        ("22469", "HEART OF WICKER SMALL", 165),
    ];
    Facts {
        brand: "Parcel Lane".into(),
        lines: vec!["Posted from the UK within 2 working days".into()],
        products: titles.iter().map(|(id, title, price)| product(id, title, "", "", *price, "GBP")).collect(),
        offers: vec![Offer {
            label: "15% off party ware".into(),
            code: Some("PARTY15".into()),
            percent_off: Some(15),
            ends_on: day("2011-11-13"),
        }],
        numbers: vec![number("2,013", "orders", "orders with the cakestand since August")],
        banned_words: vec!["bargain".into(), "hurry".into()],
        landing_url: "https://parcellane.example/gifts".into(),
        flight: DayRange { from: day("2011-11-01"), to: day("2011-11-14") },
    }
}

/// Long words and umlauts, a long brand name, prices in full euros, no offer and no numbers.
pub fn loewenzahn() -> Facts {
    Facts {
        brand: "Löwenzahn & Söhne Naturkontor".into(),
        lines: [
            "Versand in Deutschland ab 50 Euro frei",
            "Gegründet 1987 in Göttingen",
            "Deposit glasses come back to us and are used again",
        ]
        .map(str::to_owned)
        .to_vec(),
        products: vec![
            product(
                "L1",
                "Ringelblumen-Körpermilch 200 ml",
                "Körperpflege",
                "A light body milk with marigold from Göttingen. Smells of meadow. In a deposit glass with a screw lid.",
                1_400,
                "EUR",
            ),
            product(
                "L2",
                "Geschirrspülmittelnachfüllpackung Zitronenmelisse",
                "Haushalt",
                "Washing-up liquid with lemon balm, for the bottle you already have. Weighs 980 g.",
                990,
                "EUR",
            ),
            product(
                "L3",
                "Bienenwachstücher Größe M, 3 Stück",
                "Küche",
                "Cloths of cotton with beeswax. Wrap bread, cheese and half a melon.",
                1_600,
                "EUR",
            ),
            product("L4", "Überwurfdecke »Fjällräven-Nächte«", "Wohnen", "", 12_900, "EUR"),
        ],
        offers: vec![],
        numbers: vec![],
        banned_words: vec!["natürlich".into(), "detox".into()],
        landing_url: "https://loewenzahn-soehne.example/herbst".into(),
        flight: DayRange { from: day("2026-09-28"), to: day("2026-10-11") },
    }
}

/// A concept of a brand: the angle, a few of its products and, where it has one, an offer.
pub fn concept(facts: &Facts, angle: Angle, round: usize) -> Concept {
    let count = facts.products.len();
    let width = 1 + (round + usize::from(angle == Angle::Bundle)) % 3;
    let chosen: Vec<&ProductFact> = (0..width).map(|step| &facts.products[(round * 5 + step * 3) % count]).collect();
    let mut ids: Vec<String> = chosen.iter().map(|product| product.id.clone()).collect();
    ids.sort();
    ids.dedup();
    let offer = (!facts.offers.is_empty() && matches!(angle, Angle::Value | Angle::Urgency | Angle::Convenience))
        .then(|| round % facts.offers.len());
    let title = writer::names::readable(&chosen[0].title);
    Concept {
        id: ConceptId::derive(domain::InstantMs(1_700_000_000_000), &[&round.to_string()]),
        title: format!("{title}, {}", writer::prompt::angle_words(angle)),
        insight: "412 people bought it and have not come back.".into(),
        hook: if round.is_multiple_of(3) {
            "You know where it belongs.".into()
        } else {
            "A small thing for the next cold evening".into()
        },
        segment: "People who bought once, 60 to 120 days ago".into(),
        pool: Pool { people: 412, past_revenue_minor: 1_846_200 },
        effort: Effort::Small,
        angle,
        product_titles: chosen.iter().map(|product| product.title.clone()).collect(),
        product_ids: ids,
        offer,
        channels: CHANNELS.to_vec(),
        hypothesis: "More second orders than without.".into(),
        miner: "test".into(),
        evidence: vec![],
        quote: None,
        expect: None,
        why_now: String::new(),
        brought_by: None,
    }
}
