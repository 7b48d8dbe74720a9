//! What holds for all rules, shelves and requests.

use domain::facts::Product;
use proptest::prelude::*;

use super::*;
use crate::{
    Placement,
    shelf::{Good, Shelf},
};

const MINOR: i64 = 10_000;

fn product(number: usize, category: u8, price: i64, stock: Option<i64>, is_active: bool) -> Product {
    Product {
        product_id: format!("p{number}"),
        handle: None,
        title: format!("Product {number}"),
        description: String::new(),
        category: (category > 0).then(|| format!("c{category}")),
        vendor: None,
        tags: Vec::new(),
        price_micros: Some(price * MINOR),
        cost_micros: Some(price * MINOR / 2),
        stock_units: stock,
        image_url: None,
        is_active,
    }
}

fn shelves() -> impl Strategy<Value = Shelf> {
    let one = (0u8..4, 1i64..50, proptest::option::of(0i64..3), proptest::bool::weighted(0.9));
    proptest::collection::vec(one, 1..25).prop_map(|all| {
        let products = all.iter().enumerate().map(|(n, (c, p, s, a))| product(n, *c, *p, *s, *a)).collect();
        Shelf::default().renewed(products, "")
    })
}

fn selectors() -> impl Strategy<Value = Selector> {
    prop_oneof![
        proptest::collection::vec(0usize..25, 1..4).prop_map(|all| Selector {
            products: all.iter().map(|n| format!("p{n}")).collect(),
            ..Selector::default()
        }),
        (1u8..4).prop_map(|c| Selector { categories: vec![format!("C{c}")], ..Selector::default() }),
        (1i64..50).prop_map(|p| Selector { price_from_minor: Some(p), ..Selector::default() }),
    ]
}

fn rules() -> impl Strategy<Value = Rules> {
    let filter = proptest::option::of((selectors(), any::<bool>()));
    let pins = proptest::collection::vec((0usize..25, 1usize..8), 0..4);
    let boosts = proptest::collection::vec((selectors(), prop_oneof![Just(0.0f32), Just(0.5), Just(3.0)]), 0..3);
    let together = proptest::option::weighted(0.4, (selectors(), selectors()));
    let never = proptest::option::weighted(0.3, selectors());
    let rest = (any::<bool>(), 0u16..3, 0u16..3, 0.0f32..1.0, 0u16..30);
    (filter, pins, boosts, together, never, rest).prop_map(|(filter, pins, boosts, together, never, rest)| {
        let (only_in_stock, most_per_category, most_times, margin_weight, exclude_days) = rest;
        Rules {
            stock: StockRule { only_in_stock, least_units: 1 },
            filters: filter
                .map(|(what, is_only)| match is_only {
                    true => FilterRule { only: Some(what), ..FilterRule::default() },
                    false => FilterRule { without: Some(what), ..FilterRule::default() },
                })
                .into_iter()
                .collect(),
            never_together: together.map(|(these, those)| NeverTogether { these, those }).into_iter().collect(),
            never_for: never.map(|what| NeverFor { segment: "Children".into(), what }).into_iter().collect(),
            bought: BoughtRule { exclude_days, unless_replenishable: true, always_again: None },
            pins: pins
                .into_iter()
                .map(|(n, position)| Pin { product: format!("p{n}"), position, placements: Vec::new() })
                .collect(),
            boosts: boosts.into_iter().map(|(what, factor)| Boost { what, factor, placements: Vec::new() }).collect(),
            margin_weight,
            frequency: FrequencyRule { most_times, within_hours: 24 },
            diversity: DiversityRule { most_per_category },
            paused: Paused::default(),
        }
    })
}

#[derive(Debug, Clone)]
struct Asked {
    limit: usize,
    candidates: Vec<(usize, f32)>,
    at_hand: Vec<usize>,
    bought: Vec<(usize, u16)>,
    shown: Vec<(usize, u16)>,
    is_child: bool,
    only: Option<Selector>,
}

