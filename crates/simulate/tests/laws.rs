//! What holds in every world: the same seed gives the same bytes, and a launch changes nothing but what it causes.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Shop, concept, today};
use domain::{Day, DayRange};
use proptest::prelude::*;
use simulate::{Config, Incident, Treatment, World};

fn short(seed: u64) -> Config {
    Config { days: 90, plant_history: false, ..Config::small(seed, today()) }
}

fn world(seed: u64) -> World {
    let mut world = World::new(short(seed));
    world.run_until(world.config().last_day());
    world
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let [a, b, c] = [1, 1, 2].map(|seed| {
        let world = world(seed);
        world.exports(world.span())
    });
    assert_eq!(a, b);
    assert!(a.iter().zip(&c).skip(1).all(|(one, other)| one.bytes != other.bytes));
}

#[test]
fn running_day_by_day_is_running_at_once() {
    let at_once = world(4);
    let mut stepped = World::new(short(4));
    let mut days: Vec<Day> = Vec::new();
    while stepped.today() < stepped.config().last_day() {
        days.push(stepped.step());
        // Looking changes nothing.
        let _ = stepped.truth(stepped.span());
    }
    assert_eq!(days.len(), 90);
    assert_eq!(stepped.exports(stepped.span()), at_once.exports(at_once.span()));
}

#[test]
fn telling_a_launch_ahead_is_telling_it_on_its_eve() {
    let from = short(7).last_day().plus(-20);
    let launches = [concept("fn-1111111111", from, 14, None), concept("fn-2222222222", from.plus(3), 14, Some(0.4))];
    let slow = Incident::SiteSlow { days: DayRange { from: from.plus(7), to: from.plus(7) } };
    let mut ahead = World::new(short(7));
    ahead.plant(slow.clone());
    launches.iter().for_each(|launched| ahead.launch(launched.clone()));
    ahead.run_until(from.plus(20));
    let mut on_time = World::new(short(7));
    for launched in launches {
        on_time.run_until(launched.from.plus(-1));
        on_time.launch(launched);
    }
    on_time.run_until(from.plus(6));
    on_time.plant(slow);
    on_time.run_until(from.plus(20));
    assert_eq!(ahead.exports(ahead.span()), on_time.exports(on_time.span()));
}

#[test]
fn the_truths_of_two_parts_add_up() {
    let world = world(6);
    let span = world.span();
    let middle = span.from.plus(40);
    let late = world.truth(domain::DayRange { from: middle.plus(1), to: span.to });
    let early = world.truth(domain::DayRange { from: span.from, to: middle });
    let all = world.truth(span);
    assert_eq!(early.orders + late.orders, all.orders);
    assert_eq!(early.gross_minor + late.gross_minor, all.gross_minor);
    assert_eq!(early.ad_spend_minor() + late.ad_spend_minor(), all.ad_spend_minor());
    // Refunds and claims go on coming in.
    assert!(early.returns_minor + late.returns_minor >= all.returns_minor);
    assert!(early.meta.claimed_centi + late.meta.claimed_centi <= all.meta.claimed_centi);
}

#[test]
fn exports_of_no_days_are_none() {
    let world = World::new(short(1));
    assert!(world.exports(world.span()).is_empty());
    assert_eq!(world.truth(world.span()).orders, 0);
}

#[test]
fn most_concepts_do_little_and_some_harm() {
    let mut world = World::new(short(8));
    for nth in 0..400 {
        let launched = concept(&format!("fn-{nth:010}"), today().plus(900), 14, None);
        world.launch(launched);
    }
    let shares: Vec<f64> = world.concept_truths(world.span()).iter().map(|truth| truth.incremental_share).collect();
    let part = |of: fn(&f64) -> bool| shares.iter().filter(|share| of(share)).count() as f64 / 400.0;
    assert!((0.37..0.53).contains(&part(|share| *share == 0.0)));
    assert!((0.06..0.2).contains(&part(|share| *share > 0.3)), "of three bets, none or one wins");
    assert!((0.06..0.2).contains(&part(|share| *share < 0.0)));
}

