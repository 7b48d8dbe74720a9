//! Options of the members for one shop, found on the newest of its training sessions under a budget.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Hooks, MemberOptions};
use crate::{
    Model, NEVER, Sessions,
    evaluate::{Counts, EvaluateOptions, next_item},
    linear::LinearOptions,
    models::TrainOptions,
    neighbours::{Decay, NeighbourOptions},
    pairs::PairOptions,
    signals::{KINDS, has_kinds},
};

/// The newest events that tuning looks at: bounds its cost whatever the size of the shop.
const EVENTS: usize = 500_000;
/// The newest part of these, which options are judged on.
const HELD_OUT: f64 = 0.05;
/// Sessions judged on at most.
const JUDGED: usize = 1_500;
/// What one trial on [`EVENTS`] events costs of the budget.
const UNITS: u64 = 5;
/// The same of S-Walk, which is fitted twice and walked over.
const WALK_UNITS: u64 = 10;
/// What view, add to cart, purchase and repeated purchase may weigh. The last: what was bought is done with.
const SIGNALS: [[f32; KINDS]; 3] = [[1.0, 2.0, 4.0, 8.0], [1.0, 5.0, 10.0, 20.0], [1.0, 0.6, 0.3, 0.2]];

/// What is left of the budget.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Purse {
    /// Work units.
    pub(super) left: u64,
    /// Whether the wall clock stopped the search before the budget did.
    pub(super) truncated: bool,
}

/// Tries options on the newest sessions.
pub(super) struct Tuner<'a> {
    training: Sessions,
    judged: Sessions,
    counts: Counts,
    items: usize,
    threads: usize,
    has_kinds: bool,
    hooks: Hooks<'a>,
    pub(super) purse: Purse,
}

impl<'a> Tuner<'a> {
    /// `None` where the sessions are too few to hold any out.
    pub(super) fn new(
        sessions: &Sessions,
        items: usize,
        options: &TrainOptions,
        hooks: Hooks<'a>,
    ) -> Option<Tuner<'a>> {
        let oldest_event = sessions.items.len().saturating_sub(EVENTS);
        let first = sessions.starts.partition_point(|&start| start < oldest_event).min(sessions.len());
        let cut = sessions.len() - ((sessions.len() - first) as f64 * HELD_OUT) as usize;
        if cut == sessions.len() || cut == first {
            return None;
        }
        let training = sessions.slice(first..cut);
        Some(Tuner {
            counts: Counts::of(&training, items),
            judged: sessions.slice(cut..sessions.len().min(cut + JUDGED)),
            has_kinds: has_kinds(&training),
            training,
            items,
            threads: options.threads,
            hooks,
            purse: Purse { left: options.budget, truncated: false },
        })
    }

    /// Takes `units` for a trial; `false` ends the search.
    fn pay(&mut self, units: u64) -> bool {
        let Some(left) = self.purse.left.checked_sub(units) else { return false };
        if self.purse.truncated || (self.hooks.is_time_up)() {
            self.purse.truncated = true;
            return false;
        }
        self.purse.left = left;
        true
    }

    fn judge(&self, model: &dyn Model) -> f64 {
        let evaluate = EvaluateOptions { threads: self.threads, ..EvaluateOptions::default() };
        let metrics = next_item(model, &self.judged, &self.counts, &evaluate, &|| Duration::ZERO);
        metrics.hit_rate * metrics.mrr
    }

    /// Goes through the options of a member one after the other and keeps what makes hit rate times MRR at 20 largest.
    pub(super) fn tune(&mut self, member: MemberOptions) -> MemberOptions {
        let mut best = member;
        let axes = axes(&best, self.has_kinds);
        if axes.is_empty() {
            return best;
        }
        let Some(mut best_score) = self.trial(&best) else { return best };
        for change in axes.into_iter().flatten() {
            let mut tried = best.clone();
            change(&mut tried);
            if tried == best {
                continue;
            }
            let Some(score) = self.trial(&tried) else { return best };
            if score > best_score {
                (best, best_score) = (tried, score);
            }
        }
        best
    }

    fn trial(&mut self, member: &MemberOptions) -> Option<f64> {
        let units = if matches!(member, MemberOptions::Swalk(_)) { WALK_UNITS } else { UNITS };
        self.pay(units).then(|| self.judge(&*member.fit(&self.training, self.items, self.threads)))
    }
}

/// The member with the options found for this shop.
pub fn tuned(
    member: MemberOptions,
    sessions: &Sessions,
    items: usize,
    options: &TrainOptions,
    hooks: Hooks<'_>,
) -> Box<dyn Model> {
    let found = match Tuner::new(sessions, items, options, hooks) {
        Some(mut tuner) => tuner.tune(member),
        None => member,
    };
    found.fit(sessions, items, options.threads)
}

type Change = Box<dyn Fn(&mut MemberOptions)>;

/// What is tried, one axis after the other.
fn axes(member: &MemberOptions, has_kinds: bool) -> Vec<Vec<Change>> {
    fn pairs(change: impl Fn(&mut PairOptions) + 'static) -> Change {
        Box::new(move |member| match member {
            MemberOptions::Tfidf(options) | MemberOptions::Rules(options) => change(options),
            _ => {}
        })
    }
    fn neighbours(change: impl Fn(&mut NeighbourOptions) + 'static) -> Change {
        Box::new(move |member| match member {
            MemberOptions::Vsknn(options) | MemberOptions::Vstan(options) => change(options),
            _ => {}
        })
    }
    fn linear(change: impl Fn(&mut LinearOptions) + 'static) -> Change {
        Box::new(move |member| match member {
            MemberOptions::Slist(options) | MemberOptions::Swalk(options) => change(options),
            _ => {}
        })
    }
    let mut axes: Vec<Vec<Change>> = match member {
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
        // Searching these inside the blend paid on one log and cost on the other (docs/recommend.md).
        MemberOptions::Slist(_) | MemberOptions::Swalk(_) => Vec::new(),
    };
    if has_kinds {
        axes.extend(match member {
            // A query of one item, as that of the rules, has nothing to weigh.
            MemberOptions::Rules(_) => Vec::new(),
            MemberOptions::Tfidf(_) => vec![SIGNALS.map(|w| pairs(move |options| options.signals.query = w)).into()],
            MemberOptions::Vsknn(_) | MemberOptions::Vstan(_) => {
                vec![SIGNALS.map(|w| neighbours(move |options| options.query_signals = w)).into()]
            }
            MemberOptions::Slist(_) | MemberOptions::Swalk(_) => {
                vec![
                    SIGNALS
                        .map(|[view, cart, buy, _]| linear(move |options| options.signal_weights = [view, cart, buy]))
                        .into(),
                ]
            }
        });
        if matches!(member, MemberOptions::Tfidf(_) | MemberOptions::Rules(_)) {
            axes.push(SIGNALS.map(|w| pairs(move |options| options.signals.training = w)).into());
        }
    }
    axes
}
