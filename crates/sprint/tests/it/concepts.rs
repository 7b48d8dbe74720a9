//! Concepts out of invented opportunities: the rules hold for every catalogue and seed, and a thin shop gets fewer.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Currency, Day, DayRange, InstantMs,
    sprint::{Evidence, Pool, ResultWord},
};
use sprint::{
    concepts::{self, Known, Past, Quotes, Ran},
    miners::{Found, Miner, Opportunity, ProductInfo, SegmentKind},
};

const CATALOGUES: [[&str; 9]; 3] = [
    [
        "Lavender Hand Soap",
        "Oat Body Milk 200 ml",
        "Cedar Shampoo Bar",
        "Refill Pouch Hand Soap",
        "Rosemary Hair Oil",
        "Clay Face Mask",
        "Sea Salt Scrub",
        "Soap Dish Oak",
        "Linen Wash Cloth",
    ],
    [
        "HOUSE BLEND ESPRESSO 1KG",
        "DECAF FILTER 250G",
        "CERAMIC DRIPPER",
        "PAPER FILTERS PACK OF 100",
        "HAND GRINDER",
        "ETHIOPIA SINGLE ORIGIN",
        "CHRISTMAS BLEND",
        "TRAVEL MUG",
        "COLD BREW BOTTLE",
    ],
    [
        "Trail Running Socks",
        "Merino Base Layer",
        "Rain Shell",
        "Head Torch",
        "Energy Gel Box",
        "Foam Roller",
        "Running Cap",
        "Hydration Vest",
        "Reflective Gloves",
    ],
];

fn found(catalogue: &[&str; 9], per_segment: usize) -> Found {
    let product = |index: usize| ProductInfo {
        id: format!("p{}", index % 9),
        title: catalogue[index % 9].to_owned(),
        category: None,
        stock_units: None,
    };
    let kinds = [
        (Miner::RisingProducts, SegmentKind::NeverTried),
        (Miner::RisingProducts, SegmentKind::NewFaces),
        (Miner::ReplenishmentDue, SegmentKind::DueToReorder),
        (Miner::SecondOrderGap, SegmentKind::BoughtOnce),
        (Miner::LapsedHighValue, SegmentKind::LapsedBest),
        (Miner::BoughtTogether, SegmentKind::OwnOneOfPair),
        (Miner::SeasonAhead, SegmentKind::LastSeason),
    ];
    let mut opportunities = Vec::new();
    for (at, (miner, segment)) in kinds.into_iter().enumerate() {
        for number in 0..per_segment {
            let n = (at * 31 + number * 17 + 40) as i64;
            let mut products = vec![product(at + number)];
            if segment == SegmentKind::OwnOneOfPair {
                products.push(product(at + number + 1));
            }
            let names = [
                "people",
                "past_micros",
                "orders_now",
                "orders_before",
                "orders_last_year",
                "shop_now",
                "shop_before",
                "buyers_now",
                "units_now",
                "newcomers",
                "back",
                "buyers",
                "repeaters",
                "gap_days",
                "usual_micros",
                "starters",
                "returned",
                "days_past",
                "silent_days",
                "own_orders",
                "lack_orders",
                "both_orders",
                "shop_orders",
                "orders_season",
                "orders_prior",
                "buyers_then",
                "lift",
                "share_percent",
                "season_index",
            ];
            let numbers: BTreeMap<String, f64> =
                names.iter().enumerate().map(|(i, name)| ((*name).to_owned(), (n + i as i64 * 3) as f64)).collect();
            let mut numbers = numbers;
            numbers.extend(
                [("newly", n / 2), ("people_before", 5), ("newcomers_before", 900)]
                    .map(|(name, value)| (name.to_owned(), value as f64)),
            );
            let evidence = Evidence {
                name: miner.as_str().into(),
                sql: format!("SELECT {n}"),
                as_of_seq: 1,
                as_of: InstantMs(0),
                values: serde_json::Map::new(),
            };
            let pool = Pool { people: n, past_revenue_minor: n * 9_100 };
            opportunities.push(Opportunity {
                miner,
                segment,
                products,
                is_shop_wide: false,
                pool,
                numbers,
                expected: None,
                voice: 1.0,
                words: BTreeMap::new(),
                strength: 1.0 - number as f64 / 10.0,
                evidence,
            });
        }
    }
    Found { opportunities, silences: Vec::new() }
}

