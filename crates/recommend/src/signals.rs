//! What an event counts by what happened: view < add to cart < purchase < bought again, or whatever a shop's own newest
//! sessions say (see [`crate::auto`]).

use serde::{Deserialize, Serialize};

use crate::{Session, Sessions, Signal};

/// Kinds of events: one more than [`Signal`] knows, because buying again what the session bought before is one.
pub const KINDS: usize = 4;

/// Weights by kind, in the order view, add to cart, purchase, bought again. All above 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignalWeights {
    /// Of what is learnt from.
    pub training: [f32; KINDS],
    /// Of what is asked with.
    pub query: [f32; KINDS],
}

impl SignalWeights {
    /// Every event counts the same.
    pub const EVEN: SignalWeights = SignalWeights { training: [1.0; KINDS], query: [1.0; KINDS] };

    /// Whether every event counts the same; options that do are kept without it.
    pub fn is_even(&self) -> bool {
        *self == SignalWeights::EVEN
    }
}

impl Default for SignalWeights {
    fn default() -> SignalWeights {
        SignalWeights::EVEN
    }
}

/// Whether different things happened, so that there is something to weigh.
pub fn has_kinds(sessions: &Sessions) -> bool {
    sessions.signals.windows(2).any(|pair| pair[0] != pair[1])
}

/// The kind of event `at` of a session: 3 where it buys again what the session bought before.
pub(crate) fn kind(session: &Session<'_>, at: usize) -> usize {
    let signal = session.signals.get(at).copied().unwrap_or_default();
    let is_again = signal == Signal::Purchase
        && session.items[..at]
            .iter()
            .zip(session.signals)
            .any(|(&item, &before)| item == session.items[at] && before == Signal::Purchase);
    signal as usize + usize::from(is_again)
}

/// For every event of `sessions` the largest weight that its item has in its session; empty where all weigh 1.
pub(crate) fn strengths(sessions: &Sessions, weights: &[f32; KINDS]) -> Vec<f32> {
    if *weights == [1.0; KINDS] {
        return Vec::new();
    }
    let mut strengths = Vec::with_capacity(sessions.items.len());
    let mut order: Vec<usize> = Vec::new();
    for session in sessions.iter() {
        let first = strengths.len();
        strengths.extend((0..session.items.len()).map(|at| weights[kind(&session, at)]));
        order.clear();
        order.extend(0..session.items.len());
        order.sort_by_key(|&at| session.items[at]);
        for same in order.chunk_by(|&a, &b| session.items[a] == session.items[b]) {
            let largest = same.iter().map(|&at| strengths[first + at]).fold(0.0, f32::max);
            same.iter().for_each(|&at| strengths[first + at] = largest);
        }
    }
    strengths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_as_strong_as_the_best_that_happened_to_it() {
        let mut sessions = Sessions::new();
        sessions.items = vec![7, 8, 7, 9, 7, 7, 8];
        sessions.signals =
            [0, 0, 1, 0, 2, 2, 2].map(|at| [Signal::View, Signal::AddToCart, Signal::Purchase][at]).to_vec();
        sessions.times_s = vec![0; 7];
        sessions.starts = vec![0, 4, 7];
        assert!(has_kinds(&sessions) && !has_kinds(&sessions.slice(0..0)));
        assert_eq!(strengths(&sessions, &[1.0, 2.0, 4.0, 8.0]), [2.0, 1.0, 2.0, 1.0, 8.0, 8.0, 4.0]);
        assert!(strengths(&sessions, &[1.0; KINDS]).is_empty());
    }
}
