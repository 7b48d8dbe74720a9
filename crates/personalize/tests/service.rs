//! Recommendations from orders in the lake to answers, exposures and results.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use common::{DAY_MS, NOW, Shop, ask, event, product};
use domain::{InstantMs, event::EventName};
use measure::Arm;
use personalize::{
    Answer, Ask, Look, Placement, Why,
    rules::{Boost, FilterRule, Pin, Rules, Selector},
    train,
};

fn ids(answer: &Answer) -> Vec<String> {
    answer.items.iter().map(|item| item.product_id.to_string()).collect()
}

/// A device that is drawn into `arm`.
fn device_in(service: &personalize::Service, arm: Arm) -> String {
    let drawn = |device: &String| service.answer(&ask(Placement::Home, device), NOW).arm == arm;
    (0..2_000).map(|n| format!("{arm:?}-{n}")).find(drawn).expect("some device")
}

#[tokio::test]
async fn from_orders_to_answers_to_results() {
    for store in store::testing::stores().await {
        let shop = Shop::open(store, 24, 600).await;
        let service = shop.serve().await;
        // Nothing trained: nobody is told that a list is made for them.
        shop.switch_on(&service, 200).await;
        let answer = service.answer(&ask(Placement::Home, "d1"), NOW);
        assert_eq!((answer.why, answer.personalised, answer.items.len()), (Why::NoModel, false, 8));
        assert_eq!(answer.model.name.as_ref(), "best_sellers");

        let report = shop.train(NOW).await;
        assert!(report.gate.open, "{:?}", report.gate);
        assert_eq!((report.version, report.counts.orders), (1, 600));
        service.refresh().await.unwrap();

        // Two arms, the holdout about a fifth; both are exposed, and only the change is personal.
        let mut arms = [0, 0];
        for n in 0..400 {
            let ask = Ask { product: Some("p2".into()), ..ask(Placement::Product, &format!("v{n}")) };
            let answer = service.answer(&ask, NOW);
            assert_eq!((answer.why, answer.items.len()), (Why::Drawn, 8));
            arms[usize::from(answer.arm == Arm::Change)] += 1;
            assert!(!ids(&answer).contains(&"p2".to_owned()), "the product at hand is not recommended");
            let wanted = if answer.arm == Arm::Change { 0.8 } else { 0.2 };
            assert!(answer.items.iter().all(|item| (item.propensity - wanted).abs() < 1e-6));
            assert_eq!(answer.personalised, answer.arm == Arm::Change);
            if answer.arm == Arm::Change {
                // Green goes with green: the model has learnt it, and says why.
                let is_green = |id: &String| id[1..].parse::<usize>().unwrap() % 2 == 0;
                assert!(ids(&answer)[..5].iter().all(is_green), "{:?}", ids(&answer));
                assert!(answer.items.iter().any(|item| item.reason.text == "because you viewed Tea 2"), "{answer:?}");
                assert_eq!(answer.items[0].url.as_deref().unwrap()[..28], *"https://tea.example/products");
            }
        }
        assert!((50..110).contains(&arms[0]), "{arms:?}");
        service.flush().await;
        let scope = service.answer(&ask(Placement::Product, "v0"), NOW).change.unwrap();
        let exposed = store::measure_exposures::of_scope(&shop.store, &scope.to_string()).await.unwrap();
        assert_eq!(exposed.len(), 400);
        assert_eq!(exposed.iter().filter(|exposure| exposure.arm == "baseline").count(), arms[0]);

        // A click, an add: joined to the answer that showed it.
        let device = device_in(&service, Arm::Change);
        let shown = service.answer(&ask(Placement::Home, &device), NOW);
        let later = InstantMs(NOW.0 + 60_000);
        service.observe(&event(EventName::ProductViewed, &device, &shown.items[0].product_id, later));
        service.observe(&event(EventName::ProductAdded, &device, &shown.items[0].product_id, later));
        service.flush().await;
        let lines = personalize::results::results(&shop.lake, 28, InstantMs(NOW.0 + 120_000)).await.unwrap();
        let home: Vec<_> = lines.iter().filter(|line| line.placement == "home" && line.arm == "change").collect();
        assert_eq!(
            home.iter().map(|line| (line.clicks, line.adds)).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1)),
            (1, 1)
        );
        let product_page =
            lines.iter().filter(|line| line.placement == "product").map(|line| line.answers).sum::<u64>();
        assert_eq!(product_page, 401);

        // A kill in the ledger is seen with the next refresh.
        let mut tx = shop.store.begin().await.unwrap();
        measure::kill(&mut tx, scope, NOW, "ann", "No more").await.unwrap();
        tx.commit().await.unwrap();
        service.refresh().await.unwrap();
        let answer = service.answer(&ask(Placement::Product, "v0"), NOW);
        assert_eq!((answer.why, answer.arm, answer.personalised), (Why::Off, Arm::Baseline, false));
    }
}

