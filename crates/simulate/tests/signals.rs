//! What is planted can be found in the exports, and what is written about the store is so: repeat cycles, pairs,
//! velocities, season, over-claiming, incidents, fatigue.
#![allow(clippy::unwrap_used)]

mod common;

use std::{
    collections::{BTreeMap, HashMap},
    sync::OnceLock,
};

use common::{Shop, concept, today};
use domain::{
    Day, DayRange,
    facts::{AdPlatform, Order},
};
use simulate::{Config, GOOGLE_OVERCLAIM, Incident, META_OVERCLAIM, World};

/// The demo store, read back, and what was planted in it.
fn demo() -> &'static (World, Shop) {
    static DEMO: OnceLock<(World, Shop)> = OnceLock::new();
    DEMO.get_or_init(|| {
        let mut world = World::new(Config::demo(1, today()));
        world.run_until(world.config().last_day());
        let shop = Shop::of(&world);
        (world, shop)
    })
}

fn day_of(order: &Order) -> Day {
    order.placed_at.day_in(&demo().0.config().zone)
}

fn units_by_day(sku: &str) -> BTreeMap<Day, i64> {
    let mut units = BTreeMap::new();
    for order in demo().1.sales() {
        for line in order.lines.iter().filter(|line| line.product_id == sku) {
            *units.entry(day_of(order)).or_default() += line.quantity;
        }
    }
    units
}

fn sum_in(by_day: &BTreeMap<Day, i64>, range: DayRange) -> i64 {
    by_day.range(range.from..=range.to).map(|(_, units)| units).sum()
}

#[test]
fn the_demo_has_the_promised_size() {
    let (world, _) = demo();
    let truth = world.truth(world.span());
    assert!((35_000..46_000).contains(&truth.orders), "{truth:#?}");
    assert!((12_000..20_000).contains(&truth.customers), "{truth:#?}");
    let mer = truth.net_minor as f64 / truth.ad_spend_minor() as f64;
    assert!((4.0..10.0).contains(&mer), "marketing efficiency ratio {mer}");
    let cac = truth.ad_spend_minor() as f64 / truth.first_orders as f64;
    assert!((1_000.0..3_000.0).contains(&cac), "cost of a new customer in cents {cac}");
}

#[test]
fn repeat_cycles_are_recovered() {
    let (world, shop) = demo();
    let mut orders: Vec<&Order> = shop.sales().collect();
    orders.sort_by_key(|order| order.placed_at);
    let mut last: HashMap<(&str, &str), Day> = HashMap::new();
    let mut gaps: HashMap<&str, Vec<i32>> = HashMap::new();
    for order in orders {
        let Some(customer) = order.customer_key.as_deref() else { continue };
        for line in &order.lines {
            let day = day_of(order);
            if let Some(before) = last.insert((customer, &line.product_id), day) {
                gaps.entry(&line.product_id).or_default().push(day.days_since(before));
            }
        }
    }
    let mut checked = 0;
    for (sku, cycle_days) in world.planted().cycles_days {
        let Some(gaps) = gaps.get_mut(sku.as_str()).filter(|gaps| gaps.len() >= 600) else { continue };
        gaps.sort_unstable();
        let median = f64::from(gaps[gaps.len() / 2]);
        let ratio = median / f64::from(cycle_days);
        assert!((0.85..1.12).contains(&ratio), "{sku}: median {median}, planted {cycle_days}, {} gaps", gaps.len());
        checked += 1;
    }
    assert!(checked >= 8, "{checked} products with enough repeats");
}

