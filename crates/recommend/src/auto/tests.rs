#![allow(clippy::unwrap_used)]
use super::{MemberOptions, train, train_with};
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
    let one = train_with(members(), &sessions, 12, &options, &|_| ());
    let three = train_with(members(), &sessions, 12, &TrainOptions { threads: 3, ..options }, &|_| ());
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
        let model = train(&log, items as usize, &options, &|_| ());
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