/// Reviews of a catalogue: each product has its own things that people say, in different sentences, beside what everybody
/// says everywhere.
fn reviews(catalogue: &[&str; 9], seed: u64) -> Vec<writer::quotes::Review> {
    const SAID: [&str; 9] = [
        "lasts for ages",
        "smells like home",
        "fits perfectly everywhere",
        "feels wonderfully soft",
        "makes mornings easier",
        "survived the dishwasher",
        "my daughter loves",
        "replaced three others",
        "never lets me down",
    ];
    const FRAMES: [&str; 5] = [
        "Honestly it {}, and I did not expect that.",
        "What I tell friends: it {} and that is rare.",
        "Third one already. It {} as promised!",
        "We were sceptical but this {} from day to day.",
        "Good. Really {}, no complaints at all.",
    ];
    let mut all = Vec::new();
    for (at, _) in catalogue.iter().enumerate() {
        for (number, frame) in FRAMES.iter().enumerate() {
            let said = SAID[(at + seed as usize) % 9];
            all.push(writer::quotes::Review {
                id: format!("rv-{at}-{number}"),
                product_id: format!("p{at}"),
                rating: 4 + (number % 2) as u8,
                body: format!("Delivery was fast. {} Would order again.", frame.replace("{}", said)),
            });
        }
    }
    all
}

#[test]
fn rules_of_variety_hold_on_every_seed_and_catalogue() {
    let currency = Currency::parse("EUR").unwrap();
    let flight = DayRange { from: Day::parse("2026-11-03").unwrap(), to: Day::parse("2026-11-16").unwrap() };
    let mut quoted = 0;
    for (index, catalogue) in CATALOGUES.iter().enumerate() {
        let found = found(catalogue, 6);
        let ids: Vec<String> = (0..9).map(|at| format!("p{at}")).collect();
        let wanted: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
        for seed in 0..20 {
            let mut brief = crate::common::brief(currency, flight);
            brief.facts = vec!["Every bar is made by hand in small batches".into()];
            let (plain, with_reviews) = (seed >= 10, seed % 2 == 0);
            if plain {
                brief.offers.clear();
                brief.facts.clear();
            }
            let reviews = if with_reviews { reviews(catalogue, seed) } else { Vec::new() };
            let known = Known { quotes: Quotes::of(&reviews, &wanted), ..Known::default() };
            let drafted = concepts::draft_knowing(&found, &brief, seed, InstantMs(7), &BTreeSet::new(), &known);
            let sheet = &drafted.sheet;
            eprintln!(
                "catalogue {index}, seed {seed}: {} concepts, {} insights, {} quoted, {:.2}",
                drafted.concepts.len(),
                sheet.insights,
                sheet.quoted,
                sheet.largest_similarity
            );
            crate::common::assert_varied(&drafted.concepts, 20);
            assert!(!plain || drafted.concepts.iter().all(|concept| !concept.is_discount_led()));
            assert_eq!(sheet.quoted > 0, with_reviews);
            assert_eq!(sheet.alike.as_ref().unwrap().similarity, sheet.largest_similarity);
            quoted += sheet.quoted;
            for concept in &drafted.concepts {
                let wrong = crate::brands::false_quotes(concept, &reviews);
                assert!(wrong.is_empty(), "not in the reviews: {wrong:?}");
                let face = serde_json::to_value(concepts::face(concept, None)).unwrap();
                let fields = face.as_object().unwrap();
                assert!(fields.len() <= 6 && fields.values().all(|value| !value.as_str().unwrap().is_empty()));
            }
        }
    }
    assert!(quoted >= 30 * 5, "reviews are used where there are some: {quoted}");
}

#[test]
fn a_wish_moves_the_sheet_and_what_stands_stays() {
    let currency = Currency::parse("EUR").unwrap();
    let flight = DayRange { from: Day::parse("2026-11-03").unwrap(), to: Day::parse("2026-11-16").unwrap() };
    let brief = crate::common::brief(currency, flight);
    let found = found(&CATALOGUES[0], 6);
    let count = |known: &Known, of: fn(&domain::sprint::Concept) -> bool| {
        let seeds =
            (0..10).map(|seed| concepts::draft_knowing(&found, &brief, seed, InstantMs(7), &BTreeSet::new(), known));
        seeds.map(|drafted| drafted.concepts.iter().filter(|concept| of(concept)).count()).sum::<usize>()
    };
    let asked = |text: &str| Known { wish: Some(concepts::parse_wish(text, &found.opportunities)), ..Known::default() };
    let (plain, wished, none) = (Known::default(), asked("less discount, more proof"), asked("no discount, no gifts"));
    let led = |concept: &domain::sprint::Concept| concept.is_discount_led();
    let proof = |concept: &domain::sprint::Concept| concept.angle == domain::sprint::Angle::SocialProof;
    let gift = |concept: &domain::sprint::Concept| concept.angle == domain::sprint::Angle::Gift;
    assert!(count(&wished, led) < count(&plain, led), "{} {}", count(&wished, led), count(&plain, led));
    assert!(count(&wished, proof) > count(&plain, proof));
    assert_eq!((count(&none, led), count(&none, gift)), (0, 0));
    // A product by a word of its name.
    let soap = asked("more shampoo");
    assert!(soap.wish.as_ref().unwrap().told().contains("“shampoo”"), "{}", soap.wish.unwrap().told());
    // Concepts that stay are not repeated, and nothing too like them joins.
    let first = concepts::draft(&found, &brief, 1, InstantMs(7), &BTreeSet::new());
    let standing: Vec<_> = first.concepts[..5].to_vec();
    let taken = standing.iter().map(store::concepts::idea_key).collect();
    let fewer = domain::sprint::Brief { concept_count: 15, ..brief };
    let known = Known { standing: standing.clone(), ..wished };
    let again = concepts::draft_knowing(&found, &fewer, 2, InstantMs(8), &taken, &known);
    let whole: Vec<_> = standing.into_iter().chain(again.concepts).collect();
    crate::common::assert_varied(&whole, 20);
    assert_eq!(again.sheet.wish.as_deref(), Some("Understood: less led by a discount, more “What others do”."));
}

