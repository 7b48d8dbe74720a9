//! Trains the blend inside the training sessions: members on the older part, the ranker on the newer, a check on the newest,
//! then the members again on all. Every stage may be kept by the caller, so that a training that was killed goes on.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    Auto, Choice, Hooks, MemberOptions, Purpose, RANKED, Scratch, TrainingReport, Way,
    features::{self, ItemFacts},
    hooks::Kept,
    purpose::{self, Window},
    ranker::{Lists, Ranker, SplitMix, half},
    tune::{Purse, Tuner},
};
use crate::{
    Model, Query, Scores, Session, Sessions,
    evaluate::{Counts, EvaluateOptions, next_item},
    models::{Progress, TrainOptions},
    parallel,
    signals::has_kinds,
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
pub fn train(sessions: &Sessions, items: usize, options: &TrainOptions, hooks: Hooks<'_>) -> Auto {
    train_with(MemberOptions::defaults(items), sessions, items, options, hooks)
}

/// What the proof came to.
#[derive(Serialize, Deserialize)]
struct Proof {
    /// The member that serves alone, if the blend is not better.
    alone: Option<usize>,
    /// By purpose; empty where the log tells no places apart.
    choices: Vec<Choice>,
    /// Whether the wall clock kept places from being judged.
    truncated: bool,
}

/// As [`train`], of these members.
pub fn train_with(
    members: Vec<MemberOptions>,
    sessions: &Sessions,
    items: usize,
    options: &TrainOptions,
    hooks: Hooks<'_>,
) -> Auto {
    let threads = options.threads;
    let step = |step: &str, done| (hooks.progress)(Progress { step: step.to_owned(), done, total: 6 });
    let kept = Kept::new(&hooks, &members, (sessions, items), options);
    let count = sessions.len();
    let held_out = ((count as f64 * HELD_OUT) as usize).min(HELD_OUT_SESSIONS);
    let guard = count - (held_out as f64 * GUARD) as usize;
    let window = Window { from: count - held_out, proof: guard };
    step("options of the members", 0);
    let (specs, mut truncated) = tuned_members(members, sessions, items, options, hooks, &kept);
    let has_kinds = has_kinds(sessions);
    let width = features::count(specs.len(), has_kinds);
    let mut auto = Auto {
        members: Vec::new(),
        weights: vec![1.0 / specs.len() as f32; specs.len()],
        facts: ItemFacts::of(&Sessions::new(), 0),
        ranker: None,
        has_kinds,
        ways: Default::default(),
        report: TrainingReport::default(),
        items,
    };
    let ranker = kept.load("ranker").and_then(|bytes| Ranker::from_bytes(&bytes, width));
    let proof = kept.load("proof").and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let proof: Proof = match (ranker, proof) {
        (Some(ranker), Some(proof)) => {
            auto.ranker = ranker;
            proof
        }
        (ranker, _) => {
            step("members on the older sessions", 1);
            let older = sessions.slice(0..window.from);
            auto.members = fit(&specs, "older", &older, items, threads, &kept);
            auto.facts = ItemFacts::of(&older, items);
            auto.ranker = match ranker {
                Some(ranker) => ranker,
                None => {
                    step("what the members say of newer sessions", 2);
                    let lists = auto.lists(&sessions.slice(window.from..window.proof), items, threads);
                    step("the ranker", 3);
                    let learnt = (lists.lists.len() >= FEWEST_LESSONS)
                        .then(|| Ranker::fit(&lists, &vec![0.0; width], EPOCHS, options.seed, threads));
                    kept.store("ranker", || Ranker::to_bytes(learnt.as_ref()));
                    learnt
                }
            };
            step("the proof on the newest sessions", 4);
            let proof = auto.prove(&older, sessions, window, threads, hooks);
            kept.store("proof", || serde_json::to_vec(&proof).unwrap_or_default());
            // Freed first: at scale two fits and two copies of the sessions do not fit together.
            auto.members.clear();
            proof
        }
    };
    step("members on all sessions", 5);
    truncated |= proof.truncated;
    let only = proof.alone.filter(|&at| proof.choices.iter().all(|choice| choice.model == specs[at].name()));
    match only {
        Some(best) => {
            auto.members = fit(&specs[best..=best], "all", sessions, items, threads, &kept);
            auto.weights = vec![1.0];
            auto.ranker = None;
        }
        None => auto.members = fit(&specs, "all", sessions, items, threads, &kept),
    }
    auto.facts = ItemFacts::of(sessions, items);
    auto.report = TrainingReport { truncated, choices: proof.choices };
    auto.set_ways();
    auto
}

fn fit(
    specs: &[MemberOptions],
    folder: &str,
    sessions: &Sessions,
    items: usize,
    threads: usize,
    kept: &Kept<'_>,
) -> Vec<Box<dyn Model>> {
    let one = |spec: &MemberOptions| kept.model((folder, spec.name()), items, || spec.fit(sessions, items, threads));
    specs.iter().map(one).collect()
}

/// The members with the options found for this shop, and whether the wall clock ended the search.
fn tuned_members(
    members: Vec<MemberOptions>,
    sessions: &Sessions,
    items: usize,
    options: &TrainOptions,
    hooks: Hooks<'_>,
    kept: &Kept<'_>,
) -> (Vec<MemberOptions>, bool) {
    let Some(mut tuner) = Tuner::new(sessions, items, options, hooks) else { return (members, false) };
    let mut specs = Vec::with_capacity(members.len());
    for member in members {
        let stage = format!("options/{}", member.name());
        let (spec, purse): (MemberOptions, Purse) = kept.json(&stage, || {
            let spec = tuner.tune(member);
            (spec, tuner.purse)
        });
        tuner.purse = purse;
        specs.push(spec);
    }
    (specs, tuner.purse.truncated)
}

impl Auto {
    /// What serves in general and in each place, as judged on sessions newer than all that was learnt from.
    fn prove(&self, older: &Sessions, sessions: &Sessions, window: Window, threads: usize, hooks: Hooks<'_>) -> Proof {
        let counts = Counts::of(older, self.items);
        let proof = sessions.slice(window.proof..sessions.len());
        let evaluate = EvaluateOptions { threads, ..EvaluateOptions::default() };
        let judge = |model: &dyn Model| next_item(model, &proof, &counts, &evaluate, &|| Duration::ZERO);
        let score = |metrics: &crate::evaluate::Metrics| metrics.hit_rate * metrics.mrr;
        let mut best = (judge(self), None);
        for (at, member) in self.members.iter().enumerate() {
            let alone = judge(&**member);
            if score(&alone) > score(&best.0) {
                best = (alone, Some(at));
            }
        }
        let (metrics, alone) = best;
        if !purpose::tells_places(sessions) {
            return Proof { alone, choices: Vec::new(), truncated: false };
        }
        let general = alone.map_or(Way::Blend, Way::Member);
        let choice = |purpose, examples| {
            let found = if examples > 0 { (metrics.hit_rate, metrics.mrr) } else { (0.0, 0.0) };
            Choice::new(purpose, self.way_name(general).to_owned(), purpose != Purpose::General, examples, found)
        };
        let mut choices = vec![choice(Purpose::General, metrics.pairs)];
        let truncated = (hooks.is_time_up)();
        if truncated {
            choices.extend(Purpose::PLACED.map(|purpose| choice(purpose, 0)));
        } else {
            choices.extend(purpose::choose(self, general, sessions, window, threads));
        }
        Proof { alone, choices, truncated }
    }

    /// Candidates and targets of the prefixes of `sessions`; targets that are no candidate teach nothing and are left out.
    fn lists(&self, sessions: &Sessions, items: usize, threads: usize) -> Lists {
        let pairs: usize = sessions.iter().map(|session| session.items.len().saturating_sub(1)).sum();
        let every = pairs.div_ceil(LESSONS).max(1);
        let width = features::count(self.members.len(), self.has_kinds);
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