#[test]
fn planted_pairs_stand_out() {
    let (world, shop) = demo();
    let total = shop.sales().count() as f64;
    let with = |skus: &[&str]| {
        let has = |order: &Order, sku: &str| order.lines.iter().any(|line| line.product_id == sku);
        shop.sales().filter(|order| skus.iter().all(|sku| has(order, sku))).count() as f64
    };
    for (a, b, p) in world.planted().pairs {
        let (of_a, both) = (with(&[&a]), with(&[&a, &b]));
        let confidence = both / of_a;
        let lift = confidence / (with(&[&b]) / total);
        // Four standard errors under what was planted: stock-outs and refills never lower it.
        let error = (p * (1.0 - p) / of_a).sqrt();
        assert!(confidence > p - 4.0 * error, "{a} + {b}: {confidence} of {of_a}, planted {p}");
        assert!(lift > 2.0, "{a} + {b}: lift {lift}");
    }
}

#[test]
fn planted_velocities_show_in_the_last_weeks() {
    let (world, _) = demo();
    let end = world.today();
    let recent = DayRange { from: end.plus(-27), to: end };
    let before = DayRange { from: end.plus(-83), to: end.plus(-56) };
    let total = |range| demo().1.sales().filter(|order| range_has(range, day_of(order))).count() as f64;
    let base = total(recent) / total(before);
    let planted = world.planted();
    let growth = |sku: &String| {
        let units = units_by_day(sku);
        sum_in(&units, recent) as f64 / sum_in(&units, before).max(1) as f64 / base
    };
    for sku in &planted.rising {
        assert!(growth(sku) > 1.4, "{sku}: {}", growth(sku));
    }
    for sku in &planted.falling {
        assert!(growth(sku) < 0.97, "{sku}: {}", growth(sku));
    }
}

fn range_has(range: DayRange, day: Day) -> bool {
    range.from <= day && day <= range.to
}

#[test]
fn christmas_is_the_high_season_and_summer_drinks_are_for_summer() {
    let by_month = |sku: &str, month: i8| {
        units_by_day(sku).iter().filter(|(day, _)| day.0.month() == month).map(|(_, units)| units).sum::<i64>()
    };
    assert!(by_month("HH-GFT-AC", 12) + by_month("HH-GFT-AC", 11) > 10 * by_month("HH-GFT-AC", 6).max(1));
    assert!(by_month("HH-FIL-CB-12", 7) > 2 * by_month("HH-FIL-CB-12", 2));
    let mut months: BTreeMap<(i16, i8), i64> = BTreeMap::new();
    for order in demo().1.sales() {
        let day = day_of(order);
        *months.entry((day.0.year(), day.0.month())).or_default() += 1;
    }
    let december = months[&(2025, 12)];
    assert!(months.range(..(2025, 12)).all(|(_, orders)| *orders < december), "{months:?}");
    assert!(months[&(2026, 9)] as f64 > 1.15 * months[&(2025, 9)] as f64, "growth: {months:?}");
}

#[test]
fn platforms_claim_more_than_they_caused() {
    let (world, _) = demo();
    let truth = world.truth(world.span());
    for (ads, ratio) in [(truth.meta, META_OVERCLAIM), (truth.google, GOOGLE_OVERCLAIM)] {
        let claimed = ads.final_claimed_centi as f64 / 100.0 / ads.orders as f64;
        // Poisson: the extra claims have a mean of (ratio - 1) an order.
        let error = ((ratio - 1.0) / ads.orders as f64).sqrt();
        assert!((claimed - ratio).abs() < 4.0 * error + 0.12, "claimed {claimed} for one, planted {ratio}");
        assert!((1.2..1.9).contains(&claimed));
        assert!(ads.claimed_centi < ads.final_claimed_centi, "the last four weeks are still to be restated");
    }
}