#[test]
fn killed_ideas_do_not_come_back_and_a_thin_shop_gets_fewer() {
    let currency = Currency::parse("EUR").unwrap();
    let flight = DayRange { from: Day::parse("2026-06-01").unwrap(), to: Day::parse("2026-06-14").unwrap() };
    let brief = crate::common::brief(currency, flight);
    let found = found(&CATALOGUES[0], 3);
    let first = concepts::draft(&found, &brief, 1, InstantMs(7), &BTreeSet::new());
    let killed: BTreeSet<String> = first.concepts.iter().take(5).map(store::concepts::idea_key).collect();
    let second = concepts::draft(&found, &brief, 1, InstantMs(8), &killed);
    assert!(second.concepts.iter().all(|concept| !killed.contains(&store::concepts::idea_key(concept))));
    let thin = Found { opportunities: found.opportunities.into_iter().take(1).collect(), silences: Vec::new() };
    let drafted = concepts::draft(&thin, &brief, 1, InstantMs(7), &BTreeSet::new());
    assert!(!drafted.concepts.is_empty() && drafted.concepts.len() < 20);
    assert!(drafted.sheet.shortfall.starts_with("The data carries"), "{}", drafted.sheet.shortfall);
}

#[test]
fn what_won_is_raised_and_what_ran_comes_back_only_with_its_verdict() {
    let currency = Currency::parse("EUR").unwrap();
    let flight = DayRange { from: Day::parse("2026-06-01").unwrap(), to: Day::parse("2026-06-14").unwrap() };
    let brief = crate::common::brief(currency, flight);
    let found = found(&CATALOGUES[1], 6);
    let taken = BTreeSet::new();
    let ran = |concept: &domain::sprint::Concept, word: ResultWord, words: &str| Ran {
        idea_key: store::concepts::idea_key(concept),
        title: concept.title.clone(),
        segment: concept.segment.clone(),
        angle: concept.angle,
        word,
        lift: Some(0.2),
        words: words.to_owned(),
    };
    let won_words = "won, +20 % [8, 31], shrunk (randomised holdout, grade A).";
    let lost_words = "lost, \u{2212}9 % [\u{2212}15, \u{2212}3], shrunk (randomised holdout, grade A).";
    let (mut places_of_losers, mut places_of_winners, mut noted) = ((0, 0), (0, 0), 0);
    for seed in 0..8 {
        let plain = concepts::draft(&found, &brief, seed, InstantMs(7), &taken);
        assert!(plain.sheet.before.is_empty(), "without a past there is nothing to say");
        let loser = &plain.concepts[2];
        let winner = &plain.concepts[plain.concepts.len() - 3];
        let ran = vec![ran(loser, ResultWord::Lost, lost_words), ran(winner, ResultWord::Won, won_words)];
        let past = Past { ran };
        let after = concepts::draft_after(&found, &brief, seed, InstantMs(7), &taken, &past);
        crate::common::assert_varied(&after.concepts, 20);
        let place = |drafted: &concepts::Drafted, of: &domain::sprint::Concept| {
            let key = store::concepts::idea_key(of);
            drafted.concepts.iter().position(|concept| store::concepts::idea_key(concept) == key).unwrap_or(20)
        };
        places_of_losers = (places_of_losers.0 + 2, places_of_losers.1 + place(&after, loser));
        places_of_winners =
            (places_of_winners.0 + plain.concepts.len() - 3, places_of_winners.1 + place(&after, winner));
        for concept in &after.concepts {
            let key = store::concepts::idea_key(concept);
            let note = after.sheet.before.get(&concept.id.to_string()).map_or("", String::as_str);
            let wanted = if key == past.ran[0].idea_key {
                format!("Ran before: it {lost_words}")
            } else if key == past.ran[1].idea_key {
                format!("Ran before: it {won_words}")
            } else if concept.segment == winner.segment || concept.angle == winner.angle {
                noted += 1;
                assert!(note.starts_with("Won before, the same ") && note.ends_with(won_words), "{note}");
                continue;
            } else {
                String::new()
            };
            assert_eq!(note, wanted, "{}", concept.title);
        }
    }
    assert!(places_of_losers.1 > places_of_losers.0, "a loser comes back later in the sheet: {places_of_losers:?}");
    assert!(places_of_winners.1 < places_of_winners.0, "a winner earlier: {places_of_winners:?}");
    assert!(noted > 0);
}
