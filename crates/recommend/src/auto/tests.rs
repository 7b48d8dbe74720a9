#![allow(clippy::unwrap_used)]
use std::cell::{Cell, RefCell};

use super::{Hooks, MemberOptions, Stages, train, train_with};
use crate::{
    Catalogue, Item, Model, Recommender, Session, Sessions, Signal, auto::ranker::SplitMix, models::TrainOptions,
    neighbours::NeighbourOptions, rules::Rules,
};

/// Walks around a ring of items, now and then twice on the spot.
fn ring(sessions: usize, items: u64) -> Sessions {
    let mut random = SplitMix(3);
    let mut ring = Sessions::new();
    for _ in 0..sessions {
        let mut at = random.next() % items;
        for _ in 0..4 {
            ring.items.push(at as Item);
            at = (at + [0, 1, 1, 1, 2][(random.next() % 5) as usize]) % items;
        }
        ring.starts.push(ring.items.len());
    }
    ring.signals = vec![Signal::View; ring.items.len()];
    ring.times_s = (0..ring.items.len() as i64).collect();
    ring
}

fn catalogue(items: u64) -> Catalogue {
    let mut catalogue = Catalogue::default();
    (0..items).for_each(|item| _ = catalogue.intern(&format!("item {item}")));
    catalogue
}

fn members() -> Vec<MemberOptions> {
    vec![MemberOptions::Rules(Rules::options()), MemberOptions::Vstan(NeighbourOptions::vstan())]
}

/// As [`members`], quick to ask.
fn few_neighbours() -> Vec<MemberOptions> {
    let vstan = NeighbourOptions { sample: 100, neighbours: 30, ..NeighbourOptions::vstan() };
    vec![MemberOptions::Rules(Rules::options()), MemberOptions::Vstan(vstan)]
}

fn saved(model: &dyn Model) -> Vec<u8> {
    let mut out = crate::artefact::Writer::new();
    model.save(&mut out);
    out.finish()
}

fn top(model: &dyn Model, session: &[Item], items: usize) -> Vec<Item> {
    let (mut scores, mut best) = (crate::Scores::new(items), Vec::new());
    let signals = vec![Signal::View; session.len()];
    let times_s = vec![0; session.len()];
    let session = Session { items: session, signals: &signals, times_s: &times_s, user: None };
    model.score(&crate::Query { session, history: &[] }, &mut scores);
    scores.take_top(3, &mut best);
    best.iter().map(|scored| scored.item).collect()
}

#[test]
fn learns_the_order_and_does_not_depend_on_threads() {
    let sessions = ring(3_000, 12);
    let options = TrainOptions { budget: 0, ..TrainOptions::default() };
    let one = train_with(members(), &sessions, 12, &options, Hooks::only(&|_| ()));
    let three = train_with(members(), &sessions, 12, &TrainOptions { threads: 3, ..options }, Hooks::only(&|_| ()));
    assert_eq!(saved(&one), saved(&three));
    assert_eq!(top(&one, &[2, 3], 12)[0], 4);
    let bytes = saved(&one);
    let loaded = super::Auto::load(&crate::artefact::Reader::new(bytes.clone().into()).unwrap(), 12).unwrap();
    for session in [&[5][..], &[1, 2], &[4, 4, 9]] {
        assert_eq!(top(&loaded, session, 12), top(&one, session, 12));
    }
}

#[test]
fn nothing_one_item_and_few_sessions() {
    let options = TrainOptions::default();
    for (sessions, items) in [(0, 0), (0, 3), (1, 1), (2, 2), (30, 5)] {
        let log = if items == 0 { Sessions::new() } else { ring(sessions, items) };
        let model = train(&log, items as usize, &options, Hooks::only(&|_| ()));
        assert!(top(&model, &[], items as usize).is_empty());
        if sessions > 0 {
            assert!(!top(&model, &[0], items as usize).is_empty());
        }
    }
}

#[test]
fn a_recommender_fills_up_with_best_sellers_and_explains() {
    let trained = Recommender::train("auto", &ring(40, 6), catalogue(6), &TrainOptions::default(), &|_| ()).unwrap();
    let served = Recommender::load(trained.save()).unwrap();
    let (mut workspace, mut answer) = (served.workspace(), Vec::new());
    served.recommend(&["item 2", "no such"], &[], 5, &|item| item != 3, &mut workspace, &mut answer);
    assert_eq!(answer.len(), 5);
    assert!(answer.iter().all(|recommendation| recommendation.item != 3));
    let opinions = served.explain(&[answer[0].item], &mut workspace);
    assert!(opinions[0].iter().any(|opinion| opinion.rank == Some(1)), "{opinions:?}");
    served.recommend(&["no such"], &[], 2, &|_| true, &mut workspace, &mut answer);
    assert!(answer.len() == 2 && answer.iter().all(|recommendation| recommendation.best_seller));
    assert!(Recommender::load(trained.save()[1..].to_vec()).is_err());
}

