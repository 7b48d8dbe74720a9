//! Trains the blend inside the training sessions: members on the older part, the ranker on the newer, a check on the newest,
//! then the members again on all.

use std::time::Duration;

use super::{
    Auto, MemberOptions, RANKED, Scratch,
    features::{self, ItemFacts},
    ranker::{Lists, Ranker, SplitMix, half},
    tune::tune,
};
use crate::{
    Model, Query, Scores, Session, Sessions,
    evaluate::{Counts, EvaluateOptions, next_item},
    models::{Progress, TrainOptions},
    parallel,
};

/// The newest part of the sessions, on which the ranker learns.
const HELD_OUT: f64 = 0.1;
/// At most so many sessions of them: more teach nothing new.
const HELD_OUT_SESSIONS: usize = 25_000;
/// Of these the newest part, on which the blend must prove itself.
const GUARD: f64 = 0.2;
/// Fewer predictions than this teach no ranker.
const FEWEST_LESSONS: usize = 500;
/// Predictions the ranker learns from at most.
const LESSONS: usize = 60_000;
/// Candidates of each.
const CANDIDATES: usize = 60;
const EPOCHS: usize = 4;

/// Fits `auto`: never worse than its best member on the newest sessions of the training, because it then is that member.
pub fn train(sessions: &Sessions, items: usize, options: &TrainOptions, progress: &dyn Fn(Progress)) -> Auto {
    train_with(MemberOptions::defaults(items), sessions, items, options, progress)
}

/// As [`train`], of these members.
pub fn train_with(
    members: Vec<MemberOptions>,
    sessions: &Sessions,
    items: usize,
    options: &TrainOptions,
    progress: &dyn Fn(Progress),
) -> Auto {
    let threads = options.threads;
    let step = |step: &str, done| progress(Progress { step: step.to_owned(), done, total: 6 });
    let count = sessions.len();
    let held_out = ((count as f64 * HELD_OUT) as usize).min(HELD_OUT_SESSIONS);
    let guard = count - (held_out as f64 * GUARD) as usize;
    let older = sessions.slice(0..count - held_out);
    let lessons = sessions.slice(count - held_out..guard);
    step("options of the members", 0);
    let specs = tune(members, sessions, items, options);
    let fit = |sessions: &Sessions| -> Vec<Box<dyn Model>> {
        specs.iter().map(|spec| spec.fit(sessions, items, threads)).collect()
    };
    step("members on the older sessions", 1);
    let mut auto = Auto {
        members: fit(&older),
        weights: vec![1.0 / specs.len() as f32; specs.len()],
        facts: ItemFacts::of(&older, items),
        ranker: None,
    };
    step("what the members say of newer sessions", 2);
    let lists = auto.lists(&lessons, items, threads);
    step("the ranker", 3);
    if lists.lists.len() >= FEWEST_LESSONS {
        let start = vec![0.0; features::count(specs.len())];
        auto.ranker = Some(Ranker::fit(&lists, &start, EPOCHS, options.seed, threads));
    }
    drop(lists);
    step("the proof on the newest sessions", 4);
    let best = auto.best_member(&older, &sessions.slice(guard..count), items, threads);
    step("members on all sessions", 5);
    // Freed first: at scale two fits and two copies of the sessions do not fit together.
    auto.members.clear();
    drop((older, lessons));
    match best {
        None => auto.members = fit(sessions),
        Some(best) => {
            auto.members = vec![specs[best].fit(sessions, items, threads)];
            auto.weights = vec![1.0];
            auto.ranker = None;
        }
    }
    auto.facts = ItemFacts::of(sessions, items);
    auto
}

impl Auto {
    /// The member that does better alone than the blend on sessions newer than all that it learnt from, if there is one.
    fn best_member(&self, older: &Sessions, proof: &Sessions, items: usize, threads: usize) -> Option<usize> {
        let counts = Counts::of(older, items);
        let evaluate = EvaluateOptions { threads, ..EvaluateOptions::default() };
        let judge = |model: &dyn Model| {
            let metrics = next_item(model, proof, &counts, &evaluate, &|| Duration::ZERO);
            metrics.hit_rate * metrics.mrr
        };
        let mut best = (judge(self), None);
        for (at, member) in self.members.iter().enumerate() {
            let alone = judge(&**member);
            if alone > best.0 {
                best = (alone, Some(at));
            }
        }
        best.1
    }

    /// Candidates and targets of the prefixes of `sessions`; targets that are no candidate teach nothing and are left out.
    fn lists(&self, sessions: &Sessions, items: usize, threads: usize) -> Lists {
        let pairs: usize = sessions.iter().map(|session| session.items.len().saturating_sub(1)).sum();
        let every = pairs.div_ceil(LESSONS).max(1);
        let width = features::count(self.members.len());
        let parts = parallel::chunks(sessions.len(), threads, |range| {
            let mut lists = Lists { inputs: width, ..Lists::default() };
            let (mut scratch, mut pool) = (Scratch::default(), Scores::new(items));
            for index in range {
                let session = sessions.get(index);
                for target in (1..session.items.len()).filter(|target| (target + index) % every == 0) {
                    let seen = Session {
                        items: &session.items[..target],
                        signals: &session.signals[..target],
                        times_s: &session.times_s[..target],
                        user: session.user,
                    };
                    let query = Query { session: seen, history: &[] };
                    let ranked = self.gather(&query, RANKED, &mut scratch, &mut pool);
                    let wanted = session.items[target];
                    let Some(found) = scratch.pooled[..ranked].iter().position(|scored| scored.item == wanted) else {
                        continue;
                    };
                    // The target and others drawn from all that will be ranked: were they the best ones, a target from
                    // further down would give itself away.
                    let mut random = SplitMix((index as u64) << 20 | target as u64);
                    let mut others: Vec<usize> = (0..ranked).filter(|&at| at != found).collect();
                    let drawn = others.len().min(CANDIDATES - 1);
                    for at in 0..drawn {
                        let other = at + (random.next() % (others.len() - at) as u64) as usize;
                        others.swap(at, other);
                    }
                    for at in std::iter::once(found).chain(others[..drawn].iter().copied()) {
                        let features = &scratch.features[at * width..(at + 1) * width];
                        lists.features.extend(features.iter().map(|&value| half(value)));
                    }
                    let before = lists.lists.last().map_or(0, |&(end, _)| end);
                    lists.lists.push((before + drawn as u32 + 1, 0));
                }
            }
            lists
        });
        let mut all = Lists { inputs: width, ..Lists::default() };
        for part in parts {
            let before = all.lists.last().map_or(0, |&(end, _)| end);
            all.lists.extend(part.lists.iter().map(|&(end, target)| (before + end, target)));
            all.features.extend(part.features);
        }
        all
    }
}