#[test]
fn incidents_of_the_history_are_in_the_exports() {
    let (world, shop) = demo();
    let planted = world.planted();
    assert_eq!(planted.incidents.len(), 4);
    for incident in &planted.incidents {
        let days = incident.days();
        let orders = shop.sales().filter(|order| range_has(days, day_of(order))).count() as f64;
        let week = DayRange { from: days.from.plus(-7), to: days.from.plus(-1) };
        let usual = shop.sales().filter(|order| range_has(week, day_of(order))).count() as f64 / 7.0;
        let mean = orders / f64::from(days.len_days());
        match incident {
            Incident::TrackingOutage { .. } => {
                let seen: i64 =
                    shop.funnel.values().filter(|row| range_has(days, row.day)).map(|row| row.purchases).sum();
                assert!(orders > 50.0 && (seen as f64) < 0.1 * orders, "{seen} of {orders}");
            }
            Incident::StockOut { product_id, .. } => {
                assert_eq!(sum_in(&units_by_day(product_id), days), 0);
                assert!(sum_in(&units_by_day(product_id), week) > 3);
            }
            Incident::CostSpike { name, .. } => {
                let click_rate = |range| {
                    let rows = shop.plain(AdPlatform::Meta).filter(|ad| range_has(range, ad.day));
                    let rows: Vec<_> = rows.filter(|ad| ad.ad_group_name.contains(name.as_str())).collect();
                    rows.iter().map(|ad| ad.clicks).sum::<i64>() as f64
                        / rows.iter().map(|ad| ad.impressions).sum::<i64>() as f64
                };
                assert!(click_rate(days) < 0.8 * click_rate(week));
            }
            Incident::SiteSlow { .. } => assert!(mean < 0.8 * usual, "{mean} after {usual} a day"),
        }
    }
}

#[test]
fn an_incident_on_day_eight_of_a_sprint_can_be_acted_on() {
    let mut world = World::new(Config { days: 120, ..Config::demo(3, today()) });
    world.run_until(world.config().last_day());
    let from = world.today().plus(1);
    world.launch(concept("fn-3k9x2m7q1p", from, 14, Some(0.0)));
    let bad = DayRange { from: from.plus(5), to: from.plus(13) };
    world.plant(Incident::CostSpike { name: "fn-3k9x2m7q1p".to_owned(), days: bad, factor: 3.0 });
    world.run_until(from.plus(7));
    let cost = |range| {
        let truth = world.concept_truth("fn-3k9x2m7q1p", range).unwrap();
        truth.spend_minor as f64 / truth.attributed_orders.max(1) as f64
    };
    let good = DayRange { from, to: from.plus(4) };
    assert!(cost(DayRange { to: from.plus(7), ..bad }) > 1.7 * cost(good));
}

#[test]
fn a_hero_that_runs_out_shows_as_an_empty_shelf() {
    let mut world = World::new(Config { days: 60, plant_history: false, ..Config::demo(4, today()) });
    world.run_until(world.config().last_day());
    let from = world.today().plus(3);
    let hero = world.hero_product_id();
    world.plant(Incident::StockOut { product_id: hero.to_owned(), days: DayRange { from, to: from.plus(4) } });
    let stock = |world: &World| Shop::of(world).products[hero].stock_units.unwrap();
    world.run_until(from.plus(-1));
    let low = stock(&world);
    world.run_until(from);
    let empty = stock(&world);
    world.run_until(from.plus(5));
    assert!(low > 0 && low < 30 && empty == 0 && stock(&world) > 50, "{low}, {empty}");
}

#[test]
fn people_tire_of_a_concept() {
    let mut first = 0.0;
    let mut last = 0.0;
    for seed in 0..6 {
        let mut world = World::new(Config { days: 30, ..Config::small(seed, today()) });
        world.run_until(world.config().last_day());
        let from = world.today().plus(1);
        world.launch(concept("fn-3k9x2m7q1p", from, 21, Some(0.0)));
        world.run_until(from.plus(20));
        let click_rate = |range| {
            let truth = world.concept_truth("fn-3k9x2m7q1p", range).unwrap();
            truth.clicks as f64 / truth.impressions as f64
        };
        first += click_rate(DayRange { from, to: from.plus(6) });
        last += click_rate(DayRange { from: from.plus(14), to: from.plus(20) });
    }
    assert!(last < 0.75 * first, "click rate {first} at first, {last} in the third week");
}