#[tokio::test]
async fn a_view_counts_in_the_next_answer_and_what_is_sold_out_is_gone_from_it() {
    let store = store::testing::stores().await.remove(0);
    let shop = Shop::open(store, 24, 600).await;
    shop.train(NOW).await;
    let service = shop.serve().await;
    shop.switch_on(&service, 100).await;
    let device = device_in(&service, Arm::Change);
    let before = service.answer(&ask(Placement::Home, &device), NOW);
    service.observe(&event(EventName::ProductViewed, &device, "p5", InstantMs(NOW.0 + 1)));
    let after = service.answer(&ask(Placement::Home, &device), NOW);
    assert_ne!(ids(&before), ids(&after), "the same session's next answer");
    assert!(ids(&after).iter().all(|id| id[1..].parse::<usize>().unwrap() % 2 == 1), "{:?}", ids(&after));

    let gone = ids(&after)[0].clone();
    let number: usize = gone[1..].parse().unwrap();
    shop.put(domain::facts::Product { stock_units: Some(0), ..product(number) }).await;
    service.refresh().await.unwrap();
    let next = service.answer(&ask(Placement::Home, &device), NOW);
    assert!(!ids(&next).contains(&gone));
    assert_eq!(next.items.len(), 8);

    // Bought: not again for a fortnight.
    service.observe(&event(EventName::OrderCompleted, &device, &ids(&next)[0], NOW));
    assert!(!ids(&service.answer(&ask(Placement::Home, &device), NOW)).contains(&ids(&next)[0]));
    let much_later = InstantMs(NOW.0 + 20 * DAY_MS);
    assert_eq!(service.answer(&ask(Placement::Home, &device), much_later).items.len(), 8);
}

#[tokio::test]
async fn what_visitors_look_at_together_reaches_others_with_the_next_append() {
    let store = store::testing::stores().await.remove(0);
    let shop = Shop::open(store, 24, 600).await;
    shop.train(NOW).await;
    let service = shop.serve().await;
    shop.switch_on(&service, 100).await;
    // A product that the model never saw.
    shop.put(product(24)).await;
    service.refresh().await.unwrap();
    let device = device_in(&service, Arm::Change);
    let request = Ask { session: vec!["p3".into()], ..ask(Placement::Home, &device) };
    assert!(!ids(&service.answer(&request, NOW)).contains(&"p24".to_owned()));
    for n in 0..30 {
        let at = InstantMs(NOW.0 + n * 1000);
        service.observe(&event(EventName::ProductViewed, &format!("other-{n}"), "p3", at));
        service.observe(&event(EventName::ProductViewed, &format!("other-{n}"), "p24", InstantMs(at.0 + 500)));
    }
    assert!(!ids(&service.answer(&request, NOW)).contains(&"p24".to_owned()), "not before the append");
    service.append();
    assert!(ids(&service.answer(&request, NOW)).contains(&"p24".to_owned()));
}

#[tokio::test]
async fn a_new_product_is_recommended_at_once_by_what_it_reads_like() {
    let store = store::testing::stores().await.remove(0);
    let shop = Shop::open(store, 24, 600).await;
    shop.train(NOW).await;
    let service = shop.serve().await;
    shop.switch_on(&service, 100).await;
    let device = device_in(&service, Arm::Change);
    let request = Ask { session: vec!["p6".into()], limit: 12, ..ask(Placement::Home, &device) };
    let black = Ask { session: vec!["p7".into()], limit: 12, ..ask(Placement::Home, &device) };
    shop.put(domain::facts::Product { title: "Tea 6 in a tin".into(), ..product(24) }).await;
    service.refresh().await.unwrap();
    let answer = service.answer(&request, NOW);
    let new = answer.items.iter().find(|item| &*item.product_id == "p24").expect("green goes with green");
    assert_eq!(new.reason.text, "similar to Tea 6");
    // It is no better than what is known to go well.
    assert!(new.position > 1, "{answer:?}");
    let place = |answer: &Answer| ids(answer).iter().position(|id| id == "p24").unwrap_or(usize::MAX);
    assert!(place(&service.answer(&black, NOW)) > place(&answer), "black goes with black");
    // Whoever looks at it gets what goes with what it reads like.
    let of_it = Ask { product: Some("p24".into()), ..ask(Placement::Product, &device) };
    let is_green = |id: &String| id[1..].parse::<usize>().unwrap() % 2 == 0;
    let greens = ids(&service.answer(&of_it, NOW)).iter().filter(|id| is_green(id)).count();
    assert!(greens >= 6, "{:?}", ids(&service.answer(&of_it, NOW)));
}