#[test]
fn a_second_launch_of_a_concept_replaces_its_plan() {
    let mut world = world(9);
    let from = world.today().plus(1);
    world.launch(concept("fn-1111111111", from, 14, Some(0.2)));
    world.run_until(from.plus(2));
    world.launch(concept("fn-1111111111", from.plus(5), 3, Some(0.2)));
    world.run_until(from.plus(20));
    let truths = world.concept_truths(world.span());
    assert_eq!(truths.len(), 1);
    assert!((6 * 5_000..6 * 7_000).contains(&truths[0].spend_minor), "{truths:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    /// Counterfactual: two worlds of one seed, one with a concept, differ by exactly the concept's truth.
    #[test]
    fn a_launch_changes_nothing_but_what_it_causes(seed in 0u64..1_000, share in -0.5f64..1.0) {
        let mut without = world(seed);
        let mut with = world(seed);
        let from = without.today().plus(1);
        with.launch(concept("fn-3k9x2m7q1p", from, 14, Some(share)));
        without.run_until(from.plus(40));
        with.run_until(from.plus(40));
        let (a, b) = (without.truth(without.span()), with.truth(with.span()));
        let caused = with.concept_truth("fn-3k9x2m7q1p", with.span()).unwrap();
        prop_assert_eq!(b.orders - a.orders, caused.incremental_orders + caused.follow_on_orders);
        prop_assert_eq!(b.ad_spend_minor() - a.ad_spend_minor(), caused.spend_minor);
        if caused.follow_on_orders == 0 {
            let placed = |truth: &simulate::Truth| truth.gross_minor - truth.discounts_minor;
            prop_assert_eq!(placed(&b) - placed(&a), caused.incremental_net_minor);
        }
    }
}

/// Orders by customer, without the numbers that the day's sorting gives them.
fn by_customer(world: &World) -> std::collections::BTreeMap<String, Vec<String>> {
    let mut all = std::collections::BTreeMap::<String, Vec<String>>::new();
    for order in Shop::of(world).orders.into_values() {
        let key = order.customer_key.clone().unwrap_or_default().to_lowercase();
        let order = domain::facts::Order { order_id: String::new(), ..order };
        all.entry(key).or_default().push(format!("{order:?}"));
    }
    all.values_mut().for_each(|orders| orders.sort());
    all
}

#[test]
fn a_treatment_changes_nothing_but_the_orders_of_its_customers_and_its_truth_is_the_difference() {
    // order rate, basket, whether it earns.
    for (rate, basket, earns) in
        [(2.5, 1.0, true), (1.0, 1.3, true), (0.4, 1.0, false), (1.0, 0.85, false), (1.6, 0.9, true)]
    {
        let (mut without, mut with) = (world(11), world(11));
        let from = without.today().plus(1);
        let people = with.last_ordered(DayRange { from: from.plus(-40), to: from.plus(-5) });
        assert!(people.len() > 20 && people.is_sorted(), "{}", people.len());
        let treated: Vec<u64> = people.iter().copied().step_by(2).chain([1]).collect();
        let emails: Vec<String> = treated.iter().filter_map(|id| with.email_of(*id)).collect();
        assert_eq!(emails.len() + 1, treated.len(), "an id that the shop does not know is ignored");
        let of = |customers: &[u64], from: Day| Treatment {
            name: "reminder".into(),
            customers: customers.to_vec(),
            days: DayRange { from, to: from.plus(20) },
            order_rate_factor: rate,
            basket_factor: basket,
        };
        // Told in two parts, one of them ahead of its day.
        let (one, two) = treated.split_at(treated.len() / 2);
        with.treat(of(one, from));
        with.treat(of(two, from.plus(3)));
        for world in [&mut without, &mut with] {
            world.launch(concept("fn-3k9x2m7q1p", from, 14, Some(0.3)));
            world.run_until(from.plus(40));
        }
        let (a, b) = (by_customer(&without), by_customer(&with));
        let changed: Vec<&String> = b.keys().chain(a.keys()).filter(|key| a.get(*key) != b.get(*key)).collect();
        assert!(!changed.is_empty() && changed.iter().all(|key| emails.contains(key)), "{changed:?}");
        let truths = with.treatment_truths(with.span());
        let (a, b) = (without.truth(without.span()), with.truth(with.span()));
        assert_eq!((truths.len(), truths[0].customers as usize), (1, emails.len()));
        assert_eq!(truths[0].incremental_orders, b.orders - a.orders, "{rate} {basket}");
        assert_eq!(truths[0].incremental_net_minor, b.net_minor - a.net_minor, "{rate} {basket}");
        assert_eq!(truths[0].incremental_net_minor > 0, earns, "{truths:?}");
        assert_eq!(truths[0].lift().unwrap() > 0.0, earns);
        assert_eq!(a.ad_spend_minor(), b.ad_spend_minor());
    }
}

#[test]
fn telling_a_treatment_ahead_is_telling_it_on_its_eve() {
    let from = short(7).last_day().plus(-20);
    let mut on_time = World::new(short(7));
    on_time.run_until(from.plus(-1));
    let treatment = Treatment {
        name: "voucher".into(),
        customers: on_time.last_ordered(DayRange { from: from.plus(-30), to: from }),
        days: DayRange { from, to: from.plus(9) },
        order_rate_factor: 3.0,
        basket_factor: 0.9,
    };
    let mut ahead = World::new(short(7));
    ahead.treat(treatment.clone());
    ahead.run_until(from.plus(20));
    on_time.treat(treatment);
    on_time.run_until(from.plus(20));
    assert_eq!(ahead.exports(ahead.span()), on_time.exports(on_time.span()));
    assert_eq!(ahead.treatment_truths(ahead.span()), on_time.treatment_truths(on_time.span()));
}