/// As [`ring`], of visitors who come back, put what they like into the cart and buy the last thing they see.
fn shop(sessions: usize) -> Sessions {
    let mut shop = ring(sessions, 12);
    for session in 0..sessions {
        let events = shop.starts[session]..shop.starts[session + 1];
        shop.signals[events.clone()][2] = Signal::AddToCart;
        shop.signals[events.clone()][3] = Signal::Purchase;
        shop.users.push((session % 40) as u32);
        events.for_each(|event| shop.times_s[event] = session as i64 * 10_000 + (event % 4) as i64 * 60);
    }
    shop
}

#[test]
fn one_kind_of_event_is_one_kind_whichever_it_is() {
    let options = TrainOptions { budget: 120, ..TrainOptions::default() };
    let views = ring(1_500, 12);
    let bought = Sessions { signals: vec![Signal::Purchase; views.items.len()], ..views.clone() };
    let train = |log: &Sessions| train_with(few_neighbours(), log, 12, &options, Hooks::only(&|_| ()));
    let of_views = saved(&train(&views));
    assert_eq!(of_views, saved(&train(&bought)));
    // Nothing is written that was not before there were weights and places.
    let text = String::from_utf8_lossy(&of_views).into_owned();
    assert!(["signals", "has_kinds", "report"].iter().all(|word| !text.contains(word)));
}

#[test]
fn places_are_judged_where_the_log_tells_them_apart() {
    let options = TrainOptions { budget: 60, ..TrainOptions::default() };
    let trained = train_with(few_neighbours(), &shop(6_000), 12, &options, Hooks::only(&|_| ()));
    let report = trained.report().unwrap().clone();
    assert!(!report.truncated && report.choices.len() == 7, "{report:?}");
    for choice in &report.choices {
        let has_few = choice.examples < 200;
        assert_eq!(choice.inherits, has_few, "{choice:?}");
    }
    let chosen = report.choices.iter().filter(|choice| !choice.inherits && choice.examples > 0).count();
    assert!(chosen >= 5, "{report:?}");
    let bytes = saved(&trained);
    let loaded = super::Auto::load(&crate::artefact::Reader::new(bytes.clone().into()).unwrap(), 12).unwrap();
    assert_eq!(loaded.report, report);
    assert_eq!(loaded.ways, trained.ways);
    assert_eq!(saved(&loaded), bytes);
}

#[test]
fn the_wall_clock_stops_the_search_and_says_so() {
    let asked = Cell::new(0);
    let is_time_up = || asked.replace(asked.get() + 1) >= 3;
    let hooks = Hooks { is_time_up: &is_time_up, ..Hooks::only(&|_| ()) };
    let trained = train_with(few_neighbours(), &shop(2_000), 12, &TrainOptions::default(), hooks);
    let report = trained.report().unwrap();
    assert!(report.truncated && report.choices[1..].iter().all(|choice| choice.inherits), "{report:?}");
}

/// Keeps stages in the order in which they ended.
#[derive(Default)]
struct Shelf(RefCell<Vec<(String, Vec<u8>)>>);

impl Stages for Shelf {
    fn load(&self, key: &str) -> Option<Vec<u8>> {
        self.0.borrow().iter().rfind(|(known, _)| known == key).map(|(_, bytes)| bytes.clone())
    }

    fn store(&self, key: &str, bytes: &[u8]) {
        self.0.borrow_mut().push((key.to_owned(), bytes.to_vec()));
    }
}

#[test]
fn a_training_killed_after_any_stage_goes_on_to_the_same_bytes() {
    let (log, options) = (shop(2_200), TrainOptions { budget: 20, ..TrainOptions::default() });
    let run = |log: &Sessions, stages: Option<&dyn Stages>| {
        let hooks = Hooks { stages, ..Hooks::only(&|_| ()) };
        blake3::hash(&saved(&train_with(few_neighbours(), log, 12, &options, hooks)))
    };
    let whole = run(&log, None);
    let all = Shelf::default();
    assert_eq!(run(&log, Some(&all)), whole);
    // Options, members on the older and on all sessions, of two members each; ranker; proof.
    let stages = all.0.take();
    assert_eq!(stages.len(), 8);
    for count in 0..=stages.len() {
        let resumed = Shelf(RefCell::new(stages[..count].to_vec()));
        assert_eq!(run(&log, Some(&resumed)), whole, "killed after {count} stages");
        assert_eq!(resumed.0.borrow().len(), stages.len(), "only what was not kept is done again");
    }
    // Another log is not taken for this one, and a damaged stage is done again.
    let kept = Shelf(RefCell::new(stages.clone()));
    assert_ne!(run(&log.slice(0..2_100), Some(&kept)), whole);
    let damaged = stages.into_iter().map(|(key, bytes)| (key, bytes[..3].to_vec())).collect();
    assert_eq!(run(&log, Some(&Shelf(RefCell::new(damaged)))), whole);
}