fn asked() -> impl Strategy<Value = Asked> {
    (
        1usize..10,
        proptest::collection::btree_map(0usize..25, 0.01f32..5.0, 0..20),
        proptest::collection::vec(0usize..25, 0..3),
        proptest::collection::btree_map(0usize..25, 0u16..40, 0..6),
        proptest::collection::btree_map(0usize..25, 1u16..5, 0..6),
        any::<bool>(),
        proptest::option::weighted(0.3, selectors()),
    )
        .prop_map(|(limit, candidates, at_hand, bought, shown, is_child, only)| Asked {
            limit,
            candidates: candidates.into_iter().collect(),
            at_hand,
            bought: bought.into_iter().collect(),
            shown: shown.into_iter().collect(),
            is_child,
            only,
        })
}

/// What may never be shown, written down once more, straight from the words of the documentation.
fn is_forbidden(rules: &Rules, shelf: &Shelf, asked: &Asked, good: Good) -> bool {
    let stocked = shelf.get(good).expect("on the shelf");
    let fits = |selector: &Selector| selector.on(shelf, MINOR).fits(good, stocked);
    let bought = asked.bought.iter().any(|&(n, ago)| n == good as usize && ago < rules.bought.exclude_days);
    !stocked.is_active
        || rules.stock.only_in_stock && stocked.stock_units.is_some_and(|units| units < 1)
        || rules.filters.iter().any(|filter| {
            filter.only.as_ref().is_some_and(|only| !fits(only)) || filter.without.as_ref().is_some_and(fits)
        })
        || asked.only.as_ref().is_some_and(|only| !fits(only))
        || asked.at_hand.contains(&(good as usize))
        || asked.is_child && rules.never_for.iter().any(|never| fits(&never.what))
        || bought && !good.is_multiple_of(5)
}

fn on_shelf(shelf: &Shelf, number: usize) -> Option<Good> {
    (number < shelf.len()).then_some(number as Good)
}

fn list(rules: &Rules, shelf: &Shelf, asked: &Asked, trace: Option<&mut Trace>) -> Vec<Placed> {
    // Every fifth product is bought again and again.
    let compiled = Compiled::new(rules, shelf, MINOR, |good| good % 5 == 0);
    let goods = |all: &[(usize, u16)]| -> Vec<(Good, u16)> {
        all.iter().filter_map(|&(n, what)| Some((on_shelf(shelf, n)?, what))).collect()
    };
    let candidates: Vec<Candidate> = asked
        .candidates
        .iter()
        .filter_map(|&(n, score)| Some(Candidate { good: on_shelf(shelf, n)?, score }))
        .collect();
    let at_hand: Vec<Good> = asked.at_hand.iter().filter_map(|&n| on_shelf(shelf, n)).collect();
    let (bought, shown) = (goods(&asked.bought), goods(&asked.shown));
    let segments = if asked.is_child { vec!["children".to_owned()] } else { Vec::new() };
    let only = asked.only.as_ref().map(|only| only.on(shelf, MINOR));
    let offer = Offer {
        placement: Placement::Home,
        limit: asked.limit,
        candidates: &candidates,
        at_hand: &at_hand,
        bought: &bought,
        shown: &shown,
        segments: &segments,
        only: only.as_ref(),
        without: None,
    };
    arrange(&compiled, shelf, &offer, 0..shelf.len() as Good, trace)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn nothing_forbidden_nothing_twice_and_never_fewer_than_there_are(
        shelf in shelves(), rules in rules(), asked in asked()
    ) {
        let list = list(&rules, &shelf, &asked, None);
        let compiled = Compiled::new(&rules, &shelf, MINOR, |good| good % 5 == 0);
        let goods: Vec<Good> = list.iter().map(|placed| placed.good).collect();
        for (index, good) in goods.iter().enumerate() {
            prop_assert!(!is_forbidden(&rules, &shelf, &asked, *good), "{good} is forbidden");
            prop_assert!(!goods[..index].contains(good), "{good} stands twice");
            for other in goods[..index].iter().copied().chain(asked.at_hand.iter().filter_map(|&n| on_shelf(&shelf, n))) {
                prop_assert!(!compiled.conflict(*good, other), "{good} stands beside {other}");
            }
        }
        prop_assert!(goods.len() <= asked.limit);
        if goods.len() < asked.limit {
            // Shorter only if nothing is left that may stand beside what stands there.
            for good in 0..shelf.len() as Good {
                let rivals = || goods.iter().copied().chain(asked.at_hand.iter().filter_map(|&n| on_shelf(&shelf, n)));
                let may = !goods.contains(&good)
                    && !is_forbidden(&rules, &shelf, &asked, good)
                    && !rivals().any(|other| compiled.conflict(good, other));
                prop_assert!(!may, "{good} could have been shown");
            }
        }
    }

    #[test]
    fn pins_stand_in_their_places(shelf in shelves(), rules in rules(), asked in asked()) {
        let rules = Rules { never_together: Vec::new(), ..rules };
        let list = list(&rules, &shelf, &asked, None);
        let mut pinned: Vec<(usize, Good)> = Vec::new();
        for pin in &rules.pins {
            let Some(good) = shelf.number(&pin.product) else { continue };
            let is_twice = pinned.iter().any(|(_, other)| *other == good);
            if pin.position > asked.limit || is_twice || is_forbidden(&rules, &shelf, &asked, good) {
                continue;
            }
            let is_free = |slot: &usize| pinned.iter().all(|(taken, _)| taken != slot);
            if let Some(slot) = (pin.position - 1..asked.limit).find(is_free) {
                pinned.push((slot, good));
            }
        }
        // Where too few products exist to fill the places before a pin, it moves up by what is missing.
        let others = list.len() - pinned.len();
        for &(slot, good) in &pinned {
            let pins_before = pinned.iter().filter(|(other, _)| *other < slot).count();
            let place = pins_before + (slot - pins_before).min(others);
            prop_assert_eq!(list.iter().position(|placed| placed.good == good), Some(place), "{} of {:?}", good, pinned);
        }
    }

    #[test]
    fn the_trace_says_where_everything_stands_and_changes_nothing(
        shelf in shelves(), rules in rules(), asked in asked()
    ) {
        let mut trace = Trace::default();
        let with = list(&rules, &shelf, &asked, Some(&mut trace));
        prop_assert_eq!(&with, &list(&rules, &shelf, &asked, None));
        for (index, placed) in with.iter().enumerate() {
            prop_assert_eq!(trace.of(placed.good).last(), Some(Step::Placed { position: index + 1 }));
        }
    }
}

