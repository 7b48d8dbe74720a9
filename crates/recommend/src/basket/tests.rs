//! Laws of the protocol and the recommender.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::{
    Reason,
    artefact::{Reader, Writer, laws},
};

const DAY_S: i64 = 86_400;

/// A little shop: 60 customers, 12 baskets each a fortnight apart; everyone has a product of their own (0-9) that comes
/// in every second basket, items 10 and 11 go together, item 12 sells to everybody once.
fn shop() -> Vec<Line> {
    let mut lines = Vec::new();
    for customer in 0..60u32 {
        for n in 0..12i64 {
            let time_s = (n * 14 + i64::from(customer % 14)) * DAY_S;
            let mut buy = |item| lines.push(Line { customer, time_s, item, value: 2.0 });
            if n % 2 == i64::from(customer % 2) {
                buy(customer % 10);
            }
            if (n + i64::from(customer)) % 5 == 0 {
                buy(10);
                buy(11);
            }
            if n == i64::from(customer % 12) {
                buy(12);
            }
            buy(13 + (customer * 7 + n as u32 * 3) % 8);
        }
    }
    lines
}

fn options(threads: usize) -> BlendOptions {
    let growth = Growth { trees: 12, depth: 4, rate: 0.2, ridge: 1.0 };
    BlendOptions { steps: 6, growth, threads, ..BlendOptions::default() }
}

fn list(model: &BasketRecommender, log: &Baskets, customer: u32, now_s: i64) -> Vec<Recommended> {
    let (mut workspace, mut answer) = (Workspace::default(), Vec::new());
    let shopper = Shopper { customer: Some(customer), history: log.history(customer, now_s), now_s };
    model.recommend(&shopper, 5, &|_| true, &mut workspace, &mut answer);
    answer
}

#[test]
fn the_same_for_any_number_of_threads_and_after_being_kept() {
    let log = Baskets::new(shop());
    let now_s = 170 * DAY_S;
    let past = Past::new(&log, now_s);
    let save = |model: &BasketRecommender| {
        let mut writer = Writer::new();
        model.save(&mut writer);
        writer.finish()
    };
    let model = BasketRecommender::fit(past, options(1));
    let bytes = save(&model);
    assert!(bytes == save(&BasketRecommender::fit(past, options(3))), "threads change nothing");
    let loaded = BasketRecommender::load(&Reader::new(bytes.clone().into()).unwrap()).unwrap();
    for customer in [0, 7, 59, 1_000] {
        assert_eq!(list(&model, &log, customer, now_s), list(&loaded, &log, customer, now_s));
    }
    let empty = save(&BasketRecommender::default());
    assert!(list(&BasketRecommender::load(&Reader::new(empty.into()).unwrap()).unwrap(), &log, 0, now_s).is_empty());
}

proptest! {
    /// As of sessions' models: somebody who makes the checksum right gets an error or some list.
    #[test]
    fn a_hostile_file_is_no_panic(changes in laws::changes()) {
        static WHOLE: std::sync::OnceLock<(Baskets, Vec<u8>)> = std::sync::OnceLock::new();
        let now_s = 170 * DAY_S;
        let (log, whole) = WHOLE.get_or_init(|| {
            let log = Baskets::new(shop());
            let mut writer = Writer::new();
            BasketRecommender::fit(Past::new(&log, now_s), options(1)).save(&mut writer);
            (log, writer.finish())
        });
        let reader = Reader::new(laws::changed(whole, &changes).into());
        if let Ok(model) = reader.and_then(|reader| BasketRecommender::load(&reader)) {
            list(&model, log, 7, now_s);
        }
    }
}

