//! Options of a linear model for one shop, found on the newest part of its own sessions.

use std::time::Duration;

use super::{Linear, LinearOptions, Walk};
use crate::{
    Sessions,
    evaluate::{Counts, EvaluateOptions, next_item},
};

/// How far tuning goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tuning {
    /// The newest part of the sessions that options are judged on.
    pub held_out: f32,
    /// The newest events that are used at all; bounds the time whatever the size of the shop.
    pub events: usize,
    /// Sessions judged on at most, spread over the held-out ones.
    pub judged: usize,
}

impl Default for Tuning {
    fn default() -> Tuning {
        Tuning { held_out: 0.05, events: 1_000_000, judged: 20_000 }
    }
}

/// Goes through `alpha`, the walk's damping and the query decay, from the given options on, one after the other, and answers
/// the options whose hit rate times MRR at 20 on the held-out sessions is largest; ties go to those given. Sessions too few
/// to hold any out leave the options as they are.
pub fn tune(
    sessions: &Sessions,
    items: usize,
    options: LinearOptions,
    tuning: &Tuning,
    threads: usize,
) -> LinearOptions {
    let oldest_event = sessions.items.len().saturating_sub(tuning.events);
    let first = sessions.starts.partition_point(|&start| start < oldest_event).min(sessions.len());
    let cut = sessions.len() - ((sessions.len() - first) as f32 * tuning.held_out) as usize;
    if cut == sessions.len() || cut == first {
        return options;
    }
    let training = sessions.slice(first..cut);
    let judged = spread(&sessions.slice(cut..sessions.len()), tuning.judged);
    let counts = Counts::of(&training, items);
    let evaluate = EvaluateOptions { threads, ..EvaluateOptions::default() };
    let judge = |model: &Linear| {
        let metrics = next_item(model, &judged, &counts, &evaluate, &|| Duration::ZERO);
        metrics.hit_rate * metrics.mrr
    };
    let judge_decays = |options: &LinearOptions| {
        // A loose fit ranks options as the full one does (docs/recommend.md), in a fraction of the time.
        let walk = options.walk.clone().map(|walk| Walk { least: walk.least.max(3e-3), ..walk });
        let loose = LinearOptions { tolerance: options.tolerance.max(1e-2), walk, ..options.clone() };
        let mut model = Linear::fit(&training, items, &loose, threads, &|_| ());
        let mut best = (judge(&model), options.query_decay);
        for decay in [0.7, 1.0, 1.5, 2.0, 3.0].into_iter().filter(|&decay| decay != options.query_decay) {
            model = model.with_query_decay(decay);
            let score = judge(&model);
            if score > best.0 {
                best = (score, decay);
            }
        }
        (best.0, LinearOptions { query_decay: best.1, ..options.clone() })
    };
    let mut best = judge_decays(&options);
    let mut now = best.1.clone();
    let mut better = |tried: LinearOptions| {
        let tried = judge_decays(&tried);
        if tried.0 > best.0 {
            best = tried;
        }
        best.1.clone()
    };
    match now.walk.clone() {
        None if options.alpha > 0.0 && options.alpha < 1.0 => {
            for alpha in [0.2, 0.4, 0.8] {
                now = better(LinearOptions { alpha, ..now });
            }
        }
        None => {}
        // Shops whose sessions are about one thing teleport by similarity and like to stay; where order matters more,
        // the teleport knows order too, and how often an item is repeated is left to it.
        Some(walk) => {
            for (alpha, beta) in [(0.8, 0.9), (0.4, 1.0), (0.2, 1.0)] {
                now = better(LinearOptions { alpha, walk: Some(Walk { beta, ..walk.clone() }), ..now });
            }
            let walk = now.walk.clone().unwrap_or(walk);
            for damping in [0.4, 0.8] {
                now = better(LinearOptions { walk: Some(Walk { damping, ..walk.clone() }), ..now });
            }
        }
    }
    now
}

/// At most `count` of the sessions, evenly spread.
fn spread(sessions: &Sessions, count: usize) -> Sessions {
    let step = sessions.len().div_ceil(count.max(1)).max(1);
    let mut chosen = Sessions::new();
    for session in sessions.iter().step_by(step) {
        chosen.items.extend(session.items);
        chosen.signals.extend(session.signals);
        chosen.times_s.extend(session.times_s);
        chosen.starts.push(chosen.items.len());
    }
    chosen
}