#[test]
fn boosts_buries_and_diversity_move_products() {
    let products = (0..6).map(|n| product(n, 1 + (n as u8) / 4, 10, None, true)).collect();
    let shelf = Shelf::default().renewed(products, "");
    let asked = Asked {
        limit: 4,
        candidates: vec![(0, 5.0), (1, 4.0), (2, 3.0), (3, 2.0), (4, 1.0)],
        at_hand: Vec::new(),
        bought: Vec::new(),
        shown: vec![(1, 3)],
        is_child: false,
        only: None,
    };
    let goods =
        |rules: &Rules| -> Vec<Good> { list(rules, &shelf, &asked, None).iter().map(|placed| placed.good).collect() };
    assert_eq!(goods(&Rules::default()), [0, 1, 2, 3]);
    let one = |n: usize| Selector { products: vec![format!("p{n}")], ..Selector::default() };
    let boost = |n, factor| Boost { what: one(n), factor, placements: Vec::new() };
    assert_eq!(goods(&Rules { boosts: vec![boost(4, 10.0), boost(0, 0.0)], ..Rules::default() }), [4, 1, 2, 3]);
    let diversity = DiversityRule { most_per_category: 2 };
    assert_eq!(goods(&Rules { diversity, ..Rules::default() }), [0, 1, 4, 5]);
    let frequency = FrequencyRule { most_times: 3, within_hours: 24 };
    assert_eq!(goods(&Rules { frequency, ..Rules::default() }), [0, 2, 3, 4]);
}

#[test]
fn faults_name_the_field() {
    let rules = Rules {
        margin_weight: 2.0,
        pins: vec![Pin { product: "p1".into(), position: 0, placements: Vec::new() }],
        filters: vec![FilterRule::default()],
        ..Rules::default()
    };
    let fields: Vec<String> = rules.faults().into_iter().map(|fault| fault.field).collect();
    assert_eq!(fields, ["margin_weight", "pins[0].position", "filters[0]"]);
    assert!(Rules::default().faults().is_empty());
    assert_eq!(serde_json::from_str::<Rules>("{}").expect("defaults"), Rules::default());
    assert!(serde_json::from_str::<Rules>(r#"{"margin":1}"#).is_err(), "an unknown field is a mistake, not a default");
}