#[test]
fn reasons_say_what_is_so() {
    let log = Baskets::new(shop());
    let now_s = 170 * DAY_S;
    let model = BasketRecommender::fit(Past::new(&log, now_s), options(2));
    // Customer 8 buys item 8 every 28 days; the last time is 22 days ago. Customer 7 bought item 7 nine days ago.
    let find = |who: u32| list(&model, &log, who, now_s).into_iter().find(|one| one.item == who).unwrap();
    let own = find(8);
    assert_eq!(find(7).reason, Reason::OftenBought);
    assert!(matches!(own.reason, Reason::TimeToRestock { gap_days: 24..=32, .. }), "{own:?}");
    // A stranger with item 10 alone is told of item 11.
    let (mut workspace, mut answer) = (Workspace::default(), Vec::new());
    let history = History { items: &[10], times_s: &[now_s - 3_600] };
    model.recommend(&Shopper { customer: None, history, now_s }, 21, &|_| true, &mut workspace, &mut answer);
    let with = answer.iter().find(|one| one.item == 11).unwrap();
    assert_eq!(with.reason, Reason::BoughtWith { item: 10 });
    // Somebody who bought nothing gets best-sellers, and only what is allowed.
    let nobody = Shopper { customer: None, history: History::default(), now_s };
    model.recommend(&nobody, 3, &|item| item % 2 == 1, &mut workspace, &mut answer);
    assert_eq!(answer.len(), 3);
    assert!(answer.iter().all(|one| one.item % 2 == 1 && one.reason == Reason::BestSeller), "{answer:?}");
}

/// What happens at or after a test basket's instant changes nothing of its figures.
#[test]
fn the_future_does_not_train() {
    let lines = shop();
    let now_s = 120 * DAY_S;
    let poisoned: Vec<Line> = lines
        .iter()
        .map(|line| if line.time_s < now_s { *line } else { Line { item: 20 - line.item, value: 9.0, ..*line } })
        .collect();
    let lists = |lines: Vec<Line>| {
        let log = Baskets::new(lines);
        let model = BasketRecommender::fit(Past::new(&log, now_s), options(1));
        (0..60).map(|customer| list(&model, &log, customer, now_s)).collect::<Vec<_>>()
    };
    assert_eq!(lists(lines), lists(poisoned));
}

#[test]
fn learning_beats_the_baselines_on_a_shop_with_habits() {
    let log = Baskets::new(shop());
    let protocol = Protocol { at: &[2], ..Protocol::default() };
    let ours = evaluate(&log, &protocol, &mut Chain::new(options(1)));
    let frequent = evaluate(&log, &protocol, &mut Refit::new("most-frequent", MostFrequent::fit));
    assert_eq!((ours[0].baskets, frequent[0].baskets), (60, 60));
    assert!(ours[0].recall > frequent[0].recall, "{} {}", ours[0].recall, frequent[0].recall);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Any log, any question: no panic, no item twice, none that is not allowed, as many as there are.
    #[test]
    fn any_log_any_question(
        lines in prop::collection::vec((0u32..6, 0i64..90, 0u32..12), 0..80),
        history in prop::collection::vec((0u32..30, 0i64..200), 0..8),
        barred in 0u32..12,
        k in 0usize..15,
    ) {
        let line = |&(customer, day, item): &(u32, i64, u32)| Line { customer, time_s: day * DAY_S, item, value: 1.0 };
        let log = Baskets::new(lines.iter().map(line).collect());
        let now_s = 60 * DAY_S;
        let growth = Growth { trees: 3, depth: 3, rate: 0.2, ridge: 1.0 };
        let options = BlendOptions { steps: 3, growth, ..BlendOptions::default() };
        let model = BasketRecommender::fit(Past::new(&log, now_s), options);
        let mut history = history;
        history.sort_by_key(|entry| entry.1);
        let items: Vec<u32> = history.iter().map(|entry| entry.0).collect();
        let times_s: Vec<i64> = history.iter().map(|entry| entry.1 * DAY_S).collect();
        let (mut workspace, mut answer) = (Workspace::default(), Vec::new());
        let shopper = Shopper { customer: Some(3), history: History { items: &items, times_s: &times_s }, now_s };
        model.recommend(&shopper, k, &|item| item != barred, &mut workspace, &mut answer);
        let mut sold: Vec<u32> =
            lines.iter().filter(|line| line.1 < 60 && line.2 != barred).map(|line| line.2).collect();
        sold.sort_unstable();
        sold.dedup();
        prop_assert!(answer.len() >= k.min(sold.len()) && answer.len() <= k);
        let mut items: Vec<u32> = answer.iter().map(|one| one.item).collect();
        items.sort_unstable();
        items.dedup();
        prop_assert_eq!(items.len(), answer.len());
        prop_assert!(!items.contains(&barred));
    }
}