#[tokio::test]
async fn rules_are_versions_and_a_look_says_why() {
    let store = store::testing::stores().await.remove(0);
    let shop = Shop::open(store, 24, 600).await;
    shop.train(NOW).await;
    let service = shop.serve().await;
    shop.switch_on(&service, 100).await;
    let only =
        |ids: &[&str]| Selector { products: ids.iter().map(ToString::to_string).collect(), ..Selector::default() };
    let request = Ask { product: Some("p2".into()), limit: 6, ..ask(Placement::Product, "d") };
    let now = service.look(&request, &Look { explain: true, ..Look::default() }, NOW);
    let first = ids(&now.answer)[0].clone();
    let rules = Rules {
        filters: vec![FilterRule { without: Some(only(&[&first])), ..FilterRule::default() }],
        pins: vec![Pin { product: "p7".into(), position: 2, placements: vec![Placement::Product] }],
        boosts: vec![Boost { what: only(&["p6"]), factor: 0.0, placements: Vec::new() }],
        ..Rules::default()
    };
    let then = service.look(&request, &Look { rules: Some(rules.clone()), explain: true, ..Look::default() }, NOW);
    assert!(!ids(&then.answer).contains(&first), "{:?}", ids(&then.answer));
    assert_eq!(ids(&then.answer)[1], "p7");
    let said = then.trace.iter().find(|steps| steps.product_id.as_ref() == "p7").unwrap();
    assert_eq!(
        (said.steps[0].as_str(), said.steps.last().unwrap().as_str()),
        ("pinned to position 2", "stands at position 2")
    );
    assert!(!then.opinions.is_empty() && then.opinions[0].members[0].rank.is_some(), "{:?}", then.opinions);

    assert!(
        personalize::save_rules(&service, &Rules { margin_weight: 7.0, ..rules.clone() }, "", NOW, "ann")
            .await
            .is_err()
    );
    assert_eq!(personalize::save_rules(&service, &rules, "Spring", NOW, "ann").await.unwrap(), 1);
    assert_eq!(personalize::save_rules(&service, &Rules::default(), "Back", NOW, "ann").await.unwrap(), 2);
    assert_eq!(service.status().rules_version, 2);
    assert_eq!(personalize::rules_of(&shop.store, Some(1)).await.unwrap().unwrap().doc, rules);
    assert_eq!(personalize::rules_history(&shop.store).await.unwrap().len(), 2);

    let mut csv = Vec::new();
    let per = personalize::export::Per::Product;
    assert_eq!(personalize::export::write(&service, per, 3, NOW, &|key| key.to_owned(), &mut csv).unwrap(), 24);
    let text = String::from_utf8(csv).unwrap();
    assert!(text.starts_with("product,recommended_1,reason_1,"), "{text}");
}

#[tokio::test]
async fn who_misleads_the_models_is_named_and_left_out_by_a_person() {
    let store = store::testing::stores().await.remove(0);
    let shop = Shop::open(store, 24, 600).await;
    let ago = |days: i64, n: i64| InstantMs(NOW.0 - days * DAY_MS + n * 1000);
    let view = |who: &str, n: i64, at| event(EventName::ProductViewed, who, &format!("p{}", n % 24), at);
    // A robot reads the catalogue many times over, staff look in each day, a shopper compares for an afternoon and buys.
    let mut events: Vec<_> = (0..200).map(|n| view("robot", n, ago(3, n))).collect();
    events.extend((0..40).map(|day| view("staff", day, ago(day + 1, 0))));
    events.extend((0..160).map(|n| view("eager", n, ago(5, n))));
    events.push(event(EventName::ProductAdded, "eager", "p3", ago(5, 200)));
    shop.events(&events).await;
    // A reseller takes sixty at once; a colleague three times something for nothing; somebody once.
    shop.order(9_001, "reseller", 60, 0, ago(4, 0)).await;
    for n in 0..3 {
        shop.order(9_010 + n, "colleague", 1, 10_000_000, ago(6 + n as i64, 0)).await;
    }
    shop.order(9_020, "lucky", 1, 10_000_000, ago(7, 0)).await;

    let found = personalize::suspects::suspects(&shop.lake, NOW).await.unwrap();
    let named: Vec<(String, personalize::suspects::Kind)> =
        found.all.iter().map(|one| (one.who.clone(), one.kind)).collect();
    use personalize::suspects::Kind::{Bot, Bulk, Staff};
    let wanted = [("robot", Bot), ("staff", Staff), ("colleague", Staff), ("reseller", Bulk)];
    assert_eq!(named, wanted.map(|(who, kind)| (who.to_owned(), kind)), "{found:#?}");
    assert_eq!(found.all[0].why, "200 products viewed on one day, none put into a cart");

    // Named is not left out; left out is gone from what is learnt.
    let sessions = shop.train(NOW).await.counts.sessions;
    let mut tx = shop.store.begin().await.unwrap();
    train::set_excluded(&mut tx, &["robot".to_owned(), "staff".to_owned()]).await.unwrap();
    tx.commit().await.unwrap();
    let fewer = shop.train(NOW).await.counts.sessions;
    assert!(fewer < sessions, "{fewer} of {sessions}");
}

