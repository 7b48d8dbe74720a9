//! Options of the members for one shop, found on the newest of its training sessions under a budget.

use std::time::Duration;

use super::MemberOptions;
use crate::{
    Model, NEVER, Sessions,
    evaluate::{Counts, EvaluateOptions, next_item},
    models::TrainOptions,
    neighbours::Decay,
};

/// The newest events that tuning looks at: bounds its cost whatever the size of the shop.
const EVENTS: usize = 500_000;
/// The newest part of these, which options are judged on.
const HELD_OUT: f64 = 0.05;
/// Sessions judged on at most.
const JUDGED: usize = 1_500;
/// What one trial on [`EVENTS`] events costs of the budget.
const UNITS: u64 = 5;

/// Goes through the options of each member one after the other and keeps what makes hit rate times MRR at 20 largest. Stops
/// when `options.budget` is spent.
pub(super) fn tune(
    members: Vec<MemberOptions>,
    sessions: &Sessions,
    items: usize,
    options: &TrainOptions,
) -> Vec<MemberOptions> {
    let oldest_event = sessions.items.len().saturating_sub(EVENTS);
    let first = sessions.starts.partition_point(|&start| start < oldest_event).min(sessions.len());
    let cut = sessions.len() - ((sessions.len() - first) as f64 * HELD_OUT) as usize;
    if cut == sessions.len() || cut == first {
        return members;
    }
    let training = sessions.slice(first..cut);
    let judged = sessions.slice(cut..sessions.len().min(cut + JUDGED));
    let counts = Counts::of(&training, items);
    let evaluate = EvaluateOptions { threads: options.threads, ..EvaluateOptions::default() };
    let mut left = options.budget;
    let mut judge = |member: &MemberOptions| {
        left = left.checked_sub(UNITS)?;
        let model = member.fit(&training, items, options.threads);
        let metrics = next_item(&*model, &judged, &counts, &evaluate, &|| Duration::ZERO);
        Some(metrics.hit_rate * metrics.mrr)
    };
    let mut tune_one = |member: MemberOptions| {
        let mut best = member;
        let Some(mut best_score) = judge(&best) else { return best };
        for axis in axes(&best) {
            for change in axis {
                let mut tried = best.clone();
                change(&mut tried);
                if tried == best {
                    continue;
                }
                let Some(score) = judge(&tried) else { return best };
                if score > best_score {
                    (best, best_score) = (tried, score);
                }
            }
        }
        best
    };
    members.into_iter().map(&mut tune_one).collect()
}

/// The member with the options found for this shop.
pub fn tuned(member: MemberOptions, sessions: &Sessions, items: usize, options: &TrainOptions) -> Box<dyn Model> {
    let found = tune(vec![member.clone()], sessions, items, options).pop().unwrap_or(member);
    found.fit(sessions, items, options.threads)
}

type Change = Box<dyn Fn(&mut MemberOptions)>;

/// What is tried, one axis after the other.
fn axes(member: &MemberOptions) -> Vec<Vec<Change>> {
    fn pairs(change: impl Fn(&mut crate::pairs::PairOptions) + 'static) -> Change {
        Box::new(move |member| match member {
            MemberOptions::Tfidf(options) | MemberOptions::Rules(options) => change(options),
            _ => {}
        })
    }
    fn neighbours(change: impl Fn(&mut crate::neighbours::NeighbourOptions) + 'static) -> Change {
        Box::new(move |member| match member {
            MemberOptions::Vsknn(options) | MemberOptions::Vstan(options) => change(options),
            _ => {}
        })
    }
    match member {
        MemberOptions::Tfidf(_) => vec![
            [0.0, 0.5, 1.5].map(|power| pairs(move |options| options.query_power = power)).into(),
            [0.25].map(|half_life| pairs(move |options| options.half_life = half_life)).into(),
        ],
        MemberOptions::Rules(_) => vec![
            [2.0, 0.0].map(|power| pairs(move |options| options.gap_power = power)).into(),
            [0.25].map(|half_life| pairs(move |options| options.half_life = half_life)).into(),
        ],
        MemberOptions::Vsknn(_) => vec![
            [Decay::Same, Decay::Exp(2.0)].map(|query| neighbours(move |options| options.query = query)).into(),
            [0.5].map(|age| neighbours(move |options| options.age = age)).into(),
        ],
        MemberOptions::Vstan(_) => vec![
            [1.0, 4.0].map(|lambda| neighbours(move |options| options.query = Decay::Exp(lambda))).into(),
            [0.2, NEVER].map(|age| neighbours(move |options| options.age = age)).into(),
            [1.0, 6.0].map(|proximity| neighbours(move |options| options.proximity = proximity)).into(),
        ],
        MemberOptions::Slist(_) | MemberOptions::Swalk(_) => Vec::new(),
    }
}
