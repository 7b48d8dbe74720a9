//! The weighted counts a linear session model is fitted to: its Gram matrix and its targets, row by row.
//!
//! SLIST (Choi et al., *Session-aware Linear Item-Item Models for Session-based Recommendation*, WWW 2021, §3) minimises
//! `α ‖W^½ (X − X̂ B)‖² + (1−α) ‖W^½ (Y − Z B)‖² + λ ‖B‖²`. Its first part (SLIS) sees whole sessions: `X` has a 1 for each
//! item of a session, `X̂` is `X` with rows summing to 1. Its second part (SLIT) sees transitions: a row for each event
//! but the last, `Z` a 1 at its item, `Y` the later items by `exp(−(distance − 1) / target_decay)`. `W` weighs sessions
//! by age. Of this the solution needs the Gram matrix `G = α X̂ᵀWX̂ + (1−α) ZᵀWZ`, whose second summand is diagonal, and
//! the targets `C = α X̂ᵀWX + (1−α) ZᵀWY`; both are as sparse as co-occurrence.

use super::LinearOptions;
use super::rows::{Rows, Sparse, keep_largest, make_rows};
use crate::{Item, Sessions};

/// Transition weights below this are not counted.
const LEAST_WEIGHT: f32 = 1e-3;

/// The counts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Counts {
    /// Diagonal of the Gram matrix, one per item.
    pub diagonal: Vec<f32>,
    /// The Gram matrix off its diagonal.
    pub gram: Rows,
    /// The targets, diagonal included.
    pub targets: Rows,
}

/// Sessions, cut to size, and where each item stands in them.
struct Postings<'a> {
    sessions: &'a Sessions,
    /// Session of each event.
    session: Vec<u32>,
    /// First event counted of each session.
    first: Vec<u32>,
    /// Different items counted in each session.
    different: Vec<u32>,
    /// Whether an event is the first counted of its item in its session.
    fresh: Vec<bool>,
    /// Where each item's events start in `events`.
    starts: Vec<usize>,
    /// Events by item, in order.
    events: Vec<u32>,
}

impl<'a> Postings<'a> {
    fn new(sessions: &'a Sessions, items: usize, max_events: usize) -> Postings<'a> {
        let events = sessions.items.len();
        let mut postings = Postings {
            sessions,
            session: vec![0; events],
            first: Vec::with_capacity(sessions.len()),
            different: Vec::with_capacity(sessions.len()),
            fresh: vec![false; events],
            starts: vec![0; items + 1],
            events: Vec::new(),
        };
        let mut seen = vec![u32::MAX; items];
        for (index, range) in sessions.starts.windows(2).enumerate() {
            let first = range[0].max(range[1].saturating_sub(max_events));
            let mut different = 0;
            for event in first..range[1] {
                let item = sessions.items[event] as usize;
                postings.session[event] = index as u32;
                if item >= items {
                    continue;
                }
                postings.starts[item + 1] += 1;
                if seen[item] != index as u32 {
                    seen[item] = index as u32;
                    postings.fresh[event] = true;
                    different += 1;
                }
            }
            postings.first.push(first as u32);
            postings.different.push(different);
        }
        for item in 0..items {
            postings.starts[item + 1] += postings.starts[item];
        }
        postings.events = vec![0; postings.starts[items]];
        let mut next = postings.starts.clone();
        for (index, range) in sessions.starts.windows(2).enumerate() {
            for event in postings.first[index] as usize..range[1] {
                let item = sessions.items[event] as usize;
                if item < items {
                    postings.events[next[item]] = event as u32;
                    next[item] += 1;
                }
            }
        }
        postings
    }
}

/// Counts over items `0..items` with `threads` threads; the same for any number of threads. Takes time in the sum of
/// squared session lengths, and `events × 13 B + 2 × items × neighbours × 8 B` of memory at most.
pub(super) fn count(
    sessions: &Sessions,
    items: usize,
    options: &LinearOptions,
    threads: usize,
    progress: &dyn Fn(usize, usize),
) -> Counts {
    let postings = Postings::new(sessions, items, options.session_events.max(2));
    let newest = sessions.len().saturating_sub(1);
    let half_life = options.half_life * sessions.len().max(1) as f32;
    let weight: Vec<f32> =
        (0..sessions.len()).map(|session| (-((newest - session) as f32) / half_life).exp2()).collect();
    let decay: Vec<f32> = (0..options.session_events.max(2))
        .map(|distance| (-(distance as f32) / options.target_decay.max(1e-6)).exp())
        .take_while(|&weight| weight >= LEAST_WEIGHT)
        .collect();
    let make = |scratch: &mut [Sparse; 2], item: Item, rows: &mut [Vec<(Item, f32)>; 3]| {
        count_row(&postings, item, options, &weight, &decay, scratch, rows);
    };
    let [gram, targets, diagonal] =
        make_rows(items, threads, progress, || [Sparse::new(items), Sparse::new(items)], make);
    Counts { diagonal: diagonal.into_values(), gram, targets }
}

/// One row of each: Gram, targets, and the diagonal as a matrix of one column.
fn count_row(
    postings: &Postings<'_>,
    item: Item,
    options: &LinearOptions,
    weight: &[f32],
    decay: &[f32],
    [gram, targets]: &mut [Sparse; 2],
    rows: &mut [Vec<(Item, f32)>; 3],
) {
    let sessions = postings.sessions;
    let alpha = options.alpha;
    let known = postings.starts.len() - 1;
    let mut diagonal = 0.0;
    for &event in &postings.events[postings.starts[item as usize]..postings.starts[item as usize + 1]] {
        let event = event as usize;
        let session = postings.session[event] as usize;
        let end = sessions.starts[session + 1];
        if alpha > 0.0 && postings.fresh[event] {
            let input = 1.0 / postings.different[session] as f32;
            let target = alpha * weight[session] * input;
            for other in postings.first[session] as usize..end {
                if postings.fresh[other] {
                    let signal = options.signal(sessions.signals[other]);
                    targets.add(sessions.items[other], target * signal);
                    if sessions.items[other] == item {
                        diagonal += target * input;
                    } else {
                        gram.add(sessions.items[other], target * input);
                    }
                }
            }
        }
        if alpha < 1.0 && event + 1 < end {
            let whole = (1.0 - alpha) * weight[session];
            diagonal += whole;
            for (later, decay) in (event + 1..end).zip(decay) {
                if (sessions.items[later] as usize) < known {
                    let signal = options.signal(sessions.signals[later]);
                    targets.add(sessions.items[later], whole * decay * signal);
                }
            }
        }
    }
    gram.drain(&mut rows[0], |_| true);
    targets.drain(&mut rows[1], |value| value != 0.0);
    keep_largest(options.neighbours, &mut rows[0]);
    keep_largest(options.neighbours, &mut rows[1]);
    rows[2].push((0, diagonal));
}