#[tokio::test]
async fn thin_data_gets_best_sellers_that_say_so() {
    let store = store::testing::stores().await.remove(0);
    let shop = Shop::open(store, 24, 30).await;
    let options = train::Options::default();
    let report = train::train(&shop.lake, shop.folder.path(), &options, NOW, "test", &|_| {}).await.unwrap();
    assert!(!report.gate.open);
    let service = shop.serve().await;
    shop.switch_on(&service, 100).await;
    let answer = service.answer(&ask(Placement::Home, "d"), NOW);
    assert_eq!((answer.why, answer.personalised), (Why::DataGate, false));
    assert_eq!(answer.model.name.as_ref(), "best_sellers");
    assert!(answer.notes[0].contains("30 orders and sessions, needed 200"), "{:?}", answer.notes);
    assert!(answer.items.iter().all(|item| item.reason.kind == "best_seller"));
}

#[tokio::test]
async fn a_damaged_model_does_not_take_the_one_down_that_serves() {
    let store = store::testing::stores().await.remove(0);
    let shop = Shop::open(store, 24, 600).await;
    shop.train(NOW).await;
    let service = shop.serve().await;
    let second = shop.train(InstantMs(NOW.0 + 1)).await;
    let row = store::recommend_models::get(&shop.store, second.version).await.unwrap().unwrap();
    let path = shop.folder.path().join(train::FOLDER).join(&row.file);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    service.refresh().await.unwrap();
    assert_eq!(service.status().model_version, 1);
    assert!(train::load(shop.folder.path(), &row).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuild_under_load_fails_no_request_and_mixes_no_versions() {
    let store = store::testing::stores().await.remove(0);
    let shop = Shop::open(store, 40, 300).await;
    shop.train(NOW).await;
    let service = shop.serve().await;
    shop.switch_on(&service, 100).await;
    let device = device_in(&service, Arm::Change);
    let request = Ask { product: Some("p2".into()), ..ask(Placement::Product, &device) };
    // Each version of the rules pins another product to each position: an answer of two versions would show it.
    let stop = Arc::new(AtomicBool::new(false));
    let askers: Vec<_> = (0..2)
        .map(|_| {
            let (service, stop, request) = (service.clone(), Arc::clone(&stop), request.clone());
            std::thread::spawn(move || {
                let (mut answers, mut seen) = (0u64, HashSet::new());
                while !stop.load(Ordering::Relaxed) {
                    let answer = service.answer(&request, NOW);
                    assert_eq!((answer.items.len(), answer.why), (8, Why::Drawn));
                    if answer.rules > 0 {
                        let from = 3 + (answer.rules as usize - 1) % 3 * 4;
                        for (at, item) in answer.items.iter().take(4).enumerate() {
                            assert_eq!(item.product_id.as_ref(), format!("p{}", from + at), "rules {}", answer.rules);
                        }
                    }
                    seen.insert((answer.model.version, answer.rules));
                    answers += 1;
                    std::thread::sleep(std::time::Duration::from_micros(500));
                }
                (answers, seen)
            })
        })
        .collect();
    for round in 0..4usize {
        let pins = (0..4)
            .map(|at| Pin { product: format!("p{}", 3 + round % 3 * 4 + at), position: at + 1, placements: Vec::new() })
            .collect();
        let rules = Rules { pins, ..Rules::default() };
        personalize::save_rules(&service, &rules, "", NOW, "ann").await.unwrap();
        shop.train(InstantMs(NOW.0 + round as i64 + 1)).await;
        service.refresh().await.unwrap();
    }
    stop.store(true, Ordering::Relaxed);
    let (mut answers, mut seen) = (0, HashSet::new());
    for asker in askers {
        let (count, of_one) = asker.join().expect("no request failed");
        answers += count;
        seen.extend(of_one);
    }
    assert_eq!(service.status().model_version, 5);
    assert!(answers > 100 && seen.len() > 3, "{answers} answers of {} states", seen.len());
    service.flush().await;
}
