//! Concepts out of invented opportunities: the rules hold for every catalogue and seed, and a thin shop gets fewer.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Currency, Day, DayRange, InstantMs,
    sprint::{Evidence, Pool, ResultWord},
};
use sprint::{
    concepts::{self, Past, Ran},
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
                strength: 1.0 - number as f64 / 10.0,
                evidence,
            });
        }
    }
    Found { opportunities, silences: Vec::new() }
}

#[test]
fn rules_of_variety_hold_on_every_seed_and_catalogue() {
    let currency = Currency::parse("EUR").unwrap();
    let flight = DayRange { from: Day::parse("2026-11-03").unwrap(), to: Day::parse("2026-11-16").unwrap() };
    for (index, catalogue) in CATALOGUES.iter().enumerate() {
        let found = found(catalogue, 6);
        for (offers, seeds) in [(true, 0..10), (false, 10..20)] {
            let facts = offers;
            let mut brief = crate::common::brief(currency, flight);
            brief.facts = vec!["Every bar is made by hand in small batches".into()];
            if !offers {
                brief.offers.clear();
            }
            if !facts {
                brief.facts.clear();
            }
            for seed in seeds {
                let drafted = concepts::draft(&found, &brief, seed, InstantMs(7), &BTreeSet::new());
                eprintln!(
                    "catalogue {index}, seed {seed}: {} {:.2}",
                    drafted.concepts.len(),
                    drafted.sheet.largest_similarity
                );
                crate::common::assert_varied(&drafted.concepts, 20);
                assert!(offers || drafted.concepts.iter().all(|concept| !concept.is_discount_led()));
            }
        }
    }
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
